from odoo import api, models
from odoo.tools import SQL


class AccountDunningFacts(models.AbstractModel):
    """Who has paid online is not reminded while the provider is at work."""

    _inherit = "account.dunning.facts"

    @api.model
    def _open_items(self, company, partner_ids):
        items = super()._open_items(company, partner_ids)
        self.env["payment.transaction"].flush_model(["provider_id", "state", "invoice_ids"])
        # As core tells whether an invoice is still to be paid: by hand, "pending" says nothing.
        under_way = {
            move_id
            for [move_id] in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT paid.invoice_id
                      FROM payment_transaction tx
                      JOIN payment_provider provider ON provider.id = tx.provider_id
                      JOIN account_invoice_transaction_rel paid ON paid.transaction_id = tx.id
                     WHERE tx.state IN ('pending', 'authorized')
                       AND tx.company_id = %s
                       AND provider.code NOT IN ('none', 'custom')
                    """,
                    company.id,
                )
            )
        }
        if under_way:
            for own in items.values():
                for item in own:
                    if item.move_id in under_way:
                        item.facts.settled = True
        return items
