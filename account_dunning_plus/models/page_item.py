"""What a customer sees of an open item, as plain data."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(slots=True)
class PageItem:
    """An open item on the customer's page; amounts in its currency.

    :param id: of the journal item
    :param move: account.move
    :param currency: res.currency
    :param days_late: 0 when it is not overdue
    :param open: what is open of it
    :param to_pay: what is to be paid for it today: not what is promised or in dispute, with
        charges, without the discount
    :param discount: what may be kept back by paying today; it is in ``to_pay`` still
    :param discount_words: how long, as a sentence
    :param charges: what is claimed beside it, by words
    :param state: how it stands where that is not simply open: ``way`` (the payment is on its
        way), ``promised``, ``disputed``, ``discount`` (kept back, somebody looks into it)
    :param words: the same as a sentence
    :param is_asked: it is overdue, and the customer is asked to pay it
    :param chosen: it is in the totals
    """

    id: int
    move: Any
    name: str
    date: date
    due_date: date
    days_late: int
    currency: Any
    open: float
    to_pay: float
    discount: float = 0.0
    discount_words: str = ""
    charges: tuple[tuple[str, float], ...] = ()
    state: str = ""
    words: str = ""
    is_asked: bool = False
    chosen: bool = False
    reference: str = ""
    bank_id: int | None = None

    @property
    def is_payable(self):
        """Whether it can be chosen."""
        return self.state != "way"

    @property
    def has_document(self):
        """Whether there is an invoice to look at."""
        return bool(self.move) and self.move.is_sale_document()

    @property
    def pays_today(self):
        """What is to be paid for it today."""
        return self.to_pay - self.discount
