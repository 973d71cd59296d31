from odoo import fields, models


class AccountDunningRunReason(models.Model):
    _name = "account.dunning.run.reason"
    _description = "Dunning Run: Items by Reason"
    _order = "run_id, id"

    run_id = fields.Many2one("account.dunning.run", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    reason = fields.Selection(
        lambda self: self.env["account.dunning.facts"]._reason_selection(), required=True
    )
    customer_count = fields.Integer(string="Customers")
    item_count = fields.Integer(string="Items")
    amount = fields.Monetary()

    def action_view_items(self):
        """Open the invoices and entries that have this reason now."""
        self.ensure_one()
        moves = self.env["account.move"]._dunning_moves_with_reason([self.reason], self.company_id)
        return {
            "type": "ir.actions.act_window",
            "name": dict(self._fields["reason"]._description_selection(self.env))[self.reason],
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [
                (self.env.ref("account_dunning_plus.account_move_view_list_dunning").id, "list"),
                (False, "form"),
            ],
            "domain": [("id", "in", moves.ids)],
        }
