from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Promises, disputes and holds from the invoice."""

    _inherit = "account.move"

    def _dunning_open_lines(self):
        """The invoice's open receivable items."""
        return self.line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and not line.reconciled
                and line.amount_residual > 0
            )
        )

    def action_dunning_promise(self):
        """Take a promise for this invoice down."""
        self.ensure_one()
        lines = self._dunning_open_lines()
        if self.state != "posted" or not lines:
            raise UserError(
                self.env._("%s is not open: there is nothing to promise.", self.display_name)
            )
        promise = self.env["account.payment.promise"]
        return promise._dialog(self.commercial_partner_id, self.company_id, lines.ids)

    def action_dunning_dispute(self):
        """Open a dispute of this invoice or of a part of it."""
        self.ensure_one()
        dispute = self.env["account.dunning.dispute"]
        return dispute._dialog(self.commercial_partner_id, self.company_id, self)

    def action_dunning_promises(self):
        """Open the promises for these invoices."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_payment_promise_action"
        )
        return dict(
            action,
            domain=[("item_ids.move_line_id", "in", self.line_ids.ids)],
            context={},
        )

    def action_dunning_disputes(self):
        """Open the disputes of these invoices."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_dunning_dispute_action"
        )
        return dict(action, domain=[("move_id", "in", self.ids)], context={})
