"""A person sends the next reminder now: the same steps as the night, never two on one day."""

from odoo.addons.account_dunning_plus.engine import Reason
from odoo.addons.account_dunning_plus.models.account_dunning_notice_by_hand import (
    _URGENCY as URGENCY_BY_HAND,
)
from odoo.addons.account_dunning_plus.models.account_move import _URGENCY as URGENCY_OF_INVOICE
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import DunningCase as Base


class ByHandCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls.customer("Bakery Peeters")
        cls.late = cls.overdue(cls.bakery, 900)
        cls.dunner = cls.dunning_user()

    def rows(self, *partners, user=None):
        self.env.invalidate_all()
        rows = self.env["account.dunning.followup"].with_user(user or self.dunner)
        return rows.search([("partner_id", "in", [partner.id for partner in partners])])

    def composer(self, partner=None, user=None):
        """The composer as it opens from a customer's row."""
        user = user or self.dunner
        action = self.rows(partner or self.bakery, user=user).action_send_reminder()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def preview(self, *partners, user=None):
        """The preview as it opens from several rows."""
        user = user or self.dunner
        action = self.rows(*partners, user=user).action_send_reminder()
        self.assertEqual(action["res_model"], "account.dunning.reminder.batch")
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])


class TestComposer(ByHandCase):
    def test_it_shows_what_goes_out_and_sends_it(self):
        self.day("2026-03-05")
        composer = self.composer()
        self.assertEqual(composer.level_id, self.first)
        self.assertEqual(composer.recipient_id, self.bakery)
        self.assertIn(self.late.name, composer.body)
        self.assertIn("Dear", composer.body)
        self.assertIn("Wholesale Ltd", composer.subject)
        self.assertIn(self.late.name, composer.summary)
        self.assertFalse(composer.hint)
        self.assertFalse(self.notices(), "nothing is written before it is sent")
        action = composer.action_send()
        self.assertEqual(action["params"]["type"], "success")
        notice = self.sent(self.bakery)
        self.assertEqual((notice.level_id, notice.amount_due), (self.first, 900))
        self.assertFalse(notice.early)
        self.assertFalse(notice.composed)
        self.assertEqual(notice.run_id, self.run_of("2026-03-05"))
        self.assertEqual(self.mail_leaves(), ['"Bakery Peeters" <bakerypeeters@example.com>'])
        self.assertFalse(self.night("2026-03-05", "20:00"), "the night of that day adds nothing")

    def test_what_is_promised_or_disputed_is_said(self):
        self.day("2026-03-05")
        promise = self.env["account.payment.promise"].create(
            {
                "partner_id": self.bakery.id,
                "company_id": self.company.id,
                "date": "2026-03-20",
                "amount": 900,
            }
        )
        self.assertIn("20 March", self.composer().why_nothing)
        promise.action_cancel()
        self.env["account.dunning.dispute"].create(
            {
                "move_id": self.late.id,
                "amount": 900,
                "reason_id": self.env["account.dunning.dispute.reason"].search([], limit=1).id,
            }
        )
        self.assertIn("In dispute", self.composer().why_nothing)

    def test_every_reason_has_its_place(self):
        """Whatever the engine says of an item, each screen can say it."""
        for urgency in (URGENCY_BY_HAND, URGENCY_OF_INVOICE):
            self.assertEqual(set(urgency), set(Reason))

    def test_the_dialog_opens(self):
        self.day("2026-03-05")
        Form(self.composer())

    def test_before_its_day(self):
        self.day("2026-03-03")
        composer = self.composer()
        self.assertEqual(
            composer.hint, "1. Level 1 was planned for Thursday 5 March: you send it earlier."
        )
        composer.action_send()
        notice = self.sent(self.bakery)
        self.assertTrue(notice.early)
        self.assertEqual(self.levels(self.late), [1])
        self.assertFalse(self.night("2026-03-05"), "it had that level")
        self.assertEqual(self.night("2026-03-16").level_id, self.second)

    def test_before_the_interval_is_over(self):
        self.night("2026-03-14")
        self.day("2026-03-15")
        self.composer().action_send()
        self.assertEqual(self.levels(self.late), [1, 2])
        self.day("2026-03-16")
        composer = self.composer()
        self.assertEqual(composer.level_id, self.third)

    def test_on_a_day_off(self):
        self.company.dunning_working_days_only = True
        self.day("2026-03-07")
        self.composer().action_send()
        self.assertEqual(self.levels(self.late), [1])

    def test_what_is_due_goes_without_what_comes_later(self):
        self.night("2026-03-05")
        fresh = self.overdue(self.bakery, 50, due="2026-03-06")
        self.day("2026-03-09")
        composer = self.composer()
        self.assertEqual(composer.level_id, self.first)
        self.assertTrue(composer.can_add_early)
        with Form(composer) as form:
            form.add_early = True
        self.assertEqual(composer.level_id, self.second)
        composer.action_send()
        self.assertEqual((self.levels(self.late), self.levels(fresh)), ([1, 2], [1]))
        self.assertFalse(self.sent(self.bakery)[-1].composed)

    def test_two_messages_never_go_out_on_one_day(self):
        notice = self.night("2026-03-05")
        self.overdue(self.bakery, 50, due="2026-03-01")
        composer = self.composer()
        self.assertEqual(composer.sent_notice_id, notice)
        self.assertFalse(composer.level_id)
        with self.assertRaisesRegex(UserError, "was sent a reminder today"):
            composer.action_send()
        composer.action_resend()
        # The first one has not left the queue yet: the new one takes its place.
        self.assertEqual(len(self.mails(notice)), 1)
        self.assertEqual(self.sent(self.bakery), notice)

    def test_nothing_to_send(self):
        for change, sentence in (
            ({"dunning_hold_until": "2026-03-20", "dunning_hold_reason": "Fire"},
             "Customer on hold until Friday 20 March: Fire."),
            ({"active": False}, "The customer is archived: decide what follows."),
        ):  # fmt: skip
            with self.subTest(sentence):
                self.day("2026-03-05")
                self.bakery.write(change)
                composer = self.composer()
                self.assertEqual(composer.why_nothing, sentence)
                with self.assertRaisesRegex(UserError, sentence[:20]):
                    composer.action_send()
                self.bakery.write({"dunning_hold_until": False, "active": True})

    def test_paid_while_the_window_was_open(self):
        self.day("2026-03-05")
        composer = self.composer()
        self.pay(self.late, "2026-03-05")
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            composer.action_send()
        self.assertFalse(self.sent())

    # -------------------------------------------------------------- the message

    def test_another_text_contact_and_attachments(self):
        boss = self.env["res.partner"].create(
            {"name": "The Boss", "parent_id": self.bakery.id, "email": "boss@example.com"}
        )
        self.first.attach_invoices = True
        self.day("2026-03-05")
        composer = self.composer()
        self.assertTrue(composer.attach_invoices)
        with Form(composer) as form:
            form.recipient_id = boss
            self.assertIn("The Boss", form.body)
            form.attach_invoices = False
            form.subject = "About your account"
            form.body = "<p>Dear Boss<script>alert(1)</script>, a word.</p>"
        composer.action_send()
        notice = self.sent(self.bakery)
        mail = self.mails(notice)
        self.assertEqual(mail.subject, "About your account")
        self.assertEqual(mail.body_html, "<p>Dear Boss, a word.</p>")
        self.assertEqual(mail.recipient_ids, boss)
        self.assertFalse(mail.attachment_ids)
        self.assertEqual(notice.recipient_id, boss)
        self.assertFalse(mail.auto_delete)
        self.assertIn("a word", notice.preview_html)

    def test_a_text_never_asks_for_what_is_paid(self):
        other = self.overdue(self.bakery, 50)
        self.day("2026-03-05")
        composer = self.composer()
        composer.body = "<p>Pay 950 now</p>"
        self.pay(other, "2026-03-05")
        with self.assertRaisesRegex(UserError, "changed since you opened"):
            composer.action_send()
        self.assertFalse(self.notices())

    def test_the_text_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.bakery.lang = "nl_NL"
        self.day("2026-03-05")
        self.assertIn("02-03-2026", self.composer().body)

    # ---------------------------------------------------------------- approval

    def test_a_user_asks_for_approval(self):
        other = self.overdue(self.bakery, 50)
        self.first.requires_approval = True
        self.day("2026-03-03")
        composer = self.composer()
        self.assertTrue(composer.waits)
        self.assertIn("needs approval", composer.hint)
        composer.body = "<p>My own words</p>"
        action = composer.action_send()
        self.assertIn("waits for approval", action["params"]["message"])
        notice = self.notices(self.bakery)
        self.assertEqual(notice.state, "draft")
        self.assertFalse(self.night("2026-03-04"))
        self.assertEqual((notice.state, notice.early), ("draft", True), "the night keeps it")
        self.assertIn("My own words", notice.preview_html)
        self.pay(other, "2026-03-04")
        notice.with_user(self.dunning_manager()).action_approve()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(notice.line_ids.move_id, self.late)
        self.assertNotIn("My own words", self.text(notice), "the account changed")
        self.assertIn(self.late.name, self.text(notice))

    def test_a_manager_approves_by_sending(self):
        self.first.requires_approval = True
        manager = self.dunning_manager()
        self.day("2026-03-05")
        composer = self.composer(user=manager)
        self.assertFalse(composer.waits)
        composer.action_send()
        self.assertEqual(self.sent(self.bakery).approved_user_id, manager)

    def test_a_manager_sees_and_sends_the_very_text_that_waits(self):
        self.first.requires_approval = True
        self.day("2026-03-03")
        composer = self.composer()
        composer.subject = "A word"
        composer.body = "<p>My own words</p>"
        composer.action_send()
        waiting = self.notices(self.bakery)
        manager = self.dunning_manager()
        self.overdue(self.bakery, 10, due="2026-03-02")
        composer = self.composer(user=manager)
        self.assertFalse(composer.waits)
        self.assertEqual(self.notices(self.bakery), waiting)
        self.assertEqual(composer.level_id, self.first)
        composer.action_send()
        self.assertEqual(waiting.state, "sent")
        self.assertEqual(waiting.approved_user_id, manager)
        self.assertEqual(waiting.line_ids.move_id, self.late, "what comes later stays out")

    def test_what_waits_is_shown_as_it_was_written(self):
        self.first.requires_approval = True
        self.day("2026-03-05")
        composer = self.composer()
        composer.subject = "A word"
        composer.body = "<p>My own words</p>"
        composer.action_send()
        composer = self.composer(user=self.dunning_manager())
        self.assertEqual((composer.subject, composer.body), ("A word", "<p>My own words</p>"))
        composer.action_send()
        mail = self.mails(self.sent(self.bakery))
        self.assertEqual((mail.subject, mail.body_html), ("A word", "<p>My own words</p>"))

    def test_what_waits_without_a_text_of_its_own_says_what_is_open_now(self):
        self.first.requires_approval = True
        other = self.overdue(self.bakery, 300)
        self.day("2026-03-05")
        composer = self.composer()
        composer.attach_invoices = not composer.attach_invoices
        composer.action_send()
        waiting = self.notices(self.bakery)
        self.assertTrue(waiting.composed)
        self.pay(self.late, "2026-03-05")
        self.env.invalidate_all()
        self.assertNotIn(self.late.name, waiting.preview_html)
        self.assertIn(other.name, waiting.preview_html)

    def test_approve_from_the_row(self):
        self.first.requires_approval = True
        self.night("2026-03-05")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.rows(self.bakery).action_approve()
        manager = self.dunning_manager()
        self.rows(self.bakery, user=manager).action_approve()
        self.assertEqual(self.sent(self.bakery).approved_user_id, manager)

    # ---------------------------------------------------------------- failures

    def test_an_early_one_that_failed_is_tried_again(self):
        self.day("2026-03-03")
        self.composer().action_send()
        notice = self.notices(self.bakery)
        self.mail_leaves(down=True)
        self.assertEqual(notice.state, "failed")
        self.assertEqual(self.night("2026-03-04"), notice)
        self.assertEqual(self.levels(self.late), [1])

    def test_an_early_one_that_failed_is_dropped_when_paid(self):
        self.day("2026-03-03")
        self.composer().action_send()
        notice = self.notices(self.bakery)
        self.mail_leaves(down=True)
        self.pay(self.late, "2026-03-03")
        self.assertFalse(self.night("2026-03-04"))
        self.assertEqual(notice.state, "cancelled")

    def test_without_an_address_it_says_what_to_do(self):
        self.bakery.email = False
        self.day("2026-03-05")
        composer = self.composer()
        self.assertIn("has no e-mail address", composer.hint)
        action = composer.action_send()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("has no e-mail address", action["params"]["message"])

    def test_after_a_cancelled_notice_a_person_may_send(self):
        run = self.env["account.dunning.run"]
        self.day("2026-03-05")
        run.create({}).action_prepare()
        self.notices(self.bakery).with_user(self.dunner).action_cancel()
        self.composer().action_send()
        self.assertEqual(len(self.sent(self.bakery)), 1)

    def test_a_prepared_notice_is_sent_by_hand(self):
        self.day("2026-03-05")
        self.env["account.dunning.run"].create({}).action_prepare()
        prepared = self.notices(self.bakery)
        self.composer().action_send()
        self.assertEqual(self.sent(self.bakery), prepared)

    def test_a_run_at_work_is_waited_for(self):
        self.day("2026-03-05")
        composer = self.composer()
        self.env["account.dunning.run"].create({}).state = "queued"
        with self.assertRaisesRegex(UserError, "at work"):
            composer.action_send()

    def test_never_to_a_stranger(self):
        self.day("2026-03-05")
        composer = self.composer()
        composer.recipient_id = self.customer("Stranger")
        with self.assertRaisesRegex(UserError, "is not a contact of"):
            composer.action_send()

    def test_a_letter_is_printed(self):
        self.first.write({"send_email": False, "print_letter": True})
        self.day("2026-03-05")
        composer = self.composer()
        self.assertIn("It goes as a letter", composer.hint)
        action = composer.action_send()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertEqual(self.sent(self.bakery).level_id, self.first)

    def test_a_phone_call_is_planned(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self.first.write({"send_email": False, "activity_type_id": call.id})
        self.day("2026-03-05")
        composer = self.composer()
        self.assertIn("An activity is planned: Call", composer.hint)
        composer.action_send()
        self.assertEqual(self.sent(self.bakery).activity_ids.activity_type_id, call)

    def test_only_those_who_send(self):
        clerk = self.user("clerk", "account_dunning_plus.group_dunning_viewer")
        self.day("2026-03-05")
        composer = self.composer()
        for call in (
            lambda: self.composer(user=clerk),
            lambda: composer.with_user(clerk).action_send(),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call()


class TestBatch(ByHandCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held = cls.customer("On Hold", dunning_hold_until="2026-04-01")
        cls.paid = cls.customer("Paid Up")
        cls.fresh = cls.customer("Fresh One")
        cls.butcher = cls.customer("Butcher Jans")
        cls.overdue(cls.held, 10)
        cls.pay(cls.overdue(cls.paid, 10), "2026-03-02")
        cls.overdue(cls.fresh, 20, due="2026-03-04")
        cls.overdue(cls.butcher, 100)
        cls.all = (cls.bakery, cls.held, cls.paid, cls.fresh, cls.butcher)

    def setUp(self):
        super().setUp()
        self.day("2026-03-05")

    def test_it_counts_before_it_sends(self):
        preview = self.preview(*self.all)
        self.assertEqual(
            preview.summary.replace("\xa0", " "),
            "Reminders: 2 (2 × Level 1), for 1,000.00 € in all.",
        )
        self.assertEqual(
            set(preview.left_out.split(", ")), {"1 × On hold", "1 × Nothing is open", "1 × Later"}
        )
        self.assertEqual(preview.sample_partner_id, self.bakery)
        self.assertIn(self.late.name, preview.sample_html)
        Form(preview)
        action = preview.action_send()
        self.assertEqual(action["params"]["message"], "2 sent")
        self.assertEqual(self.sent().partner_id, self.bakery | self.butcher)
        again = self.preview(*self.all)
        self.assertFalse(again.count)
        self.assertIn("2 × Reminded today already", again.left_out)

    def test_also_what_comes_later(self):
        preview = self.preview(*self.all)
        preview.include_early = True
        self.assertEqual(preview.count, 3)
        preview.action_send()
        self.assertEqual(self.sent().partner_id, self.bakery | self.butcher | self.fresh)
        self.assertTrue(self.sent(self.fresh).early)
        self.assertFalse(self.sent(self.bakery).early)

    def test_facts_are_read_again(self):
        preview = self.preview(*self.all)
        self.pay(self.late, "2026-03-05")
        preview.action_send()
        self.assertEqual(self.sent().partner_id, self.butcher)

    def test_many_go_out_in_the_background(self):
        preview = self.preview(*self.all)
        model = self.env.registry["account.dunning.run"]
        self.patch(model, "_send_at_once", lambda *args: 1)
        action = preview.action_send()
        self.assertEqual(action["params"]["message"], "2 go out in the background")
        self.assertFalse(self.sent())
        self.env["account.dunning.run"]._cron_continue()
        self.assertEqual(self.sent().partner_id, self.bakery | self.butcher)
        self.assertFalse(self.sent(self.bakery).queued)

    def test_queries_do_not_grow_with_customers(self):
        counts = []
        for number in (5, 15):
            partners = [self.customer(f"Shop {number} {own}") for own in range(number)]
            for partner in partners:
                self.overdue(partner, 30)
            rows = self.rows(*partners)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows.action_send_reminder()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 3)
