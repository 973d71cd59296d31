"""Customers who choose their days: never on another one, never lost, always with its day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from .engine_path import engine
from .living import DAYS, MONDAY_TO_FRIDAY, day, fresh_items, live, policies, situations

Reason, Wait, Wishes = engine.Reason, engine.Wait, engine.Wishes
WINDOW = [day(offset) for offset in range(120)]

PERIODS = st.tuples(DAYS, st.integers(0, 40)).map(
    lambda drawn: (drawn[0], drawn[0] + timedelta(days=drawn[1]))
)
WISHES = st.builds(
    Wishes,
    weekly=st.none() | st.integers(0, 6),
    # One weekday that the office works is always left, as the form asks for.
    quiet=st.frozensets(st.integers(0, 6)).map(lambda days: days - {2}),
    closed=st.lists(PERIODS, max_size=2).map(tuple),
)
OFFICE = engine.WorkingDays(MONDAY_TO_FRIDAY)
ANY_OFFICE = st.builds(
    engine.WorkingDays,
    weekdays=st.frozensets(st.integers(0, 6)).map(lambda days: days | {2}),
    holidays=st.frozensets(DAYS, max_size=8),
)
CUSTOMERS = st.builds(engine.CustomerFacts, items=fresh_items(), wishes=WISHES)


def of_week(wishes, when):
    """The weekday on which the week of a day began for the customer."""
    return when - timedelta(days=(when.weekday() - wishes.weekly) % 7)


# --- The days themselves ---------------------------------------------------------------


@given(ANY_OFFICE, WISHES, DAYS)
def test_the_next_day_is_one_that_is_allowed_and_none_before_it_is(calendar, wishes, today):
    days = engine.CustomerDays(calendar, wishes)
    found = days.next(today)
    assert found >= today
    assert days.includes(found)
    assert calendar.includes(found)
    assert wishes.allow(found)
    between = [today + timedelta(days=gap) for gap in range((found - today).days)]
    assert not any(days.includes(earlier) for earlier in between)


@given(ANY_OFFICE, WISHES, DAYS, st.integers(0, 30))
def test_a_later_day_has_no_earlier_next_one(calendar, wishes, today, later):
    days = engine.CustomerDays(calendar, wishes)
    assert days.next(today) <= days.next(today + timedelta(days=later))


@given(ANY_OFFICE, WISHES)
def test_one_day_a_week_at_most(calendar, wishes):
    assume(wishes.weekly is not None)
    days = engine.CustomerDays(calendar, wishes)
    weeks = [of_week(wishes, when) for when in WINDOW if days.includes(when)]
    assert len(weeks) == len(set(weeks))


@given(ANY_OFFICE, st.integers(0, 6))
def test_a_weekly_day_that_is_a_day_off_moves_and_is_not_lost(calendar, weekly):
    days = engine.CustomerDays(calendar, Wishes(weekly))
    open_weeks = {
        of_week(Wishes(weekly), when) for when in WINDOW[:-7] if calendar.includes(when)
    } - {of_week(Wishes(weekly), WINDOW[0])}
    told = {of_week(Wishes(weekly), when) for when in WINDOW if days.includes(when)}
    assert open_weeks <= told


@pytest.mark.parametrize(
    ("wishes", "asked", "following"),
    [
        (Wishes(weekly=0), date(2026, 11, 24), date(2026, 11, 30)),
        (Wishes(weekly=0), date(2026, 11, 30), date(2026, 11, 30)),
        # A weekly Sunday is Monday for an office.
        (Wishes(weekly=6), date(2026, 11, 24), date(2026, 11, 30)),
        (Wishes(quiet=frozenset({0, 1})), date(2026, 11, 23), date(2026, 11, 25)),
        (Wishes(closed=((date(2026, 8, 1), date(2026, 8, 15)),)), date(2026, 8, 3),
         date(2026, 8, 17)),
        (Wishes(weekly=3, closed=((date(2026, 8, 1), date(2026, 8, 15)),)), date(2026, 7, 31),
         date(2026, 8, 17)),
    ],
)  # fmt: skip
def test_examples(wishes, asked, following):
    assert engine.CustomerDays(OFFICE, wishes).next(asked) == following


def test_wishes_that_leave_no_day_do_not_count():
    closed_always = Wishes(quiet=frozenset(range(7)))
    days = engine.CustomerDays(OFFICE, closed_always)
    assert days.next(date(2026, 11, 28)) == date(2026, 11, 30)
    weekly_too = engine.CustomerDays(OFFICE, replace(closed_always, weekly=1))
    assert weekly_too.next(date(2026, 11, 28)) >= date(2026, 11, 28)


# --- What is decided -------------------------------------------------------------------


@given(CUSTOMERS, policies(max_minimum=800, in_order=False), ANY_OFFICE)
def test_nothing_goes_out_on_another_day(customer, policy, calendar):
    days = engine.CustomerDays(calendar, customer.wishes)
    sent, _after = live(customer, policy, WINDOW, calendar)
    assert all(days.includes(one.day) and customer.wishes.allow(one.day) for one in sent)
    if customer.wishes.weekly is not None:
        told = {one.day for one in sent}
        assert len({of_week(customer.wishes, when) for when in told}) == len(told)


@given(CUSTOMERS, policies(), ANY_OFFICE)
def test_levels_come_in_the_same_order_and_never_earlier(customer, policy, calendar):
    sent, _after = live(customer, policy, WINDOW, calendar)
    free, _after = live(replace(customer, wishes=None), policy, WINDOW, calendar)
    for item in customer.items:
        own = [(one.level, one.day) for one in sent if one.item_id == item.id]
        other = [(one.level, one.day) for one in free if one.item_id == item.id]
        assert [level for level, _day in own] == list(range(len(own)))
        assert len(own) <= len(other)
        assert all(late >= soon for (_, late), (_, soon) in zip(own, other, strict=False))


@given(situations(), WISHES)
def test_what_waits_says_its_day_and_why(situation, wishes):
    customer, policy, today, _calendar = situation
    free = engine.decide(customer, policy, today, OFFICE)
    own = engine.decide(replace(customer, wishes=wishes), policy, today, OFFICE)
    days = engine.CustomerDays(OFFICE, wishes)
    assert own.level is None or days.includes(today)
    for before, after in zip(free.items, own.items, strict=True):
        if after.next_date is not None:
            assert days.includes(after.next_date)
            assert before.next_date is None or after.next_date >= before.next_date
        if after.reason is Reason.SCHEDULED:
            assert after.next_date is not None
        if before.reason is Reason.DUE and after.reason is Reason.SCHEDULED:
            # Only a wish keeps it back, and it says which.
            assert after.wait is wishes.wait(today)
        if after.wait is not None:
            assert after.reason is Reason.SCHEDULED
            assert after.next_date > OFFICE.next(today) or after.next_date > today


@given(situations())
def test_wishes_of_nothing_change_nothing(situation):
    customer, policy, today, calendar = situation
    assume(calendar.weekdays)
    plain = engine.decide(customer, policy, today, calendar)
    assert engine.decide(replace(customer, wishes=Wishes()), policy, today, calendar) == plain


@given(situations(), WISHES)
def test_a_person_who_reminds_at_once_is_not_held_by_wishes(situation, wishes):
    customer, policy, today, calendar = situation
    late = {item.id for item in customer.items if item.due_date < today}
    plain = engine.decide(customer, policy, today, calendar, late)
    own = engine.decide(replace(customer, wishes=wishes), policy, today, calendar, late)
    for item, before, after in zip(customer.items, plain.items, own.items, strict=True):
        if item.id in late and before.level is not None and own.level is not None:
            assert after.level == before.level


# --- The weekly statement --------------------------------------------------------------


@given(situations(), WISHES)
def test_a_statement_never_beside_a_reminder_nor_on_another_day(situation, wishes):
    customer, policy, today, calendar = situation
    own = engine.decide(replace(customer, wishes=wishes), policy, today, calendar)
    if not own.statement:
        return
    assert wishes.weekly is not None
    assert own.level is None
    assert engine.CustomerDays(calendar, wishes).includes(today)
    assert own.claim > 0
    reasons = {
        decision.reason
        for item, decision in zip(customer.items, own.items, strict=True)
        if item.due_date < today
    }
    assert not reasons & {Reason.FINAL, Reason.ON_HOLD, Reason.REPLIED, Reason.LOOKS_PAID}
    assert reasons & {Reason.SCHEDULED, Reason.UNLAWFUL}


POLICY = engine.Policy(1, (engine.Level(1, 3), engine.Level(2, 14)))
OVERDUE = engine.ItemFacts(1, date(2026, 11, 10), 1000)
MONDAY = date(2026, 11, 30)


def weekly(**facts):
    return engine.CustomerFacts((OVERDUE,), wishes=Wishes(weekly=0), **facts)


def test_the_week_of_a_customer():
    """The reminder on the weekly day, then statements until the next level's weekly day."""
    found = []
    customer = weekly()
    for offset in range(28):
        today = date(2026, 11, 12) + timedelta(days=offset)
        decision = engine.decide(customer, POLICY, today, OFFICE)
        if decision.level is not None:
            found.append((today, f"level {decision.level}"))
            _sent, customer = live(customer, POLICY, [today], OFFICE)
        elif decision.statement:
            found.append((today, "statement"))
    assert found == [
        (date(2026, 11, 16), "level 0"),
        (date(2026, 11, 23), "statement"),
        (date(2026, 11, 30), "level 1"),
        # The last level went out: a person decides.
    ]


