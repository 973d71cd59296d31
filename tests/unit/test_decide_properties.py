"""What must hold for every policy, customer and calendar, whatever the facts."""

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from .engine_path import engine
from .living import (
    DAYS,
    calendars,
    close_calls,
    day,
    fresh_items,
    level_days,
    live,
    notified,
    policies,
    situations,
)

Reason = engine.Reason
OF_THE_ITEM = {Reason.PAID, Reason.EXCLUDED, Reason.NOT_DELIVERED, Reason.SAID_PAID}
"""What an item of ``situations`` may be by its own facts, whatever holds for its customer."""
WINDOW = [day(offset) for offset in range(120)]


def customers(**facts):
    """Customers with fresh items only."""
    return st.builds(engine.CustomerFacts, items=fresh_items(), **facts)


def first_days(item, policy, nights, calendar):
    """(day, level) of an item by the words of the rule, for given run nights.

    Each level comes at the first run night that is a working day, on or after
    the due date plus the delay (plus the grace when the level is not before the
    due date), and not before the interval since the notice before.
    """
    expected = []
    remaining = list(nights)
    for index, level in enumerate(policy.levels):
        wanted = item.due_date + timedelta(days=level.delay_days)
        if level.delay_days >= 0:
            wanted += timedelta(days=policy.grace_days)
        if expected:
            wanted = max(wanted, expected[-1][0] + timedelta(days=level.interval_days))
        while remaining and (remaining[0] < wanted or not calendar.includes(remaining[0])):
            remaining.pop(0)
        if not remaining:
            break
        expected.append((remaining.pop(0), index))
    return expected


# --- Climbing -------------------------------------------------------------------------


@given(customers(), policies(max_minimum=800, in_order=False), calendars())
def test_no_level_is_skipped_or_repeated(customer, policy, calendar):
    sent, _after = live(customer, policy, WINDOW, calendar)
    for item in customer.items:
        climbed = [level for _day, level in level_days(sent, item.id)]
        assert climbed == list(range(len(climbed)))
        days = [when for when, _level in level_days(sent, item.id)]
        assert len(set(days)) == len(days)


@given(customers(), policies(max_minimum=800, in_order=False), calendars())
def test_never_early(customer, policy, calendar):
    sent, _after = live(customer, policy, WINDOW, calendar)
    for item in customer.items:
        before = None
        for when, index in level_days(sent, item.id):
            level = policy.levels[index]
            assert when >= item.due_date + timedelta(days=level.delay_days)
            if level.delay_days >= 0:
                overdue = (when - item.due_date).days
                assert overdue >= level.delay_days + policy.grace_days
            if before is not None:
                assert (when - before).days >= level.interval_days
            assert calendar.includes(when)
            before = when


@given(customers(), policies(in_order=False), calendars())
def test_each_level_comes_on_its_first_possible_day(customer, policy, calendar):
    sent, _after = live(customer, policy, WINDOW, calendar)
    for item in customer.items:
        assert level_days(sent, item.id) == first_days(item, policy, WINDOW, calendar)


@given(
    customers(),
    policies(),
    calendars(),
    st.sets(st.sampled_from(WINDOW)).map(sorted),
)
def test_missed_nights_are_caught_up(customer, policy, calendar, nights):
    sent, _after = live(customer, policy, nights, calendar)
    every_night, _after = live(customer, policy, WINDOW, calendar)
    for item in customer.items:
        climbed = level_days(sent, item.id)
        assert climbed == first_days(item, policy, nights, calendar)
        # Missing nights delays levels, and changes neither their order nor their number.
        undisturbed = level_days(every_night, item.id)[: len(climbed)]
        assert [level for _day, level in climbed] == [level for _day, level in undisturbed]
        assert all(late[0] >= soon[0] for late, soon in zip(climbed, undisturbed, strict=True))


@given(customers(), policies(), DAYS)
def test_a_second_run_on_the_same_day_gives_nothing(customer, policy, today):
    _sent, after = live(customer, policy, [today])
    again, _after = live(after, policy, [today])
    notified_today = {item.id for item in after.items if item.last_notice_date == today}
    assert not [one for one in again if one.item_id in notified_today]


@given(close_calls(), st.integers(1, 20))
def test_once_an_overdue_item_is_due_it_stays_so_until_sent(close_call, later):
    customer, policy, today = close_call
    early = engine.decide(customer, policy, today)
    late = engine.decide(customer, policy, today + timedelta(days=later))
    for item, before, after in zip(customer.items, early.items, late.items, strict=True):
        if before.level is not None and item.due_date < today:
            assert after.level == before.level


