from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .account_payment_promise import STATES

# Of the calendar: blue, green, orange, red, grey.
_COLORS = {"draft": 3, "open": 4, "kept": 10, "partial": 2, "broken": 1, "cancelled": 0}


class AccountPaymentPromiseLine(models.Model):
    """One payment of a promise."""

    _name = "account.payment.promise.line"
    _description = "Promised Payment"
    _order = "date, id"

    promise_id = fields.Many2one(
        "account.payment.promise", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(related="promise_id.partner_id", store=True, string="Customer")
    company_id = fields.Many2one(related="promise_id.company_id", store=True)
    currency_id = fields.Many2one(related="promise_id.currency_id")
    user_id = fields.Many2one(related="promise_id.user_id")
    date = fields.Date(string="Pay By", required=True, index=True)
    amount = fields.Monetary(required=True)
    state = fields.Selection(STATES, default="open", required=True, readonly=True, copy=False)
    amount_paid = fields.Monetary(string="Paid", readonly=True, copy=False)
    amount_in_time = fields.Monetary(string="Paid in Time", readonly=True, copy=False)
    paid_on = fields.Date(readonly=True, copy=False)
    paid_late = fields.Boolean(string="Kept Late", readonly=True, copy=False)
    broken_on = fields.Date(
        readonly=True, copy=False, help="The first day on which it was too late to pay it in time."
    )
    color = fields.Integer(compute="_compute_color")
    word_date = fields.Date(string="Reminded On", readonly=True, copy=False)

    @api.depends("state")
    def _compute_color(self):
        for line in self:
            line.color = _COLORS[line.state]

    @api.depends("promise_id", "amount", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = self.env._(
                "%(amount)s %(customer)s",
                customer=line.partner_id.display_name,
                amount=formatLang(self.env, line.amount, currency_obj=line.currency_id),
            )

    def action_open_promise(self):
        """Open the promise of which this is a payment."""
        self.ensure_one()
        return self.promise_id._open(self.promise_id)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        self._check_draft()

    def _check_draft(self):
        """Let instalments be changed until the promise holds, then by the workflow alone."""
        if not self.env.su and self.promise_id.filtered(lambda own: own.state != "draft"):
            raise UserError(
                self.env._(
                    "The instalments of a promise that holds are not changed: reschedule it."
                )
            )


class AccountPaymentPromiseItem(models.Model):
    """An open item that a promise covers, wholly or in part."""

    _name = "account.payment.promise.item"
    _description = "Promised Item"
    _order = "date_maturity, id"

    promise_id = fields.Many2one(
        "account.payment.promise", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="promise_id.company_id")
    currency_id = fields.Many2one(related="promise_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line", string="Item", required=True, ondelete="cascade", index=True
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    date_maturity = fields.Date(related="move_line_id.date_maturity", store=True)
    amount = fields.Monetary(readonly=True, help="What of the item was promised.")
    amount_covered = fields.Monetary(
        string="Not Dunned", readonly=True, help="What is still promised, and not dunned."
    )

    _promise_item_unique = models.UniqueIndex(
        "(promise_id, move_line_id)", "An item is covered by a promise once."
    )
