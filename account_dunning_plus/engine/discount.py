"""Early-payment discount: what is still to be had, and what became of it.

Amounts are integers in minor units of the invoice's currency. The accounting is Odoo's own;
here is decided which amount holds on which day, and what a payment made of the offer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction

MOST_TAKEN = 2
"""A rest of up to so many times the discount looks like a discount that was taken; a larger
one is an ordinary payment in parts."""

LEAST_TAKEN = Fraction(1, 2)
"""A rest of less than this part of a fixed discount is something else: bank charges, a slip."""

YEAR_DAYS = 365


class DiscountState(str, Enum):
    """How an invoice with an early-payment discount stands."""

    OPEN = "open"
    """The discount is still to be had."""
    CLOSING = "closing"
    """It is still to be had, for a few days only."""
    TAKEN = "taken"
    """The customer has paid in time, and the discount is booked."""
    MISSED = "missed"
    """Its last day is over, or the customer has paid without it."""
    LATE = "late"
    """The customer has taken a discount that was not, or not all, to be had."""


class Outcome(str, Enum):
    """What the payments of an invoice made of its discount."""

    TAKEN = "taken"
    """Rightly taken."""
    LATE = "late"
    """Taken after its last day."""
    EXCESS = "excess"
    """More than the discount was kept back."""
    PARTS = "parts"
    """Taken on a payment in parts, for which it does not hold."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The discount of one invoice.

    :param maximum: the discount that is to be had at most, minor units
    :param start: the invoice's day
    :param last_day: the last day on which there is a discount
    :param zero_on: of a sliding discount the day on which nothing of it is left (the due
        date); None when the discount is fixed
    :param step: a sliding discount is a multiple of so many minor units: with cash rounding
        what is left to pay can be paid in coins every day
    """

    maximum: int
    start: date
    last_day: date
    zero_on: date | None = None
    step: int = 1

    def on(self, day: date) -> int:
        """The discount for who pays on a day, minor units.

        A sliding discount falls by the same part each day, from the maximum on the invoice's
        day to nothing on its due date; halves of a step are rounded up.
        """
        if day > self.last_day:
            return 0
        if self.zero_on is None:
            return self.maximum
        days = (self.zero_on - self.start).days
        left = min(days, (self.zero_on - day).days)
        if days <= 0 or left <= 0:
            return 0
        steps = int(Fraction(self.maximum * left, days * self.step) + Fraction(1, 2))
        return min(self.maximum, steps * self.step)


@dataclass(frozen=True, slots=True)
class Grace:
    """How far a company is lenient; nothing by default.

    :param days: days by which a payment may come late
    :param amount: minor units that may be missing beside the discount
    """

    days: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that reached an invoice.

    :param day: the bank's day
    :param amount: minor units
    :param credit: it is a credit note, not money
    """

    day: date
    amount: int
    credit: bool = False


def granted(offer: Offer, grace: Grace, day: date) -> int:
    """The discount that is granted to a payment of a day, days of grace included."""
    return offer.on(max(min(day, offer.start), day - timedelta(days=grace.days)))


def outcome(offer: Offer, grace: Grace, total: int, payments: Sequence[Payment]) -> Outcome | None:
    """What payments made of a discount, before anything of it is booked.

    :param total: the invoice's amount, minor units
    :param payments: all that reached it
    :return: None when nothing looks like a discount: nothing paid, all of it, or so much less
        that it is a payment in parts; nor when a credit note is among them, as then the
        discount of what is left is not known
    """
    rest = total - sum(payment.amount for payment in payments)
    if rest <= 0 or not payments or any(payment.credit for payment in payments):
        return None
    last = max(payment.day for payment in payments)
    due = granted(offer, grace, last)
    if due and rest <= due + grace.amount:
        return Outcome.TAKEN if len(payments) == 1 else Outcome.PARTS
    if rest > MOST_TAKEN * offer.maximum + grace.amount:
        return None
    if rest > offer.maximum + grace.amount:
        return Outcome.EXCESS
    if offer.zero_on is None and rest < LEAST_TAKEN * offer.maximum:
        return None
    return Outcome.LATE if last > offer.last_day else Outcome.EXCESS


def state(
    offer: Offer, today: date, closing_days: int, outcome: Outcome | None, touched: bool
) -> DiscountState:
    """How an invoice stands.

    :param closing_days: days before the last one from which it is about to end
    :param outcome: what its payments made of the discount, as recorded
    :param touched: something was paid or credited on it, or it is settled
    """
    if outcome is Outcome.TAKEN:
        return DiscountState.TAKEN
    if outcome is not None:
        return DiscountState.LATE
    if touched or today > offer.last_day or not offer.on(today):
        return DiscountState.MISSED
    if (offer.last_day - today).days <= closing_days:
        return DiscountState.CLOSING
    return DiscountState.OPEN


def yearly_rate(percent: float, discount_days: int, net_days: int) -> float | None:
    """What a discount costs a year, percent: d/(100-d) x 365/(net days - discount days).

    2 % within 10 days, net 30: 2/98 x 365/20 = 37.2 %. The textbook formula of trade credit,
    without compounding.

    :return: None when the days it gains are not positive or it is 100 % or more
    """
    days = net_days - discount_days
    if days <= 0 or percent >= 100:
        return None
    return percent / (100 - percent) * YEAR_DAYS / days * 100
