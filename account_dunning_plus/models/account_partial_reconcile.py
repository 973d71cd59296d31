from odoo import api, models


class AccountPartialReconcile(models.Model):
    """What is reconciled, or undone, tells at once what became of a promise or dispute."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials.debit_move_id._judge_kept_back()
        return partials

    def unlink(self):
        if not self:
            # As core does for each item that is not reconciled.
            return super().unlink()
        items = self.debit_move_id
        # What was matched with the same item as a discount goes with it.
        entries = items._discount_entries()
        result = super().unlink()
        items = items.exists()
        items._judge_kept_back()
        items.move_id._discount_undone(entries)
        return result