@given(close_calls(), st.integers(1, 20))
def test_more_days_overdue_never_gives_less(close_call, later):
    customer, policy, today = close_call
    item = customer.items[0]
    younger = replace(item, id=999, due_date=item.due_date + timedelta(days=later))
    assume((item.due_date < today) == (younger.due_date < today))
    decision = engine.decide(replace(customer, items=(*customer.items, younger)), policy, today)
    of_older, of_younger = decision.items[0], decision.items[-1]
    if of_younger.level is not None:
        assert of_older.level == of_younger.level
    if of_older.next_date and of_younger.next_date:
        assert of_older.next_date <= of_younger.next_date


# --- Being blocked --------------------------------------------------------------------


@given(situations())
def test_a_level_or_a_reason(situation):
    customer, policy, today, calendar = situation
    decision = engine.decide(customer, policy, today, calendar)
    assert [own.item_id for own in decision.items] == [item.id for item in customer.items]
    for own in decision.items:
        assert (own.level is not None) == (own.reason is Reason.DUE)
        if own.reason is Reason.DUE:
            assert own.next_level == own.level
            assert own.next_date == today
        elif own.reason is Reason.SCHEDULED:
            assert own.next_level is not None
            assert own.next_date >= today
        elif own.reason not in (Reason.ON_HOLD, Reason.REPLIED, Reason.SAID_PAID):
            assert own.next_date is None
        assert (own.minimum is not None) == (own.reason is Reason.BELOW_MINIMUM)
        assert own.reason in engine.BLOCKING_REASONS | {
            Reason.DUE,
            Reason.SCHEDULED,
            Reason.FINAL,
        }


@given(situations())
def test_the_summary_tells_of_the_items(situation):
    customer, policy, today, calendar = situation
    decision = engine.decide(customer, policy, today, calendar)
    given_levels = [own.level for own in decision.items if own.level is not None]
    assert decision.level == max(given_levels, default=None)
    assert decision.requires_approval == any(
        policy.levels[level].requires_approval for level in given_levels
    )


@given(situations())
def test_settled_and_excluded_items_get_nothing(situation):
    customer, policy, today, calendar = situation
    decision = engine.decide(customer, policy, today, calendar)
    for item, own in zip(customer.items, decision.items, strict=True):
        if item.settled:
            assert own.reason is Reason.PAID
        elif item.excluded:
            assert own.reason is Reason.EXCLUDED


@given(situations())
def test_a_blocked_customer_gets_nothing(situation):
    customer, policy, today, calendar = situation
    customer = replace(customer, replied_until=None, looks_paid=False)
    held = replace(customer, hold_until=today)
    replied = replace(customer, hold_until=None, replied_until=today)
    cases = [
        (replace(customer, archived=True), policy, Reason.ARCHIVED),
        (replace(held, archived=False), policy or engine.Policy(9, ()), Reason.ON_HOLD),
        (replace(replied, archived=False), policy or engine.Policy(9, ()), Reason.REPLIED),
        (
            replace(held, archived=False, looks_paid=True),
            policy or engine.Policy(9, ()),
            Reason.LOOKS_PAID,
        ),
        (replace(customer, archived=False), None, Reason.NO_POLICY),
        (replace(customer, archived=False), engine.Policy(9, ()), Reason.NO_POLICY),
    ]
    for facts, rule, reason in cases:
        if rule is not None and not rule.levels:
            reason = Reason.NO_POLICY
        decision = engine.decide(facts, rule, today, calendar)
        assert decision.level is None
        for own in decision.items:
            assert own.level is None
            assert own.reason in {reason, Reason.FINAL, *OF_THE_ITEM}


@given(situations())
def test_a_day_off_gives_nothing_and_names_the_next_working_day(situation):
    customer, policy, today, calendar = situation
    calendar = replace(calendar, holidays=calendar.holidays | {today})
    decision = engine.decide(customer, policy, today, calendar)
    assert decision.level is None
    for own in decision.items:
        assert own.level is None
        assert own.next_date is None or (own.next_date > today and calendar.includes(own.next_date))


# --- Money ----------------------------------------------------------------------------


@given(situations())
def test_the_claim_is_never_negative_nor_more_than_is_open(situation):
    customer, policy, today, calendar = situation
    decision = engine.decide(customer, policy, today, calendar)
    live_amount = sum(item.amount for item in customer.items if not (item.settled or item.excluded))
    assert 0 <= decision.claim <= live_amount


@given(close_calls())
def test_the_claim_is_what_is_overdue_or_else_what_is_announced(close_call):
    customer, policy, today = close_call
    decision = engine.decide(customer, policy, today)
    assume(decision.level is not None)
    open_items = [
        (item, own.level is not None)
        for item, own in zip(customer.items, decision.items, strict=True)
        if not (item.settled or item.excluded)
    ]
    claim = sum(item.amount for item, _given in open_items if item.due_date < today)
    if not any(given for item, given in open_items if item.due_date < today):
        claim += sum(item.amount for item, given in open_items if given)
    assert decision.claim == claim - customer.credits


