from odoo import api, fields, models
from odoo.tools import float_repr, format_date, formatLang

from .. import engine
from .account_payment_term import GROUPS


class AccountPaymentTerm(models.Model):
    """What a discount costs a year, and how it reads."""

    _inherit = "account.payment.term"

    discount_yearly_rate = fields.Float(
        compute="_compute_discount_rate",
        groups=GROUPS,
        help="What the discount costs a year, percent, without compounding.",
    )
    discount_rate_words = fields.Char(
        string="Yearly Rate",
        compute="_compute_discount_rate",
        groups=GROUPS,
        help="What it costs a year to be paid earlier by this discount.",
    )
    discount_warning = fields.Char(compute="_compute_discount_rate", groups=GROUPS)

    @api.depends(
        "early_discount",
        "discount_percentage",
        "discount_days",
        "discount_sliding",
        "line_ids.nb_days",
        "line_ids.delay_type",
        "line_ids.days_next_month",
        "company_id",
        "example_date",
    )
    @api.depends_context("company", "lang")
    def _compute_discount_rate(self):
        for term in self:
            term.discount_yearly_rate = 0
            term.discount_rate_words = term.discount_warning = False
            if len(term.line_ids) > 1:
                term.discount_warning = self.env._(
                    "Odoo allows an early-payment discount on terms with one instalment only."
                )
            elif term.early_discount and term.line_ids:
                term._set_discount_rate()

    def _set_discount_rate(self):
        """Work the yearly rate out, and say when it is more than money costs the company."""
        percent, net = self.discount_percentage, self._discount_net_days()
        # The whole of a sliding discount is had on the invoice's day.
        days = 0 if self.discount_sliding else self.discount_days
        rate = engine.discount.yearly_rate(percent, days, net)
        if rate is None:
            self.discount_warning = self.env._(
                "No day is gained: the discount ends on the due date or after it."
            )
            return
        self.discount_yearly_rate = rate
        self.discount_rate_words = self.env._(
            "%(percent)s / %(rest)s × %(year)s / (%(net)s − %(days)s) days = %(rate)s %% a year",
            percent=self._discount_number(percent),
            rest=self._discount_number(100 - percent),
            year=engine.discount.YEAR_DAYS,
            net=net,
            days=days,
            rate=formatLang(self.env, rate, digits=1),
        )
        # sudo: what money costs the company is told as a hint only.
        cost = (self.company_id or self.env.company).sudo().discount_cost_of_money
        if rate > cost:
            self.discount_warning = self.env._(
                "This discount costs more than the money that it brings early: the company's money "
                "costs %(cost)s %% a year.",
                cost=formatLang(self.env, cost, digits=1),
            )

    def _discount_net_days(self):
        """Days from the example's day to its due date."""
        start = self.example_date or fields.Date.context_today(self)
        return (self.line_ids._get_due_date(start) - start).days

    def _discount_number(self, number):
        """A percentage without needless zeros."""
        digits = 0 if number == int(number) else 2
        return formatLang(self.env, float(float_repr(number, 2)), digits=digits)

    @api.depends("discount_sliding")
    @api.depends_context("lang")
    def _compute_example_preview(self):
        """Show of a sliding discount what is to be paid at both ends, and on the way."""
        result = super()._compute_example_preview()
        for term in self.filtered(
            lambda term: term.early_discount and term.discount_sliding and len(term.line_ids) == 1
        ):
            start = term.example_date or fields.Date.context_today(term)
            net = term._discount_net_days()
            most = term.currency_id.round(term.example_amount * term.discount_percentage / 100)
            if net <= 0:
                continue
            term.example_preview_discount = self.env._(
                "Sliding discount: %(amount)s on %(start)s, then %(step)s more each day, up to "
                "%(total)s on %(due)s",
                amount=formatLang(
                    self.env, term.example_amount - most, currency_obj=term.currency_id
                ),
                start=format_date(self.env, start),
                step=formatLang(
                    self.env, term.currency_id.round(most / net), currency_obj=term.currency_id
                ),
                total=formatLang(self.env, term.example_amount, currency_obj=term.currency_id),
                due=format_date(self.env, fields.Date.add(start, days=net)),
            )
        return result
