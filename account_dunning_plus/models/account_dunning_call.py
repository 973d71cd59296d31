from odoo import fields, models


class AccountDunningCall(models.Model):
    _name = "account.dunning.call"
    _description = "Follow-up Call"
    _order = "date desc, id desc"

    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    user_id = fields.Many2one("res.users", required=True, default=lambda self: self.env.user)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    outcome = fields.Selection([("no_answer", "No answer"), ("other", "Other")], required=True)
    note = fields.Text()
