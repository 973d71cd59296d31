from odoo import fields, models
from odoo.exceptions import UserError


class AccountDunningPlanCall(models.TransientModel):
    """Plan a call with each of some customers."""

    _name = "account.dunning.plan.call"
    _description = "Plan a Call"

    followup_ids = fields.Json(required=True, readonly=True)
    date = fields.Date(string="Call On", default=lambda self: self.env.company._dunning_today())
    user_id = fields.Many2one(
        "res.users",
        string="By",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    note = fields.Text(string="About")

    def action_plan(self):
        """Plan the calls."""
        self.ensure_one()
        rows = self.env["account.dunning.followup"].browse(self.followup_ids)
        rows._check_user()
        if not self.date:
            raise UserError(self.env._("Say on which day to call."))
        if not self.user_id:
            raise UserError(self.env._("Say who makes the call."))
        # sudo: which companies a colleague works for.
        missing = rows.company_id - self.user_id.sudo().company_ids
        if missing:
            raise UserError(
                self.env._(
                    "%(user)s has no access to %(companies)s: choose somebody else.",
                    user=self.user_id.name,
                    companies=", ".join(missing.mapped("name")),
                )
            )
        if any(self.date < company._dunning_today() for company in rows.company_id):
            raise UserError(self.env._("The day is in the past: choose today or a later day."))
        # sudo: activities on rows that the user may read, also for a colleague; the right
        # was checked above. quick_update: seen in the list, not in as many e-mails.
        activities = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        activities.create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(rows._name),
                    "res_id": row_id,
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "user_id": self.user_id.id,
                    "date_deadline": self.date,
                    "note": self.note,
                }
                for row_id in rows.ids
            ]
        )
        return {"type": "ir.actions.act_window_close"}
