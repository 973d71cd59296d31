"""The word in time: on which day customers are told that a discount ends, and of what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .working_days import WorkingDays

TOGETHER_DAYS = 7
"""What ends within so many days after the first goes into the same message: a customer with an
invoice a day gets one message a week."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A discount that is still to be had.

    :param id: of its open item
    :param last_day: the last day of the discount
    :param to_pay: what is paid with the discount, minor units of the company's currency
    :param told: the customer was told of it already
    """

    id: int
    last_day: date
    to_pay: int
    told: bool = False


def word_until(today: date, days: int, calendar: WorkingDays) -> date:
    """The last day about which something is said on a working day.

    :param days: how many days before it
    :param calendar: what would be said on a day off is said before it
    """
    return calendar.next(today + timedelta(days=1)) + timedelta(days=days - 1)


def unpaid(endings: Sequence[Ending], credits: int) -> list[Ending]:
    """What is not already paid by open credits, in the order in which it ends.

    :param credits: money of the customer that is not yet allocated, minor units: what it pays
        wholly is not spoken of, what ends first before all others
    """
    result = []
    for ending in sorted(endings, key=lambda own: (own.last_day, own.id)):
        if ending.to_pay <= credits:
            credits -= ending.to_pay
        else:
            result.append(ending)
    return result


def word(
    endings: Sequence[Ending],
    today: date,
    days: int,
    calendar: WorkingDays,
    credits: int = 0,
    told_today: bool = False,
) -> list[int]:
    """Of which of a customer's discounts a message goes out today.

    One message for all that end soon: when one of them is due, those go along that end within
    a week after it.

    :param endings: the discounts that are still to be had; those of which the customer was told
        count only for what open credits pay
    :param days: how many days before the last one customers are told, at least
    :param credits: as of ``unpaid``
    :param told_today: the customer has got another message today: the word waits for the next
        working day, unless that is too late
    :return: ids in the order in which they end, empty when no message goes out
    """
    if not calendar.includes(today):
        return []
    left = unpaid([ending for ending in endings if ending.last_day >= today], credits)
    left = [ending for ending in left if not ending.told]
    if not left or left[0].last_day > word_until(today, days, calendar):
        return []
    first = left[0].last_day
    if told_today and calendar.next(today + timedelta(days=1)) <= first:
        return []
    together = first + timedelta(days=TOGETHER_DAYS)
    return [ending.id for ending in left if ending.last_day <= together]
