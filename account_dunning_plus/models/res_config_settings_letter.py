from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_letter_window = fields.Selection(
        related="company_id.dunning_letter_window", readonly=False, required=True
    )
    dunning_letter_both_sides = fields.Boolean(
        related="company_id.dunning_letter_both_sides", readonly=False
    )
    dunning_letter_signer = fields.Char(related="company_id.dunning_letter_signer", readonly=False)
    dunning_letter_function = fields.Char(
        related="company_id.dunning_letter_function", readonly=False
    )
    dunning_letter_signature = fields.Image(
        related="company_id.dunning_letter_signature", readonly=False
    )
