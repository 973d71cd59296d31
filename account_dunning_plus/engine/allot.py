"""What a payment that is too short for all of a debt is for.

Amounts are integers in minor units of one currency.
"""

from dataclasses import dataclass
from enum import Enum


class AllotmentOrder(str, Enum):
    """In which order a payment pays costs, interest and principal."""

    COSTS_FIRST = "costs"
    """Costs, interest, principal: Netherlands (Burgerlijk Wetboek 6:44), Belgium (Burgerlijk
    Wetboek 5.210, before 1254 of the old one), Germany (BGB §367)."""
    INTEREST_FIRST = "interest"
    """Interest, principal, costs: France (Code civil 1343-1), which names no costs."""
    OLDEST_FIRST = "oldest"
    """What is due first is paid first, whatever it is."""


_ORDERS = {
    AllotmentOrder.COSTS_FIRST: ("costs", "interest", "principal"),
    AllotmentOrder.INTEREST_FIRST: ("interest", "principal", "costs"),
    # Within what is due on one day nothing else tells them apart: the debt itself first, as
    # costs and interest fall due after it.
    AllotmentOrder.OLDEST_FIRST: ("principal", "interest", "costs"),
}

COUNTRY_ORDERS = {
    "NL": AllotmentOrder.COSTS_FIRST,
    "BE": AllotmentOrder.COSTS_FIRST,
    "DE": AllotmentOrder.COSTS_FIRST,
    "FR": AllotmentOrder.INTEREST_FIRST,
}
"""The rule of a country's law for what the parties have not agreed on. Elsewhere: as Odoo does,
what is due first."""


@dataclass(frozen=True, slots=True)
class Allotted:
    """What of a payment is for what, and what is left of it; minor units."""

    costs: int
    interest: int
    principal: int
    rest: int


def allot(
    payment: int, costs: int, interest: int, principal: int, order: AllotmentOrder
) -> Allotted:
    """Divide a payment over what is owed.

    :param payment: 0 or more, as are all other amounts
    """
    owed = {"costs": costs, "interest": interest, "principal": principal}
    paid = {}
    for part in _ORDERS[order]:
        paid[part] = min(payment, owed[part])
        payment -= paid[part]
    return Allotted(**paid, rest=payment)


def rank(part: str, order: AllotmentOrder) -> int:
    """The place of ``costs``, ``interest`` or ``principal`` in an order, from 0.

    All have the same place where the day on which they fall due decides.
    """
    return 0 if order is AllotmentOrder.OLDEST_FIRST else _ORDERS[order].index(part)
