from contextlib import contextmanager

from odoo import models

from .. import engine
from .account_dunning_policy import minor_units


class AccountMove(models.Model):
    """How much the discount is on a day, in Odoo's own calculations.

    Three keys of the context change what Odoo calculates for customers' discounts:
    ``discount_day`` is the day that counts for a sliding discount, else it is the company's
    today; ``discount_grace`` lets the days of grace count; ``discount_kept`` is a dict of
    invoice id to the amount, in the invoice's currency, that is booked instead of the
    discount of the day.
    """

    _inherit = "account.move"

    def _discount_on(self, day):
        """The discount for who pays on a day, as the accounting takes it.

        With grace it is the official one as long as there is one; once that is over, what
        grace leaves.

        :return: minor units of the invoice's currency
        """
        offer = self._discount_offer()
        if not offer:
            return 0
        amount = offer.on(day)
        if not amount and self.env.context.get("discount_grace"):
            amount = engine.discount.granted(offer, self._discount_grace(), day)
        return amount

    def _discount_day(self):
        """The day that counts for a sliding discount when no other is told."""
        # sudo: the company's day is no secret.
        return self.env.context.get("discount_day") or self.company_id.sudo()._dunning_today()

    def _discount_amounts(self, minor):
        """A discount in both currencies, at the rate of the invoice.

        :param minor: minor units of the invoice's currency
        :return: (in the invoice's currency, in the company's)
        """
        line = self._discount_line()
        whole = line.amount_currency - line.discount_amount_currency
        whole_balance = line.balance - line.discount_balance
        if minor == minor_units(whole, self.currency_id):
            return whole, whole_balance
        amount = self.currency_id.round(minor / 10**self.currency_id.decimal_places)
        return amount, self.company_currency_id.round(whole_balance * amount / whole)

    def _is_eligible_for_early_payment_discount(self, currency, reference_date):
        eligible = super()._is_eligible_for_early_payment_discount(currency, reference_date)
        if not reference_date or self.move_type not in self._discount_types():
            return eligible
        if eligible:
            # On its last days nothing may be left of a small sliding discount.
            return not self.invoice_payment_term_id.discount_sliding or bool(
                self._discount_on(reference_date)
            )
        if not self.env.context.get("discount_grace") or not self._discount_on(reference_date):
            return eligible
        # In grace: all else that Odoo asks for must hold as on the last day.
        return super()._is_eligible_for_early_payment_discount(
            currency, self._discount_line().discount_date
        )

    def _get_invoice_counterpart_amls_for_early_payment_discount_per_payment_term_line(self):
        line = self._discount_line()
        kept = self.env.context.get("discount_kept", {}).get(self.id)
        odoo = super()
        name = "_get_invoice_counterpart_amls_for_early_payment_discount_per_payment_term_line"
        if not line or (kept is None and not self.invoice_payment_term_id.discount_sliding):
            return getattr(odoo, name)()
        if kept is None:
            minor = self._discount_on(self._discount_day())
        else:
            minor = minor_units(kept, self.currency_id)
        with _as_unpaid(line):
            values = getattr(odoo, name)()
        self._discount_scale(values, line, *self._discount_amounts(minor))
        return values

    def _discount_scale(self, values, line, amount, balance):
        """Bring what Odoo books for the whole discount down, or up, to another amount.

        Every line keeps its part; the largest but for taxes takes what rounding leaves, as
        Odoo does it.

        :param values: as of Odoo's method, changed in place
        :param line: the invoice's term item
        :param amount: what is to be booked, in the invoice's currency
        :param balance: the same in the company's
        """
        rows = [row for kind in values.values() for row in kind[line].values()]
        whole = sum(row["amount_currency"] for row in rows)
        whole_balance = sum(row["balance"] for row in rows)
        currency, own_currency = self.currency_id, self.company_currency_id
        if not rows or not currency.compare_amounts(whole, amount):
            return
        for row in rows:
            row["amount_currency"] = currency.round(row["amount_currency"] * amount / whole)
            row["balance"] = (
                own_currency.round(row["balance"] * balance / whole_balance) if whole_balance else 0
            )
        bases = [
            row
            for kind in ("base_lines", "term_lines")
            for row in values[kind][line].values()
        ]  # fmt: skip
        largest = max(bases, key=lambda row: row["amount_currency"])
        largest["amount_currency"] = currency.round(
            largest["amount_currency"] + amount - sum(row["amount_currency"] for row in rows)
        )
        largest["balance"] = own_currency.round(
            largest["balance"] + balance - sum(row["balance"] for row in rows)
        )


@contextmanager
def _as_unpaid(line):
    """Let Odoo calculate with an invoice's item as if nothing of it had been paid.

    For taxes that follow the payment Odoo books the part of the discount that is still open;
    what is booked here is the discount of the whole. Only the cache is changed, and not as
    something to be written: nothing of it reaches the database.
    """
    field = line._fields["amount_residual_currency"]
    residual = line.amount_residual_currency
    line.flush_recordset([field.name])
    field._update_cache(line, line.amount_currency)
    try:
        yield
    finally:
        field._update_cache(line, residual)
