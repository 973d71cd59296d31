"""The priority of a customer: a pure sum of weighed parts."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

amounts = st.floats(0, 1e7, allow_nan=False)
days = st.integers(0, 5000)
trusts = st.sampled_from(["good", "normal", "bad"])
broken = st.integers(0, 20)


@given(amounts, days, trusts, broken)
def test_it_is_a_scale_of_0_to_100(overdue, late, trust, promises):
    value = engine.priority(overdue, late, trust, promises).value
    assert 0 <= value <= 100


@given(amounts, amounts, days, trusts)
def test_more_money_is_never_less_urgent(one, other, late, trust):
    low, high = sorted((one, other))
    assert (
        engine.priority(low, late, trust).value <= engine.priority(high, late, trust).value + 1e-9
    )


@given(amounts, days, days, trusts)
def test_older_is_never_less_urgent(overdue, one, other, trust):
    low, high = sorted((one, other))
    assert (
        engine.priority(overdue, low, trust).value
        <= engine.priority(overdue, high, trust).value + 1e-9
    )


def test_who_owes_nothing_comes_last():
    assert engine.priority(0, 400, "bad", 9).value == 0


def test_the_parts_add_up():
    """4,300 of 10,000 overdue for 45 days by a normal payer with one broken promise."""
    priority = engine.priority(4300, 45, "normal", 1)
    assert {name: round(points, 2) for name, (points, _most) in priority.parts.items()} == {
        "amount": 17.2,
        "age": 15.0,
        "behaviour": 7.5,
        "promises": 5.0,
    }
    assert round(priority.value, 2) == 44.7


def test_a_small_rest_is_hardly_worth_a_call():
    assert engine.priority(24.99, 90).is_rest
    assert engine.priority(24.99, 90).value < engine.priority(25, 90).value / 3.9


def test_a_broken_promise_comes_before_all_others():
    assert engine.priority(30, 1, "good", 1, is_lifted=True).value == engine.score.TOP
    assert engine.priority(1e9, 999, "bad", 9).value <= engine.score.TOP


def test_without_weights_nothing_is_urgent():
    none = engine.Weights(amount=0, age=0, behaviour=0, promises=0)
    assert engine.priority(1000, 10, weights=none).value == 0


def test_the_core_needs_no_odoo():
    assert "odoo" not in getattr(sys.modules[engine.__name__ + ".score"], "__dict__", {})
