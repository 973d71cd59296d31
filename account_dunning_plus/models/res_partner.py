from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, email_normalize

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"


class ResPartner(models.Model):
    """Settings of the commercial entity; those of its contacts are not read."""

    _inherit = "res.partner"

    dunning_policy_id = fields.Many2one(
        "account.dunning.policy",
        company_dependent=True,
        domain="['|', ('company_id', '=', False),"
        " ('company_id', 'parent_of', allowed_company_ids)]",
        ondelete="restrict",
        groups=_GROUPS,
        help="How this customer is reminded. Empty: the first policy whose rule applies, "
        "else the company's default.",
    )
    dunning_hold_until = fields.Date(
        string="No Reminders Until",
        company_dependent=True,
        groups=_GROUPS,
        help="No reminder goes out up to and including this day.",
    )
    dunning_hold_reason = fields.Char(
        string="Because",
        company_dependent=True,
        groups=_GROUPS,
        help="Why no reminder goes out until then. For colleagues, never sent.",
    )
    dunning_contact_id = fields.Many2one(
        "res.partner",
        string="Reminders To",
        domain="[('id', 'child_of', commercial_partner_id)]",
        groups=_GROUPS,
        help="The contact who gets the reminders. Empty: the invoice address.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals or "is_company" in vals:
            # What a contact owes is its new company's affair; Odoo may book it over to it.
            moved = self._dunning_family() | self.commercial_partner_id
            # sudo: who moves a contact makes its company known to the follow-up.
            self.env["account.dunning.customer"].sudo()._ensure(
                SQL("partner.id = ANY(%s)", moved.ids)
            )
        return result

    def _dunning_family(self):
        """These contacts and all below them."""
        return self.with_context(active_test=False).search([("id", "child_of", self.ids)])

    @api.constrains("dunning_contact_id")
    def _check_dunning_contact_id(self):
        for partner in self:
            contact = partner.dunning_contact_id
            if contact and contact.commercial_partner_id != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not a contact of %(customer)s: choose one of the "
                        "customer's own contacts for the reminders.",
                        contact=contact.display_name,
                        customer=partner.display_name,
                    )
                )

    def _dunning_recipient(self):
        """The partner to whom this customer's reminders are addressed.

        The dunning contact, else the first contact for reminders, else the invoice address,
        unless that one is to get none. An archived dunning contact is passed over. Contacts
        are read for the whole prefetch set at once.
        """
        self.ensure_one()
        roles = self._dunning_roles_of(self.commercial_partner_id.ids)
        return self._dunning_recipient_among(roles.get(self.commercial_partner_id.id))

    def _dunning_recipient_among(self, roles):
        """The same, with the customer's contacts by role.

        :param roles: of ``_dunning_roles_of``, None without any
        """
        self.ensure_one()
        contact = self.dunning_contact_id
        if contact and contact.active:
            return contact
        if roles and roles["reminders"]:
            return self.browse(roles["reminders"][0])
        address = self.browse(self.address_get(["invoice"])["invoice"])
        return self if roles and address.id in roles["never"] else address

    def _dunning_recipients(self, roles=None):
        """The partner to whom each customer's reminders are addressed, for many customers.

        The same as ``_dunning_recipient``; a customer without contacts, as most are, costs
        nothing.

        :param roles: of ``_dunning_roles_of``, where they are known already
        :return: dict of partner id to partner id
        """
        if roles is None:
            roles = self._dunning_roles_of(self.ids)
        self.flush_model(["active", "dunning_contact_id", "parent_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT parent_id FROM res_partner WHERE parent_id = ANY(%(ids)s) AND active
                 UNION
                SELECT id FROM res_partner
                 WHERE id = ANY(%(ids)s) AND dunning_contact_id IS NOT NULL
                """,
                ids=self.ids,
            )
        )
        others = self.browse(partner_id for [partner_id] in rows)
        # What finding an address reads: a contact has a hundred fields more.
        address = ["child_ids", "is_company", "parent_id", "type"]
        others.fetch([*address, "dunning_contact_id"])
        others.child_ids.fetch(address)
        recipients = dict(zip(self.ids, self.ids, strict=True))
        for partner in others:
            recipients[partner.id] = partner._dunning_recipient_among(roles.get(partner.id)).id
        return recipients

    def _dunning_email_problem(self):
        """Why no e-mail can reach this contact, as a sentence; None when one can."""
        if not self:
            return self.env._("There is no contact to write to: add one to the customer.")
        self.ensure_one()
        if not self.email:
            return self.env._(
                "%s has no e-mail address: add one, or print a letter.", self.display_name
            )
        if not email_normalize(self.email, strict=False):
            return self.env._(
                "“%(email)s” of %(contact)s is not an e-mail address: correct it, or print a "
                "letter.",
                email=self.email,
                contact=self.display_name,
            )
        return None
