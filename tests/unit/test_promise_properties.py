"""What must hold of every plan and every promise, whatever is paid and when."""

import calendar as month_calendar
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine
from .living import calendars, close_calls, day, live, notified, policies, situations

Reason = engine.Reason
Rhythm = engine.Rhythm
State = engine.PromiseState

FIRST_DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))
RHYTHMS = st.sampled_from(list(Rhythm))
#: From worst to best, for what is over.
RANK = {State.BROKEN: 0, State.PARTIAL: 1, State.KEPT: 2}


@cache
def receipts():
    """Up to six payments about the days of the instalments, before and after them."""
    return st.lists(
        st.builds(engine.Receipt, st.integers(0, 80).map(day), st.integers(1, 60)), max_size=6
    )


@cache
def promises():
    """One to five instalments in the order of their dates."""
    rows = st.lists(st.tuples(st.integers(5, 60), st.integers(1, 50)), min_size=1, max_size=5).map(
        sorted
    )
    return rows.map(lambda drawn: [engine.Instalment(day(when), cents) for when, cents in drawn])


@cache
def terms():
    """(tolerance, calendar, rest falls due) of a company."""
    return st.tuples(st.integers(0, 4), calendars(), st.booleans())


TODAY = st.integers(0, 90).map(day)


def promised(instalments):
    return sum(instalment.amount for instalment in instalments)


# --- Plans ----------------------------------------------------------------------------


@given(st.integers(1, 10_000_000), st.integers(1, 120), FIRST_DAYS, RHYTHMS)
def test_a_plan_by_number_keeps_the_sum(total, number, first, rhythm):
    if number > total:
        with pytest.raises(ValueError):
            engine.instalments_by_number(total, number, first, rhythm)
        return
    plan = engine.instalments_by_number(total, number, first, rhythm)
    amounts = [instalment.amount for instalment in plan]
    assert len(amounts) == number
    assert sum(amounts) == total
    # The last one takes the rounding: the others are alike, and it is larger by less than
    # one unit for each instalment.
    assert set(amounts[:-1]) <= {total // number}
    assert 0 <= amounts[-1] - total // number < number


@given(st.integers(1, 100_000), st.integers(-5, 20_000), FIRST_DAYS, RHYTHMS)
def test_a_plan_by_amount_keeps_the_sum(total, amount, first, rhythm):
    if amount <= 0 or total > 120 * amount:
        with pytest.raises(ValueError):
            engine.instalments_by_amount(total, amount, first, rhythm)
        return
    amounts = [one.amount for one in engine.instalments_by_amount(total, amount, first, rhythm)]
    assert sum(amounts) == total
    assert set(amounts[:-1]) <= {amount}
    assert 0 < amounts[-1] <= amount


@pytest.mark.parametrize(("total", "number"), [(100, 0), (100, -1), (100, 121), (0, 1), (-5, 1)])
def test_no_plan_of_nothing_nor_of_too_many(total, number):
    with pytest.raises(ValueError):
        engine.instalments_by_number(total, number, date(2026, 1, 1))


@given(FIRST_DAYS, st.integers(0, 119), RHYTHMS)
def test_each_instalment_has_the_day_of_its_rhythm(first, index, rhythm):
    own = engine.instalment_date(first, index, rhythm)
    if rhythm is Rhythm.WEEKLY:
        assert (own - first).days == 7 * index
        return
    assert (own.year * 12 + own.month) - (first.year * 12 + first.month) == index
    last = month_calendar.monthrange(own.year, own.month)[1]
    if rhythm is Rhythm.MONTH_END:
        assert own.day == last
    else:
        assert own.day == first.day or own.day == last < first.day


@given(FIRST_DAYS, st.integers(2, 40), RHYTHMS)
def test_instalments_follow_each_other(first, number, rhythm):
    days = [one.date for one in engine.instalments_by_number(1000, number, first, rhythm)]
    assert days[0] >= first
    assert all(earlier < later for earlier, later in zip(days, days[1:], strict=False))


def test_the_ends_of_months_and_leap_years():
    monthly = [
        engine.instalment_date(date(2027, 10, 31), index, Rhythm.MONTHLY) for index in range(6)
    ]
    # The 31st comes back after a short month; 2028 is a leap year.
    assert monthly == [
        date(2027, 10, 31), date(2027, 11, 30), date(2027, 12, 31),
        date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31),
    ]  # fmt: skip
    ends = [
        engine.instalment_date(date(2026, 1, 10), index, Rhythm.MONTH_END) for index in range(3)
    ]
    assert ends == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


