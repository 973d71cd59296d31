from odoo import models


class AccountPaymentPromise(models.Model):
    """The customer's page in messages about promises."""

    _inherit = "account.payment.promise"

    def _dunning_page_url(self):
        """The address of the page where the customer sees what is open, and answers."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id)._dunning_page_url()
