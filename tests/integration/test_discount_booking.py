"""A discount that is found in the ledger is booked as Odoo's wizard books it, to the cent."""

from odoo import fields
from odoo.exceptions import UserError

from . import books
from .discounts import DiscountCase, booked, make_tax, settling

MODES = ("included", "excluded", "mixed")


class TestBooking(DiscountCase):
    def same_three_ways(self, bill, date, late):
        """Pay an invoice by the wizard, by the bank in time, and by the bank too late.

        :param bill: makes the invoice
        """
        first, second, third = bill(), bill(), bill()
        self.day(date)
        wizard = self.register(first, date)
        paid = wizard.amount
        wizard._create_payments()
        self.assertEqual(first.amount_residual, 0)
        core = booked(settling(first))
        self.pay(second, date, paid)
        self.assertEqual(booked(settling(second)), core)
        self.assertDiscount(second, "taken", second.amount_total - paid, rest=0)
        self.day(late)
        self.pay(third, late, paid)
        self.assertDiscount(third, "late", undecided=True, rest=third.amount_total - paid)
        self.assertFalse(self.entry_of(third))
        third.action_discount_grant()
        self.assertDiscount(third, "late", third.amount_total - paid, "granted", rest=0)
        return core, booked(settling(third))

    def test_equal_in_all_tax_modes(self):
        reduced = make_tax(self.company, 6)
        for mode in MODES:
            term = self.make_term(mode)
            with self.subTest(mode=mode):
                core, granted = self.same_three_ways(
                    lambda term=term: self.bill(
                        "2026-03-02", 1234.56, (77.77, reduced), (33.33, reduced), 0.99, term=term
                    ),
                    "2026-03-10",
                    "2026-03-20",
                )
                self.assertTrue(core)
                self.assertEqual(granted, core)

    def test_equal_without_taxes(self):
        core, granted = self.same_three_ways(
            lambda: self.bill("2026-03-02", (1000, self.env["account.tax"])),
            "2026-03-10",
            "2026-03-20",
        )
        self.assertEqual(core, {("653000", False, (), ()): (20, 20)})
        self.assertEqual(granted, core)

    def test_equal_in_a_foreign_currency(self):
        dollar = self.currency("USD", 1.25)
        for day, rate in (("2026-03-09", 1.6), ("2026-03-19", 1.6)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                    "name": day,
                    "company_rate": rate,
                }
            )
        for mode in MODES:
            term = self.make_term(mode)
            with self.subTest(mode=mode):
                core, granted = self.same_three_ways(
                    lambda term=term: self.bill(
                        "2026-03-02", 999.99, 0.37, term=term, currency=dollar
                    ),
                    "2026-03-10",
                    "2026-03-20",
                )
                self.assertEqual(granted, core)

    def test_equal_with_cash_rounding(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
                "profit_account_id": books.account(self.company, "income").id,
                "loss_account_id": books.account(self.company, "expense").id,
            }
        )
        for mode in MODES:
            term = self.make_term(mode)
            with self.subTest(mode=mode):
                core, granted = self.same_three_ways(
                    lambda term=term: self.bill(
                        "2026-03-02", 101.13, term=term, invoice_cash_rounding_id=rounding.id
                    ),
                    "2026-03-10",
                    "2026-03-20",
                )
                self.assertEqual(granted, core)

    # ------------------------------------------------------------ what is found

    def test_less_than_the_discount_is_kept_back(self):
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-10", 1200)
        self.assertDiscount(move, "taken", 10, rest=0)
        self.assertEqual(sum(amount for amount, _ in booked(self.entry_of(move)).values()), 10)

    def test_a_cent_less_than_the_discount_leaves_all_to_a_person(self):
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-10", 1185.79)
        self.assertDiscount(move, "excess", undecided=True, rest=24.21)

    def test_last_day_and_the_day_after(self):
        in_time, late = self.bill("2026-03-02", 1000), self.bill("2026-03-02", 1000)
        self.pay(in_time, "2026-03-12", 1185.80)
        self.pay(late, "2026-03-13", 1185.80)
        self.assertDiscount(in_time, "taken", 24.20, rest=0)
        self.assertDiscount(late, "late", undecided=True, rest=24.20)
        self.assertEqual(late.discount_paid_on, fields.Date.to_date("2026-03-13"))

    def test_payment_in_parts(self):
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-04", 600)
        self.assertDiscount(move, False, rest=610)
        self.pay(move, "2026-03-06", 585.80)
        self.assertDiscount(move, "parts", undecided=True, rest=24.20)

    def test_an_ordinary_payment_is_none(self):
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-10", 500)
        self.assertDiscount(move, False, rest=710)
        self.pay(move, "2026-04-10", 710)
        self.assertDiscount(move, False, rest=0)

    def test_with_a_credit_note_nobody_knows(self):
        move = self.bill("2026-03-02", 1000)
        credit = self.credit(self.partner, "2026-03-05", 10)
        (books.receivable_items(move) | books.receivable_items(credit)).reconcile()
        self.pay(move, "2026-03-10", 1175.80)
        self.assertDiscount(move, False, rest=24.20)

    def test_one_payment_of_the_wizard_for_several_invoices(self):
        old = self.bill("2026-02-01", 100)
        moves = old | self.bill("2026-03-02", 1000) | self.bill("2026-03-02", 500)
        self.day("2026-03-10")
        wizard = self.register(moves, "2026-03-10", group_payment=True)
        self.assertAlmostEqual(wizard.amount, 121 + 1185.80 + 592.90, 2)
        wizard._create_payments()
        self.assertDiscount(old, False, rest=0)
        self.assertDiscount(moves[1], "taken", 24.20, rest=0)
        self.assertDiscount(moves[2], "taken", 12.10, rest=0)

    # -------------------------------------------------------------- undo, redo

    def test_undone_and_redone(self):
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-10", 1185.80)
        [entry] = self.entry_of(move)
        item = books.receivable_items(move)
        payment = item.matched_credit_ids.credit_move_id.filtered(
            lambda line: line.move_id != entry
        )
        item.matched_credit_ids.filtered(lambda part: part.credit_move_id == payment).unlink()
        self.assertDiscount(move, False, rest=1210)
        self.assertTrue(entry.reversal_move_ids, "what was booked is reversed")
        self.assertEqual(booked(entry | entry.reversal_move_ids), {})
        (item | payment).reconcile()
        self.assertDiscount(move, "taken", 24.20, rest=0)

    def test_undone_by_reversing_the_entry(self):
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-10", 1185.80)
        [entry] = self.entry_of(move)
        entry._reverse_moves(cancel=True)
        self.assertEqual(len(entry.reversal_move_ids), 1)
        # In time it was: nobody books it again, and nobody forgets it.
        self.assertDiscount(move, "taken", undecided=True, rest=24.20)

    def test_undone_wizard_payment(self):
        move = self.bill("2026-03-02", 1000)
        self.day("2026-03-10")
        self.register(move, "2026-03-10")._create_payments()
        self.assertDiscount(move, "taken", 24.20, rest=0)
        books.receivable_items(move).remove_move_reconcile()
        self.assertDiscount(move, False, rest=1210)

    def test_invoice_back_to_draft(self):
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-10", 1185.80)
        entry = self.entry_of(move)
        books.receivable_items(move).remove_move_reconcile()
        move.button_draft()
        self.assertDiscount(move, False)
        self.assertEqual(len(entry.reversal_move_ids), 1)

    # ------------------------------------------------------------------ errors

    def test_no_account_for_discounts(self):
        self.company.account_journal_early_pay_discount_loss_account_id = False
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-10", 1185.80)
        self.assertDiscount(move, "taken", undecided=True, rest=24.20)
        self.assertIn("Early Discount Loss", move.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "Early Discount Loss"):
            move.action_discount_grant()
        self.assertDiscount(move, "taken", undecided=True, rest=24.20)

    def test_locked_period(self):
        move = self.bill("2026-03-02", 1000)
        money = self.on_account(self.partner, "2026-03-10", 1185.80)
        self.day("2026-04-20")
        self.company.fiscalyear_lock_date = "2026-03-31"
        (books.receivable_items(move) | money).reconcile()
        self.assertDiscount(move, "taken", 24.20, rest=0)
        self.assertEqual(self.entry_of(move).date, fields.Date.to_date("2026-04-01"))

    def test_no_journal_for_entries(self):
        self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "general")]
        ).active = False
        move = self.bill("2026-03-02", 1000)
        self.pay(move, "2026-03-10", 1185.80)
        self.assertDiscount(move, "taken", undecided=True, rest=24.20)
        with self.assertRaisesRegex(UserError, "miscellaneous journal"):
            move.action_discount_grant()
