"""Whose money it is that came in: examples, and what holds whatever is written with it."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from .engine_path import engine

money = engine.incoming_money
Evidence = money.Evidence

EUR, USD = 1, 2
BAKERY, BUTCHER = 7, 8


def owed(item_id=1, partner=BAKERY, amount=121_000, reference="INV/2026/00012", **facts):
    facts.setdefault("currency_id", EUR)
    references = facts.pop("references", (reference,))
    return money.Owed(
        item_id,
        partner,
        amount,
        references=tuple(money.reference_key(own) for own in references),
        **facts,
    )


def receipt(text="", amount=50_000, **facts):
    return money.Receipt(1, amount, facts.pop("currency_id", EUR), text, **facts)


def whose(own, items):
    return money.whose(own, money.Ledger(items))


def found(own, *items):
    """(customer, how, certain) of each guess."""
    return [(one.partner_id, one.evidence, one.certain) for one in whose(own, items)]


# --- Examples -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("+++090/9337/55493+++", "+++090/9337/55493+++"),
        ("+++090/9337/55493+++", "090933755493"),
        ("090933755493", "***090/9337/55493***"),
        ("RF18 5390 0754 7034", "Betaling RF18539007547034 dank u"),
        ("RF18539007547034", "rf18 5390 0754 7034"),
        ("INV/2026/00012", "Payment of invoice INV/2026/00012, thanks"),
        ("INV/2026/00012", "facture inv 2026 00012"),
        ("INV/2026/00012", "INV-2026-00012;INV-2026-00013"),
        ("9000 1234 5678 9012", "betalingskenmerk 9000123456789012"),
    ],
)
def test_a_reference_is_known_however_it_is_written(reference, text):
    [guess] = whose(receipt(text), [owed(reference=reference)])
    assert (guess.evidence, guess.certain, guess.item_id) == (Evidence.REFERENCE, True, 1)


@pytest.mark.parametrize(
    "text",
    ["", "thanks", "INV/2026/000123", "INV/2026/0001", "2026", "00012", "XINV/2026/00012"],
)
def test_a_part_of_a_number_is_not_the_number(text):
    assert whose(receipt(text), [owed()]) == []


def test_a_short_number_may_be_a_date():
    item = owed(reference="2026/1120")
    assert found(receipt("paid on 2026-11-20"), item) == [(BAKERY, Evidence.REFERENCE, False)]
    assert found(receipt("paid on 2026-11-20", 121_000), item)[0][2]
    assert found(receipt("paid on 2026-11-20", partner_id=BAKERY), item)[0][2]


def test_what_several_customers_have_in_common_names_none_of_them():
    items = [
        owed(number, partner=number, reference="SPRING-2026", amount=number * 100)
        for number in (1, 2, 3)
    ]
    assert [own[2] for own in found(receipt("spring 2026"), *items)] == [False] * 3
    assert found(receipt("spring 2026", 200), *items) == [(2, Evidence.REFERENCE, True)]
    fourth = owed(4, partner=4, reference="SPRING-2026")
    assert found(receipt("spring 2026"), *items, fourth) == []


def test_a_part_payment_names_the_invoice_all_the_same():
    assert found(receipt("INV/2026/00012", amount=1), owed())[0][2]


def test_the_partner_and_the_account_are_enough():
    assert found(receipt(partner_id=BAKERY), owed()) == [(BAKERY, Evidence.PARTNER, True)]
    assert found(receipt(owners=(BAKERY,)), owed()) == [(BAKERY, Evidence.ACCOUNT, True)]
    # Who owes nothing is not kept waiting for anything.
    assert found(receipt(partner_id=99, owners=(98,)), owed()) == []


def test_of_several_who_share_an_account_those_whom_the_amount_fits():
    items = (owed(), owed(2, BUTCHER, 50_000, "INV/2026/00013"))
    both = receipt(amount=3, owners=(BAKERY, BUTCHER))
    assert [own[0] for own in found(both, *items)] == [BAKERY, BUTCHER]
    assert found(replace(both, amount=50_000), *items) == [(BUTCHER, Evidence.ACCOUNT, True)]


def test_money_of_one_with_the_reference_of_another_keeps_both_waiting():
    items = (owed(), owed(2, BUTCHER, 50_000, "INV/2026/00013"))
    parent = receipt("INV/2026/00012", partner_id=BUTCHER)
    assert found(parent, *items) == [
        (BAKERY, Evidence.REFERENCE, True),
        (BUTCHER, Evidence.PARTNER, True),
    ]


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("BAKKERIJ PEETERS BVBA", "Bakkerij Peeters BV"),
        ("Müller GmbH & Co. KG", "Muller"),
        ("PEETERS JAN", "Jan Peeters"),
        ("S.A. Café Liège", "Café Liège"),
    ],
)
def test_a_name_counts_with_an_amount_that_is_owed(sender, name):
    key = money.name_key(name)
    item = owed(name=key, overdue=True)
    other = owed(2, amount=9_000, reference="INV/2026/00013", name=key, overdue=True)
    later = owed(3, amount=1_000, reference="INV/2026/00014", name=key)
    for amount in (121_000, 130_000, 131_000):
        own = receipt(amount=amount, name=sender)
        assert found(own, item, other, later) == [(BAKERY, Evidence.NAME, True)]
    assert found(receipt(amount=77, name=sender), item) == [(BAKERY, Evidence.NAME, False)]
    dollars = receipt(amount=121_000, name=sender, currency_id=USD)
    assert found(dollars, item) == [(BAKERY, Evidence.NAME, False)]


def test_an_amount_alone_is_only_a_hint_and_only_when_one_item_has_it():
    assert found(receipt(amount=121_000), owed()) == [(BAKERY, Evidence.AMOUNT, False)]
    assert found(receipt(amount=121_000), owed(), owed(2, BUTCHER)) == []
    assert found(receipt(amount=121_000, currency_id=USD), owed()) == []


# --- What always holds ----------------------------------------------------------------

PARTS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=6)
REFERENCES = st.lists(PARTS, min_size=1, max_size=6).map("/".join)
TEXTS = st.lists(st.text("ABC0123456789 /-+.,", max_size=20), max_size=4).map(" ".join)
ITEMS = st.lists(
    st.builds(
        money.Owed,
        id=st.integers(1, 10_000),
        partner_id=st.integers(1, 5),
        amount=st.integers(1, 30),
        currency_id=st.sampled_from([EUR, USD]),
        references=st.lists(st.text("ABC0123456789", min_size=1, max_size=8), max_size=2).map(
            tuple
        ),
        name=st.just(""),
        overdue=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda item: item.id,
)
RECEIPTS = st.builds(
    money.Receipt,
    id=st.just(1),
    amount=st.integers(1, 60),
    currency_id=st.sampled_from([EUR, USD]),
    text=TEXTS,
    name=st.just(""),
    partner_id=st.none() | st.integers(1, 7),
    owners=st.lists(st.integers(1, 7), max_size=3, unique=True).map(tuple),
)


@given(REFERENCES, st.data())
def test_no_separator_changes_a_reference(reference, data):
    """Wherever a bank breaks a reference up, it is the one that it was."""
    key = money.reference_key(reference)
    assume(money.is_reference(key))
    parts = reference.split("/")
    broken = "".join(
        part + data.draw(st.sampled_from(["", "/", " ", "-", "+++", " . "])) for part in parts
    )
    before, after = data.draw(TEXTS), data.draw(TEXTS)
    text = f"{before} ;; {broken} ;; {after}"
    assert key in money.reference_keys(text)


@given(TEXTS)
def test_only_what_is_long_enough_counts_as_a_reference(text):
    for key in money.reference_keys(text):
        assert money.is_reference(key)
        assert key in money.reference_key(text)


@given(RECEIPTS, ITEMS)
def test_one_guess_a_customer_and_only_who_owes(own, items):
    guesses = whose(own, items)
    partners = [guess.partner_id for guess in guesses]
    assert len(partners) == len(set(partners))
    of = {item.id: item.partner_id for item in items}
    for guess in guesses:
        assert guess.partner_id in of.values()
        assert guess.item_id is None or of[guess.item_id] == guess.partner_id
    assert len({guess.certain for guess in guesses}) <= 1


@given(RECEIPTS, ITEMS)
def test_nothing_is_certain_without_something_that_tells_of_the_customer(own, items):
    known = {own.partner_id, *own.owners}
    keys = money.reference_keys(own.text)
    for guess in whose(own, items):
        named = any(
            keys.intersection(item.references)
            for item in items
            if item.partner_id == guess.partner_id
        )
        assert not guess.certain or named or guess.partner_id in known


@given(RECEIPTS, ITEMS)
def test_who_surely_sent_it_is_never_left_out(own, items):
    owing = {item.partner_id for item in items}
    certain = {guess.partner_id for guess in whose(own, items) if guess.certain}
    if own.partner_id in owing:
        assert own.partner_id in certain
    if owing.intersection(own.owners):
        assert certain.intersection(own.owners)


@given(RECEIPTS, ITEMS, st.randoms(use_true_random=False))
def test_the_order_of_what_is_open_is_irrelevant(own, items, source):
    shuffled = list(items)
    source.shuffle(shuffled)
    assert whose(own, shuffled) == whose(own, items)


@given(RECEIPTS, ITEMS, ITEMS)
def test_what_others_owe_takes_no_certainty_away(own, items, others):
    """But where several share the account from which it came, or the reference."""
    assume(len(own.owners) < 2)
    stated = {key for item in items for key in item.references}
    others = [item for item in others if stated.isdisjoint(item.references)]
    before = {guess.partner_id for guess in whose(own, items) if guess.certain}
    taken = {item.partner_id for item in items}
    ids = {item.id for item in items}
    more = [item for item in others if item.partner_id not in taken and item.id not in ids]
    after = {guess.partner_id for guess in whose(own, [*items, *more]) if guess.certain}
    assert before <= after
