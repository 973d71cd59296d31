"""E-mail, letter, phone call, and any combination of them; approval before they go out."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import DunningCase as Base


class ChannelCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.env.ref("mail.mail_activity_data_call")
        cls.billing = cls.user("billing.clerk", "account.group_account_invoice")

    def channels(self, level, email=False, letter=False, call=False):
        level.write(
            {
                "send_email": email,
                "print_letter": letter,
                "activity_type_id": self.call.id if call else False,
            }
        )

    def letters(self, notice):
        """The letters kept with a notice."""
        return self.env["ir.attachment"].search(
            [("res_model", "=", notice._name), ("res_id", "=", notice.id)]
        )

    def calls(self, notice):
        return notice.activity_ids.filtered(lambda task: task.activity_type_id == self.call)


class TestLetters(ChannelCase):
    """Done means printed."""

    def test_a_letter_is_done_when_it_is_printed(self):
        self.channels(self.first, letter=True)
        invoice = self.overdue(self.customer())
        self.assertFalse(self.night("2026-03-05"))
        notice = self.notices()
        self.assertEqual((notice.state, notice.letter_due), ("ready", True))
        self.assertIn("letter to print", invoice.dunning_reason)
        self.night("2026-03-16")
        self.assertEqual(self.notices(), notice)
        self.assertEqual(notice.level_id, self.first, "no escalation on a letter in the drawer")
        self.assertEqual(self.levels(invoice), [])
        self.assertFalse(self.mails())

        notice.with_user(self.billing).action_print_letter()
        self.assertEqual((notice.state, str(notice.letter_date)), ("sent", "2026-03-16"))
        self.assertEqual(str(notice.date), "2026-03-16")
        self.assertFalse(notice.letter_due)
        self.assertEqual(len(self.letters(notice)), 1)
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-19")
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_letter_that_cannot_be_printed_is_not_done(self):
        self.channels(self.first, letter=True)
        self.overdue(self.customer())
        self.night("2026-03-05")
        notice = self.notices()
        with (
            patch.object(
                type(self.env["ir.actions.report"]),
                "_render_qweb_pdf",
                side_effect=UserError("wkhtmltopdf is not installed"),
            ),
            self.assertRaisesRegex(UserError, "wkhtmltopdf"),
            self.env.cr.savepoint(),
        ):
            notice.action_print_letter()
        self.env.invalidate_all()
        self.assertEqual((notice.state, notice.letter_due), ("ready", True))
        self.assertFalse(self.letters(notice))

    def test_letters_are_printed_in_one_file(self):
        self.channels(self.first, letter=True)
        for name in ("Bakery", "Butcher"):
            self.overdue(self.customer(name))
        self.night("2026-03-05")
        notices = self.notices().with_user(self.billing)
        notices.with_context(force_report_rendering=True).action_print_letter()
        merged = self.env["ir.attachment"].search(
            [("res_model", "=", "account.dunning.run"), ("res_id", "=", notices.run_id.id)]
        )
        self.assertTrue(merged.raw.startswith(b"%PDF"))

    def test_the_letter_says_what_the_e_mail_says(self):
        self.channels(self.first, letter=True)
        bakery = self.customer(street="Kerkstraat 1", zip="9000", city="Gent")
        invoice = self.overdue(bakery, 123.45)
        self.night("2026-03-05")
        notice = self.notices()
        notice.action_print_letter()
        letter = self.letters(notice).raw.decode().replace("\xa0", " ")
        for text in ("Kerkstraat 1", "9000", "Gent", invoice.name, "123.45", "5 March 2026"):
            self.assertIn(text, letter)

    def test_letters_to_print_are_found(self):
        self.channels(self.first, letter=True)
        printed = self.overdue(self.customer())
        self.night("2026-03-05")
        self.notices().action_print_letter()
        self.overdue(self.customer("Butcher Jans"))
        self.night("2026-03-06")
        notice = self.env["account.dunning.notice"]
        own = [("company_id", "=", self.company.id)]
        due = notice.search([*own, ("letter_due", "=", True)])
        self.assertEqual(due.partner_id.name, "Butcher Jans")
        done = notice.search([*own, ("letter_due", "=", False)])
        self.assertEqual(done.line_ids.move_id, printed)

    def test_a_letter_paid_for_before_printing_is_not_printed(self):
        self.channels(self.first, letter=True)
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        notice = self.notices()
        self.pay(invoice, "2026-03-06")
        with self.assertRaisesRegex(UserError, "Nothing is left to print"):
            notice.action_print_letter()
        self.assertEqual(self.levels(invoice), [])
        self.assertFalse(self.letters(notice))

    def test_a_letter_paid_in_part_demands_the_rest(self):
        self.channels(self.first, letter=True)
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06", 900)
        notice = self.notices()
        notice.action_print_letter()
        letter = self.letters(notice).raw.decode()
        self.assertIn("100.00", letter)
        self.assertNotIn("1,000.00", letter)

    def test_e_mail_and_letter(self):
        """The e-mail is delivery; the letter stays to be printed, once."""
        self.channels(self.first, email=True, letter=True)
        invoice = self.overdue(self.customer())
        notice = self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])
        self.assertTrue(notice.letter_due)
        self.assertEqual(len(self.mails(notice)), 1)
        notice.action_print_letter()
        self.assertFalse(notice.letter_due)
        self.assertEqual(self.levels(invoice), [1])

    def test_a_letter_printed_days_after_the_e_mail_demands_what_is_open_then(self):
        self.channels(self.first, email=True, letter=True)
        bakery = self.customer()
        first, second = self.overdue(bakery, 700), self.overdue(bakery, 300)
        notice = self.night("2026-03-05")
        self.pay(first, "2026-03-06", 600)
        self.pay(second, "2026-03-06")
        self.day("2026-03-09")
        notice.action_print_letter()
        letter = self.letters(notice).raw.decode()
        self.assertNotIn(second.name, letter)
        self.assertIn("100.00", letter)
        self.assertNotIn("700.00", letter)

    def test_without_an_address_the_letter_takes_over(self):
        """The reason is told once, not every night that the letter waits."""
        self.channels(self.first, email=True, letter=True)
        invoice = self.overdue(self.customer(email=False))
        for number in range(5, 12):
            self.assertFalse(self.night(f"2026-03-{number:02}"))
        notice = self.notices()
        self.assertEqual((notice.state, notice.letter_due), ("ready", True))
        self.assertLessEqual(len(notice.message_ids), 1)
        notice.action_print_letter()
        self.assertEqual(self.levels(invoice), [1])

    def test_a_failed_e_mail_may_go_as_a_letter(self):
        invoice = self.overdue(self.customer(email=False))
        self.night("2026-03-05")
        notice = self.notices()
        self.assertEqual(notice.state, "failed")
        notice.with_user(self.billing).action_print_letter()
        self.assertEqual((notice.state, notice.failure_message), ("sent", False))
        self.assertEqual(self.levels(invoice), [1])

    def test_a_failed_notice_that_was_paid_is_not_printed(self):
        invoice = self.overdue(self.customer(email=False))
        self.night("2026-03-05")
        notice = self.notices()
        self.pay(invoice, "2026-03-05")
        with self.assertRaisesRegex(UserError, "Nothing is left to print"):
            notice.action_print_letter()

    def test_many_letters_are_one_click(self):
        self.channels(self.first, letter=True)
        for number in range(3):
            self.overdue(self.customer(f"Shop {number}"))
        self.night("2026-03-05")
        notices = self.notices()
        notices.action_print_letter()
        self.assertEqual(set(notices.mapped("state")), {"sent"})


class TestCalls(ChannelCase):
    """A phone call is an activity for a person."""

    def test_a_call_for_the_person_the_level_names(self):
        caller = self.user("caller", "account.group_account_invoice")
        self.channels(self.first, call=True)
        self.first.write({"activity_user_id": caller.id, "activity_note": "Ask when"})
        bakery = self.customer(user_id=self.billing.id)
        invoice = self.overdue(bakery)
        notice = self.night("2026-03-05")
        activity = self.calls(notice)
        self.assertEqual(activity.user_id, caller)
        self.assertEqual(str(activity.date_deadline), "2026-03-05")
        self.assertIn("Bakery Peeters", activity.summary)
        self.assertIn("Ask when", activity.note)
        self.assertFalse(self.mails(notice))
        self.assertEqual(self.levels(invoice), [1])

    def test_who_calls_when_the_level_names_nobody(self):
        """The person in Settings, else the salesperson, else a dunning manager."""
        manager = self.user("dunning.manager", "account_dunning_plus.group_dunning_manager")
        sales = self.user("sales", "account_dunning_plus.group_dunning_user")
        clerk = self.user("clerk", "base.group_user")
        self.channels(self.first, call=True)
        for person, setup in (
            (manager, lambda customer: None),
            (manager, lambda customer: customer.write({"user_id": clerk.id})),
            (sales, lambda customer: customer.write({"user_id": sales.id})),
            (
                self.billing,
                lambda customer: self.company.write({"dunning_user_id": self.billing.id}),
            ),
        ):
            bakery = self.customer(user_id=False)
            setup(bakery)
            self.overdue(bakery)
            self.day("2026-03-05")
            self.env["account.dunning.run"]._cron_run()
            notice = self.sent(bakery)
            self.assertEqual(self.calls(notice).user_id, person)

    def test_e_mail_and_call(self):
        self.channels(self.first, email=True, call=True)
        self.overdue(self.customer())
        notice = self.night("2026-03-05")
        self.assertEqual((len(self.mails(notice)), len(self.calls(notice))), (1, 1))

    def test_letter_and_call(self):
        """The call is planned at once, and the letter stays to be printed."""
        self.channels(self.first, letter=True, call=True)
        self.overdue(self.customer())
        for date in ("2026-03-05", "2026-03-06", "2026-03-09"):
            self.night(date)
        notice = self.notices()
        self.assertEqual(len(self.calls(notice)), 1)
        self.assertTrue(notice.letter_due)

    def test_all_three(self):
        self.channels(self.first, email=True, letter=True, call=True)
        self.overdue(self.customer())
        notice = self.night("2026-03-05")
        self.assertEqual((len(self.mails(notice)), len(self.calls(notice))), (1, 1))
        self.assertTrue(notice.letter_due)

    def test_a_call_in_place_of_an_e_mail_that_cannot_be_sent(self):
        """Without an address there is still somebody to be called."""
        self.channels(self.first, email=True, call=True)
        self.overdue(self.customer(email=False))
        self.night("2026-03-05")
        notice = self.notices()
        self.assertIn(notice.state, ("failed", "sent"))
        self.assertLessEqual(len(self.calls(notice)), 1)

    def test_a_level_needs_a_channel(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex((ValidationError, Exception), "check_channel"),
            self.env.cr.savepoint(),
        ):
            self.channels(self.first)
            self.env.flush_all()


class TestAttachments(ChannelCase):
    """The PDFs of the invoices go with the message, and are not multiplied."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.attach_invoices = True
        cls.second.attach_invoices = True

    def store_pdf(self, invoice):
        return self.env["ir.attachment"].create(
            {
                "name": f"{invoice.name.replace('/', '_')}.pdf",
                "raw": b"%PDF-1.4 stored",
                "res_model": "account.move",
                "res_id": invoice.id,
                "res_field": "invoice_pdf_report_file",
                "mimetype": "application/pdf",
            }
        )

    def count(self):
        self.env.flush_all()
        return (
            self.env["ir.attachment"]
            .with_context(active_test=False)
            .search_count([("res_field", "in", [False, "invoice_pdf_report_file"])])
        )

    def test_stored_pdfs_are_used_as_they_are(self):
        bakery = self.customer()
        invoices = self.overdue(bakery, 100) | self.overdue(bakery, 200)
        stored = self.env["ir.attachment"].union(*map(self.store_pdf, invoices))
        before = self.count()
        notice = self.night("2026-03-05")
        self.assertEqual(self.mails(notice).attachment_ids, stored)
        self.assertEqual(self.count(), before)
        self.night("2026-03-16")
        self.assertEqual(self.mails(self.sent()[-1]).attachment_ids, stored)
        self.assertEqual(self.count(), before, "a second reminder makes no more files")

    def test_an_invoice_without_a_pdf_is_rendered(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        notice = self.night("2026-03-05")
        attached = self.mails(notice).attachment_ids
        self.assertEqual(len(attached), 1)
        self.assertIn(invoice.name.encode(), attached.raw)
        self.assertFalse(invoice.invoice_pdf_report_id, "its own PDF is made when it is sent")

    def test_an_invoice_whose_pdf_cannot_be_made_fails_alone(self):
        invoice = self.overdue(self.customer())
        self.store_pdf(self.overdue(self.customer("Butcher Jans")))
        with (
            patch.object(
                type(self.env["ir.actions.report"]),
                "_pre_render_qweb_pdf",
                side_effect=ValueError("no such font"),
            ),
            mute_logger("odoo.addons.account_dunning_plus.models.account_dunning_notice_delivery"),
        ):
            sent = self.night("2026-03-05")
        self.assertEqual(sent.partner_id.name, "Butcher Jans")
        failed = self.notices(states=["failed"])
        self.assertIn(invoice.name, failed.failure_message)
        self.assertIn("no such font", failed.failure_message)

    def test_no_pdfs_where_the_level_wants_none(self):
        self.first.attach_invoices = False
        self.store_pdf(self.overdue(self.customer()))
        self.assertFalse(self.mails(self.night("2026-03-05")).attachment_ids)

    def test_the_mail_and_its_pdfs_stay_with_the_notice(self):
        self.store_pdf(self.overdue(self.customer()))
        notice = self.night("2026-03-05")
        self.mail_leaves()
        self.assertEqual(self.mails(notice).state, "sent")
        message = notice.message_ids.filtered("mail_ids")
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertIn("Bakery Peeters", message.body)


class TestApproval(ChannelCase):
    """What needs approval waits; the rest goes out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second.requires_approval = True
        cls.manager = cls.user("dunning.manager", "account_dunning_plus.group_dunning_manager")

    def waiting(self):
        """A customer whose second reminder waits for approval since 16 March."""
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.mail_leaves()
        self.overdue(self.customer("Butcher Jans"), due="2026-03-13")
        sent = self.night("2026-03-16")
        self.assertEqual(sent.partner_id.name, "Butcher Jans")
        return self.notices(invoice.partner_id, ["draft"]), invoice

    def test_it_waits_for_a_manager(self):
        notice, invoice = self.waiting()
        self.assertEqual(self.run_of("2026-03-16").waiting_count, 1)
        self.assertIn("waits for approval", invoice.dunning_reason)
        self.assertFalse(self.night("2026-03-17"))
        self.assertEqual(self.notices(invoice.partner_id, ["draft"]), notice)
        for refused in (self.billing, self.user("clerk", "base.group_user")):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                notice.with_user(refused).action_approve()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            notice.with_user(self.billing).action_send()
        notice.with_user(self.manager).action_approve()
        self.assertEqual((notice.state, str(notice.date)), ("sent", "2026-03-17"))
        self.assertEqual(self.levels(invoice), [1, 2])
        self.assertEqual(len(self.mails(notice)), 1)

    def test_an_approved_notice_is_read_again(self):
        notice, invoice = self.waiting()
        self.pay(invoice, "2026-03-16")
        notice.with_user(self.manager).action_approve()
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(self.mails(notice))

    def test_what_waits_and_is_paid_goes_away_at_night(self):
        notice, invoice = self.waiting()
        self.pay(invoice, "2026-03-16")
        self.night("2026-03-17")
        self.assertEqual(notice.state, "cancelled")

    def test_an_approval_holds_until_the_letter_is_printed(self):
        self.channels(self.second, letter=True)
        notice, invoice = self.waiting()
        notice.with_user(self.manager).action_approve()
        self.assertEqual(notice.state, "ready")
        for date in ("2026-03-17", "2026-03-18"):
            self.night(date)
            self.assertEqual(notice.state, "ready", "it is not put before the manager again")
        notice.action_print_letter()
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_an_approval_is_of_what_the_manager_saw(self):
        """Another item that joins the letter in the drawer needs approval anew."""
        self.channels(self.second, letter=True)
        notice, invoice = self.waiting()
        notice.with_user(self.manager).action_approve()
        self.overdue(invoice.partner_id, 50_000, due="2026-03-10")
        self.night("2026-03-17")
        self.assertEqual(notice.state, "draft")

    def test_the_approved_message_whose_mail_failed_is_not_approved_twice(self):
        notice, invoice = self.waiting()
        notice.with_user(self.manager).action_approve()
        self.mail_leaves(down=True)
        self.assertEqual(notice.state, "failed")
        self.night("2026-03-17")
        self.assertEqual(notice.state, "sent")
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_cancelled_notice_comes_back_next_night_only(self):
        notice, invoice = self.waiting()
        notice.with_user(self.billing).action_cancel()
        self.assertEqual(notice.state, "cancelled")
        self.night("2026-03-16", "20:00")
        self.assertFalse(self.notices(invoice.partner_id, ["draft"]))
        self.night("2026-03-17")
        self.assertEqual(len(self.notices(invoice.partner_id, ["draft"])), 1)
        with self.assertRaisesRegex(UserError, "cannot be cancelled"):
            self.sent(invoice.partner_id).action_cancel()
