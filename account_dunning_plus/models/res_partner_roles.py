from odoo import api, fields, models
from odoo.tools import SQL, formataddr

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"


class ResPartner(models.Model):
    """Which of a customer's contacts gets the reminders, a copy, or none."""

    _inherit = "res.partner"

    dunning_role = fields.Selection(
        [
            ("reminders", "Gets the reminders"),
            ("copy", "Gets a copy of each"),
            ("formal", "Gets a copy from the formal level on"),
            ("never", "Gets none"),
        ],
        string="Role in Follow-up",
        groups=_GROUPS,
        help="Empty: the reminders when it is the invoice address, else nothing. Of several who "
        "get the reminders the first one is written to and the others get a copy. Formal is "
        "the first level that announces or charges costs, is a letter or needs approval, and "
        "all after it. Who was chosen under Reminders To comes before all.",
    )

    _dunning_role_index = models.Index("(commercial_partner_id) WHERE dunning_role IS NOT NULL")

    @api.model
    def _dunning_roles_of(self, partner_ids):
        """The contacts of customers who have a role; one query, mostly of an empty index.

        :param partner_ids: ids of commercial entities
        :return: dict of partner id to dict of role to ids of contacts, for those who have any
        """
        self.env["res.partner"].flush_model(["active", "commercial_partner_id", "dunning_role"])
        found = {}
        for partner_id, contact_id, role in self.env.execute_query(
            SQL(
                """
                SELECT commercial_partner_id, id, dunning_role
                  FROM res_partner
                 WHERE dunning_role IS NOT NULL AND active
                   AND commercial_partner_id = ANY(%s)
                 ORDER BY id
                """,
                list(partner_ids),
            )
        ):
            roles = found.setdefault(
                partner_id, {"reminders": [], "copy": [], "formal": [], "never": []}
            )
            roles[role].append(contact_id)
        return found

    @api.model
    def _dunning_copies(self, recipient, roles, formal):
        """The contacts who get a copy of what one gets.

        :param recipient: who is written to
        :param roles: of ``_dunning_roles_of`` for the customer, None without any
        :param formal: the message is of the formal level, or of one after it
        """
        if not roles:
            return self.browse()
        kinds = ("reminders", "copy", "formal") if formal else ("reminders", "copy")
        return self.browse(own for kind in kinds for own in roles[kind]) - recipient

    def _dunning_copy_addresses(self, recipient):
        """The addresses of these contacts as a message states them; each address once.

        Those that do not work are left out: a copy that cannot arrive fails no notice.

        :param recipient: who is written to
        :return: formatted addresses, separated by commas; empty when there are none
        """
        known = {recipient.email_normalized}
        addresses = []
        for contact in self:
            if contact.email_normalized in known or contact._dunning_email_problem():
                continue
            known.add(contact.email_normalized)
            addresses.append(formataddr((contact.name or "", contact.email_normalized)))
        return ", ".join(addresses)
