"""What must hold of the interest on every plan."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

START = date(2026, 3, 2)
RATES = st.integers(0, 30_000).map(lambda thousandths: thousandths / 1000)


def plans():
    """Up to twelve instalments, some of them of before the plan was made."""
    return st.lists(
        st.builds(
            engine.Instalment,
            st.integers(-30, 800).map(lambda days: START + timedelta(days=days)),
            st.integers(1, 5_000_000),
        ),
        min_size=1,
        max_size=12,
    )


def interest(plan, rate, start=START):
    return engine.plan_interest(plan, rate, start)


def test_a_year_of_a_thousand_at_eight_percent():
    plan = [engine.Instalment(START + timedelta(days=365), 100_000)]
    assert interest(plan, 8).parts == (8_000,)


def test_half_a_cent_is_rounded_up():
    # 0.5 cents exactly: 365 days of 50 cents at one percent.
    assert interest([engine.Instalment(START + timedelta(days=365), 50)], 1).parts == (1,)


def test_a_rate_is_what_was_written():
    # 0.1 % of 5,000.00 for a year are 5.00 to the cent, not a hair less or more.
    assert interest([engine.Instalment(START + timedelta(days=365), 500_000)], 0.1).total == 500


@given(plans())
def test_free_of_interest(plan):
    assert interest(plan, 0).total == 0


@given(plans(), RATES)
def test_it_adds_up_and_is_never_negative(plan, rate):
    own = interest(plan, rate)
    assert own.total == sum(own.parts)
    assert len(own.parts) == len(plan)
    assert min(own.parts) >= 0


@given(plans(), RATES, RATES)
def test_a_higher_rate_bears_no_less(plan, one, other):
    low, high = sorted((one, other))
    pairs = zip(interest(plan, low).parts, interest(plan, high).parts, strict=True)
    assert all(less <= more for less, more in pairs)


@given(plans(), RATES, st.integers(0, 400))
def test_later_bears_no_less(plan, rate, days):
    later = [engine.Instalment(own.date + timedelta(days=days), own.amount) for own in plan]
    pairs = zip(interest(plan, rate).parts, interest(later, rate).parts, strict=True)
    assert all(less <= more for less, more in pairs)


@given(st.integers(1, 5_000_000), RATES, st.lists(st.integers(0, 800), min_size=2, max_size=12))
def test_of_equal_instalments_a_later_one_bears_more_days(amount, rate, days):
    plan = [engine.Instalment(START + timedelta(days=day), amount) for day in sorted(days)]
    parts = interest(plan, rate).parts
    assert list(parts) == sorted(parts)


@given(plans(), RATES)
def test_it_is_that_of_the_declining_balance(plan, rate):
    """But for the rounding: half a unit an instalment at most."""
    plan = sorted((own for own in plan if own.date >= START), key=lambda own: own.date)
    balance = sum(own.amount for own in plan)
    exact, day = Fraction(0), START
    for own in plan:
        exact += balance * Fraction(str(rate)) * (own.date - day).days / 36_500
        balance -= own.amount
        day = own.date
    assert abs(interest(plan, rate).total - exact) <= Fraction(len(plan), 2)
