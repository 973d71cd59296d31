"""What of an open item is kept back, as plain data."""

from dataclasses import dataclass
from datetime import date


@dataclass(slots=True)
class Held:
    """What of an open item is kept back.

    :param promised: minor units of the company's currency
    :param disputed: minor units of the company's currency
    :param discount: kept back as a discount on which nobody has decided, minor units
    :param undecided: what is to be decided on it, in words
    :param residual: all together in the item's currency
    :param broken_on: when a promise for the item was last broken
    """

    promised: int = 0
    promised_until: date | None = None
    promised_by: str = ""
    disputed: int = 0
    dispute: str = ""
    discount: int = 0
    undecided: str = ""
    residual: float = 0.0
    broken_on: date | None = None

    def is_hurried(self, last_notice_date):
        """Whether a promise was broken since the last notice."""
        return self.broken_on is not None and (
            last_notice_date is None or self.broken_on > last_notice_date
        )


NOTHING = Held()