# --- The last day in time -------------------------------------------------------------


@given(st.integers(0, 60).map(day), st.integers(0, 6), calendars())
def test_the_last_day_in_time_is_so_many_working_days_later(promised_for, tolerance, calendar):
    last = engine.deadline(promised_for, tolerance, calendar)
    assert calendar.includes(last)
    between = [
        promised_for + timedelta(days=offset) for offset in range((last - promised_for).days + 1)
    ]
    assert sum(calendar.includes(one) for one in between) == tolerance + 1


# --- Judging --------------------------------------------------------------------------


@given(promises(), receipts(), TODAY, terms())
def test_never_more_allotted_than_paid_or_promised(instalments, paid, today, own):
    judged = engine.judge(instalments, paid, today, *own)
    total = sum(receipt.amount for receipt in paid)
    assert judged.paid == sum(one.paid for one in judged.instalments)
    # All that was paid is allotted, as far as something was promised.
    assert judged.paid == min(total, promised(instalments))
    for instalment, one in zip(instalments, judged.instalments, strict=True):
        assert 0 <= one.in_time <= one.paid <= instalment.amount
        assert (one.paid_on is None) == (one.paid < instalment.amount)
        assert (one.state is State.KEPT) == (one.in_time == instalment.amount)


@given(promises(), receipts(), TODAY, terms())
def test_the_oldest_instalment_is_paid_first(instalments, paid, today, own):
    judged = engine.judge(instalments, paid, today, *own).instalments
    full = [one.paid == two.amount for one, two in zip(judged, instalments, strict=True)]
    assert full == sorted(full, reverse=True)
    assert all(not one.paid for one in judged[sum(full) + 1 :])


@given(promises(), receipts(), TODAY, terms(), st.randoms(use_true_random=False))
def test_the_order_in_which_receipts_are_read_is_nothing(instalments, paid, today, own, chance):
    shuffled = list(paid)
    chance.shuffle(shuffled)
    assert engine.judge(instalments, shuffled, today, *own) == engine.judge(
        instalments, paid, today, *own
    )


