from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

# A longer hold is a decision about the customer's policy.
MAX_DAYS = 366


class AccountDunningHold(models.TransientModel):
    """Keep reminders to customers, or of invoices, back until a day."""

    _name = "account.dunning.hold"
    _description = "Hold Reminders"

    followup_ids = fields.Json(readonly=True)
    move_ids = fields.Json(readonly=True)
    until = fields.Date(string="No Reminders Until", help="Up to and including this day.")
    reason = fields.Char(help="For colleagues; never sent to the customer.")

    def action_hold(self):
        """Put the customers, or the invoices, on hold."""
        self.ensure_one()
        rows = self.env["account.dunning.followup"].browse(self.followup_ids or ())
        rows._check_user()
        moves = self.env["account.move"].browse(self.move_ids or ())
        if moves:
            moves._dunning_check_hold()
        reason = (self.reason or "").strip()
        if not self.until:
            raise UserError(self.env._("Say until which day no reminder goes out."))
        if not reason:
            raise UserError(self.env._("Say why no reminder goes out until then."))
        for company in rows.company_id | moves.company_id:
            today = company._dunning_today()
            if self.until <= today:
                raise UserError(self.env._("Choose a day in the future to hold reminders until."))
            if self.until > today + timedelta(days=MAX_DAYS):
                raise UserError(
                    self.env._(
                        "Reminders can be held for a year at most. To never remind of an "
                        "invoice, exclude it from follow-up."
                    )
                    if moves
                    else self.env._(
                        "Reminders can be held for a year at most. To never remind a customer, "
                        "choose a dunning policy without levels."
                    )
                )
        if rows:
            rows._set_hold(self.until, reason)
        if moves:
            moves._dunning_set_hold(self.until, reason)
        return {"type": "ir.actions.act_window_close"}
