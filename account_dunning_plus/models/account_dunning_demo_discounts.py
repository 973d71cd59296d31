from datetime import timedelta

from odoo import Command, api, models

_MODULE = "account_dunning_plus"

_CUSTOMERS = {
    "hopveld": {
        "name": "Brouwerij Hopveld BV",
        "street": "Hopweg 5",
        "zip": "8970",
        "city": "Poperinge",
        "vat": "BE0999103562",
        "phone": "+32 15 00 00 71",
    },
    "gistelhof": {
        "name": "Zaal Gistelhof BV",
        "street": "Dorpsstraat 60",
        "zip": "8470",
        "city": "Gistel",
        "vat": "BE0999104255",
        "phone": "+32 15 00 00 72",
    },
    "parkzicht": {
        "name": "Congrescentrum Parkzicht NV",
        "street": "Parklaan 120",
        "zip": "9300",
        "city": "Aalst",
        "vat": "BE0999104948",
        "phone": "+32 15 00 00 73",
    },
}


class AccountDunningDemo(models.AbstractModel):
    """Customers who pay early for a discount: in time, too late, too little, or not at all.

    ``demo/discounts.csv`` says how many days ago each invoice was made, after how many it was
    paid, how many times the discount of that day was kept back, and whether it was granted all
    the same; the bank's receipts are matched as an accountant would, and make of it what they do
    of any payment.
    """

    _inherit = "account.dunning.demo"

    @api.model
    def _fill_company(self, company):
        result = super()._fill_company(company)
        self._make_discounts(company.with_env(self.env))
        return result

    @api.model
    def _make_discounts(self, company):
        today = company._dunning_today()
        customers = self._create_discount_customers(company)
        product = self.env.ref(f"{_MODULE}.demo_product_dishwasher_tabs")
        rows = self._read_rows("discounts")
        moves = self.env["account.move"].create(
            [
                self._discount_invoice_values(
                    customers[row["customer"]],
                    row,
                    today - timedelta(days=int(row["invoiced"])),
                    product,
                )
                for row in rows
            ]
        )
        moves.action_post()
        moves.is_move_sent = True
        for row, move in sorted(
            zip(rows, moves, strict=True), key=lambda known: known[1].invoice_date
        ):
            if row["paid"]:
                self._receive_discounted(company, move, int(row["paid"]), int(row["kept"]))
            if row["decision"]:
                move.action_discount_grant()

    @api.model
    def _create_discount_customers(self, company):
        terms = {
            "gistelhof": self.env.ref(f"{_MODULE}.demo_payment_term_discount"),
            "parkzicht": self.env.ref(f"{_MODULE}.demo_payment_term_sliding"),
        }
        tag = self.env.ref(f"{_MODULE}.demo_category_brewery").with_company(company)
        tag.discount_payment_term_id = self.env.ref(f"{_MODULE}.demo_payment_term_discount")
        belgium = self.env.ref("base.be")
        return self._create_named(
            "res.partner",
            "customer",
            {
                ref: {
                    **values,
                    "email": f"boekhouding@{ref}.example",
                    "is_company": True,
                    "company_id": company.id,
                    "country_id": belgium.id,
                    "lang": self._language("nl", belgium),
                    "tz": "Europe/Brussels",
                    "user_id": self.env.ref(f"{_MODULE}.demo_user_sales").id,
                    "customer_rank": 1,
                    # Breweries have their terms by their tag.
                    "category_id": [Command.set([] if ref in terms else tag.ids)],
                    "property_payment_term_id": terms[ref].id if ref in terms else False,
                }
                for ref, values in _CUSTOMERS.items()
            },
        )

    @api.model
    def _discount_invoice_values(self, customer, row, day, product):
        return {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": day,
            "invoice_user_id": customer.user_id.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": round(float(row["net"]) / product.list_price),
                    }
                )
            ],
        }

    @api.model
    def _receive_discounted(self, company, move, days, kept):
        """Match a receipt of which the discount was kept back.

        :param days: days after the invoice on which it was paid
        :param kept: how many times the discount of that day, or of the last day that had one
        """
        offer = move._discount_offer()
        day = move.invoice_date + timedelta(days=days)
        discount = offer.on(min(day, offer.last_day)) / 10**move.currency_id.decimal_places
        receipt = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self._journal(company, "bank").id,
                "date": day,
                "partner_id": move.partner_id.id,
                "amount": move.currency_id.round(move.amount_total - kept * discount),
                "payment_ref": move.payment_reference or move.name,
                "counterpart_account_id": move.partner_id.property_account_receivable_id.id,
            }
        )
        (self._receivables(move) | self._receivables(receipt.move_id)).reconcile()
