from odoo import api, fields, models
from odoo.fields import Domain

_BY_EMAIL = ("email", "both")
_BY_LETTER = ("letter", "both")


class AccountDunningLevel(models.Model):
    _inherit = "account.dunning.level"

    def _is_formal(self):
        """Whether this level is of the formal ones, or comes after one of them.

        One that announces or charges costs, is a letter, or needs approval.
        """
        self.ensure_one()
        return any(
            level.announces_costs
            or level.charge_scheme_id
            or level.print_letter
            or level.requires_approval
            for level in self.policy_id.level_ids
            if level.delay_days <= self.delay_days
        )

    def _is_first_after_due(self):
        """Whether no other level of its policy comes before it, on or after the due date."""
        self.ensure_one()
        others = self.policy_id.level_ids.filtered(lambda level: level.delay_days >= 0)
        return self == others.sorted("number")[:1]


class AccountDunningNotice(models.Model):
    """What the customer wishes of a notice: by which way it goes, and who gets a copy."""

    _inherit = "account.dunning.notice"

    channel = fields.Selection(
        [
            ("email", "E-mail"),
            ("letter", "Letter"),
            ("both", "E-mail and letter"),
            ("call", "Phone call"),
        ],
        string="Way",
        readonly=True,
        copy=False,
        help="By which way it goes as the customer wishes. Empty: as the level says.",
    )

    # ----------------------------------------------------------------- channel

    def _goes_by_email(self):
        self.ensure_one()
        return self.channel in _BY_EMAIL if self.channel else self.level_id.send_email

    def _goes_by_letter(self):
        self.ensure_one()
        return self.channel in _BY_LETTER if self.channel else self.level_id.print_letter

    def _planned_activity_type(self):
        """The kind of activity that goes with it, empty when none does."""
        self.ensure_one()
        if self.channel == "call" and not self.level_id.activity_type_id:
            return self.env.ref("mail.mail_activity_data_call")
        return self.level_id.activity_type_id

    @api.model
    def _letter_domain(self):
        """Notices that are letters."""
        as_level = Domain("channel", "=", False) & Domain("level_id.print_letter", "=", True)
        return Domain("channel", "in", _BY_LETTER) | as_level

    @api.model
    def _by_itself_domain(self):
        """Notices that leave by themselves; what is only a letter waits for the printer."""
        as_level = Domain("channel", "in", [False, "letter"]) & (
            Domain("level_id.activity_type_id", "!=", False)
        )
        return (
            Domain("channel", "in", (*_BY_EMAIL, "call"))
            | (Domain("channel", "=", False) & Domain("level_id.send_email", "=", True))
            | as_level
        )

    @api.model
    def _channel_of(self, level, wish, recipient):
        """By which way a notice goes to who wishes one, None when as the level says.

        What announces or charges costs goes by the level's own way as well: the law must be
        able to rely on it. A level that only plans an activity stays that.

        :param level: account.dunning.level
        :param wish: the customer's ``dunning_channel``, None without one
        :param recipient: who is written to
        """
        if not wish or not (level.send_email or level.print_letter):
            return None
        costs = level.announces_costs or level.charge_scheme_id
        if wish == "call":
            return "call" if not costs and level._is_first_after_due() else None
        by_email, by_letter = wish in _BY_EMAIL, wish in _BY_LETTER
        if by_letter and not _has_address(recipient):
            # A letter to nowhere reminds nobody.
            return None
        if by_email and not by_letter and recipient._dunning_email_problem():
            return None
        if costs:
            by_email = by_email or level.send_email
            by_letter = by_letter or level.print_letter
        if (by_email, by_letter) == (level.send_email, level.print_letter):
            return None
        return "both" if by_email and by_letter else "email" if by_email else "letter"

    # -------------------------------------------------------------------- days

    def _wait_for_their_day(self):
        """The notices of customers who are sent nothing today; the night sends them.

        :return: those notices, with a line in their chatter that says when
        """
        waiting = self.browse()
        partners = self.env["res.partner"]
        facts = self.env["account.dunning.facts"]
        for company, notices in self.grouped("company_id").items():
            today = company._dunning_today()
            days = partners._dunning_days_of(company, notices.partner_id.ids, today)
            for notice in notices:
                own = days.get(notice.partner_id.id)
                if own is None or own.includes(today):
                    continue
                waiting |= notice
                notice._message_log(
                    body=self.env._(
                        "It goes out on %s, as the customer wishes.",
                        facts._day(own.next(today)),
                    )
                )
        return waiting

    # ------------------------------------------------------------------ copies

    @api.model
    def _wished(self, level, customer, recipient, roles):
        """What the customer wishes of a notice of a level.

        :param customer: DecidedCustomer
        :param recipient: who is written to
        :param roles: of ``_dunning_roles_of`` for the customer, None without any
        :return: values of ``channel`` and ``email_cc``
        """
        if not customer.channel and not roles:
            return {"channel": None, "email_cc": None}
        copies = recipient._dunning_copies(recipient, roles, level._is_formal()) if roles else None
        return {
            "channel": self._channel_of(level, customer.channel, recipient),
            "email_cc": (copies and copies._dunning_copy_addresses(recipient)) or None,
        }

    def _wished_again(self, customer, recipient, roles):
        """The same for this notice as it is now; the copies that a person chose stay."""
        self.ensure_one()
        wished = self._wished(self.level_id, customer, recipient, roles.get(self.partner_id.id))
        chosen = (self.composed or {}).get("copy_ids")
        if chosen is not None:
            contacts = self._own_contacts(chosen) - recipient
            wished["email_cc"] = contacts._dunning_copy_addresses(recipient) or None
        return {name: value for name, value in wished.items() if (value or False) != self[name]}

    def _own_contacts(self, contact_ids):
        """Those of some contacts that are the customer's own, and still there."""
        self.ensure_one()
        contacts = self.env["res.partner"].browse(contact_ids).exists()
        return contacts.filtered(
            lambda contact: contact.active and contact.commercial_partner_id == self.partner_id
        )


def _has_address(partner):
    """Whether a letter can be sent to a contact, or to its customer."""
    return any(own.street or own.city for own in (partner, partner.commercial_partner_id))
