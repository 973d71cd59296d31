from odoo import api, models


class AccountPartialReconcile(models.Model):
    """What is reconciled, or undone, tells at once what became of a promise or dispute."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials.debit_move_id._promises()._judge()
        return partials

    def unlink(self):
        promises = self.debit_move_id._promises() if self else self.env["account.payment.promise"]
        result = super().unlink()
        promises.exists()._judge()
        return result
