from odoo import models


class AccountMove(models.Model):
    """An invoice whose next level the law holds back."""

    _inherit = "account.move"

    def action_dunning_allow(self):
        """Let a manager allow the charges that the law seems to forbid."""
        self.ensure_one()
        return self.env["account.dunning.override"]._open(
            self.company_id, self.commercial_partner_id, self
        )
