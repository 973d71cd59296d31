"""Interest on a payment plan: simple, actual days over 365, on what is still to be paid.

Amounts are integers in minor units of the plan's currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .promise import Instalment

_DAYS_IN_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class PlanInterest:
    """The interest on a plan.

    :param parts: minor units, one for each instalment in the order given
    """

    parts: tuple[int, ...]

    @property
    def total(self) -> int:
        """What the plan bears in all: the sum of the rounded parts, so that it adds up."""
        return sum(self.parts)


def plan_interest(instalments: Sequence[Instalment], rate: float, start: date) -> PlanInterest:
    """The interest that each instalment bears from the day on which the plan was made.

    An instalment bears interest for the days until it is paid; in all that is the interest
    on the declining balance. Each part is rounded once, half a unit up; nothing else is.
    No interest bears interest.

    :param instalments: what is paid of the debt, without interest
    :param rate: percent a year, 0 or more
    :param start: the day from which interest runs; an instalment of before bears none
    """
    # As it was written: 0.1 is a tenth, not the nearest binary fraction.
    exact = Decimal(str(rate))
    return PlanInterest(
        tuple(
            int(
                (
                    own.amount * exact * max(0, (own.date - start).days) / (100 * _DAYS_IN_A_YEAR)
                ).quantize(Decimal(1), rounding=ROUND_HALF_UP)
            )
            for own in instalments
        )
    )
