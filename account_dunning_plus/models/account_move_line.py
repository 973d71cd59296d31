from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # What is owed is a small part of a ledger: the worklist sums it from this index alone.
    _dunning_open_index = models.Index(
        "(company_id, partner_id)"
        " INCLUDE (account_id, date_maturity, date, amount_residual, no_followup, move_id)"
        " WHERE reconciled IS NOT TRUE AND parent_state = 'posted' AND amount_residual != 0"
    )

    def _promises(self):
        """The promises that cover these items."""
        # sudo: whoever reconciles a payment, the promise must know.
        items = self.env["account.payment.promise.item"].sudo()
        return items.search([("move_line_id", "in", self.ids)]).promise_id if self else items.promise_id
