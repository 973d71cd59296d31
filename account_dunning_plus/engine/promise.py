"""Payment promises and plans: instalments, what was paid of them, and what they still cover.

``judge`` is the one rule: whoever reconciles a payment, undoes it, or lets a night pass
gets the state from it. Amounts are integers in minor units of the promise's currency.
"""

import calendar as month_calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from .working_days import EVERY_DAY, WorkingDays

MOST_INSTALMENTS = 120


class Rhythm(str, Enum):
    """How instalments follow each other."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    """The same day of each month, or its last day where it has no such day."""
    MONTH_END = "month_end"
    """The last day of each month."""


class PromiseState(str, Enum):
    """What became of an instalment or a promise."""

    OPEN = "open"
    """Its day, with the tolerance, is not yet over."""
    KEPT = "kept"
    """Paid in full in time, also earlier or in pieces."""
    PARTIAL = "partial"
    """Its day is over and only a part was paid in time."""
    BROKEN = "broken"
    """Its day is over and nothing was paid in time."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """A promised payment.

    :param amount: minor units, above 0
    """

    date: date
    amount: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money, or a credit note, that reached a covered item after the promise was made.

    :param date: the bank's day
    :param amount: minor units, above 0
    """

    date: date
    amount: int


@dataclass(frozen=True, slots=True)
class InstalmentJudgement:
    """What became of one instalment.

    :param paid: minor units allotted to it, in time or not
    :param in_time: minor units of them that came in time
    :param paid_on: the day on which it was paid in full, None if it is not
    :param late: paid in full, after its day
    :param broken_on: the first day on which it was over without being paid, None if it is not
    """

    state: PromiseState
    paid: int
    in_time: int
    paid_on: date | None = None
    late: bool = False
    broken_on: date | None = None


@dataclass(frozen=True, slots=True)
class PromiseJudgement:
    """What became of a promise.

    :param instalments: one for each, in the order given
    :param paid: minor units allotted in all; never above what was promised
    :param covered: minor units that are still promised, and not dunned therefore
    :param broken_on: the first day on which an instalment's day was over without it being
        paid, None when there is none
    :param late: everything was paid, something of it late
    """

    state: PromiseState
    instalments: tuple[InstalmentJudgement, ...]
    paid: int
    covered: int
    broken_on: date | None = None
    late: bool = False


def instalments_by_number(
    total: int, number: int, first: date, rhythm: Rhythm = Rhythm.MONTHLY
) -> list[Instalment]:
    """``total`` in ``number`` equal instalments; the last one takes the rounding.

    :param total: minor units, above 0
    :raises ValueError: fewer than 1 or more than ``MOST_INSTALMENTS``, or more instalments
        than minor units
    """
    if not 1 <= number <= min(MOST_INSTALMENTS, total):
        raise ValueError(number)
    share = total // number
    amounts = [share] * (number - 1)
    amounts.append(total - sum(amounts))
    return _dated(amounts, first, rhythm)


