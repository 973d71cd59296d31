"""Who is reminded of what today, and why not.

``decide`` is the one rule of dunning. The nightly run, its preview, the check
right before a message leaves and the reason shown on an invoice all call it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from .charges import Refusal, Regime, Scheme, refusal
from .working_days import EVERY_DAY, WorkingDays


class Reason(str, Enum):
    """Why an item gets a level today, or does not."""

    DUE = "due"
    """It gets its next level today."""
    SCHEDULED = "scheduled"
    """Its next level comes on the decision's date."""
    FINAL = "final"
    """It has passed the last level: a person must decide what follows."""
    PAID = "paid"
    """It is paid, or a payment for it is on its way."""
    EXCLUDED = "excluded"
    """It is excluded from follow-up."""
    ARCHIVED = "archived"
    """Its customer is archived: a person must decide."""
    NO_POLICY = "no_policy"
    """No dunning policy with levels applies to its customer."""
    ON_HOLD = "on_hold"
    """Its customer is on hold until a date."""
    REPLIED = "replied"
    """Its customer answered, and nobody has read it yet."""
    TOLD = "told"
    """Its customer got another message today: the reminder waits for the next day."""
    PROMISED = "promised"
    """What is open of it is promised for a day that is not yet over."""
    DISPUTED = "disputed"
    """What is open of it is in dispute."""
    DISCOUNT = "discount"
    """What is open of it looks like a discount wrongly taken: a person must decide."""
    COVERED = "covered"
    """The customer's open credits cover all that is overdue."""
    BELOW_MINIMUM = "below_minimum"
    """The customer owes less than the minimum of the policy or of the level."""
    UNLAWFUL = "unlawful"
    """The law does not allow, or not yet, that its next level charges a consumer."""


BLOCKING_REASONS = frozenset(
    {
        Reason.PAID,
        Reason.EXCLUDED,
        Reason.ARCHIVED,
        Reason.NO_POLICY,
        Reason.ON_HOLD,
        Reason.REPLIED,
        Reason.TOLD,
        Reason.PROMISED,
        Reason.DISPUTED,
        Reason.DISCOUNT,
        Reason.COVERED,
        Reason.BELOW_MINIMUM,
        Reason.UNLAWFUL,
    }
)
"""Reasons other than time for which an item gets no level."""

_WAITING = (Reason.SCHEDULED, Reason.UNLAWFUL)

