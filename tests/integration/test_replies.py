"""Answers by e-mail, from the mail server and back through Odoo's gateway."""

from ast import literal_eval

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from . import books, mailbox
from .test_worklist import WorklistCase as Base

GATEWAY = "odoo.addons.mail.models.mail_thread"


class ReplyCase(Base):
    """A company whose catchall and bounce addresses reach Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "accounts@wholesale.example"
        cls.company.alias_domain_id = cls.env["mail.alias.domain"].create(
            {
                "name": "wholesale.example",
                "catchall_alias": "catchall",
                "bounce_alias": "bounce",
            }
        )
        cls.bounce_to = "bounce@wholesale.example"

    def leave(self):
        """The mail queue goes out through a real mail server.

        :return: the mails that it took
        """
        queue = self.env["mail.mail"].sudo()
        with mailbox.smtp(self.env) as mails:
            queue.search([("id", ">", self.mails_before), ("state", "=", "outgoing")]).send()
        self.env.invalidate_all()
        return mails

    def comes_in(self, raw):
        """Odoo fetches an e-mail."""
        with mute_logger(GATEWAY):
            self.env["mail.thread"].sudo().with_user(self.env.ref("base.user_root")).with_context(
                allowed_company_ids=None
            ).message_process(None, raw)
        self.env.flush_all()
        self.env.invalidate_all()

    def reminded(self, partner=None, date="2026-03-05", **vals):
        """A customer who got the first reminder.

        :return: customer, invoice, the mail as it left
        """
        partner = partner or self.customer(**vals)
        invoice = self.overdue(partner)
        self.night(date)
        [mail] = self.leave()
        return partner, invoice, mail

    def replies(self, partner, **vals):
        domain = [("partner_id", "=", partner.id)]
        domain += [(name, "=", value) for name, value in vals.items()]
        return self.env["account.dunning.reply"].search(domain)

    def events(self, partner, kind="reply"):
        return [own for own in self.row(partner).timeline if own["kind"] == kind]


class TestReplies(ReplyCase):
    def test_an_answer_keeps_reminders_back_until_somebody_has_read_it(self):
        bakery, invoice, mail = self.reminded()
        self.assertIn("catchall@wholesale.example", mail["Reply-To"])
        self.day("2026-03-13")
        self.comes_in(mailbox.answer(mail, "We pay on Friday.\n\n> You owe us 1,000"))

        row = self.row(bakery)
        self.assertEqual(
            (row.needs_reply, row.attention, row.situation), (True, "reply", "attention")
        )
        self.assertEqual(row.priority, 100)
        self.assertAlmostEqual(row.priority, row._row_priority().value, 6)
        self.assertIn("before all others", row.priority_explanation)
        self.assertIn("Bakery Peeters answered: “We pay on Friday.”", row.reason)
        self.assertIn("Read / Answered", row.next_step)
        [event] = self.events(bakery)
        self.assertEqual(event["text"], "We pay on Friday.")
        self.assertEqual(event["state"], "To read")

        self.assertFalse(self.night("2026-03-16"), "level 2 would be due")
        self.assertEqual(self.reason(invoice), "replied")
        self.assertIn("19 March", invoice.dunning_reason)
        self.assertEqual(str(invoice.dunning_next_date), "2026-03-19")

        clerk = self.billing_user()
        self.row(bakery, clerk).action_read()
        reply = self.replies(bakery)
        self.assertEqual((reply.read_user_id, reply.read_how), (clerk, "read"))
        self.assertTrue(reply.read_on)
        self.assertFalse(self.row(bakery).needs_reply)
        self.assertIn(clerk.name, self.events(bakery)[0]["state"])
        self.assertTrue(self.night("2026-03-17"))
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_unread_it_keeps_reminders_back_for_some_days_only(self):
        bakery, invoice, mail = self.reminded()
        self.day("2026-03-15")
        self.comes_in(mailbox.answer(mail))
        for date in ("2026-03-16", "2026-03-18", "2026-03-20"):
            self.assertFalse(self.night(date))
        self.assertTrue(self.night("2026-03-21"))
        self.assertEqual(self.levels(invoice), [1, 2])
        self.assertTrue(self.row(bakery).needs_reply, "it still waits to be read")

    def test_the_company_says_how_many_days(self):
        self.company.dunning_reply_days = 0
        bakery, invoice, mail = self.reminded()
        self.day("2026-03-15")
        self.comes_in(mailbox.answer(mail))
        self.assertTrue(self.row(bakery).needs_reply)
        self.assertTrue(self.night("2026-03-16"))
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_reminder_by_hand_waits_as_well(self):
        bakery, _invoice, mail = self.reminded()
        self.comes_in(mailbox.answer(mail))
        self.day("2026-03-20")
        self.env["account.dunning.reply"].search([]).wait_until = "2026-03-25"
        wizard = self.env["account.dunning.reminder"].browse(
            self.row(bakery).action_send_reminder()["res_id"]
        )
        self.assertIn("A reply waits to be read", wizard.why_nothing)

    def test_an_answer_from_the_chatter_is_enough(self):
        bakery, _invoice, mail = self.reminded()
        self.comes_in(mailbox.answer(mail))
        clerk = self.billing_user()
        notice = self.notices(bakery).with_user(clerk)
        notice.message_post(
            body="Note to self", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertTrue(self.row(bakery).needs_reply, "nobody outside was told")
        notice.message_post(
            body="Thank you, Friday is fine.", message_type="comment",
            subtype_xmlid="mail.mt_comment", partner_ids=bakery.ids,
        )  # fmt: skip
        self.assertFalse(self.row(bakery).needs_reply)
        reply = self.replies(bakery)
        self.assertEqual((reply.read_user_id, reply.read_how), (clerk, "answered"))
        # The customer answers again: read anew.
        again = self.leave()[-1]
        self.comes_in(mailbox.answer(again, "Thanks!"))
        self.assertTrue(self.row(bakery).needs_reply)
        self.assertEqual(len(self.events(bakery)), 2)
        written = [own["text"] for own in self.row(bakery).timeline if own["kind"] == "note"]
        self.assertIn("Thank you, Friday is fine.", written)

    def test_a_colleague_answers_by_e_mail(self):
        bakery, _invoice, mail = self.reminded()
        clerk = self.user("mail.clerk", "account_dunning_plus.group_dunning_user",
                          email="clerk@wholesale.example")  # fmt: skip
        notice = self.notices(bakery)
        notice.message_subscribe([bakery.id])
        self.comes_in(mailbox.answer(mail))
        self.comes_in(mailbox.answer(mail, "Friday is fine", sender="clerk@wholesale.example"))
        self.assertFalse(self.row(bakery).needs_reply)
        self.assertEqual(self.replies(bakery).read_user_id, clerk)

    def test_a_forwarded_colleague_and_an_unknown_address_answer(self):
        """Whoever answers it, a notice is its customer's."""
        bakery, _invoice, mail = self.reminded()
        other = self.customer("Someone Else")
        self.comes_in(mailbox.answer(mail, "I am the new owner", sender=other.email_formatted))
        self.comes_in(mailbox.answer(mail, "Me too", sender="who@elsewhere.example"))
        self.assertEqual(len(self.replies(bakery, is_waiting=True)), 2)
        self.assertFalse(self.replies(other))
        self.assertIn("who@elsewhere.example answered: “Me too”", self.row(bakery).reason)
        self.assertIn("(2 replies)", self.row(bakery).reason)

    def test_html_only_huge_empty_and_malformed_mails(self):
        bakery, _invoice, mail = self.reminded()
        for number, raw in enumerate(
            (
                mailbox.answer(
                    mail,
                    None,
                    html="<div>We <b>will</b> pay</div>"
                    "<blockquote type='cite'>You owe</blockquote>",
                ),  # fmt: skip
                mailbox.answer(mail, "x" * 70 + "\n" + "lorem ipsum " * 400_000),
                mailbox.answer(mail, None, html="<p>" + "<b>y</b> " * 200_000),
                mailbox.answer(mail, ""),
                mailbox.answer(mail, "No subject", Subject=None),
                mailbox.answer(mail, "Strange", Date="yesterday-ish", Content_Language="??"),
                mailbox.answer(mail, "Café", Message_Id="<l1@x>").replace(b"Caf", b"Caf\xe9\xff "),
            ),
            start=1,
        ):
            with self.subTest(number):
                self.comes_in(raw)
                self.assertEqual(len(self.replies(bakery, is_waiting=True)), number)
                self.assertTrue(self.row(bakery).reason)
                self.assertEqual(len(self.events(bakery)), number)
        first = self.replies(bakery)[-1]
        self.assertEqual(first.summary, "We will pay")
        self.assertLessEqual(max(len(own.summary or "") for own in self.replies(bakery)), 1000)

    def test_the_same_mail_fetched_twice_is_one_reply(self):
        bakery, _invoice, mail = self.reminded()
        raw = mailbox.answer(mail)
        self.comes_in(raw)
        self.comes_in(raw)
        self.assertEqual(len(self.replies(bakery)), 1)

    def test_an_answer_to_a_very_old_notice(self):
        """Long paid: it stops nothing, and is read all the same."""
        bakery, invoice, mail = self.reminded()
        self.pay(invoice, "2026-03-06")
        self.day("2027-06-01")
        self.comes_in(mailbox.answer(mail, "You charged me twice!"))
        row = self.row(bakery)
        self.assertTrue(row.needs_reply)
        self.assertFalse(row.is_open)
        self.assertIn("You charged me twice!", row.reason)
        domain = self.env.ref("account_dunning_plus.account_dunning_followup_action").domain
        rows = self.env["account.dunning.followup"].search(literal_eval(domain))
        self.assertIn(row, rows)
        self.assertEqual(self.env["account.dunning.followup"].waiting_count(), 1)

    def test_what_follow_up_fails_to_make_of_a_mail_does_not_lose_it(self):
        bakery, _invoice, mail = self.reminded()
        broken = self.env["account.dunning.reply"]
        self.patch(type(broken), "_own_words", lambda self, body: 1 / 0)
        with mute_logger("odoo.addons.account_dunning_plus.models.account_dunning_reply_incoming"):
            self.comes_in(mailbox.answer(mail, "Still here"))
        self.assertIn("Still here", str(self.notices(bakery).message_ids.mapped("body")))

    def test_the_list_does_not_ask_for_each_row(self):
        def ask():
            self.env["account.dunning.followup"].search([]).mapped("reason")

        partners = [self.customer(f"Customer {number}") for number in range(8)]
        invoices = [self.overdue(partner) for partner in partners]
        self.night("2026-03-05")
        mails = self.leave()
        self.assertEqual((len(invoices), len(mails)), (8, 8))
        for mail in mails[:2]:
            self.comes_in(mailbox.answer(mail))
        few = self.queries(ask)
        for mail in mails[2:]:
            self.comes_in(mailbox.answer(mail))
        self.assertLessEqual(self.queries(ask), few)