@given(promises(), receipts(), TODAY, terms())
def test_a_payment_in_pieces_is_a_payment(instalments, paid, today, own):
    pieces = [
        engine.Receipt(receipt.date, part)
        for receipt in paid
        for part in (receipt.amount // 2, receipt.amount - receipt.amount // 2)
        if part
    ]
    assert engine.judge(instalments, pieces, today, *own) == engine.judge(
        instalments, paid, today, *own
    )


@given(promises(), receipts(), receipts(), TODAY, terms())
def test_more_money_never_makes_it_worse(instalments, paid, more, today, own):
    before = engine.judge(instalments, paid, today, *own)
    after = engine.judge(instalments, paid + more, today, *own)
    assert after.paid >= before.paid
    assert no_worse(after, before)
    for one, two in zip(after.instalments, before.instalments, strict=True):
        assert one.in_time >= two.in_time
        assert one.paid >= two.paid


@given(promises(), receipts(), st.integers(0, 20), TODAY, terms())
def test_earlier_money_never_makes_it_worse(instalments, paid, sooner, today, own):
    early = [replace(one, date=one.date - timedelta(days=sooner)) for one in paid]
    before = engine.judge(instalments, paid, today, *own)
    after = engine.judge(instalments, early, today, *own)
    assert no_worse(after, before)
    for one, two in zip(after.instalments, before.instalments, strict=True):
        assert one.in_time >= two.in_time


def no_worse(after, before):
    """Whether a judgement is as good as another: nothing else is broken, or broken sooner."""
    if after.broken_on and (not before.broken_on or after.broken_on < before.broken_on):
        return False
    if State.OPEN in (after.state, before.state):
        return True
    return RANK[after.state] >= RANK[before.state]


@given(promises(), receipts(), TODAY, st.integers(1, 40), terms())
def test_time_alone_never_mends_what_is_broken(instalments, paid, today, later, own):
    before = engine.judge(instalments, paid, today, *own)
    after = engine.judge(instalments, paid, today + timedelta(days=later), *own)
    assert after.paid == before.paid
    if before.broken_on:
        assert after.broken_on == before.broken_on
        assert before.broken_on <= today
    for one, two in zip(before.instalments, after.instalments, strict=True):
        if one.state is not State.OPEN:
            assert two == one
    if before.state is State.KEPT:
        assert after == before
    if before.state is not State.OPEN:
        assert after.state is not State.OPEN
        assert after.state is not State.KEPT or before.state is State.KEPT
    assert after.covered <= before.covered


@given(promises(), receipts(), receipts(), TODAY, terms())
def test_late_money_never_makes_a_broken_promise_kept(instalments, paid, late, today, own):
    before = engine.judge(instalments, paid, today, *own)
    if before.state not in (State.BROKEN, State.PARTIAL):
        return
    late = [replace(one, date=max(one.date, today)) for one in late]
    after = engine.judge(instalments, paid + late, today, *own)
    assert after.state in (State.BROKEN, State.PARTIAL)
    assert after.broken_on == before.broken_on
    assert after.late == (after.paid == promised(instalments))


@given(promises(), receipts(), TODAY, terms())
def test_what_is_covered_is_what_is_still_promised(instalments, paid, today, own):
    judged = engine.judge(instalments, paid, today, *own)
    assert judged.covered >= 0
    assert judged.paid + judged.covered <= promised(instalments)
    if judged.state is not State.OPEN:
        assert judged.covered == 0
    elif not judged.broken_on:
        assert judged.paid + judged.covered == promised(instalments)


@given(promises(), TODAY, terms())
def test_a_promise_is_open_until_the_last_day_in_time(instalments, today, own):
    tolerance, calendar, rest_falls_due = own
    judged = engine.judge(instalments, [], today, *own)
    last_days = [engine.deadline(one.date, tolerance, calendar) for one in instalments]
    over = min(last_days) if rest_falls_due else max(last_days)
    assert (judged.state is State.OPEN) == (today <= over)
    assert judged.broken_on == (
        min(last_days) + timedelta(days=1) if today > min(last_days) else None
    )


@given(promises(), TODAY, terms())
def test_money_of_the_last_day_in_time_is_in_time(instalments, today, own):
    tolerance, calendar, _rest = own
    paid = [
        engine.Receipt(engine.deadline(one.date, tolerance, calendar), one.amount)
        for one in instalments
    ]
    judged = engine.judge(instalments, paid, today, *own)
    assert judged.state is State.KEPT
    assert not judged.late
    too_late = [replace(one, date=one.date + timedelta(days=1)) for one in paid]
    assert engine.judge(instalments, too_late, day(400), *own).state is not State.KEPT


@given(st.integers(0, 1000), st.lists(st.integers(0, 300), max_size=6))
def test_spreading_loses_nothing(amount, rooms):
    parts = engine.spread(amount, rooms)
    assert len(parts) == len(rooms)
    assert sum(parts) == min(amount, sum(rooms))
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))
    # The first ones are full before a later one gets anything.
    rest = [place for place, part in enumerate(parts) if part < rooms[place]]
    assert not rest or not any(parts[rest[0] + 1 :])


# --- What is kept back is not asked for -----------------------------------------------


@cache
def kept_back():
    """(customer, policy, today): small amounts, parts of them promised or in dispute."""

    def build(close_call, rows):
        customer, policy, today = close_call
        items = []
        for item, (promised_part, disputed, until) in zip(customer.items, rows, strict=False):
            promised_part = min(promised_part, item.amount)
            items.append(
                replace(
                    item,
                    promised=promised_part,
                    promised_until=today + timedelta(days=until) if promised_part else None,
                    disputed=min(disputed, item.amount - promised_part),
                )
            )
        return replace(customer, items=(*items, *customer.items[len(items) :])), policy, today

    part = st.sampled_from([0, 0, 1, 5, 20, 20])  # no item is larger
    rows = st.lists(st.tuples(part, part, st.integers(-3, 10)), min_size=4, max_size=4)
    return st.builds(build, close_calls(), rows)


@given(kept_back())
def test_what_is_kept_back_is_not_claimed(facts):
    customer, policy, today = facts
    decision = engine.decide(customer, policy, today)
    asked = [replace(one, amount=one.asked, promised=0, disputed=0) for one in customer.items]
    smaller = engine.decide(
        replace(customer, items=[one for one in asked if one.amount]), policy, today
    )
    # As if the invoices had been smaller by that much from the beginning.
    assert decision.claim == smaller.claim
    own = {one.item_id: one for one in decision.items}
    for one in smaller.items:
        assert own[one.item_id] == one


@given(kept_back())
def test_an_item_kept_back_as_a_whole_gets_no_level(facts):
    customer, policy, today = facts
    decision = engine.decide(customer, policy, today)
    for item, own in zip(customer.items, decision.items, strict=True):
        if item.settled or item.excluded:
            continue
        if item.asked:
            assert own.reason not in (Reason.PROMISED, Reason.DISPUTED)
            continue
        assert own.level is None
        assert own.reason is (Reason.DISPUTED if item.disputed else Reason.PROMISED)
        if own.reason is Reason.PROMISED:
            # Not before the day, and never a day that is over already.
            assert own.next_date > max(item.promised_until, today)
        else:
            assert own.next_date is None


