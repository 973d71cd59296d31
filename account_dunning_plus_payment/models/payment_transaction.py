from odoo import fields, models


class PaymentTransaction(models.Model):
    """A payment of several open items at once, by the customer's page."""

    _inherit = "payment.transaction"

    dunning_customer_id = fields.Many2one(
        "account.dunning.customer",
        string="Paid on the Page of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    dunning_discount_ids = fields.Many2many(
        "account.move",
        "account_dunning_transaction_discount",
        string="Paid with Discount",
        readonly=True,
        help="Invoices of which the early-payment discount was taken off the amount.",
    )

    def _create_payment(self, **extra_create_values):
        """Book the discounts of several invoices that one payment takes.

        Core does so for a payment that is exactly that of one invoice; for several the
        calculation is that of its wizard. A discount that is over when the payment comes
        through is not booked: what is missing stays open, as with any payment that is late.
        """
        lines = self._dunning_discount_lines()
        if lines:
            extra_create_values = {"write_off_line_vals": lines, **extra_create_values}
        return super()._create_payment(**extra_create_values)

    def _dunning_discount_lines(self):
        self.ensure_one()
        if len(self.invoice_ids) < 2 or not self.dunning_discount_ids:
            return []
        taken = []
        for move in self.dunning_discount_ids.filtered(lambda own: own.state == "posted"):
            values = move._get_invoice_next_payment_values()
            if values.get("installment_state") == "epd":
                taken.append((values["epd_line"], values["epd_discount_amount"]))
        if not taken:
            return []
        counterparts = self.env[
            "account.move"
        ]._get_invoice_counterpart_amls_for_early_payment_discount(
            [
                {
                    "aml": line,
                    "amount_currency": -line.amount_residual_currency,
                    "balance": -line.balance,
                }
                for line, _discount in taken
            ],
            sum(discount for _line, discount in taken),
        )
        partner = self.partner_id.commercial_partner_id
        return [
            {**line, "partner_id": partner.id} for lines in counterparts.values() for line in lines
        ]