@given(close_calls(), st.integers(0, 10))
def test_credits_that_cover_the_overdue_stop_everything(close_call, surplus):
    customer, policy, today = close_call
    overdue = sum(
        item.amount
        for item in customer.items
        if item.due_date < today and not (item.settled or item.excluded)
    )
    assume(overdue)
    covered = replace(customer, credits=overdue + surplus)
    decision = engine.decide(covered, policy, today)
    assert decision.level is None
    assert decision.claim == 0


@given(close_calls())
def test_credits_that_cover_what_is_asked_for_stop_everything(close_call):
    customer, policy, today = close_call
    asked = engine.decide(replace(customer, credits=0), policy, today).claim
    decision = engine.decide(replace(customer, credits=asked), policy, today)
    assert decision.level is None


@given(close_calls())
def test_something_goes_out_only_for_a_claim_above_zero(close_call):
    decision = engine.decide(*close_call)
    assert decision.level is None or decision.claim > 0


@given(close_calls())
def test_a_reminder_of_overdue_items_asks_for_the_minimum_at_least(close_call):
    customer, policy, today = close_call
    decision = engine.decide(customer, policy, today)
    for item, own in zip(customer.items, decision.items, strict=True):
        if own.level is not None and item.due_date < today:
            least = max(policy.minimum_amount, policy.levels[own.level].minimum_amount)
            assert decision.claim >= least


@given(
    policies(in_order=False),
    st.integers(1, 1_000),
    st.integers(0, 1_000),
    st.booleans(),
)
def test_the_minimum_is_exact_at_the_border(policy, claim, credits, on_level):
    item = engine.ItemFacts(id=1, due_date=day(0), amount=claim + credits)
    customer = engine.CustomerFacts(items=(item,), credits=credits)

    def decided(minimum):
        if on_level:
            first = replace(policy.levels[0], minimum_amount=minimum)
            rule = replace(policy, levels=(first, *policy.levels[1:]))
        else:
            rule = replace(policy, minimum_amount=minimum)
        return engine.decide(customer, rule, day(100)).items[0]

    assert decided(claim).level == 0
    refused = decided(claim + 1)
    assert refused.level is None
    assert refused.reason is Reason.BELOW_MINIMUM
    assert refused.minimum == claim + 1


# --- The promise made by next_date ----------------------------------------------------


@given(
    customers(),
    policies(),
    calendars(),
    st.integers(0, 60),
    st.none() | st.integers(0, 40),
)
def test_next_date_is_kept(customer, policy, calendar, first, hold):
    """Run daily, an untouched item gets its level exactly on the day announced."""
    if hold is not None:
        customer = replace(customer, hold_until=day(first + hold))
    announced = {}
    for offset in range(first, first + 90):
        today = day(offset)
        decision = engine.decide(customer, policy, today, calendar)
        items = []
        for item, own in zip(customer.items, decision.items, strict=True):
            if item.id in announced:
                assert (own.next_level, own.next_date) == announced[item.id]
            elif own.next_date is not None:
                announced[item.id] = (own.next_level, own.next_date)
            else:
                assert own.reason is Reason.FINAL
            if own.level is not None:
                assert announced.pop(item.id) == (own.level, today)
                item = notified(item, policy, own.level, today)
            items.append(item)
        customer = replace(customer, items=tuple(items))


# --- Order, repetition, change of policy ----------------------------------------------


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_items_is_irrelevant(situation, source: random.Random):
    customer, policy, today, calendar = situation
    shuffled = list(customer.items)
    source.shuffle(shuffled)
    one = engine.decide(customer, policy, today, calendar)
    other = engine.decide(replace(customer, items=shuffled), policy, today, calendar)
    assert {own.item_id: own for own in one.items} == {own.item_id: own for own in other.items}
    assert replace(one, items=()) == replace(other, items=())


@given(situations())
def test_the_order_of_past_notices_is_irrelevant(situation):
    customer, policy, today, calendar = situation
    backwards = [replace(item, sent=item.sent[::-1]) for item in customer.items]
    assert engine.decide(
        replace(customer, items=backwards), policy, today, calendar
    ) == engine.decide(customer, policy, today, calendar)


@given(situations())
def test_the_same_facts_give_the_same_decision(situation):
    customer, policy, today, calendar = situation
    first = engine.decide(customer, policy, today, calendar)
    engine.decide(replace(customer, credits=customer.credits + 1), policy, today, calendar)
    assert engine.decide(customer, policy, today, calendar) == first


