"""The facts are read again before anything leaves: nothing paid is ever demanded."""

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from . import books
from .common import DunningCase as Base


class TestFactsReread(Base):
    """Paid, credited or reset to draft between run and sending: dropped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls.customer()
        cls.paid = cls.overdue(cls.bakery, 700)
        cls.day("2026-03-05")
        cls.prepared = cls.env["account.dunning.run"].create({})

    def setUp(self):
        super().setUp()
        self.day("2026-03-05")

    def test_paid(self):
        self.prepared.action_prepare()
        self.pay(self.paid, "2026-03-05")
        self.prepared.action_send()
        self.assertEqual(self.prepared.notice_ids.state, "cancelled")
        self.assertFalse(self.mails())
        self.assertEqual(self.levels(self.paid), [])

    def test_paid_and_another_not(self):
        other = self.overdue(self.bakery, 300)
        self.prepared.action_prepare()
        self.pay(self.paid, "2026-03-05")
        self.prepared.action_send()
        notice = self.sent()
        self.assertEqual(notice.line_ids.move_id, other)
        self.assertEqual(notice.amount_due, 300)
        self.assertNotIn(self.paid.name, self.mails().body_html)

    def test_paid_in_part(self):
        self.prepared.action_prepare()
        self.pay(self.paid, "2026-03-05", 500)
        self.prepared.action_send()
        notice = self.sent()
        self.assertEqual((notice.amount_due, notice.line_ids.amount_residual), (200, 200))
        self.assertIn("200.00", self.mails().body_html)
        self.assertNotIn("700.00", self.mails().body_html)

    def test_who_looks_at_a_waiting_notice_sees_what_is_open_now(self):
        other = self.overdue(self.bakery, 300)
        self.prepared.action_prepare()
        notice = self.prepared.notice_ids.with_user(self.billing_user())
        self.assertIn(self.paid.name, notice.preview_html)
        self.pay(self.paid, "2026-03-05")
        self.env.invalidate_all()
        self.assertNotIn(self.paid.name, notice.preview_html)
        self.assertIn(other.name, notice.preview_html)

    def test_what_left_says_what_it_said(self):
        self.prepared.action_prepare()
        self.prepared.action_send()
        self.pay(self.paid, "2026-03-05")
        self.env.invalidate_all()
        self.assertIn(self.paid.name, self.sent().preview_html)

    def test_credited(self):
        self.prepared.action_prepare()
        note = self.credit(self.bakery, "2026-03-05", 700)
        (books.receivable_items(self.paid) | books.receivable_items(note)).reconcile()
        self.prepared.action_send()
        self.assertFalse(self.sent())

    def test_covered_by_an_open_credit(self):
        self.prepared.action_prepare()
        self.credit(self.bakery, "2026-03-05", 900)
        self.prepared.action_send()
        self.assertFalse(self.sent())
        self.assertFalse(self.mails())

    def test_reset_to_draft(self):
        self.prepared.action_prepare()
        self.paid.button_draft()
        self.prepared.action_send()
        self.assertEqual(self.prepared.notice_ids.state, "cancelled")
        self.assertFalse(self.mails())

    def test_cancelled_and_deleted(self):
        self.prepared.action_prepare()
        self.paid.button_draft()
        self.paid.with_context(force_delete=True).unlink()
        self.prepared.action_send()
        self.assertEqual(self.prepared.notice_ids.state, "cancelled")

    def test_put_on_hold(self):
        self.prepared.action_prepare()
        self.bakery.dunning_hold_until = "2026-03-05"
        self.prepared.action_send()
        self.assertFalse(self.sent())

    def test_excluded(self):
        self.prepared.action_prepare()
        self.paid.no_followup = True
        self.prepared.action_send()
        self.assertFalse(self.sent())

    def test_due_date_put_off(self):
        self.prepared.action_prepare()
        books.receivable_items(self.paid).date_maturity = "2026-04-30"
        self.prepared.action_send()
        self.assertFalse(self.sent())

    def test_an_item_that_has_come_due_since_is_not_asked_for_without_being_named(self):
        """The amount of a notice is what its text adds up to."""
        self.prepared.action_prepare()
        late = self.overdue(self.bakery, 40, due="2026-02-20")
        self.prepared.action_send()
        notice = self.sent()
        stated = sum(notice._statement_rows()["totals"].values())
        self.assertEqual(notice.amount_due, stated)
        self.assertEqual(late.name in self.mails().body_html, stated == 740)

    def test_a_message_sent_again_states_what_is_open_now(self):
        other = self.overdue(self.bakery, 300)
        self.prepared.action_send()
        notice = self.sent()
        self.pay(self.paid, "2026-03-05", 500)
        self.pay(other, "2026-03-05")
        notice.action_resend()
        body = self.mails()[-1].body_html
        self.assertNotIn(other.name, body)
        self.assertIn("200.00", body)
        self.assertNotIn("700.00", body)
        self.assertNotIn("1,000.00", body)

    def test_a_message_sent_again_states_new_credits(self):
        self.prepared.action_send()
        self.credit(self.bakery, "2026-03-05", 600)
        self.sent().action_resend()
        self.assertIn("100.00", self.mails()[-1].body_html)

    def test_what_is_paid_is_not_sent_again(self):
        self.prepared.action_send()
        self.pay(self.paid, "2026-03-05")
        with self.assertRaisesRegex(UserError, "has been paid"):
            self.sent().action_resend()

    def test_a_mail_that_waited_for_days_in_the_queue(self):
        """The mail server was away since the night: what was paid meanwhile is not demanded."""
        self.prepared.action_send()
        self.pay(self.paid, "2026-03-06")
        self.day("2026-03-09")
        self.assertEqual(self.mail_leaves(), [])

    def test_a_mail_that_waited_and_is_still_owed_leaves(self):
        """It waited over a weekend: it leaves once, with what is open by then."""
        self.prepared.action_send()
        self.pay(self.paid, "2026-03-06", 500)
        self.day("2026-03-09")
        left = self.mail_leaves() + self.mail_leaves()
        self.assertEqual(len(left), 1)
        self.assertIn("200.00", self.text(self.sent()))
        self.assertNotIn("700.00", self.text(self.sent()))
        self.assertEqual(self.levels(self.paid), [1])

    def test_a_mail_that_waited_over_a_day_off_leaves_the_next_working_day(self):
        self.company.dunning_working_days_only = True
        self.prepared.action_send()
        self.day("2026-03-07")
        self.mail_leaves()
        self.night("2026-03-09")
        self.mail_leaves()
        self.assertEqual(self.levels(self.paid), [1])
        self.assertEqual(len(self.mails(states=["sent"])), 1)

    def test_a_mail_that_waited_a_few_minutes_past_midnight_leaves(self):
        self.prepared.action_send()
        self.day("2026-03-05", "23:10")
        left = self.mail_leaves() + self.mail_leaves()
        self.assertEqual(len(left), 1)
        self.assertEqual(self.levels(self.paid), [1])

    def test_a_message_sent_again_that_waited_states_what_is_open_then(self):
        self.prepared.action_send()
        self.mail_leaves()
        self.sent().action_resend()
        self.pay(self.paid, "2026-03-06", 500)
        self.day("2026-03-09")
        left = self.mail_leaves() + self.mail_leaves()
        self.assertEqual(len(left), 1)
        self.assertIn("200.00", self.text(self.sent()))
        self.assertNotIn("700.00", self.text(self.sent()))
        self.assertEqual(self.levels(self.paid), [1])
        self.assertEqual(str(self.sent().date), "2026-03-05")

    def test_a_message_sent_again_that_waited_is_not_sent_when_paid(self):
        self.prepared.action_send()
        self.mail_leaves()
        self.sent().action_resend()
        self.pay(self.paid, "2026-03-06")
        self.day("2026-03-09")
        self.assertEqual(self.mail_leaves() + self.mail_leaves(), [])
        self.assertIn("Not sent again", str(self.sent().message_ids.mapped("body")))
        self.assertFalse(self.mails(states=["outgoing"]))

    def test_a_message_sent_again_waits_over_a_day_off(self):
        self.company.dunning_working_days_only = True
        self.prepared.action_send()
        self.mail_leaves()
        self.sent().action_resend()
        self.day("2026-03-07")
        self.assertEqual(self.mail_leaves(), [])
        self.day("2026-03-09")
        left = self.mail_leaves() + self.mail_leaves()
        self.assertEqual(len(left), 1)

    def test_a_message_sent_again_leaves_the_same_day_as_it_is(self):
        self.prepared.action_send()
        self.mail_leaves()
        self.sent().action_resend()
        self.assertEqual(len(self.mail_leaves()), 1)

    def test_sent_again_before_the_first_has_left(self):
        """Both wait in the queue: one message arrives."""
        self.prepared.action_send()
        self.sent().action_resend()
        self.sent().action_resend()
        self.assertEqual(len(self.mail_leaves()), 1)
        self.assertEqual(self.levels(self.paid), [1])

    def test_sent_again_twice_arrives_once_more(self):
        self.prepared.action_send()
        self.mail_leaves()
        self.sent().action_resend()
        self.sent().action_resend()
        self.assertEqual(len(self.mail_leaves()), 1)

    def test_a_text_that_raises_does_not_hold_up_the_queue(self):
        self.prepared.action_send()
        self.mail_leaves()
        notice = self.sent()
        notice.action_resend()
        # Core refuses a text that cannot be made for a notice that it tries.
        self.first._template().body_html = (
            '<p t-if="object.resent_date" t-out="object.no_such_field"/>'
        )
        self.day("2026-03-09")
        with mute_logger(
            "odoo.addons.base.models.ir_qweb",
            "odoo.addons.account_dunning_plus.models.account_dunning_notice_resend",
        ):
            self.assertEqual(self.mail_leaves(), [])
        self.assertIn("no_such_field", str(notice.message_ids.mapped("body")))
        self.assertFalse(self.mails(states=["outgoing"]))
