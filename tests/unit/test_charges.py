"""What may be charged: worked examples of five countries, and properties that always hold."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

charges = engine.charges
CostItem, Kind, Rate, Refusal, Regime, Scheme, Why = (
    charges.CostItem,
    charges.Kind,
    engine.interest.Rate,
    charges.Refusal,
    charges.Regime,
    charges.Scheme,
    charges.Why,
)

BY_LAW = Scheme(interest="statutory", costs="statutory")
BY_LAW_WITH_CLAUSE = replace(BY_LAW, clause=True)
BUSINESS = Regime("NL", "business", compensation=40_00)
CONSUMERS = {code: Regime(code, "consumer") for code in ("NL", "BE", "DE", "FR", "LU", "AT")}
DUE = date(2026, 3, 2)
TODAY = date(2026, 5, 4)


def item(**facts):
    return engine.ItemFacts(id=1, due_date=DUE, amount=facts.pop("amount", 100_00), **facts)


def level(scheme, **vals):
    return engine.Level(id=7, delay_days=30, charge=scheme, **vals)


def refused(scheme, country, today=TODAY, **facts):
    return charges.refusal(level(scheme), CONSUMERS[country], item(**facts), today)


def costs_of(scheme, regime, *amounts, **facts):
    """{kind: minor units} on invoices of these amounts."""
    items = [CostItem(n, n, amount, **facts) for n, amount in enumerate(amounts, start=1)]
    found = {}
    for charge in charges.costs(scheme, regime, items):
        found[charge.kind] = found.get(charge.kind, 0) + charge.amount
    return found


# ------------------------------------------------------------------- the Dutch scale


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        # Besluit vergoeding voor buitengerechtelijke incassokosten art. 2 (Stb. 2012, 141).
        ("0.01", "40.00"),
        ("1.00", "40.00"),
        ("50.00", "40.00"),
        ("100.00", "40.00"),
        ("150.00", "40.00"),
        ("200.00", "40.00"),
        ("250.00", "40.00"),
        ("266.66", "40.00"),
        ("266.67", "40.00"),
        ("266.70", "40.01"),
        ("267.00", "40.05"),
        ("300.00", "45.00"),
        ("333.33", "50.00"),
        ("400.00", "60.00"),
        ("500.00", "75.00"),
        ("750.00", "112.50"),
        ("999.99", "150.00"),
        ("1000.00", "150.00"),
        ("1234.56", "185.18"),
        ("1500.00", "225.00"),
        ("2000.00", "300.00"),
        ("2499.99", "375.00"),
        ("2500.00", "375.00"),
        ("2500.01", "375.00"),
        ("2500.05", "375.01"),
        ("2600.00", "385.00"),
        ("3000.00", "425.00"),
        ("4000.00", "525.00"),
        ("4999.90", "624.99"),
        ("5000.00", "625.00"),
        ("5000.10", "625.01"),
        ("7500.00", "750.00"),
        ("9999.80", "874.99"),
        ("10000.00", "875.00"),
        ("10001.00", "875.01"),
        ("15000.00", "925.00"),
        ("50000.00", "1275.00"),
        ("100000.00", "1775.00"),
        ("199999.00", "2774.99"),
        ("200000.00", "2775.00"),
        ("200002.00", "2775.01"),
        ("500000.00", "4275.00"),
        ("999998.00", "6774.99"),
        ("1000000.00", "6775.00"),
        ("1000000.01", "6775.00"),
        ("25000000.00", "6775.00"),
    ],
)
def test_costs_of_a_dutch_consumer(principal, costs):
    cents = int(Fraction(principal) * 100)
    expected = {Kind.COSTS: int(Fraction(costs) * 100)}
    assert costs_of(BY_LAW, CONSUMERS["NL"], cents) == expected


def test_the_dutch_scale_is_on_the_sum_of_the_invoices():
    # BW 6:96 (7): 200 + 300 is 500, of which 15 percent; not twice the minimum.
    assert costs_of(BY_LAW, CONSUMERS["NL"], 200_00, 300_00) == {Kind.COSTS: 75_00}
    each = charges.costs(BY_LAW, CONSUMERS["NL"], [CostItem(1, 1, 200_00), CostItem(2, 2, 300_00)])
    assert [(one.item_id, one.amount) for one in each] == [(1, 30_00), (2, 45_00)]


def test_what_was_claimed_before_is_taken_off():
    before = CostItem(1, 1, 200_00, charged=False, before=40_00)
    new = CostItem(2, 2, 300_00)
    found = charges.costs(BY_LAW, CONSUMERS["NL"], [before, new])
    assert [(one.item_id, one.amount) for one in found] == [(2, 35_00)]
    # Nothing is left of the scale: nothing is claimed, and never less than that.
    paid_in_part = replace(before, amount=50_00, before=40_00)
    assert charges.costs(BY_LAW, CONSUMERS["NL"], [paid_in_part, replace(new, amount=10_00)]) == ()


def test_a_part_payment_in_time_lowers_the_costs():
    assert costs_of(BY_LAW, CONSUMERS["NL"], 1_000_00) == {Kind.COSTS: 150_00}
    assert costs_of(BY_LAW, CONSUMERS["NL"], 400_00) == {Kind.COSTS: 60_00}


def test_vat_on_dutch_costs_by_setting():
    scheme = replace(BY_LAW, vat_percent="21")
    assert costs_of(scheme, CONSUMERS["NL"], 100_00) == {Kind.COSTS: 40_00, Kind.VAT: 8_40}
    # It is a matter of Dutch costs alone.
    assert Kind.VAT not in costs_of(replace(scheme, clause=True), CONSUMERS["BE"], 100_00)


# -------------------------------------------------------------------- the Belgian caps


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        # Wetboek van economisch recht art. XIX.4.
        ("1.00", "20.00"),
        ("149.99", "20.00"),
        ("150.00", "20.00"),
        ("150.01", "30.00"),
        ("150.10", "30.01"),
        ("200.00", "35.00"),
        ("250.00", "40.00"),
        ("499.90", "64.99"),
        ("500.00", "65.00"),
        ("500.01", "65.00"),
        ("500.20", "65.01"),
        ("1000.00", "90.00"),
        ("5000.00", "290.00"),
        ("39199.80", "1999.99"),
        ("39200.00", "2000.00"),
        ("39200.20", "2000.00"),
        ("100000.00", "2000.00"),
    ],
)
def test_the_lump_sum_of_a_belgian_consumer(principal, costs):
    cents = int(Fraction(principal) * 100)
    expected = {Kind.COSTS: int(Fraction(costs) * 100)}
    assert costs_of(BY_LAW_WITH_CLAUSE, CONSUMERS["BE"], cents) == expected


def test_a_belgian_consumer_owes_no_lump_sum_without_a_clause():
    assert costs_of(BY_LAW, CONSUMERS["BE"], 1_000_00) == {}


# ---------------------------------------------------------------------------- business


@pytest.mark.parametrize("country", ["NL", "BE", "DE", "FR", "LU"])
def test_a_business_owes_forty_euros_for_each_invoice_once(country):
    regime = replace(BUSINESS, country=country)
    assert costs_of(BY_LAW, regime, 10_00, 5_000_00) == {Kind.COMPENSATION: 80_00}
    instalments = [CostItem(1, 9, 50_00), CostItem(2, 9, 50_00)]
    found = charges.costs(BY_LAW, regime, instalments)
    assert [(one.item_id, one.amount) for one in found] == [(1, 40_00)]
    # Claimed for one instalment before: the invoice has had it.
    known = [replace(instalments[0], charged=False, compensated=True), instalments[1]]
    assert charges.costs(BY_LAW, regime, [known[0], replace(known[1], compensated=True)]) == ()


def test_graded_costs_of_a_dutch_business_come_on_top_of_the_fixed_sums():
    scheme = replace(BY_LAW, graded=True)
    # 15% of 2,500 and 10% of 2,500; the forty euros are part of it.
    found = costs_of(scheme, BUSINESS, 5_000_00)
    assert found == {Kind.COMPENSATION: 40_00, Kind.COSTS: 585_00}
    # Where the fixed sums are more, they are all.
    assert costs_of(scheme, BUSINESS, 100_00, 100_00) == {Kind.COMPENSATION: 80_00}
    belgian = replace(BUSINESS, country="BE")
    assert costs_of(scheme, belgian, 5_000_00) == {Kind.COMPENSATION: 40_00}


def test_graded_costs_are_claimed_once():
    scheme = replace(BY_LAW, graded=True)
    again = CostItem(1, 1, 5_000_00, before=625_00, compensated=True)
    assert charges.costs(scheme, BUSINESS, [again]) == ()


def test_a_business_pays_the_own_fee_as_it_is():
    scheme = Scheme(costs="own", fixed=15_00, percent="1.5", minimum=20_00, maximum=100_00)
    assert costs_of(scheme, BUSINESS, 100_00) == {Kind.FEE: 20_00}
    assert costs_of(scheme, BUSINESS, 2_000_00) == {Kind.FEE: 45_00}
    assert costs_of(scheme, BUSINESS, 90_000_00) == {Kind.FEE: 100_00}
    each = replace(scheme, per_invoice=True)
    assert costs_of(each, BUSINESS, 100_00, 100_00) == {Kind.FEE: 40_00}


def test_a_company_with_another_currency_counts_in_its_own():
    # A crown company: ten minor units make a euro cent.
    regime = replace(CONSUMERS["NL"], euro_cent=Fraction(10))
    assert costs_of(BY_LAW, regime, 2_670_00) == {Kind.COSTS: 400_50}


# ----------------------------------------------------------------------------- the guard


def test_a_business_is_never_refused():
    scheme = Scheme(costs="own", fixed=500_00)
    assert charges.refusal(level(scheme), BUSINESS, item(), DUE) is None
    assert charges.refusal(level(scheme), None, item(), DUE) is None
    assert charges.refusal(level(None), CONSUMERS["NL"], item(), DUE) is None


@pytest.mark.parametrize(("country", "scheme"), [("NL", BY_LAW), ("BE", BY_LAW_WITH_CLAUSE)])
def test_consumers_must_be_told_first_and_have_their_days(country, scheme):
    assert refused(scheme, country) == Refusal(Why.ORDER)
    until = date(2026, 5, 10)
    told = {"announced_until": until, "announced_on": date(2026, 4, 24), "first_notice_date": DUE}
    assert refused(scheme, country, **told) == Refusal(Why.DATE, date(2026, 5, 11))
    assert refused(scheme, country, today=until, **told) == Refusal(Why.DATE, date(2026, 5, 11))
    assert refused(scheme, country, today=date(2026, 5, 11), **told) is None


def test_interest_alone_needs_no_letter_in_the_netherlands_but_does_in_belgium():
    scheme = Scheme(interest="statutory")
    assert refused(scheme, "NL") is None
    assert refused(scheme, "BE") == Refusal(Why.ORDER)


@pytest.mark.parametrize("country", ["DE", "FR", "LU", "AT"])
def test_by_law_nothing_is_refused_where_nothing_is_charged(country):
    assert refused(BY_LAW, country) is None
    assert costs_of(BY_LAW, CONSUMERS[country], 1_000_00) == {}


def test_the_first_reminder_is_free():
    fee = Scheme(costs="own", fixed=1, clause=True)
    assert refused(fee, "BE") == Refusal(Why.FIRST)
    assert refused(fee, "DE") == Refusal(Why.FIRST)


def test_a_german_reminder_costs_no_more_than_paper_and_postage():
    reminded = {"first_notice_date": date(2026, 3, 9)}
    assert refused(Scheme(costs="own", fixed=1_00), "DE", **reminded) is None
    refusal = refused(Scheme(costs="own", fixed=2_50), "DE", **reminded)
    assert refusal == Refusal(Why.FEE, allowed=1_00)


@pytest.mark.parametrize("country", ["FR", "LU"])
def test_french_and_luxembourg_consumers_pay_no_fee(country):
    refusal = refused(Scheme(costs="own", fixed=1), country, first_notice_date=DUE)
    assert refusal == Refusal(Why.FEE, allowed=0)


def test_a_dutch_fee_is_within_the_scale():
    told = {"announced_until": date(2026, 4, 20), "first_notice_date": DUE}
    assert refused(Scheme(costs="own", fixed=40_00), "NL", **told) is None
    refusal = refused(Scheme(costs="own", fixed=40_01), "NL", **told)
    assert refusal == Refusal(Why.FEE, allowed=40_00)
    # And takes a letter with fourteen days as well.
    assert refused(Scheme(costs="own", fixed=1_00), "NL") == Refusal(Why.ORDER)


def test_a_belgian_consumer_owes_a_fee_and_agreed_interest_by_a_clause_only():
    told = {"announced_until": date(2026, 4, 20), "first_notice_date": DUE}
    for scheme in (Scheme(costs="own", fixed=20_00), Scheme("agreed", 8)):
        assert refused(scheme, "BE", **told) == Refusal(Why.CLAUSE)
        assert refused(replace(scheme, clause=True), "BE", **told) is None
    dear = Scheme(costs="own", fixed=20_01, clause=True)
    assert refused(dear, "BE", **told) == Refusal(Why.FEE, allowed=20_00)


def test_belgian_reminders_of_regular_deliveries_are_free_three_times_a_year():
    fee = level(Scheme(costs="own", fixed=8_50))
    belgian = replace(CONSUMERS["BE"], regular=True, postage=1_00)
    for reminders, refusal in [(0, Why.FIRST), (2, Why.FIRST), (3, None), (9, None)]:
        found = charges.refusal(fee, replace(belgian, reminders=reminders), item(), TODAY)
        assert (found and found.why) == refusal
    dear = level(Scheme(costs="own", fixed=8_51))
    found = charges.refusal(dear, replace(belgian, reminders=3), item(), TODAY)
    assert found == Refusal(Why.FEE, allowed=8_50)
    # Deliveries that are not regular: always free.
    once = replace(belgian, regular=False, reminders=9)
    assert charges.refusal(fee, once, item(), TODAY) == Refusal(Why.FIRST)


def test_a_manager_allows_a_level_and_no_other():
    scheme = BY_LAW
    assert refused(scheme, "NL", overridden=frozenset({7})) is None
    assert refused(scheme, "NL", overridden=frozenset({8})) == Refusal(Why.ORDER)


def test_a_debit_note_is_not_held_back_as_nothing_is_charged_on_it():
    assert refused(BY_LAW, "NL", is_charge=True) is None


def test_an_allowed_fee_is_charged_as_it_is():
    scheme = Scheme(costs="own", fixed=60_00)
    assert costs_of(scheme, CONSUMERS["FR"], 100_00, overridden=True) == {Kind.FEE: 60_00}
    assert costs_of(scheme, CONSUMERS["FR"], 100_00) == {}


# ------------------------------------------------------------------------------- decide


def policy(*levels):
    return engine.Policy(id=1, levels=levels)


FORMAL = engine.Level(id=1, delay_days=14, announces=True)
LAST = engine.Level(id=2, delay_days=21, interval_days=7, charge=BY_LAW)


def decided(facts, today, regime, levels=(FORMAL, LAST), calendar=engine.EVERY_DAY, **more):
    customer = engine.CustomerFacts(items=(facts,), regime=regime)
    return engine.decide(customer, policy(*levels), today, calendar, **more)


def after_formal(until, **facts):
    return item(
        sent=((1, 14),),
        last_notice_date=date(2026, 3, 16),
        first_notice_date=date(2026, 3, 16),
        announced_on=date(2026, 3, 16),
        announced_until=until,
        **facts,
    )


def test_the_last_level_waits_for_the_period_of_the_law():
    until = date(2026, 4, 1)
    own = decided(after_formal(until), date(2026, 3, 24), CONSUMERS["NL"]).items[0]
    assert (own.reason, own.level, own.next_level) == (engine.Reason.UNLAWFUL, None, 1)
    assert (own.next_date, own.refusal.why) == (date(2026, 4, 2), Why.DATE)
    own = decided(after_formal(until), date(2026, 4, 2), CONSUMERS["NL"]).items[0]
    assert (own.reason, own.level) == (engine.Reason.DUE, 1)


def test_the_first_lawful_day_is_a_working_day():
    office = engine.WorkingDays(frozenset(range(5)))
    friday = date(2026, 4, 3)
    own = decided(after_formal(friday), date(2026, 3, 24), CONSUMERS["NL"], calendar=office)
    assert own.items[0].next_date == date(2026, 4, 6)


def test_a_level_that_comes_later_than_the_law_asks_is_only_scheduled():
    own = decided(after_formal(date(2026, 3, 18)), date(2026, 3, 17), CONSUMERS["NL"]).items[0]
    assert (own.reason, own.next_date) == (engine.Reason.SCHEDULED, date(2026, 3, 23))


def test_nobody_sends_it_before_its_lawful_day_by_hand():
    facts = after_formal(date(2026, 4, 1))
    own = decided(facts, date(2026, 3, 24), CONSUMERS["NL"], early={1}).items[0]
    assert own.reason is engine.Reason.UNLAWFUL
    hurried = after_formal(date(2026, 4, 1), hurried=True)
    own = decided(hurried, date(2026, 3, 24), CONSUMERS["NL"]).items[0]
    assert own.reason is engine.Reason.UNLAWFUL


def test_what_time_does_not_heal_has_no_date():
    facts = item(sent=((1, 14),), last_notice_date=date(2026, 3, 16), first_notice_date=DUE)
    own = decided(facts, TODAY, CONSUMERS["NL"]).items[0]
    assert (own.reason, own.next_date) == (engine.Reason.UNLAWFUL, None)
    assert own.refusal == Refusal(Why.ORDER)


def test_only_the_item_is_held_back_and_all_of_it_is_still_owed():
    held = item(sent=((1, 14),), last_notice_date=date(2026, 3, 16))
    fresh = engine.ItemFacts(id=2, due_date=date(2026, 4, 1), amount=50_00)
    customer = engine.CustomerFacts(items=(held, fresh), regime=CONSUMERS["NL"])
    decision = engine.decide(customer, policy(FORMAL, LAST), TODAY)
    assert [own.reason for own in decision.items] == [
        engine.Reason.UNLAWFUL,
        engine.Reason.DUE,
    ]
    assert (decision.level, decision.claim) == (0, 150_00)


def test_credits_holds_and_minimums_are_said_before_the_law():
    held = item(sent=((1, 14),), last_notice_date=date(2026, 3, 16))
    for facts, reason in [
        ({"credits": 100_00}, engine.Reason.COVERED),
        ({"hold_until": TODAY}, engine.Reason.ON_HOLD),
        ({"archived": True}, engine.Reason.ARCHIVED),
    ]:
        customer = engine.CustomerFacts(items=(held,), regime=CONSUMERS["NL"], **facts)
        decision = engine.decide(customer, policy(FORMAL, LAST), TODAY)
        assert decision.items[0].reason is reason


def test_a_level_that_announces_and_charges_announces_to_consumers():
    both = engine.Level(id=1, delay_days=14, announces=True, charge=BY_LAW)
    decision = decided(item(), TODAY, CONSUMERS["NL"], levels=(both,))
    assert decision.level == 0
    # It may not charge yet: whoever asks for charges hears so.
    assert charges.refusal(both, CONSUMERS["NL"], item(), TODAY) == Refusal(Why.ORDER)


def test_what_a_level_announces_is_what_the_next_one_charges():
    own = policy(engine.Level(id=9, delay_days=1), FORMAL, LAST)
    assert own.announced_level(1) == LAST
    assert own.announced_level(2) == LAST
    assert policy(FORMAL).announced_level(1) is None
    assert own.charges
    assert not policy(FORMAL).charges


# ------------------------------------------------------------------------------ interest


def test_the_day_from_which_interest_is_due():
    told = {
        "first_notice_date": date(2026, 3, 9),
        "announced_on": date(2026, 3, 16),
        "announced_until": date(2026, 4, 1),
    }
    starts = {
        code: charges.interest_start(BY_LAW, regime, item(**told))
        for code, regime in CONSUMERS.items()
    }
    assert starts == {
        "NL": date(2026, 3, 3),
        "BE": date(2026, 4, 2),
        "DE": date(2026, 3, 10),
        "FR": None,
        "LU": None,
        "AT": None,
    }
    small = replace(CONSUMERS["BE"], small_creditor=True)
    assert charges.interest_start(BY_LAW, small, item(**told)) == date(2026, 3, 17)
    for code in CONSUMERS:
        assert charges.interest_start(BY_LAW, replace(BUSINESS, country=code), item()) == date(
            2026, 3, 3
        )
    assert charges.interest_start(BY_LAW, CONSUMERS["BE"], item()) is None
    assert charges.interest_start(BY_LAW, CONSUMERS["DE"], item()) is None
    assert charges.interest_start(Scheme(costs="statutory"), BUSINESS, item()) is None


def test_an_agreed_rate_is_no_more_than_the_law_allows():
    caps = [Rate(date(2025, 1, 1), 6), Rate(date(2026, 1, 1), 4)]
    assert charges.agreed_rates(5, caps) == [
        Rate(date(2025, 1, 1), Fraction(5), date(2025, 12, 31)),
        Rate(date(2026, 1, 1), Fraction(4)),
    ]


def test_a_belgian_clause_above_the_cap_leaves_the_legal_rate():
    caps = [
        Rate(date(2025, 1, 1), "11.5", date(2025, 6, 30)),
        Rate(date(2025, 7, 1), "10.5", date(2025, 12, 31)),
    ]
    legal = [Rate(date(2024, 1, 1), "5.75"), Rate(date(2025, 10, 1), "4.5")]
    assert charges.agreed_rates(11, caps, legal) == [
        Rate(date(2025, 1, 1), Fraction(11), date(2025, 6, 30)),
        Rate(date(2025, 7, 1), Fraction("5.75"), date(2025, 9, 30)),
        Rate(date(2025, 10, 1), Fraction("4.5"), date(2025, 12, 31)),
    ]


# ---------------------------------------------------------------------------- properties

AMOUNTS = st.lists(st.integers(1, 3_000_000), min_size=1, max_size=5)
SCHEMES = st.builds(
    Scheme,
    costs=st.sampled_from(["statutory", "own"]),
    fixed=st.integers(0, 10_000),
    percent=st.integers(0, 20),
    minimum=st.integers(0, 5_000),
    maximum=st.one_of(st.none(), st.integers(5_000, 50_000)),
    per_invoice=st.booleans(),
    clause=st.booleans(),
    graded=st.booleans(),
)
COUNTRIES = st.sampled_from(["NL", "BE", "DE", "FR", "LU"])


def most(country, total):
    """The most that a consumer may be asked once, whatever the scheme."""
    match country:
        case "NL":
            return engine.costs.DUTCH_SCALE.on(total)
        case "BE":
            return engine.costs.BELGIAN_CONSUMER_SCALE.on(total)
        case "DE":
            return charges.GERMAN_REMINDER_FEE
    return 0


@given(SCHEMES, COUNTRIES, AMOUNTS)
def test_a_consumer_is_never_asked_more_than_the_law_allows(scheme, country, amounts):
    found = costs_of(scheme, CONSUMERS[country], *amounts)
    assert sum(found.values()) <= most(country, sum(amounts))


@given(SCHEMES, COUNTRIES, AMOUNTS, AMOUNTS)
def test_asking_in_two_steps_is_never_dearer_than_the_law_allows_at_once(
    scheme, country, first, later
):
    regime = CONSUMERS[country]
    earlier = [CostItem(n, n, amount) for n, amount in enumerate(first)]
    asked = charges.costs(scheme, regime, earlier)
    before = [
        replace(
            one,
            charged=False,
            before=sum(charge.amount for charge in asked if charge.item_id == one.id),
        )
        for one in earlier
    ]
    now = [CostItem(100 + n, 100 + n, amount) for n, amount in enumerate(later)]
    again = charges.costs(scheme, regime, [*before, *now])
    total = sum(charge.amount for charge in (*asked, *again))
    if country in ("NL", "BE"):
        # By the scale on the sum, or what the first step asked lawfully.
        assert total <= max(
            most(country, sum(first) + sum(later)), sum(one.amount for one in asked)
        )
    else:
        assert total <= 2 * most(country, 0)


@given(SCHEMES, COUNTRIES, st.integers(1, 2_000_000), st.integers(0, 1_000_000))
def test_costs_grow_with_the_principal(scheme, country, amount, more):
    for regime in (CONSUMERS[country], replace(BUSINESS, country=country)):
        low = sum(costs_of(scheme, regime, amount).values())
        assert low <= sum(costs_of(scheme, regime, amount + more).values())


@given(AMOUNTS, st.integers(1, 5_000))
def test_what_is_spread_over_items_adds_up(amounts, fee):
    scheme = Scheme(costs="own", fixed=fee)
    assert costs_of(scheme, BUSINESS, *amounts) == {Kind.FEE: fee}


@given(AMOUNTS)
def test_costs_of_nothing_and_of_nobody_charged(amounts):
    items = [CostItem(n, n, amount, charged=False) for n, amount in enumerate(amounts)]
    assert charges.costs(BY_LAW, CONSUMERS["NL"], items) == ()
    assert charges.costs(Scheme(), BUSINESS, [replace(one, charged=True) for one in items]) == ()


@given(
    st.sampled_from(["NL", "BE"]),
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    st.booleans(),
    st.integers(-5, 40),
)
def test_no_consumer_is_charged_within_fourteen_days(country, sent, by_post, wait):
    regime = CONSUMERS[country]
    until = charges.law_deadline(regime, sent, by_post)
    assert until >= sent + timedelta(days=14)
    today = sent + timedelta(days=wait)
    refusal = charges.refusal(
        level(BY_LAW_WITH_CLAUSE),
        regime,
        item(announced_until=until, announced_on=sent, first_notice_date=sent),
        today,
    )
    assert (refusal is None) == (today > until)


@given(
    st.sampled_from(["NL", "BE"]),
    st.booleans(),
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 10)), min_size=2, max_size=5),
    st.integers(0, 4),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 6),
)
def test_whatever_the_policy_nobody_is_charged_too_early_nor_later_than_need_be(
    country, by_post, steps, announcing, weekdays, shift
):
    """A consumer lives through the levels of a policy, night after night."""
    regime, calendar = CONSUMERS[country], engine.WorkingDays(weekdays)
    place = min(announcing, len(steps) - 2)
    delay, levels = 0, []
    for number, (days, interval) in enumerate(steps):
        delay += days
        levels.append(
            engine.Level(
                id=number,
                delay_days=delay,
                interval_days=interval,
                announces=number == place,
                charge=BY_LAW_WITH_CLAUSE if number == len(steps) - 1 else None,
            )
        )
    own = engine.ItemFacts(id=1, due_date=DUE + timedelta(days=shift), amount=100_00)
    climbed = {}
    for offset in range(200):
        today = DUE + timedelta(days=offset)
        decision = decided(own, today, regime, levels, calendar).items[0]
        if decision.reason is engine.Reason.UNLAWFUL:
            # It is said when, and that is the day.
            assert decision.refusal.day == own.announced_until + timedelta(days=1)
            assert decision.next_date > own.announced_until
            promised = decision.next_date
            assert calendar.includes(promised)
            assert decided(own, promised, regime, levels, calendar).items[0].level is not None
        if decision.level is None:
            continue
        climbed[decision.level] = today
        own = replace(
            own,
            sent=(*own.sent, (decision.level, levels[decision.level].delay_days)),
            last_notice_date=today,
            first_notice_date=own.first_notice_date or today,
        )
        if levels[decision.level].announces:
            until = charges.law_deadline(regime, today, by_post)
            own = replace(own, announced_on=today, announced_until=until)
    assert sorted(climbed) == list(range(len(levels)))
    charged = climbed[len(levels) - 1]
    assert charged > own.announced_until
    lawful = own.announced_until + timedelta(days=1)
    free = policy(*levels).due_date(
        replace(own, last_notice_date=climbed[len(levels) - 2]), len(levels) - 1
    )
    assert charged == calendar.next(max(lawful, free))


@given(
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 15)), min_size=1, max_size=6),
    st.integers(0, 20),
)
def test_an_agreed_rate_never_passes_the_cap(rows, percent):
    begin = date(2022, 1, 1)
    caps = [Rate(begin + timedelta(days=offset), cap) for offset, cap in dict(rows).items()]
    found = charges.agreed_rates(percent, caps)
    for offset in range(0, 1600, 13):
        day = begin + timedelta(days=offset)
        cap, own = (_on(rates, day) for rates in (caps, found))
        assert own == (None if cap is None else min(cap, percent))


def _on(rates, day):
    """The rate of a day, None when there is none."""
    holding = [
        rate for rate in rates if rate.start <= day and (rate.end is None or day <= rate.end)
    ]
    last = max(holding, key=lambda rate: rate.start, default=None)
    return None if last is None else Fraction(last.percent)
