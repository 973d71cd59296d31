"""On which days a customer wants to be written to."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from .working_days import _SEARCH_DAYS, WorkingDays

WEEK = timedelta(days=7)


class Wait(str, Enum):
    """Why a message comes later than its own day."""

    WEEKLY = "weekly"
    """All of a week is said on one day."""
    QUIET = "quiet"
    """The customer wants no messages on that day of the week."""
    CLOSED = "closed"
    """The customer is closed."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """On which days a customer wants to be written to; weekdays are Monday = 0 … Sunday = 6.

    :param weekly: the weekday on which all of a week is said, None for each message on its day
    :param quiet: the weekdays on which nothing is said
    :param closed: (first, last day) of the periods in which nothing is said
    """

    weekly: int | None = None
    quiet: frozenset[int] = frozenset()
    closed: tuple[tuple[date, date], ...] = ()

    def allow(self, day: date) -> bool:
        """Whether the customer may be written to on ``day``, be it the weekly one or not."""
        return day.weekday() not in self.quiet and not self.is_closed(day)

    def is_closed(self, day: date) -> bool:
        """Whether the customer is closed on ``day``."""
        return any(first <= day <= last for first, last in self.closed)

    def wait(self, day: date) -> Wait:
        """Why nothing is said on a working day of the company."""
        if self.is_closed(day):
            return Wait.CLOSED
        return Wait.QUIET if day.weekday() in self.quiet else Wait.WEEKLY


@dataclass(frozen=True, slots=True)
class CustomerDays:
    """The days on which one customer is written to: the company's, narrowed by the wishes.

    Weekly messages come on the first such day from the weekday on, so that a holiday on it
    moves them and does not drop them.
    """

    company: WorkingDays
    wishes: Wishes

    def includes(self, day: date) -> bool:
        """Whether reminders may go out on ``day``."""
        return self.next(day) == day

    def next(self, day: date) -> date:
        """The first day on or after ``day`` on which reminders may go out."""
        if self.wishes.weekly is None:
            return self.next_open(day)
        # Of the week that began with the last such weekday, then of those after it.
        week = day - timedelta(days=(day.weekday() - self.wishes.weekly) % 7)
        while (found := self.next_open(week)) < day:
            week += WEEK
        return found

    def next_open(self, day: date) -> date:
        """The first day on or after ``day`` on which other messages may go out.

        What a customer agreed on or asked for does not wait for the weekly day. Wishes that
        leave no working day within a year do not count: they are a mistake, and a message on
        such a day does less harm than one that never goes out.
        """
        candidate = day
        while candidate - day < timedelta(days=_SEARCH_DAYS):
            working = self.company.next(candidate)
            if self.wishes.allow(working):
                return working
            candidate = working + timedelta(days=1)
        return self.company.next(day)