class TestWhere(ReplyCase):
    """Answers to all that customers are written about what is open."""

    def compose(self, action, user):
        composers = self.env["mail.compose.message"].with_user(user)
        composers.with_context(**action["context"]).create({}).action_send_mail()
        return self.leave()

    def test_a_statement_of_account(self):
        bakery = self.customer()
        self.overdue(bakery)
        self.day("2026-03-05")
        clerk = self.billing_user()
        [mail] = self.compose(self.row(bakery, clerk).action_statement_send(), clerk)
        self.comes_in(mailbox.answer(mail, "Which invoice?"))
        row = self.row(bakery)
        self.assertTrue(row.needs_reply)
        [event] = self.events(bakery)
        self.assertIn("Which invoice?", event["text"])
        # Answered on the contact's page; the customer answers that.
        bakery.with_user(clerk).message_post(
            body="The one of March", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=bakery.ids,
        )  # fmt: skip
        self.assertFalse(self.row(bakery).needs_reply)
        mail = next(own for own in self.leave() if "bakery" in own["To"])
        self.comes_in(mailbox.answer(mail, "Thanks", References=mail["Message-Id"]))
        self.assertTrue(self.row(bakery).needs_reply)

    def test_another_mail_on_the_contact_is_no_matter_of_the_follow_up(self):
        bakery = self.customer()
        self.overdue(bakery)
        bakery.message_post(
            body="Our new catalogue", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=bakery.ids,
        )  # fmt: skip
        [mail] = self.leave()
        self.comes_in(mailbox.answer(mail, "Nice"))
        self.assertFalse(self.row(bakery).needs_reply)
        self.assertFalse(self.replies(bakery))

    def test_the_customers_row(self):
        bakery = self.customer()
        self.overdue(bakery)
        self.day("2026-03-05")
        clerk = self.billing_user()
        self.row(bakery, clerk).message_post(
            body="May I call you?", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=bakery.ids,
        )  # fmt: skip
        [mail] = self.leave()
        self.comes_in(mailbox.answer(mail, "Yes, at ten"))
        self.assertTrue(self.row(bakery).needs_reply)
        self.assertEqual(len(self.events(bakery)), 1)
        self.row(bakery, clerk).message_post(
            body="Fine", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=bakery.ids,
        )  # fmt: skip
        self.assertFalse(self.row(bakery).needs_reply)

    def test_pages_of_promises_disputes_and_discounts(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-05")
        pages = [
            self.env["account.payment.promise"].create(
                {
                    "partner_id": bakery.id, "company_id": self.company.id,
                    "date": "2026-03-20", "amount": 500,
                    "move_line_ids": [(6, 0, books.receivable_items(invoice).ids)],
                }
            ),
            self.env["account.dunning.dispute"].create(
                {
                    "move_id": invoice.id, "amount": 100,
                    "reason_id": self.env["account.dunning.dispute.reason"].search([], limit=1).id,
                }
            ),
            self.env["account.discount.notice"].sudo().create(
                {
                    "partner_id": bakery.id, "company_id": self.company.id, "kind": "word",
                    "date": "2026-03-05", "last_day": "2026-03-09", "recipient_id": bakery.id,
                }
            ),
        ]  # fmt: skip
        clerk = self.billing_user()
        for number, page in enumerate(pages, start=1):
            with self.subTest(page._name):
                page.message_post(
                    body="About this", message_type="comment", subtype_xmlid="mail.mt_comment",
                    partner_ids=bakery.ids,
                )  # fmt: skip
                about = f"-openerp-{page.id}-{page._name}@"
                mail = next(own for own in self.leave() if about in own["Message-Id"])
                self.comes_in(mailbox.answer(mail, f"Answer {number}"))
                self.assertTrue(self.row(bakery).needs_reply)
                self.assertEqual(len(self.events(bakery)), number)
                page.with_user(clerk).message_post(
                    body="Thanks", message_type="comment", subtype_xmlid="mail.mt_comment",
                    partner_ids=bakery.ids,
                )  # fmt: skip
                self.assertFalse(self.row(bakery).needs_reply)

    def test_a_reply_is_of_one_company(self):
        bakery, _invoice, mail = self.reminded()
        other = books.make_company(self.env, "Other Ltd", dunning_working_days_only=False)
        other.dunning_policy_id = books.make_policy(self.env, other)
        books.make_document(other, "out_invoice", bakery, "2026-02-01", "2026-03-02", 100)
        self.comes_in(mailbox.answer(mail))
        both = self.env["account.dunning.followup"].with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        rows = both.search([("partner_id", "=", bakery.id)])
        self.assertEqual(
            {row.company_id.id: row.needs_reply for row in rows},
            {self.company.id: True, other.id: False},
        )
        rows.filtered(lambda row: row.company_id == other).action_read()
        self.assertTrue(self.row(bakery).needs_reply)

    def test_a_customer_who_became_part_of_another(self):
        bakery, _invoice, mail = self.reminded()
        group = self.customer("Bakeries Group", is_company=True)
        self.comes_in(mailbox.answer(mail, "One"))
        bakery.write({"parent_id": group.id, "is_company": False})
        self.comes_in(mailbox.answer(mail, "Two"))
        self.assertEqual(len(self.replies(group, is_waiting=True)), 2)

    def test_without_an_alias_domain_the_settings_say_so(self):
        self.company.alias_domain_id = False
        settings = self.env["res.config.settings"].create({})
        self.assertIn("accounts@wholesale.example", settings.dunning_reply_problem)
        bakery, _invoice, mail = self.reminded()
        # Its mailbox may be fetched by Odoo all the same.
        self.assertNotIn("catchall", f"{mail['Reply-To']} {mail['From']}")
        self.comes_in(mailbox.answer(mail))
        self.assertTrue(self.row(bakery).needs_reply)


class TestAutomatic(ReplyCase):
    """Who is out of office has answered nothing."""

    def test_automatic_answers_stop_nothing(self):
        bakery, invoice, mail = self.reminded()
        self.day("2026-03-15")
        answers = [
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-generated (vacation)"},
            {"X_Auto_Response_Suppress": "All"},
            {"Precedence": "auto_reply"},
            {"Precedence": "bulk"},
            {"X_Autoreply": "yes"},
            {"Subject": "Automatisch antwoord: Herinnering"},
            {"Subject": "Réponse automatique : Rappel"},
            {"Subject": "Abwesenheitsnotiz: Erinnerung"},
            {"Subject": "Out of Office Re: Reminder"},
        ]
        for number, headers in enumerate(answers, start=1):
            with self.subTest(str(headers)):
                self.comes_in(mailbox.answer(mail, f"I am away {number}", **headers))
                self.assertFalse(self.row(bakery).needs_reply)
                self.assertEqual(len(self.replies(bakery, kind="automatic")), number)
        self.assertEqual({own["state"] for own in self.events(bakery)}, {"Automatic"})
        self.assertTrue(self.night("2026-03-16"))
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_person_who_writes_of_absence(self):
        """Headers go before words; "Re:" is what a person's mail program writes."""
        bakery, _invoice, mail = self.reminded()
        self.comes_in(
            mailbox.answer(mail, "Really me", Subject="Out of office", Auto_Submitted="no")
        )
        self.assertTrue(self.row(bakery).needs_reply)
        self.row(bakery).action_read()
        self.comes_in(mailbox.answer(mail, "Me again", Subject="Re: Automatic reply: Reminder"))
        self.assertTrue(self.row(bakery).needs_reply)

    def test_a_receipt_and_a_delay_are_no_failure(self):
        bakery, invoice, mail = self.reminded()
        self.comes_in(mailbox.receipt(mail, self.bounce_to))
        self.comes_in(
            mailbox.bounce(
                mail, self.bounce_to, bakery.email, "451 4.4.1 try later", "delayed", "4.4.1"
            )
        )
        self.assertEqual(self.notices(bakery).state, "sent")
        self.assertEqual(self.levels(invoice), [1])
        self.assertFalse(bakery.dunning_is_bounced)
        self.assertEqual(
            self.replies(bakery).mapped("kind"), ["automatic", "automatic"], "seen, no more"
        )


class TestRights(ReplyCase):
    def test_only_who_works_with_reminders_says_that_it_was_read(self):
        bakery, _invoice, mail = self.reminded()
        self.comes_in(mailbox.answer(mail))
        viewer = self.user("viewer", "account_dunning_plus.group_dunning_viewer")
        auditor = self.user("auditor", "account.group_account_readonly")
        for user in (viewer, auditor):
            row = self.row(bakery, user)
            self.assertTrue(row.needs_reply)
            self.assertTrue([own for own in row.timeline if own["kind"] == "reply"])
            with self.assertRaises(AccessError):
                row.action_read()
        # Nor by writing to the customer.
        row = self.row(bakery, viewer)
        row.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=bakery.ids,
        )  # fmt: skip
        self.assertTrue(self.row(bakery).needs_reply)
        for user in (viewer, self.user("nobody", "base.group_user")):
            with self.assertRaises(AccessError):
                self.replies(bakery).with_user(user).read(["summary"])
        clerk = self.billing_user()
        for values in ({"is_waiting": False}, {"summary": "x"}):
            with self.assertRaises(AccessError):
                self.replies(bakery).with_user(clerk).write(values)
        with self.assertRaises(AccessError):
            self.env["account.dunning.followup"].with_user(clerk).with_context(
                allowed_company_ids=[self.env.ref("base.main_company").id]
            ).browse(self.row(bakery).id).action_read()

    def test_another_companys_user(self):
        bakery, _invoice, mail = self.reminded()
        self.comes_in(mailbox.answer(mail))
        other = books.make_company(self.env, "Other Ltd")
        stranger = self.user("stranger", "account_dunning_plus.group_dunning_user", other)
        row = self.row(bakery).with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            row.action_read()
        self.assertTrue(self.row(bakery).needs_reply)
