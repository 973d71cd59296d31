from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo import api, models

from .. import engine
from .account_dunning_facts import DecidedCustomer, OpenItem
from .account_dunning_policy import minor_units

_MODULE = "account_dunning_plus"

# Nights lived through before the day of installation.
_NIGHTS = 365


@dataclass
class _PastItem:
    """A receivable item or credit as it was on any day of the past.

    :param line: its account.move.line
    :param amount: its balance, minor units of the company's currency, negative for a credit
    :param matched: what was matched with it: (day, minor units, amount in its currency),
        of the sign of ``amount``
    :param sent: (level id, its days from the due date) of the notices so far
    :param last_notice_date: day of the last of them
    """

    line: models.BaseModel
    amount: int
    matched: list[tuple[date, int, float]]
    sent: list[tuple[int, int]] = field(default_factory=list)
    last_notice_date: date | None = None

    def on(self, day):
        """The item as it stood at the end of a day, None when nothing was open.

        :rtype: OpenItem
        """
        line = self.line
        past = [match for match in self.matched if match[0] <= day]
        amount = self.amount - sum(match[1] for match in past)
        if line.date > day or not amount:
            return None
        return OpenItem(
            id=line.id,
            partner_id=line.partner_id.commercial_partner_id.id,
            move_id=line.move_id.id,
            name=line.move_name,
            date=line.date,
            due_date=line.date_maturity or line.date,
            amount=amount,
            residual=line.currency_id.round(line.amount_currency - sum(match[2] for match in past)),
            currency_id=line.currency_id.id,
            facts=engine.ItemFacts(
                id=line.id,
                due_date=line.date_maturity or line.date,
                amount=amount,
                sent=tuple(self.sent),
                last_notice_date=self.last_notice_date,
                undelivered=bool(line.move_id.dunning_undelivered),
            ),
            reference=line.move_id.payment_reference or line.move_name,
        )


class AccountDunningDemo(models.AbstractModel):
    """What was reminded of before today."""

    _inherit = "account.dunning.demo"

    @api.model
    def _live_the_past(self, company, today, regimes=None):
        """Write the history of the nights before ``today``, decided by the engine.

        An item climbs one level a night at most, so that a ledger that is merely old
        would have everyone at the first level.

        :param regimes: dict of partner id to engine.charges.Regime: the history of these
            customers alone, with what was claimed and announced
        """
        accounts = self._past_items(company)
        if regimes is not None:
            accounts = {
                partner: items for partner, items in accounts.items() if partner.id in regimes
            }
        policies = self.env["account.dunning.policy"]._for_partners(
            company, self.env["res.partner"].union(*accounts)
        )
        engine_policies = {
            policy: policy._engine_policy(company) for policy in set(policies.values())
        }
        history = []
        for nights in range(_NIGHTS, 0, -1):
            day = today - timedelta(days=nights)
            for partner, past_items in accounts.items():
                policy = policies[partner.id]
                standing = [item for past in past_items if (item := past.on(day))]
                debits = [item for item in standing if item.amount > 0]
                credits = [item for item in standing if item.amount < 0]
                decision = engine.decide(
                    engine.CustomerFacts(
                        items=[item.facts for item in debits],
                        credits=-sum(item.amount for item in credits),
                    ),
                    engine_policies[policy],
                    day,
                )
                if decision.level is None:
                    continue
                given = {own.item_id: own.level for own in decision.items}
                for past in past_items:
                    if (place := given.get(past.line.id)) is not None:
                        level = policy.level_ids[place]
                        past.sent.append((level.id, level.delay_days))
                        past.last_notice_date = day
                decided = DecidedCustomer(
                    *(partner.id, policy.id, debits, credits, decision),
                    policy=engine_policies[policy],
                    regime=regimes[partner.id] if regimes else None,
                )
                history.append((day, decided))
        self._write_history(company, history)

    @api.model
    def _past_items(self, company):
        """All items on customers' accounts, paid ones too.

        :return: dict of commercial entity to list of _PastItem, oldest due first
        """
        accounts = defaultdict(list)
        for line in self.env["account.move.line"].search(
            [
                ("company_id", "=", company.id),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
            ],
            order="date_maturity, id",
        ):
            if line.balance > 0:
                sign, side, matches = 1, "debit", line.matched_credit_ids
            else:
                sign, side, matches = -1, "credit", line.matched_debit_ids
            accounts[line.partner_id.commercial_partner_id].append(
                _PastItem(
                    line,
                    minor_units(line.balance, company.currency_id),
                    [
                        (
                            match.max_date,
                            sign * minor_units(match.amount, company.currency_id),
                            sign * match[f"{side}_amount_currency"],
                        )
                        for match in matches
                    ],
                )
            )
        return accounts

    @api.model
    def _write_history(self, company, history):
        """Write runs and notices of the past as sent; no message is made.

        :param history: (day, DecidedCustomer) of each notice, by day
        """
        days = sorted({day for day, _customer in history})
        runs = self.env["account.dunning.run"].search(
            [("company_id", "=", company.id), ("date", "in", days)]
        )
        known = set(runs.mapped("date"))
        runs |= runs.create(
            [
                {"date": day, "company_id": company.id, "state": "done"}
                for day in days
                if day not in known
            ]
        )
        run_of = {run.date: run for run in runs}
        notices = self.env["account.dunning.notice"]
        vals_list, rows_list = [], []
        for day, customer in history:
            partner = self.env["res.partner"].browse(customer.partner_id)
            vals, rows = notices._prepare_stated_notice(run_of[day], partner, customer)
            level = self.env["account.dunning.level"].browse(vals["level_id"])
            letter_date = day if level.print_letter else False
            vals_list.append(dict(vals, state="sent", letter_date=letter_date))
            rows_list.append(rows)
        notices = notices.create(vals_list)
        lines = []
        for notice, rows, (_day, customer) in zip(notices, rows_list, history, strict=True):
            items = {item.id: item for item in customer.items}
            lines += [
                {
                    "notice_id": notice.id,
                    "move_line_id": row.item_id,
                    "move_id": row.move_id,
                    "move_name": row.move_name,
                    "level_id": row.level_id,
                    "currency_id": row.currency_id,
                    "date_maturity": items[row.item_id].due_date,
                    "amount_residual": row.asked,
                    "days_overdue": row.days_overdue,
                }
                for row in rows
            ]
        self.env["account.dunning.notice.line"].create(lines)
        for notice in notices:
            notice._announce(notice.date)
        notices._claim_charges()
