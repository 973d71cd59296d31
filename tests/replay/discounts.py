"""Customers with early-payment discounts: what they buy, and how they pay it.

Each invoice is paid in one of the ways in which a discount can be taken, missed or taken wrongly.
"""

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from .ledger import Customer, Item, Match, Payment

WORD_DAYS = 3
"""Days before the last one on which customers are told."""

TOGETHER_DAYS = 7
"""What ends within so many days after the first is told of with it."""


class Term(NamedTuple):
    """Percent within some days, all of it due after some more; sliding: falling until then."""

    name: str
    percent: int
    days: int
    net: int
    sliding: bool = False
    told: bool = True


TERMS = {
    term.name: term
    for term in (
        Term("2/10 net 30", 2, 10, 30),
        Term("3/5 net 14", 3, 5, 14),
        Term("sliding", 3, 29, 30, sliding=True),
        Term("silent", 2, 10, 30, told=False),
    )
}


class Discounted(NamedTuple):
    """An invoice with a discount is posted; ``amount`` in cents, whole hundreds."""

    key: str
    customer: str
    date: date
    amount: int
    term: str

    @property
    def due(self):
        return self.date + timedelta(days=TERMS[self.term].net)

    @property
    def last_day(self):
        return self.date + timedelta(days=TERMS[self.term].days)

    @property
    def instalments(self):
        return ((self.due, self.amount),)

    @property
    def most(self):
        """The discount to be had at most."""
        return self.amount * TERMS[self.term].percent // 100

    def on(self, day):
        """The discount of a day."""
        if day > self.last_day:
            return 0
        if not TERMS[self.term].sliding:
            return self.most
        net = TERMS[self.term].net
        left = min(net, (self.due - day).days)
        return (2 * self.most * left + net) // (2 * net)


class Decide(NamedTuple):
    """What was wrongly kept back of an invoice is granted, or claimed."""

    document: str
    granted: bool


WAYS = ("in time", "in time", "late", "late", "too much", "in parts", "in full", "never", "ahead")


def discounts(seed, days):
    """The customers, and what happens to them: dict of day to list of events.

    :param days: the days lived through
    """
    rng = random.Random(seed)
    customers = [
        Customer(f"D{number:02}", None, invoice_contact=number % 4 == 0, foreign=False)
        for number in range(len(days) // 10 + 5)
    ]
    events = defaultdict(list)
    number = 0
    for customer in customers:
        for day in days:
            if day.weekday() in (0, 3) and rng.random() < 1 / 5:
                number += 1
                invoice = Discounted(
                    f"DIS{number:05}",
                    customer.key,
                    day,
                    100 * rng.randint(20, 5_000),
                    rng.choice(sorted(TERMS)),
                )
                events[day].append(invoice)
                _pay(rng, events, invoice)
    return customers, events


def _pay(rng, events, invoice):
    """Plan how an invoice is paid, and what is decided of it then."""
    item = Item(invoice.key)
    length = (invoice.last_day - invoice.date).days

    def pay(day, cents, part=""):
        events[day].append(
            Payment(f"PAY{part}-{invoice.key}", invoice.customer, ((item, cents),), 0)
        )

    day = invoice.date + timedelta(days=rng.choice([1, 2, length - 1, length]))
    decided = None
    match rng.choice(WAYS):
        case "in time":
            pay(day, invoice.amount - invoice.on(day))
        case "late":
            day = invoice.last_day + timedelta(days=rng.randint(1, 9))
            pay(day, invoice.amount - invoice.most)
            decided = day
        case "too much":
            pay(day, invoice.amount - invoice.most * 3 // 2)
            decided = day
        case "in parts":
            half = invoice.amount // 2
            pay(invoice.date + timedelta(days=1), half, "1")
            day = max(day, invoice.date + timedelta(days=2))
            pay(day, invoice.amount - half - invoice.on(day), "2")
            decided = day
        case "in full":
            pay(invoice.date + timedelta(days=rng.randint(1, 60)), invoice.amount)
        case "ahead":
            # The money is there, and is allocated days later.
            key = f"PAY-{invoice.key}"
            cents = invoice.amount - invoice.on(day)
            events[day].append(Payment(key, invoice.customer, (), cents))
            events[day + timedelta(days=rng.randint(1, 12))].append(Match(key, item, cents))
        case "never":
            return
    if decided and rng.random() < 0.7:
        granted = rng.random() < 0.5
        day = decided + timedelta(days=rng.randint(0, 12))
        events[day].append(Decide(invoice.key, granted))
