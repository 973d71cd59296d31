"""Invents a ledger: who buys what, who pays when, who promises and who disputes."""

import random
from collections import defaultdict
from datetime import date, timedelta

from .ledger import (
    FIRM,
    FIRST_DAY,
    FRIENDLY,
    INSTALMENT_DAYS,
    INVOICING_WEEKDAYS,
    POLICIES,
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


class Author:
    """Invents the ledger a day at a time, keeping the open amounts as it goes.

    The same seed gives the same ledger for so many days and customers.
    """

    def __init__(self, seed, days, customers):
        self.rng = rng = random.Random(seed)
        self.days = tuple(FIRST_DAY + timedelta(days=offset) for offset in range(days))
        self.customers = tuple(
            Customer(
                key=f"C{number:03}",
                policy=rng.choice([None, None, FIRM.name]),
                invoice_contact=rng.random() < 0.15,
                foreign=rng.random() < 0.1,
            )
            for number in range(customers)
        )
        self.habits = {
            customer.key: rng.choice(
                ["prompt", "late", "late", "in parts", "never", "never", "on account", "by file"]
            )
            for customer in self.customers
        }
        self.plans = defaultdict(list)  # day -> [(function, *arguments)]
        self.items = {customer.key: [] for customer in self.customers}
        self.open = {}  # Item -> cents
        self.whole = {}  # Item -> cents when it was posted
        self.credits = {}  # key -> cents
        self.owner = {}  # document -> customer key
        self.in_process = set()
        # Promises have a chance of their own, or they would change all else by being there.
        self.promise_rng = random.Random(seed + 1)
        # So have disputes, and what becomes of the rest of a plan.
        self.dispute_rng = random.Random(seed + 2)
        self.disputed_until = {}  # document -> the day until which it is in dispute at most
        self.due = {}  # Item -> date
        self.promised_until = {}  # Item -> the day until which it is promised at most
        self.number = 0
        self.today = None
        self.written = None

    def write(self):
        """The ledger of all days."""
        events = {}
        for day in self.days:
            self.today = day
            self.written = []
            for customer in self.customers:
                self._buy(customer)
            for plan, *arguments in self.plans.pop(self.today, ()):
                plan(*arguments)
            # In the evening: what is open and promised is what the day's money left.
            for customer in self.customers:
                if self.promise_rng.random() < 1 / 25:
                    self._promise(customer)
                if self.dispute_rng.random() < 1 / 40:
                    self._dispute(customer)
            events[day] = self.written
        missed = frozenset(day for day in self.days[1:] if self.rng.random() < 0.06)
        return Ledger(self.customers, self.days, events, missed)

    # --- documents

    def _buy(self, customer):
        """Invoices and credit notes of today; on the first day, those of the past."""
        rng = self.rng
        if self.today == self.days[0]:
            for _ in range(rng.choice([0, 1, 1, 2])):
                self._invoice(customer, self.today - timedelta(days=rng.randint(1, 120)))
            self._trouble(customer)
        elif self.today.weekday() in INVOICING_WEEKDAYS:
            if rng.random() < 1 / 9:
                self._invoice(customer, self.today)
            if rng.random() < 1 / 20:
                self._credit_note(customer)

    def _invoice(self, customer, day):
        rng = self.rng
        amount = 2 * rng.choice(
            [rng.randint(300, 2_000), FRIENDLY.minimum // 2, rng.randint(2_000, 150_000)]
        )
        if rng.random() < 0.15:
            dues = [(day + timedelta(days=offset), amount // 2) for offset in INSTALMENT_DAYS]
        else:
            dues = [(day + timedelta(days=rng.choice([0, 8, 14, 30, 30])), amount)]
        invoice = Invoice(self._key("INV"), customer.key, day, tuple(dues))
        self.written.append(invoice)
        self.owner[invoice.key] = customer.key
        for number, (due, cents) in enumerate(dues):
            item = Item(invoice.key, number)
            self.items[customer.key].append(item)
            self.due[item] = due
            self.open[item] = self.whole[item] = cents
        self._plan_payment(customer, invoice)
        if rng.random() < 0.08:
            start = rng.randint(0, 30)
            self._plan(start, self._exclude, invoice.key, True)
            if rng.random() < 0.6:
                self._plan(start + rng.randint(3, 25), self._exclude, invoice.key, False)

    def _credit_note(self, customer):
        rng = self.rng
        owed = sum(self.open[item] for item in self._open_items(customer.key))
        amount = 2 * rng.randint(500, 40_000)
        if owed and rng.random() < 0.4:
            amount = owed  # covers exactly
        note = CreditNote(self._key("CRN"), customer.key, self.today, amount)
        self.written.append(note)
        self.owner[note.key] = customer.key
        self.credits[note.key] = amount
        self._plan_allocation(note.key)
        if rng.random() < 0.15:
            self._plan(rng.randint(1, 10), self._exclude, note.key, True)

    def _exclude(self, document, excluded):
        self.written.append(Exclude(document, excluded))

    # --- money

    def _plan_payment(self, customer, invoice):
        rng = self.rng
        habit = self.habits[customer.key]
        for number, (due, cents) in enumerate(invoice.instalments):
            item = Item(invoice.key, number)
            until_due = max(0, (due - self.today).days)
            if habit == "prompt":
                self._plan(until_due + rng.randint(-6, 2), self._pay, [(item, cents)])
            elif habit == "late":
                self._plan(until_due + rng.randint(3, 50), self._pay, [(item, cents)])
            elif habit == "in parts":
                for _ in range(3):
                    part = rng.choice([cents // 4, cents // 2]) // 2 * 2
                    self._plan(until_due + rng.randint(0, 60), self._pay, [(item, part)])
        if habit == "on account":
            delay = rng.randint(10, 45)
            self._plan(delay, self._pay_several, customer.key, rng.choice([0, 0, 2_000, 20_000]))
        elif habit == "by file":
            delay = rng.randint(10, 50)
            self._plan(delay, self._start_payment, invoice.key)

    def _pay(self, matches):
        """A payment of what is still open of the given amounts."""
        matches = tuple(
            (item, min(cents, self.open[item]))
            for item, cents in matches
            if self.open[item] and cents and item.document not in self.in_process
        )
        if matches:
            self._receive(self.owner[matches[0][0].document], matches, 0)

    def _pay_several(self, customer, left):
        """One payment for some invoices, one of them in part, with something left over."""
        items = [
            item for item in self._open_items(customer) if item.document not in self.in_process
        ]
        self.rng.shuffle(items)
        matches = [(item, self.open[item]) for item in items[:2]]
        if len(items) > 2 and self.open[items[2]] > 2:
            matches.append((items[2], self.open[items[2]] // 4 * 2))
        if matches or left:
            self._receive(customer, tuple(pair for pair in matches if pair[1]), left)

    def _receive(self, customer, matches, left):
        payment = Payment(self._key("PAY"), customer, matches, left)
        self.written.append(payment)
        for item, cents in matches:
            self.open[item] -= cents
        if left:
            self.credits[payment.key] = left
            self.owner[payment.key] = customer
            self._plan_allocation(payment.key)

    def _plan_allocation(self, credit):
        if self.rng.random() < 0.6:
            self._plan(self.rng.randint(1, 30), self._allocate, credit)

    def _allocate(self, credit):
        items = [
            item
            for item in self._open_items(self.owner[credit])
            if item.document not in self.in_process
        ]
        if not items:
            return
        item = self.rng.choice(items)
        amount = min(self.credits[credit], self.open[item])
        if amount:
            self.written.append(Match(credit, item, amount))
            self.open[item] -= amount
            self.credits[credit] -= amount

    def _start_payment(self, document):
        """A payment order goes to the bank; it arrives, or is rejected, some days later."""
        items = self._of_document(document)
        if any(self.open[item] != self.whole[item] for item in items):
            return  # the order is for whole invoices only
        self.written.append(InProcess(document))
        self.in_process.add(document)
        outcome = self._reject if self.rng.random() < 0.5 else self._arrive
        self._plan(self.rng.randint(3, 12), outcome, document)

    def _reject(self, document):
        self.in_process.discard(document)
        self.written.append(Rejected(document))

    def _arrive(self, document):
        self.in_process.discard(document)
        self._pay([(item, self.open[item]) for item in self._of_document(document)])

    # --- promises

    def _promise(self, customer):
        """One or two items are promised, wholly or in part, at once or in two instalments.

        Some promises are kept, some in part or late, and some are not.
        """
        rng = self.promise_rng
        free = {
            self.due[item]: item
            for item in self._open_items(customer.key)
            if item.document not in self.in_process
            and self.open[item] > 8
            and self.promised_until.get(item, self.today) <= self.today
        }
        items = [item for _due, item in sorted(free.items())][: rng.choice([1, 1, 2])]
        if not items:
            return
        parts = [(item, self.open[item]) for item in items]
        if rng.random() < 0.4:
            # A part of all is one of what is due last.
            parts[-1] = (items[-1], self.open[items[-1]] // 4 * 2)
        total = sum(cents for _item, cents in parts)
        day = self.today + timedelta(days=rng.randint(1, 20))
        instalments = [(day, total)]
        if rng.random() < 0.3:
            half = total // 4 * 2
            instalments = [(day, half), (day + timedelta(days=rng.randint(5, 20)), total - half)]
        goes_on = len(instalments) > 1 and self.dispute_rng.random() < 0.5
        self.written.append(Promise(customer.key, tuple(parts), tuple(instalments), goes_on))
        for item, _cents in parts:
            # Long enough that a night has judged it.
            self.promised_until[item] = instalments[-1][0] + timedelta(days=20)
        share = rng.choice([0, 1, 2, 2])  # of two
        for when, _cents in instalments:
            paid = [(item, cents * share // len(instalments) // 4 * 2) for item, cents in parts]
            late = rng.choice([-4, -1, 0, 1, 2, 3, 6])
            self._plan((when - self.today).days + late, self._pay, paid)

    # --- disputes

    def _dispute(self, customer):
        """An invoice is disputed, wholly or in part; some disputes end, and in all ways."""
        rng = self.dispute_rng
        owed = defaultdict(int)
        for item in self._open_items(customer.key):
            owed[item.document] += self.open[item]
        documents = [
            document
            for document, cents in owed.items()
            if cents > 8
            and document not in self.in_process
            and self.disputed_until.get(document, self.today) <= self.today
        ]
        if not documents:
            return
        document = rng.choice(documents)
        amount = owed[document]
        if rng.random() < 0.6:
            amount = amount // 4 * 2
        self.written.append(Dispute(customer.key, document, amount))
        days = rng.randint(2, 30)
        outcome = rng.choice(["rejected", "withdrawn", "credited", "credited", "half", "never"])
        if outcome in ("rejected", "withdrawn", "credited"):
            self.disputed_until[document] = self.today + timedelta(days=days + 1)
        else:
            self.disputed_until[document] = date.max
        if outcome in ("rejected", "withdrawn"):
            self._plan(days, self._settle, document, outcome)
        elif outcome != "never":
            share = amount if outcome == "credited" else amount // 4 * 2
            self._plan(days, self._credit, document, share, outcome)

    def _settle(self, document, outcome):
        self.written.append(Settled(document, outcome))

    def _credit(self, document, amount, outcome):
        """What was disputed is credited; an invoice that is being paid is not."""
        items = [item for item in self._of_document(document) if self.open[item]]
        amount = min(amount, sum(self.open[item] for item in items))
        if document in self.in_process or not amount:
            self._settle(document, "withdrawn")
            return
        note = CreditNote(self._key("CRN"), self.owner[document], self.today, amount)
        self.written.append(note)
        self.owner[note.key] = note.customer
        for item in reversed(items):
            part = min(amount, self.open[item])
            if part:
                self.written.append(Match(note.key, item, part))
                self.open[item] -= part
                amount -= part
        if outcome == "credited":
            # When it had been paid in part, the rest is not disputed any more.
            self._settle(document, "withdrawn")

    # --- the customer as a whole

    def _trouble(self, customer):
        """Holds, archiving and changes of policy in the life of some customers."""
        rng = self.rng
        span = len(self.days)
        for _ in range(span // 35):
            kind = rng.random()
            start = rng.randint(1, span)
            if kind < 0.12:
                length = rng.randint(2, 25)
                self._plan(start, self._hold, customer.key, length)
                if rng.random() < 0.4:
                    self._plan(start + rng.randint(1, length), self._release, customer.key)
            elif kind < 0.17:
                self._plan(start, self._archive, customer.key, True)
                self._plan(start + rng.randint(5, 30), self._archive, customer.key, False)
            elif kind < 0.25:
                self._plan(start, self._choose, customer.key, rng.choice(sorted(POLICIES)))

    def _hold(self, customer, length):
        self.written.append(Hold(customer, self.today + timedelta(days=length)))

    def _release(self, customer):
        self.written.append(Hold(customer, None))

    def _archive(self, customer, archived):
        self.written.append(Archive(customer, archived))

    def _choose(self, customer, policy):
        self.written.append(ChoosePolicy(customer, policy))

    # --- helpers

    def _key(self, kind):
        self.number += 1
        return f"{kind}{self.number:05}"

    def _open_items(self, customer):
        return [item for item in self.items[customer] if self.open[item]]

    def _of_document(self, document):
        return [item for item in self.items[self.owner[document]] if item.document == document]

    def _plan(self, days, function, *arguments):
        """Call a function in so many days, tomorrow at the earliest."""
        day = self.today + timedelta(days=max(1, days))
        self.plans[day].append((function, *arguments))
