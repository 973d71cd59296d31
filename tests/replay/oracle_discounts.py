"""The naive reading of early-payment discounts: which words go out, and what each one became."""

from datetime import timedelta
from typing import NamedTuple

from .discounts import TERMS, TOGETHER_DAYS, WORD_DAYS, Decide, Discounted
from .ledger import Invoice, Item, Match, Payment, is_working_day
from .oracle import Oracle


class SentWord(NamedTuple):
    """An invoice of which a customer was told, with what to pay; cents."""

    day: object
    customer: str
    document: str
    amount: int


class Became(NamedTuple):
    """What a discount became, as it stands at the end; ``day`` is the invoice's."""

    day: object
    customer: str
    document: str
    outcome: str
    decision: str


class DiscountOracle(Oracle):
    """The oracle, of customers who have discounts as well."""

    def __init__(self, ledger):
        super().__init__(ledger)
        self.offers = {}  # document -> Discounted
        self.received = {}  # document -> list of (day, cents)
        self.outcome = {}  # document -> (outcome, decision)
        self.told = set()
        self.words = []

    def _book(self, event, day):
        match event:
            case Discounted():
                super()._book(
                    Invoice(event.key, event.customer, event.date, event.instalments), day
                )
                self.offers[event.key] = event
                self.received[event.key] = []
            case Decide(document, granted):
                outcome, decision = self.outcome.get(document, ("", ""))
                if outcome not in ("", "taken") and not decision:
                    self.outcome[document] = (outcome, "granted" if granted else "claimed")
                    if granted:
                        self.open[Item(document)] = 0
            case _:
                super()._book(event, day)
        match event:
            case Payment(matches=matches):
                for item, cents in matches:
                    self._receive(item.document, day, cents)
            case Match(credit, item, cents):
                self._receive(item.document, self.posted[credit], cents)

    def _receive(self, document, day, cents):
        offer = self.offers.get(document)
        if not offer:
            return
        self.received[document].append((day, cents))
        became = self._became(offer)
        if became:
            self.outcome[document] = (became, "")
            if became == "taken":
                self.open[Item(document)] = 0

    def _became(self, offer):
        """What the payments of an invoice made of its discount."""
        payments = self.received[offer.key]
        rest = offer.amount - sum(cents for _day, cents in payments)
        last = max(day for day, _cents in payments)
        if rest <= 0 or rest > 2 * offer.most:
            return None
        if rest <= offer.on(last):
            return "taken" if len(payments) == 1 else "parts"
        if rest > offer.most:
            return "excess"
        if not TERMS[offer.term].sliding and 2 * rest < offer.most:
            return None
        return "late" if last > offer.last_day else "excess"

    def live(self, customer):
        """Nobody is reminded of what is kept back as a discount until it is decided on."""
        return [
            item
            for item in super().live(customer)
            if item.document not in self.outcome or self.outcome[item.document][1]
        ]

    def night(self, day):
        """After the reminders the words."""
        super().night(day)
        if is_working_day(day):
            reminded = {notice.customer for notice in self.notices if notice.day == day}
            for customer in self.policy:
                self._tell(customer, day, customer in reminded)

    def _tell(self, customer, day, reminded):
        held = self.hold_until.get(customer)
        if customer in self.archived or (held and day <= held):
            return
        credits = self.credits(customer)
        ending = []
        offers = [own for own in self.offers.values() if own.customer == customer]
        for offer in sorted(offers, key=lambda own: own.last_day):
            if (
                offer.last_day < day
                or self.open[Item(offer.key)] != offer.amount
                or not TERMS[offer.term].told
                or offer.key in self.excluded
            ):
                continue
            to_pay = offer.amount - offer.on(day)
            if to_pay <= credits:
                credits -= to_pay
            elif offer.key not in self.told:
                ending.append(offer)
        if not ending or self._word_day(ending[0].last_day) > day:
            return
        following = day + timedelta(days=1)
        while not is_working_day(following):
            following += timedelta(days=1)
        if reminded and following <= ending[0].last_day:
            return
        for offer in ending:
            if offer.last_day <= ending[0].last_day + timedelta(days=TOGETHER_DAYS):
                self.told.add(offer.key)
                amount = offer.amount - offer.on(day)
                self.words.append(SentWord(day, customer, offer.key, amount))

    def _word_day(self, last_day):
        """The last working day that is early enough."""
        day = last_day - timedelta(days=WORD_DAYS)
        while not is_working_day(day):
            day -= timedelta(days=1)
        return day

    def became(self):
        """What each discount became."""
        for document, (outcome, decision) in self.outcome.items():
            offer = self.offers[document]
            yield Became(offer.date, offer.customer, document, outcome, decision)
