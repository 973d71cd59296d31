"""What customers are told of their promises: confirmation, word before, broken, dispute."""

from unittest.mock import patch

from markupsafe import Markup
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from . import books
from .common import DunningCase as Base
from .common import mail_server

MESSAGE_LOG = "odoo.addons.account_dunning_plus.models.account_dunning_message"


class PromiseCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("nl_NL")
        cls.env["res.partner.bank"].create(
            {"acc_number": "BE71 0961 2345 6769", "partner_id": cls.company.partner_id.id}
        ).allow_out_payment = True
        cls.bakery = cls.customer("Bakery Peeters")
        cls.late = cls.overdue(cls.bakery, 900)
        cls.dunner = cls.dunning_user()
        cls.sales = cls.user("sales", "account_dunning_plus.group_dunning_viewer")

    def promise(self, dates, amount=900, partner=None, user=None, **vals):
        """A promise that a user takes down: equal instalments on these days."""
        promises = self.env["account.payment.promise"].with_user(user or self.dunner)
        return promises.create(
            {
                "partner_id": (partner or self.bakery).id,
                "amount": amount,
                "line_ids": [
                    Command.create({"date": date, "amount": amount / len(dates)}) for date in dates
                ],
                **vals,
            }
        )

    def told(self, record=None, model="account.payment.promise"):
        """The e-mails about promises (one of them), oldest first."""
        domain = [("id", ">", self.mails_before), ("model", "=", model)]
        if record:
            domain.append(("res_id", "in", record.ids))
        return self.env["mail.mail"].sudo().search(domain, order="id")

    def read(self, mail):
        """The text of an e-mail as it is read."""
        return " ".join(Markup(mail.body_html).striptags().replace("\xa0", " ").split())

    def subjects(self):
        return [mail.subject for mail in self.told()]


# A text that fails for this customer only; one that fails always cannot be saved.
BROKEN = '<t t-if="object.partner_id.name == \'Bakery Peeters\'" t-out="1 / 0" />'
PLAN = ("2026-03-16", "2026-04-01", "2026-04-15")


