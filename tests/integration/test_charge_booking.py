"""Charges in the books: once, to the cent what was said, given up and paid as the law says."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from . import books
from .charges import SECOND, THIRD, ChargeCase


class BookingCase(ChargeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.book = True
        cls.late = cls.overdue(cls.bakery)

    def second_notice(self):
        self.nights("2026-03-05")
        self.mail_leaves()
        return self.night(SECOND)


class TestBook(BookingCase):
    def test_what_is_said_is_what_is_booked(self):
        notice = self.second_notice()
        move = self.charges().charge_move_id
        self.assertEqual((move.move_type, move.state), ("out_invoice", "posted"))
        self.assertEqual(move.amount_total, notice.amount_charges)
        self.assertEqual(move.amount_total, 44.03)
        self.assertFalse(move.amount_tax)
        self.assertEqual(
            sorted(move.invoice_line_ids.mapped("price_subtotal")),
            sorted(amount for _kind, amount in self.told(notice)),
        )
        self.assertEqual(
            move.invoice_line_ids.product_id,
            self.env.ref("account_dunning_plus.product_interest")
            | self.env.ref("account_dunning_plus.product_collection_costs"),
        )
        self.assertEqual(move.invoice_origin, self.late.name)
        self.assertIn("1,044.03", self.text(notice), "the message asks for both")

    def test_not_claimed_again(self):
        self.second_notice()
        move = self.charges().charge_move_id
        notice = self.night(THIRD)
        # 16 more days: 4.60. The debit note is an item of its own, beside the invoice.
        self.assertEqual(self.told(notice), [("interest", 4.60)])
        rows = notice._statement_rows()
        self.assertEqual(
            [row["name"] for row in (*rows["items"], *rows["others"])], [self.late.name, move.name]
        )
        self.assertAlmostEqual(notice.amount_due, 1000 + 44.03 + 4.60, 2)
        self.assertEqual(len(self.charges().charge_move_id), 2)

    def test_a_debit_note_goes_on_from_the_level_that_claimed_it(self):
        """No friendly word of its own: its customer was told by the reminder."""
        self.second_notice()
        move = self.charges().charge_move_id
        self.pay(self.late, "2026-03-18")
        self.nights("2026-03-19", "2026-03-23", "2026-03-30")
        self.assertFalse(self.levels(move))
        # 30 days after it is due.
        notice = self.night("2026-04-15")
        self.assertEqual((self.levels(move), notice.amount_due), ([3], 44.03))
        self.assertEqual(self.reason(move), "final")

    def test_after_the_last_level_a_person_decides(self):
        self.nights("2026-03-05", SECOND, THIRD)
        self.pay(self.late, "2026-04-02")
        moves = self.charges().charge_move_id
        self.pay(moves.filtered(lambda move: move.amount_total == 44.03), "2026-04-02")
        [last] = moves.filtered("amount_residual")
        self.assertEqual(self.reason(last), "final")
        self.day("2026-04-10")
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.bakery.id)])
        self.assertTrue(row.needs_final)

    def test_it_is_not_unbooked(self):
        self.second_notice()
        move = self.charges().charge_move_id
        for step in (move.button_draft, move.button_cancel):
            with self.assertRaises(UserError):
                step()
        self.charges().action_waive()
        self.assertEqual(move.payment_state, "reversed")

    def test_a_customer_who_became_part_of_another(self):
        """What was claimed of an invoice is not claimed of it again, whoever owes it by now."""
        self.second_notice()
        group = self.customer("Bakeries", country_id=self.env.ref("base.be").id)
        self.bakery.parent_id = group
        self.bakery.is_company = False
        self.assertEqual(self.charges().partner_id, group)
        notice = self.night(THIRD)
        self.assertEqual(notice.partner_id, group)
        self.assertEqual(self.told(notice), [("interest", 4.60)])

    def test_charges_bear_no_charges(self):
        self.second_notice()
        debit = self.charges().charge_move_id
        self.night(THIRD)
        self.nights("2026-04-06", "2026-04-20", "2026-05-08")
        self.assertFalse(self.charges(debit))

    def test_a_payment_that_the_bank_dates_before_what_was_booked(self):
        """What was booked too much goes off what is claimed next."""
        self.second_notice()
        self.day("2026-03-20")
        self.pay(self.late, "2026-03-10", 400)
        notice = self.night(THIRD)
        # 16 days on 600: 2.76; less 6 days on 400 that were booked: 0.69.
        self.assertEqual(self.told(notice), [("interest", 2.07)])
        lines = self.charges(self.late).filtered(lambda own: own.level_id == self.third).lines
        self.assertEqual([line["amount"] for line in lines], [2.76, -0.69])
        self.assertEqual([line["principal"] for line in lines], [600, -400])

    def test_a_mail_that_fails_later_takes_it_back(self):
        self.second_notice()
        move = self.charges().charge_move_id
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.mail_leaves(refused=[self.bakery.email])
        self.assertFalse(self.charges())
        self.assertEqual(move.payment_state, "reversed")
        self.night("2026-03-17")
        again = self.charges().charge_move_id
        self.assertEqual((len(again), again.amount_total), (1, 44.32))
        self.assertNotEqual(again, move)

    def test_what_cannot_be_credited_does_not_stop_the_mail_queue(self):
        notice = self.second_notice()
        with (
            mute_logger("odoo.addons.mail.models.mail_mail"),
            patch.object(
                type(self.env["account.move"]),
                "_dunning_make_claims",
                side_effect=UserError("The journal is closed."),
            ),
        ):
            self.mail_leaves(refused=[self.bakery.email])
        self.assertEqual(notice.state, "failed")
        self.assertIn("The journal is closed.", notice.charge_problem)
        self.assertEqual(set(self.charges().mapped("state")), {"booked"})
        with self.assertRaises(UserError):
            notice.unlink()

    def test_interest_is_not_calculated_on_it(self):
        self.second_notice()
        debit = self.charges().charge_move_id
        self.day("2026-06-01")
        action = self.env["account.dunning.interest"]._open(self.company, self.bakery)
        lines = self.env["account.dunning.interest"].browse(action["res_id"]).line_ids
        self.assertIn(self.late.name, lines.mapped("name"))
        self.assertNotIn(debit.name, lines.mapped("name"))

    def test_what_was_paid_of_it_stays_booked(self):
        self.second_notice()
        move = self.charges().charge_move_id
        self.pay(move, SECOND, 10)
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.mail_leaves(refused=[self.bakery.email])
        self.assertEqual(set(self.charges().mapped("state")), {"booked"})
        self.night("2026-03-17")
        self.assertEqual(self.charges().charge_move_id, move, "and not a second time")

    def test_sent_again_it_books_nothing_again(self):
        notice = self.second_notice()
        self.mail_leaves()
        move = self.charges().charge_move_id
        self.day("2026-03-20")
        notice.action_resend()
        self.assertEqual(self.charges().charge_move_id, move)
        self.assertEqual(self.told(notice), [("interest", 4.03), ("compensation", 40)])
        [total] = notice._statement_rows()["totals"].values()
        self.assertEqual(total, 1044.03)
        self.assertIn("1,044.03", self.text(notice))

    def test_in_a_locked_period(self):
        self.nights("2026-03-05")
        self.mail_leaves()
        self.company.fiscalyear_lock_date = "2026-03-31"
        self.night(SECOND)
        move = self.charges().charge_move_id
        self.assertEqual(move.state, "posted")
        self.assertGreater(str(move.date), "2026-03-31")
        self.assertEqual(move.amount_total, 44.03)

    def test_without_a_place_to_book_it(self):
        """The reminder goes out and claims; what is wrong is said."""
        self.nights("2026-03-05")
        journal = books.journal(self.company, "sale")
        self.env.ref("account_dunning_plus.product_interest").property_account_income_id = False
        journal.default_account_id = False
        notice = self.night(SECOND)
        self.assertEqual(notice.state, "sent")
        self.assertEqual(set(self.charges().mapped("state")), {"claimed"})
        self.assertIn(journal.name, notice.charge_problem)
        journal.default_account_id = books.account(self.company, "income")
        notice.action_book_charges()
        self.assertEqual(set(self.charges().mapped("state")), {"booked"})

    def test_two_currencies_are_two_debit_notes(self):
        dollar = self.currency("USD", 2)
        self.invoice(self.bakery, "2026-02-01", "2026-03-02", 2000, dollar)
        self.second_notice()
        moves = self.charges().charge_move_id
        self.assertEqual(
            {move.currency_id: move.amount_total for move in moves},
            {dollar: 8.05, self.company.currency_id: 84.03},
        )

    def test_own_journal(self):
        journal = books.journal(self.company, "sale").copy({"code": "DEB", "name": "Debit notes"})
        journal.default_account_id = books.account(self.company, "income")
        self.company.dunning_charge_journal_id = journal
        self.second_notice()
        self.assertEqual(self.charges().charge_move_id.journal_id, journal)


class TestByHand(ChargeCase):
    def test_book(self):
        self.overdue(self.bakery)
        notice = self.nights("2026-03-05", SECOND)
        user = self.user("billing", "account.group_account_invoice")
        notice.with_user(user).action_book_charges()
        move = self.charges().charge_move_id
        self.assertEqual(move.amount_total, 44.03)
        with self.assertRaises(UserError):
            notice.with_user(user).action_book_charges()
        # It is not claimed again, and its item is.
        self.assertEqual(self.told(self.night(THIRD)), [("interest", 4.60)])

    def test_a_payment_known_since_makes_it_less(self):
        late = self.overdue(self.bakery)
        self.nights("2026-03-05", SECOND)
        self.day("2026-03-20")
        self.pay(late, "2026-03-10", 400)
        self.charges().action_book()
        interest = self.charges(late).filtered(lambda own: own.kind == "interest")
        # 8 days on 1000, 6 on 600; rounded line by line, as it was claimed.
        self.assertEqual(interest.amount, 3.34)
        self.assertEqual(interest.charge_move_id.amount_total, 43.34)

    def test_a_viewer_and_an_auditor_book_nothing(self):
        self.overdue(self.bakery)
        self.nights("2026-03-05", SECOND)
        for login, group in (
            ("auditor", "account.group_account_readonly"),
            ("viewer", "account_dunning_plus.group_dunning_viewer"),
        ):
            user = self.user(login, f"base.group_user,{group}")
            for action in ("action_book", "action_waive"):
                with self.assertRaises(AccessError):
                    getattr(self.charges().with_user(user), action)()

    def test_another_company(self):
        """Who has no access to the company sees none of its charges, and waives none."""
        self.overdue(self.bakery)
        notice = self.nights("2026-03-05", SECOND)
        other = books.make_company(self.env, "Elsewhere Ltd")
        user = self.user("elsewhere", "account.group_account_invoice", other)
        charges = self.charges().with_user(user).with_context(allowed_company_ids=other.ids)
        self.assertFalse(charges.search([]) & self.charges().with_user(user))
        for call in (
            charges.action_book,
            charges.action_waive,
            charges.action_open_waive,
            notice.with_user(user).action_book_charges,
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(set(self.charges().mapped("state")), {"claimed"})

    def test_the_dialog_is_for_dunning_users(self):
        clerk = self.user("clerk", "base.group_user,base.group_partner_manager")
        dialog = self.env["account.dunning.charge.waive"].with_user(clerk)
        self.assertFalse(dialog.has_access("create"))


class TestWaive(BookingCase):
    def test_booked(self):
        self.second_notice()
        interest, compensation = self.charges()
        user = self.user("billing", "account.group_account_invoice")
        compensation.with_user(user).action_waive()
        credit = compensation.credit_move_id
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 40))
        self.assertEqual(credit.state, "posted")
        self.assertEqual(interest.charge_move_id.amount_residual, 4.03)
        self.assertEqual((compensation.state, compensation.waived_user_id), ("waived", user))
        self.assertEqual(interest.amount_open, 4.03)
        self.assertEqual(compensation.amount_open, 0)
        self.assertEqual(self.told(self.night(THIRD)), [("interest", 4.60)])
        with self.assertRaises(UserError):
            compensation.with_user(user).action_waive()

    def test_all_of_a_debit_note(self):
        self.second_notice()
        move = self.charges().charge_move_id
        self.charges().action_waive()
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(len(self.charges().credit_move_id), 1)

    def test_paid_already(self):
        self.second_notice()
        move = self.charges().charge_move_id
        self.pay(move, SECOND)
        self.charges().action_waive()
        credit = self.charges().credit_move_id
        self.assertEqual(credit.amount_residual, 44.03, "the customer gets it back")

    def test_claimed_only(self):
        self.scheme.book = False
        notice = self.second_notice()
        self.charges().action_waive()
        self.assertFalse(self.charges().credit_move_id)
        # Interest begins anew on the day after.
        self.assertEqual(self.told(self.night(THIRD)), [("interest", 4.60)])
        self.assertTrue(notice)

    def test_with_a_reason(self):
        self.second_notice()
        action = self.sent()[-1].action_waive_charges()
        wizard = self.env["account.dunning.charge.waive"].browse(action["res_id"])
        with Form(wizard) as form:
            form.reason = "Goodwill"
        wizard.action_waive()
        self.assertEqual(set(self.charges().mapped("waive_reason")), {"Goodwill"})


class TestAllotment(BookingCase):
    """A payment of the invoice and the debit note that is too short."""

    def pay_together(self, amount, **vals):
        methods = books.journal(self.company, "bank").inbound_payment_method_line_ids
        methods.payment_account_id = books.account(self.company, "asset_current")
        self.second_notice()
        self.debit = self.charges().charge_move_id
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=(self.late | self.debit).ids)
            .create({"group_payment": True, "amount": amount, **vals})
        )
        wizard.action_create_payments()

    def open_amounts(self):
        return self.late.amount_residual, self.debit.amount_residual

    def test_belgian_law_pays_costs_and_interest_first(self):
        self.pay_together(100)
        self.assertEqual(self.open_amounts(), (1000 - 55.97, 0))

    def test_too_short_for_the_charges(self):
        self.pay_together(41)
        self.assertEqual(self.open_amounts(), (1000, 3.03))
        self.assertEqual(
            {own.kind: own.amount_open for own in self.charges()},
            {"compensation": 0, "interest": 3.03},
        )

    def test_what_is_due_first_by_setting(self):
        self.company.dunning_allotment = "oldest"
        self.pay_together(100)
        self.assertEqual(self.open_amounts(), (900, 44.03))

    def test_one_item_is_what_the_user_picked(self):
        self.second_notice()
        self.debit = self.charges().charge_move_id
        self.pay(self.late, SECOND, 100)
        self.assertEqual(self.open_amounts(), (900, 44.03))

    def test_money_on_account_matched_with_both(self):
        self.second_notice()
        self.debit = self.charges().charge_move_id
        money = self.on_account(self.bakery, SECOND, 100)
        (books.receivable_items(self.late) | books.receivable_items(self.debit) | money).reconcile()
        self.assertEqual(self.open_amounts(), (1000 - 55.97, 0))
