"""An independent, deliberately naive reading of the dunning rules.

It keeps its own book of what is open and walks over every item every night. It
shares no code with the add-on: where the two disagree, one of them is wrong.
"""

from datetime import timedelta
from typing import NamedTuple

from .ledger import (
    DEFAULT_POLICY,
    POLICIES,
    TOLERANCE_DAYS,
    Archive,
    ChoosePolicy,
    CreditNote,
    Dispute,
    Exclude,
    Hold,
    InProcess,
    Invoice,
    Item,
    Match,
    Payment,
    Promise,
    Rejected,
    Settled,
    is_working_day,
)


class SentLine(NamedTuple):
    """One item that a customer was reminded of; ``amount`` in cents."""

    day: object
    customer: str
    document: str
    instalment: int
    level: str
    amount: int


class SentNotice(NamedTuple):
    """One message to a customer; ``claim`` in cents, ``level`` its highest."""

    day: object
    customer: str
    level: str
    claim: int


class Promised:
    """A promise, and the money that reached its items since: (day, item, cents).

    It is known as it was on the day of the last night or payment, ``judged``.
    """

    def __init__(self, event, today):
        self.parts = dict(event.parts)
        self.instalments = event.instalments
        self.goes_on = event.goes_on
        self.money = []
        self.judged = today

    def counted(self):
        """(day, item, cents) as far as it was promised of each item, in the order of days."""
        left = dict(self.parts)
        for day, item, cents in sorted(self.money, key=lambda row: row[0]):
            yield day, item, min(cents, left[item])
            left[item] -= min(cents, left[item])

    def is_broken(self):
        """Whether by the last day of an instalment less had come than was promised until then."""
        promised = 0
        for day, cents in self.instalments:
            promised += cents
            last = last_day_in_time(day)
            came = sum(paid for when, _item, paid in self.counted() if when <= last)
            if self.judged > last and came < promised:
                return True
        return False

    def kept_back(self, due):
        """Cents of each item that are still promised; of the last due most."""
        left = dict(self.parts)
        for _day, item, cents in self.counted():
            left[item] -= cents
        if not self.is_broken():
            return left
        return self.of_the_last_due(left, due) if self.goes_on else {}

    def of_the_last_due(self, left, due):
        """With an instalment missing, what those promise whose day is not over goes on."""
        money = sum(cents for _day, _item, cents in self.counted())
        promised = 0
        for day, cents in self.instalments:
            paid = min(money, cents)
            money -= paid
            if self.judged <= last_day_in_time(day):
                promised += cents - paid
        kept = {}
        for item in sorted(left, key=due.get, reverse=True):
            kept[item] = min(left[item], promised)
            promised -= kept[item]
        return kept


def last_day_in_time(day):
    """The promised day, or the working day after it, and two working days more."""
    to_go = TOLERANCE_DAYS
    while to_go or not is_working_day(day):
        if is_working_day(day):
            to_go -= 1
        day += timedelta(days=1)
    return day


