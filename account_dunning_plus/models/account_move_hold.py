from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """An invoice is kept back from reminders until a day, for a reason."""

    _inherit = "account.move"

    def action_dunning_hold(self):
        """Send no reminders of these invoices until a day."""
        self._dunning_check_hold()
        wizard = self.env["account.dunning.hold"].create({"move_ids": self.ids})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold Reminders"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def action_dunning_resume(self):
        """End the hold."""
        self.env["account.dunning.followup"]._check_user()
        self.check_access("read")
        self._dunning_set_hold(False, False)
        return True

    def _dunning_check_hold(self):
        """Refuse what is not reminded of anyway."""
        self.env["account.dunning.followup"]._check_user()
        self.check_access("read")
        for move in self:
            if move.state != "posted" or not any(
                line.account_id.account_type == "asset_receivable"
                and line.balance > 0
                and not line.reconciled
                # sudo: the items of an invoice that may be read.
                for line in move.sudo().line_ids
            ):
                raise UserError(
                    self.env._(
                        "%s is not an open customer invoice: there is nothing to hold.",
                        move.display_name,
                    )
                )

    def _dunning_set_hold(self, until, reason):
        """Put invoices on hold, and note it on them."""
        words = self.env._("Reminders go out again.")
        if until:
            words = self.env._(
                "No reminders until %(date)s: %(reason)s",
                date=self.env["account.dunning.facts"]._day(until),
                reason=reason,
            )
        # sudo: who works with reminders need not be allowed to change invoices; callers
        # check the group and that the invoices may be read.
        moves = self.sudo()
        if not until:
            moves = moves.filtered("dunning_hold_until")
        moves.write({"dunning_hold_until": until, "dunning_hold_reason": reason})
        moves._message_log_batch(bodies=dict.fromkeys(moves.ids, words))
