from datetime import timedelta

from odoo import models


class AccountPaymentTerm(models.Model):
    """The last day of a sliding discount, in all that Odoo makes of a term."""

    _inherit = "account.payment.term"

    def _compute_terms(self, date_ref, *args, **kwargs):
        terms = super()._compute_terms(date_ref, *args, **kwargs)
        if self.early_discount and self.discount_sliding:
            terms["discount_date"] = self._discount_sliding_last_day(date_ref)
        return terms

    def _get_last_discount_date(self, date_ref):
        if date_ref and self.early_discount and self.discount_sliding:
            return self._discount_sliding_last_day(date_ref)
        return super()._get_last_discount_date(date_ref)

    def _discount_sliding_last_day(self, day):
        """The day before the due date: on the due date nothing is left of a sliding discount.

        :param day: the invoice's day
        """
        self.ensure_one()
        # Odoo allows a discount on terms with a single line only.
        return self.line_ids[-1:]._get_due_date(day) - timedelta(days=1)
