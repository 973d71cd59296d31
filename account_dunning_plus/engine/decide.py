"""Who is reminded of what today, and why not.

``decide`` is the one rule of dunning. The nightly run, its preview, the check
right before a message leaves and the reason shown on an invoice all call it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .charges import Refusal, Regime, refusal
from .facts import CustomerFacts, ItemFacts, Policy, Reason
from .wishes import CustomerDays, Wait
from .working_days import EVERY_DAY, WorkingDays

_WAITING = (Reason.SCHEDULED, Reason.UNLAWFUL, Reason.BANK_OLD)

_OWED = (Reason.DUE, *_WAITING, Reason.FINAL)
"""What an item may be by its own facts when all that is open of it is asked for."""

_PASSING = (Reason.ON_HOLD, Reason.REPLIED, Reason.LOOKS_PAID, Reason.TOLD)
"""What keeps a customer's reminders back for a while: it is no answer to what follows the last."""


@dataclass(slots=True)
class ItemDecision:
    """What happens to one item.

    :param level: place (from 0) of the level it gets today, None if it gets none
    :param next_level: place of the level it gets next, None if none is foreseen
    :param next_date: when, a working day; None when time alone does not bring it
    :param minimum: the minimum that was not reached, minor units, else None
    :param refusal: why the law holds its next level back, else None
    :param wait: which wish of the customer moved ``next_date`` to a later day, else None
    """

    item_id: int
    reason: Reason
    level: int | None = None
    next_level: int | None = None
    next_date: date | None = None
    minimum: int | None = None
    refusal: Refusal | None = None
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class CustomerDecision:
    """What happens to one customer.

    :param level: the highest level given to an item today, None when nothing goes out
    :param claim: net amount asked for, minor units, never below 0: all that is overdue
        less the credits, and the items not yet due when none overdue gets a level
    :param requires_approval: one of the levels given needs a person's approval
    :param statement: it is the customer's weekly day, and a statement of account goes out
        instead of a reminder
    """

    items: tuple[ItemDecision, ...]
    level: int | None
    claim: int
    requires_approval: bool = False
    statement: bool = False


def decide(
    customer: CustomerFacts,
    policy: Policy | None,
    today: date,
    calendar: WorkingDays = EVERY_DAY,
    early: Collection[int] = (),
) -> CustomerDecision:
    """Decide what a customer is reminded of on a day.

    An item climbs at most one level a day and never skips one; it gets a level
    on the first working day on or after the level's day. The customer as a whole
    gets nothing while on hold or archived, while an answer waits to be read or money that
    came in to be matched, while credits cover what is overdue, or while the net overdue
    amount is below the minimum.

    A person may remind of overdue items before their next level's day, also on a day
    off. Only time is set aside: no level is skipped, an item that had a notice today gets
    no second one, and whatever else keeps an item back keeps it back.

    The days of a customer who wishes some are the working days that the wishes allow.

    :param policy: the policy that applies to the customer, None if none does
    :param today: the company's date
    :param calendar: the company's working days
    :param early: ids of the items of which a person reminds before their day
    """
    blocker, resume = _customer_blocker(customer, policy, today)
    if policy is None or not policy.levels:
        policy = Policy(id=0, levels=())
    company_days = calendar
    if customer.wishes is not None:
        calendar = CustomerDays(calendar, customer.wishes)
    is_working_day = calendar.includes(today)
    stepped = [
        _step(item, policy, today, calendar, is_working_day, item.id in early, customer)
        for item in customer.items
    ]
    overdue, upcoming = _owed(customer, stepped, today)
    # Credits that cover what is overdue stop everything; with nothing overdue, those
    # that cover what is announced.
    covered = 0 < (overdue or upcoming) <= customer.credits

    decisions = []
    for item, own in zip(customer.items, stepped, strict=True):
        late = item.due_date < today
        decision = own
        if own.reason in _OWED and blocker:
            decision = _held_back(item, own, policy, blocker, resume, calendar)
        elif own.reason is Reason.DUE or (own.reason in _WAITING and late):
            minimum = max(policy.minimum_amount, policy.levels[own.next_level].minimum_amount)
            net = overdue - customer.credits + (0 if late else upcoming)
            if covered:
                decision = _blocked(own, Reason.COVERED)
            elif net < minimum:
                decision = _blocked(own, Reason.BELOW_MINIMUM, minimum)
        decisions.append(decision)

    claim = overdue - customer.credits
    given = [
        item
        for item, decision in zip(customer.items, decisions, strict=True)
        if decision.level is not None
    ]
    if not any(item.due_date < today for item in given):
        claim += sum(item.asked for item in given)
    if given and claim <= 0:
        # What is left after minimum amounts is covered by the credits.
        decisions = [
            decision if decision.level is None else _blocked(decision, Reason.COVERED)
            for decision in decisions
        ]
    levels = [decision.level for decision in decisions if decision.level is not None]
    statement = False
    if customer.wishes is not None:
        _explain_waits(customer, decisions, policy, today, company_days)
        statement = (
            is_working_day
            and not blocker
            and not levels
            and claim > 0
            and _is_stated(customer, decisions, today)
        )
    return CustomerDecision(
        items=tuple(decisions),
        level=max(levels, default=None),
        claim=max(0, claim),
        requires_approval=any(policy.levels[level].requires_approval for level in levels),
        statement=statement,
    )


