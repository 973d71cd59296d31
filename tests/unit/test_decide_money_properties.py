"""Money on its way, old bank statements, and invoices that never arrived."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine
from .living import situations

Reason = engine.Reason


@given(situations())
def test_money_that_came_in_stops_all_until_it_is_matched(situation):
    customer, policy, today, calendar = situation
    plain = engine.decide(replace(customer, looks_paid=False), policy, today, calendar)
    everything = {item.id for item in customer.items}
    for early in ((), everything):
        decision = engine.decide(replace(customer, looks_paid=True), policy, today, calendar, early)
        assert decision.level is None
        for own, before in zip(decision.items, plain.items, strict=True):
            assert own.reason not in (Reason.DUE, Reason.SCHEDULED, Reason.ON_HOLD, Reason.REPLIED)
            if own.reason is Reason.LOOKS_PAID:
                # Nothing but somebody who matches it brings the next level.
                assert (own.level, own.next_date) == (None, None)
                assert own.next_level == before.next_level


@given(situations())
def test_an_old_bank_statement_holds_back_levels_above_the_first_and_nothing_else(situation):
    customer, policy, today, calendar = situation
    fresh = engine.decide(replace(customer, bank_old=False), policy, today, calendar)
    old = engine.decide(replace(customer, bank_old=True), policy, today, calendar)
    assert old.level in (None, 0)
    for before, after in zip(fresh.items, old.items, strict=True):
        if before.level:
            assert (after.reason, after.next_date) == (Reason.BANK_OLD, None) or (
                after.reason is Reason.BELOW_MINIMUM
            )
            assert after.next_level == before.next_level
        elif before.level is None and after.level is None:
            # Why nothing was given today stays the reason.
            assert after.reason is before.reason or after.reason is Reason.BANK_OLD


@given(situations())
def test_an_invoice_that_did_not_arrive_is_as_if_it_were_excluded(situation):
    """It gets nothing and is not claimed; the others go on without it."""
    customer, policy, today, calendar = situation
    away = engine.decide(
        replace(
            customer, items=[_swap(item, excluded=item.undelivered) for item in customer.items]
        ),
        policy,
        today,
        calendar,
    )
    decision = engine.decide(customer, policy, today, calendar)
    assert (decision.level, decision.claim) == (away.level, away.claim)
    for item, own, without in zip(customer.items, decision.items, away.items, strict=True):
        if item.undelivered:
            assert (own.reason, own.level, own.next_date) == (Reason.NOT_DELIVERED, None, None)
        else:
            assert own == without


def _swap(item, excluded):
    """The item, excluded where it was not delivered."""
    return replace(item, undelivered=False, excluded=excluded or item.excluded)


@given(situations(), st.integers(0, 30))
def test_said_to_be_paid_is_as_good_as_a_hold_of_the_item(situation, days):
    customer, policy, today, calendar = situation
    until = today + timedelta(days=days)
    first, *others = (
        replace(item, said_paid_until=None, hold_until=None) for item in customer.items
    )

    def decided(day, **facts):
        items = (replace(first, **facts), *others)
        return engine.decide(replace(customer, items=items), policy, day, calendar)

    held, said = decided(today, hold_until=until), decided(today, said_paid_until=until)
    assert said.items[1:] == held.items[1:]
    if held.items[0].reason is Reason.ON_HOLD and not customer.hold_until:
        assert said.items[0] == replace(held.items[0], reason=Reason.SAID_PAID)
    assert (said.level, said.claim) == (held.level, held.claim)
    after = until + timedelta(days=1)
    assert decided(after, said_paid_until=until) == decided(after)
