from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Whether customers are thanked."""

    _inherit = "res.config.settings"

    dunning_thank_promise = fields.Boolean(
        related="company_id.dunning_thank_promise", readonly=False
    )
    dunning_thank_cleared = fields.Boolean(
        related="company_id.dunning_thank_cleared", readonly=False
    )
    dunning_thank_days = fields.Integer(related="company_id.dunning_thank_days", readonly=False)

    def action_dunning_courtesy_texts(self):
        """Open the texts of weekly statements and thank-yous."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.template",
            "view_mode": "list,form",
            "domain": [("model", "=", "account.dunning.courtesy")],
            "name": self.env._("Texts"),
        }
