"""What may be charged for late payment, to whom, from which day on, and how much.

A *scheme* says what a creditor wants to charge, a *regime* which law holds for who owes. What
a consumer may be charged the law limits: by its order (announced first), by its clock (not
before a period is over), by its amounts, and by what the contract provides for. ``refusal``
says whether a level would break such a rule for one item; nothing else decides that.

Amounts are integers in minor units of the company's currency. How sure each rule is, and its
source, stands beside it; nothing here is legal advice.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction

from .consumer import belgian_deadline, dutch_deadline
from .costs import BELGIAN_CONSUMER_SCALE, DUTCH_SCALE
from .interest import Rate

_DAY = timedelta(days=1)


class Kind(str, Enum):
    """What is charged."""

    INTEREST = "interest"
    COMPENSATION = "compensation"
    """The fixed sum of Directive 2011/7/EU for each invoice."""
    COSTS = "costs"
    """Costs of collection by a scale of law."""
    FEE = "fee"
    """The creditor's own fee."""
    VAT = "vat"
    """Value added tax on the costs, where the creditor cannot deduct it."""


class Why(str, Enum):
    """Why the law holds a level back."""

    ORDER = "order"
    """No message has announced the charges."""
    DATE = "date"
    """The period to pay without charges is not over."""
    FIRST = "first"
    """The first reminder is free of charge."""
    FEE = "fee"
    """The fee is above what the law allows."""
    CLAUSE = "clause"
    """It takes a clause in the contract."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one item does not get a level that charges.

    :param day: the first lawful day, None when time alone does not heal it
    :param allowed: the most that may be asked, minor units, where that is the matter
    """

    why: Why
    day: date | None = None
    allowed: int | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """What a creditor wants to charge.

    :param interest: none, statutory or agreed
    :param agreed_percent: a year; a string or an integer keeps it exact
    :param costs: none, statutory or own
    :param fixed: own fee, minor units
    :param percent: own fee, of what is open
    :param minimum: own fee at least, minor units
    :param maximum: own fee at most, minor units; None without a limit
    :param per_invoice: the own fee is due for each invoice, else for each notice
    :param clause: the contract provides for these charges
    :param vat_percent: on the costs of the Dutch scale
    :param graded: the Dutch scale for businesses too, where it is more than the fixed sums
    """

    interest: str = "none"
    agreed_percent: Fraction | int | str = 0
    costs: str = "none"
    fixed: int = 0
    percent: Fraction | int | str = 0
    minimum: int = 0
    maximum: int | None = None
    per_invoice: bool = False
    clause: bool = False
    vat_percent: Fraction | int | str = 0
    graded: bool = False


@dataclass(frozen=True, slots=True)
class Regime:
    """Which law holds for a debtor.

    :param country: ISO code, of the creditor for businesses, of the debtor for consumers
    :param debtor: business or consumer
    :param small_creditor: a small company by Belgian law
    :param compensation: the fixed sum for each invoice of a business, minor units
    :param regular: the creditor delivers regularly; Belgian law then frees three reminders a
        year of charge, no more
    :param postage: of a letter, minor units
    :param reminders: first reminders that the debtor got this calendar year
    :param euro_cent: minor units of the company's currency in a euro cent, in which the law
        states its amounts
    """

    country: str
    debtor: str = "business"
    small_creditor: bool = False
    compensation: int = 0
    regular: bool = False
    postage: int = 0
    reminders: int = 0
    euro_cent: Fraction = Fraction(1)

    @property
    def consumer(self) -> bool:
        """Whether the debtor is a consumer."""
        return self.debtor == "consumer"


@dataclass(frozen=True, slots=True)
class CostItem:
    """An item for whose costs is asked, or was before.

    :param id: of the item
    :param move_id: its invoice
    :param amount: the principal on which costs are calculated, minor units
    :param charged: its level charges now; otherwise it only counts for what was asked before
    :param before: costs and fees that were claimed of it before, minor units, without VAT;
        those that were waived as well
    :param compensated: the fixed sum of its invoice was claimed before
    :param first: it was not reminded of before
    :param overridden: a person allowed what the law would not; the creditor's own fee counts
    """

    id: int
    move_id: int
    amount: int
    charged: bool = True
    before: int = 0
    compensated: bool = False
    first: bool = False
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """So much of a kind, for an item."""

    kind: Kind
    item_id: int
    amount: int


BELGIAN_FREE_REMINDERS = 3
"""Wetboek van economisch recht art. XIX.2: due dates a year whose reminder is free, where
goods or services are delivered regularly."""

BELGIAN_REMINDER_FEE = 750
"""Wetboek van economisch recht art. XIX.2: the most that a reminder beyond these costs, in euro
cents; postage comes on top."""

GERMAN_REMINDER_FEE = 100
"""Germany: paper and postage alone (BGH 26 June 2019, VIII ZR 95/18: EUR 0.76 was accepted,
EUR 2.50 was not), in euro cents."""


