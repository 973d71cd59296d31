from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What the law asks of the company before it charges."""

    _inherit = "res.config.settings"

    dunning_small_company = fields.Boolean(
        related="company_id.dunning_small_company", readonly=False
    )
    dunning_regular_deliveries = fields.Boolean(
        related="company_id.dunning_regular_deliveries", readonly=False
    )
    dunning_postage = fields.Monetary(
        related="company_id.dunning_postage", currency_field="currency_id", readonly=False
    )
