from odoo import models


class AccountPaymentPromise(models.Model):
    """Nobody is told of a broken promise whose money may be there."""

    _inherit = "account.payment.promise"

    def _tell_broken(self, company):
        """Wait with who is told while money is to be matched, or the bank tells nothing.

        What is not said stays due: a later night says it, unless it is paid by then.
        """
        today = company._dunning_today()
        if company._dunning_bank_old(today):
            return None
        waiting = self.env["account.dunning.money"]._came_in(company, self.partner_id.ids)
        return super(
            AccountPaymentPromise, self.filtered(lambda own: own.partner_id.id not in waiting)
        )._tell_broken(company)
