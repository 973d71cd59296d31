from odoo import api, fields, models
from odoo.tools import format_date

KINDS = [
    ("statement", "Weekly Statement"),
    ("promise", "Thank-you for a Kept Promise"),
    ("cleared", "Thank-you for a Cleared Account"),
]


class AccountDunningCourtesy(models.Model):
    """What a customer is written beside reminders: the weekly statement, a thank-you.

    It states what is true when it is written, and asks for nothing by a day. One a day and
    customer; of a kept promise, and of a reminder after which all was paid, once.
    """

    _name = "account.dunning.courtesy"
    _description = "Statement or Thank-you"
    _inherit = [
        # Before mail.thread: it says who is written to.
        "account.dunning.mailed",
        "account.dunning.message",
        "account.dunning.titled",
        "mail.thread",
        "account.dunning.rights",
    ]
    _order = "date desc, id desc"
    _mail_post_access = "read"

    kind = fields.Selection(KINDS, string="Message", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    date = fields.Date(required=True, readonly=True, index=True)
    state = fields.Selection(
        [("ready", "Ready"), ("sent", "Sent"), ("failed", "Failed"), ("cancelled", "Cancelled")],
        required=True,
        default="ready",
        readonly=True,
        copy=False,
    )
    promise_id = fields.Many2one(
        "account.payment.promise", readonly=True, ondelete="set null", help="Which was kept."
    )
    notice_id = fields.Many2one(
        "account.dunning.notice",
        string="Reminder",
        readonly=True,
        ondelete="set null",
        help="After which all was paid.",
    )

    is_of_merged = fields.Boolean(
        readonly=True,
        copy=False,
        help="Of a card that was merged into one that had got such a message the same day.",
    )

    # Whatever runs at the same time, the last word is the database's.
    _day_unique = models.UniqueIndex(
        "(company_id, partner_id, date) WHERE state != 'cancelled' AND is_of_merged IS NOT TRUE",
        "A customer gets one such message a day.",
    )
    _promise_unique = models.UniqueIndex(
        "(promise_id) WHERE promise_id IS NOT NULL AND state != 'cancelled'",
        "The customer was thanked for this promise already.",
    )
    _notice_unique = models.UniqueIndex(
        "(notice_id) WHERE notice_id IS NOT NULL AND state != 'cancelled'",
        "The customer was thanked for paying after this reminder already.",
    )

    @api.model
    def _merge_cards(self, partners, kept):
        """Let cards become one that got such messages on the same day; each stays history.

        :param partners: the cards
        :param kept: the one that is left
        """
        found = self.search(
            [("partner_id", "in", partners.ids), ("state", "!=", "cancelled")], order="id"
        )
        for own in found.grouped(lambda own: (own.company_id, own.date)).values():
            first = own.filtered(lambda one: one.partner_id == kept)[:1] or own[:1]
            (own - first).is_of_merged = True

    # ------------------------------------------------------------------- words

    def _recipient(self):
        self.ensure_one()
        # sudo: the address of a customer whose message may be read.
        return self.sudo().recipient_id

    def _statement(self):
        """The customer's account as the text states it.

        Of what is paid, on its way, on hold, in dispute or not delivered nothing is stated.

        :return: as ``_dunning_statement`` of the customer
        """
        self.ensure_one()
        known = (self.env.context.get("courtesy_items") or {}).get(self.partner_id.id)
        # sudo: the account of a customer, for the customer.
        partner = self.sudo().partner_id.with_company(self.company_id)
        return partner.with_context(lang=self.env.lang)._dunning_statement(known)

    def _promise_words(self):
        """What was promised and kept, in words."""
        self.ensure_one()
        # sudo: see _statement.
        promise = self.sudo().promise_id
        return promise._total_words() if promise else ""

    def _reminder_words(self):
        """The day of the reminder after which all was paid."""
        self.ensure_one()
        # sudo: see _statement.
        day = self.sudo().notice_id.date
        return format_date(self.env, day) if day else ""
