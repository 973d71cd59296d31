"""What must hold of how a payment is divided over costs, interest and principal."""

from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

ORDER = engine.AllotmentOrder
AMOUNTS = st.integers(0, 1_000_000)
ORDERS = st.sampled_from(list(ORDER))


def test_dutch_belgian_and_german_law_pay_costs_then_interest_then_principal():
    for country in ("NL", "BE", "DE"):
        allotted = engine.allot(10_000, 4_000, 5_000, 80_000, engine.COUNTRY_ORDERS[country])
        assert (allotted.costs, allotted.interest, allotted.principal) == (4_000, 5_000, 1_000)


def test_french_law_pays_interest_then_principal():
    allotted = engine.allot(10_000, 4_000, 5_000, 80_000, engine.COUNTRY_ORDERS["FR"])
    assert (allotted.costs, allotted.interest, allotted.principal) == (0, 5_000, 5_000)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, ORDERS)
def test_nothing_is_lost_and_nothing_is_paid_that_is_not_owed(paid, costs, interest, owed, order):
    allotted = engine.allot(paid, costs, interest, owed, order)
    parts = (allotted.costs, allotted.interest, allotted.principal)
    assert sum(parts) + allotted.rest == paid
    for part, most in zip(parts, (costs, interest, owed), strict=True):
        assert 0 <= part <= most
    assert allotted.rest == max(0, paid - costs - interest - owed)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, ORDERS)
def test_who_pays_more_never_pays_less_of_anything(paid, more, costs, interest, owed, order):
    less = engine.allot(paid, costs, interest, owed, order)
    all_ = engine.allot(paid + more, costs, interest, owed, order)
    assert all_.costs >= less.costs
    assert all_.interest >= less.interest
    assert all_.principal >= less.principal


def test_places_follow_the_order_and_the_oldest_first_knows_none():
    assert sorted(
        ("principal", "interest", "costs"),
        key=lambda part: engine.allot_rank(part, ORDER.COSTS_FIRST),
    ) == ["costs", "interest", "principal"]
    assert {
        engine.allot_rank(part, ORDER.OLDEST_FIRST) for part in ("costs", "interest", "principal")
    } == {0}
