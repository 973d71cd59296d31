from odoo import api, fields, models


class AccountDunningFollowup(models.Model):
    """How a customer wants to be reminded, and what else it was written."""

    _inherit = "account.dunning.followup"

    preferences = fields.Char(
        string="Reminded How",
        compute="_compute_preferences",
        help="How the customer wants to be reminded. Empty: as each level says.",
    )

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_preferences(self):
        for row in self:
            row.preferences = row.partner_id.dunning_preferences

    def _timeline_courtesies(self):
        # sudo: what a customer was sent is shown to all who may read the row.
        courtesies = (
            self.env["account.dunning.courtesy"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("state", "!=", "cancelled"),
                ]
            )
        )
        kinds = dict(courtesies._fields["kind"]._description_selection(self.env))
        states = dict(courtesies._fields["state"]._description_selection(self.env))
        for own in courtesies:
            yield self._event(
                "courtesy",
                own.mail_message_id.date or own.date,
                kinds[own.kind],
                own,
                icon="fa-envelope-o",
                text=own.failure_message or "",
                author=own.recipient_id.name or "",
                state=states[own.state],
                tone="danger" if own.state == "failed" else "",
            )
