"""The weekly statement, and thank-yous: once, on a right day, and never wrongly."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import mute_logger

from . import books, mailbox
from .test_replies import ReplyCase as Base


class CourtesyCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.billing_user()

    def courtesies(self, partner=None):
        """What went out beside reminders, as the clerk sees it."""
        self.env.invalidate_all()
        domain = [("company_id", "=", self.company.id), ("state", "!=", "cancelled")]
        if partner:
            domain.append(("partner_id", "=", partner.id))
        model = self.env["account.dunning.courtesy"].with_user(self.clerk)
        return model.search(domain, order="date, id")

    def dates(self, partner=None):
        return [str(own.date) for own in self.courtesies(partner)]

    def wait_long(self):
        """The second level comes after three months."""
        self.third.delay_days = 120
        self.second.delay_days = 90

    def nights(self, *days):
        for day in days:
            self.night(day)

    def body(self, courtesy):
        mail = self.env["mail.mail"].sudo().search([("res_id", "=", courtesy.id),
                                                    ("model", "=", courtesy._name)])  # fmt: skip
        return mail[-1:].body_html.replace("\xa0", " ")


class TestStatements(CourtesyCase):
    def test_a_month_of_mondays(self):
        """Reminders when they are due, the statement when nothing is, nothing on other days."""
        bakery = self.customer(dunning_weekly_day="0")
        invoice = self.overdue(bakery, 900)
        self.third.delay_days = 40
        for number in range(3, 32):
            self.night(f"2026-03-{number:02}")
        self.assertEqual(
            [str(notice.date) for notice in self.sent(bakery)], ["2026-03-09", "2026-03-16"]
        )
        self.assertEqual(self.dates(), ["2026-03-23", "2026-03-30"])
        text = self.body(self.courtesies()[0])
        self.assertIn(invoice.name, text)
        self.assertIn("900.00", text)
        self.pay(invoice, "2026-04-01")
        self.nights("2026-04-06", "2026-04-13")
        self.assertEqual(len(self.courtesies()), 2, "nothing is overdue any more")

    def test_of_what_is_excused_nothing_is_stated(self):
        bakery = self.customer(dunning_weekly_day="0")
        self.third.delay_days = 90
        stays = self.overdue(bakery, 900)
        held = self.overdue(bakery, 333)
        self.nights("2026-03-09", "2026-03-16")
        held.write({"dunning_hold_until": "2026-06-01"})
        self.night("2026-03-23")
        text = self.body(self.courtesies())
        self.assertIn(stays.name, text)
        self.assertNotIn(held.name, text)
        self.assertNotIn("333.00", text)
        self.assertNotIn("1,233", text)

    def test_not_when_something_keeps_the_customer_back(self):
        self.wait_long()
        names = ("held", "promised", "excluded", "credited", "archived", "unreachable", "weekly")
        customers = {name: self.customer(name, dunning_weekly_day="0") for name in names}
        invoices = {name: self.overdue(partner) for name, partner in customers.items()}
        self.night("2026-03-09")
        self.assertEqual(len(self.sent()), len(names))
        customers["held"].dunning_hold_until = "2026-03-20"
        self.env["account.payment.promise"].with_user(self.clerk).create(
            {
                "partner_id": customers["promised"].id,
                "amount": 1000,
                "line_ids": [Command.create({"date": "2026-03-20", "amount": 1000})],
            }
        )
        books.receivable_items(invoices["excluded"]).no_followup = True
        self.credit(customers["credited"], "2026-03-10", 1000)
        customers["archived"].active = False
        customers["unreachable"].email = False
        self.night("2026-03-16")
        self.assertEqual(self.courtesies().partner_id, customers["weekly"])

    def test_never_beside_a_reminder(self):
        """Also not one that a person sent, that waits for approval or was cancelled."""
        self.second.requires_approval = True
        bakery = self.customer(dunning_weekly_day="0")
        self.overdue(bakery)
        self.nights("2026-03-09", "2026-03-16", "2026-03-23")
        self.assertEqual(self.notices(bakery)[-1].state, "draft")
        self.notices(bakery)[-1].with_user(self.dunning_manager()).action_cancel()
        self.night("2026-03-23")
        self.assertFalse(self.courtesies())

    def test_a_second_run_of_the_day_says_nothing(self):
        bakery = self.customer(dunning_weekly_day="0")
        self.wait_long()
        self.overdue(bakery)
        self.nights("2026-03-09", "2026-03-16", "2026-03-16")
        self.assertEqual(self.dates(), ["2026-03-16"])
        # An invoice that is new the same day is reminded of tomorrow at the earliest.
        self.assertEqual(len(self.sent(bakery)), 1)

    def test_a_mail_that_stays_in_the_queue_past_its_day_does_not_leave(self):
        bakery = self.customer(dunning_weekly_day="0")
        self.wait_long()
        invoice = self.overdue(bakery)
        self.night("2026-03-09")
        self.leave()
        self.night("2026-03-16")
        self.pay(invoice, "2026-03-16")
        self.day("2026-03-17")
        self.assertEqual(self.leave(), [])
        self.assertFalse(self.courtesies())

    def test_copies_go_along_and_answers_are_of_the_follow_up(self):
        bakery = self.customer(dunning_weekly_day="0")
        self.env["res.partner"].create(
            {"name": "An", "parent_id": bakery.id, "email": "an@bakery.example",
             "dunning_role": "copy"}
        )  # fmt: skip
        self.wait_long()
        self.company.dunning_reply_days = 10
        self.overdue(bakery)
        self.night("2026-03-09")
        self.leave()
        self.night("2026-03-16")
        [mail] = self.leave()
        self.assertIn("bakerypeeters@example.com", mail["To"])
        self.assertIn("an@bakery.example", mail["Cc"])
        self.comes_in(mailbox.answer(mail))
        row = self.env["account.dunning.followup"].with_user(self.clerk)
        row = row.search([("partner_id", "=", bakery.id)])
        self.assertTrue(row.needs_reply)
        self.assertIn("courtesy", [event["kind"] for event in row.timeline])
        # Unread, it keeps the next statement back.
        self.night("2026-03-23")
        self.assertEqual(self.dates(), ["2026-03-16"])

    def test_a_copy_that_comes_back_fails_nothing(self):
        bakery = self.customer(dunning_weekly_day="0")
        an = self.env["res.partner"].create(
            {"name": "An", "parent_id": bakery.id, "email": "an@bakery.example",
             "dunning_role": "copy"}
        )  # fmt: skip
        invoice = self.overdue(bakery)
        self.night("2026-03-09")
        [mail] = self.leave()
        self.comes_in(mailbox.bounce(mail, self.bounce_to, address="an@bakery.example"))
        self.assertEqual(self.levels(invoice), [1], self.notices(bakery).failure_message)
        self.assertTrue(an.dunning_is_bounced)
        self.assertFalse(bakery.dunning_is_bounced)
        self.night("2026-03-16")
        self.assertFalse(self.sent(bakery)[-1].email_cc)

    def test_in_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        template = self.env.ref("account_dunning_plus.mail_template_courtesy_statement")
        template.with_context(lang="nl_NL").subject = "Uw rekening"
        bakery = self.customer(dunning_weekly_day="0", dunning_lang="nl_NL")
        self.wait_long()
        self.overdue(bakery)
        self.nights("2026-03-09", "2026-03-16")
        self.assertEqual(self.courtesies().mail_message_id.sudo().subject, "Uw rekening")

    def test_nobody_writes_them_by_hand(self):
        with self.assertRaises(AccessError):
            self.env["account.dunning.courtesy"].with_user(self.clerk).create(
                {"kind": "statement", "partner_id": self.customer().id, "date": "2026-03-02",
                 "company_id": self.company.id}
            )  # fmt: skip


class TestThanks(CourtesyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"dunning_thank_promise": True, "dunning_thank_cleared": True})
        cls.bakery = cls.customer()

    def promise(self, partner, date, amount=1000):
        return (
            self.env["account.payment.promise"]
            .with_user(self.clerk)
            .create(
                {
                    "partner_id": partner.id,
                    "amount": amount,
                    "line_ids": [Command.create({"date": date, "amount": amount})],
                }
            )
        )

    def test_off_by_default(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(other.dunning_thank_promise or other.dunning_thank_cleared)
        self.company.write({"dunning_thank_promise": False, "dunning_thank_cleared": False})
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06")
        self.night("2026-03-07")
        self.assertFalse(self.courtesies())

    def test_for_a_kept_promise_once(self):
        invoice = self.overdue(self.bakery)
        self.promise(self.bakery, "2026-03-10")
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-09")
        for number in range(10, 25):
            self.night(f"2026-03-{number:02}")
        self.assertEqual(self.dates(), ["2026-03-10"])
        own = self.courtesies()
        self.assertEqual((own.kind, own.state), ("promise", "sent"))
        self.assertIn("1,000.00", self.body(own))

    def test_not_for_a_broken_one_that_was_paid_late(self):
        self.company.dunning_thank_cleared = False
        invoice = self.overdue(self.bakery)
        self.promise(self.bakery, "2026-03-05")
        self.nights("2026-03-10", "2026-03-12")
        self.pay(invoice, "2026-03-13")
        self.nights("2026-03-14", "2026-03-16")
        self.assertFalse(self.courtesies())

    def test_for_a_cleared_account_once(self):
        invoice, other = self.overdue(self.bakery), self.overdue(self.bakery, 50)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06")
        self.night("2026-03-07")
        self.assertFalse(self.courtesies(), "50 are still overdue")
        self.pay(other, "2026-03-08")
        for number in range(9, 20):
            self.night(f"2026-03-{number:02}")
        self.assertEqual(self.dates(), ["2026-03-09"])
        self.assertEqual(self.courtesies().kind, "cleared")
        # The next reminder is another matter.
        later = self.overdue(self.bakery, 70, due="2026-03-20")
        self.night("2026-03-23")
        self.pay(later, "2026-03-24")
        self.nights("2026-03-25", "2026-03-26")
        self.assertEqual(self.dates(), ["2026-03-09", "2026-03-25"])

    def test_a_kept_promise_that_clears_the_account_is_one_thank_you(self):
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        self.promise(self.bakery, "2026-03-10")
        self.pay(invoice, "2026-03-09")
        for number in range(10, 20):
            self.night(f"2026-03-{number:02}")
        self.assertEqual([own.kind for own in self.courtesies()], ["promise"])

    def test_never_when_something_else_is_overdue(self):
        """Also not when it is promised, in dispute or on hold: it would be taken for its end."""
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        other = self.overdue(self.bakery, 500, due="2026-03-05")
        self.promise(self.bakery, "2026-03-30", 500)
        other.dunning_hold_until = "2026-04-30"
        self.pay(invoice, "2026-03-06")
        self.nights("2026-03-07", "2026-03-10")
        self.assertFalse(self.courtesies())

    def test_a_credit_note_is_no_payment(self):
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        refund = self.credit(self.bakery, "2026-03-06", 1000)
        (books.receivable_items(invoice) | books.receivable_items(refund)).reconcile()
        self.nights("2026-03-07", "2026-03-10")
        self.assertFalse(self.courtesies())

    def test_not_for_what_was_paid_before_the_reminder(self):
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-04")
        self.nights("2026-03-07", "2026-03-10")
        self.assertFalse(self.courtesies())

    def test_not_for_old_payments_when_it_is_switched_on(self):
        self.company.dunning_thank_cleared = False
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06")
        self.night("2026-03-20")
        self.company.dunning_thank_cleared = True
        self.night("2026-03-21")
        self.assertFalse(self.courtesies())

    def test_not_on_a_quiet_day(self):
        self.bakery.write({"dunning_quiet_saturday": True, "dunning_quiet_sunday": True})
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06")
        self.nights("2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10")
        self.assertEqual(self.dates(), ["2026-03-09"])

    def test_not_together_with_a_reminder(self):
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06")
        self.first.delay_days = -5
        self.overdue(self.bakery, 80, due="2026-03-12")
        self.nights("2026-03-07", "2026-03-08")
        self.assertEqual([str(own.date) for own in self.sent()][-1], "2026-03-07")
        self.assertFalse(self.courtesies(), "of the last reminder something is open")

    def test_not_to_who_wrote_something_that_nobody_has_read(self):
        _bakery, invoice, mail = self.reminded(self.bakery)
        self.pay(invoice, "2026-03-06")
        self.comes_in(mailbox.answer(mail))
        self.night("2026-03-07")
        self.assertFalse(self.courtesies())

    def test_a_payment_that_is_undone_meanwhile(self):
        invoice = self.overdue(self.bakery)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06")
        books.receivable_items(invoice).remove_move_reconcile()
        self.night("2026-03-07")
        self.assertFalse(self.courtesies())

    def test_a_text_that_fails_stops_nobody_else(self):
        template = self.env.ref("account_dunning_plus.mail_template_courtesy_cleared")
        template.body_html = (
            "<p t-out=\"1 / (object.partner_id.name != 'Bakery Peeters')\" /><p>Thanks</p>"
        )
        garage = self.customer("Garage")
        invoices = [self.overdue(partner) for partner in (self.bakery, garage)]
        self.night("2026-03-05")
        for invoice in invoices:
            self.pay(invoice, "2026-03-06")
        with mute_logger("odoo.addons.account_dunning_plus.models.account_dunning_message"):
            self.night("2026-03-07")
        self.assertEqual(self.courtesies(garage).state, "sent")
        self.assertEqual(self.courtesies(self.bakery).state, "failed")
        self.assertIn("Correct the text", self.courtesies(self.bakery).failure_message)
