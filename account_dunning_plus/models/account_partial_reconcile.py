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
        items = self.debit_move_id
        result = super().unlink()
        items.exists()._judge_kept_back()
        return result