class TestConfirmation(PromiseCase):
    def test_a_plan_is_confirmed_when_it_begins(self):
        plan = self.promise(PLAN)
        [mail] = self.told(plan)
        self.assertEqual(mail.recipient_ids, self.bakery)
        text = self.read(mail)
        for words in (
            "Dear Bakery Peeters",
            "1 03/16/2026 300.00 €",
            "3 04/15/2026 300.00 €",
            "In all 900.00 €",
            f"{self.late.name} 900.00 €",
            "BE71 0961 2345 6769",
            f"stating {self.late.payment_reference}",
        ):
            self.assertIn(words, text)
        self.assertEqual(str(plan.confirmed_on), "2026-03-02")
        self.assertEqual(mail.email_from, '"Wholesale Ltd" <debtors@example.com>')

    def test_the_pdf_lists_the_same(self):
        plan = self.promise(PLAN)
        [attachment] = self.told(plan).attachment_ids
        self.assertTrue(attachment.name.startswith("Payment plan 2026-03-02 Bakery Peeters."))
        html = " ".join(attachment.raw.decode().replace("\xa0", " ").split())
        self.assertIn("Payment plan</h2>", html)
        for words in ("04/15/2026", "300.00 €", "BE71 0961 2345 6769", self.late.name):
            self.assertIn(words, html)

    def test_it_is_a_real_pdf(self):
        plan = self.promise(PLAN).with_context(force_report_rendering=True)
        plan.action_confirm()
        attachment = self.told(plan)[-1].attachment_ids
        self.assertEqual(attachment.name, "Payment plan 2026-03-02 Bakery Peeters.pdf")
        self.assertTrue(attachment.raw.startswith(b"%PDF"))

    def test_a_single_payment_is_confirmed_by_hand(self):
        promise = self.promise(["2026-03-16"])
        self.assertFalse(self.told(promise))
        with mail_server() as left:
            promise.action_confirm()
        self.assertEqual(left, ['"Bakery Peeters" <bakerypeeters@example.com>'])
        [mail] = self.told(promise)
        self.assertIn("1 03/16/2026 900.00 €", self.read(mail))
        self.assertIn("Confirmed to Bakery Peeters: 900.00", self.bakery.message_ids[0].body)

    def test_in_the_language_of_who_promised(self):
        ann = self.customer("Ann", parent_id=self.bakery.id, is_company=False, lang="nl_NL")
        plan = self.promise(PLAN, contact_id=ann.id)
        [mail] = self.told(plan)
        self.assertEqual(mail.recipient_ids, ann)
        self.assertIn("16-03-2026", self.read(mail))

    def test_a_contact_without_address_leaves_it_to_the_customer(self):
        ann = self.customer("Ann", parent_id=self.bakery.id, is_company=False, email=False)
        [mail] = self.told(self.promise(PLAN, contact_id=ann.id))
        self.assertEqual(mail.recipient_ids, self.bakery)

    def test_without_any_address(self):
        self.bakery.email = False
        plan = self.promise(PLAN)
        self.assertEqual(plan.state, "open")
        self.assertFalse(self.told(plan))
        self.assertFalse(plan.confirmed_on)
        self.assertIn("has no e-mail address", plan.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "Bakery Peeters has no e-mail address: add one"):
            plan.action_confirm()

    def test_not_where_the_settings_say_no(self):
        self.company.promise_confirm_plans = False
        self.assertFalse(self.told(self.promise(PLAN)))

    def test_what_waits_for_approval_is_confirmed_when_approved(self):
        self.company.promise_max_instalments = 2
        plan = self.promise(PLAN)
        self.assertEqual(plan.state, "draft")
        self.assertFalse(self.told(plan))
        with self.assertRaisesRegex(UserError, "Only a promise that runs is confirmed"):
            plan.action_confirm()
        plan.with_user(self.dunning_manager()).action_approve()
        self.assertEqual(len(self.told(plan)), 1)

    def test_rescheduled_once_too_often_it_is_not_confirmed(self):
        self.company.promise_max_reschedules = 0
        plan = self.promise(PLAN)
        lines = [Command.create({"date": date, "amount": 450}) for date in PLAN[1:]]
        new = plan._reschedule({"partner_id": self.bakery.id, "amount": 900, "line_ids": lines})
        self.assertEqual(new.state, "draft")
        self.assertFalse(self.told(new))
        new.with_user(self.dunning_manager()).action_approve()
        self.assertEqual(len(self.told(new)), 1)

    def test_a_rescheduled_plan_is_confirmed(self):
        plan = self.promise(PLAN)
        lines = [Command.create({"date": date, "amount": 450}) for date in PLAN[1:]]
        new = plan._reschedule({"partner_id": self.bakery.id, "amount": 900, "line_ids": lines})
        self.assertEqual(len(self.told(new)), 1)

    @mute_logger(MESSAGE_LOG)
    def test_a_broken_text_does_not_stop_the_plan(self):
        template = self.env.ref("account_dunning_plus.mail_template_promise_confirmation")
        template.body_html = BROKEN
        plan = self.promise(PLAN)
        self.assertEqual((plan.state, plan.confirmed_on), ("open", False))
        self.assertIn("Payment promise: confirmation", plan.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "The confirmation cannot be made"):
            plan.action_confirm()

    def test_who_may(self):
        promise = self.promise(["2026-03-16"])
        with self.assertRaises(AccessError):
            promise.with_user(self.sales).action_confirm()


