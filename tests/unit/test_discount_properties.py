"""What must hold of every early-payment discount, fixed or sliding, whatever is paid."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

discount = engine.discount
Outcome = engine.Outcome
State = engine.DiscountState

STARTS = st.dates(date(2023, 1, 1), date(2028, 12, 31))
CENTS = st.integers(1, 10**9)


@st.composite
def fixed(draw):
    """Some percent within some days."""
    start = draw(STARTS)
    return engine.Offer(draw(CENTS), start, start + timedelta(days=draw(st.integers(1, 60))))


@st.composite
def sliding(draw):
    """Less each day, and nothing on the due date."""
    start = draw(STARTS)
    due = start + timedelta(days=draw(st.integers(1, 120)))
    return engine.Offer(draw(CENTS), start, due - timedelta(days=1), zero_on=due)


OFFERS = st.one_of(fixed(), sliding())
AWAY = st.integers(-150, 150)
GRACE = st.builds(engine.Grace, st.integers(0, 60), st.integers(0, 500))


def after(offer, days):
    return offer.start + timedelta(days=days)


# ------------------------------------------------------------------------ the offer


@given(OFFERS, AWAY)
def test_a_discount_is_never_negative_nor_more_than_its_maximum(offer, days):
    assert 0 <= offer.on(after(offer, days)) <= offer.maximum


@given(OFFERS, AWAY, AWAY)
def test_paying_later_never_brings_more(offer, one, other):
    early, late = sorted((one, other))
    assert offer.on(after(offer, early)) >= offer.on(after(offer, late))


@given(OFFERS)
def test_on_the_invoice_day_all_of_it_is_to_be_had(offer):
    assert offer.on(offer.start) == offer.maximum


@given(sliding())
def test_a_sliding_discount_is_nothing_on_the_due_date(offer):
    assert offer.on(offer.zero_on) == 0


@given(sliding(), AWAY)
def test_a_sliding_discount_is_linear_to_half_a_cent(offer, days):
    day = after(offer, days)
    length = (offer.zero_on - offer.start).days
    exact = Fraction(offer.maximum * min(max(length - days, 0), length), length)
    assert abs(offer.on(day) - exact) <= Fraction(1, 2)


@given(sliding(), AWAY)
def test_what_is_had_and_what_is_gone_are_the_maximum_together(offer, days):
    """Seen from both ends: halves of a cent go to the customer, once."""
    length = (offer.zero_on - offer.start).days
    mirrored = engine.Offer(offer.maximum, offer.start, offer.last_day, offer.zero_on)
    days = min(max(days, 1), length)
    total = offer.on(after(offer, days)) + mirrored.on(after(offer, length - days))
    assert offer.maximum <= total <= offer.maximum + 1


@given(st.lists(sliding(), min_size=1, max_size=8), st.randoms())
def test_several_invoices_add_up_in_any_order(offers, random):
    day = offers[0].start + timedelta(days=3)
    shuffled = list(offers)
    random.shuffle(shuffled)
    assert sum(offer.on(day) for offer in offers) == sum(offer.on(day) for offer in shuffled)


@given(fixed(), AWAY)
def test_a_fixed_discount_is_all_or_nothing(offer, days):
    day = after(offer, days)
    assert offer.on(day) == (offer.maximum if day <= offer.last_day else 0)


def test_the_invoice_of_the_manual():
    """€86.00 of €4,300.00, sliding over thirty days."""
    offer = engine.Offer(8600, date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1))
    assert offer.on(date(2026, 11, 1)) == 8600
    assert offer.on(date(2026, 11, 2)) == 8313
    assert offer.on(date(2026, 11, 16)) == 4300
    assert offer.on(date(2026, 11, 30)) == 287
    assert offer.on(date(2026, 12, 1)) == 0


def test_an_invoice_due_at_once_has_no_sliding_discount():
    offer = engine.Offer(100, date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 2))
    assert offer.on(date(2026, 3, 2)) == 0


# ------------------------------------------------------------------------- the grace


@given(OFFERS, GRACE, AWAY)
def test_grace_never_takes_anything_away(offer, grace, days):
    day = after(offer, days)
    assert offer.on(day) <= discount.granted(offer, grace, day) <= offer.maximum


@given(OFFERS, GRACE)
def test_grace_ends_after_its_days(offer, grace):
    day = offer.last_day + timedelta(days=grace.days + 1)
    assert discount.granted(offer, grace, day) == 0


@given(OFFERS, AWAY)
def test_without_grace_it_is_the_official_discount(offer, days):
    day = after(offer, days)
    assert discount.granted(offer, engine.Grace(), day) == offer.on(day)


# ----------------------------------------------------------------------- the outcome


@given(OFFERS, GRACE, st.integers(0, 120), st.integers(1, 10**9))
def test_who_keeps_back_what_was_to_be_had_has_taken_it(offer, grace, days, more):
    day = after(offer, days)
    total = offer.maximum + more
    rest = offer.on(day)
    payment = engine.Payment(day, total - rest)
    found = discount.outcome(offer, grace, total, [payment])
    assert found is (Outcome.TAKEN if rest else None)


@given(OFFERS, GRACE, st.integers(1, 60), st.integers(1, 10**9))
def test_the_whole_discount_after_the_grace_is_taken_late(offer, grace, days, more):
    day = offer.last_day + timedelta(days=grace.days + days)
    payment = engine.Payment(day, more)
    found = discount.outcome(offer, grace, offer.maximum + more, [payment])
    assert found is Outcome.LATE


@given(OFFERS, GRACE, AWAY, st.integers(1, 10**9), st.integers(0, 10**6))
def test_who_pays_all_or_more_has_not_taken_a_discount(offer, grace, days, total, more):
    payment = engine.Payment(after(offer, days), total + more)
    assert discount.outcome(offer, grace, total, [payment]) is None


@given(OFFERS, GRACE, st.integers(0, 100), st.integers(1, 10**9))
def test_a_credit_note_leaves_it_to_a_person(offer, grace, days, more):
    day = after(offer, days)
    payments = [engine.Payment(day, more - 1), engine.Payment(day, 1, credit=True)]
    assert discount.outcome(offer, grace, offer.maximum + more, payments) is None


@given(
    OFFERS,
    GRACE,
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 10**6)), min_size=1, max_size=4),
    st.integers(0, 10**6),
    st.randoms(),
)
def test_the_order_of_payments_says_nothing(offer, grace, drawn, rest, random):
    payments = [engine.Payment(after(offer, days), amount) for days, amount in drawn]
    total = sum(payment.amount for payment in payments) + rest
    shuffled = list(payments)
    random.shuffle(shuffled)
    found = discount.outcome(offer, grace, total, payments)
    assert found is discount.outcome(offer, grace, total, shuffled)


# ------------------------------------------------------------------------- the state


@given(OFFERS, AWAY, st.integers(0, 30), st.booleans())
def test_it_is_open_as_long_as_there_is_something_to_be_had(offer, days, closing, touched):
    today = after(offer, days)
    state = discount.state(offer, today, closing, None, touched)
    to_be_had = state in (State.OPEN, State.CLOSING)
    assert to_be_had == (not touched and offer.on(today) > 0)


@given(OFFERS, AWAY, st.integers(0, 30))
def test_it_goes_one_way_only(offer, days, closing):
    order = [State.OPEN, State.CLOSING, State.MISSED]
    today, tomorrow = (
        order.index(discount.state(offer, after(offer, day), closing, None, False))
        for day in (days, days + 1)
    )
    assert today <= tomorrow


@given(OFFERS, AWAY, st.integers(0, 30), st.sampled_from(list(Outcome)), st.booleans())
def test_what_payments_made_of_it_stays(offer, days, closing, outcome, touched):
    state = discount.state(offer, after(offer, days), closing, outcome, touched)
    assert state is (State.TAKEN if outcome is Outcome.TAKEN else State.LATE)


# -------------------------------------------------------------------- the yearly rate


def test_two_percent_within_ten_days_net_thirty_is_37_2_percent_a_year():
    assert discount.yearly_rate(2, 10, 30) == pytest.approx(37.24, abs=0.01)


@pytest.mark.parametrize(("percent", "days", "net"), [(2, 30, 30), (2, 40, 30), (100, 10, 30)])
def test_there_is_no_rate_where_no_day_is_gained(percent, days, net):
    assert discount.yearly_rate(percent, days, net) is None


@given(st.floats(0.01, 50), st.integers(0, 60), st.integers(1, 120), st.floats(0.01, 20))
def test_more_discount_or_fewer_days_gained_are_dearer(percent, days, gained, more):
    rate = discount.yearly_rate(percent, days, days + gained)
    assert rate > 0
    assert discount.yearly_rate(percent + more, days, days + gained) > rate
    assert discount.yearly_rate(percent, days, days + gained + 1) < rate


@given(st.floats(0.01, 50), st.integers(0, 60), st.integers(1, 120))
def test_at_its_rate_the_discount_is_worth_what_it_costs(percent, days, gained):
    """The formula turned round: lending what is paid, at that rate, for those days."""
    rate = discount.yearly_rate(percent, days, days + gained)
    worth = (100 - percent) * rate / 100 * gained / discount.YEAR_DAYS
    assert worth == pytest.approx(percent)
