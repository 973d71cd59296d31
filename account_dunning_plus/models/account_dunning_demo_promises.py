from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.fields import Command

from .. import engine
from .account_dunning_policy import minor_units

_MODULE = "account_dunning_plus"

# What customers promised or dispute refers to the oldest open invoice, or to the youngest.
_OLDEST, _YOUNGEST = 0, -1


class AccountDunningDemo(models.AbstractModel):
    """What the demo customers promised, kept, broke and dispute.

    Everything is taken down as a user would, then moved to its day in the past; the states
    are those that the bank and the calendar give.
    """

    _inherit = "account.dunning.demo"

    @api.model
    def _fill_company(self, company):
        result = super()._fill_company(company)
        company = company.with_env(self.env)
        self.with_context(promise_confirm_later=True)._make_promises(company)
        self._make_disputes(company)
        return result

    # ---------------------------------------------------------------- promises

    @api.model
    def _make_promises(self, company):
        today = company._dunning_today()
        # Said on the phone some days ago, and still to come.
        self._promise(company, "lavendelhof", today - timedelta(days=4), today + timedelta(days=3))
        # The day has passed, and nothing came.
        self._promise(company, "lindenhove", today - timedelta(days=12), today - timedelta(days=6))
        self._plan(company, "pepermolen", today - timedelta(days=20), today - timedelta(days=10))
        self._rescheduled(company, "trois_tilleuls", today)
        self.env["account.payment.promise"]._judge_time(company, today)

    @api.model
    def _promise(self, company, ref, made_on, date):
        """A promise to pay the oldest open invoice by a day."""
        customer = self.env.ref(f"{_MODULE}.demo_customer_{ref}")
        line = self._open_items_of(company, customer)[_OLDEST]
        today = company._dunning_today()
        promise = self._take_down(
            company,
            customer,
            {
                "amount": line.amount_residual_currency,
                "date": max(date, today),
                "move_line_ids": [Command.set(line.ids)],
            },
        )
        self._move_to(promise, made_on, [date])
        return promise

    @api.model
    def _plan(self, company, ref, made_on, first):
        """A plan of four instalments over all that is open, of which the first was kept."""
        customer = self.env.ref(f"{_MODULE}.demo_customer_{ref}")
        lines = self._open_items_of(company, customer)
        total = sum(lines.mapped("amount_residual_currency"))
        scale = 10**company.currency_id.decimal_places
        instalments = engine.instalments_by_number(
            minor_units(total, company.currency_id), 4, first
        )
        today = company._dunning_today()
        plan = self._take_down(
            company,
            customer,
            {
                "amount": total,
                "plan_number": 4,
                "first_date": today,
                "move_line_ids": [Command.set(lines.ids)],
                "note": "Loses the summer season; pays a quarter a month.",
                "line_ids": [
                    Command.create({"date": today, "amount": own.amount / scale})
                    for own in instalments
                ],
            },
        )
        self._move_to(plan, made_on, [own.date for own in instalments])
        plan.confirmed_on = made_on
        receipt = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self._journal(company, "bank").id,
                "date": first - timedelta(days=1),
                "partner_id": customer.id,
                "amount": plan.line_ids[0].amount,
                "payment_ref": lines[0].move_id.payment_reference or lines[0].move_name,
                "counterpart_account_id": customer.property_account_receivable_id.id,
            }
        )
        (lines[0] | self._receivables(receipt.move_id)).reconcile()

    @api.model
    def _rescheduled(self, company, ref, today):
        """A promise in whose place another day was promised before it passed."""
        promise = self._promise(company, ref, today - timedelta(days=4), today + timedelta(days=1))
        line = promise.item_ids.move_line_id
        later = promise._reschedule(
            {
                "partner_id": promise.partner_id.id,
                "company_id": company.id,
                "user_id": promise.user_id.id,
                "channel": "email",
                "amount": line.amount_residual_currency,
                "date": today + timedelta(days=8),
                "move_line_ids": [Command.set(line.ids)],
                "note": "The subsidy comes a week later.",
            }
        )
        self._move_to(later, today - timedelta(days=1), [today + timedelta(days=8)])

    @api.model
    def _take_down(self, company, customer, vals):
        return self.env["account.payment.promise"].create(
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "user_id": self.env.ref(f"{_MODULE}.demo_user_accountant").id,
                **vals,
            }
        )

    @api.model
    def _move_to(self, promise, made_on, dates):
        """Move a promise to the days on which it was made and falls due."""
        for line, date in zip(promise.line_ids.sorted("id"), dates, strict=True):
            line.date = date
        promise.write({"made_on": made_on, "date": dates[-1], "first_date": dates[0]})
        promise.invalidate_recordset(["line_ids"])
        promise.message_id.body = self.env._("Promised: %s.", promise._words())
        self._date_notes(promise.partner_id, made_on)
        self._date_notes(promise, made_on)

    @api.model
    def _date_notes(self, record, day):
        """Notes that were made just now were made on that day."""
        messages = self.env["mail.message"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("date", ">=", datetime.combine(record.env.cr.now().date(), time.min)),
            ]
        )
        messages.date = datetime.combine(day, time(9, 30))

    @api.model
    def _open_items_of(self, company, customer):
        """What a customer owes and is due or will be, oldest due first."""
        return self.env["account.move.line"].search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("amount_residual", ">", 0),
            ],
            order="date_maturity, id",
        )

    # ---------------------------------------------------------------- disputes

    @api.model
    def _make_disputes(self, company):
        today = company._dunning_today()
        self._dispute(
            company,
            "duinroos",
            _OLDEST,
            "damaged",
            today - timedelta(days=2),
            "A pallet fell over on the way; photographs came by e-mail.",
        )
        self._dispute(
            company,
            "zandloper",
            _YOUNGEST,
            "quantity",
            today - timedelta(days=9),
            "Says that less was delivered than is on the invoice.",
        )

    @api.model
    def _dispute(self, company, ref, place, reason, opened_on, note):
        """A dispute of the first line of an open invoice."""
        customer = self.env.ref(f"{_MODULE}.demo_customer_{ref}")
        move = self._open_items_of(company, customer)[place].move_id
        line = move.invoice_line_ids[0]
        dispute = self.env["account.dunning.dispute"].create(
            {
                "move_id": move.id,
                "invoice_line_ids": [Command.set(line.ids)],
                "amount": line.price_total,
                "reason_id": self.env.ref(f"{_MODULE}.dispute_reason_{reason}").id,
                "user_id": self.env.ref(f"{_MODULE}.demo_user_accountant").id,
                "note": note,
            }
        )
        # The deadline follows from the day on which it was opened.
        dispute.opened_on = opened_on
        dispute.activity_ids.date_deadline = dispute.deadline
        self._date_notes(move, opened_on)
        self._date_notes(dispute, opened_on)
