from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_link_days = fields.Integer(related="company_id.dunning_link_days", readonly=False)
    dunning_page_preferences = fields.Boolean(
        related="company_id.dunning_page_preferences", readonly=False
    )
