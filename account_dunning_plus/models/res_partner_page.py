from odoo import models


class ResPartner(models.Model):
    """Where a customer sees what is open, and answers."""

    _inherit = "res.partner"

    def _dunning_page_url(self):
        """The address of the customer's page in the current company."""
        self.ensure_one()
        company = self.env.company
        customer = self.commercial_partner_id
        customers = self.env["account.dunning.customer"]
        pair = (company.id, customer.id)
        version = customers._link_versions([pair]).get(pair, 0)
        token = customers._page_token(company, customer.id, version=version)
        return f"{company.get_base_url()}/dunning/{token}"
