from odoo import fields, models

from .field_types import UncheckedMany2one


class AccountDunningNoticeLine(models.Model):
    """One item on a notice.

    The lines of notices that went out are an append-only log and the only truth
    about what was dunned: an item's level is read from them, never kept beside.
    """

    _name = "account.dunning.notice.line"
    _description = "Dunning Notice Line"
    _order = "notice_id, date_maturity, id"
    # Who and when stand on the notice; a night can write a hundred thousand lines.
    _log_access = False

    # A notice takes its lines along when it is deleted (its ``unlink``, and its run's). The
    # database would look it up for each of them.
    notice_id = UncheckedMany2one(
        "account.dunning.notice", required=True, ondelete="cascade", index=True
    )
    run_id = fields.Many2one(related="notice_id.run_id")
    partner_id = fields.Many2one(related="notice_id.partner_id")
    company_id = fields.Many2one(related="notice_id.company_id")
    state = fields.Selection(related="notice_id.state", store=True)
    date = fields.Date(related="notice_id.date")
    # Whoever deletes an item or an entry empties these two. A foreign key would write to each
    # item of the ledger that is reminded of, to lock it.
    move_line_id = UncheckedMany2one("account.move.line", string="Item", ondelete="set null")
    move_id = UncheckedMany2one("account.move", string="Invoice", ondelete="set null", index=True)
    move_name = fields.Char(
        string="Number", help="The document's number when it was put on the notice."
    )
    # A level that was used cannot be deleted: the level itself refuses it.
    level_id = UncheckedMany2one("account.dunning.level", required=True, ondelete="restrict")
    # The currency of a journal item, which keeps it.
    currency_id = UncheckedMany2one("res.currency", required=True)
    date_maturity = fields.Date(string="Due Date")
    amount_residual = fields.Monetary(
        string="Open Amount", help="Open when the notice was written, in the item's currency."
    )
    announced = fields.Boolean(
        help="The notice announced what a later level charges for this item, with the period that "
        "the law gives a consumer."
    )
    days_overdue = fields.Integer(help="Days past the due date; negative before it.")

    # An item gets each level once, whatever runs at the same time.
    _item_level_unique = models.UniqueIndex(
        "(move_line_id, level_id) WHERE state != 'cancelled'",
        "This item has a reminder of this level already.",
    )

    def action_open_notice(self):
        """Open the notice of this line."""
        self.ensure_one()
        return self._open_form("account.dunning.notice", self.notice_id)

    def action_open_move(self):
        """Open the invoice or entry of this line."""
        self.ensure_one()
        return self._open_form("account.move", self.move_id)

    def _open_form(self, model, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": record.id,
            "view_mode": "form",
        }
