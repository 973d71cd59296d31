"""How urgent a customer is: from 0, nothing to do, to 100.

A sum of parts, each with its own weight, so that a person can see where the points come
from. The worklist orders all customers in the database; what it computes there is held
equal to ``priority`` by a test.
"""

from dataclasses import dataclass

TOP = 100.0
"""The priority of a customer who answered, or whose promise was just broken."""

FULL_AGE_DAYS = 90
"""Days overdue from which the age counts in full."""

FULL_BROKEN_PROMISES = 3
"""Broken promises from which they count in full."""

BEHAVIOUR = {"good": 0.0, "normal": 0.5, "bad": 1.0}
"""The share of its points that a customer's degree of trust brings."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much.

    :param amount: points for an overdue amount of ``large_amount`` or more
    :param age: points for ``FULL_AGE_DAYS`` or more overdue
    :param behaviour: points for a debtor that is not trusted
    :param promises: points for ``FULL_BROKEN_PROMISES`` or more broken promises
    :param large_amount: an amount that counts in full, in the company's currency
    :param small_amount: below it the amount is a rest that is hardly worth a call: all
        points are quartered
    """

    amount: int = 40
    age: int = 30
    behaviour: int = 15
    promises: int = 15
    large_amount: float = 10000.0
    small_amount: float = 25.0

    @property
    def total(self) -> int:
        """All points that can be had."""
        return self.amount + self.age + self.behaviour + self.promises


@dataclass(frozen=True, slots=True)
class Priority:
    """Points by part, and their sum on a scale of 0 to 100.

    :param parts: dict of part to (points, most points)
    :param is_rest: the points were quartered, what is owed is a small rest
    :param is_lifted: the customer answered or broke a promise, and nobody has looked into it
        since: before all others
    """

    value: float
    parts: dict[str, tuple[float, int]]
    is_rest: bool = False
    is_lifted: bool = False


SMALL_REST_FACTOR = 0.25


def priority(
    overdue: float,
    days_overdue: int,
    trust: str = "normal",
    broken_promises: int = 0,
    weights: Weights = Weights(),
    is_lifted: bool = False,
) -> Priority:
    """How urgent a customer is.

    :param overdue: net overdue amount in the company's currency, 0 or more
    :param days_overdue: days past the oldest due date, 0 when nothing is overdue
    :param trust: good, normal or bad; anything else is normal
    :param broken_promises: number of payment promises that were broken
    :param is_lifted: one of them was broken just now and nobody has called since, or an answer
        waits to be read
    """
    if overdue <= 0:
        return Priority(TOP if is_lifted else 0.0, {}, is_lifted=is_lifted)
    parts = {
        "amount": (_share(overdue, weights.large_amount) * weights.amount, weights.amount),
        "age": (_share(days_overdue, FULL_AGE_DAYS) * weights.age, weights.age),
        "behaviour": (BEHAVIOUR.get(trust, 0.5) * weights.behaviour, weights.behaviour),
        "promises": (
            _share(broken_promises, FULL_BROKEN_PROMISES) * weights.promises,
            weights.promises,
        ),
    }
    is_rest = overdue < weights.small_amount
    factor = SMALL_REST_FACTOR if is_rest else 1.0
    points = sum(points for points, _most in parts.values())
    value = points * factor * 100 / weights.total if weights.total else 0.0
    return Priority(TOP if is_lifted else value, parts, is_rest, is_lifted)


def _share(value: float, full: float) -> float:
    """``value`` as a share of what counts in full, from 0 to 1."""
    if full <= 0:
        return 1.0
    return min(1.0, max(0.0, value / full))
