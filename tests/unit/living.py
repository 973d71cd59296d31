"""Lives through nights with the engine, and makes random facts for it."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st

from .engine_path import engine

START = date(2026, 1, 1)
"""The first day of every simulated window; nothing depends on the real clock."""

MONDAY_TO_FRIDAY = frozenset(range(5))


def day(offset):
    """The day ``offset`` days after the start of the window."""
    return START + timedelta(days=offset)


DAYS = st.integers(0, 120).map(day)


class Sent(NamedTuple):
    """One level that one item got."""

    day: date
    item_id: int
    level: int


def notified(item, policy, index, today):
    """The item's facts after it got the level at ``index``."""
    level = policy.levels[index]
    return replace(item, sent=(*item.sent, (level.id, level.delay_days)), last_notice_date=today)


def live(customer, policy, nights, calendar=engine.EVERY_DAY):
    """What goes out when the engine runs on the given nights, in order of time.

    :returns: the list of :class:`Sent` and the customer's facts afterwards
    """
    sent = []
    for night in nights:
        decision = engine.decide(customer, policy, night, calendar)
        items = []
        for item, own in zip(customer.items, decision.items, strict=True):
            if own.level is not None:
                sent.append(Sent(night, item.id, own.level))
                item = notified(item, policy, own.level, night)
            items.append(item)
        customer = replace(customer, items=tuple(items))
    return sent, customer


def level_days(sent, item_id):
    """(day, level) of one item, in order of time."""
    return [(one.day, one.level) for one in sent if one.item_id == item_id]


@cache
def levels(max_minimum=0, in_order=True):
    """One to five levels; ``in_order`` when each comes no earlier than the one before."""
    rests = st.sampled_from([0, 0, 1, 3, 7, 10, 20])
    minimums = st.integers(0, max_minimum) if max_minimum else st.just(0)
    rows = st.lists(
        st.tuples(st.integers(-10, 45), rests, minimums, st.booleans()),
        min_size=1,
        max_size=5,
    )

    def build(drawn):
        if in_order:
            drawn = sorted(drawn)
        return tuple(
            engine.Level(100 + place, delay, interval, minimum, approval)
            for place, (delay, interval, minimum, approval) in enumerate(drawn)
        )

    return rows.map(build)


@cache
def policies(max_minimum=0, in_order=True):
    """Policies with a grace of up to ten days and minimums up to ``max_minimum``."""
    return st.builds(
        engine.Policy,
        id=st.just(1),
        levels=levels(max_minimum, in_order),
        minimum_amount=st.integers(0, max_minimum),
        grace_days=st.integers(0, 10),
    )


@cache
def calendars():
    """Calendars with at least one weekday worked, and some holidays in the window."""
    return st.builds(
        engine.WorkingDays,
        weekdays=st.one_of(
            st.just(MONDAY_TO_FRIDAY),
            st.frozensets(st.integers(0, 6), min_size=1),
        ),
        holidays=st.frozensets(DAYS, max_size=8),
    )


@cache
def fresh_items():
    """One to five open items that were never reminded of, with ids 1, 2, …"""
    facts = st.tuples(st.integers(-60, 60), st.integers(1, 1_000))
    return st.lists(facts, min_size=1, max_size=5).map(
        lambda rows: tuple(
            engine.ItemFacts(id=place, due_date=day(offset), amount=amount)
            for place, (offset, amount) in enumerate(rows, start=1)
        )
    )


@cache
def situations():
    """(customer, policy, today, calendar): anything that the engine may be asked."""
    mostly_not = st.sampled_from([False, False, False, True])
    item_row = st.tuples(
        st.integers(-60, 60),  # due, days from today
        st.integers(1, 1_000),  # amount
        st.integers(0, 5),  # levels behind it
        st.integers(0, 30),  # days since the last notice
        st.sampled_from(
            [
                *[()] * 5,
                ("settled",),
                ("excluded",),
                ("settled", "excluded"),
                ("undelivered",),
                ("said paid",),
            ]
        ),
    )

    def build(
        items, policy, today, calendar, credits, hold, replied, marks, archived, without_policy
    ):
        facts = tuple(
            _with_history(policy, today, place, *row) for place, row in enumerate(items, start=1)
        )
        customer = engine.CustomerFacts(
            items=facts,
            credits=credits,
            hold_until=None if hold is None else today + timedelta(days=hold),
            replied_until=None if replied is None else today + timedelta(days=replied),
            archived=archived,
            looks_paid="looks paid" in marks,
            bank_old="bank old" in marks,
        )
        return customer, None if without_policy else policy, today, calendar

    return st.builds(
        build,
        st.lists(item_row, min_size=1, max_size=5),
        policies(max_minimum=800, in_order=False),
        DAYS,
        calendars(),
        st.just(0) | st.integers(0, 2_000),
        st.none() | st.integers(-5, 5),
        st.sampled_from([None, None, None, -1, 0, 1, 5]),
        st.sampled_from([(), (), (), ("looks paid",), ("bank old",), ("looks paid", "bank old")]),
        mostly_not,
        mostly_not,
    )


@cache
def close_calls():
    """(customer, policy, today): nothing but time and small amounts in the way.

    Items just before and after their due date, minimums and credits about as large as
    what is owed: most of these customers are near a border of some rule.
    """
    item_row = st.tuples(
        st.integers(-20, 8),
        st.integers(1, 20),
        st.integers(0, 2),
        st.integers(1, 15),
        st.sampled_from([(), (), (), (), (), ("settled",), ("excluded",)]),
    )
    level_row = st.tuples(st.integers(-8, 10), st.sampled_from([0, 0, 0, 10, 20, 30]))

    def build(items, level_rows, minimum, credits):
        policy = engine.Policy(
            id=1,
            levels=tuple(
                engine.Level(100 + place, delay, minimum_amount=least)
                for place, (delay, least) in enumerate(sorted(level_rows))
            ),
            minimum_amount=minimum,
        )
        today = day(60)
        facts = tuple(
            _with_history(policy, today, place, *row) for place, row in enumerate(items, start=1)
        )
        return engine.CustomerFacts(items=facts, credits=credits), policy, today

    return st.builds(
        build,
        st.lists(item_row, min_size=1, max_size=4),
        st.lists(level_row, min_size=1, max_size=3),
        st.sampled_from([0, 0, 10, 20]),
        st.just(0) | st.integers(0, 25),
    )


def _with_history(policy, today, item_id, due, amount, behind, since, marks):
    """An open item some way up the policy."""
    sent = tuple((level.id, level.delay_days) for level in policy.levels[:behind])
    return engine.ItemFacts(
        id=item_id,
        due_date=today + timedelta(days=due),
        amount=amount,
        settled="settled" in marks,
        excluded="excluded" in marks,
        said_paid_until=today + timedelta(days=since % 7) if "said paid" in marks else None,
        undelivered="undelivered" in marks,
        sent=sent,
        last_notice_date=today - timedelta(days=since) if sent else None,
    )
