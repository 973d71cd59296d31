from odoo import api, fields, models
from odoo.fields import Command

from .. import engine
from .account_dunning_policy import minor_units

# How many instalments are proposed at first.
_PLAN_NUMBER = 3


class AccountPaymentPromise(models.Model):
    """The instalments of a promise: proposed by its settings, or written freely."""

    _inherit = "account.payment.promise"

    @api.onchange("partner_id", "company_id", "move_line_ids")
    def _onchange_items(self):
        """Propose all that is open, not promised yet and not in dispute."""
        if not self.partner_id:
            return
        previous = self._previous()
        going = previous._interest_items_to_reverse()
        lines = (self.move_line_ids._origin or self._open_lines()) - self._promised_elsewhere()
        lines -= going
        disputed = self._disputed_parts(lines)
        whole = self._open_amount(lines)
        self.amount = whole - sum(disputed.get(line.id, 0) for line in lines) or whole
        if previous:
            left = previous.amount - previous.amount_paid - self._open_amount(going)
            self.amount = min(self.amount, left) or self.amount
        if self.contact_id.commercial_partner_id != self.partner_id.commercial_partner_id:
            self.contact_id = self.partner_id

    @api.onchange("in_instalments")
    def _onchange_in_instalments(self):
        """Start with a plan that is easily agreed on; without instalments all is paid at once."""
        if self.in_instalments:
            self.plan_number = max(self.plan_number, _PLAN_NUMBER)
            self.first_date = self.first_date or self.date
        else:
            self.plan_by = "number"
            self.plan_number = 1
            self.date = self.first_date = self.first_date or self.date

    @api.onchange("amount", "first_date", "plan_by", "plan_number", "plan_amount", "plan_rhythm")
    def _onchange_plan(self):
        """Write the instalments anew, unless they are written freely."""
        if self.plan_by == "amount" and self.plan_amount <= 0:
            self.plan_amount = self.line_ids[:1].amount
        if self.plan_by == "free" or not self.first_date or self.amount <= 0:
            return
        try:
            instalments = self._instalments()
        except ValueError:
            return
        self.line_ids = [
            Command.clear(),
            *(Command.create(vals) for vals in self._line_vals(instalments)),
        ]
        self.date = instalments[-1].date

    @api.onchange("date")
    def _onchange_date(self):
        if self.date and self.plan_by == "number" and self.plan_number <= 1:
            self.first_date = self.date

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        """Instalments that were changed by hand are free, and say what is promised."""
        if not self.in_instalments or not self.line_ids:
            return
        if self.plan_by != "free" and not self._is_as_planned():
            self.plan_by = "free"
        if self.plan_by == "free":
            self.amount = sum(self.line_ids.mapped("amount"))
            self.date = max(filter(None, self.line_ids.mapped("date")), default=self.date)

    def _is_as_planned(self):
        """Whether the instalments are those that the plan's settings make."""
        try:
            planned = self._line_vals(self._instalments())
        except ValueError:
            return True
        lines = self.line_ids.sorted(lambda line: line.date or fields.Date.today())
        return len(planned) == len(lines) and all(
            own["date"] == line.date
            and not self.currency_id.compare_amounts(own["amount"], line.amount)
            for own, line in zip(planned, lines, strict=True)
        )

    def _previous(self):
        """The promise in whose place a new one is being taken down."""
        return self.browse(self.env.context.get("promise_previous_id") or [])

    def _instalments(self):
        """The instalments that the plan's settings make.

        :rtype: list of engine.Instalment
        :raises ValueError: they make no plan
        """
        self.ensure_one()
        total = minor_units(self.amount, self.currency_id)
        rhythm = engine.Rhythm(self.plan_rhythm)
        if self.plan_by == "amount":
            return engine.instalments_by_amount(
                total, minor_units(self.plan_amount, self.currency_id), self.first_date, rhythm
            )
        return engine.instalments_by_number(total, self.plan_number, self.first_date, rhythm)

    def _is_single(self):
        """Whether the plan's settings make one payment."""
        self.ensure_one()
        return self.plan_by == "free" or (self.plan_by == "number" and self.plan_number == 1)

    def _line_vals(self, instalments):
        scale = 10**self.currency_id.decimal_places
        return [
            {"date": instalment.date, "amount": instalment.amount / scale}
            for instalment in instalments
        ]
