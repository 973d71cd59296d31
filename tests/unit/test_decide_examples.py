"""The rules of dunning by example, with a policy as a wholesaler has it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from .engine_path import engine
from .living import MONDAY_TO_FRIDAY, day, level_days, live

Reason = engine.Reason

BEFORE, FIRST, SECOND, LAST = range(4)
POLICY = engine.Policy(
    id=1,
    levels=(
        engine.Level(id=11, delay_days=-3),
        engine.Level(id=12, delay_days=3, interval_days=3),
        engine.Level(id=13, delay_days=14, interval_days=7),
        engine.Level(id=14, delay_days=30, interval_days=10, requires_approval=True),
    ),
)
DUE = date(2026, 3, 2)  # a Monday
OFFICE = engine.WorkingDays(MONDAY_TO_FRIDAY)


def invoice(item_id=1, due=DUE, amount=10_000, **facts):
    return engine.ItemFacts(id=item_id, due_date=due, amount=amount, **facts)


def customer(*items, **facts):
    return engine.CustomerFacts(items=items, **facts)


def decide_one(on, *items, policy=POLICY, calendar=engine.EVERY_DAY, **facts):
    """The decision about the first item."""
    return engine.decide(customer(*items, **facts), policy, on, calendar).items[0]


def nights(count):
    return [DUE + timedelta(days=offset) for offset in range(-10, count)]


def test_an_unpaid_invoice_climbs_level_by_level():
    sent, _after = live(customer(invoice()), POLICY, nights(60))
    assert level_days(sent, 1) == [
        (date(2026, 2, 27), BEFORE),
        (date(2026, 3, 5), FIRST),
        (date(2026, 3, 16), SECOND),
        (date(2026, 4, 1), LAST),
    ]


def test_an_imported_ledger_starts_at_the_first_level():
    old = invoice(due=DUE - timedelta(days=400))
    sent, _after = live(customer(old), POLICY, [DUE + timedelta(days=n) for n in range(30)])
    assert level_days(sent, 1) == [
        (DUE, BEFORE),
        (DUE + timedelta(days=3), FIRST),
        (DUE + timedelta(days=10), SECOND),
        (DUE + timedelta(days=20), LAST),
    ]


def test_grace_does_not_move_the_reminder_before_the_due_date():
    sent, _after = live(customer(invoice()), replace(POLICY, grace_days=5), nights(15))
    assert level_days(sent, 1) == [(date(2026, 2, 27), BEFORE), (date(2026, 3, 10), FIRST)]


def test_after_the_last_level_a_person_decides():
    behind = tuple((level.id, level.delay_days) for level in POLICY.levels)
    item = invoice(sent=behind, last_notice_date=day(0))
    own = decide_one(date(2027, 1, 1), item)
    assert own == engine.ItemDecision(1, Reason.FINAL)


def test_a_weekend_moves_to_monday():
    item = invoice(due=date(2026, 3, 3))  # the reminder before falls on a Saturday
    saturday = date(2026, 2, 28)
    own = decide_one(saturday, item, calendar=OFFICE)
    assert (own.reason, own.next_date) == (Reason.SCHEDULED, date(2026, 3, 2))
    assert decide_one(date(2026, 3, 2), item, calendar=OFFICE).level == BEFORE


def test_the_last_day_of_a_hold_is_still_held():
    friday = date(2026, 3, 6)
    own = decide_one(friday, invoice(), hold_until=friday, calendar=OFFICE)
    assert (own.reason, own.next_date) == (Reason.ON_HOLD, date(2026, 3, 9))
    released = decide_one(date(2026, 3, 9), invoice(), hold_until=friday, calendar=OFFICE)
    assert released.level == BEFORE


def test_who_was_told_something_else_today_is_reminded_on_the_next_working_day():
    friday = date(2026, 3, 6)
    own = decide_one(friday, invoice(), told_on=friday, calendar=OFFICE)
    assert (own.level, own.reason, own.next_date) == (None, Reason.TOLD, date(2026, 3, 9))
    assert decide_one(date(2026, 3, 9), invoice(), told_on=friday, calendar=OFFICE).level == BEFORE
    # Nothing would have gone out today: the reason is that.
    rested = invoice(sent=((11, -3),), last_notice_date=friday)
    assert decide_one(friday, rested, told_on=friday).reason is Reason.SCHEDULED
    # A hold is what a person set: it is said first.
    held = decide_one(friday, invoice(), told_on=friday, hold_until=friday)
    assert held.reason is Reason.ON_HOLD


def test_an_unread_answer_keeps_reminders_back_for_some_days():
    friday = date(2026, 3, 6)
    own = decide_one(friday, invoice(), replied_until=friday, calendar=OFFICE)
    assert (own.level, own.reason, own.next_date) == (None, Reason.REPLIED, date(2026, 3, 9))
    released = decide_one(date(2026, 3, 9), invoice(), replied_until=friday, calendar=OFFICE)
    assert released.level == BEFORE
    # A person who sends by hand reads it first as well.
    rested = invoice(sent=((11, -3),), last_notice_date=DUE)
    early = engine.decide(customer(rested, replied_until=friday), POLICY, friday, early={1})
    assert early.items[0].reason is Reason.REPLIED
    # After the last level a person decides, whatever was answered.
    behind = tuple((level.id, level.delay_days) for level in POLICY.levels)
    last = invoice(sent=behind, last_notice_date=day(0))
    assert decide_one(friday, last, replied_until=friday).reason is Reason.FINAL


def test_of_a_hold_and_an_answer_the_longer_one_says_when_reminders_go_on():
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    own = decide_one(friday, invoice(), hold_until=friday, replied_until=monday)
    assert (own.reason, own.next_date) == (Reason.REPLIED, date(2026, 3, 10))
    own = decide_one(friday, invoice(), hold_until=monday, replied_until=friday)
    assert (own.reason, own.next_date) == (Reason.ON_HOLD, date(2026, 3, 10))
    own = decide_one(friday, invoice(), hold_until=friday, replied_until=friday)
    assert own.reason is Reason.ON_HOLD


def test_money_that_came_in_keeps_reminders_back_until_somebody_matches_it():
    friday = date(2026, 3, 6)
    own = decide_one(friday, invoice(), looks_paid=True)
    assert own == engine.ItemDecision(1, Reason.LOOKS_PAID, None, BEFORE, None)
    # It is said before a hold: that ends by itself, and money is what a person looks at.
    held = decide_one(friday, invoice(), looks_paid=True, hold_until=friday)
    assert held.reason is Reason.LOOKS_PAID
    early = engine.decide(customer(invoice(), looks_paid=True), POLICY, date(2026, 3, 9), early={1})
    assert early.level is None


def test_with_an_old_bank_statement_only_the_first_level_goes_out():
    late = date(2026, 3, 20)
    assert decide_one(late, invoice(), bank_old=True).level == BEFORE
    second = invoice(sent=((11, -3),), last_notice_date=DUE)
    assert decide_one(late, second).level == FIRST
    own = decide_one(late, second, bank_old=True)
    assert own == engine.ItemDecision(1, Reason.BANK_OLD, None, FIRST, None)
    # What is not due today says its day: the bank may be read till then.
    soon = invoice(sent=((11, -3),), last_notice_date=late)
    assert decide_one(late, soon, bank_old=True).reason is Reason.SCHEDULED
    # It is owed all the same, and claimed with what goes out.
    decision = engine.decide(customer(invoice(2), second, bank_old=True), POLICY, late)
    assert (decision.level, decision.claim) == (BEFORE, 20_000)


def test_an_invoice_that_never_arrived_is_not_reminded_of_nor_claimed():
    late = date(2026, 3, 20)
    decision = engine.decide(customer(invoice(1, undelivered=True), invoice(2)), POLICY, late)
    assert [own.reason for own in decision.items] == [Reason.NOT_DELIVERED, Reason.DUE]
    assert decision.claim == 10_000
    # What is promised is known to the customer.
    promised = invoice(undelivered=True, promised=10_000, promised_until=late)
    assert decide_one(late, promised).reason is Reason.PROMISED


def test_who_says_it_is_paid_is_believed_for_some_days():
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    item = invoice(said_paid_until=friday)
    own = decide_one(friday, item, calendar=OFFICE)
    assert (own.level, own.reason, own.next_date) == (None, Reason.SAID_PAID, monday)
    assert decide_one(monday, item, calendar=OFFICE).level == BEFORE
    longer = replace(item, hold_until=monday)
    assert decide_one(friday, longer).reason is Reason.ON_HOLD


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"settled": True}, Reason.PAID),
        ({"excluded": True}, Reason.EXCLUDED),
        ({"settled": True, "excluded": True}, Reason.PAID),
    ],
)
def test_paid_and_excluded(facts, reason):
    assert decide_one(date(2026, 4, 1), invoice(**facts)).reason is reason


def test_a_credit_note_and_a_payment_on_account_cover_the_invoice():
    late = date(2026, 3, 9)
    covered = decide_one(late, invoice(amount=100_000), credits=90_000 + 10_000)
    assert covered.reason is Reason.COVERED
    assert decide_one(late, invoice(amount=100_000), credits=99_999).level == BEFORE


def test_an_invoice_not_yet_due_does_not_count_as_claimed():
    future = invoice(2, due=DUE + timedelta(days=60), amount=500_000)
    decision = engine.decide(customer(invoice(), future), POLICY, date(2026, 3, 9))
    assert decision.claim == 10_000
    assert decision.items[1].reason is Reason.SCHEDULED


def test_an_overdue_invoice_between_two_levels_counts_as_claimed():
    resting = invoice(2, sent=((12, 3),), last_notice_date=date(2026, 3, 8))
    decision = engine.decide(customer(invoice(), resting), POLICY, date(2026, 3, 9))
    assert decision.items[1].reason is Reason.SCHEDULED
    assert decision.claim == 20_000


def test_one_message_takes_the_highest_level():
    older = invoice(2, sent=((11, -3), (12, 3)), last_notice_date=DUE)
    decision = engine.decide(customer(invoice(), older), POLICY, date(2026, 3, 20))
    assert [own.level for own in decision.items] == [BEFORE, SECOND]
    assert (decision.level, decision.requires_approval) == (SECOND, False)


def test_a_level_that_needs_approval_says_so():
    item = invoice(sent=((13, 14),), last_notice_date=date(2026, 3, 16))
    assert engine.decide(customer(item), POLICY, date(2026, 4, 1)).requires_approval


def test_the_minimum_of_a_level_stops_that_level_only():
    dear = replace(POLICY.levels[SECOND], minimum_amount=50_000)
    policy = replace(POLICY, levels=(*POLICY.levels[:SECOND], dear, POLICY.levels[LAST]))
    older = invoice(2, sent=((12, 3),), last_notice_date=DUE)
    decision = engine.decide(customer(invoice(), older), policy, date(2026, 3, 20))
    assert decision.items[0].level == BEFORE
    assert decision.items[1] == engine.ItemDecision(
        2, Reason.BELOW_MINIMUM, next_level=SECOND, minimum=50_000
    )


def test_without_a_policy_nothing_goes_out():
    own = decide_one(date(2026, 4, 1), invoice(), policy=None)
    assert own == engine.ItemDecision(1, Reason.NO_POLICY)


def test_a_firmer_policy_goes_on_where_the_old_one_was():
    firm = engine.Policy(2, (engine.Level(21, 1), engine.Level(22, 8), engine.Level(23, 20)))
    item = invoice(sent=((11, -3), (12, 3)), last_notice_date=date(2026, 3, 5))
    own = decide_one(date(2026, 3, 6), item, policy=firm)
    assert (own.next_level, own.next_date) == (1, date(2026, 3, 10))


def test_a_calendar_without_working_days_does_not_silence_the_company():
    never = engine.WorkingDays(frozenset())
    assert decide_one(date(2026, 4, 1), invoice(), calendar=never).level == BEFORE


def test_an_item_not_yet_due_and_held_back_is_not_claimed():
    dear = replace(POLICY.levels[BEFORE], minimum_amount=6_000)
    policy = replace(POLICY, levels=(dear, *POLICY.levels[FIRST:]))
    future = invoice(1, due=date(2026, 4, 3), amount=1_000)
    overdue = invoice(
        2, due=date(2026, 3, 20), amount=3_000, sent=((11, -3),), last_notice_date=date(2026, 3, 17)
    )
    decision = engine.decide(customer(future, overdue), policy, date(2026, 4, 1))
    assert [own.level for own in decision.items] == [None, FIRST]
    assert decision.claim == 3_000


# --- What is overdue and what is only announced -----------------------------------------

TONIGHT = date(2026, 3, 9)
SOON = TONIGHT + timedelta(days=2)
SMALL = replace(POLICY, minimum_amount=2_500)


def levels_of(*items, policy=SMALL, **facts):
    """The levels that items get tonight."""
    decision = engine.decide(customer(*items, **facts), policy, TONIGHT)
    return [own.level for own in decision.items]


def test_invoices_not_yet_due_reach_the_minimum_together():
    soon = [invoice(number, due=SOON, amount=1_500) for number in (1, 2)]
    assert levels_of(soon[0]) == [None]
    assert levels_of(*soon) == [BEFORE, BEFORE]


def test_an_invoice_due_today_is_announced_like_one_not_yet_due():
    assert levels_of(invoice(due=TONIGHT, amount=2_500)) == [BEFORE]


def test_an_invoice_far_from_due_helps_nobody_over_the_minimum():
    far = invoice(2, due=TONIGHT + timedelta(days=60), amount=500_000)
    assert levels_of(invoice(1, due=SOON, amount=1_500), far) == [None, None]


def test_what_is_announced_helps_nothing_overdue_over_the_minimum():
    overdue = invoice(1, amount=1_500)
    assert levels_of(overdue, invoice(2, due=SOON, amount=1_500)) == [None, BEFORE]


def test_credits_cover_what_is_left_of_an_announcement():
    levels = (
        engine.Level(id=11, delay_days=-8),
        engine.Level(id=12, delay_days=-3, minimum_amount=4_000),
    )
    policy = engine.Policy(id=1, levels=levels)
    first = invoice(1, due=SOON, amount=1_000)
    second = invoice(2, due=SOON, amount=2_000, sent=((11, -8),), last_notice_date=date(2026, 3, 2))
    assert levels_of(first, second, policy=policy, credits=999) == [0, None]
    assert levels_of(first, second, policy=policy, credits=1_000) == [None, None]


def test_an_overdue_invoice_between_two_levels_says_what_holds_it_back():
    resting = invoice(amount=2_000, sent=((12, 3),), last_notice_date=TONIGHT)
    assert decide_one(TONIGHT, resting, policy=POLICY).reason is Reason.SCHEDULED
    assert decide_one(TONIGHT, resting, policy=SMALL).reason is Reason.BELOW_MINIMUM
    assert decide_one(TONIGHT, resting, credits=2_000).reason is Reason.COVERED


def test_a_person_sends_the_next_level_before_its_day():
    item = invoice(sent=((11, -3), (12, 3)), last_notice_date=date(2026, 3, 5))
    today = date(2026, 3, 7)  # a Saturday, two days after the last notice
    facts = customer(item)
    assert engine.decide(facts, POLICY, today, OFFICE).level is None
    decision = engine.decide(facts, POLICY, today, OFFICE, early={1})
    assert (decision.level, decision.claim) == (SECOND, 10_000)
    assert engine.decide(facts, POLICY, today, OFFICE, early={2}).level is None


def test_nothing_not_yet_due_is_sent_early():
    own = engine.decide(customer(invoice()), POLICY, date(2026, 2, 20), early={1}).items[0]
    assert own == engine.ItemDecision(1, Reason.SCHEDULED, None, BEFORE, date(2026, 2, 27))


def test_a_discount_waits_for_a_decision_and_other_invoices_do_not():
    kept_back = invoice(1, amount=2_420, discount=2_420)
    other = invoice(2)
    on = DUE + timedelta(days=3)
    decision = engine.decide(customer(kept_back, other), POLICY, on)
    assert [own.reason for own in decision.items] == [Reason.DISCOUNT, Reason.DUE]
    assert decision.claim == other.amount
    # Not by hand either: somebody must decide first.
    early = engine.decide(customer(kept_back), POLICY, on, early=[1])
    assert (early.items[0].reason, early.level) == (Reason.DISCOUNT, None)
    decided = engine.decide(customer(replace(kept_back, discount=0)), POLICY, on)
    assert (decided.items[0].reason, decided.claim) == (Reason.DUE, 2_420)
