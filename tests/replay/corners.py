"""Customers whose every step is written out, for cases that chance seldom brings.

Each lives through one case on the border of a rule; the days are those of the first
weeks of the window. Nobody else touches these customers.
"""

from collections import defaultdict
from datetime import date

from .author import Author
from .discounts import discounts
from .ledger import (
    FIRM,
    FIRST_DAY,
    FRIENDLY,
    Archive,
    ChoosePolicy,
    CreditNote,
    Customer,
    Dispute,
    Exclude,
    Hold,
    InProcess,
    Invoice,
    Item,
    Ledger,
    Match,
    Payment,
    Promise,
    Rejected,
    Settled,
)

LAST_DAY = date(2026, 4, 13)
"""No night up to here may be missed, or the cases would not be on the border."""


class Script:
    """What happens to the customers whose steps are written out."""

    def __init__(self):
        self.customers = []
        self.events = defaultdict(list)  # day -> events

    def customer(self, key, policy, invoice_contact=False, foreign=False):
        self.customers.append(Customer(key, policy.name, invoice_contact, foreign))
        return key

    def invoice(self, owner, number, due, amount, posted=FIRST_DAY):
        key = f"{owner}-{number}"
        self.events[posted].append(Invoice(key, owner, min(posted, due), ((due, amount),)))
        return key

    def pay(self, owner, document, amount, day):
        item = Item(document)
        self.events[day].append(Payment(f"PAY-{document}", owner, ((item, amount),), 0))


def corners():
    """The customers, and what happens to them: dict of day to list of events."""
    script = Script()
    reminded(script)
    promising(script)
    disputing(script)
    return script.customers, script.events


def reminded(script):
    """On the border of when and whether a reminder goes out."""
    customer, invoice, pay, events = script.customer, script.invoice, script.pay, script.events

    # The level's day, 27 March, is the last day of the hold.
    held = customer("X-HELD", FIRM)
    invoice(held, 1, date(2026, 3, 23), 20_000)
    events[FIRST_DAY].append(Hold(held, date(2026, 3, 27)))

    # Credits cover the debt to the cent; excluded ones do not.
    covered = customer("X-COVERED", FIRM)
    invoice(covered, 1, date(2026, 3, 23), 20_000)
    events[FIRST_DAY].append(CreditNote("X-COVERED-9", covered, FIRST_DAY, 20_000))
    events[date(2026, 4, 1)].append(Exclude("X-COVERED-9", True))

    # Exactly the minimum of the second level, and just below it.
    for key, amount in (("X-MINIMUM", 5_000), ("X-BELOW", 4_998)):
        invoice(customer(key, FIRM), 1, date(2026, 3, 23), amount)

    # The minimum of the policy, reached to the cent and missed by two.
    for key, amount in (("X-LEAST", FRIENDLY.minimum), ("X-LESS", FRIENDLY.minimum - 2)):
        invoice(customer(key, FRIENDLY), 1, date(2026, 3, 23), amount)

    # On 30 March one invoice gets a level, and another is due that very day.
    today = customer("X-TODAY", FRIENDLY)
    invoice(today, 1, date(2026, 3, 23), 20_000)
    invoice(today, 2, date(2026, 3, 30), 30_000)

    # On 30 March an invoice just below the minimum is due for a level; another is due today.
    almost = customer("X-ALMOST", FRIENDLY)
    invoice(almost, 1, date(2026, 3, 24), FRIENDLY.minimum - 2)
    invoice(almost, 2, date(2026, 3, 30), 2)

    # A small invoice goes out before it is due, carried by a larger one.
    carried = customer("X-CARRIED", FRIENDLY)
    invoice(carried, 1, date(2026, 3, 30), 1_000)
    invoice(carried, 2, date(2026, 3, 1), FRIENDLY.minimum)

    # Announced on the very day it is due, at the minimum to the cent.
    invoice(customer("X-LAST-DAY", FRIENDLY), 1, date(2026, 3, 24), FRIENDLY.minimum)

    # Credits cover what is overdue: what is not yet due is not announced either.
    settled = customer("X-EVEN", FRIENDLY)
    invoice(settled, 1, date(2026, 3, 1), 10_000)
    invoice(settled, 2, date(2026, 3, 27), 20_000)
    events[FIRST_DAY].append(CreditNote("X-EVEN-9", settled, FIRST_DAY, 10_000))

    # Invoices to two addresses of one customer, and in another currency: one message.
    for key, contact, foreign in (("X-CONTACT", True, False), ("X-DOLLAR", False, True)):
        divided = customer(key, FRIENDLY, contact, foreign)
        invoice(divided, 1, date(2026, 3, 1), 1_300)
        invoice(divided, 2, date(2026, 3, 1), 1_300)

    # Changes policy after a level whose days the other policy has too.
    for key, first, then in (("X-FIRMER", FRIENDLY, FIRM), ("X-SOFTER", FIRM, FRIENDLY)):
        changed = customer(key, first)
        invoice(changed, 1, date(2026, 3, 1), 20_000)
        events[date(2026, 4, 9)].append(ChoosePolicy(changed, then.name))

    # Waits for approval on 13 April, and is paid that morning: wholly, and by half.
    for key, unpaid in (("X-PAID", 0), ("X-HALF-PAID", 1)):
        waiting = customer(key, FIRM)
        pay(waiting, invoice(waiting, 1, date(2026, 2, 1), 20_000), 20_000, LAST_DAY)
        if unpaid:
            invoice(waiting, 2, date(2026, 2, 1), 30_000)

    # Paid by orders on their way to the bank: one comes to nothing, one arrives.
    ordered = customer("X-ORDERED", FIRM)
    rejected = invoice(ordered, 1, date(2026, 3, 1), 20_000)
    arriving = invoice(ordered, 2, date(2026, 3, 2), 30_000)
    events[FIRST_DAY] += [InProcess(rejected), InProcess(arriving)]
    events[date(2026, 4, 8)].append(Rejected(rejected))
    pay(ordered, arriving, 30_000, date(2026, 4, 9))

    # Archived, and back.
    archived = customer("X-ARCHIVED", FIRM)
    invoice(archived, 1, date(2026, 3, 1), 20_000)
    events[FIRST_DAY].append(Archive(archived, True))
    events[date(2026, 4, 1)].append(Archive(archived, False))


