"""When a consumer may be asked for costs: the clocks of the law.

Only dates are decided here. How sure each rule is, and its source, stands beside it.
"""

from collections.abc import Collection
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SUNDAY, _MONDAY = 6, 0

DUTCH_LETTER_DAYS = 14
"""Burgerlijk Wetboek 6:96 (6): a consumer has 14 days to pay without costs."""

BELGIAN_WAIT_DAYS = 14
"""Wetboek van economisch recht art. XIX.2: 14 calendar days after the first reminder."""


def dutch_delivery(sent: date, by_post: bool, holidays: Collection[date] = ()) -> date:
    """The day on which a letter is presumed to be with a consumer in the Netherlands.

    By post the second day after it was sent; Sundays, Mondays and public holidays, on which
    no post comes, do not count (HR 25 November 2016, ECLI:NL:HR:2016:2704). An e-mail is
    there on the day it is sent.
    """
    day, left = sent, 2 if by_post else 0
    while left:
        day += _DAY
        if day.weekday() not in (_SUNDAY, _MONDAY) and day not in holidays:
            left -= 1
    return day


def dutch_deadline(sent: date, by_post: bool, holidays: Collection[date] = ()) -> date:
    """The last day on which a consumer in the Netherlands pays without costs.

    Fourteen days from the day after the letter is there. A letter that grants one day less
    is void.
    """
    return dutch_delivery(sent, by_post, holidays) + timedelta(days=DUTCH_LETTER_DAYS)


def belgian_deadline(sent: date, by_post: bool, holidays: Collection[date] = ()) -> date:
    """The last day on which a consumer in Belgium pays without costs.

    Fourteen calendar days that begin on the third working day after the reminder was posted,
    or on the day after it was sent electronically.
    """
    first = sent + _DAY
    if by_post:
        left = 3
        first = sent
        while left:
            first += _DAY
            # Whether a Saturday counts is disputed; not counting it gives the later day, on
            # which nobody can be asked for costs too early.
            if first.weekday() < 5 and first not in holidays:
                left -= 1
    return first + timedelta(days=BELGIAN_WAIT_DAYS - 1)
