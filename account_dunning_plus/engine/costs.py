"""Costs of collection: fixed, by a scale, and what the law allows at most.

Amounts are integers in minor units of one currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a principal that bears costs by a percentage.

    :param up_to: the end of the part, minor units; None for all that is beyond
    :param percent: a string or an integer keeps it exact
    """

    up_to: int | None
    percent: Fraction | int | str


@dataclass(frozen=True, slots=True)
class Scale:
    """Costs that grow with the principal.

    :param base: minor units that are due whatever the principal
    :param minimum: minor units, never less
    :param maximum: minor units, never more; None without a limit
    """

    steps: Sequence[Step] = ()
    base: int = 0
    minimum: int = 0
    maximum: int | None = None

    def on(self, principal: int) -> int:
        """Costs on a principal in minor units, rounded halves up; nothing on nothing."""
        if principal <= 0:
            return 0
        costs, begin = Fraction(self.base), 0
        for step in self.steps:
            part = principal if step.up_to is None else min(principal, step.up_to)
            if part > begin:
                costs += Fraction(part - begin) * Fraction(step.percent) / 100
                begin = part
        amount = max(self.minimum, int((costs + Fraction(1, 2)) // 1))
        return amount if self.maximum is None else min(amount, self.maximum)


@dataclass(frozen=True, slots=True)
class Banded:
    """A scale for each band of the principal; it holds for the whole of it.

    :param bands: (end of the band in minor units or None, its scale), lowest first
    """

    bands: Sequence[tuple[int | None, Scale]]

    def on(self, principal: int) -> int:
        """Costs on a principal in minor units."""
        for end, scale in self.bands:
            if end is None or principal <= end:
                return scale.on(principal)
        return 0


DUTCH_SCALE = Scale(
    (Step(250000, 15), Step(500000, 10), Step(1000000, 5), Step(20000000, 1), Step(None, "0.5")),
    minimum=4000,
    maximum=677500,
)
"""Netherlands: Besluit vergoeding voor buitengerechtelijke incassokosten art. 2 (Stb. 2012,
141), in euro cents. The most that a consumer may be asked; for businesses unless agreed
otherwise."""

BELGIAN_CONSUMER_SCALE = Banded(
    (
        (15000, Scale(base=2000)),
        (50000, Scale((Step(15000, 0), Step(None, 10)), base=3000)),
        (None, Scale((Step(50000, 0), Step(None, 5)), base=6500, maximum=200000)),
    )
)
"""Belgium: Wetboek van economisch recht art. XIX.4, in euro cents. The most that a consumer
may be asked, where the contract provides for it."""

FIXED_COMPENSATION = 4000
"""Directive 2011/7/EU art. 6: EUR 40 for each unpaid invoice between businesses, in cents."""
