from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_policy_id = fields.Many2one(related="company_id.dunning_policy_id", readonly=False)
    dunning_working_days_only = fields.Boolean(
        related="company_id.dunning_working_days_only", readonly=False
    )
    dunning_user_id = fields.Many2one(related="company_id.dunning_user_id", readonly=False)
    dunning_weight_amount = fields.Integer(
        related="company_id.dunning_weight_amount", readonly=False
    )
    dunning_weight_age = fields.Integer(related="company_id.dunning_weight_age", readonly=False)
    dunning_weight_behaviour = fields.Integer(
        related="company_id.dunning_weight_behaviour", readonly=False
    )
    dunning_weight_promises = fields.Integer(
        related="company_id.dunning_weight_promises", readonly=False
    )
    dunning_large_amount = fields.Monetary(
        related="company_id.dunning_large_amount", currency_field="currency_id", readonly=False
    )
    dunning_small_amount = fields.Monetary(
        related="company_id.dunning_small_amount", currency_field="currency_id", readonly=False
    )
    promise_tolerance_days = fields.Integer(
        related="company_id.promise_tolerance_days", readonly=False
    )
    promise_rest_due = fields.Boolean(related="company_id.promise_rest_due", readonly=False)
    promise_broken_hurries = fields.Boolean(
        related="company_id.promise_broken_hurries", readonly=False
    )
    promise_max_days = fields.Integer(related="company_id.promise_max_days", readonly=False)
    promise_max_instalments = fields.Integer(
        related="company_id.promise_max_instalments", readonly=False
    )
    promise_max_amount = fields.Monetary(
        related="company_id.promise_max_amount", currency_field="currency_id", readonly=False
    )
    promise_max_reschedules = fields.Integer(
        related="company_id.promise_max_reschedules", readonly=False
    )
    promise_interest_rate = fields.Float(related="company_id.promise_interest_rate", readonly=False)
    promise_interest_journal_id = fields.Many2one(
        related="company_id.promise_interest_journal_id", readonly=False
    )
    promise_word_days = fields.Integer(related="company_id.promise_word_days", readonly=False)
    promise_confirm_plans = fields.Boolean(
        related="company_id.promise_confirm_plans", readonly=False
    )
    promise_broken_message = fields.Boolean(
        related="company_id.promise_broken_message", readonly=False
    )
