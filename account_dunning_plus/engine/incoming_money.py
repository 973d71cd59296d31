"""Whose is the money on the bank that nobody has matched yet?

A receipt tells of its sender in several ways: the partner that an import found, the account
from which it came, what was written with it, a name, an amount. ``whose`` says which customers
it plausibly is from. *Certain* is what reminders wait for: a wrong reminder to somebody who has
paid costs more than one that waits until a person has looked. An amount alone, or a name alone,
is only a hint: too many people owe the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

MONEY_DAYS = 90
"""Receipts older than this are no longer looked at: whoever leaves money unmatched for a quarter
does not match it in Odoo."""

_MOST_PARTS = 9
"""A creditor reference (ISO 11649) of 25 characters is printed in seven groups; two to spare."""

_SHORTEST = 5
"""Characters that a reference has at least, four of them digits: "Invoice 12" is not one."""

_MOST_CUSTOMERS = 3
"""What more customers' invoices have in common, such as the name of a campaign, tells nothing."""

_STRUCTURED = 10
"""From so many digits on a number alone is no date, postcode or customer number."""

_LEGAL_FORMS = re.compile(
    r"\b(?:ab|ag|as|asbl|bv|bvba|cie|co|commv|company|corp|cv|cvba|ek|ev|gcv|gmbh|inc|kg|limited"
    r"|llc|llp|ltd|nv|oy|plc|sa|sarl|sas|sasu|sca|scrl|se|snc|spa|sprl|srl|ug|vof|vzw)\b"
)


class Evidence(str, Enum):
    """How a receipt tells whose it is, the strongest first."""

    REFERENCE = "reference"
    """It states the reference or number of something open."""
    PARTNER = "partner"
    """The bank line names the customer."""
    ACCOUNT = "account"
    """It came from the customer's bank account."""
    NAME = "name"
    """It came from somebody of the customer's name."""
    AMOUNT = "amount"
    """It is of an amount that one customer alone owes."""


