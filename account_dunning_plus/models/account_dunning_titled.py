from odoo import api, models


class AccountDunningTitled(models.AbstractModel):
    """What is told of a customer, named by the customer and the kind of it.

    Who inherits has ``partner_id`` and the selection ``kind``.
    """

    _name = "account.dunning.titled"
    _description = "Named by Customer and Kind"

    @api.depends("partner_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for own in self:
            own.display_name = f"{own.partner_id.display_name} – {kinds.get(own.kind, '')}"