def _explain_waits(
    customer: CustomerFacts,
    decisions: Sequence[ItemDecision],
    policy: Policy,
    today: date,
    calendar: WorkingDays,
) -> None:
    """Say of each level that would come earlier which wish of the customer it waits for.

    :param calendar: the company's working days
    """
    for item, own in zip(customer.items, decisions, strict=True):
        if own.reason is not Reason.SCHEDULED:
            continue
        day = policy.due_date(item, own.next_level)
        if item.hurried:
            day = today
        first = calendar.next(max(day, today))
        if first < own.next_date:
            own.wait = customer.wishes.wait(first)


def _is_stated(customer: CustomerFacts, decisions: Sequence[ItemDecision], today: date) -> bool:
    """Whether a statement of account says something new on the customer's weekly day.

    Something overdue waits for its next level. Nothing is past the last one: a friendly
    statement would take back what that said. With old bank statements nobody knows what is
    still open.
    """
    if customer.wishes.weekly is None or customer.bank_old:
        return False
    reasons = {
        own.reason
        for item, own in zip(customer.items, decisions, strict=True)
        if item.due_date < today
    }
    return Reason.FINAL not in reasons and not reasons.isdisjoint(_WAITING)


def _customer_blocker(
    customer: CustomerFacts, policy: Policy | None, today: date
) -> tuple[Reason | None, date | None]:
    """Why the whole customer gets nothing, and the first day it may again."""
    if customer.archived:
        return Reason.ARCHIVED, None
    if policy is None or not policy.levels:
        return Reason.NO_POLICY, None
    if customer.looks_paid:
        # Time alone does not end it, as it does the others: somebody matches the money.
        return Reason.LOOKS_PAID, None
    waits = _waits(
        today, (customer.hold_until, Reason.ON_HOLD), (customer.replied_until, Reason.REPLIED)
    )
    if waits:
        return waits
    if customer.told_on == today:
        return Reason.TOLD, today + timedelta(days=1)
    return None, None


def _waits(today: date, *waits: tuple[date | None, Reason]) -> tuple[Reason, date] | None:
    """Which of some days that are not over holds longest, and the first day after it.

    The longest says from when on time alone lets reminders go on; of two the first.
    """
    running = [(until, reason) for until, reason in waits if until is not None and until >= today]
    if not running:
        return None
    until, reason = max(running, key=lambda wait: wait[0])
    return reason, until + timedelta(days=1)


def _step(
    item: ItemFacts,
    policy: Policy,
    today: date,
    calendar: WorkingDays,
    is_working_day: bool,
    early: bool,
    customer: CustomerFacts,
) -> ItemDecision:
    """The item's next step by its own facts, the law, the bank and the calendar alone.

    :param is_working_day: what the calendar says of ``today``
    :param early: a person reminds of the item before its day; the law is not set aside
    """
    if item.settled:
        return ItemDecision(item.id, Reason.PAID)
    if item.excluded:
        return ItemDecision(item.id, Reason.EXCLUDED)
    index = policy.position(item.sent)
    next_level = index if index < len(policy.levels) else None
    if kept := _kept_back(item, policy, next_level, today, calendar):
        return kept
    if next_level is None:
        return ItemDecision(item.id, Reason.FINAL)
    day = policy.due_date(item, index)
    may_be_early = item.due_date < today and (
        item.last_notice_date is None or item.last_notice_date < today
    )
    if item.hurried and may_be_early:
        day = min(day, today)
    regime = customer.regime
    if regime is not None and (held := _held_by_law(item, policy, index, today, regime)):
        if held.day is None:
            return ItemDecision(item.id, Reason.UNLAWFUL, None, index, refusal=held)
        if (early and may_be_early) or day < held.day:
            resume = calendar.next(max(day, held.day))
            return ItemDecision(item.id, Reason.UNLAWFUL, None, index, resume, refusal=held)
    if (early and may_be_early) or (day <= today and is_working_day):
        if customer.bank_old and index > 0:
            return ItemDecision(item.id, Reason.BANK_OLD, None, index)
        return ItemDecision(item.id, Reason.DUE, index, index, today)
    return ItemDecision(item.id, Reason.SCHEDULED, None, index, calendar.next(max(day, today)))


