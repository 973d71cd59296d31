"""The word in time: whom it reaches, on which day, once."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from . import books
from .discount_words import WordCase

MESSAGE_LOG = "odoo.addons.account_dunning_plus.models.account_dunning_message"
BROKEN = '<t t-if="object.partner_id.name == \'Bakery Peeters\'" t-out="1 / 0" />'


class TestDay(WordCase):
    def test_three_days_before_the_last_once(self):
        invoice = self.discounted()
        for day in ("2026-03-03", "2026-03-08"):
            self.assertFalse(self.words(day))
        notice = self.words("2026-03-09")
        self.assertEqual((notice.state, notice.kind), ("sent", "word"))
        self.assertEqual(notice.partner_id, self.bakery)
        self.assertEqual((str(notice.date), str(notice.last_day)), ("2026-03-09", "2026-03-12"))
        line = notice.line_ids
        self.assertEqual(line.move_id, invoice)
        self.assertEqual((line.amount_open, line.discount, line.amount_to_pay), (4300, 86, 4214))
        self.assertEqual((notice.amount_to_pay, notice.amount_discount), (4214, 86))
        self.assertEqual(len(self.said(notice)), 1)
        for day in ("2026-03-09", "2026-03-10", "2026-03-12", "2026-03-13"):
            self.assertFalse(self.words(day))
        self.assertEqual(len(self.said()), 1)

    def test_missed_nights_are_caught_up_until_the_last_day(self):
        self.discounted()
        self.assertTrue(self.words("2026-03-12"))

    def test_never_after_the_last_day(self):
        self.discounted()
        self.assertFalse(self.words("2026-03-13"))

    def test_a_day_off_before_pulls_it_forward(self):
        """What would be said on Saturday or Sunday is said on Friday."""
        self.company.dunning_working_days_only = True
        # Three days before the 17th and the 18th are Saturday and Sunday.
        for date in ("2026-03-07", "2026-03-08"):
            self.discounted(self.customer(f"Shop {date}"), date)
        self.assertFalse(self.words("2026-03-12"))
        self.assertEqual(len(self.words("2026-03-13")), 2)

    def test_nothing_leaves_on_a_day_off(self):
        self.company.dunning_working_days_only = True
        self.discounted(date="2026-02-26")
        self.assertFalse(self.words("2026-03-07"))
        self.assertFalse(self.words("2026-03-08"))

    def test_the_companys_day(self):
        """Past midnight in Brussels, still the day before in UTC."""
        self.discounted()
        self.assertEqual(str(self.words("2026-03-08", hour="23:30").date), "2026-03-09")

    def test_as_many_days_as_the_settings_say(self):
        self.company.discount_notice_days = 5
        self.discounted()
        self.assertFalse(self.words("2026-03-06"))
        self.assertTrue(self.words("2026-03-07"))

    def test_one_message_of_all_that_end_soon(self):
        first = self.discounted()
        soon = self.discounted(date="2026-03-06", amount=100)
        later = self.discounted(date="2026-03-10", amount=50)
        notice = self.words("2026-03-09")
        self.assertEqual(notice.line_ids.move_id, first | soon)
        self.assertEqual(notice.amount_to_pay, 4214 + 98)
        self.assertFalse(self.words("2026-03-13"))
        self.assertEqual(self.words("2026-03-17").line_ids.move_id, later)

    def test_one_message_a_day(self):
        """Who is reminded at night is told the working day after, unless that is too late."""
        self.discounted()
        self.overdue(self.bakery, due="2026-03-06")
        late = self.customer("Shop Late")
        self.discounted(late, "2026-02-27")
        self.overdue(late, due="2026-03-06")
        self.assertEqual(len(self.night("2026-03-09")), 2)
        self.assertEqual(self.words("2026-03-09").partner_id, late)
        self.assertEqual(self.words("2026-03-10").partner_id, self.bakery)


class TestWhom(WordCase):
    def silent(self):
        self.assertFalse(self.words("2026-03-09"))
        self.assertFalse(self.said())

    def test_not_of_what_is_paid(self):
        invoice = self.discounted()
        self.pay(invoice, "2026-03-05")
        self.silent()

    def test_not_of_what_is_paid_in_part(self):
        """Core gives no discount then."""
        invoice = self.discounted()
        self.pay(invoice, "2026-03-05", 1000)
        self.silent()

    def test_not_of_what_is_credited_in_part(self):
        invoice = self.discounted()
        note = self.credit(self.bakery, "2026-03-05", 100)
        (books.receivable_items(invoice) | books.receivable_items(note)).reconcile()
        self.silent()

    def test_not_of_what_is_paid_on_account(self):
        """The money is there, though nobody has allocated it."""
        self.discounted()
        self.on_account(self.bakery, "2026-03-06", 4214)
        self.silent()

    def test_of_what_open_credits_do_not_pay(self):
        self.discounted()
        other = self.discounted(date="2026-03-03", amount=500)
        self.on_account(self.bakery, "2026-03-06", 4300)
        self.assertFalse(self.words("2026-03-09"))
        self.assertEqual(self.words("2026-03-10").line_ids.move_id, other)

    def test_what_was_told_before_counts_for_credits_only(self):
        """It is what the money most likely pays; and it takes nothing along to an early word."""
        self.discounted()
        self.words("2026-03-09")
        self.on_account(self.bakery, "2026-03-09", 4214)
        due = self.discounted(date="2026-03-03", amount=1000)
        self.discounted(date="2026-03-11", amount=100)
        self.assertEqual(self.words("2026-03-10").line_ids.move_id, due)

    def test_not_of_what_is_in_payment(self):
        invoice = self.discounted()
        with patch.object(
            type(invoice), "_get_invoice_in_payment_state", lambda self: "in_payment"
        ):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({"journal_id": books.journal(self.company, "bank").id})._create_payments()
        self.silent()

    def test_not_of_what_is_disputed(self):
        invoice = self.discounted()
        reason = self.env.ref("account_dunning_plus.dispute_reason_price")
        dispute = self.env["account.dunning.dispute"].create(
            {"move_id": invoice.id, "amount": 10, "reason_id": reason.id}
        )
        self.assertFalse(self.words("2026-03-09"))
        dispute.action_withdraw()
        self.assertTrue(self.words("2026-03-10"))

    def test_not_of_what_is_excluded(self):
        books.receivable_items(self.discounted()).no_followup = True
        self.silent()

    def test_not_while_the_invoice_or_the_customer_is_on_hold(self):
        invoice = self.discounted()
        invoice.dunning_hold_until = "2026-03-09"
        self.assertFalse(self.words("2026-03-09"))
        self.bakery.dunning_hold_until = "2026-03-10"
        self.assertFalse(self.words("2026-03-10"))
        self.assertTrue(self.words("2026-03-11"))

    def test_not_to_an_archived_customer(self):
        self.discounted()
        self.bakery.active = False
        self.silent()

    def test_switch_of_the_customer(self):
        self.discounted()
        self.bakery.discount_no_notice = True
        self.silent()

    def test_switch_of_the_term(self):
        self.discounted()
        self.term.discount_notice = False
        self.silent()

    def test_switch_of_the_company(self):
        self.discounted()
        self.company.discount_notice_days = 0
        self.silent()

    def test_not_of_a_draft(self):
        self.discounted().button_draft()
        self.silent()

    def test_invoices_to_contacts_in_one_message_to_who_is_reminded(self):
        contact = self.customer(
            "Accounts Payable", parent_id=self.bakery.id, type="invoice", is_company=False
        )
        moves = self.discounted() | self.discounted(contact, amount=100)
        notice = self.words("2026-03-09")
        self.assertEqual((notice.partner_id, notice.recipient_id), (self.bakery, contact))
        self.assertEqual(notice.line_ids.move_id, moves)
        self.assertEqual(self.said(notice).recipient_ids, contact)

    def test_two_companies_each_for_itself(self):
        other = books.make_company(self.env, "Other Ltd", dunning_working_days_only=False)
        self.discounted()
        self.assertEqual(self.words("2026-03-09").company_id, self.company)
        self.assertFalse(
            self.env["account.discount.notice"].search([("company_id", "=", other.id)])
        )


class TestTrouble(WordCase):
    def test_no_address(self):
        """It fails with a sentence, is in the worklist, and goes out when it is corrected."""
        self.bakery.email = False
        self.discounted()
        notice = self.words("2026-03-09")
        self.assertEqual((notice.state, notice.failure_type), ("failed", "address"))
        self.assertIn("has no e-mail address", notice.failure_message)
        row = self.row(self.bakery)
        self.assertTrue(row.needs_failed)
        self.assertEqual(row.attention, "failed")
        self.assertIn("has no e-mail address", row.next_step)
        self.assertFalse(self.words("2026-03-10"))
        self.assertEqual((notice.state, notice.attempt_count), ("failed", 1))
        self.bakery.email = "bakery@example.com"
        self.words("2026-03-11")
        self.assertEqual((notice.state, str(notice.date)), ("sent", "2026-03-11"))
        self.assertFalse(self.row(self.bakery).needs_failed)

    def test_failed_and_then_too_late(self):
        self.bakery.email = False
        self.discounted()
        notice = self.words("2026-03-09")
        self.words("2026-03-13")
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(self.row(self.bakery).needs_failed)

    @mute_logger(MESSAGE_LOG)
    def test_a_text_that_fails_for_one_reaches_the_others(self):
        self.env.ref("account_dunning_plus.mail_template_discount_word").body_html = BROKEN
        self.discounted()
        for name in ("Butcher Jans", "Cafe Klein"):
            self.discounted(self.customer(name))
        notices = self.words("2026-03-09")
        failed = notices.filtered(lambda notice: notice.state == "failed")
        self.assertEqual(failed.partner_id, self.bakery)
        self.assertEqual(failed.failure_type, "text")
        self.assertIn("Discount: Word in Time", failed.failure_message)
        self.assertEqual(len(self.said(notices - failed)), 2)
        self.assertEqual(set((notices - failed).mapped("state")), {"sent"})

    def test_the_mail_server_refuses(self):
        self.discounted()
        notice = self.words("2026-03-09")
        self.mail_leaves(refused=("bakerypeeters",))
        self.assertEqual((notice.state, notice.failure_type), ("failed", "server"))
        self.assertIn("550 5.1.1", notice.failure_message)
        self.assertTrue(self.row(self.bakery).needs_failed)
        self.words("2026-03-10")
        self.assertEqual(notice.state, "sent")
        self.assertEqual(len(self.mail_leaves()), 1)

    def test_paid_before_the_mail_leaves(self):
        """The queue is worked off hours after the night: nobody is asked for what is paid."""
        invoice = self.discounted()
        other = self.discounted(date="2026-03-03", amount=100)
        notice = self.words("2026-03-09")
        self.pay(invoice, "2026-03-09")
        self.assertFalse(self.mail_leaves())
        self.assertEqual((notice.state, notice.line_ids.move_id), ("sent", other))
        self.assertEqual(notice.amount_to_pay, 98)
        self.pay(other, "2026-03-09", 98)
        self.assertFalse(self.mail_leaves())
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(self.said(states=("outgoing", "sent")))

    def test_a_mail_that_waits_past_its_day_is_made_anew(self):
        self.discounted()
        notice = self.words("2026-03-09")
        self.day("2026-03-11")
        self.assertFalse(self.mail_leaves())
        self.assertEqual(str(notice.date), "2026-03-11")
        self.assertEqual(len(self.mail_leaves()), 1)

    def test_a_mail_that_waits_past_the_last_day_never_leaves(self):
        self.discounted()
        notice = self.words("2026-03-12")
        self.day("2026-03-13")
        self.assertFalse(self.mail_leaves())
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(self.mail_leaves())

    def test_one_company_in_trouble_does_not_stop_the_others(self):
        """In a real night; here the trouble shows, as there is one transaction."""
        self.discounted()
        with (
            patch.object(
                type(self.env["account.discount.notice"]), "_candidates", side_effect=ValueError
            ),
            self.assertRaises(ValueError),
        ):
            self.words("2026-03-09")

    def test_the_time_is_up(self):
        """The next call goes on, and nobody is told twice."""
        for number in range(3):
            self.discounted(self.customer(f"Shop {number}"))
        path = "odoo.addons.account_dunning_plus.models.account_discount_notice_delivery.BATCH"
        notices = type(self.env["account.discount.notice"])
        with patch(path, 1), patch.object(notices, "_commit", lambda *args: 0):
            self.assertEqual(len(self.words("2026-03-09")), 1)
            self.assertEqual(len(self.words("2026-03-09")), 1)
        self.assertEqual(len(self.words("2026-03-09")), 1)
        self.assertEqual(len(self.said()), 3)


class TestByHand(WordCase):
    def test_rights(self):
        self.discounted()
        notice = self.words("2026-03-09")
        viewer = self.user("sales", "account_dunning_plus.group_dunning_viewer")
        auditor = self.user("auditor", "account.group_account_readonly")
        clerk = self.billing_user()
        with self.assertRaises(AccessError):
            notice.with_user(viewer).read(["date"])
        self.assertTrue(notice.with_user(auditor).read(["date", "preview_html"]))
        for user in (auditor, viewer):
            with self.assertRaises(AccessError):
                notice.with_user(user).action_resend()
        for vals in ({"state": "ready"}, {"amount_to_pay": 1}):
            with self.assertRaises(AccessError):
                notice.with_user(clerk).write(vals)
        with self.assertRaises(AccessError):
            notice.with_user(clerk).line_ids.write({"discount": 1})
        with self.assertRaises(UserError):
            notice.with_user(self.dunning_manager()).unlink()

    def test_another_company_sees_nothing(self):
        self.discounted()
        notice = self.words("2026-03-09")
        other = books.make_company(self.env, "Other Ltd")
        user = self.user("other", "account.group_account_invoice", other)
        notices = self.env["account.discount.notice"].with_user(user)
        self.assertFalse(notices.with_context(allowed_company_ids=other.ids).search([]))
        with self.assertRaises(AccessError):
            notice.with_user(user).with_context(allowed_company_ids=other.ids).read(["date"])

    def test_sent_again_with_what_holds(self):
        invoice = self.discounted()
        other = self.discounted(amount=100)
        notice = self.words("2026-03-09")
        self.mail_leaves()
        self.pay(other, "2026-03-10")
        self.day("2026-03-11")
        notice.with_user(self.billing_user()).action_resend()
        self.assertEqual(notice.line_ids.move_id, invoice)
        self.assertEqual(len(self.said(notice)), 2)
        self.day("2026-03-13")
        with self.assertRaisesRegex(UserError, "its day is over"):
            notice.action_resend()

    def test_cancelled_by_hand_is_not_said_again(self):
        self.bakery.email = False
        self.discounted()
        notice = self.words("2026-03-09")
        notice.with_user(self.billing_user()).action_cancel()
        self.bakery.email = "bakery@example.com"
        self.assertFalse(self.words("2026-03-10"))
        self.assertEqual(notice.state, "cancelled")

    def test_corrected_and_sent_by_hand(self):
        self.bakery.email = False
        self.discounted()
        notice = self.words("2026-03-09")
        self.bakery.email = "bakery@example.com"
        notice.with_user(self.billing_user()).action_send()
        self.assertEqual(notice.state, "sent")
        with self.assertRaisesRegex(UserError, "Only a ready or failed"):
            notice.action_send()
        with self.assertRaisesRegex(UserError, "cannot be cancelled"):
            notice.action_cancel()

    def test_seen_where_people_work(self):
        invoice = self.discounted()
        notice = self.words("2026-03-09")
        clerk = self.billing_user()
        move = invoice.with_user(clerk)
        self.assertEqual(move.discount_notice_count, 1)
        self.assertEqual(move.action_discount_notices()["res_id"], notice.id)
        [event] = [
            event
            for event in self.row(self.bakery).with_user(clerk).timeline
            if event["res_model"] == "account.discount.notice"
        ]
        self.assertEqual((event["kind"], event["title"]), ("notice", "Discount Ends"))


class TestCost(WordCase):
    def test_a_thousand_cost_no_more_queries_than_ten(self):
        counts = []
        for number, day in ((2, "2026-03-09"), (12, "2026-03-10")):
            for index in range(number):
                partner = self.customer(f"Shop {number} {index}")
                self.discounted(partner, "2026-03-02" if number == 2 else "2026-03-03")
                self.discounted(partner, "2026-03-03")
            self.day(day)
            counts.append(self.queries(self.env["account.discount.notice"]._cron_run))
        self.assertEqual(len(self.said()), 14)
        self.assertLess(counts[1], counts[0] + 15, counts)
