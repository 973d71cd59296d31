from odoo import api, models
from odoo.tools import formatLang

_TIMELINE = 20


class AccountDunningFollowup(models.Model):
    """What customers say that they have paid: in the list, in the timeline, and looked into."""

    _inherit = "account.dunning.followup"

    def action_said_paid_seen(self):
        """Somebody has looked: reminders wait for the bank until their day."""
        self._said_paid_waiting().action_seen()
        self.invalidate_recordset()
        return True

    def action_said_paid_not_found(self):
        """Nothing came in: what is said to be paid is reminded of again."""
        self._said_paid_waiting().action_not_found()
        self.invalidate_recordset()
        return True

    def _said_paid_waiting(self):
        self._check_user()
        waiting = self.env["account.dunning.said.paid"]._waiting_of(self._pairs())
        return waiting.sudo(False)

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_words(self):
        result = super()._compute_words()
        rows = {(row.partner_id.id, row.company_id.id): row for row in self if row.needs_said_paid}
        if not rows:
            return result
        waiting = self.env["account.dunning.said.paid"]._waiting_of(rows)
        for (partner, company), said in waiting.grouped(
            lambda own: (own.partner_id.id, own.company_id.id)
        ).items():
            row = rows[partner, company]
            row.reason = f"{said[:1]._words()}; {row.reason}"
            if not row.needs_reply:
                row.next_step = self.env._(
                    "Look for the payment and match it; else press Looked Into or Not Found"
                )
        return result

    # ---------------------------------------------------------------- timeline

    def _said_paid(self):
        # sudo: what a customer said is shown to all who may read the row.
        return (
            self.env["account.dunning.said.paid"]
            .sudo()
            .search(
                [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)],
                limit=_TIMELINE,
            )
        )

    def _timeline_said_paid(self):
        for said in self._said_paid():
            amount = said.amount and formatLang(
                self.env, said.amount, currency_obj=said.currency_id
            )
            yield self._event(
                "said_paid",
                said.create_date,
                said._words(),
                said,
                icon="fa-university",
                text="\n".join(filter(None, (amount, said.note))),
                author=said.contact_id.name or "",
                state=said._state_words(),
                tone="success"
                if said.is_found
                else {"waiting": "warning", "not_found": "danger"}.get(said.state, ""),
            )
