"""The company's working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine
from .living import MONDAY_TO_FRIDAY, calendars, day

FRIDAY = date(2026, 5, 22)
SATURDAY = date(2026, 5, 23)
WHIT_MONDAY = date(2026, 5, 25)
TUESDAY = date(2026, 5, 26)

OFFICE = engine.WorkingDays(MONDAY_TO_FRIDAY, frozenset({WHIT_MONDAY}))


@pytest.mark.parametrize(
    ("asked", "worked", "following"),
    [
        (FRIDAY, True, FRIDAY),
        (SATURDAY, False, TUESDAY),
        (WHIT_MONDAY, False, TUESDAY),
        (TUESDAY, True, TUESDAY),
    ],
)
def test_weekend_and_holiday(asked, worked, following):
    assert OFFICE.includes(asked) is worked
    assert OFFICE.next(asked) == following


def test_a_holiday_on_a_weekend_changes_nothing():
    calendar = engine.WorkingDays(MONDAY_TO_FRIDAY, frozenset({SATURDAY}))
    assert calendar.next(SATURDAY) == WHIT_MONDAY


def test_every_day_never_rests():
    assert all(engine.EVERY_DAY.includes(day(offset)) for offset in range(366))
    assert engine.EVERY_DAY.next(SATURDAY) == SATURDAY


def test_a_long_closure_is_passed():
    closed = frozenset(day(offset) for offset in range(60))
    assert engine.WorkingDays(holidays=closed).next(day(0)) == day(60)


def test_a_calendar_without_working_days_ends_the_search():
    assert engine.WorkingDays(frozenset()).next(FRIDAY) == FRIDAY


@given(calendars(), st.integers(0, 120).map(day))
def test_next_is_the_first_working_day_on_or_after(calendar, asked):
    found = calendar.next(asked)
    assert found >= asked
    assert calendar.includes(found)
    between = (asked + timedelta(days=n) for n in range((found - asked).days))
    assert not any(calendar.includes(skipped) for skipped in between)
    assert calendar.next(found) == found


@given(calendars(), st.integers(0, 120).map(day), st.integers(0, 30))
def test_next_never_overtakes(calendar, asked, later):
    assert calendar.next(asked) <= calendar.next(asked + timedelta(days=later))
