from odoo import api, fields, models
from odoo.tools import formatLang

from ..engine import DiscountState
from .account_move_discount import _GROUPS

_TO_BE_HAD = (DiscountState.OPEN.value, DiscountState.CLOSING.value)


class AccountMove(models.Model):
    """How an invoice's early-payment discount stands, in words."""

    _inherit = "account.move"

    discount_words = fields.Char(
        string="Early-Payment Discount",
        compute="_compute_discount_words",
        groups=_GROUPS,
        help="How the early-payment discount of this invoice stands.",
    )

    @api.depends("discount_state", "discount_taken", "discount_paid_on", "discount_decision")
    @api.depends_context("lang")
    def _compute_discount_words(self):
        self.discount_words = False
        offers = self._discount_offers()
        for move in self.filtered("discount_state"):
            line, offer = offers[move.id]
            if move.discount_state in _TO_BE_HAD:
                move.discount_words = move._discount_offer_words()
            elif move.discount_state == DiscountState.TAKEN.value:
                move.discount_words = move._discount_taken_words(line, offer)
            elif move.discount_state == DiscountState.LATE.value:
                move.discount_words = move._discount_late_words(line, offer)
            else:
                move.discount_words = move._discount_missed_words(offer)

    # ------------------------------------------------------------ still to be had

    def _discount_offer_words(self):
        """What is to be had by paying today, and how long; "" when nothing is.

        Said to colleagues and customers alike: of the official day only, never of the grace.
        """
        self.ensure_one()
        if self.discount_state not in _TO_BE_HAD:
            return ""
        values = {
            "amount": self._discount_money_words(self.amount_total - self.discount_amount),
            "total": self._discount_money_words(self.amount_total),
            "discount": self._discount_money_words(self.discount_amount),
            "date": self._discount_date_words(self.discount_last_day),
        }
        if self.invoice_payment_term_id.discount_sliding:
            return self.env._(
                "Pay %(amount)s instead of %(total)s today: the discount of %(discount)s falls "
                "by %(step)s a day, until %(date)s.",
                step=self._discount_step(),
                **values,
            )
        if self.discount_days_left == 0:
            return self.env._(
                "Pay %(amount)s instead of %(total)s today, the last day of the discount of "
                "%(discount)s.",
                **values,
            )
        if self.discount_days_left == 1:
            return self.env._(
                "Pay %(amount)s instead of %(total)s by %(date)s: %(discount)s discount, one day "
                "left.",
                **values,
            )
        return self.env._(
            "Pay %(amount)s instead of %(total)s by %(date)s: %(discount)s discount, %(days)s "
            "days left.",
            days=self.discount_days_left,
            **values,
        )

    def _discount_short_words(self):
        """The same for a column: amount and last day; "" when nothing is to be had."""
        self.ensure_one()
        if self.discount_state not in _TO_BE_HAD:
            return ""
        values = {
            "discount": self._discount_money_words(self.discount_amount),
            "date": self.env["account.dunning.facts"]._format_day(self.discount_last_day),
        }
        if self.invoice_payment_term_id.discount_sliding:
            return self.env._("%(discount)s today, falling until %(date)s", **values)
        return self.env._("%(discount)s until %(date)s", **values)

    def _discount_step(self):
        """By how much a sliding discount falls each day, as money in words."""
        offer = self._discount_offer()
        days = (offer.zero_on - offer.start).days
        step = offer.maximum / max(days, 1) / 10**self.currency_id.decimal_places
        return self._discount_money_words(self.currency_id.round(step))

    def _discount_schedule_words(self):
        """A sliding discount as the invoice states it, from its day to the due date; "" else.

        It does not change with the day on which it is printed.
        """
        self.ensure_one()
        offer = self._discount_offer()
        if not offer or offer.zero_on is None:
            return ""
        most = offer.maximum / 10**self.currency_id.decimal_places
        return self.env._(
            "The earlier you pay, the less: %(amount)s on %(start)s, then %(step)s more each day, "
            "up to %(total)s on %(due)s.",
            amount=self._discount_money_words(self.amount_total - most),
            start=self._discount_date_words(offer.start),
            step=self._discount_step(),
            total=self._discount_money_words(self.amount_total),
            due=self._discount_date_words(offer.zero_on),
        )

    # ------------------------------------------------------------------- over

    def _discount_taken_words(self, line, offer):
        if not self.currency_id.is_zero(line.amount_residual_currency):
            return self.env._(
                "Discount taken in time, but not booked: %s is open.",
                self._discount_money_words(line.amount_residual_currency),
            )
        amount = self.discount_taken or offer.maximum / 10**self.currency_id.decimal_places
        if not self.discount_paid_on:
            return self.env._("Discount of %s taken.", self._discount_money_words(amount))
        return self.env._(
            "Discount of %(discount)s taken: paid on %(paid)s.",
            discount=self._discount_money_words(amount),
            paid=self._discount_date_words(self.discount_paid_on),
        )

    def _discount_missed_words(self, offer):
        """Why there is no discount any more; Odoo gives none once anything is matched."""
        values = {
            "discount": self._discount_most_words(offer),
            "date": self._discount_date_words(offer.last_day),
        }
        today, _closing = self.company_id._discount_today()
        if today <= offer.last_day and self.payment_state == "partial":
            return self.env._(
                "No discount of %(discount)s any more: a part of the invoice was paid or "
                "credited, and the discount is for who pays all of it at once.",
                **values,
            )
        if self.payment_state in ("not_paid", "partial"):
            return self.env._(
                "The discount of %(discount)s was to be had until %(date)s.", **values
            )
        return self.env._("The discount of %(discount)s was not taken.", **values)

    def _discount_late_words(self, line, offer):
        """What was wrongly kept back, and what became of it."""
        values = {
            "discount": self._discount_most_words(offer),
            "rest": self._discount_money_words(line.amount_residual_currency),
            "paid": self.discount_paid_on and self._discount_date_words(self.discount_paid_on),
            "date": self._discount_date_words(offer.last_day),
        }
        if self.discount_decision == "granted":
            return self.env._(
                "Discount of %s granted after all.", self._discount_money_words(self.discount_taken)
            )
        if self.discount_decision == "claimed":
            if self.currency_id.is_zero(line.amount_residual_currency):
                return self.env._("Discount taken late: claimed, and paid since.")
            return self.env._("Discount taken late: %(rest)s is claimed.", **values)
        if self.currency_id.is_zero(line.amount_residual_currency):
            return self.env._("Discount taken late: the rest was settled since.")
        if self.discount_outcome == "late":
            return self.env._(
                "Discount taken late: paid on %(paid)s, the last day was %(date)s. %(rest)s is "
                "open: grant or claim it.",
                **values,
            )
        if self.discount_outcome == "parts":
            return self.env._(
                "Discount taken on a payment in parts, for which it does not hold. %(rest)s is "
                "open: grant or claim it.",
                **values,
            )
        return self.env._(
            "Too much discount taken: %(rest)s was kept back, and %(discount)s was to be had at "
            "most. Grant or claim it.",
            **values,
        )

    # ------------------------------------------------------------------ helpers

    def _discount_most_words(self, offer):
        """The whole of an offer, as money in words."""
        return self._discount_money_words(offer.maximum / 10**self.currency_id.decimal_places)

    def _discount_money_words(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _discount_date_words(self, day):
        return self.env["account.dunning.facts"]._day(day)
