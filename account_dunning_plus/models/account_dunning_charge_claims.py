from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from .. import engine
from ..engine.charges import CostItem, costs, interest_start
from ..engine.interest import Breakdown, MissingRateError, Rate, correction, interest
from .account_dunning_charge import LIVE
from .charge_facts import (
    Before,
    Charged,
    ChargingLevel,
    Scale,
    allot_credits,
    line_of,
    line_row,
    may_charge,
)

_DAY = timedelta(days=1)


class AccountDunningCharge(models.Model):
    """What a notice claims beside the open items, for many customers at once."""

    _inherit = "account.dunning.charge"

    @api.model
    def _claims(self, company, customers, today, levels=None):
        """What notices of a day claim of interest and costs.

        Interest is the whole of it since what was last booked or waived, so each notice states
        it anew; costs are those on what was open when they fell due. A fee is of one notice:
        what earlier ones claimed is stated again as it was.

        The number of queries does not depend on the number of customers, and is none but one
        where no level charges.

        :param company: a single company
        :param customers: list of DecidedCustomer
        :param today: the last day that bears interest
        :param levels: dict of item id to level id, where it is not what was decided
        :return: dict of partner id to list of rows, JSON-able, amounts in their currency, for
            customers of whom something is claimed
        """
        # sudo: what is claimed does not depend on who looks.
        by_partner = {
            # The law is known of those only whose policy charges.
            customer.partner_id: customer
            for customer in customers
            if customer.regime is not None
        }
        if not by_partner:
            return {}
        self = self.sudo().with_company(company)
        charging = self._charging_levels(company)
        wanted = self._wanted(by_partner.values(), charging, today, levels)
        if not wanted:
            return {}
        before = self._before(company, [by_partner[partner_id] for partner_id in wanted])
        for partner_id, charged in wanted.items():
            self._want_again(by_partner[partner_id], charged, charging, before[partner_id], today)
        items = [own.item for charged in wanted.values() for own in charged.values()]
        own_claims = self._claim_move_ids({item.move_id for item in items})
        paid = self.env["account.dunning.facts"]._paid([item.id for item in items])
        scale = Scale(self.env, company, today)
        rows = {}
        for partner_id, charged in wanted.items():
            customer = by_partner[partner_id]
            charged = {
                item_id: own
                for item_id, own in charged.items()
                if own.item.move_id not in own_claims
            }
            known = before[partner_id]
            # Once an item and level.
            done = {
                (own.item_id, own.level_id, own.kind) for own in known if own.state != "claimed"
            }
            found = [
                row
                for row in (
                    *self._interest_rows(customer, charged, known, paid, scale),
                    *self._cost_rows(customer, charged, known, paid, scale),
                )
                if (row["move_line_id"], row["level_id"], row["kind"]) not in done
            ]
            if found:
                rows[partner_id] = found
        return rows

    @api.model
    def _claims_totals(self, company, customers, today):
        """What is claimed of each customer in all, for previews.

        :return: dict of partner id to minor units of the company's currency
        """
        scale = 10**company.currency_id.decimal_places
        return {
            partner_id: sum(round(row["company_amount"] * scale) for row in rows)
            for partner_id, rows in self._claims(company, customers, today).items()
        }

    # ------------------------------------------------------------------ select

    @api.model
    def _charging_levels(self, company):
        """The levels that charge something, whatever policy they are of.

        :return: dict of level id to ChargingLevel
        """
        levels = self.env["account.dunning.level"].with_context(active_test=False)
        levels = levels.search_fetch(
            [
                ("charge_scheme_id", "!=", False),
                # Of what is not written nothing is claimed.
                *("|", ("send_email", "=", True), ("print_letter", "=", True)),
            ],
            ["charge_scheme_id"],
            order="id",
        )
        return {
            level.id: ChargingLevel(
                level.charge_scheme_id,
                engine.Level(level.id, 0, charge=level.charge_scheme_id._engine_scheme(company)),
            )
            for level in levels
        }

    @api.model
    def _wanted(self, customers, charging, today, levels):
        """The items whose level charges something now, of those whom the law lets be charged.

        :return: dict of partner id to dict of item id to Charged
        """
        wanted = {}
        for customer in customers:
            own_levels = levels
            if levels is None:
                own_levels = {
                    own.item_id: customer.policy.levels[own.level].id
                    for own in customer.decision.items
                    if own.level is not None
                }
            charged = {
                item.id: Charged(item, charging[own_levels[item.id]], [])
                for item in customer.items
                if own_levels.get(item.id) in charging
                and may_charge(customer, item, charging[own_levels[item.id]], today)
            }
            if charged:
                wanted[customer.partner_id] = charged
        return wanted

    @api.model
    def _want_again(self, customer, charged, charging, before, today):
        """Add the items of which an earlier notice claims something that is not booked.

        They are among the other overdue items of the notice: the level that claimed it counts.
        """
        claimed = {own.item_id: own.level_id for own in before if own.state == "claimed"}
        for item in customer.items:
            level = charging.get(claimed.get(item.id))
            if level and item.id not in charged and may_charge(customer, item, level, today):
                charged[item.id] = Charged(item, level, [])
        allot_credits(customer, charged, today)

    @api.model
    def _before(self, company, customers):
        """What was claimed of customers' open invoices and holds, whoever owed them then.

        :param customers: iterable of DecidedCustomer
        :return: defaultdict of partner id to list of Before, the first one first
        """
        self.flush_model()
        partner_of = {
            item.move_id: customer.partner_id for customer in customers for item in customer.items
        }
        before = defaultdict(list)
        for values in self.env.execute_query(
            SQL(
                """
                SELECT id, move_line_id, move_id, level_id, kind, state, date, date_to,
                       ROUND(company_amount * %(scale)s)::bigint, lines
                  FROM account_dunning_charge
                 WHERE company_id = %(company)s AND move_id = ANY(%(moves)s)
                   AND state IN %(live)s AND move_line_id IS NOT NULL
                 ORDER BY id
                """,
                scale=10**company.currency_id.decimal_places,
                company=company.id,
                moves=list(partner_of),
                live=LIVE,
            )
        ):
            own = Before(*values)
            before[partner_of[own.move_id]].append(own)
        return before

    @api.model
    def _claim_move_ids(self, move_ids):
        """Which invoices are themselves for interest or costs: these bear none.

        :return: set of ids
        """
        self.env["account.payment.promise"].flush_model(["interest_move_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT charge_move_id FROM account_dunning_charge
                 WHERE charge_move_id = ANY(%(moves)s)
                 UNION
                SELECT interest_move_id FROM account_payment_promise
                 WHERE interest_move_id = ANY(%(moves)s)
                """,
                moves=list(move_ids),
            )
        )
        return {move_id for [move_id] in rows}

    # ---------------------------------------------------------------- interest

    def _interest_rows(self, customer, charged, before, paid, scale):
        """Interest of each item, as rows of the statement."""
        settled = {}
        booked = defaultdict(list)
        for own in before:
            if own.kind == "interest" and own.state in ("booked", "waived"):
                last = settled.get(own.item_id)
                settled[own.item_id] = max(filter(None, (last, own.date_to)))
                if own.state == "booked":
                    booked[own.item_id].append(own.lines or ())
        for own in charged.values():
            item, scheme = own.item, own.scheme
            start = interest_start(own.rules, customer.regime, item.facts)
            if start is None:
                continue
            key = (scheme, customer.regime)
            if key not in scale.terms:
                scale.terms[key] = scheme._interest_terms(scale.company, customer.regime)
            rates, how = scale.terms[key]
            movements = scale.movements(own, paid[item.id])
            since = max(start, settled[item.id] + _DAY) if item.id in settled else start
            found, missing = self._interest(movements, rates, since, scale.today, how)
            lines = list(found.lines)
            if item.id in booked:
                lines += self._taken_back(
                    booked[item.id], movements, how, scale.of(item.currency_id)
                )
            amount = sum(line.amount for line in lines)
            if amount <= 0:
                continue
            own_scale = scale.of(item.currency_id)
            yield {
                **self._row("interest", own, amount / own_scale, item.currency_id, scale),
                "date_from": lines[0].start.isoformat(),
                "date_to": max(line.end for line in lines).isoformat(),
                "missing_from": missing and missing.isoformat(),
                "lines": [line_row(line, own_scale) for line in lines],
                "terms": [term.value for term in how],
            }

    @api.model
    def _interest(self, movements, rates, start, end, terms):
        """Interest up to a day, or up to the last day before one whose rate nobody confirmed.

        :return: (Breakdown, that day or None)
        """
        missing = None
        while start <= end:
            try:
                return interest(movements, rates, start, end, *terms), missing
            except MissingRateError as error:
                missing = error.day
                end = missing - _DAY
        return Breakdown(), missing

    def _taken_back(self, booked, movements, terms, scale):
        """What was booked too much, because a payment came earlier than was known then.

        :param booked: for each booked charge of interest its lines
        :param scale: minor units in one of their currency
        """
        stated, found = [], []
        for rows in booked:
            lines = [line_of(row, scale) for row in rows]
            stated += lines
            lines = [line for line in lines if line.principal > 0]
            if lines:
                # By the rates of then. On days between them nothing was owed.
                rates = [Rate(line.start, line.percent) for line in lines]
                start, end = min(rate.start for rate in rates), max(line.end for line in lines)
                found += interest(movements, rates, start, end, *terms).lines
        return correction(stated, found, *terms[:1]).lines

    # ------------------------------------------------------------------- costs

    def _cost_rows(self, customer, charged, before, paid, scale):
        """Compensation, costs, fees and VAT of a customer's items, as rows of the statement."""
        fees = {
            (own.item_id, own.level_id): own
            for own in before
            if own.state == "claimed" and own.kind == "fee" and own.item_id in charged
        }
        for own in fees.values():
            # A fee is of the notice that claimed it: stated again, and not made anew.
            again = charged[own.item_id]
            yield {
                **self._row("fee", again, own.minor / scale.minor, scale.currency.id, scale),
                "level_id": own.level_id,
                "charge_id": own.id,
            }
        asked = defaultdict(int)
        compensated = set()
        for own in before:
            if own.kind in ("costs", "fee") and (own.state != "claimed" or own.kind == "fee"):
                asked[own.item_id] += own.minor
            if own.kind == "compensation" and (
                own.state != "claimed" or own.item_id not in charged
            ):
                compensated.add(own.move_id)
        by_scheme = defaultdict(list)
        for own in charged.values():
            by_scheme[own.scheme].append(own)
        others = [item for item in customer.items if item.id not in charged and asked[item.id]]
        for group in by_scheme.values():
            items = [
                CostItem(
                    own.item.id,
                    own.item.move_id,
                    scale.cost_base(own, customer.regime, before, paid[own.item.id]),
                    before=asked[own.item.id],
                    compensated=own.item.move_id in compensated,
                    first=own.item.facts.first_notice_date is None,
                    overridden=own.level.engine.id in own.item.facts.overridden,
                )
                # A fee that this level has claimed is not claimed again.
                for own in group
                if (own.item.id, own.level.engine.id) not in fees
            ]
            items += [
                CostItem(
                    item.id, item.move_id, max(0, item.asked), charged=False, before=asked[item.id]
                )
                for item in others
            ]
            for charge in costs(group[0].rules, customer.regime, items):
                yield self._row(
                    charge.kind.value,
                    charged[charge.item_id],
                    charge.amount / scale.minor,
                    scale.currency.id,
                    scale,
                )

    @api.model
    def _costs_before(self, company, item_ids):
        """What was claimed of items as costs and fees, waived or not.

        :return: dict of item id to minor units of the company's currency
        """
        if not item_ids:
            return {}
        self.flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT move_line_id, ROUND(SUM(company_amount) * %(scale)s)::bigint
                      FROM account_dunning_charge
                     WHERE move_line_id = ANY(%(items)s)
                       AND kind IN ('costs', 'fee') AND state IN %(live)s
                     GROUP BY 1
                    """,
                    scale=10**company.currency_id.decimal_places,
                    items=item_ids,
                    live=LIVE,
                )
            )
        )

    @api.model
    def _row(self, kind, own, amount, currency_id, scale):
        """A row of the statement."""
        item = own.item
        return {
            "kind": kind,
            "move_line_id": item.id,
            "move_id": item.move_id,
            "name": item.name,
            "level_id": own.level.engine.id,
            "amount": amount,
            "currency_id": currency_id,
            "company_amount": scale.in_company(amount, currency_id),
            "date_from": None,
            "date_to": None,
            "lines": [],
        }
