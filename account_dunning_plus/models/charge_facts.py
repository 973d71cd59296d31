"""What is known of charges when they are calculated, and how it is counted."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from odoo import fields, models

from .. import engine
from ..engine.charges import refusal
from ..engine.interest import InterestLine, Movement


@dataclass(slots=True)
class Before:
    """A charge of an item that is in the log.

    :param minor: in minor units of the company's currency
    """

    id: int
    item_id: int
    move_id: int
    level_id: int
    kind: str
    state: str
    day: date
    date_to: date | None
    minor: int
    lines: list


@dataclass(frozen=True, slots=True)
class ChargingLevel:
    """A level that charges something, for the ORM and for the engine."""

    scheme: models.BaseModel
    engine: engine.Level


@dataclass(slots=True)
class Charged:
    """An open item of which a level charges something now.

    :param credits: (day, minor units of the company's currency) of open credits that pay it
    """

    item: object
    level: ChargingLevel
    credits: list

    @property
    def scheme(self):
        return self.level.scheme

    @property
    def rules(self):
        """The scheme, for the engine."""
        return self.level.engine.charge


def may_charge(customer, item, level, today):
    """Whether a level may charge something for an item today, by the item and by law."""
    facts = item.facts
    return not (
        item.asked <= 0
        or item.due_date >= today
        or facts.excluded
        or facts.settled
        or (facts.hold_until and facts.hold_until >= today)
        or refusal(level.engine, customer.regime, facts, today)
    )


class Scale:
    """Currencies and days of one calculation, each looked up once."""

    def __init__(self, env, company, today):
        self.company = company
        self.currency = company.currency_id
        self.minor = 10**self.currency.decimal_places
        self.today = today
        self._currencies = env["res.currency"]
        self._scales, self._rates = {}, {self.currency.id: 1.0}
        # Rates and counting by (scheme, regime).
        self.terms = {}

    def of(self, currency_id):
        """Minor units in one of a currency."""
        if currency_id not in self._scales:
            currency = self._currencies.browse(currency_id)
            self._scales[currency_id] = 10**currency.decimal_places
        return self._scales[currency_id]

    def in_company(self, amount, currency_id):
        """An amount in the company's currency, by the rate of the day."""
        if currency_id not in self._rates:
            self._rates[currency_id] = self._currencies._get_conversion_rate(
                self._currencies.browse(currency_id), self.currency, self.company, self.today
            )
        return self.currency.round(amount * self._rates[currency_id])

    def movements(self, own, paid):
        """What was owed of an item from when on, for the interest, in its own currency.

        What is promised or in dispute bears none; open credits pay the oldest items.
        """
        item, minor = own.item, self.of(own.item.currency_id)
        whole = item.residual - item.held_residual + sum(amount for _day, amount in paid)
        movements = movements_of(item.due_date, whole, paid, minor)
        # In the company's currency, as credits of any pay items of any.
        part = Fraction(round(item.residual * minor), item.amount)
        movements += [Movement(day, -round(amount * part)) for day, amount in own.credits]
        return movements

    def cost_base(self, own, regime, before, paid):
        """What was open of an item when its costs fell due, minor units of the company's currency.

        Who pays in time pays no costs on that; who pays later does not make them less.
        """
        item = own.item
        due = [
            known.day
            for known in before
            if known.item_id == item.id and known.kind == "costs" and known.state == "claimed"
        ]
        if regime.consumer and item.facts.announced_until:
            due.append(item.facts.announced_until)
        base = item.asked - sum(amount for _day, amount in own.credits)
        if due:
            last, minor = min(due), self.of(item.currency_id)
            part = Fraction(item.amount, round(item.residual * minor))
            late = sum(amount for day, amount in paid if day > last)
            base += round(round(late * minor) * part)
            base += sum(amount for day, amount in own.credits if day > last)
        return max(0, base)


def allot_credits(customer, charged, today):
    """Let open credits pay the oldest overdue items, as they count against what is asked."""
    rest = [
        [item.due_date, item.asked, item.id]
        for item in customer.items
        if item.asked > 0 and item.due_date < today and not item.facts.excluded
    ]
    rest.sort(key=lambda own: own[0])
    for credit in sorted(customer.credits, key=lambda own: own.date):
        left = -credit.amount
        for own in rest:
            part = min(left, own[1])
            if part <= 0:
                continue
            own[1] -= part
            left -= part
            if own[2] in charged:
                charged[own[2]].credits.append((credit.date, part))


def movements_of(day, whole, paid, minor):
    """What was owed of an item from when on, for the engine.

    :param day: its due date
    :param whole: what was owed then
    :param paid: of ``_paid``: (day, amount) of what was paid since
    :param minor: minor units in one of the currency
    """
    return [
        Movement(day, round(whole * minor)),
        *(Movement(paid_on, -round(amount * minor)) for paid_on, amount in paid),
    ]


def line_row(line, scale):
    return {
        "date_from": line.start.isoformat(),
        "date_to": line.end.isoformat(),
        "days": line.days,
        "principal": line.principal / scale,
        "percent": float(line.percent),
        "amount": line.amount / scale,
    }


def line_of(row, scale):
    """A line of the log, for the engine."""
    return InterestLine(
        fields.Date.to_date(row["date_from"]),
        fields.Date.to_date(row["date_to"]),
        row["days"],
        round(row["principal"] * scale),
        Fraction(str(row["percent"])),
        round(row["amount"] * scale),
    )
