"""What is known of a customer, its items and its policy before it is decided on.

``decide`` reads these; the ORM layer makes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from .charges import Regime, Scheme
from .wishes import Wishes


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
    LOOKS_PAID = "looks_paid"
    """Money that is probably its customer's came in and is not matched yet."""
    TOLD = "told"
    """Its customer got another message today: the reminder waits for the next day."""
    SAID_PAID = "said_paid"
    """Its customer says that it is paid: the bank has some days to show it."""
    NOT_DELIVERED = "not_delivered"
    """The invoice itself never reached the customer: it is sent first."""
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
    BANK_OLD = "bank_old"
    """The bank's last statement is too old for a level above the first."""


BLOCKING_REASONS = frozenset(
    {
        Reason.PAID,
        Reason.EXCLUDED,
        Reason.ARCHIVED,
        Reason.NO_POLICY,
        Reason.ON_HOLD,
        Reason.REPLIED,
        Reason.LOOKS_PAID,
        Reason.TOLD,
        Reason.SAID_PAID,
        Reason.NOT_DELIVERED,
        Reason.PROMISED,
        Reason.DISPUTED,
        Reason.DISCOUNT,
        Reason.COVERED,
        Reason.BELOW_MINIMUM,
        Reason.UNLAWFUL,
        Reason.BANK_OLD,
    }
)
"""Reasons other than time for which an item gets no level."""


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
    :param said_paid_until: last day on which its customer's word that it is paid keeps it back,
        None when nobody said so
    :param undelivered: its invoice was never sent, or did not arrive
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
    said_paid_until: date | None = None
    undelivered: bool = False

    def is_stated(self, today: date) -> bool:
        """Whether a message of a day may state it as owed: nothing keeps it back as a whole."""
        return (
            self.asked > 0
            and not (self.settled or self.excluded or self.undelivered)
            and not (self.hold_until is not None and self.hold_until >= today)
            and not (self.said_paid_until is not None and self.said_paid_until >= today)
        )

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
    :param looks_paid: money came in that is probably the customer's and is not matched yet
    :param bank_old: the company's bank statements are too old for a level above the first
    :param wishes: on which days the customer wants to be written to, None when any will do
    """

    items: Sequence[ItemFacts]
    credits: int = 0
    hold_until: date | None = None
    archived: bool = False
    told_on: date | None = None
    regime: Regime | None = None
    replied_until: date | None = None
    looks_paid: bool = False
    bank_old: bool = False
    wishes: Wishes | None = None
