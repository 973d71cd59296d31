from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of the early-payment discount."""

    _inherit = "res.config.settings"

    discount_notice_days = fields.Integer(related="company_id.discount_notice_days", readonly=False)
    discount_grace_days = fields.Integer(related="company_id.discount_grace_days", readonly=False)
    discount_tolerance = fields.Monetary(
        related="company_id.discount_tolerance", currency_field="currency_id", readonly=False
    )
    discount_cost_of_money = fields.Float(
        related="company_id.discount_cost_of_money", readonly=False
    )
