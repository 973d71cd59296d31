"""Messages that could not be made or did not leave: told, retried, never escalated."""

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import DunningCase as Base


class TestMailFailures(Base):
    """Never escalated on a message that nobody got."""

    def test_a_mail_failed_at_the_server(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.night("2026-03-05")
        self.assertEqual(self.mail_leaves(refused=["bakerypeeters"]), [])
        notice = self.notices(bakery)
        self.assertEqual((notice.state, notice.failure_type), ("failed", "server"))
        self.assertIn("bakerypeeters@example.com", notice.failure_message)
        self.assertIn("550 5.1.1", notice.failure_message)
        self.assertEqual(self.levels(invoice), [])
        self.assertFalse(invoice.dunning_level_id)
        self.assertIn("was not delivered", invoice.dunning_reason)

        self.night("2026-03-06")
        self.assertEqual(self.mail_leaves(), ['"Bakery Peeters" <bakerypeeters@example.com>'])
        self.assertEqual((self.notices(bakery), notice.state), (notice, "sent"))
        self.assertFalse(notice.failure_message)
        self.assertEqual(str(notice.date), "2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_a_mail_server_that_is_down_for_weeks_never_escalates(self):
        invoice = self.overdue(self.customer())
        for date in ("2026-03-05", "2026-03-06", "2026-03-16", "2026-04-01"):
            self.night(date)
            self.assertEqual(self.mail_leaves(down=True), [])
            self.assertEqual(self.notices().state, "failed")
            self.assertEqual(self.notices().level_id, self.first)
        self.assertIn("Connection refused", self.notices().failure_message)
        self.night("2026-04-02")
        self.assertEqual(len(self.mail_leaves()), 1, "one message, not one for each night")
        self.assertEqual(self.levels(invoice), [1])

    def test_a_failed_mail_that_is_retried_by_hand_is_not_sent_again_at_night(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.mail_leaves(down=True)
        self.mails().mark_outgoing()
        self.assertEqual(len(self.mail_leaves()), 1)
        self.assertEqual(self.levels(invoice), [1])
        self.assertFalse(self.night("2026-03-06"))
        self.assertEqual(self.mail_leaves(), [])

    def test_a_failed_mail_does_not_leave_beside_its_repetition(self):
        """Somebody retries all failed mails after the night has written anew: one arrives."""
        self.overdue(self.customer())
        self.night("2026-03-05")
        self.mail_leaves(down=True)
        old = self.mails()
        self.night("2026-03-06")
        old.filtered(lambda mail: mail.state == "exception").mark_outgoing()
        self.assertEqual(len(self.mail_leaves()), 1)

    def test_a_chat_about_a_notice_that_fails_is_no_failed_reminder(self):
        """A colleague's address is wrong: the customer is not reminded again for it."""
        invoice = self.overdue(self.customer())
        notice = self.night("2026-03-05")
        self.mail_leaves()
        colleague = self.env["res.partner"].create({"name": "An", "email": "an@nowhere.example"})
        notice.message_post(
            body="Is this right?", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=colleague.ids,
        )  # fmt: skip
        self.mail_leaves(refused=["an@nowhere"])
        self.assertEqual(notice.state, "sent")
        self.assertEqual(self.levels(invoice), [1])

    def test_a_resent_message_that_fails_does_not_undo_the_first(self):
        """The customer has the first message: its level stays reached."""
        invoice = self.overdue(self.customer())
        notice = self.night("2026-03-05")
        self.mail_leaves()
        notice.action_resend()
        self.mail_leaves(down=True)
        self.assertEqual(self.levels(invoice), [1])
        self.assertFalse(self.night("2026-03-06"))

    def test_a_message_the_server_refuses_too_often_waits_for_a_person(self):
        self.overdue(self.customer())
        for number in range(5, 25):
            self.night(f"2026-03-{number:02}")
            self.mail_leaves(down=True)
        self.assertLessEqual(len(self.mails()), 6)
        self.assertEqual(self.notices().state, "failed")

    def test_e_mail_address_missing(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        bakery.email = False
        self.assertFalse(self.night("2026-03-05"))
        notice = self.notices(bakery)
        self.assertEqual((notice.state, notice.failure_type), ("failed", "address"))
        self.assertIn("Bakery Peeters has no e-mail address", notice.failure_message)
        self.assertIn("print a letter", notice.failure_message)
        self.assertFalse(self.mails())
        self.night("2026-03-06")
        self.night("2026-03-09")
        self.assertEqual(notice.attempt_count, 1, "not tried in vain each night")
        self.assertFalse(self.levels(invoice))
        bakery.email = "peeters@example.com"
        self.assertEqual(self.night("2026-03-10"), notice)
        self.assertEqual(self.mail_leaves(), ['"Bakery Peeters" <peeters@example.com>'])
        self.assertEqual(self.levels(invoice), [1])

    def test_e_mail_address_malformed(self):
        bakery = self.customer(email="peeters at example.com")
        self.overdue(bakery)
        self.night("2026-03-05")
        notice = self.notices(bakery)
        self.assertEqual((notice.state, notice.failure_type), ("failed", "address"))
        self.assertIn("“peeters at example.com”", notice.failure_message)
        self.assertFalse(self.mails())
        bakery.email = "peeters@example.com"
        notice.with_user(self.billing_user()).action_send()
        self.assertEqual(notice.state, "sent")
        self.assertFalse(notice.failure_message)

    def test_an_address_corrected_on_another_contact(self):
        """A dunning contact chosen after the failure gets the message, at once or at night."""
        bakery = self.customer(email=False)
        self.overdue(bakery)
        self.night("2026-03-05")
        notice = self.notices(bakery)
        bakery.dunning_contact_id = self.env["res.partner"].create(
            {"name": "Owner", "parent_id": bakery.id, "email": "owner@example.com"}
        )
        notice.action_send()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(self.mail_leaves(), ['"Owner" <owner@example.com>'])


class TestSender(Base):
    """A company without an address of its own: nobody could answer its reminders."""

    def setUp(self):
        super().setUp()
        self.address(False)

    def address(self, email):
        """Core keeps the address formatted for as long as a request lasts."""
        self.company.partner_id.email = email
        self.env.invalidate_all()

    def test_a_company_without_e_mail_address(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        notice = self.notices()
        self.assertEqual((notice.state, notice.failure_type), ("failed", "address"))
        self.assertIn("Wholesale Ltd", notice.failure_message)
        self.assertEqual((len(self.mails()), self.levels(invoice)), (0, []))
        self.address("debtors@example.com")
        self.night("2026-03-06")
        self.assertEqual((notice.state, notice.failure_message), ("sent", False))
        self.assertIn("debtors@example.com", self.mails().email_from)

    def test_the_text_names_a_sender_of_its_own(self):
        template = self.first._template()
        template.email_from = "Debtors <debtors@wholesale.example>"
        self.overdue(self.customer())
        self.night("2026-03-05")
        self.assertEqual(self.mails().email_from, "Debtors <debtors@wholesale.example>")

    def test_the_domain_of_the_company_is_enough(self):
        """The address for answers that goes with the company's domain."""
        self.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "wholesale.example", "catchall_alias": "catchall"}
        )
        self.overdue(self.customer())
        self.night("2026-03-05")
        self.assertIn("catchall@wholesale.example", self.mails().email_from)

    def test_a_letter_takes_over(self):
        self.first.print_letter = True
        self.overdue(self.customer())
        self.night("2026-03-05")
        notice = self.notices()
        self.assertEqual((notice.state, bool(notice.letter_due)), ("ready", True))
        self.assertIn("Wholesale Ltd", notice.failure_message)

    def test_a_message_sent_again_needs_a_sender_too(self):
        self.address("debtors@example.com")
        self.overdue(self.customer())
        notice = self.night("2026-03-05")
        self.address(False)
        clerk = self.billing_user()
        clerk.email = "clerk@example.com"
        notice.with_user(clerk).action_resend()
        self.assertIn("clerk@example.com", self.mails()[-1].email_from)
        with self.assertRaisesRegex(UserError, "Wholesale Ltd"):
            notice.action_resend()


class TestOtherChannels(Base):
    """The e-mail failed, but the level has other channels too."""

    def test_a_printed_letter_counts_though_the_e_mail_failed(self):
        """The customer has the letter: the level is reached, and no second letter is due."""
        self.first.print_letter = True
        invoice = self.overdue(self.customer())
        notice = self.night("2026-03-05")
        notice.action_print_letter()
        self.mail_leaves(down=True)
        self.assertEqual(notice.state, "sent")
        self.assertEqual(self.levels(invoice), [1])
        self.assertFalse(self.night("2026-03-06"))

    def test_a_repeated_e_mail_makes_no_second_call(self):
        self.first.activity_type_id = self.env.ref("mail.mail_activity_data_call")
        self.overdue(self.customer())
        notice = self.night("2026-03-05")
        self.mail_leaves(down=True)
        self.night("2026-03-06")
        self.mail_leaves(down=True)
        self.night("2026-03-09")
        self.assertEqual(len(self.mail_leaves()), 1)
        self.assertEqual(len(notice.activity_ids), 1)


class TestRaisingTemplate(Base):
    """One customer's text cannot be made: the others go out, and the failure says why."""

    def setUp(self):
        super().setUp()
        self.template = self.env["mail.template"].create(
            {
                "name": "Odd text",
                "model_id": self.env["ir.model"]._get_id("account.dunning.notice"),
                "subject": "Reminder",
                "partner_to": "{{ object.recipient_id.id }}",
                "use_default_to": False,
                "email_from": "debtors@example.com",
                "body_html": """<p><t t-if="object.partner_id.name == 'Odd'"
                    t-out="object.partner_id.no_such_field"/>Dear
                    <t t-out="object.partner_id.name"/></p>""",
            }
        )
        self.first.mail_template_id = self.template

    def test_one_customers_template_raises(self):
        names = [f"Shop {number}" for number in range(6)] + ["Odd"] + ["Last"]
        invoices = {name: self.overdue(self.customer(name)) for name in names}
        with mute_logger("odoo.addons.base.models.ir_qweb"):
            self.night("2026-03-05")
        for name, invoice in invoices.items():
            self.assertEqual(self.levels(invoice), [] if name == "Odd" else [1], name)
        failed = self.notices(states=["failed"])
        self.assertEqual((failed.partner_id.name, failed.failure_type), ("Odd", "text"))
        self.assertIn("Odd", failed.failure_message)
        self.assertIn("“Odd text”", failed.failure_message)
        self.assertIn("no_such_field", failed.failure_message)
        self.assertEqual(len(self.mail_leaves()), 7)
        run = self.run_of("2026-03-05")
        self.assertEqual((run.state, run.sent_count, run.failed_count), ("done", 7, 1))

        self.template.body_html = "<p>Dear <t t-out='object.partner_id.name'/></p>"
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoices["Odd"]), [1])
        self.assertEqual(len(self.mail_leaves()), 1)

    def test_the_preview_of_a_text_that_raises_says_so(self):
        self.overdue(self.customer("Odd"))
        with mute_logger("odoo.addons.base.models.ir_qweb"):
            self.night("2026-03-05")
            html = self.notices().preview_html
        self.assertIn("no_such_field", html)
