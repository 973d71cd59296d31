"""Costs of collection by scale, and the days from which a consumer may be asked for them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

BELGIAN_CONSUMER_SCALE = engine.costs.BELGIAN_CONSUMER_SCALE
DUTCH_SCALE = engine.costs.DUTCH_SCALE
belgian_deadline = engine.consumer.belgian_deadline
dutch_deadline = engine.consumer.dutch_deadline
dutch_delivery = engine.consumer.dutch_delivery

principals = st.integers(1, 200_000_000)


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        (0, 0),
        (1, 40_00),
        (266_66, 40_00),
        (266_70, 40_01),
        (2_500_00, 375_00),
        (5_000_00, 625_00),
        (10_000_00, 875_00),
        (200_000_00, 2_775_00),
        (1_000_000_00, 6_775_00),
        (5_000_000_00, 6_775_00),
    ],
)
def test_the_dutch_scale(principal, costs):
    assert DUTCH_SCALE.on(principal) == costs


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        (0, 0),
        (150_00, 20_00),
        (150_10, 30_01),
        (500_00, 65_00),
        (500_20, 65_01),
        (600_00, 70_00),
        (39_200_00, 2_000_00),
        (90_000_00, 2_000_00),
    ],
)
def test_the_belgian_cap_for_consumers(principal, costs):
    assert BELGIAN_CONSUMER_SCALE.on(principal) == costs


@given(principals, principals)
def test_costs_grow_with_the_principal_and_stay_within_their_limits(one, other):
    low, high = sorted((one, other))
    for scale in (DUTCH_SCALE, BELGIAN_CONSUMER_SCALE):
        assert scale.on(low) <= scale.on(high)
    assert 40_00 <= DUTCH_SCALE.on(low) <= 6_775_00
    assert 20_00 <= BELGIAN_CONSUMER_SCALE.on(low) <= 2_000_00


def test_a_dutch_letter_skips_days_without_post():
    # Posted on Friday 20 November 2026: Saturday, then not Sunday nor Monday, Tuesday.
    assert dutch_delivery(date(2026, 11, 20), by_post=True) == date(2026, 11, 24)
    assert dutch_deadline(date(2026, 11, 20), by_post=True) == date(2026, 12, 8)
    holiday = {date(2026, 11, 24)}
    assert dutch_delivery(date(2026, 11, 20), True, holiday) == date(2026, 11, 25)


def test_a_dutch_e_mail_is_there_at_once():
    assert dutch_deadline(date(2026, 11, 20), by_post=False) == date(2026, 12, 4)


def test_the_belgian_fourteen_days():
    # By e-mail on a Friday: from Saturday on. By post: from Wednesday, the third working day.
    assert belgian_deadline(date(2026, 11, 20), by_post=False) == date(2026, 12, 4)
    assert belgian_deadline(date(2026, 11, 20), by_post=True) == date(2026, 12, 8)


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.booleans())
def test_nobody_has_less_than_fourteen_days(sent, by_post):
    assert (dutch_deadline(sent, by_post) - sent).days >= 14
    assert (belgian_deadline(sent, by_post) - sent).days >= 14
