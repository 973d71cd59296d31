from odoo import api, fields, models

from ..engine import Reason


class AccountDunningFollowup(models.Model):
    """Customers of whom the law holds something back."""

    _inherit = "account.dunning.followup"

    is_held_by_law = fields.Boolean(compute="_compute_is_held_by_law")

    @api.depends("partner_id", "company_id")
    def _compute_is_held_by_law(self):
        decided = self._decided()
        for row in self:
            customer = decided.get(row)
            row.is_held_by_law = bool(customer) and any(
                own.reason is Reason.UNLAWFUL for own in customer.decision.items
            )

    def action_allow_charges(self):
        """Let a manager allow the charges that the law seems to forbid."""
        self.ensure_one()
        return self.env["account.dunning.override"]._open(self.company_id, self.partner_id)
