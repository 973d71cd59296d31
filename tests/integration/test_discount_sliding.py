"""A sliding discount: the amount of the day, in all that Odoo calculates and books."""

from datetime import date, timedelta

from . import books
from .discounts import DiscountCase, booked, make_tax, settling

MODES = ("included", "excluded", "mixed")
START = date(2026, 3, 2)


class TestSliding(DiscountCase):
    def sliding(self, mode="included", percent=3, net=30, **vals):
        return self.make_term(mode, percent, 10, net, discount_sliding=True, **vals)

    def test_on_the_invoice(self):
        move = self.bill("2026-03-02", 1000, term=self.sliding())
        line = move._discount_line()
        self.assertEqual(line.discount_date, date(2026, 3, 31), "the day before the due date")
        self.assertAlmostEqual(line.discount_amount_currency, 1210 - 36.30, 2)

    def test_amount_of_each_day(self):
        move = self.bill("2026-03-02", 1000, term=self.sliding())
        for days, discount in ((0, 36.30), (1, 35.09), (10, 24.20), (15, 18.15), (29, 1.21)):
            day = START + timedelta(days)
            self.day(day)
            with self.subTest(days=days):
                self.assertAlmostEqual(
                    self.register(move, str(day)).amount, 1210 - discount, 2, "wizard"
                )
                values = move._get_invoice_next_payment_values()
                self.assertEqual(values["installment_state"], "epd")
                self.assertAlmostEqual(values["amount_due"], 1210 - discount, 2, "portal")
                self.assertAlmostEqual(values["epd_discount_amount_currency"], discount, 2)
        self.day("2026-04-01")
        self.assertAlmostEqual(self.register(move, "2026-04-01").amount, 1210, 2)
        self.assertNotEqual(move._get_invoice_next_payment_values()["installment_state"], "epd")

    def test_booked_as_a_fixed_discount_of_the_same_percentage(self):
        """On the tenth of thirty days 3 % has come down to 2 %."""
        day = "2026-03-12"
        for mode in MODES:
            amounts = (1200, (300, self.tax), 45)
            fixed = self.bill("2026-03-02", *amounts, term=self.make_term(mode))
            sliding, by_bank = (
                self.bill("2026-03-02", *amounts, term=self.sliding(mode)) for _ in range(2)
            )
            self.day(day)
            with self.subTest(mode=mode):
                for move in fixed, sliding:
                    self.register(move, day)._create_payments()
                self.assertEqual(sliding.amount_residual, 0)
                if mode == "mixed":
                    # The tax on the invoice is reduced by the most that can be had.
                    self.assertEqual(
                        [amount for amount, _ in booked(settling(sliding)).values()], [30.90]
                    )
                else:
                    self.assertEqual(booked(settling(sliding)), booked(settling(fixed)))
                taken = sliding.discount_taken
                self.assertDiscount(sliding, "taken", taken)
                self.pay(by_bank, day, by_bank.amount_total - taken)
                self.assertEqual(booked(settling(by_bank)), booked(settling(sliding)))
                self.assertDiscount(by_bank, "taken", taken, rest=0)

    def test_more_than_that_of_the_day(self):
        move = self.bill("2026-03-02", 1000, term=self.sliding())
        self.pay(move, "2026-03-12", 1210 - 36.30)
        self.assertDiscount(move, "excess", undecided=True, rest=36.30)
        move.action_discount_grant()
        self.assertDiscount(move, "excess", 36.30, "granted", rest=0)
        sums = sorted(amount for amount, _ in booked(self.entry_of(move)).values())
        self.assertEqual(sums, [6.30, 30])

    def test_after_the_due_date(self):
        move = self.bill("2026-03-02", 1000, term=self.sliding())
        self.pay(move, "2026-04-03", 1210 - 2.42)
        self.assertDiscount(move, "late", undecided=True, rest=2.42)

    def test_grace_takes_the_discount_of_some_days_before(self):
        self.company.discount_grace_days = 2
        one, other = (self.bill("2026-03-02", 1000, term=self.sliding()) for _ in range(2))
        # The wizard proposes what is official, and takes what grace allows.
        self.assertAlmostEqual(self.register(one, "2026-03-14").amount, 1210 - 21.78, 2)
        wizard = self.register(one, "2026-03-14", 1210 - 24.20)
        self.assertTrue(wizard.early_payment_discount_mode)
        self.day("2026-03-14")
        wizard._create_payments()
        self.assertDiscount(one, "taken", 24.20, rest=0)
        self.pay(other, "2026-03-14", 1210 - 24.20)
        self.assertDiscount(other, "taken", 24.20, rest=0)
        self.assertEqual(booked(settling(other)), booked(settling(one)))

    def test_foreign_currency(self):
        dollar = self.currency("USD", 1.25)
        term = self.sliding()
        one, other = (self.bill("2026-03-02", 1000, term=term, currency=dollar) for _ in range(2))
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "name": "2026-03-10",
                "company_rate": 1.6,
            }
        )
        self.day("2026-03-12")
        self.register(one, "2026-03-12")._create_payments()
        self.pay(other, "2026-03-12", 1210 - 24.20)
        self.assertDiscount(one, "taken", 24.20, rest=0)
        self.assertDiscount(other, "taken", 24.20, rest=0)
        self.assertEqual(booked(settling(other)), booked(settling(one)))

    def test_cash_rounding(self):
        """Every day's amount can be paid in coins."""
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": books.account(self.company, "income").id,
                "loss_account_id": books.account(self.company, "expense").id,
            }
        )
        move = self.bill(
            "2026-03-02", 101.13, term=self.sliding(), invoice_cash_rounding_id=rounding.id
        )
        self.assertAlmostEqual(move.amount_total, 122.35, 2)
        for days, amount in ((0, 118.70), (1, 118.80), (10, 119.90), (29, 122.25)):
            wizard = self.register(move, str(START + timedelta(days)))
            self.assertAlmostEqual(wizard.amount, amount, 2, days)
        self.pay(move, "2026-03-12", 119.90)
        self.assertDiscount(move, "taken", 2.45, rest=0)

    def test_nothing_left_of_a_small_one(self):
        move = self.bill("2026-03-02", 10, term=self.sliding(percent=1))
        self.assertAlmostEqual(self.register(move, "2026-03-30").amount, 12.09, 2)
        self.assertAlmostEqual(self.register(move, "2026-03-31").amount, 12.10, 2)

    def test_due_date_of_another_kind(self):
        term = self.sliding()
        term.line_ids.write({"delay_type": "days_after_end_of_month", "nb_days": 15})
        move = self.bill("2026-03-02", 1000, term=term)
        self.assertEqual(move._discount_line().discount_date, date(2026, 4, 14))
        self.assertEqual(term._get_last_discount_date(START), date(2026, 4, 14))

    def test_paid_online(self):
        """The payment of a transaction books the discount of the day on which it is made."""
        provider = self.env["payment.provider"].create(
            {"name": "Bank", "company_id": self.company.id, "state": "test"}
        )
        bank = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")], limit=1
        )
        # Odoo's own entry has the first line of each kind only; the others are booked after.
        moves = [
            self.bill("2026-03-02", *amounts, term=self.sliding())
            for amounts in ((1000,), (600, (400, make_tax(self.company, 6))))
        ]
        self.day("2026-03-12")
        for move in moves:
            with self.subTest(taxes=move.invoice_line_ids.tax_ids.mapped("amount")):
                self.pay_online(move, provider, bank)
                self.assertDiscount(move, "taken", move.amount_total * 0.02, rest=0)

    def pay_online(self, move, provider, bank):
        method = (
            self.env["payment.method"]
            .with_context(active_test=False)
            .search([("primary_payment_method_id", "=", False)], limit=1)
        )
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": move._get_invoice_next_payment_values()["amount_due"],
                "currency_id": move.currency_id.id,
                "partner_id": self.partner.id,
                "invoice_ids": [(6, 0, move.ids)],
                "reference": move.name,
                "operation": "online_direct",
            }
        )
        line = bank.inbound_payment_method_line_ids[:1]
        transaction._create_payment(payment_method_line_id=line.id, journal_id=bank.id)
        by_bank = self.bill(
            "2026-03-02",
            *((line.price_unit, line.tax_ids) for line in move.invoice_line_ids),
            term=move.invoice_payment_term_id,
        )
        self.pay(by_bank, "2026-03-12", move.amount_total * 0.98)
        self.assertEqual(booked(settling(move)), booked(settling(by_bank)))
