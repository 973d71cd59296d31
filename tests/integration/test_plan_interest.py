"""A payment plan with interest: agreed on, invoiced when it starts, taken back with it."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from . import books
from .test_promise_messages import PromiseCase

PLAN = ("2026-03-16", "2026-04-15", "2026-05-15")
"""14, 44 and 74 days after it is made."""


class InterestCase(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"promise_interest_rate": 10, "promise_max_days": 0})
        # 300.00 each at 10 %: 1.15, 3.62 and 6.08.
        cls.total = 910.85

    def plan(self, **vals):
        return self.promise(PLAN, **vals).sudo()

    def interest(self, promise):
        return promise.line_ids.sorted("date").mapped("amount_interest")


class TestStart(InterestCase):
    def test_it_is_invoiced_and_covered(self):
        plan = self.plan()
        self.assertEqual(plan.state, "open")
        self.assertEqual(self.interest(plan), [1.15, 3.62, 6.08])
        self.assertAlmostEqual(plan.amount_interest, 10.85)
        self.assertAlmostEqual(plan.amount, self.total)
        self.assertEqual(plan.amount_with_interest, plan.amount, "it is part of it now")
        self.assertEqual(plan.line_ids.sorted("date").mapped("amount"), [301.15, 303.62, 306.08])
        invoice = plan.interest_move_id
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(invoice.partner_id, self.bakery)
        self.assertAlmostEqual(invoice.amount_total, 10.85)
        self.assertFalse(invoice.amount_tax)
        self.assertEqual(str(invoice.invoice_date), "2026-03-02")
        self.assertEqual(str(invoice.invoice_date_due), "2026-05-15")
        self.assertEqual(
            invoice.invoice_line_ids.product_id,
            self.env.ref("account_dunning_plus.product_interest"),
        )
        self.assertEqual(plan.item_ids.move_id, self.late | invoice)
        self.assertAlmostEqual(sum(plan.item_ids.mapped("amount_covered")), self.total)
        self.assertEqual(self.reason(invoice), "promised")

    def test_it_is_judged_like_the_rest(self):
        plan = self.plan()
        self.pay(self.late, "2026-03-16", 301.15)
        self.pay(self.late, "2026-04-15", 303.62)
        self.day("2026-05-15")
        self.pay(self.late, "2026-05-15")
        self.assertEqual(plan.state, "open", "the interest is missing")
        self.pay(plan.interest_move_id, "2026-05-15")
        self.assertEqual(plan.state, "kept")
        self.assertAlmostEqual(plan.amount_paid, self.total)

    def test_free_of_interest(self):
        plan = self.plan(interest_rate=0)
        self.assertFalse(plan.interest_move_id)
        self.assertEqual((plan.amount, plan.amount_interest), (900, 0))

    def test_a_single_payment_bears_none(self):
        promise = self.promise(["2026-04-15"]).sudo()
        self.assertFalse(promise.interest_move_id)
        self.assertEqual(promise.amount, 900)

    def test_less_than_a_cent_is_not_invoiced(self):
        plan = self.plan(interest_rate=0.001)
        self.assertFalse(plan.interest_move_id)
        self.assertEqual(plan.amount, 900)

    def test_in_dollars(self):
        dollar = self.currency("USD", 2)
        cafe = self.customer("Café")
        self.invoice(cafe, "2026-02-01", "2026-03-02", 900, dollar)
        plan = self.plan(partner=cafe)
        self.assertEqual(plan.currency_id, dollar)
        self.assertEqual(plan.interest_move_id.currency_id, dollar)
        self.assertAlmostEqual(plan.interest_move_id.amount_total, 10.85)
        self.assertAlmostEqual(plan.amount, self.total)
        self.assertAlmostEqual(sum(plan.item_ids.mapped("amount_covered")), self.total)

    def test_a_currency_without_cents(self):
        yen = self.currency("JPY", 100)
        cafe = self.customer("Café")
        self.invoice(cafe, "2026-02-01", "2026-03-02", 90_000, yen)
        plan = self.plan(partner=cafe, amount=90_000)
        self.assertEqual(self.interest(plan), [115, 362, 608])
        self.assertEqual(plan.interest_move_id.amount_total, 1085)

    def test_the_journal_of_the_settings(self):
        journal = self.env["account.journal"].create(
            {
                "name": "Interest",
                "code": "INT",
                "type": "sale",
                "company_id": self.company.id,
                "default_account_id": books.account(self.company, "income").id,
            }
        )
        self.company.promise_interest_journal_id = journal
        self.assertEqual(self.plan().interest_move_id.journal_id, journal)

    def test_without_a_journal_nothing_is_written(self):
        books.journal(self.company, "sale").active = False
        count = self.env["account.payment.promise"].search_count([])
        with self.assertRaisesRegex(UserError, "free of interest"), self.env.cr.savepoint():
            self.plan()
        self.assertEqual(self.env["account.payment.promise"].search_count([]), count)

    def test_a_rate_that_makes_no_sense(self):
        for rate in (-1, 101):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.plan(interest_rate=rate)

    def test_who_agrees_on_plans_need_not_post_invoices(self):
        self.assertFalse(self.dunner.has_group("account.group_account_invoice"))
        self.assertEqual(self.plan(user=self.dunner).interest_move_id.state, "posted")

    def test_nobody_writes_the_interest_by_hand(self):
        promises = self.env["account.payment.promise"].with_user(self.dunner)
        plan = promises.create(
            {
                "partner_id": self.bakery.id,
                "amount": 900,
                "interest_move_id": self.late.id,
                "line_ids": [
                    Command.create({"date": day, "amount": 300, "amount_interest": 99})
                    for day in PLAN
                ],
            }
        ).sudo()
        self.assertEqual(self.interest(plan), [1.15, 3.62, 6.08])
        self.assertNotEqual(plan.interest_move_id, self.late)


class TestApproval(InterestCase):
    def setUp(self):
        super().setUp()
        self.company.promise_max_instalments = 2

    def test_it_is_invoiced_when_approved_and_once(self):
        plan = self.plan()
        self.assertEqual(plan.state, "draft")
        self.assertEqual((plan.amount, plan.interest_move_id.id), (900, False))
        self.assertAlmostEqual(plan.amount_with_interest, self.total)
        plan.with_user(self.dunning_manager()).action_approve()
        self.assertAlmostEqual(plan.amount, self.total)
        invoice = plan.interest_move_id
        self.assertTrue(invoice)
        plan._book_interest()
        self.assertEqual(plan.interest_move_id, invoice)
        self.assertAlmostEqual(plan.amount, self.total)
        self.assertEqual(len(plan.item_ids), 2)

    def test_what_is_corrected_while_it_waits_is_what_holds(self):
        plan = self.plan()
        plan.with_user(self.dunner).interest_rate = 20
        self.assertAlmostEqual(plan.amount_interest, 21.69)
        plan.with_user(self.dunning_manager()).action_approve()
        self.assertAlmostEqual(plan.interest_move_id.amount_total, 21.69)


class TestEnd(InterestCase):
    def test_cancelled_before_anything_was_paid(self):
        plan = self.plan()
        invoice = plan.interest_move_id
        plan.with_user(self.dunner).action_cancel()
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertFalse(invoice.amount_residual)

    def test_cancelled_after_something_was_paid_it_stays_claimed(self):
        plan = self.plan()
        self.pay(self.late, "2026-03-02", 100)
        plan.with_user(self.dunner).action_cancel()
        self.assertEqual(plan.interest_move_id.payment_state, "not_paid")

    def test_broken_it_stays_claimed(self):
        plan = self.plan()
        self.night("2026-03-19")
        self.assertEqual(plan.state, "broken")
        self.assertEqual(plan.interest_move_id.payment_state, "not_paid")

    def test_rescheduled_the_debt_bears_interest_anew(self):
        plan = self.plan()
        invoice = plan.interest_move_id
        action = plan.with_user(self.dunner).action_reschedule()
        promises = self.env["account.payment.promise"].with_user(self.dunner)
        dialog = Form(
            promises.with_context(**action["context"]),
            view="account_dunning_plus.account_payment_promise_view_form_dialog",
        )
        self.assertEqual(dialog.amount, 900, "the old interest is no debt")
        self.assertEqual(dialog.interest_rate, 10)
        dialog.in_instalments = True
        dialog.first_date = "2026-03-20"
        dialog.plan_number = 2
        later = dialog.save().sudo()
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(later.item_ids.move_id, self.late | later.interest_move_id)
        # 450.00 for 18 and for 49 days.
        self.assertEqual(self.interest(later), [2.22, 6.04])

    def test_rescheduled_by_the_account(self):
        plan = self.plan()
        later = plan.with_user(self.dunner)._reschedule(
            {
                "partner_id": self.bakery.id,
                "amount": 900,
                "line_ids": [
                    Command.create({"date": day, "amount": 450})
                    for day in ("2026-03-20", "2026-04-20")
                ],
            }
        )
        self.assertEqual(later.sudo().state, "open")
        self.assertEqual(plan.interest_move_id.payment_state, "reversed")


class TestWords(InterestCase):
    def test_the_dialog_states_it(self):
        promises = self.env["account.payment.promise"].with_user(self.dunner)
        dialog = Form(
            promises.with_context(default_partner_id=self.bakery.id),
            view="account_dunning_plus.account_payment_promise_view_form_dialog",
        )
        dialog.date = "2026-03-16"
        self.assertEqual(dialog.amount_interest, 0)
        dialog.in_instalments = True
        self.assertEqual(dialog.interest_rate, 10)
        self.assertEqual(dialog.amount, 900)
        # 300.00 for 14, 45 and 75 days.
        self.assertAlmostEqual(dialog.amount_interest, 1.15 + 3.70 + 6.16)
        self.assertAlmostEqual(dialog.amount_with_interest, 911.01)
        with dialog.line_ids.edit(2) as line:
            self.assertEqual((line.amount_interest, line.amount_with_interest), (6.16, 306.16))
        dialog.interest_rate = 0
        self.assertEqual(dialog.amount_with_interest, 900)
        dialog.interest_rate = 20
        plan = dialog.save().sudo()
        self.assertAlmostEqual(plan.amount_interest, 22.03)

    def test_the_confirmation_lists_it(self):
        plan = self.plan()
        [mail] = self.told(plan)
        text = self.read(mail)
        for words in ("303.62", "3.62", "910.85", "10.85", "10% a year"):
            self.assertIn(words, text)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account_dunning_plus.report_payment_promise", plan.ids
        )
        for words in ("303.62", "3.62", "910.85", "10.85"):
            self.assertIn(words, html.decode())

    def test_free_of_interest_it_says_nothing_of_it(self):
        plan = self.plan(interest_rate=0)
        self.assertNotIn("nterest", self.read(self.told(plan)[0]))

    def test_the_customers_screen_tells_it(self):
        plan = self.plan()
        row = self.env["account.dunning.followup"].search(
            [("partner_id", "=", self.bakery.id), ("company_id", "=", self.company.id)]
        )
        [event] = [own for own in row._timeline_promises() if own]
        self.assertIn("10.85", str(event))
        self.assertIn("303.62", str(event))
        self.assertTrue(plan)
