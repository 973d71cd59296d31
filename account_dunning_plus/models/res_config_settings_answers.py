from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What customers may agree on by themselves."""

    _inherit = "res.config.settings"

    promise_page_days = fields.Integer(related="company_id.promise_page_days", readonly=False)
    promise_page_instalments = fields.Integer(
        related="company_id.promise_page_instalments", readonly=False
    )
    promise_page_kept = fields.Integer(related="company_id.promise_page_kept", readonly=False)
    dunning_said_paid_days = fields.Integer(
        related="company_id.dunning_said_paid_days", readonly=False
    )
