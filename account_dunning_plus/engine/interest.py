"""Interest for late payment: who owes how much since when, line by line.

Amounts are integers in minor units of one currency, rates are percent a year. A breakdown is
made of lines that anyone can recompute: so many days, on so much, at such a rate. Each line is
rounded for itself, halves up, and the total is the sum of the lines, so that what is printed
adds up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction

_DAY = timedelta(days=1)


class DayCount(str, Enum):
    """How long a year is."""

    ACT_365 = "act_365"
    """The days that passed, of 365 a year."""
    ACT_ACT = "act_act"
    """The days that passed, of 366 in a leap year, else 365."""
    THIRTY_360 = "30_360"
    """Twelve months of 30 days each (30E/360: a 31st counts as a 30th)."""


class Compounding(str, Enum):
    """Whether interest bears interest."""

    NONE = "none"
    YEARLY = "yearly"
    """After each full year what is owed of interest is added to the principal; the Dutch
    statutory interest does so (Burgerlijk Wetboek 6:119 (2), 6:119a)."""


class MissingRateError(LookupError):
    """No rate is known for a day.

    :ivar day: the first such day
    """

    def __init__(self, day):
        super().__init__(f"No rate is known for {day}.")
        self.day = day


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate that holds from a day on, until the next one begins.

    :param start: its first day
    :param percent: a year; a string or an integer keeps it exact
    :param end: its last day, None when it holds until another begins
    """

    start: date
    percent: Fraction | int | str
    end: date | None = None


def always(percent: Fraction | int | str) -> Rate:
    """A rate that holds on all days, such as one that a contract sets."""
    return Rate(date(1900, 1, 1), percent)


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of the principal: what was owed (positive) or paid (negative).

    :param day: the last day on which the old principal bears interest. A debt bears it from
        the day after it is due; who pays owes it for the day of the payment still.
    """

    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class InterestLine:
    """Interest over days on which nothing changed.

    :param start: the first of the days
    :param end: the last of them
    :param principal: minor units on which it is due
    :param percent: the rate, a year
    :param amount: minor units
    """

    start: date
    end: date
    days: int
    principal: int
    percent: Fraction
    amount: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Interest, with the lines that make it up."""

    lines: tuple[InterestLine, ...] = ()

    @property
    def total(self) -> int:
        """Minor units."""
        return sum(line.amount for line in self.lines)


def interest(
    movements: Iterable[Movement],
    rates: Sequence[Rate],
    start: date,
    end: date,
    day_count: DayCount = DayCount.ACT_365,
    compounding: Compounding = Compounding.NONE,
) -> Breakdown:
    """Interest on a principal that changes, at rates that change.

    :param movements: changes of the principal, in any order. Where more was paid than owed,
        nothing bears interest.
    :param rates: in any order; of two that hold on a day the later one counts
    :param start: the first day that bears interest
    :param end: the last one
    :raises MissingRateError: a day on which something is owed has no rate
    """
    changes = {}
    for movement in movements:
        # It counts from the next day on.
        first = max(start, movement.day + _DAY)
        changes[first] = changes.get(first, 0) + movement.amount
    known = sorted(rates, key=lambda rate: rate.start)
    cuts = {start, *changes}
    cuts.update(rate.start for rate in known)
    cuts.update(rate.end + _DAY for rate in known if rate.end)
    if day_count is DayCount.ACT_ACT:
        cuts.update(date(year, 1, 1) for year in range(start.year + 1, end.year + 1))
    anniversaries = set()
    if compounding is Compounding.YEARLY and (owed := _first_owed(changes)):
        anniversaries = {_years_after(owed, years) for years in range(1, end.year - owed.year + 1)}
        cuts |= anniversaries
    days = sorted(day for day in cuts if start <= day <= end)
    lines, principal, grown = [], 0, 0
    for number, day in enumerate(days):
        if day in anniversaries and principal > 0:
            grown = sum(line.amount for line in lines)
        principal += changes.get(day, 0)
        last = days[number + 1] - _DAY if number + 1 < len(days) else end
        if principal <= 0:
            continue
        percent = _percent_on(known, day)
        count, year = _count(day, last, day_count)
        amount = _half_up(Fraction(principal + grown) * percent / 100 * count / year)
        lines.append(InterestLine(day, last, count, principal + grown, percent, amount))
    return Breakdown(tuple(lines))


def _first_owed(changes):
    """The first day on which something is owed, None when nothing ever is."""
    principal = 0
    for day in sorted(changes):
        principal += changes[day]
        if principal > 0:
            return day
    return None


def _years_after(day, years):
    """The same day some years later; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _percent_on(rates, day):
    """The rate of a day, by the rates in the order of their first days."""
    for rate in reversed(rates):
        if rate.start <= day and (rate.end is None or day <= rate.end):
            return Fraction(rate.percent)
    raise MissingRateError(day)


def _count(start, end, day_count):
    """Days from one day to another, both included, and the days of a year."""
    if day_count is DayCount.THIRTY_360:
        after = end + _DAY
        return (
            360 * (after.year - start.year)
            + 30 * (after.month - start.month)
            + min(after.day, 30)
            - min(start.day, 30)
        ), 360
    days = (end - start).days + 1
    leap = day_count is DayCount.ACT_ACT and _is_leap(start.year)
    return days, 366 if leap else 365


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _half_up(value):
    """A fraction, rounded to the next whole; halves up."""
    return int((value + Fraction(1, 2)) // 1)


def correction(
    stated: Sequence[InterestLine],
    found: Sequence[InterestLine],
    day_count: DayCount = DayCount.ACT_365,
) -> Breakdown:
    """What was stated too much, now that more is known to have been paid, as negative lines.

    A payment that the bank dates earlier than it was known takes interest back that was stated
    for the days since. What was stated too little is not made up for.

    :param stated: lines of interest, of what was taken back before with negative principals
    :param found: lines of the same days, as they are calculated now
    """
    cuts = set()
    for line in (*stated, *found):
        cuts |= {line.start, line.end + _DAY}
    days = sorted(cuts)
    lines = []
    for first, after in zip(days, days[1:], strict=False):
        holding = [line for line in stated if line.start <= first <= line.end]
        too_much = sum(line.principal for line in holding)
        too_much -= sum(line.principal for line in found if line.start <= first <= line.end)
        if not holding or too_much <= 0:
            continue
        last = after - _DAY
        count, year = _count(first, last, day_count)
        percent = max(line.percent for line in holding)
        amount = _half_up(Fraction(too_much) * percent / 100 * count / year)
        lines.append(InterestLine(first, last, count, -too_much, percent, -amount))
    return Breakdown(tuple(lines))