def _kept_back(
    item: ItemFacts,
    policy: Policy,
    next_level: int | None,
    today: date,
    calendar: WorkingDays,
) -> ItemDecision | None:
    """The decision about an item that something of its own keeps back, None when nothing does."""
    if item.amount > 0 and not item.asked:
        return _not_asked(item, policy, next_level, today, calendar)
    if item.undelivered:
        return ItemDecision(item.id, Reason.NOT_DELIVERED, None, next_level)
    waits = _waits(
        today, (item.hold_until, Reason.ON_HOLD), (item.said_paid_until, Reason.SAID_PAID)
    )
    return _resumed(item, *waits, policy, next_level, calendar) if waits else None


def _held_by_law(
    item: ItemFacts, policy: Policy, index: int, today: date, regime: Regime
) -> Refusal | None:
    """Why the law holds back the level at ``index``, None when it does not.

    A level that announces as well goes out; it charges only those whom it may charge.
    """
    level = policy.levels[index]
    if level.charge is None or level.announces:
        return None
    return refusal(level, regime, item, today)


def _not_asked(
    item: ItemFacts,
    policy: Policy,
    next_level: int | None,
    today: date,
    calendar: WorkingDays,
) -> ItemDecision:
    """The decision about an item of which nothing may be asked for."""
    if item.discount:
        return ItemDecision(item.id, Reason.DISCOUNT, None, next_level)
    if item.disputed or item.promised_until is None:
        return ItemDecision(item.id, Reason.DISPUTED, None, next_level)
    # With the promised day over, what is still promised waits for the bank: not today.
    resume = max(item.promised_until, today) + timedelta(days=1)
    return _resumed(item, Reason.PROMISED, resume, policy, next_level, calendar)


def _resumed(
    item: ItemFacts,
    reason: Reason,
    resume: date,
    policy: Policy,
    next_level: int | None,
    calendar: WorkingDays,
) -> ItemDecision:
    """The decision about an item that is kept back until a day."""
    day = resume
    if next_level is not None:
        day = max(resume, policy.due_date(item, next_level))
    return ItemDecision(item.id, reason, None, next_level, calendar.next(day))


def _owed(customer: CustomerFacts, stepped: Sequence[ItemDecision], today: date) -> tuple[int, int]:
    """What is overdue, and what is not yet due but gets a level today, minor units."""
    overdue = upcoming = 0
    for item, own in zip(customer.items, stepped, strict=True):
        if own.reason not in _OWED:
            continue
        if item.due_date < today:
            overdue += item.asked
        elif own.reason is Reason.DUE:
            upcoming += item.asked
    return overdue, upcoming


def _blocked(own: ItemDecision, reason: Reason, minimum: int | None = None) -> ItemDecision:
    return ItemDecision(own.item_id, reason, None, own.next_level, None, minimum)


def _held_back(
    item: ItemFacts,
    own: ItemDecision,
    policy: Policy,
    blocker: Reason,
    resume: date | None,
    calendar: WorkingDays,
) -> ItemDecision:
    """The item's decision while its customer is blocked; a hold has a day of return."""
    if own.reason is Reason.FINAL and blocker in _PASSING:
        return own
    if own.reason is Reason.SCHEDULED and blocker is Reason.TOLD:
        # Nothing would go out today anyway.
        return own
    next_date = None
    if resume is not None and own.next_level is not None:
        next_date = calendar.next(max(resume, policy.due_date(item, own.next_level)))
    return ItemDecision(own.item_id, blocker, None, own.next_level, next_date)
