from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountDiscountNotice(models.Model):
    """What one customer is told of early-payment discounts: the word in time, or a claim.

    A word is said of an invoice once. What was said stays as it was said: the lines of
    notices that went out are history.
    """

    _name = "account.discount.notice"
    _description = "Message About Discounts"
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

    kind = fields.Selection(
        [("word", "Discount Ends"), ("claim", "Discount Claimed")],
        string="Message",
        required=True,
        readonly=True,
        default="word",
    )
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    date = fields.Date(
        required=True, readonly=True, index=True, help="The day it went out, or was prepared."
    )
    last_day = fields.Date(readonly=True, help="The first day on which one of the discounts ends.")
    state = fields.Selection(
        [("ready", "Ready"), ("sent", "Sent"), ("failed", "Failed"), ("cancelled", "Cancelled")],
        required=True,
        default="ready",
        readonly=True,
        index=True,
        copy=False,
    )
    given_up = fields.Boolean(
        readonly=True, copy=False, help="A person cancelled it: nothing more is said by itself."
    )
    line_ids = fields.One2many(
        "account.discount.notice.line", "notice_id", string="Invoices", readonly=True
    )
    amount_discount = fields.Monetary(
        string="Discount", readonly=True, help="In the company's currency."
    )
    amount_to_pay = fields.Monetary(
        string="To Pay", readonly=True, help="With the discount, in the company's currency."
    )
    qr_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="QR Codes",
        domain=[("res_model", "=", "account.discount.notice"), ("name", "=like", "QR %")],
        readonly=True,
    )
    preview_html = fields.Html(
        string="Preview", compute="_compute_preview_html", sanitize=False, compute_sudo=False
    )

    _open_index = models.Index("(company_id, partner_id) WHERE state IN ('ready', 'failed')")

    # ----------------------------------------------------------------- actions

    def action_send(self):
        """Try messages that failed, or wait, once more."""
        self._check_user()
        again = self.filtered(lambda notice: notice.state in ("ready", "failed"))
        if not again:
            raise UserError(self.env._("Only a ready or failed message can be sent."))
        # sudo: notices are written by their workflow alone; the right was checked above.
        again.sudo().state = "ready"
        again._deliver()
        return True

    def action_resend(self):
        """Send messages that went out once more, with what holds today."""
        self._check_user()
        sent = self.filtered(lambda notice: notice.state == "sent")
        if not sent:
            raise UserError(self.env._("Only a message that was sent can be sent again."))
        # sudo: see action_send.
        for notice in sent.sudo():
            notice = notice.with_company(notice.company_id)
            if not notice._facts_again(notice.company_id._dunning_today())[notice]:
                raise UserError(
                    self.env._(
                        "Nothing of this message to %s holds any more: it is paid, credited, or "
                        "its day is over.",
                        notice.partner_id.display_name,
                    )
                )
            notice.state = "ready"
            notice._deliver()
            if notice.state == "failed":
                raise UserError(notice.failure_message)
            notice._message_log(body=self.env._("Sent again by %s.", self.env.user.name))
        return True

    def action_cancel(self):
        """Cancel messages that have not gone out; nothing more is said of their invoices."""
        self._check_user()
        if self.filtered(lambda notice: notice.state == "sent"):
            raise UserError(self.env._("A message that was sent cannot be cancelled."))
        # sudo: see action_send.
        own = self.sudo()
        own._cancel(self.env._("Cancelled by %s.", self.env.user.name))
        own.given_up = True
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(notice.state == "sent" for notice in self):
            raise UserError(self.env._("A message that was sent is history and cannot be deleted."))


class AccountDiscountNoticeLine(models.Model):
    """One invoice of which a customer is told."""

    _name = "account.discount.notice.line"
    _description = "Invoice on a Message About Discounts"
    _order = "notice_id, last_day, id"

    notice_id = fields.Many2one(
        "account.discount.notice", required=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(related="notice_id.kind", store=True)
    state = fields.Selection(related="notice_id.state", store=True)
    partner_id = fields.Many2one(related="notice_id.partner_id")
    company_id = fields.Many2one(related="notice_id.company_id")
    date = fields.Date(related="notice_id.date")
    move_line_id = fields.Many2one("account.move.line", string="Item", ondelete="set null")
    move_id = fields.Many2one("account.move", string="Invoice", ondelete="set null", index=True)
    move_name = fields.Char(string="Number")
    currency_id = fields.Many2one("res.currency", required=True)
    last_day = fields.Date()
    amount_open = fields.Monetary(string="Open Amount")
    discount = fields.Monetary(help="The discount of the day on which it was written.")
    amount_to_pay = fields.Monetary(string="To Pay")

    # The customer hears of the discount of an invoice once, whatever runs at the same time.
    _item_word_unique = models.UniqueIndex(
        "(move_line_id) WHERE kind = 'word' AND state != 'cancelled'",
        "The customer was told of this discount already.",
    )

    def action_open_move(self):
        """Open the invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
