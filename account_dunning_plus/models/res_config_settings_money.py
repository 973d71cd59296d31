from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Money on its way, the age of bank statements, and invoices that did not arrive."""

    _inherit = "res.config.settings"

    dunning_money_stops = fields.Boolean(related="company_id.dunning_money_stops", readonly=False)
    dunning_bank_days = fields.Integer(related="company_id.dunning_bank_days", readonly=False)
    dunning_undelivered_since = fields.Date(
        related="company_id.dunning_undelivered_since", readonly=False
    )
    dunning_sends_invoices = fields.Boolean(related="company_id.dunning_sends_invoices")
