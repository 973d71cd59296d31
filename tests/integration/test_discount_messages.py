"""What customers read about discounts: amounts, days, links, the code, the claim."""

import email
import re
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from . import books
from .discount_words import WordCase


class TestWord(WordCase):
    def test_what_it_says(self):
        invoice = self.discounted()
        notice = self.words("2026-03-09")
        [mail] = self.said(notice)
        self.assertEqual(
            mail.subject.replace("\xa0", " "),
            "Pay 4,214.00 € instead of 4,300.00 € by Thursday 12 March",
        )
        self.assertEqual(mail.email_from, '"Wholesale Ltd" <debtors@example.com>')
        text = self.read(notice)
        for words in (
            "Dear Bakery Peeters",
            "Pay 4,214.00 € instead of 4,300.00 € by Thursday 12 March : you save 86.00 €",
            f"{invoice.name} 4,300.00 € 86.00 € 4,214.00 €",
            "BE71 0961 2345 6769",
            f"stating {invoice.payment_reference}",
        ):
            self.assertIn(words.replace(" :", ":"), text.replace(" :", ":"))
        self.assertNotIn("The sooner you pay", text)
        self.assertIn(f"/my/invoices/{invoice.id}?access_token=", mail.body_html)
        self.assertEqual(notice.preview_html, mail.mail_message_id.body)

    def test_the_grace_is_not_told(self):
        self.term.write(
            {"discount_own_grace": True, "discount_grace_days": 4, "discount_tolerance": 5}
        )
        self.discounted()
        text = self.read(self.words("2026-03-09"))
        self.assertIn("by Thursday 12 March", text)
        self.assertNotIn("16 March", text)

    def test_several_invoices(self):
        first = self.discounted()
        second = self.discounted(date="2026-03-04", amount=1000)
        notice = self.words("2026-03-09")
        text = self.read(notice)
        self.assertIn("Pay 5,194.00 € instead of 5,300.00 € by Thursday 12 March", text)
        self.assertIn(f"{second.name} 1,000.00 € 20.00 € 980.00 € 03/14/2026", text)
        self.assertIn("In all 5,300.00 € 106.00 € 5,194.00 €", text)
        self.assertIn(f"stating {first.name}, {second.name}", text)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.bakery.lang = "nl_NL"
        self.discounted()
        text = self.read(self.words("2026-03-09"))
        self.assertIn("€ 4.214,00" if "€ 4.214,00" in text else "4.214,00 €", text)
        self.assertIn("donderdag 12 maart", text)

    def test_several_currencies(self):
        """One message; a total for each currency, and a code where there is one."""
        drawn = self.codes()
        dollar = self.currency("USD", 1.25)
        self.discounted()
        self.discounted(amount=1000, currency=dollar)
        notice = self.words("2026-03-09")
        text = self.read(notice)
        self.assertIn("Pay 4,214.00 € instead of 4,300.00 €", text)
        self.assertIn("Pay $ 980.00 instead of $ 1,000.00", text)
        self.assertIn("Your discounts end on Thursday 12 March", self.said(notice).subject)
        self.assertEqual(notice.amount_to_pay, 4214 + 784)
        self.assertEqual(notice.amount_discount, 86 + 16)
        self.assertEqual([code[7] for code in drawn], ["EUR4214.0"])

    def test_sliding(self):
        """What holds today, and what on the working days that follow."""
        term = self.make_term(percent=3, days=29, discount_sliding=True)
        self.company.dunning_working_days_only = True
        invoice = self.discounted(date="2026-03-02", amount=1000, term=term)
        item = books.receivable_items(invoice)
        item.discount_date = "2026-03-31"
        notice = self.words("2026-03-27")
        # 30 in 30 days: 1 a day; due on 1 April.
        self.assertEqual((notice.line_ids.discount, notice.amount_to_pay), (5, 995))
        text = self.read(notice)
        for words in (
            "today, Friday 27 March 995.00 €",
            "Monday 30 March 998.00 €",
            "Tuesday 31 March 999.00 €",
        ):
            self.assertIn(words, text)
        self.assertNotIn("28 March", text)

    def test_sliding_amount_of_the_day_on_which_the_mail_leaves(self):
        term = self.make_term(percent=3, days=29, discount_sliding=True)
        item = books.receivable_items(self.discounted(amount=1000, term=term))
        item.discount_date = "2026-03-31"
        drawn = self.codes()
        notice = self.words("2026-03-28")
        self.day("2026-03-30")
        self.assertFalse(self.mail_leaves())
        self.assertIn(
            "Pay 998.00 € instead of 1,000.00 € today, Monday 30 March", self.read(notice)
        )
        self.assertEqual([code[7] for code in drawn], ["EUR996.0", "EUR998.0"])