def promising(script):
    """On the border of what is promised, and of when it is too late."""
    customer, invoice, pay, events = script.customer, script.invoice, script.pay, script.events

    # Promised for Saturday 28 March: money of Wednesday 1 April is in time, and on Thursday
    # what is missing is asked for. One pays nothing, one all but a little, one all.
    for key, amount, paid in (
        ("X-BROKEN", 30_000, 0),
        ("X-ALL-BUT", 30_000, 29_998),
        ("X-KEPT", 40_000, 30_000),
    ):
        debtor = customer(key, FIRM)
        document = invoice(debtor, 1, date(2026, 3, 10), amount)
        events[FIRST_DAY].append(
            Promise(debtor, ((Item(document), 30_000),), ((date(2026, 3, 28), 30_000),))
        )
        if paid:
            pay(debtor, document, paid, date(2026, 4, 1))

    # Of a plan the first instalment is paid in time; the second is not, and all falls due.
    plan = customer("X-PLAN", FIRM)
    document = invoice(plan, 1, date(2026, 3, 10), 40_000)
    events[FIRST_DAY].append(
        Promise(
            plan,
            ((Item(document), 40_000),),
            tuple((date(2026, month, day), 10_000) for month, day in
                  ((3, 25), (4, 2), (4, 20), (5, 20))),
        )
    )  # fmt: skip
    pay(plan, document, 10_000, date(2026, 3, 25))

    # The same plan, but the rest goes on: only the missing instalment is asked for. Of a
    # second invoice, due later, that is what the rest still promises.
    onward = customer("X-ONWARD", FIRM)
    first = invoice(onward, 1, date(2026, 3, 10), 20_000)
    second = invoice(onward, 2, date(2026, 3, 12), 20_000)
    events[FIRST_DAY].append(
        Promise(
            onward,
            ((Item(first), 20_000), (Item(second), 20_000)),
            tuple((date(2026, month, day), 10_000) for month, day in
                  ((3, 25), (4, 2), (4, 20), (5, 20))),
            True,
        )
    )  # fmt: skip
    pay(onward, first, 10_000, date(2026, 3, 25))


def disputing(script):
    """On the border of what is in dispute, and of how that ends."""
    customer, invoice, events = script.customer, script.invoice, script.events

    # In dispute but for a little; rejected, withdrawn and credited on a Wednesday. One is
    # credited to the cent of what was disputed, one a cent pair short of it.
    for key, outcome in (("X-REJECTED", "rejected"), ("X-WITHDRAWN", "withdrawn")):
        debtor = customer(key, FIRM)
        document = invoice(debtor, 1, date(2026, 3, 10), 30_000)
        events[FIRST_DAY].append(Dispute(debtor, document, 24_998))
        events[date(2026, 4, 1)].append(Settled(document, outcome))
    for key, credited in (("X-CREDITED", 30_000), ("X-CREDITED-ALMOST", 29_998)):
        debtor = customer(key, FIRM)
        document = invoice(debtor, 1, date(2026, 3, 10), 40_000)
        events[FIRST_DAY].append(Dispute(debtor, document, 30_000))
        day = date(2026, 4, 1)
        events[day].append(CreditNote(f"{key}-9", debtor, day, credited))
        events[day].append(Match(f"{key}-9", Item(document), credited))

    # A promise for the rest of what is in dispute, and all of it.
    between = customer("X-BETWEEN", FIRM)
    document = invoice(between, 1, date(2026, 3, 10), 30_000)
    events[FIRST_DAY].append(Dispute(between, document, 20_000))
    events[FIRST_DAY].append(
        Promise(between, ((Item(document), 15_000),), ((date(2026, 3, 28), 15_000),))
    )


def generate(seed, days, customers):
    """An invented ledger of so many days and customers, with the corner cases in it.

    :rtype: Ledger
    """
    ledger = Author(seed, days, customers).write()
    scripted, scripted_events = corners()
    early, early_events = discounts(seed + 2, ledger.days)
    return Ledger(
        customers=(*ledger.customers, *scripted, *early),
        days=ledger.days,
        events={
            day: [*events, *scripted_events.get(day, ()), *early_events.get(day, ())]
            for day, events in ledger.events.items()
        },
        missed=frozenset(day for day in ledger.missed if day > LAST_DAY),
    )
