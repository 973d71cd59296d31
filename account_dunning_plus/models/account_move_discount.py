from odoo import api, fields, models

from .. import engine
from .account_dunning_policy import minor_units
from .field_types import PREFETCH

_GROUPS = "account.group_account_invoice,account.group_account_readonly"


class AccountMove(models.Model):
    """The early-payment discount of an invoice."""

    _inherit = "account.move"

    discount_outcome = fields.Selection(
        [
            ("taken", "Taken"),
            ("late", "Taken Late"),
            ("excess", "Too Much Taken"),
            ("parts", "Taken on a Payment in Parts"),
        ],
        copy=False,
        readonly=True,
        index="btree_not_null",
        prefetch=PREFETCH,
        groups=_GROUPS,
        help="What the customer's payments made of the discount, as they show when they are "
        "reconciled.",
    )
    discount_taken = fields.Monetary(
        string="Discount Granted",
        copy=False,
        readonly=True,
        prefetch=PREFETCH,
        groups=_GROUPS,
        help="The discount that is booked, tax included.",
    )
    discount_paid_on = fields.Date(
        string="Paid on",
        copy=False,
        readonly=True,
        prefetch=PREFETCH,
        groups=_GROUPS,
        help="The day of the payment that took the discount.",
    )
    discount_decision = fields.Selection(
        [("granted", "Granted"), ("claimed", "Claimed")],
        copy=False,
        readonly=True,
        prefetch=PREFETCH,
        groups=_GROUPS,
        help="What was decided on a discount that was wrongly taken.",
    )

    def _discount_line(self):
        """The one open item of an invoice that has a discount, else an empty recordset.

        Odoo gives a discount to invoices with a single instalment only.
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        if self.move_type not in self._discount_types() or len(lines) != 1:
            return lines.browse()
        return lines.filtered("discount_date")

    def _discount_offer(self):
        """The discount that this invoice offers, paid or not.

        :rtype: engine.Offer in minor units of the invoice's currency, or None
        """
        return self._discount_offer_of(self._discount_line())

    def _discount_offer_of(self, line):
        """The discount that this invoice offers by its open item.

        :param line: the one item that may have a discount, or none
        :rtype: engine.Offer in minor units of the invoice's currency, or None
        """
        self.ensure_one()
        if not line.discount_date:
            return None
        maximum = minor_units(
            line.amount_currency - line.discount_amount_currency, self.currency_id
        )
        if maximum <= 0:
            return None
        start = self.invoice_date or self.date
        return engine.Offer(
            maximum,
            start,
            line.discount_date,
            line.date_maturity if self.invoice_payment_term_id.discount_sliding else None,
            max(1, minor_units(self.invoice_cash_rounding_id.rounding, self.currency_id)),
        )

    def _discount_grace(self):
        """How lenient the invoice's term, else its company, is.

        :rtype: engine.Grace in minor units of the invoice's currency
        """
        self.ensure_one()
        # sudo: the leniency, which holds for whoever books a payment and is told to few.
        term, company = self.invoice_payment_term_id.sudo(), self.company_id.sudo()
        if term.discount_own_grace:
            days, amount = term.discount_grace_days, term.discount_tolerance
        else:
            days = company.discount_grace_days
            amount = company.currency_id._convert(
                company.discount_tolerance, self.currency_id, company, self.invoice_date
            )
        return engine.Grace(days, minor_units(amount, self.currency_id))

    @api.model
    def _discount_types(self):
        """The kinds of entries that have a discount for customers."""
        return ("out_invoice", "out_receipt")