def instalments_by_amount(
    total: int, amount: int, first: date, rhythm: Rhythm = Rhythm.MONTHLY
) -> list[Instalment]:
    """``total`` in instalments of ``amount``; the last one is the rest.

    :raises ValueError: an amount of 0 or less, or one that makes too many instalments
    """
    if amount <= 0 or total <= 0 or -(-total // amount) > MOST_INSTALMENTS:
        raise ValueError(amount)
    number, rest = divmod(total, amount)
    return _dated([amount] * number + [rest] * bool(rest), first, rhythm)


def instalment_date(first: date, index: int, rhythm: Rhythm) -> date:
    """The day of the instalment at ``index`` (from 0)."""
    if rhythm is Rhythm.WEEKLY:
        return first + timedelta(weeks=index)
    month = first.month - 1 + index
    year, month = first.year + month // 12, month % 12 + 1
    last = month_calendar.monthrange(year, month)[1]
    return date(year, month, last if rhythm is Rhythm.MONTH_END else min(first.day, last))


def deadline(day: date, tolerance_days: int, calendar: WorkingDays = EVERY_DAY) -> date:
    """The last day on which a payment promised for ``day`` is in time.

    A promise for a day off may be paid on the next working day; from there the tolerance
    counts working days, as banks do.
    """
    day = calendar.next(day)
    for _day in range(tolerance_days):
        day = calendar.next(day + timedelta(days=1))
    return day


def judge(
    instalments: Sequence[Instalment],
    receipts: Sequence[Receipt],
    today: date,
    tolerance_days: int = 0,
    calendar: WorkingDays = EVERY_DAY,
    rest_falls_due: bool = True,
) -> PromiseJudgement:
    """What became of a promise, by what the bank shows.

    Receipts are allotted to instalments oldest first, in the order of their dates. What
    time has not yet decided is open.

    :param instalments: at least one, in the order of their dates
    :param receipts: in any order
    :param today: the company's date
    :param tolerance_days: working days after an instalment's day that are still in time
    :param rest_falls_due: with one instalment not kept, nothing is covered any more
    """
    judged = []
    broken_on = None
    left = [[receipt.date, receipt.amount] for receipt in sorted(receipts, key=lambda r: r.date)]
    for instalment in instalments:
        last_day = deadline(instalment.date, tolerance_days, calendar)
        paid = in_time = 0
        paid_on = None
        while left and paid < instalment.amount:
            part = min(left[0][1], instalment.amount - paid)
            paid += part
            paid_on = left[0][0]
            if paid_on <= last_day:
                in_time += part
            left[0][1] -= part
            if not left[0][1]:
                left.pop(0)
        full = paid >= instalment.amount
        missed_on = None
        if in_time >= instalment.amount:
            state = PromiseState.KEPT
        elif today <= last_day:
            state = PromiseState.OPEN
        else:
            state = PromiseState.PARTIAL if in_time else PromiseState.BROKEN
            missed_on = last_day + timedelta(days=1)
            broken_on = min(filter(None, (broken_on, missed_on)))
        judged.append(
            InstalmentJudgement(
                state,
                paid,
                in_time,
                paid_on if full else None,
                full and state is not PromiseState.KEPT,
                missed_on,
            )
        )
    paid = sum(own.paid for own in judged)
    state = _state(judged, rest_falls_due)
    return PromiseJudgement(
        state=state,
        instalments=tuple(judged),
        paid=paid,
        covered=_covered(instalments, judged) if state is PromiseState.OPEN else 0,
        broken_on=broken_on,
        late=broken_on is not None and paid >= sum(own.amount for own in instalments),
    )


def _state(judged: Sequence[InstalmentJudgement], rest_falls_due: bool) -> PromiseState:
    """The state of the whole from those of its instalments."""
    states = [own.state for own in judged]
    failed = PromiseState.BROKEN in states or PromiseState.PARTIAL in states
    if PromiseState.OPEN in states and not (failed and rest_falls_due):
        return PromiseState.OPEN
    if not failed:
        return PromiseState.KEPT
    # Only what came in time counts: money that comes later does not rewrite history.
    in_time = PromiseState.KEPT in states or PromiseState.PARTIAL in states
    return PromiseState.PARTIAL if in_time else PromiseState.BROKEN


def _covered(instalments: Sequence[Instalment], judged: Sequence[InstalmentJudgement]) -> int:
    """What the instalments that are still open promise."""
    return sum(
        instalment.amount - own.paid
        for instalment, own in zip(instalments, judged, strict=True)
        if own.state is PromiseState.OPEN
    )


def shrink(rooms: Sequence[tuple[int, int]], paid: int, unpaid: int) -> list[int]:
    """What is left of instalments when something is not promised any more.

    What was still to be paid of it comes off the last instalments, and what had been paid
    of it off the first ones, of which money was allotted first: no instalment lacks money
    that was there before.

    :param rooms: of each instalment what was promised and what was allotted, minor units
    :param paid: minor units to be taken off what was allotted
    :param unpaid: minor units to be taken off what was not
    :return: the amount of each instalment, 0 where nothing is left
    """
    rooms = list(rooms)
    off_paid = spread(paid, [allotted for _amount, allotted in rooms])
    off_rest = spread(unpaid, [amount - allotted for amount, allotted in reversed(rooms)])
    return [
        amount - first - last
        for (amount, _allotted), first, last in zip(
            rooms, off_paid, reversed(off_rest), strict=True
        )
    ]


def spread(amount: int, rooms: Sequence[int]) -> list[int]:
    """Spread an amount over items, the first ones first.

    :param amount: minor units, 0 or more
    :param rooms: the most that each item takes
    :return: the part of each item; together ``amount``, or all that there is room for
    """
    parts = []
    for room in rooms:
        part = max(0, min(amount, room))
        parts.append(part)
        amount -= part
    return parts


def _dated(amounts: Sequence[int], first: date, rhythm: Rhythm) -> list[Instalment]:
    return [
        Instalment(instalment_date(first, index, rhythm), amount)
        for index, amount in enumerate(amounts)
    ]
