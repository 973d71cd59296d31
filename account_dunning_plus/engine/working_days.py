"""Which days are working days."""

from dataclasses import dataclass
from datetime import date, timedelta

# A calendar without a working day within a year is a mistake in the settings,
# and searching on would never end.
_SEARCH_DAYS = 366


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of a company.

    :param weekdays: the weekdays worked, Monday = 0 … Sunday = 6
    :param holidays: dates not worked although their weekday is
    """

    weekdays: frozenset[int] = frozenset(range(7))
    holidays: frozenset[date] = frozenset()

    def includes(self, day: date) -> bool:
        """Whether things may go out on ``day``."""
        return self.next(day) == day

    def next(self, day: date) -> date:
        """The first working day on or after ``day``.

        A calendar that works on no day of the year ahead gives ``day`` itself:
        a reminder on a day off does less harm than one that never goes out.
        """
        candidate = day
        for _ in range(_SEARCH_DAYS):
            if candidate.weekday() in self.weekdays and candidate not in self.holidays:
                return candidate
            candidate += timedelta(days=1)
        return day


EVERY_DAY = WorkingDays()
"""The calendar that never rests."""