class TestWords(PromiseCase):
    def words(self):
        return [mail for mail in self.told() if mail.subject.startswith("Your next payment")]

    def test_a_word_before_each_instalment_once(self):
        plan = self.promise(PLAN)
        self.night("2026-03-12")
        self.assertFalse(self.words())
        self.night("2026-03-13")
        [mail] = self.words()
        self.assertIn("03/16/2026 300.00 € 0.00 € 300.00 €", self.read(mail))
        self.assertIn("BE71 0961 2345 6769", self.read(mail))
        self.assertEqual(
            [str(line.word_date or "") for line in plan.line_ids], ["2026-03-13", "", ""]
        )
        self.night("2026-03-13", hour="03:00")
        self.night("2026-03-14")
        self.assertEqual(len(self.words()), 1)
        self.pay(self.late, "2026-03-14", 300)
        self.night("2026-03-29")
        self.assertEqual(len(self.words()), 2)

    def test_not_of_a_single_payment(self):
        self.promise(["2026-03-16"])
        self.night("2026-03-13")
        self.assertFalse(self.words())

    def test_never_where_the_settings_say_so(self):
        self.company.promise_word_days = 0
        self.promise(PLAN)
        self.night("2026-03-13")
        self.assertFalse(self.words())

    def test_never_of_what_is_paid(self):
        plan = self.promise(PLAN)
        self.pay(self.late, "2026-03-10", 300)
        self.night("2026-03-13")
        self.assertFalse(self.words())
        self.assertFalse(plan.line_ids[0].word_date)

    def test_of_what_is_left(self):
        self.promise(PLAN)
        self.pay(self.late, "2026-03-10", 120)
        self.night("2026-03-13")
        [mail] = self.words()
        self.assertIn("300.00 € 120.00 € 180.00 €", self.read(mail))

    def test_not_of_what_is_paid_on_account(self):
        """The money is there, though nobody has allocated it."""
        self.promise(PLAN)
        money = self.on_account(self.bakery, "2026-03-11", 300)
        self.night("2026-03-13")
        self.assertFalse(self.words())
        money.no_followup = True
        self.night("2026-03-14")
        self.assertEqual(len(self.words()), 1)

    def test_on_working_days(self):
        """What would be said on Saturday is said on Friday."""
        self.company.dunning_working_days_only = True
        self.promise(("2026-03-17", "2026-04-17"))
        self.night("2026-03-12")
        self.assertFalse(self.words())
        self.night("2026-03-13")
        self.assertEqual(len(self.words()), 1)

    def test_what_was_just_promised_needs_no_word(self):
        self.day("2026-03-14")
        self.promise(PLAN)
        self.night("2026-03-15")
        self.assertFalse(self.words())

    def test_one_message_of_several_instalments(self):
        other = self.overdue(self.bakery, 200)
        items = books.receivable_items
        for invoice, amount in ((self.late, 900), (other, 200)):
            self.promise(
                ("2026-03-16", "2026-04-16"),
                amount,
                move_line_ids=[Command.set(items(invoice).ids)],
            )
        self.night("2026-03-13")
        [mail] = self.words()
        text = self.read(mail)
        self.assertIn("450.00 €", text)
        self.assertIn("100.00 €", text)
        self.assertIn(self.late.payment_reference, text)
        self.assertIn(other.payment_reference, text)

    def test_in_the_customers_language(self):
        self.bakery.lang = "nl_NL"
        self.promise(PLAN)
        before = self.told()
        self.night("2026-03-13")
        # In Dutch or, where that is not loaded, in English with a Dutch date.
        [mail] = self.told() - before
        self.assertIn("16-03-2026", self.read(mail))

    def test_not_to_who_is_on_hold_or_archived(self):
        self.promise(PLAN)
        self.bakery.dunning_hold_until = "2026-03-13"
        self.night("2026-03-13")
        self.assertFalse(self.words())
        self.bakery.active = False
        self.night("2026-03-14")
        self.assertFalse(self.words())
        self.bakery.active = True
        self.night("2026-03-15")
        self.assertEqual(len(self.words()), 1)

    @mute_logger(MESSAGE_LOG)
    def test_a_text_that_fails_for_one_reaches_the_others(self):
        plans = self.promise(PLAN)
        for name in ("Butcher Jans", "Cafe Klein"):
            partner = self.customer(name)
            self.overdue(partner, 900)
            plans |= self.promise(PLAN, partner=partner)
        template = self.env.ref("account_dunning_plus.mail_template_promise_word")
        template.body_html = BROKEN
        self.night("2026-03-13")
        reached = self.env["account.payment.promise"].browse([mail.res_id for mail in self.words()])
        self.assertEqual(set(reached.partner_id.mapped("name")), {"Butcher Jans", "Cafe Klein"})
        failed = plans - reached
        self.assertFalse(failed.line_ids[0].word_date)
        self.assertIn("before an instalment", failed.message_ids[0].body)
        self.assertEqual(self.run_of("2026-03-13").state, "done")

    def test_a_thousand_cost_no_more_than_ten(self):
        """The questions to the database are asked for all customers at once."""
        promises = self.env["account.payment.promise"]
        counts = []
        with patch.object(type(promises), "_queue_messages", lambda self, template: {}):
            for number in (2, 6):
                for index in range(number):
                    partner = self.customer(f"Shop {number} {index}")
                    self.overdue(partner, 900)
                    self.promise(PLAN, partner=partner)
                self.day("2026-03-13")
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                promises.sudo()._cron_words(self.company, self.company._dunning_today())
                counts.append(self.cr.sql_log_count - before)
                self.day("2026-03-02")
        self.assertLess(counts[1], counts[0] + 20)