class TestCode(WordCase):
    def test_payload(self):
        drawn = self.codes()
        invoice = self.discounted()
        invoice.payment_reference = "+++000/0000/00101+++"
        self.words("2026-03-09")
        [code] = drawn
        self.assertEqual(code[:4], ["BCD", "002", "1", "SCT"])
        self.assertEqual(code[5:8], ["Wholesale Ltd", "BE71096123456769", "EUR4214.0"])
        self.assertEqual(code[9:11], ["000000000101", ""])

    def test_the_numbers_of_several_invoices(self):
        drawn = self.codes()
        moves = self.discounted()
        moves |= self.discounted(amount=10.10) | self.discounted(amount=20.20)
        self.words("2026-03-09")
        [code] = drawn
        self.assertEqual(code[7], "EUR4243.7")
        self.assertEqual(code[9:11], ["", ", ".join(moves.mapped("name"))])

    def test_no_number_is_cut(self):
        for _number in range(20):
            self.discounted(amount=100)
        drawn = self.codes()
        notice = self.words("2026-03-09")
        reference = drawn[0][10]
        self.assertLessEqual(len(reference), 140)
        self.assertGreater(len(reference), 100)
        self.assertLessEqual(set(reference.split(", ")), set(notice.line_ids.mapped("move_name")))

    def test_none_without_an_account_that_fits(self):
        self.company.bank_ids.unlink()
        self.discounted()
        notice = self.words("2026-03-09")
        self.assertEqual(notice.state, "sent")
        self.assertNotIn("<img", self.said(notice).body_html)

    def test_it_travels_in_the_message(self):
        """Mail programs do not load images from elsewhere: the code is inside."""
        self.discounted()
        notice = self.words("2026-03-09")
        messages = []
        with (
            patch.object(IrMail_Server, "_disable_send", lambda *args: False),
            patch.object(IrMail_Server, "_connect__", lambda *args, **kwargs: None),
            patch.object(
                IrMail_Server,
                "send_email",
                lambda self, message, *args, **kwargs: messages.append(message) or "<id>",
            ),
        ):
            self.said(notice).send()
        [message] = messages
        message = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
        html = message.get_body(("html",)).get_content()
        [cid] = re.findall(r'src="cid:([^"]+)"', html)
        self.assertNotIn("/web/image", html)
        [image] = [part for part in message.walk() if part.get_content_type() == "image/png"]
        self.assertEqual(image["Content-ID"], f"<{cid}>")
        self.assertEqual(image.get_content(), notice.qr_ids.raw)
        self.assertTrue(image.get_content().startswith(b"\x89PNG"))
        self.assertIn("Pay *4,214.00", message.get_body(("plain",)).get_content())


class TestClaim(WordCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.billing_user()

    def late(self, paid_on="2026-03-20", amount=4214, partner=None):
        """An invoice of which a discount was kept back that does not hold."""
        invoice = self.discounted(partner)
        self.pay(invoice, paid_on, amount)
        self.day("2026-03-23")
        return invoice

    def claim(self, moves):
        """The clerk claims what was kept back.

        :return: the messages
        """
        before = self.told(states=("sent", "failed"))
        moves.with_user(self.clerk).action_discount_claim()
        return self.told(states=("sent", "failed")) - before

    def test_what_it_says(self):
        drawn = self.codes()
        invoice = self.late()
        notice = self.claim(invoice)
        self.assertEqual((notice.kind, notice.state), ("claim", "sent"))
        self.assertEqual((notice.amount_to_pay, notice.amount_discount), (86, 0))
        [mail] = self.said(notice)
        self.assertIn("Still open after your payment: 86.00", mail.subject.replace("\xa0", " "))
        text = self.read(notice)
        self.assertIn(
            f"{invoice.name} Friday 20 March 86.00 € : Its last day was Thursday 12 March "
            "86.00 €".replace(" :", ":"),
            text,
        )
        self.assertEqual(drawn[0][7], "EUR86.0")
        self.assertEqual(drawn[0][9], re.sub(r"\D", "", invoice.payment_reference))

    def test_too_much(self):
        notice = self.claim(self.late("2026-03-10", 4200))
        self.assertIn("More was kept back", self.read(notice))
        self.assertIn("100.00 €", self.said(notice).subject.replace("\xa0", " "))

    def test_one_message_a_customer(self):
        moves = self.late() | self.late() | self.late(partner=self.customer("Cafe Klein"))
        notices = self.claim(moves)
        self.assertEqual(sorted(len(notice.line_ids) for notice in notices), [1, 2])

    def test_nothing_is_claimed_that_is_paid_or_held_back(self):
        invoice = self.late()
        invoice.dunning_hold_until = "2026-04-01"
        self.assertFalse(self.claim(invoice))
        invoice.dunning_hold_until = False
        self.pay(invoice, "2026-03-21")
        self.assertFalse(invoice._discount_tell_claim())

    def test_paid_before_the_mail_leaves(self):
        invoice = self.late()
        notice = self.claim(invoice)
        self.pay(invoice, "2026-03-23")
        self.assertFalse(self.mail_leaves())
        self.assertEqual(notice.state, "cancelled")

    def test_reconsidered_before_the_mail_leaves(self):
        invoice = self.late()
        notice = self.claim(invoice)
        invoice.with_user(self.clerk).action_discount_reopen()
        self.assertFalse(self.mail_leaves())
        self.assertEqual(notice.state, "cancelled")

    def test_no_address(self):
        self.bakery.email = False
        notice = self.claim(self.late())
        self.assertEqual((notice.state, notice.failure_type), ("failed", "address"))
        self.assertTrue(self.row(self.bakery).needs_failed)

    def test_claimed_again_replaces_what_did_not_leave(self):
        self.bakery.email = False
        invoice = self.late()
        first = self.claim(invoice)
        self.bakery.email = "bakery@example.com"
        second = invoice._discount_tell_claim()
        self.assertEqual((first.state, second.state), ("cancelled", "sent"))
