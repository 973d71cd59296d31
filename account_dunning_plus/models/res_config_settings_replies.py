from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """How long reminders wait for a reply, and whether replies come in at all."""

    _inherit = "res.config.settings"

    dunning_reply_days = fields.Integer(related="company_id.dunning_reply_days", readonly=False)
    dunning_reply_problem = fields.Char(compute="_compute_dunning_reply_problem")

    @api.depends("company_id")
    def _compute_dunning_reply_problem(self):
        for settings in self:
            company = settings.company_id
            # sudo: whether there is one; its settings are not read.
            fetches = self.env["fetchmail.server"].sudo().search_count([("state", "=", "done")], 1)
            problem = False
            if not company.catchall_email:
                problem = self.env._(
                    "%(company)s has no alias domain, so replies and bounces go to %(address)s and "
                    "not to Odoo. Enter an alias domain in the general settings (its catchall and "
                    "bounce addresses must reach Odoo), or have an incoming mail server fetch "
                    "that mailbox.",
                    company=company.name,
                    address=company.email or self.env._("the sender's own mailbox"),
                )
            elif not fetches:
                problem = self.env._(
                    "No incoming mail server is set up: replies to %(catchall)s and bounces to "
                    "%(bounce)s reach Odoo only when your mail server hands them over.",
                    catchall=company.catchall_email,
                    bounce=company.bounce_email,
                )
            settings.dunning_reply_problem = problem