class TestBroken(PromiseCase):
    def setUp(self):
        super().setUp()
        self.company.promise_broken_message = True

    def broken(self):
        return [mail for mail in self.told() if mail.subject.startswith("We miss your payment")]

    def test_the_customer_is_told_once(self):
        self.promise(["2026-03-10"])
        self.night("2026-03-12")
        self.assertFalse(self.broken())
        self.night("2026-03-13")
        [mail] = self.broken()
        text = self.read(mail)
        self.assertIn("03/10/2026 900.00 € 0.00 € 900.00 €", text)
        self.assertNotIn("payment plan has ended", text)
        self.night("2026-03-14")
        self.assertEqual(len(self.broken()), 1)

    def test_what_is_missing_of_a_plan(self):
        self.promise(PLAN)
        self.pay(self.late, "2026-03-10", 100)
        self.night("2026-03-19")
        [mail] = self.broken()
        text = self.read(mail)
        self.assertIn("03/16/2026 300.00 € 100.00 € 200.00 €", text)
        self.assertIn("the other instalments, 600.00 € in all, are to be paid now", text)

    def test_not_where_the_settings_say_no(self):
        self.company.promise_broken_message = False
        self.promise(["2026-03-10"])
        self.night("2026-03-13")
        self.assertFalse(self.broken())

    def test_not_when_the_money_came_late(self):
        self.promise(["2026-03-10"])
        self.on_account(self.bakery, "2026-03-13", 900)
        self.night("2026-03-13")
        self.assertFalse(self.broken())

    def test_a_payment_that_comes_before_the_night_judges_as_well(self):
        """Whoever breaks it, night or payment: the responsible and the customer are told once."""
        self.promise(["2026-03-10"])
        self.day("2026-03-13")
        self.pay(self.late, "2026-03-13", 300)
        [mail] = self.broken()
        self.assertIn("900.00 € 300.00 € 600.00 €", self.read(mail))
        self.night("2026-03-14")
        self.assertEqual(len(self.broken()), 1)
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.bakery.id)])
        self.assertEqual(len(row.activity_ids), 1)
        self.assertIn("Promise broken", row.activity_ids.summary)

    def test_paid_late_before_the_night_needs_nobody(self):
        promise = self.promise(["2026-03-10"])
        self.day("2026-03-13")
        self.pay(self.late, "2026-03-13")
        self.night("2026-03-14")
        self.assertEqual((promise.state, promise.paid_late), ("broken", True))
        self.assertFalse(self.broken())
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.bakery.id)])
        self.assertFalse(row.activity_ids)

    def test_not_when_kept(self):
        self.promise(["2026-03-10"])
        self.pay(self.late, "2026-03-11")
        self.night("2026-03-13")
        self.assertFalse(self.broken())


class TestOneMessageADay(PromiseCase):
    def setUp(self):
        super().setUp()
        self.company.promise_broken_message = True

    def broken(self):
        return [mail for mail in self.told() if mail.subject.startswith("We miss your payment")]

    def test_several_broken_in_one_night_are_one_message(self):
        other = self.overdue(self.bakery, 100)
        self.promise(["2026-03-10"], move_line_ids=[Command.set(self.items(self.late))])
        self.promise(["2026-03-10"], 100, move_line_ids=[Command.set(self.items(other))])
        self.night("2026-03-13")
        [mail] = self.broken()
        text = self.read(mail)
        self.assertIn("900.00 € 0.00 € 900.00 €", text)
        self.assertIn("100.00 € 0.00 € 100.00 €", text)

    def items(self, invoice):
        return books.receivable_items(invoice).ids

    def test_the_reminder_waits_for_the_next_day(self):
        self.promise(["2026-03-10"])
        self.assertFalse(self.night("2026-03-13"))
        self.assertEqual(len(self.broken()), 1)
        self.assertEqual(self.reason(self.late), "told")
        self.assertIn("another message today", self.late.dunning_reason)
        self.assertEqual(str(self.late.dunning_next_date), "2026-03-14")
        [notice] = self.night("2026-03-14")
        self.assertEqual(notice.partner_id, self.bakery)

    def test_nor_by_hand(self):
        self.promise(["2026-03-10"])
        self.night("2026-03-13")
        notices = self.env["account.dunning.notice"]
        choices = notices._choices_by_hand(self.company, self.bakery.ids)
        choice = choices[self.bakery.id]
        self.assertIsNone(choice.everything.decision.level)
        self.assertIn("another message", notices._why_nothing(self.company, self.bakery, choice))

    def test_without_the_message_the_reminder_comes_at_once(self):
        self.company.promise_broken_message = False
        self.promise(["2026-03-10"])
        self.assertEqual(len(self.night("2026-03-13")), 1)

    def test_who_was_reminded_today_is_told_tomorrow(self):
        """By day, money that comes late breaks a promise; a reminder went out before."""
        other = self.overdue(self.bakery, 100)
        self.promise(["2026-03-10"], move_line_ids=[Command.set(self.items(self.late))])
        self.assertEqual(len(self.night("2026-03-12")), 1)
        self.assertTrue(other)
        self.company.promise_tolerance_days = 0
        promise = self.env["account.payment.promise"].search([("partner_id", "=", self.bakery.id)])
        promise.tolerance_days = 0
        self.pay(self.late, "2026-03-12", 300)
        self.assertEqual(promise.state, "broken")
        self.assertFalse(self.broken())
        self.night("2026-03-13")
        self.assertEqual(len(self.broken()), 1)