# ----------------------------------------------------------------------- the guard


def announces(scheme: Scheme | None, regime: Regime | None) -> bool:
    """Whether what a scheme charges must have been announced, with a period to pay without.

    Netherlands, consumers: costs (Burgerlijk Wetboek 6:96 (6)). Belgium, consumers: whatever
    it is (Wetboek van economisch recht art. XIX.2).
    """
    if scheme is None or regime is None or not regime.consumer:
        return False
    if regime.country == "NL":
        return scheme.costs != "none"
    return regime.country == "BE" and (scheme.costs != "none" or scheme.interest != "none")


def law_deadline(
    regime: Regime, sent: date, by_post: bool, holidays: Collection[date] = ()
) -> date | None:
    """The last day on which a debtor pays without charges that are announced.

    :param sent: the day on which the announcement leaves
    :param by_post: else by e-mail
    :param holidays: of the debtor's country
    :return: None where the law gives no period
    """
    if regime.consumer and regime.country == "NL":
        return dutch_deadline(sent, by_post, holidays)
    if regime.consumer and regime.country == "BE":
        return belgian_deadline(sent, by_post, holidays)
    return None


def refusal(level, regime: Regime | None, item, today: date) -> Refusal | None:
    """Why a consumer may not be charged for an item by a level on a day.

    :param level: engine.Level
    :param item: engine.ItemFacts
    :return: None when nothing speaks against it
    """
    scheme = level.charge
    if scheme is None or regime is None or not regime.consumer:
        return None
    if level.id in item.overridden or item.is_charge:
        return None
    first = item.first_notice_date is None
    if scheme.costs == "own" and (fee := own_fee(scheme, item.asked)):
        allowed = _allowed(scheme, regime, item.asked, first)
        if allowed is not None and fee > allowed:
            if not allowed and first and regime.country in ("BE", "DE"):
                return Refusal(Why.FIRST)
            return Refusal(Why.FEE, allowed=allowed)
        if regime.country == "BE" and first:
            # The reminder of a further due date, which may cost something.
            return None
    if regime.country == "BE" and not scheme.clause and _takes_clause(scheme):
        return Refusal(Why.CLAUSE)
    if announces(scheme, regime):
        if item.announced_until is None:
            return Refusal(Why.ORDER)
        if today <= item.announced_until:
            return Refusal(Why.DATE, item.announced_until + _DAY)
    return None


def _takes_clause(scheme):
    """Whether a Belgian consumer owes it only where the contract says so."""
    return scheme.costs == "own" or scheme.interest == "agreed"


def _allowed(scheme, regime, principal, first):
    """The most that a debtor may be asked as the creditor's own fee; None without a limit."""
    if not regime.consumer:
        return None
    match regime.country:
        case "NL":
            return _in_euro(DUTCH_SCALE.on, principal, regime)
        case "BE" if first:
            if regime.regular and regime.reminders >= BELGIAN_FREE_REMINDERS:
                return _from_cents(BELGIAN_REMINDER_FEE, regime) + regime.postage
            return 0
        case "BE":
            return _in_euro(BELGIAN_CONSUMER_SCALE.on, principal, regime)
        case "DE":
            return 0 if first else _from_cents(GERMAN_REMINDER_FEE, regime)
        case "FR" | "LU":
            # What it costs to collect stays with the creditor (FR: CPCE L111-8).
            return 0
    return None


# ------------------------------------------------------------------------ interest


def interest_start(scheme: Scheme, regime: Regime, item) -> date | None:
    """The first day that bears interest; None when none is due.

    :param item: engine.ItemFacts
    """
    if scheme.interest == "none":
        return None
    if not regime.consumer:
        # Directive 2011/7/EU art. 3: without a reminder.
        return item.due_date + _DAY
    match regime.country:
        case "NL":
            return item.due_date + _DAY
        case "BE":
            if item.announced_until is None:
                return None
            if regime.small_creditor and item.announced_on:
                # Whether the day itself counts is not settled: the next one.
                return item.announced_on + _DAY
            return item.announced_until + _DAY
        case "DE" if item.first_notice_date:
            # The reminder after the due date puts a consumer in default (BGB § 286 (1)).
            return item.first_notice_date + _DAY
    return None


def agreed_rates(
    percent: Fraction | int | str,
    caps: Sequence[Rate],
    instead: Sequence[Rate] = (),
) -> list[Rate]:
    """An agreed rate, on each day no more than the law allows.

    :param caps: the most that is allowed, by day
    :param instead: what is due on days on which the agreed rate is above the cap; by default
        the cap
    :return: rates, of which the one that begins last holds; a day without a cap has none
    """
    agreed = Fraction(percent)
    found = []
    for start, end, cap in _spans(caps):
        if agreed <= cap:
            found.append(Rate(start, agreed, end))
        elif not instead:
            found.append(Rate(start, cap, end))
        else:
            found += [
                Rate(max(start, first), own, _earlier(end, last))
                for first, last, own in _spans(instead)
                if (end is None or first <= end) and (last is None or last >= start)
            ]
    return found