def sent_once(**facts):
    item = replace(OVERDUE, sent=((1, 3),), last_notice_date=MONDAY - timedelta(days=7), **facts)
    policy = engine.Policy(1, (engine.Level(1, 3), engine.Level(2, 60)))
    return item, policy


@pytest.mark.parametrize(
    "facts",
    [
        {"hold_until": MONDAY},
        {"replied_until": MONDAY},
        {"looks_paid": True},
        {"bank_old": True},
        {"told_on": MONDAY},
        {"archived": True},
        {"credits": 1000},
    ],
)
def test_no_statement_when_something_keeps_the_customer_back(facts):
    item, policy = sent_once()
    customer = engine.CustomerFacts((item,), wishes=Wishes(weekly=0))
    assert engine.decide(customer, policy, MONDAY, OFFICE).statement
    assert not engine.decide(replace(customer, **facts), policy, MONDAY, OFFICE).statement


@pytest.mark.parametrize(
    "facts",
    [
        {"promised": 1000, "promised_until": MONDAY},
        {"disputed": 1000},
        {"undelivered": True},
        {"said_paid_until": MONDAY},
        {"settled": True},
        {"excluded": True},
    ],
)
def test_no_statement_when_nothing_overdue_is_asked_for(facts):
    item, policy = sent_once(**facts)
    customer = engine.CustomerFacts((item,), wishes=Wishes(weekly=0))
    assert not engine.decide(customer, policy, MONDAY, OFFICE).statement