class TestNoAddress(PromiseCase):
    """Who cannot be told is nobody's secret: one activity, and it is told when it can be."""

    def setUp(self):
        super().setUp()
        self.env["account.dunning.run"]._cron_run()
        self.company.promise_confirm_plans = False

    def todo(self):
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.bakery.id)])
        return row.activity_ids.filtered(lambda one: "e-mail address" in (one.summary or ""))

    def test_a_word(self):
        plan = self.promise(PLAN)
        self.bakery.email = False
        self.night("2026-03-12")
        self.assertFalse(self.todo())
        self.night("2026-03-13")
        self.assertEqual(len(self.todo()), 1)
        self.assertIn("no e-mail address", plan.message_problem)
        self.night("2026-03-14")
        self.assertEqual(len(self.todo()), 1, "once")
        self.todo().action_done()
        self.night("2026-03-15")
        self.assertFalse(self.todo(), "once is enough, also when it is done")
        self.bakery.email = "back@example.com"
        self.night("2026-03-16")
        self.assertEqual(len(self.told(plan)), 1, "nothing is lost")
        self.assertFalse(plan.message_problem)

    def test_two_plans_of_a_customer_are_one_activity(self):
        other = self.overdue(self.bakery, 150)
        for invoice, amount in ((self.late, 900), (other, 150)):
            items = books.receivable_items(invoice).ids
            self.promise(PLAN, amount, move_line_ids=[Command.set(items)])
        self.bakery.email = False
        self.night("2026-03-13")
        self.assertEqual(len(self.todo()), 1)

    def test_a_broken_promise(self):
        self.company.promise_broken_message = True
        promise = self.promise(["2026-03-10"])
        self.bakery.email = False
        self.night("2026-03-13")
        self.assertEqual(len(self.todo()), 1)
        self.bakery.email = "back@example.com"
        self.night("2026-03-14")
        self.assertEqual(len(self.told(promise)), 1)
        self.assertFalse(self.todo(), "it is solved")

    def test_what_was_paid_meanwhile_is_not_told(self):
        self.company.promise_broken_message = True
        promise = self.promise(["2026-03-10"])
        self.bakery.email = False
        self.night("2026-03-13")
        self.pay(self.late, "2026-03-13")
        self.bakery.email = "back@example.com"
        self.night("2026-03-14")
        self.assertFalse(self.told(promise))

    def test_a_confirmation(self):
        self.company.promise_confirm_plans = True
        self.bakery.email = False
        self.promise(PLAN)
        self.assertEqual(len(self.todo()), 1)

    @mute_logger(MESSAGE_LOG)
    def test_a_text_that_fails(self):
        plan = self.promise(PLAN)
        template = self.env.ref("account_dunning_plus.mail_template_promise_word")
        template.body_html = BROKEN
        for day in ("2026-03-13", "2026-03-14"):
            self.night(day)
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.bakery.id)])
        [one] = row.activity_ids
        self.assertIn("before an instalment", one.summary)
        notes = [note for note in plan.message_ids if "before an instalment" in note.body]
        self.assertEqual(len(notes), 1, "said once")