@given(policies(), policies(), st.integers(1, 5))
def test_a_change_of_policy_goes_on_after_the_same_delay(old, new, sent):
    old = replace(old, levels=tuple(replace(level, id=level.id + 100) for level in old.levels))
    sent = min(sent, len(old.levels))
    history = tuple((level.id, level.delay_days) for level in old.levels[:sent])
    reached = history[-1][1]
    item = engine.ItemFacts(
        id=1, due_date=day(0), amount=100, sent=history, last_notice_date=day(0)
    )
    customer = engine.CustomerFacts(items=(item,))
    own = engine.decide(customer, new, day(365)).items[0]
    later = [place for place, level in enumerate(new.levels) if level.delay_days > reached]
    assert own.level == (later[0] if later else None)
    if not later:
        assert own.reason is Reason.FINAL


# --- A person sends early -------------------------------------------------------------


def may_be_early(item, own, today):
    """Whether time alone keeps an overdue item back, and it had no notice today."""
    return (
        own.reason is Reason.SCHEDULED and item.due_date < today and item.last_notice_date != today
    )


@given(
    st.one_of(situations(), close_calls().map(lambda call: (*call, engine.EVERY_DAY))), st.data()
)
def test_early_sets_time_aside_and_nothing_else(situation, data):
    customer, policy, today, calendar = situation
    ids = [item.id for item in customer.items]
    early = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    plain = engine.decide(customer, policy, today, calendar)
    chosen = engine.decide(customer, policy, today, calendar, early)
    for item, before, after in zip(customer.items, plain.items, chosen.items, strict=True):
        if item.id in early and may_be_early(item, before, today):
            given_now = replace(before, reason=Reason.DUE, level=before.next_level, next_date=today)
            if customer.bank_old and before.next_level > 0:
                given_now = replace(given_now, reason=Reason.BANK_OLD, level=None, next_date=None)
            assert after == given_now
        else:
            assert after == before


@given(situations())
def test_early_asks_for_no_more_than_is_overdue(situation):
    customer, policy, today, calendar = situation
    plain = engine.decide(customer, policy, today, calendar)
    everything = {item.id for item in customer.items}
    chosen = engine.decide(customer, policy, today, calendar, everything)
    if plain.level is None and chosen.level is not None:
        overdue = sum(
            item.amount
            for item in customer.items
            if item.due_date < today and item.is_stated(today)
        )
        assert chosen.claim == overdue - customer.credits > 0


@given(customers(), policies(in_order=False), DAYS)
def test_one_message_a_day_also_by_hand(customer, policy, today):
    everything = {item.id for item in customer.items}
    decision = engine.decide(customer, policy, today, early=everything)
    items = [
        item if own.level is None else notified(item, policy, own.level, today)
        for item, own in zip(customer.items, decision.items, strict=True)
    ]
    again = engine.decide(replace(customer, items=items), policy, today, early=everything)
    for before, after in zip(decision.items, again.items, strict=True):
        assert before.level is None or after.level is None


@given(customers(), policies(in_order=False), st.lists(st.sampled_from(WINDOW), unique=True))
def test_no_level_is_skipped_by_hand(customer, policy, days):
    everything = {item.id for item in customer.items}
    climbed = {item.id: [] for item in customer.items}
    for today in sorted(days):
        decision = engine.decide(customer, policy, today, early=everything)
        items = []
        for item, own in zip(customer.items, decision.items, strict=True):
            if own.level is not None:
                climbed[item.id].append(own.level)
                item = notified(item, policy, own.level, today)
            items.append(item)
        customer = replace(customer, items=tuple(items))
    for levels in climbed.values():
        assert levels == list(range(len(levels)))


# --- An answer waits to be read -------------------------------------------------------


@given(situations(), st.integers(0, 60))
def test_an_unread_answer_is_as_good_as_a_hold(situation, days):
    """It stops what a hold of the same days stops, and ends by itself as that does."""
    customer, policy, today, calendar = situation
    until = today + timedelta(days=days)
    customer = replace(customer, hold_until=None, replied_until=None, looks_paid=False)
    held = engine.decide(replace(customer, hold_until=until), policy, today, calendar)
    replied = engine.decide(replace(customer, replied_until=until), policy, today, calendar)
    for hold, reply in zip(held.items, replied.items, strict=True):
        if hold.reason is Reason.ON_HOLD:
            assert reply == replace(hold, reason=Reason.REPLIED)
        else:
            assert reply == hold
    after = engine.decide(
        replace(customer, replied_until=until), policy, until + timedelta(days=1), calendar
    )
    assert after == engine.decide(customer, policy, until + timedelta(days=1), calendar)