def _spans(rates):
    """(first day, last day or None, percent) of rates, one after the other."""
    known = sorted(rates, key=lambda rate: rate.start)
    for number, rate in enumerate(known):
        end = rate.end
        if number + 1 < len(known):
            end = _earlier(end, known[number + 1].start - _DAY)
        if end is None or end >= rate.start:
            yield rate.start, end, Fraction(rate.percent)


def _earlier(one, other):
    if one is None or other is None:
        return one or other
    return min(one, other)


# --------------------------------------------------------------------------- costs


def costs(scheme: Scheme, regime: Regime, items: Sequence[CostItem]) -> tuple[Charge, ...]:
    """Compensation, costs, fee and VAT that a notice charges now.

    What is due by a scale is due on the sum of the items (Netherlands, Burgerlijk Wetboek 6:96
    (7)), less what was asked of them before, and is spread over them by what is open.

    :param items: those that are charged now, and those that were before and are open still
    """
    now = [item for item in items if item.charged and item.amount > 0]
    if not now or scheme.costs == "none":
        return ()
    if scheme.costs == "own":
        return _fees(scheme, regime, now, items)
    charges = []
    if not regime.consumer:
        charges = _compensation(regime, now)
        if not (scheme.graded and regime.country == "NL"):
            return tuple(charges)
    total = _statutory(scheme, regime, items)
    total -= sum(charge.amount for charge in charges)
    total = max(0, total - sum(item.before for item in items))
    charges += _spread(Kind.COSTS, total, now)
    if regime.country == "NL":
        charges += _spread(
            Kind.VAT, _half_up(Fraction(total) * Fraction(scheme.vat_percent) / 100), now
        )
    return tuple(charges)


def own_fee(scheme: Scheme, principal: int) -> int:
    """The creditor's own fee on a principal, minor units, rounded halves up."""
    if principal <= 0:
        return 0
    fee = _half_up(scheme.fixed + Fraction(principal) * Fraction(scheme.percent) / 100)
    fee = max(scheme.minimum, fee)
    return fee if scheme.maximum is None else min(fee, scheme.maximum)


def _statutory(scheme, regime, items):
    """What the law gives for all items together."""
    principal = sum(item.amount for item in items if item.amount > 0)
    if regime.country == "NL":
        return _in_euro(DUTCH_SCALE.on, principal, regime)
    if regime.country == "BE" and scheme.clause:
        return _in_euro(BELGIAN_CONSUMER_SCALE.on, principal, regime)
    return 0


def _compensation(regime, now):
    """The fixed sum of each invoice, once however many instalments are late."""
    first = {}
    done = {item.move_id for item in now if item.compensated}
    for item in now:
        if item.move_id not in done and regime.compensation:
            first.setdefault(item.move_id, item)
    return [Charge(Kind.COMPENSATION, item.id, regime.compensation) for item in first.values()]


def _fees(scheme, regime, now, items):
    """The creditor's own fee; for consumers no more than the law allows."""
    free = [item for item in now if item.overridden]
    bound = [item for item in now if not item.overridden]
    charges = []
    for group in (free, bound):
        if not group:
            continue
        if scheme.per_invoice:
            parts = {}
            for item in group:
                parts.setdefault(item.move_id, []).append(item)
            wanted = [(part, own_fee(scheme, _sum(part))) for part in parts.values()]
        else:
            wanted = [(group, own_fee(scheme, _sum(group)))]
        left = None
        if group is bound:
            left = _allowed(scheme, regime, _sum(bound), any(item.first for item in bound))
            if left is not None and regime.country in ("NL", "BE"):
                left = max(0, left - sum(item.before for item in items))
        for part, fee in wanted:
            if left is not None:
                fee = min(fee, left)
                left -= fee
            charges += _spread(Kind.FEE, fee, part)
    return tuple(charges)


def _sum(items: Iterable[CostItem]) -> int:
    return sum(item.amount for item in items)


def _spread(kind, total, items):
    """An amount over items by what is open of them, exact; the largest parts take the rest."""
    if total <= 0:
        return []
    whole = _sum(items)
    parts = [total * item.amount // whole for item in items]
    rests = sorted(
        range(len(items)), key=lambda place: (-(total * items[place].amount % whole), place)
    )
    for place in rests[: total - sum(parts)]:
        parts[place] += 1
    return [Charge(kind, item.id, part) for item, part in zip(items, parts, strict=True) if part]


def _in_euro(scale, principal, regime):
    """A scale in euro cents on an amount in the company's currency."""
    if regime.euro_cent == 1:
        return scale(principal)
    # Down: a cent less is no harm.
    return int(scale(_half_up(principal / regime.euro_cent)) * regime.euro_cent)


def _from_cents(cents, regime):
    return int(cents * regime.euro_cent)


def _half_up(value):
    return int((Fraction(value) + Fraction(1, 2)) // 1)
