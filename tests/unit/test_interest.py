"""Interest: every day counted once, at its own rate, on what was then owed."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

Compounding = engine.interest.Compounding
DayCount = engine.interest.DayCount
MissingRateError = engine.interest.MissingRateError
Movement = engine.interest.Movement
Rate = engine.interest.Rate
interest = engine.interest.interest

NL_2026 = (Rate(date(2026, 1, 1), "10.15"), Rate(date(2026, 7, 1), "10.40"))
FIRST = date(2024, 1, 1)
ONE = timedelta(days=1)

days = st.integers(0, 1200).map(lambda number: FIRST + number * ONE)
percents = st.integers(0, 2000).map(lambda basis_points: Fraction(basis_points, 100))
rate_tables = st.dictionaries(days, percents, max_size=5).map(
    lambda drawn: [Rate(FIRST, 8), *(Rate(day, percent) for day, percent in drawn.items())]
)
movements = st.lists(
    st.builds(Movement, days, st.integers(-500_000, 500_000)), min_size=1, max_size=6
)
counts = st.sampled_from(list(DayCount))
compoundings = st.sampled_from(list(Compounding))


def test_a_claim_over_a_change_of_rate_and_a_payment_in_part():
    """1,000.00 due on 31 May, 400.00 paid on 15 July, up to 31 August 2026."""
    found = interest(
        [Movement(date(2026, 5, 31), 100_000), Movement(date(2026, 7, 15), -40_000)],
        NL_2026,
        date(2026, 6, 1),
        date(2026, 8, 31),
    )
    # By hand: 1000 x 10.15 % x 30/365 = 8.34; 1000 x 10.40 % x 15/365 = 4.27;
    # 600 x 10.40 % x 47/365 = 8.04.
    assert [(line.days, line.principal, line.amount) for line in found.lines] == [
        (30, 100_000, 834),
        (15, 100_000, 427),
        (47, 60_000, 804),
    ]
    assert found.total == 2065


def test_the_day_after_it_is_due_is_the_first():
    found = interest(
        [Movement(date(2026, 3, 10), 36_500)], [Rate(FIRST, 10)], FIRST, date(2026, 3, 11)
    )
    assert [(line.start, line.end, line.amount) for line in found.lines] == [
        (date(2026, 3, 11), date(2026, 3, 11), 10)
    ]


def test_the_day_of_the_payment_is_the_last():
    paid = [Movement(date(2026, 3, 10), 36_500), Movement(date(2026, 3, 20), -36_500)]
    assert interest(paid, [Rate(FIRST, 10)], FIRST, date(2026, 12, 31)).total == 100


def test_yearly_compounding_adds_a_years_interest():
    owed = [Movement(date(2024, 12, 31), 100_000)]
    found = interest(
        owed, [Rate(FIRST, 10)], FIRST, date(2026, 12, 31), compounding=Compounding.YEARLY
    )
    assert [line.principal for line in found.lines] == [100_000, 110_000]
    assert found.total == 10_000 + 11_000


def test_a_leap_year_has_366_days_where_it_is_counted_so():
    owed = [Movement(date(2023, 12, 31), 36_600)]
    found = interest(owed, [Rate(FIRST, 10)], FIRST, date(2024, 12, 31), DayCount.ACT_ACT)
    assert found.total == 3660
    assert interest(owed, [Rate(FIRST, 10)], FIRST, date(2024, 12, 31)).total == 3670


def test_thirty_days_a_month():
    owed = [Movement(date(2025, 12, 31), 120_000)]
    count = DayCount.THIRTY_360
    found = interest(owed, [Rate(FIRST, 10)], FIRST, date(2026, 2, 28), count)
    assert found.total == 2000


def test_a_day_without_a_rate_is_told_not_guessed():
    owed = [Movement(date(2025, 12, 1), 1000)]
    ended = [Rate(date(2025, 7, 1), 10, date(2025, 12, 31))]
    with pytest.raises(MissingRateError) as missing:
        interest(owed, ended, FIRST, date(2026, 2, 1))
    assert missing.value.day == date(2026, 1, 1)


def test_a_missing_rate_does_not_matter_where_nothing_is_owed():
    assert interest([Movement(FIRST, -5)], [], FIRST, date(2026, 1, 1)).total == 0


@given(movements, rate_tables, days, days, counts, compoundings)
def test_each_day_at_most_once_and_the_lines_add_up(moved, rates, start, end, count, compounding):
    found = interest(moved, rates, start, end, count, compounding)
    for line, following in zip(found.lines, found.lines[1:], strict=False):
        assert line.end < following.start
    for line in found.lines:
        assert start <= line.start <= line.end <= end
        assert line.principal > 0
        assert line.amount >= 0
        year = 360 if count is DayCount.THIRTY_360 else 365
        exact = Fraction(line.principal) * line.percent / 100 * line.days / year
        slack = exact / 365 if count is DayCount.ACT_ACT else 0
        assert abs(line.amount - exact) <= Fraction(1, 2) + slack
    assert found.total == sum(line.amount for line in found.lines)


@given(movements, rate_tables, days, days)
def test_order_does_not_matter(moved, rates, start, end):
    found = interest(moved, rates, start, end)
    assert interest(moved[::-1], rates[::-1], start, end) == found


@given(movements, rate_tables, days, days, st.integers(1, 400))
def test_interest_never_shrinks_with_time(moved, rates, start, end, more):
    # One line more can cost half a cent of rounding, in either direction.
    longer = interest(moved, rates, start, end + more * ONE)
    shorter = interest(moved, rates, start, end)
    assert longer.total >= shorter.total - len(longer.lines)


@given(st.integers(1, 10**7), rate_tables, days, days)
def test_splitting_a_period_changes_nothing_but_rounding(principal, rates, start, end):
    owed = [Movement(FIRST - ONE, principal)]
    whole = interest(owed, rates, start, end)
    middle = start + (end - start) // 2
    parts = [interest(owed, rates, start, middle), interest(owed, rates, middle + ONE, end)]
    if start <= end:
        pieces = len(whole.lines) + sum(len(part.lines) for part in parts)
        assert abs(whole.total - sum(part.total for part in parts)) <= pieces / 2


@given(st.integers(1, 10**7), rate_tables, days, days)
def test_a_second_debt_does_not_change_the_first(principal, rates, start, end):
    one = interest([Movement(FIRST, principal)], rates, start, end)
    both = interest([Movement(FIRST, principal), Movement(FIRST, principal)], rates, start, end)
    assert abs(both.total - 2 * one.total) <= len(one.lines) * 1.5


# ---------------------------------------------------------------------- correction


@st.composite
def known_and_known_later(draw):
    """What is owed and paid, as it was known, and with payments that turn up later."""
    start = date(2026, 1, 1)
    debt = engine.interest.Movement(start, draw(st.integers(1_000, 1_000_000)))
    paid = [
        engine.interest.Movement(
            start + timedelta(days=draw(st.integers(0, 120))), -draw(st.integers(1, 400_000))
        )
        for _number in range(draw(st.integers(0, 4)))
    ]
    known = draw(st.integers(0, len(paid)))
    return [debt, *paid[:known]], [debt, *paid]


_RATES = [
    engine.interest.Rate(date(2025, 1, 1), "10.5"),
    engine.interest.Rate(date(2026, 2, 1), "9"),
]
_FIRST, _LAST = date(2026, 1, 2), date(2026, 5, 1)


@given(known_and_known_later())
def test_a_correction_leaves_what_is_owed_by_what_is_known_now(known):
    before, now = known
    stated = engine.interest.interest(before, _RATES, _FIRST, _LAST)
    found = engine.interest.interest(now, _RATES, _FIRST, _LAST)
    taken_back = engine.interest.correction(stated.lines, found.lines)
    assert all(line.amount <= 0 and line.principal < 0 for line in taken_back.lines)
    # Each line is rounded for itself: half a cent each, at most.
    rounded = len(stated.lines) + len(found.lines) + len(taken_back.lines)
    assert abs(stated.total + taken_back.total - found.total) <= rounded / 2
    # What was taken back is not taken back again.
    again = engine.interest.correction((*stated.lines, *taken_back.lines), found.lines)
    assert not again.lines


@given(known_and_known_later())
def test_who_paid_less_than_was_known_owes_no_more(known):
    now, before = known
    stated = engine.interest.interest(before, _RATES, _FIRST, _LAST)
    found = engine.interest.interest(now, _RATES, _FIRST, _LAST)
    assert not engine.interest.correction(stated.lines, found.lines).lines
