from odoo import api, models


class AccountDunningPage(models.AbstractModel):
    """How an item stands about which the customer has answered."""

    _inherit = "account.dunning.page"

    @api.model
    def _item_state(self, item, today):
        until = item.facts.said_paid_until
        if until and until >= today and not item.facts.settled:
            return "said_paid", self.env._("You told us that it is paid: we look for your payment.")
        return super()._item_state(item, today)