@given(situations(), st.integers(0, 20))
def test_an_item_on_hold_waits(situation, days):
    customer, policy, today, calendar = situation
    until = today + timedelta(days=days)
    held = replace(customer, items=[replace(one, hold_until=until) for one in customer.items])
    decision = engine.decide(held, policy, today, calendar)
    assert decision.level is None
    assert decision.claim == 0
    for own in decision.items:
        assert own.reason in engine.BLOCKING_REASONS
        if own.reason is Reason.ON_HOLD and own.next_date:
            assert own.next_date > today
    over = replace(
        customer,
        items=[replace(one, hold_until=today - timedelta(days=1)) for one in customer.items],
    )
    assert engine.decide(over, policy, today, calendar) == engine.decide(
        customer, policy, today, calendar
    )


# --- After a broken promise -----------------------------------------------------------


@given(situations())
def test_hurry_neither_skips_nor_repeats_a_level(situation):
    customer, policy, today, calendar = situation
    hurried = replace(customer, items=[replace(one, hurried=True) for one in customer.items])
    decision = engine.decide(hurried, policy, today, calendar)
    for item, own in zip(customer.items, decision.items, strict=True):
        if own.level is not None:
            assert own.level == policy.position(item.sent)
            assert item.last_notice_date is None or item.last_notice_date < today


@given(situations())
def test_hurry_never_gives_less(situation):
    customer, policy, today, calendar = situation
    patient = engine.decide(customer, policy, today, calendar)
    hurried = engine.decide(
        replace(customer, items=[replace(one, hurried=True) for one in customer.items]),
        policy,
        today,
        calendar,
    )
    for before, after in zip(patient.items, hurried.items, strict=True):
        if before.level is not None:
            assert after.level == before.level
        if before.next_date and after.next_date:
            assert after.next_date <= before.next_date


@given(policies(), calendars(), st.integers(0, 110), st.integers(-5, 40))
def test_hurry_rests_on_days_off(policy, calendar, today, overdue):
    today = day(today)
    item = engine.ItemFacts(1, today - timedelta(days=overdue), 1000, hurried=True)
    policy = replace(policy, minimum_amount=0)
    [own] = engine.decide(engine.CustomerFacts([item]), policy, today, calendar).items
    if own.level is not None:
        assert calendar.includes(today)
    else:
        assert own.next_date >= calendar.next(today)
    if overdue > 0:
        # It waits for nothing but that.
        assert own.next_date == calendar.next(today)


@given(policies(), st.integers(1, 40), st.integers(1, 500))
def test_hurry_is_for_one_level(policy, overdue, amount):
    """The level after the hurried one waits for its own day again."""
    today = day(60)
    item = engine.ItemFacts(1, today - timedelta(days=overdue), amount, hurried=True)
    policy = replace(policy, minimum_amount=0)
    [own] = engine.decide(engine.CustomerFacts([item]), policy, today).items
    assert own.level == 0
    after = replace(notified(item, policy, 0, today), hurried=False)
    tomorrow = [today + timedelta(days=offset) for offset in range(1, 100)]
    sent, _after = live(engine.CustomerFacts((after,)), policy, tomorrow)
    assert [one.level for one in sent] == list(range(1, len(sent) + 1))
    for one in sent:
        assert one.day >= policy.due_date(item, one.level)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), min_size=1, max_size=6),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_what_leaves_a_promise_leaves_no_instalment_without_its_money(sizes, first, second):
    """Money is allotted oldest first: so it is before, and so it is after."""
    total = sum(amount for amount, _share in sizes)
    allotted = min(total, sum(share for _amount, share in sizes))
    rooms = list(
        zip(
            [amount for amount, _share in sizes],
            engine.spread(allotted, [amount for amount, _share in sizes]),
            strict=True,
        )
    )
    paid, unpaid = min(first, allotted), min(second, total - allotted)
    left = engine.shrink(rooms, paid, unpaid)
    assert sum(left) == total - paid - unpaid
    assert all(0 <= after <= before for after, (before, _paid) in zip(left, rooms, strict=True))
    for after, had, (before, own) in zip(
        left, engine.spread(allotted - paid, left), rooms, strict=True
    ):
        if own == before:
            assert had == after, "what was paid in full still is"
