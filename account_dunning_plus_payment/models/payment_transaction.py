from odoo import fields, models
from odoo.exceptions import UserError


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

    dunning_charge_ids = fields.Many2many(
        "account.dunning.charge",
        "account_dunning_transaction_charge",
        string="Paid Interest and Costs",
        readonly=True,
        help="What was claimed, not booked yet, and is in the amount.",
    )

    def _create_payment(self, **extra_create_values):
        """Book what one payment pays of charges, and takes of several invoices' discounts.

        Core does so for a payment that is exactly that of one invoice; for several the
        calculation is that of its wizard. A discount that is over when the payment comes
        through is not booked: what is missing stays open, as with any payment that is late.
        """
        self._dunning_book_charges()
        lines = self._dunning_discount_lines()
        if lines:
            extra_create_values = {"write_off_line_vals": lines, **extra_create_values}
        return super()._create_payment(**extra_create_values)

    def _dunning_book_charges(self):
        """Book the claimed charges that are paid, so that the payment settles them as well.

        Where they cannot be booked their part of the payment stays on account, and the
        invoices say why.
        """
        self.ensure_one()
        # sudo: as the payment itself is booked, whoever brings the provider's word.
        charges = self.sudo().dunning_charge_ids
        try:
            with self.env.cr.savepoint():
                charges = charges._locked().filtered(lambda own: own.state == "claimed")
                charges._make_less()
                booked = charges.filtered(lambda own: own.state == "claimed")._book()
                self.invoice_ids |= booked
        except UserError as error:
            self.invoice_ids._message_log_batch(
                bodies={
                    move.id: self.env._(
                        "Interest and costs that were paid online are on account, as they could "
                        "not be booked: %s",
                        error.args[0],
                    )
                    for move in self.invoice_ids
                }
            )

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