class TestDisputes(PromiseCase):
    def setUp(self):
        super().setUp()
        self.bakery.lang = "nl_NL"
        reason = self.env.ref("account_dunning_plus.dispute_reason_damaged")
        disputes = self.env["account.dunning.dispute"].with_user(self.dunner)
        self.dispute = disputes.create(
            {"move_id": self.late.id, "amount": 250, "reason_id": reason.id}
        )

    def wizard(self, **vals):
        action = self.dispute.action_reject()
        wizards = self.env[action["res_model"]].with_user(self.dunner)
        with Form(wizards.with_context(**action["context"])) as form:
            for name, value in vals.items():
                setattr(form, name, value)
        return form.record

    def test_rejected_and_told(self):
        wizard = self.wizard(answer="It was signed for.\nAs complete.")
        self.assertTrue(wizard.tell_customer)
        self.assertEqual(wizard.recipient, "Bakery Peeters")
        self.assertEqual(self.reason(self.late), "scheduled")
        wizard.action_reject()
        self.assertEqual((self.dispute.state, self.dispute.amount_open), ("rejected", 0))
        [mail] = self.told(model="account.dunning.dispute")
        self.assertIn(self.late.name, mail.subject)
        self.assertIn("It was signed for.", mail.body_html)
        self.assertIn("250,00 €", self.read(mail))
        notice = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 900)

    def test_rejected_and_not_told(self):
        self.wizard(answer="No", tell_customer=False).action_reject()
        self.assertEqual(self.dispute.answer, "No")
        self.assertFalse(self.told(model="account.dunning.dispute"))

    def test_an_answer_is_needed(self):
        with self.assertRaisesRegex(UserError, "Say why what was disputed"):
            self.wizard(answer="  ").action_reject()

    def test_nobody_to_tell(self):
        self.bakery.email = False
        wizard = self.wizard(answer="No")
        self.assertFalse(wizard.tell_customer)
        self.assertIn("has no e-mail address", wizard.problem)
        wizard.tell_customer = True
        with self.assertRaisesRegex(UserError, "has no e-mail address"):
            wizard.action_reject()

    @mute_logger(MESSAGE_LOG)
    def test_a_broken_text_keeps_the_dispute(self):
        wizard = self.wizard(answer="No")
        with (
            patch.object(type(self.dispute), "_amount_words", side_effect=ValueError("Oops")),
            self.assertRaisesRegex(UserError, "cannot be made"),
            self.env.cr.savepoint(),
        ):
            wizard.action_reject()
        self.env.invalidate_all()
        self.assertEqual(self.dispute.state, "open")

    def test_sales_do_not_reject(self):
        with self.assertRaises(AccessError):
            self.dispute.with_user(self.sales).action_reject()


class TestSalesStaff(PromiseCase):
    """Who only sees how customers pay takes down what they say."""

    def test_a_promise(self):
        promise = self.promise(["2026-03-10"], user=self.sales)
        self.assertEqual((promise.state, promise.user_id), ("open", self.sales))
        self.assertEqual(promise.line_ids.amount, 900)

    def test_a_promise_in_the_form(self):
        """As the form asks, of which sales staff see neither the items nor the ledger."""
        promises = self.env["account.payment.promise"].with_user(self.sales)
        promises = promises.with_context(default_partner_id=self.bakery.id)
        fields = (
            "partner_id",
            "contact_id",
            "company_id",
            "currency_id",
            "amount",
            "date",
            "state",
        )
        plan = ("plan_by", "plan_number", "plan_amount", "plan_rhythm", "first_date", "channel")
        spec = {name: {} for name in (*fields, *plan, "user_id", "note", "display_name")}
        spec["line_ids"] = {"fields": {"date": {}, "amount": {}}}
        values = promises.onchange({}, [], spec)["value"]
        self.assertEqual(values["amount"], 900)
        values = promises.onchange({**values, "date": "2026-03-10"}, ["date"], spec)["value"]
        promise = promises.create({"date": "2026-03-10", "amount": 500})
        self.assertEqual((promise.state, promise.amount), ("open", 500))
        self.assertTrue(promise.web_read(spec))

    def test_a_plan_waits_for_approval(self):
        plan = self.promise(["2026-03-05", "2026-03-10"], user=self.sales)
        self.assertEqual(plan.state, "draft")
        self.assertFalse(self.told(plan))

    def test_a_dispute(self):
        reason = self.env.ref("account_dunning_plus.dispute_reason_price")
        disputes = self.env["account.dunning.dispute"].with_user(self.sales)
        dispute = disputes.create({"move_id": self.late.id, "amount": 5, "reason_id": reason.id})
        self.assertEqual((dispute.state, dispute.partner_id), ("open", self.bakery))
