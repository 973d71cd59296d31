from odoo import fields, models
from odoo.tools import email_normalize

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"


class ResPartner(models.Model):
    """Addresses that do not work: what a mail server said of them, until they are changed."""

    _inherit = "res.partner"

    dunning_bounced_email = fields.Char(
        string="Address That Does Not Work",
        readonly=True,
        copy=False,
        groups=_GROUPS,
        help="An e-mail to this address came back: nothing is sent to it by itself.",
    )
    dunning_bounce_reason = fields.Char(
        string="What the Mail Server Said", readonly=True, copy=False, groups=_GROUPS
    )
    dunning_bounced_on = fields.Date(
        string="Came Back On", readonly=True, copy=False, groups=_GROUPS
    )
    dunning_is_bounced = fields.Boolean(compute="_compute_dunning_is_bounced", groups=_GROUPS)

    def _compute_dunning_is_bounced(self):
        for partner in self:
            partner.dunning_is_bounced = partner._dunning_bounced()

    def _dunning_bounced(self):
        """Whether an e-mail to this contact's present address came back."""
        self.ensure_one()
        # sudo: a property of the address, which the caller knows.
        own = self.sudo()
        bounced = own.dunning_bounced_email
        return bool(bounced) and bounced == email_normalize(own.email or "", strict=False)

    def _dunning_mark_bounced(self, address, reason):
        """Remember that e-mails to an address come back.

        :param address: normalized
        :param reason: the mail server's words
        """
        self.write(
            {
                "dunning_bounced_email": address,
                "dunning_bounce_reason": reason,
                "dunning_bounced_on": fields.Date.context_today(self),
            }
        )

    def action_dunning_address_works(self):
        """Try the address again: the reason for which e-mails came back is gone."""
        self.env["account.dunning.notice"]._check_user()
        self.check_access("write")
        self._dunning_unmark()
        return True

    def _dunning_unmark(self):
        # sudo: a mark of the follow-up; who writes the contact, or from that address, ends it.
        self.sudo().filtered("dunning_bounced_email").write(
            {
                "dunning_bounced_email": False,
                "dunning_bounce_reason": False,
                "dunning_bounced_on": False,
            }
        )

    def _message_reset_bounce(self, email):
        # Somebody wrote from the address: it works.
        result = super()._message_reset_bounce(email)
        self._dunning_unmark()
        return result

    def _dunning_email_problem(self):
        problem = super()._dunning_email_problem()
        if problem or not self._dunning_bounced():
            return problem
        # sudo: see _dunning_bounced.
        own = self.sudo()
        return self.env._(
            "The e-mail to %(address)s did not arrive: %(reason)s. %(advice)s",
            address=own.dunning_bounced_email,
            reason=(own.dunning_bounce_reason or self.env._("no reason given")).rstrip("."),
            advice=own._dunning_bounce_advice(),
        )

    def _dunning_bounce_advice(self):
        """How else the customer can be reached, as a sentence."""
        other = self._dunning_reachable()
        if other != self:
            return self.env._(
                "Write to %(contact)s (%(address)s) instead, or correct the address.",
                contact=other.name or other.display_name,
                address=other.email,
            )
        customer = self.commercial_partner_id
        if any(own.street and own.city for own in (self, customer)):
            return self.env._("Print a letter, or correct the address.")
        phone = self.phone or customer.phone
        if phone:
            return self.env._("Call %s, or correct the address.", phone)
        return self.env._("Correct the address, or call the customer.")

    def _dunning_reachable(self):
        """This contact; where its address does not work, one of the customer's that may.

        The contact for invoices first, then the customer itself, then the others.
        """
        if not self or not self._dunning_bounced():
            return self
        # sudo: the contacts of a customer who is written to.
        own = self.sudo()
        customer = own.commercial_partner_id
        contacts = own.search(
            [("id", "child_of", customer.id), ("email_normalized", "!=", False)], order="id"
        )
        others = contacts.filtered(
            lambda contact: (
                contact.email_normalized != own.email_normalized and not contact._dunning_bounced()
            )
        )
        best = others.sorted(lambda contact: (contact.type != "invoice", contact != customer))[:1]
        return self.browse(best.id) if best else self