_ORDER = tuple(Evidence)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in and is not matched.

    :param amount: what is left to be matched, minor units of its currency, > 0
    :param text: what was written with it: reference, message, label
    :param name: the sender's name as the bank has it
    :param partner_id: the customer that the bank line names, None when it names none
    :param owners: customers who have the account from which it came
    """

    id: int
    amount: int
    currency_id: int
    text: str = ""
    name: str = ""
    partner_id: int | None = None
    owners: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """Something open of a customer.

    :param references: what a payment of it may state, as ``reference_key`` writes it
    :param amount: what is open, minor units of its currency, > 0
    :param name: the customer's name, as ``name_key`` writes it
    :param overdue: it is past its due date
    """

    id: int
    partner_id: int
    amount: int
    currency_id: int
    references: tuple[str, ...] = ()
    name: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """A customer from whom a receipt plausibly is.

    :param certain: enough to keep reminders back; else it is only shown
    :param item_id: the item that it names or pays exactly, None when it is not one
    """

    receipt_id: int
    partner_id: int
    evidence: Evidence
    certain: bool
    item_id: int | None = None


class Ledger:
    """What is open, found by what a receipt may tell of it: many receipts ask."""

    def __init__(self, owed: Iterable[Owed]):
        self.accounts: dict[int, list[Owed]] = {}
        self.by_reference: dict[str, list[Owed]] = {}
        self.by_name: dict[str, set[int]] = {}
        self.by_amount: dict[tuple[int, int], list[Owed]] = {}
        for item in owed:
            self.accounts.setdefault(item.partner_id, []).append(item)
            self.by_amount.setdefault((item.currency_id, item.amount), []).append(item)
            for key in item.references:
                self.by_reference.setdefault(key, []).append(item)
            if item.name:
                self.by_name.setdefault(item.name, set()).add(item.partner_id)


def reference_key(text: str | None) -> str:
    """A reference without what people and banks put between its characters."""
    return "".join(_parts(text))


def reference_keys(text: str | None) -> frozenset[str]:
    """All that may be a reference in what was written: neighbouring groups put together.

    "+++090/9337/55493+++", "090 9337 55493" and "090933755493" give the same one. Parts of a
    longer number do not count: of "INV/2026/00012" neither "INV/2026/0001" nor "00012" alone.
    """
    parts = _parts(text)
    found = set()
    for start in range(len(parts)):
        key = ""
        for part in parts[start : start + _MOST_PARTS]:
            key += part
            if is_reference(key):
                found.add(key)
    return frozenset(found)


def is_reference(key: str) -> bool:
    """Whether it is long enough to mean one invoice."""
    return len(key) >= _SHORTEST and sum(char.isdigit() for char in key) >= 4


def name_key(name: str | None) -> str:
    """A name as it may be compared: no accents, legal forms, punctuation or order of words."""
    plain = unicodedata.normalize("NFKD", name or "").casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    # "B.V." is "bv", "Jan-Piet" two words.
    return " ".join(sorted(re.findall(r"\w+", _LEGAL_FORMS.sub(" ", plain.replace(".", "")))))


def whose(receipt: Receipt, ledger: Ledger) -> list[Guess]:
    """From whom a receipt plausibly is, one guess a customer, the best first.

    Several may be certain: money of a parent company with its daughter's reference keeps the
    reminders of both back until somebody has looked. Where anything is certain, hints are not
    given.

    :param ledger: what is open of all who may be meant
    """
    guesses: dict[int, Guess] = {}
    for guess in (
        *_by_reference(receipt, ledger),
        *_by_sender(receipt, ledger),
        *_by_name(receipt, ledger),
    ):
        known = guesses.get(guess.partner_id)
        if known is None or (guess.certain and not known.certain):
            guesses[guess.partner_id] = guess
    if not guesses:
        guesses = {own.partner_id: own for own in _by_amount(receipt, ledger)}
    certain = [own for own in guesses.values() if own.certain]
    return sorted(
        certain or guesses.values(), key=lambda own: (_ORDER.index(own.evidence), own.partner_id)
    )


def _by_reference(receipt: Receipt, ledger: Ledger) -> Iterator[Guess]:
    """Whose reference it states; of one customer the item of its amount first, then the oldest."""
    named: dict[Owed, bool] = {}
    for key in reference_keys(receipt.text):
        items = ledger.by_reference.get(key, ())
        customers = len({item.partner_id for item in items})
        if customers > _MOST_CUSTOMERS:
            continue
        # A short number without letters may as well be a date or a customer number; what
        # several customers' invoices state names none of them.
        doubtful = customers > 1 or (key.isdigit() and len(key) < _STRUCTURED)
        for item in items:
            named[item] = doubtful and named.get(item, True)
    for item in sorted(named, key=lambda item: (not _is_amount(receipt, item), item.id)):
        certain = (
            not named[item]
            or item.partner_id == receipt.partner_id
            or item.partner_id in receipt.owners
            or _is_amount(receipt, item)
        )
        yield Guess(receipt.id, item.partner_id, Evidence.REFERENCE, certain, item.id)


def _by_sender(receipt: Receipt, ledger: Ledger) -> Iterator[Guess]:
    """Whom the bank line names, and who has the account; of several those whom it fits."""
    accounts = ledger.accounts
    if receipt.partner_id in accounts:
        yield _guess(receipt, receipt.partner_id, Evidence.PARTNER, True, ledger)
    owners = [partner_id for partner_id in receipt.owners if partner_id in accounts]
    fitting = [partner_id for partner_id in owners if _fits(receipt, accounts[partner_id])]
    for partner_id in fitting or owners:
        yield _guess(receipt, partner_id, Evidence.ACCOUNT, True, ledger)


def _by_name(receipt: Receipt, ledger: Ledger) -> Iterator[Guess]:
    """Who is called like the sender; sure of it only with an amount that is owed."""
    if not receipt.name:
        return
    for partner_id in ledger.by_name.get(name_key(receipt.name), ()):
        fits = _fits(receipt, ledger.accounts[partner_id])
        yield _guess(receipt, partner_id, Evidence.NAME, fits, ledger)


def _by_amount(receipt: Receipt, ledger: Ledger) -> Iterator[Guess]:
    """Who alone owes exactly that."""
    exact = ledger.by_amount.get((receipt.currency_id, receipt.amount), ())
    if len(exact) == 1:
        yield Guess(receipt.id, exact[0].partner_id, Evidence.AMOUNT, False, exact[0].id)


def _guess(
    receipt: Receipt, partner_id: int, evidence: Evidence, certain: bool, ledger: Ledger
) -> Guess:
    """A guess with the customer's oldest item of exactly the amount."""
    exact = [item.id for item in ledger.accounts[partner_id] if _is_amount(receipt, item)]
    return Guess(receipt.id, partner_id, evidence, certain, min(exact, default=None))


def _parts(text: str | None) -> list[str]:
    return re.findall(r"[A-Z0-9]+", (text or "").upper())


def _is_amount(receipt: Receipt, item: Owed) -> bool:
    return item.currency_id == receipt.currency_id and item.amount == receipt.amount


def _fits(receipt: Receipt, items: Sequence[Owed]) -> bool:
    """Whether it pays one item of a customer, all that is overdue, or all that is open."""
    own = [item for item in items if item.currency_id == receipt.currency_id]
    return receipt.amount in {
        *(item.amount for item in own),
        sum(item.amount for item in own),
        sum(item.amount for item in own if item.overdue),
    }
