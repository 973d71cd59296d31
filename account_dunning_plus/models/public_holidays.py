"""Public holidays of countries whose law counts by them."""

from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

_DUTCH_DAYS = ((1, 1), (5, 5), (12, 25), (12, 26))
_BELGIAN_DAYS = ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))


@lru_cache(maxsize=128)
def public_holidays(country, year):
    """The public holidays of a year and the next: no period of law is longer.

    Netherlands: Algemene termijnenwet art. 3, with Good Friday, that counts alike. Belgium: the
    ten legal holidays (royal decree of 18 April 1974, art. 1).

    :param country: ISO code; countries whose law does not count by them have none
    :rtype: frozenset of date
    """
    return frozenset(_of_year(country, year)) | frozenset(_of_year(country, year + 1))


def _of_year(country, year):
    sunday = easter(year)
    monday, ascension, whit_monday = (sunday + timedelta(days=days) for days in (1, 39, 50))
    if country == "NL":
        kings_day = date(year, 4, 27)
        if kings_day.weekday() == 6:
            kings_day = date(year, 4, 26)
        good_friday = sunday - timedelta(days=2)
        yield from (good_friday, monday, kings_day, ascension, whit_monday)
        yield from (date(year, month, day) for month, day in _DUTCH_DAYS)
    elif country == "BE":
        yield from (monday, ascension, whit_monday)
        yield from (date(year, month, day) for month, day in _BELGIAN_DAYS)
