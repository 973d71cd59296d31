"""Grace: days after the last one, and a little that is missing beside the discount."""

from odoo.tests import Form

from .discounts import DiscountCase, booked, settling


class TestGrace(DiscountCase):
    def setUp(self):
        super().setUp()
        self.company.write({"discount_grace_days": 3, "discount_tolerance": 0.05})

    def wizard_form(self, move, date, amount=None):
        """The wizard as a billing user sees it."""
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.billing_user())
            .with_context(active_model="account.move", active_ids=move.ids)
        )
        form = Form(wizard)
        form.payment_date = date
        if amount is not None:
            form.amount = amount
        return form

    # ------------------------------------------------------------ days of grace

    def test_wizard_within_grace(self):
        official, within = self.bill("2026-03-02", 1000), self.bill("2026-03-02", 1000)
        self.day("2026-03-12")
        self.register(official, "2026-03-12")._create_payments()
        self.day("2026-03-15")
        wizard = self.register(within, "2026-03-15")
        self.assertAlmostEqual(wizard.amount, 1185.80, 2)
        self.assertTrue(wizard.early_payment_discount_mode)
        self.assertIn("12 March", wizard.discount_hint)
        self.assertIn("24.20", wizard.discount_hint)
        wizard._create_payments()
        self.assertDiscount(within, "taken", 24.20, rest=0)
        self.assertEqual(booked(settling(within)), booked(settling(official)))

    def test_wizard_after_grace(self):
        move = self.bill("2026-03-02", 1000)
        wizard = self.register(move, "2026-03-16")
        self.assertAlmostEqual(wizard.amount, 1210, 2)
        self.assertFalse(wizard.early_payment_discount_mode)
        self.assertFalse(wizard.discount_hint)
        with self.wizard_form(move, "2026-03-16", 1185.80) as form:
            self.assertIn("12 March", form.discount_hint)
            self.assertIn("stays open", form.discount_hint)
        form.record._create_payments()
        self.assertDiscount(move, "late", undecided=True, rest=24.20)

    def test_grace_is_told_to_nobody(self):
        move = self.bill("2026-03-02", 1000)
        self.day("2026-03-14")
        values = move._get_invoice_next_payment_values()
        self.assertNotEqual(values["installment_state"], "epd")
        self.assertAlmostEqual(values["amount_due"], 1210, 2)
        self.assertFalse(
            move._is_eligible_for_early_payment_discount(
                move.currency_id, move.invoice_date.replace(day=14)
            )
        )

    def test_bank_within_grace(self):
        within, after = self.bill("2026-03-02", 1000), self.bill("2026-03-02", 1000)
        self.pay(within, "2026-03-15", 1185.80)
        self.pay(after, "2026-03-16", 1185.80)
        self.assertDiscount(within, "taken", 24.20, rest=0)
        self.assertDiscount(after, "late", undecided=True, rest=24.20)

    def test_own_grace_of_a_term(self):
        strict = self.make_term(discount_own_grace=True)
        move = self.bill("2026-03-02", 1000, term=strict)
        self.assertAlmostEqual(self.register(move, "2026-03-13").amount, 1210, 2)
        self.pay(move, "2026-03-13", 1185.80)
        self.assertDiscount(move, "late", undecided=True)

    def test_several_invoices_in_one_payment(self):
        in_time, within, late = (
            self.bill(date, 1000) for date in ("2026-03-10", "2026-03-02", "2026-02-20")
        )
        moves = in_time | within | late
        self.day("2026-03-15")
        wizard = self.register(moves, "2026-03-15", group_payment=True)
        self.assertAlmostEqual(wizard.amount, 1185.80 * 2 + 1210, 2)
        self.assertEqual(wizard.discount_hint.count("grace"), 1)
        self.assertIn(within.name, wizard.discount_hint)
        wizard._create_payments()
        self.assertDiscount(in_time, "taken", 24.20, rest=0)
        self.assertDiscount(within, "taken", 24.20, rest=0)
        self.assertDiscount(late, False, rest=0)

    def test_several_payments_at_once(self):
        moves = self.bill("2026-03-02", 1000) | self.bill(
            "2026-03-02", 500, partner=self.customer("Garage")
        )
        self.day("2026-03-15")
        self.register(moves, "2026-03-15")._create_payments()
        self.assertDiscount(moves[0], "taken", 24.20, rest=0)
        self.assertDiscount(moves[1], "taken", 12.10, rest=0)

    # --------------------------------------------------------------- tolerance

    def test_wizard_within_tolerance(self):
        move = self.bill("2026-03-02", 1000)
        form = self.wizard_form(move, "2026-03-10", 1185.75)
        self.assertTrue(form.early_payment_discount_mode)
        self.assertIn("0.05", form.discount_hint)
        form.save()._create_payments()
        self.assertDiscount(move, "taken", 24.25, rest=0)
        self.assertEqual(
            sorted(amount for amount, _balance in booked(settling(move)).values()), [4.21, 20.04]
        )

    def test_wizard_beyond_tolerance(self):
        move = self.bill("2026-03-02", 1000)
        form = self.wizard_form(move, "2026-03-10", 1185.74)
        self.assertFalse(form.early_payment_discount_mode)
        form.save()._create_payments()
        self.assertDiscount(move, "excess", undecided=True, rest=24.26)

    def test_bank_within_tolerance(self):
        one, other = self.bill("2026-03-02", 1000), self.bill("2026-03-02", 1000)
        self.pay(one, "2026-03-10", 1185.75)
        self.pay(other, "2026-03-10", 1185.74)
        self.assertDiscount(one, "taken", 24.25, rest=0)
        self.assertDiscount(other, "excess", undecided=True, rest=24.26)

    def test_tolerance_of_several_invoices(self):
        moves = self.bill("2026-03-02", 1000) | self.bill("2026-03-02", 500)
        wizard = self.register(moves, "2026-03-10", 1185.80 + 592.90 - 0.04, group_payment=True)
        self.assertTrue(wizard.early_payment_discount_mode)
        wizard._create_payments()
        self.assertDiscount(moves[0], "taken", 24.24, rest=0)
        self.assertDiscount(moves[1], "taken", 12.10, rest=0)

    def test_less_than_the_discount(self):
        move = self.bill("2026-03-02", 1000)
        form = self.wizard_form(move, "2026-03-10", 1200)
        self.assertTrue(form.early_payment_discount_mode)
        self.assertIn("10.00", form.discount_hint)
        form.save()._create_payments()
        self.assertDiscount(move, "taken", 10, rest=0)

    def test_once_something_is_paid_there_is_none(self):
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-04", 100)
        wizard = self.register(move, "2026-03-10")
        self.assertAlmostEqual(wizard.amount, 1110, 2)
        self.assertIn("Odoo gives none", wizard.discount_hint)

    def test_bills_of_vendors_are_left_alone(self):
        self.assertFalse(
            self.env["account.move"]
            .new({"move_type": "in_invoice", "invoice_payment_term_id": self.term.id})
            ._discount_line()
        )