class Oracle:
    """What must have gone out, night by night."""

    def __init__(self, ledger):
        self.policy = {one.key: one.policy or DEFAULT_POLICY for one in ledger.customers}
        self.hold_until = {}
        self.archived = set()
        self.excluded = set()
        self.in_process = set()
        self.items = {one.key: [] for one in ledger.customers}
        self.due = {}  # item -> date
        self.open = {}  # item -> cents
        self.credit = {one.key: {} for one in ledger.customers}  # document -> cents
        self.creditor = {}  # credit note or payment -> customer
        self.reminded = {}  # item -> list of (policy name, level name, delay days)
        self.last = {}  # item -> date of the last reminder
        self.waiting = {}  # customer -> {item: level}, to be approved
        self.lines = []
        self.notices = []
        self.posted = {}  # document -> date
        self.promises = {one.key: [] for one in ledger.customers}
        self.notes = set()  # credit notes
        self.disputed = {}  # document -> cents still in dispute

    # --- what happens by day

    def happen(self, event, day):
        """Book one event of a day."""
        self._book(event, day)
        self._switch(event)
        if isinstance(event, Promise):
            covered = event._replace(parts=self.covered(event))
            self.promises[event.customer].append(Promised(covered, day))
        elif isinstance(event, Dispute):
            self.disputed[event.document] = event.amount
        elif isinstance(event, Settled):
            self.disputed.pop(event.document, None)

    def _book(self, event, day):
        """What changes the amounts that are open."""
        match event:
            case Invoice(key, customer, posted, instalments):
                self.posted[key] = posted
                for number, (due, cents) in enumerate(instalments):
                    self.items[customer].append(Item(key, number))
                    self.due[Item(key, number)] = due
                    self.open[Item(key, number)] = cents
            case CreditNote(key, customer, posted, amount):
                self.creditor[key] = customer
                self.credit[customer][key] = amount
                self.posted[key] = posted
                self.notes.add(key)
            case Payment(key, customer, matches, left):
                for item, cents in matches:
                    self.open[item] -= cents
                    self.in_process.discard(item.document)
                    self._reach(customer, item, cents, day, day)
                self.posted[key] = day
                self.creditor[key] = customer
                self.credit[customer][key] = left
            case Match(credit, item, amount):
                self.credit[self.creditor[credit]][credit] -= amount
                self.open[item] -= amount
                if credit in self.notes and item.document in self.disputed:
                    self.disputed[item.document] = max(0, self.disputed[item.document] - amount)
                self._reach(self.creditor[credit], item, amount, self.posted[credit], day)

    def _reach(self, customer, item, cents, day, today):
        """Money of a day reaches an item: whoever promised it is given credit for it."""
        day = max(day, self.posted[item.document])
        for promised in self.promises[customer]:
            if item in promised.parts:
                promised.money.append((day, item, cents))
                promised.judged = today

    def _switch(self, event):
        """What changes whether and how a document or customer is chased."""
        match event:
            case InProcess(document):
                self.in_process.add(document)
            case Rejected(document):
                self.in_process.discard(document)
            case Exclude(document, excluded):
                (self.excluded.add if excluded else self.excluded.discard)(document)
            case Hold(customer, until):
                self.hold_until[customer] = until
            case Archive(customer, archived):
                (self.archived.add if archived else self.archived.discard)(customer)
            case ChoosePolicy(customer, policy):
                self.policy[customer] = policy

    # --- what goes out

    def night(self, day):
        """The nightly run: nothing on a day off; what needs approval waits."""
        if not is_working_day(day):
            return
        for customer in self.policy:
            for promised in self.promises[customer]:
                promised.judged = day
            due = self.due_for(customer, day)
            self.waiting.pop(customer, None)
            if any(level.approval for level in due.values()):
                self.waiting[customer] = due
            elif due:
                self.send(customer, due, day)

    def approve(self, day):
        """A person approves all that waits; what is no longer due is left out."""
        for customer, prepared in self.waiting.items():
            still_due = self.due_for(customer, day)
            kept = {item: level for item, level in prepared.items() if still_due.get(item) == level}
            if kept:
                self.send(customer, kept, day)
        self.waiting = {}

    def send(self, customer, due, day):
        """Write down one message to a customer."""
        for item, level in due.items():
            self.lines.append(
                SentLine(
                    day,
                    customer,
                    item.document,
                    item.instalment,
                    level.name,
                    self.asked(customer, item),
                )
            )
            self.reminded.setdefault(item, []).append(
                (self.policy[customer], level.name, level.delay)
            )
            self.last[item] = day
        claim = max(0, self.claim(customer, due, day))
        levels = POLICIES[self.policy[customer]].levels
        highest = max(due.values(), key=levels.index)
        self.notices.append(SentNotice(day, customer, highest.name, claim))

    def due_for(self, customer, day):
        """The items of which a customer is to be reminded, with the level of each."""
        if customer in self.archived:
            return {}
        held = self.hold_until.get(customer)
        if held and day <= held:
            return {}
        policy = POLICIES[self.policy[customer]]
        due = {}
        for item in self.live(customer):
            level = self.next_level(item, policy)
            if level and self.first_day(item, level, policy) <= day:
                due[item] = level
        credits = self.credits(customer)
        overdue = self.overdue(customer, day)
        announced = sum(self.asked(customer, item) for item in due if self.due[item] >= day)
        if 0 < (overdue or announced) <= credits:
            return {}
        kept = {}
        for item, level in due.items():
            net = overdue - credits
            if self.due[item] >= day:
                net += announced
            if net >= policy.minimum and net >= level.minimum:
                kept[item] = level
        return kept if self.claim(customer, kept, day) > 0 else {}

    def overdue(self, customer, day):
        """All that a customer owes past its due date."""
        return sum(
            self.asked(customer, item) for item in self.live(customer) if self.due[item] < day
        )

    def claim(self, customer, due, day):
        """What a message about these items asks for.

        All that is overdue less the credits; what is not yet due is asked for only in a
        message without an overdue item of its own.
        """
        claim = self.overdue(customer, day) - self.credits(customer)
        if not any(self.due[item] < day for item in due):
            claim += sum(self.asked(customer, item) for item in due)
        return claim

    def asked(self, customer, item):
        """What is open of an item, and neither promised nor in dispute."""
        free = self.unpromised(customer, item)
        disputed = self.disputed.get(item.document, 0)
        if disputed:
            # Of an invoice in two halves the one due last is disputed first.
            for later in self.items[customer]:
                if later.document == item.document and later.instalment > item.instalment:
                    disputed -= min(disputed, self.unpromised(customer, later))
        return free - min(disputed, free)

    def covered(self, event):
        """What of its items a promise covers: oldest due first, and what is in dispute last."""
        left = sum(cents for _item, cents in event.parts)
        items = sorted((item for item, _cents in event.parts), key=self.due.get)
        cover = dict.fromkeys(items, 0)
        for room in (lambda item: self.asked(event.customer, item), self.open.get):
            for item in items:
                more = min(left, max(0, room(item) - cover[item]))
                cover[item] += more
                left -= more
        return tuple((item, cents) for item, cents in cover.items() if cents)

    def unpromised(self, customer, item):
        """What is open of an item and not promised."""
        kept_back = sum(own.kept_back(self.due).get(item, 0) for own in self.promises[customer])
        return self.open[item] - min(kept_back, self.open[item])

    def live(self, customer):
        """The customer's items of which something is open, and neither promised nor being paid."""
        return [
            item
            for item in self.items[customer]
            if self.open[item] > 0
            and self.asked(customer, item) > 0
            and item.document not in self.excluded
            and item.document not in self.in_process
        ]

    def credits(self, customer):
        """What the customer has open in credit notes and unallocated payments."""
        return sum(
            cents
            for document, cents in self.credit[customer].items()
            if document not in self.excluded
        )

    def next_level(self, item, policy):
        """The level after the highest that the item had, None after the last.

        A reminder under another policy counts as the levels here that come no later.
        """
        behind = 0
        for policy_name, level_name, delay in self.reminded.get(item, ()):
            if policy_name == policy.name:
                names = [level.name for level in policy.levels]
                behind = max(behind, names.index(level_name) + 1)
            else:
                behind = max(behind, len([one for one in policy.levels if one.delay <= delay]))
        return policy.levels[behind] if behind < len(policy.levels) else None

    def first_day(self, item, level, policy):
        """The first day on which the item may get a level."""
        day = self.due[item] + timedelta(days=level.delay)
        if level.delay >= 0:
            day += timedelta(days=policy.grace)
        if item in self.last:
            day = max(day, self.last[item] + timedelta(days=level.interval))
        return day
