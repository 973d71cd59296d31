from odoo import api, models


class AccountDunningFacts(models.AbstractModel):
    """What customers say of their items: that they are paid."""

    _inherit = "account.dunning.facts"

    @api.model
    def _note_said_paid(self, company, items):
        """Note on the facts until when items are held because they are said to be paid.

        :param items: dict of partner id to list of OpenItem
        """
        said = self.env["account.dunning.said.paid"]._held_items(company, list(items))
        for partner_id in {partner_id for partner_id, _until in said.values()}:
            for item in items[partner_id]:
                if item.id in said:
                    item.facts.said_paid_until = said[item.id][1]
