from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of how charges are booked and paid."""

    _inherit = "res.config.settings"

    dunning_charge_journal_id = fields.Many2one(
        related="company_id.dunning_charge_journal_id", readonly=False
    )
    dunning_allotment = fields.Selection(related="company_id.dunning_allotment", readonly=False)
