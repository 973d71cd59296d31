from odoo import fields, models
from odoo.exceptions import UserError


class AccountDunningAssign(models.TransientModel):
    """Choose who follows customers up."""

    _name = "account.dunning.assign"
    _description = "Assign Customers"

    followup_ids = fields.Json(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain=lambda self: [
            ("share", "=", False),
            ("all_group_ids", "in", self.env.ref("account_dunning_plus.group_dunning_user").ids),
        ],
        help="Empty: nobody in particular.",
    )

    def action_assign(self):
        """Write who is responsible."""
        self.ensure_one()
        rows = self.env["account.dunning.followup"].browse(self.followup_ids)
        rows._check_user()
        user = self.user_id
        if user:
            if not user._is_internal() or not user.has_group(
                "account_dunning_plus.group_dunning_user"
            ):
                raise UserError(
                    self.env._("%s does not work with reminders: choose a dunning user.", user.name)
                )
            # sudo: which companies a colleague works for.
            missing = rows.company_id - user.sudo().company_ids
            if missing:
                raise UserError(
                    self.env._(
                        "%(user)s has no access to %(companies)s: choose somebody else.",
                        user=user.name,
                        companies=", ".join(missing.mapped("name")),
                    )
                )
        rows.write({"user_id": user.id})
        return {"type": "ir.actions.act_window_close"}
