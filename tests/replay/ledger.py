"""The synthetic ledger: who owes what, and what happens on each day.

Plain data made from a seed; nothing here knows of Odoo or of dunning rules beyond
the policies' own settings. Amounts are whole cents of the company's currency.
"""

from datetime import date
from typing import NamedTuple

FIRST_DAY = date(2026, 3, 23)  # a Monday; Easter and Whitsun fall in the short window

HOLIDAYS = frozenset(
    {date(year, month, day) for year in (2026, 2027, 2028) for month, day in (
        (1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25),
    )}
    | {
        date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25),
        date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17),
        date(2028, 4, 17), date(2028, 5, 25), date(2028, 6, 5),
    }
)  # fmt: skip

FOREIGN_RATE = 2
"""Units of the foreign currency for one of the company's: conversions stay exact."""

INSTALMENT_DAYS = (10, 40)
"""Days after the invoice date on which the two halves of such an invoice are due."""

TOLERANCE_DAYS = 2
"""Working days after a promised day on which money is still in time."""

INVOICING_WEEKDAYS = (0, 3)
"""Documents are posted on Mondays and Thursdays."""


class Level(NamedTuple):
    """One step of a policy, as in the settings."""

    name: str
    delay: int
    interval: int
    minimum: int = 0
    approval: bool = False
    by_phone: bool = False


class Policy(NamedTuple):
    """A policy, as in the settings."""

    name: str
    minimum: int
    grace: int
    levels: tuple[Level, ...]


FRIENDLY = Policy(
    "friendly",
    minimum=2_500,
    grace=2,
    levels=(
        Level("soon due", -3, 0),
        Level("first", 3, 3),
        Level("second", 14, 12),
        Level("call", 21, 5, minimum=10_000, by_phone=True),
        Level("last", 30, 7, approval=True),
    ),
)
FIRM = Policy(
    "firm",
    minimum=0,
    grace=4,
    levels=(
        Level("firm first", 0, 0),
        Level("firm second", 14, 10, minimum=5_000),
        Level("firm last", 21, 8, approval=True),
    ),
)
POLICIES = {policy.name: policy for policy in (FRIENDLY, FIRM)}
DEFAULT_POLICY = FRIENDLY.name


class Customer(NamedTuple):
    """A customer; ``policy`` None means the company's default.

    With an ``invoice_contact`` every second document goes to a contact of its own.
    """

    key: str
    policy: str | None
    invoice_contact: bool
    foreign: bool


class Item(NamedTuple):
    """Names one open item: a document and the number of its instalment, from 0."""

    document: str
    instalment: int = 0


class Invoice(NamedTuple):
    """An invoice is posted; ``instalments`` are pairs of due date and cents."""

    key: str
    customer: str
    date: date
    instalments: tuple[tuple[date, int], ...]


class CreditNote(NamedTuple):
    """A credit note is posted and stays open."""

    key: str
    customer: str
    date: date
    amount: int


class Payment(NamedTuple):
    """Money arrives: some for given items, ``left`` stays unallocated."""

    key: str
    customer: str
    matches: tuple[tuple[Item, int], ...]
    left: int


class Match(NamedTuple):
    """An open credit (credit note or payment left) is allocated to an item."""

    credit: str
    item: Item
    amount: int


class InProcess(NamedTuple):
    """A payment for all of an invoice is registered, not yet seen at the bank."""

    document: str


class Rejected(NamedTuple):
    """The registered payment of an invoice came to nothing."""

    document: str


class Exclude(NamedTuple):
    """A document is excluded from follow-up, or taken back in."""

    document: str
    excluded: bool


class Hold(NamedTuple):
    """A customer is put on hold up to a day, or (None) released."""

    customer: str
    until: date | None


class Archive(NamedTuple):
    """A customer is archived, or restored."""

    customer: str
    archived: bool


class ChoosePolicy(NamedTuple):
    """A customer gets a policy."""

    customer: str
    policy: str


class Promise(NamedTuple):
    """A customer promises to pay ``parts`` of items; ``instalments`` are pairs of day and cents.

    When an instalment is missing all falls due, unless it ``goes_on``.
    """

    customer: str
    parts: tuple[tuple[Item, int], ...]
    instalments: tuple[tuple[date, int], ...]
    goes_on: bool = False


class Dispute(NamedTuple):
    """A customer disputes so many cents of an invoice that is in no dispute."""

    customer: str
    document: str
    amount: int


class Settled(NamedTuple):
    """The dispute of an invoice is ``rejected`` or ``withdrawn``, if it still runs."""

    document: str
    outcome: str


class Ledger(NamedTuple):
    """All that happens.

    :param days: the days lived through, in order
    :param events: what happens in the daytime of a day, in order
    :param missed: nights on which nothing ran
    """

    customers: tuple[Customer, ...]
    days: tuple[date, ...]
    events: dict[date, list]
    missed: frozenset[date]


def is_working_day(day):
    """Whether the company works on a day."""
    return day.weekday() < 5 and day not in HOLIDAYS
