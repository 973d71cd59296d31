"""Mails that come back: the address is marked, the notice fails, another way is proposed."""

from odoo.exceptions import AccessError

from . import mailbox
from .test_replies import ReplyCase as Base


class TestBounces(Base):
    def returned(self, mail, **vals):
        vals.setdefault("address", "bakerypeeters@example.com")
        self.comes_in(mailbox.bounce(mail, self.bounce_to, **vals))

    def test_a_mail_that_comes_back_fails_its_notice(self):
        bakery, invoice, mail = self.reminded(phone="+32 2 555 12 34")
        self.assertEqual(self.levels(invoice), [1])
        self.returned(mail)
        notice = self.notices(bakery)
        self.assertEqual((notice.state, notice.failure_type), ("failed", "address"))
        for words in ("bakerypeeters@example.com", "550 5.1.1 User unknown", "+32 2 555 12 34"):
            self.assertIn(words, notice.failure_message)
        self.assertEqual(self.levels(invoice), [], "nobody was reminded")
        self.assertTrue(bakery.dunning_is_bounced)
        self.assertEqual(bakery.message_bounce, 1, "Odoo counts as well")
        row = self.row(bakery)
        self.assertTrue(row.needs_failed)
        self.assertFalse(row.needs_reading, "the notice itself waits")
        self.assertEqual(row.attention, "failed")
        self.assertIn("550 5.1.1", row.next_step)
        self.assertIn("bakerypeeters@example.com", self.events(bakery)[0]["author"])

        # The same address is not tried again, by night or by hand.
        for date in ("2026-03-06", "2026-03-09", "2026-03-16"):
            self.assertFalse(self.night(date))
        notice.with_user(self.billing_user()).action_send()
        self.assertEqual(notice.state, "failed")
        self.assertEqual(self.leave(), [])
        # A corrected one is.
        bakery.email = "peeters@bakery.example"
        self.assertIn("address was corrected", self.row(bakery).next_step)
        self.assertEqual(self.night("2026-03-17"), notice)
        [mail] = self.leave()
        self.assertIn("peeters@bakery.example", mail["To"])
        self.assertEqual(self.levels(invoice), [1])

    def test_another_contact_is_proposed_and_reached(self):
        bakery, invoice, mail = self.reminded(is_company=True, street="Kaai 1", city="Gent")
        contact = self.env["res.partner"].create(
            {"name": "An Books", "parent_id": bakery.id, "email": "an@bakery.example"}
        )
        self.returned(mail)
        notice = self.notices(bakery)
        self.assertIn("Write to An Books (an@bakery.example) instead", notice.failure_message)
        clerk = self.billing_user()
        wizard = self.env["account.dunning.reminder"].with_user(clerk)
        wizard = wizard.browse(self.row(bakery, clerk).action_send_reminder()["res_id"])
        self.assertEqual(wizard.recipient_id, contact)
        wizard.action_send()
        [mail] = self.leave()
        self.assertIn("an@bakery.example", mail["To"])
        self.assertEqual(self.levels(invoice), [1])
        # That one comes back as well: nobody is left, a letter is.
        self.returned(mail, address="an@bakery.example")
        self.assertIn("Print a letter", self.row(bakery).next_step)

    def test_a_contact_for_reminders_chosen_since(self):
        bakery, invoice, mail = self.reminded(is_company=True)
        self.returned(mail)
        bakery.dunning_contact_id = self.env["res.partner"].create(
            {"name": "An Books", "parent_id": bakery.id, "email": "an@bakery.example"}
        )
        self.assertTrue(self.night("2026-03-06"))
        [mail] = self.leave()
        self.assertIn("an@bakery.example", mail["To"])
        self.assertEqual(self.levels(invoice), [1])

    def test_reports_of_many_kinds_of_servers(self):
        reports = {
            "headers of the message": {"original": "headers"},
            "no original, the text names it": {"original": None, "in_text": True},
            "an answer without a part for machines": {"report": False},
            "no code": {"code": "", "status": "5.2.1"},
            "no action": {"action": ""},
            "another server's address": {"address": "an.peeters@gmail.example"},
            "given up after days": {"code": "4.4.7 Delivery time expired", "status": "4.4.7"},
            "to the sender instead": {"to": "accounts@wholesale.example"},
        }
        for number, (name, vals) in enumerate(reports.items()):
            with self.subTest(name):
                address = f"c{number}@example.com"
                partner = self.customer(f"Customer {number}", email=address)
                self.overdue(partner)
                self.night(f"2026-03-{number + 5:02}")
                mail = next(own for own in self.leave() if address in own["To"])
                vals = {"address": address, "to": self.bounce_to, **vals}
                in_text = vals.pop("in_text", False)
                if in_text:
                    vals["code"] = f"550 5.1.1 no {mail['Message-Id']}"
                self.comes_in(mailbox.bounce(mail, **vals))
                self.assertEqual(self.notices(partner).state, "failed")
                self.assertIn(address, self.notices(partner).failure_message)
                self.assertTrue(partner.dunning_is_bounced)
        self.assertIn("5.2.1", self.notices(self.partner_of("c3")).failure_message)
        self.assertIn("4.4.7 Delivery", self.notices(self.partner_of("c6")).failure_message)

    def partner_of(self, start):
        return self.env["res.partner"].search([("email", "=", f"{start}@example.com")])

    def test_reports_of_nothing_of_ours_are_left_alone(self):
        bakery, invoice, mail = self.reminded()
        for raw in (
            mailbox.bounce(mail, self.bounce_to, "who@nowhere.example", original=None),
            mailbox.bounce(mail, self.bounce_to, None, original=None, report=False, code=""),
            b"From: mailer-daemon@x\nTo: bounce@wholesale.example\n\n",
            b"From: mailer-daemon@x\nTo: bounce@wholesale.example\n"
            b"Content-Type: multipart/report; boundary=x\n\n--x\n"
            b"Content-Type: message/delivery-status\n\n\xff\xfe\n--x--\n",
        ):
            self.comes_in(raw)
        self.assertEqual(self.notices(bakery).state, "sent")
        self.assertEqual(self.levels(invoice), [1])
        self.assertFalse(self.replies(bakery))

    def test_who_got_a_letter_was_reminded(self):
        bakery, invoice, mail = self.reminded()
        self.notices(bakery).letter_date = "2026-03-05"
        self.returned(mail)
        self.assertEqual(self.notices(bakery).state, "sent")
        self.assertEqual(self.levels(invoice), [1])
        self.assertTrue(bakery.dunning_is_bounced)

    def test_a_message_sent_again_that_comes_back(self):
        """The first arrived: its level stays; that the second did not is to be read."""
        bakery, invoice, _mail = self.reminded()
        self.notices(bakery).action_resend()
        [again] = self.leave()
        self.returned(again)
        self.assertEqual(self.levels(invoice), [1])
        row = self.row(bakery)
        self.assertTrue(row.needs_failed and row.needs_reading)
        self.assertIn("did not arrive", row.next_step)
        row.action_read()
        self.assertFalse(self.row(bakery).needs_failed)

    def test_a_statement_of_account_that_comes_back(self):
        bakery = self.customer()
        self.overdue(bakery)
        self.day("2026-03-05")
        clerk = self.billing_user()
        action = self.row(bakery, clerk).action_statement_send()
        composers = self.env["mail.compose.message"].with_user(clerk)
        composers.with_context(**action["context"]).create({}).action_send_mail()
        [mail] = self.leave()
        self.returned(mail)
        row = self.row(bakery)
        self.assertTrue(row.needs_failed and row.needs_reading)
        self.assertIn("bakerypeeters@example.com", row.next_step)
        self.assertTrue(bakery.dunning_is_bounced)
        self.row(bakery).action_read()
        self.assertFalse(self.row(bakery).needs_failed)

    def test_a_colleagues_address_that_does_not_work(self):
        bakery, invoice, _mail = self.reminded()
        colleague = self.env["res.partner"].create({"name": "An", "email": "an@nowhere.example"})
        self.notices(bakery).message_post(
            body="Is this right?", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=colleague.ids,
        )  # fmt: skip
        [mail] = self.leave()
        self.returned(mail, address="an@nowhere.example")
        self.assertEqual(self.levels(invoice), [1])
        self.assertFalse(self.row(bakery).needs_failed)
        self.assertFalse(bakery.dunning_is_bounced)

    def test_an_address_that_works_again(self):
        bakery, invoice, mail = self.reminded()
        self.returned(mail)
        viewer = self.user("viewer", "account_dunning_plus.group_dunning_viewer")
        with self.assertRaises(AccessError):
            bakery.with_user(viewer).action_dunning_address_works()
        bakery.with_user(
            self.user("works", "account_dunning_plus.group_dunning_user,base.group_partner_manager")
        ).action_dunning_address_works()
        self.assertFalse(bakery.dunning_is_bounced)
        self.assertTrue(self.night("2026-03-06"))
        [mail] = self.leave()
        # Or the customer writes from it.
        self.returned(mail)
        self.assertTrue(bakery.dunning_is_bounced)
        self.comes_in(mailbox.answer(mail, "I am here"))
        self.assertFalse(bakery.dunning_is_bounced)
        self.assertTrue(self.row(bakery).needs_reply)
        self.assertEqual(self.levels(invoice), [])

    def test_the_message_of_a_discount(self):
        bakery = self.customer()
        self.overdue(bakery)
        notice = (
            self.env["account.discount.notice"]
            .sudo()
            .create(
                {
                    "partner_id": bakery.id,
                    "company_id": self.company.id,
                    "kind": "word",
                    "date": "2026-03-05",
                    "last_day": "2026-03-09",
                    "recipient_id": bakery.id,
                    "state": "sent",
                }
            )
        )
        notice.mail_message_id = notice.message_post(
            body="A discount ends", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=bakery.ids,
        )  # fmt: skip
        [mail] = self.leave()
        self.returned(mail)
        self.assertEqual((notice.state, notice.failure_type), ("failed", "address"))
        self.assertIn("bakerypeeters@example.com", notice.failure_message)
        self.assertTrue(self.row(bakery).needs_failed)