_OWED = (Reason.DUE, *_WAITING, Reason.FINAL)
"""What an item may be by its own facts when all that is open of it is asked for."""


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a policy.

    :param id: identifies the level
    :param delay_days: days from the due date; negative is before it
    :param interval_days: days that must pass since the item's last notice
    :param minimum_amount: least net overdue amount of the customer, minor units
    :param requires_approval: a person approves its notices before they go out
    :param charge: what it charges, None when nothing
    :param announces: it announces what a later level charges
    :param pay_days: days to pay that its message states
    """

    id: int
    delay_days: int
    interval_days: int = 0
    minimum_amount: int = 0
    requires_approval: bool = False
    charge: Scheme | None = None
    announces: bool = False
    pay_days: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """The levels in the order in which they are climbed, and what applies to all.

    :param minimum_amount: least net overdue amount of the customer, minor units
    :param grace_days: days added to the due date for levels on or after it
    """

    id: int
    levels: tuple[Level, ...]
    minimum_amount: int = 0
    grace_days: int = 0

    @property
    def charges(self) -> bool:
        """Whether one of the levels charges."""
        return any(level.charge for level in self.levels)

    def announced_level(self, level_id: int) -> Level | None:
        """The level whose charges an announcing level announces: the next that charges."""
        known = False
        for level in self.levels:
            known = known or level.id == level_id
            if known and level.charge:
                return level
        return None

    def position(self, sent: Sequence[tuple[int, int]]) -> int:
        """How many levels are behind an item that had notices of some levels.

        A level of this policy counts by its place. A level of another policy
        (the customer changed policy, or the level was archived) counts as the
        last level here that comes no later after the due date than it did.

        :param sent: (level id, its days from the due date) of the item's notices
        """
        if not sent:
            return 0
        places = {level.id: index + 1 for index, level in enumerate(self.levels)}
        behind = 0
        for level_id, delay_days in sent:
            place = places.get(level_id)
            if place is None:
                place = sum(1 for level in self.levels if level.delay_days <= delay_days)
            behind = max(behind, place)
        return behind

    def due_date(self, item: "ItemFacts", index: int) -> date:
        """The first day on which an item may get the level at ``index``."""
        level = self.levels[index]
        grace = self.grace_days if level.delay_days >= 0 else 0
        day = item.due_date + timedelta(days=level.delay_days + grace)
        if item.last_notice_date is not None:
            # One level a day at most, also without an interval.
            interval = max(level.interval_days, 1)
            day = max(day, item.last_notice_date + timedelta(days=interval))
        return day


# Of these two a night makes one for each of a hundred thousand items. They are not frozen
# because making a frozen one takes seven times as long; nothing writes to them.


@dataclass(slots=True)
class ItemFacts:
    """One open receivable item, with what is known of it.

    :param amount: what is still open, minor units of the company's currency
    :param excluded: the item is excluded from follow-up
    :param settled: paid, or a payment is on its way
    :param sent: (level id, its days from the due date) of each notice that went out
    :param last_notice_date: day of the last of them
    :param promised: the part that is promised, minor units; it is not asked for
    :param promised_until: the day by which it is promised
    :param disputed: the part that is in dispute, minor units; it is not asked for
    :param discount: the part that was kept back as a discount and on which nobody has
        decided, minor units; it is not asked for
    :param hold_until: last day of the item's own hold, None when there is none
    :param hurried: a promise for it was broken: its next level does not wait for its day
    :param announced_until: last day of the period that the law gives a consumer, None when no
        message announced the charges. This and what follows is known of consumers only.
    :param announced_on: the day on which it was announced
    :param first_notice_date: the first reminder after the due date
    :param overridden: ids of the levels that a manager allowed to charge, whatever the law
    :param costs_before: costs and fees that were claimed of it before, minor units
    :param is_charge: it is itself a claim of interest or costs: nothing is charged on it
    """

    id: int
    due_date: date
    amount: int
    excluded: bool = False
    settled: bool = False
    sent: tuple[tuple[int, int], ...] = ()
    last_notice_date: date | None = None
    promised: int = 0
    promised_until: date | None = None
    disputed: int = 0
    discount: int = 0
    hold_until: date | None = None
    hurried: bool = False
    announced_until: date | None = None
    announced_on: date | None = None
    first_notice_date: date | None = None
    overridden: frozenset[int] = frozenset()
    costs_before: int = 0
    is_charge: bool = False

    @property
    def asked(self) -> int:
        """What may be asked for: what nothing of the above keeps back, minor units."""
        asked = self.amount - self.promised - self.disputed - self.discount
        return asked if asked > 0 else 0


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """A customer of one company, with the open items.

    :param credits: open credit notes and unallocated payments, minor units, ≥ 0
    :param hold_until: last day of the hold, None when there is none
    :param told_on: the last day on which the customer got a message that is no reminder, such
        as of a broken promise: there is one message a day
    :param regime: the law that holds for a consumer; None for a business, which the guard does
        not protect
    :param replied_until: last day for which an answer that nobody has read keeps reminders
        back, None when there is none
    """

    items: Sequence[ItemFacts]
    credits: int = 0
    hold_until: date | None = None
    archived: bool = False
    told_on: date | None = None
    regime: Regime | None = None
    replied_until: date | None = None


@dataclass(slots=True)
class ItemDecision:
    """What happens to one item.

    :param level: place (from 0) of the level it gets today, None if it gets none
    :param next_level: place of the level it gets next, None if none is foreseen
    :param next_date: when, a working day; None when time alone does not bring it
    :param minimum: the minimum that was not reached, minor units, else None
    :param refusal: why the law holds its next level back, else None
    """

    item_id: int
    reason: Reason
    level: int | None = None
    next_level: int | None = None
    next_date: date | None = None
    minimum: int | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class CustomerDecision:
    """What happens to one customer.

    :param level: the highest level given to an item today, None when nothing goes out
    :param claim: net amount asked for, minor units, never below 0: all that is overdue
        less the credits, and the items not yet due when none overdue gets a level
    :param requires_approval: one of the levels given needs a person's approval
    """

    items: tuple[ItemDecision, ...]
    level: int | None
    claim: int
    requires_approval: bool = False


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
    gets nothing while on hold or archived, while an answer waits to be read, while
    credits cover what is overdue, or while the net overdue amount is below the minimum.

    A person may remind of overdue items before their next level's day, also on a day
    off. Only time is set aside: no level is skipped, an item that had a notice today gets
    no second one, and whatever else keeps an item back keeps it back.

    :param policy: the policy that applies to the customer, None if none does
    :param today: the company's date
    :param calendar: the company's working days
    :param early: ids of the items of which a person reminds before their day
    """
    blocker, resume = _customer_blocker(customer, policy, today)
    if policy is None or not policy.levels:
        policy = Policy(id=0, levels=())
    is_working_day = calendar.includes(today)
    stepped = [
        _step(item, policy, today, calendar, is_working_day, item.id in early, customer.regime)
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
    return CustomerDecision(
        items=tuple(decisions),
        level=max(levels, default=None),
        claim=max(0, claim),
        requires_approval=any(policy.levels[level].requires_approval for level in levels),
    )


def _customer_blocker(
    customer: CustomerFacts, policy: Policy | None, today: date
) -> tuple[Reason | None, date | None]:
    """Why the whole customer gets nothing, and the first day it may again."""
    if customer.archived:
        return Reason.ARCHIVED, None
    if policy is None or not policy.levels:
        return Reason.NO_POLICY, None
    # The longer of the two says from when on time alone lets reminders go on.
    waits = [
        (until, reason)
        for until, reason in (
            (customer.hold_until, Reason.ON_HOLD),
            (customer.replied_until, Reason.REPLIED),
        )
        if until is not None and until >= today
    ]
    if waits:
        until, reason = max(waits, key=lambda wait: wait[0])
        return reason, until + timedelta(days=1)
    if customer.told_on == today:
        return Reason.TOLD, today + timedelta(days=1)
    return None, None


def _step(
    item: ItemFacts,
    policy: Policy,
    today: date,
    calendar: WorkingDays,
    is_working_day: bool,
    early: bool,
    regime: Regime | None,
) -> ItemDecision:
    """The item's next step by its own facts, the law and the calendar alone.

    :param is_working_day: what the calendar says of ``today``
    :param early: a person reminds of the item before its day; the law is not set aside
    :param regime: the law that protects a consumer
    """
    if item.settled:
        return ItemDecision(item.id, Reason.PAID)
    if item.excluded:
        return ItemDecision(item.id, Reason.EXCLUDED)
    index = policy.position(item.sent)
    next_level = index if index < len(policy.levels) else None
    if item.amount > 0 and not item.asked:
        return _not_asked(item, policy, next_level, today, calendar)
    if item.hold_until is not None and item.hold_until >= today:
        resume = item.hold_until + timedelta(days=1)
        return _resumed(item, Reason.ON_HOLD, policy, next_level, resume, calendar)
    if next_level is None:
        return ItemDecision(item.id, Reason.FINAL)
    day = policy.due_date(item, index)
    may_be_early = item.due_date < today and (
        item.last_notice_date is None or item.last_notice_date < today
    )
    if item.hurried and may_be_early:
        day = min(day, today)
    if regime is not None and (held := _held_by_law(item, policy, index, today, regime)):
        if held.day is None:
            return ItemDecision(item.id, Reason.UNLAWFUL, None, index, refusal=held)
        if (early and may_be_early) or day < held.day:
            resume = calendar.next(max(day, held.day))
            return ItemDecision(item.id, Reason.UNLAWFUL, None, index, resume, refusal=held)
    if (early and may_be_early) or (day <= today and is_working_day):
        return ItemDecision(item.id, Reason.DUE, index, index, today)
    return ItemDecision(item.id, Reason.SCHEDULED, None, index, calendar.next(max(day, today)))


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
    return _resumed(item, Reason.PROMISED, policy, next_level, resume, calendar)


def _resumed(
    item: ItemFacts,
    reason: Reason,
    policy: Policy,
    next_level: int | None,
    resume: date,
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
    if own.reason is Reason.FINAL and blocker in (Reason.ON_HOLD, Reason.REPLIED, Reason.TOLD):
        return own
    if own.reason is Reason.SCHEDULED and blocker is Reason.TOLD:
        # Nothing would go out today anyway.
        return own
    next_date = None
    if resume is not None and own.next_level is not None:
        next_date = calendar.next(max(resume, policy.due_date(item, own.next_level)))
    return ItemDecision(own.item_id, blocker, None, own.next_level, next_date)
