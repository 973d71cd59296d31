"""What e-mails offer beside amounts: a link to each invoice, a code to pay with."""

import json
import re
from email.message import EmailMessage

from odoo.addons.account_dunning_plus.models import account_dunning_mailed_page as mailed_page
from odoo.addons.account_dunning_plus.models.account_dunning_notice_message import QR_CODE
from odoo.modules.migration import load_script
from odoo.tests import HttpCase, tagged
from odoo.tools import file_path
from odoo.tools.misc import hash_sign, verify_hash_signed

from .letters import LetterCase

_LINK = re.compile(r'href="([^"]*/dunning/invoice/[^"]*)"')
_PAGE = re.compile(r'href="[^"]*/dunning/([\w-]+)"')
_PARAGRAPH = re.compile(r"<p><a t-att-href=[^>]*_dunning_page_url\(\)[^>]*>[^<]*</a></p>\s*")
_CODE = re.compile(r'src="([^"]*/dunning/qr/([^"]*))"')


class MessageCase(LetterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.write({"send_email": True, "print_letter": False})

    def body(self, notice):
        return self.mails(notice)[-1].body_html


class TestMessage(MessageCase):
    def test_a_friendly_one_has_links_and_no_code(self):
        """A code costs time for each of thousands: who prints a letter or charges has one."""
        partner = self.reader()
        self.overdue(partner)
        self.overdue(partner)
        body = self.body(self.night("2026-03-05"))
        self.assertEqual(len(set(_LINK.findall(body))), 2)
        self.assertFalse(_CODE.findall(body))

    def test_in_earnest_it_has_a_code_of_the_same_amount(self):
        self.first.print_letter = True
        self.overdue(self.reader(), 1234.5)
        notice = self.night("2026-03-05")
        [(_url, token)] = _CODE.findall(self.body(notice))
        said = verify_hash_signed(self.env(su=True), QR_CODE, token).split("\n")
        self.assertEqual(said[6:8], ["BE71096123456769", "EUR1234.5"])
        stated = notice._statement_rows()["items"][0]["reference"]
        self.assertEqual(re.sub(r"\D", "", said[9]), re.sub(r"\D", "", stated))

    def test_links_are_made_without_writing_to_invoices(self):
        invoice = self.overdue(self.reader())
        self.night("2026-03-05")
        self.assertFalse(invoice.access_token)

    def test_the_code_travels_inside_the_message(self):
        self.first.print_letter = True
        self.overdue(self.reader())
        notice = self.night("2026-03-05")
        message = self.env["ir.mail_server"]._build_email__(
            "a@example.com",
            ["b@example.com"],
            "Subject",
            self.body(notice),
            subtype="html",
            object_id=f"{notice.id}-{notice._name}",
        )
        self.assertIsInstance(message, EmailMessage)
        images = [part for part in message.walk() if part.get_content_type() == "image/png"]
        self.assertEqual(len(images), 1)
        self.assertTrue(images[0].get_content().startswith(b"\x89PNG"))
        html = message.get_body(("html",)).get_content()
        self.assertIn(f"cid:{images[0]['Content-ID'].strip('<>')}", html)
        self.assertNotIn("/dunning/qr/", html)

    def test_a_code_that_nobody_signed_stays_what_it_is(self):
        body = '<img src="https://example.com/dunning/qr/AAAA"/>'
        self.assertEqual(
            self.env["account.dunning.notice"]._replace_codes(body, lambda text: "drawn"), body
        )

    def test_charges_and_law_are_in_the_e_mail(self):
        self.first.charge_scheme_id = self.env["account.dunning.charge.scheme"].create(
            {"name": "By law", "company_id": self.company.id}
        )
        self.invoice(self.reader(), "2025-11-01", "2025-12-01", 1000)
        notice = self.night("2026-03-05")
        text = self.text(notice)
        self.assertIn("40.00 €", text)
        for row in notice._statement_rows()["charges"]:
            for line in row["lines"]:
                self.assertIn(f"{line['days']} days on", re.sub(r"<[^>]+>", "", text))
        for sentence in notice._law_block()["sentences"]:
            self.assertIn(sentence.replace("\xa0", " "), text)

    def test_texts_name_the_last_day(self):
        self.overdue(self.reader())
        for name, words in (
            ("second", "by <strong>12 March 2026</strong>"),
            ("formal", "by <strong>12 March 2026</strong> at the latest"),
            ("last", "by <strong>12 March 2026</strong>"),
        ):
            with self.subTest(name):
                template = self.env.ref(f"account_dunning_plus.mail_template_reminder_{name}")
                self.first.write({"pay_days": 7, "mail_template_id": template.id})
                self.day("2026-03-05")
                notice = self.notices() or self.night("2026-03-05")
                notice._restate_sent()
                self.assertIn(words, template._render_field("body_html", notice.ids)[notice.id])
                notice.statement = {**notice.statement, "pay_until": None}
                plain = template._render_field("body_html", notice.ids)[notice.id]
                self.assertNotIn("2026</strong>", plain)
                self.assertNotIn("by <strong", plain)


class TestPageLinks(MessageCase):
    """Each message that states what is open leads to the customer's page, and to no other's."""

    def assertLeadsTo(self, body, partner, notice=None):
        [token] = set(_PAGE.findall(str(body)))
        customer, told, _ended = self.env["account.dunning.customer"]._open_link(token)
        self.assertEqual((customer.partner_id, customer.company_id), (partner, self.company))
        self.assertEqual(told, notice or self.env["account.dunning.notice"])

    def rendered(self, name, record):
        template = self.env.ref(f"account_dunning_plus.mail_template_{name}")
        return template._render_field("body_html", record.ids)[record.id]

    def test_a_reminder(self):
        partner = self.reader()
        self.overdue(partner)
        notice = self.night("2026-03-05")
        self.assertLeadsTo(self.body(notice), partner, notice)

    def test_a_statement_of_account(self):
        partner = self.reader()
        self.overdue(partner)
        self.assertLeadsTo(
            self.rendered("statement", partner.with_context(dunning_company_id=self.company.id)),
            partner,
        )

    def test_the_weekly_statement(self):
        partner = self.reader(dunning_weekly_day="0")
        self.overdue(partner)
        courtesy = self.env["account.dunning.courtesy"].create(
            {
                "kind": "statement",
                "company_id": self.company.id,
                "partner_id": partner.id,
                "recipient_id": partner.id,
                "date": "2026-03-09",
            }
        )
        self.assertLeadsTo(self.rendered("courtesy_statement", courtesy), partner)

    def test_promises(self):
        partner = self.reader()
        invoice = self.overdue(partner)
        self.day("2026-03-05")
        promise = self.env["account.payment.promise"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "move_line_ids": [(6, 0, invoice.line_ids.filtered("date_maturity").ids)],
                "amount": invoice.amount_total,
                "date": "2026-03-09",
            }
        )
        for name in ("promise_confirmation", "promise_word", "promise_broken"):
            with self.subTest(name):
                self.assertLeadsTo(self.rendered(name, promise), partner)

    def test_disputes_and_answers(self):
        partner = self.reader()
        dispute = self.env["account.dunning.dispute"].create(
            {
                "move_id": self.overdue(partner).id,
                "amount": 100,
                "reason_id": self.env["account.dunning.dispute.reason"].search([], limit=1).id,
            }
        )
        answer = self.env["account.dunning.answer"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "date": "2026-03-05 10:00:00",
                "kind": "question",
            }
        )
        self.assertLeadsTo(self.rendered("dispute_answer", dispute), partner)
        self.assertLeadsTo(self.rendered("answer", answer), partner)

    def test_messages_about_discounts(self):
        partner = self.reader()
        told = self.env["account.discount.notice"].create(
            [
                {
                    "kind": kind,
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "recipient_id": partner.id,
                    "date": "2026-03-05",
                    "last_day": "2026-03-09",
                }
                for kind in ("word", "claim")
            ]
        )
        for own in told:
            with self.subTest(own.kind):
                self.assertLeadsTo(self.rendered(f"discount_{own.kind}", own), partner)

    def test_revoked_links_are_not_given_out_again(self):
        partner = self.reader(dunning_weekly_day="0")
        self.overdue(partner)
        self.env["account.dunning.customer"]._of(partner, self.company)._revoke_links()
        notice = self.night("2026-03-09")
        self.assertLeadsTo(self.body(notice), partner, notice)

    def test_a_letter_has_a_code_that_opens_it(self):
        self.first.print_letter = True
        partner = self.reader()
        self.overdue(partner)
        notice = self.night("2026-03-05")
        drawn = []
        self.patch(mailed_page, "draw", lambda text: drawn.append(text) or b"")
        self.assertIn('class="code page"', self.html(notice))
        self.assertEqual(drawn, [notice._dunning_page_url()])
        self.assertLess(len(drawn[0]), 200, "else the code is too fine for a printed letter")


class TestOldTexts(LetterCase):
    """Texts of databases that were installed before messages had links."""

    TEXTS = ("statement", "answer", "dispute_answer")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.migration = load_script(
            file_path("account_dunning_plus/migrations/19.0.1.5.0/post-page_links.py"), "links"
        )

    def setUp(self):
        super().setUp()
        self.texts = self.env["mail.template"]
        for name in self.TEXTS:
            template = self.env.ref(f"account_dunning_plus.mail_template_{name}")
            body = template.with_context(lang="en_US").body_html
            self.store(template, {"en_US": _PARAGRAPH.sub("", str(body))})
            self.texts |= template
        # Installed, and never written to since.
        self.env.cr.execute(
            "UPDATE mail_template SET write_date = create_date WHERE id = ANY(%s)",
            [self.texts.ids],
        )
        self.env.invalidate_all()

    def store(self, template, bodies):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = %s WHERE id = %s",
            [json.dumps(bodies), template.id],
        )
        self.env.invalidate_all()

    def migrate(self):
        self.migration.migrate(self.env.cr, "19.0.1.4.0")
        self.env.invalidate_all()

    def linked(self):
        texts = self.texts.with_context(lang="en_US")
        return texts.filtered(lambda own: "_dunning_page_url()" in own.body_html)

    def settings(self):
        return self.env["res.config.settings"].create({}).dunning_texts_without_link or ""

    def test_those_nobody_changed_get_the_link(self):
        self.assertFalse(self.linked())
        self.assertIn(self.texts[0].name, self.settings())
        self.migrate()
        self.assertEqual(self.linked(), self.texts)
        before = self.texts.mapped("body_html")
        self.migrate()
        self.assertEqual(self.texts.mapped("body_html"), before, "once only")
        self.assertNotIn(self.texts[0].name, self.settings())

    def test_in_all_languages(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        [text] = self.texts[0]
        body = str(text.with_context(lang="en_US").body_html)
        dutch = body.replace("Is something not right", "Klopt er iets niet")
        self.store(text, {"en_US": body, "nl_NL": dutch})
        self.migrate()
        told = text.with_context(lang="nl_NL").body_html
        self.assertIn("_dunning_page_url()", told)
        self.assertIn("Klopt er iets niet", told)
        self.assertNotIn("See what is open", told, "the link is translated")

    def test_what_was_translated_in_part_gets_its_language(self):
        """Once, all but greeting and closing were English in every language."""
        whole = load_script(
            file_path("account_dunning_plus/migrations/19.0.1.5.0/post-texts.py"), "texts"
        )
        statement, answer, _other = self.texts
        for text, dutch in ((statement, "Beste"), (answer, "Beste heer")):
            body = str(text.with_context(lang="en_US").body_html)
            mixed = body.replace("Dear", dutch).replace("Kind regards", "Met vriendelijke groeten")
            if text == answer:
                mixed = mixed.replace("This is what has reached us", "Dit kregen wij")
            self.store(text, {"en_US": body, "nl_NL": mixed})
        whole.migrate(self.env.cr, "19.0.1.4.0")
        self.env.invalidate_all()
        self.env.cr.execute(
            "SELECT id, body_html->'nl_NL' IS NOT NULL FROM mail_template WHERE id = ANY(%s)",
            [(statement | answer).ids],
        )
        self.assertEqual(dict(self.env.cr.fetchall()), {statement.id: False, answer.id: True})

    def test_those_somebody_changed_stay_and_are_named(self):
        own, other, translated = self.texts
        own.body_html = "<p>My own words</p>"
        body = str(translated.with_context(lang="en_US").body_html)
        self.store(translated, {"en_US": body, "nl_NL": body.replace("Dear", "Dag")})
        self.env.cr.execute(
            "UPDATE mail_template SET write_date = create_date + interval '1 day' WHERE id = %s",
            [translated.id],
        )
        self.migrate()
        self.assertEqual(own.body_html, "<p>My own words</p>")
        self.assertEqual(self.linked(), other)
        self.assertIn(own.name, self.settings())
        self.assertIn(translated.name, self.settings())
        self.assertNotIn(other.name, self.settings())


@tagged("standard", "post_install", "-at_install")
class TestLinks(HttpCase):
    """Who follows the links of a message needs no account; who makes links up gets nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("state", "=", "posted")], limit=1
        )
        cls.notice = cls.env["account.dunning.notice"]

    def path(self, url):
        return "/dunning/" + url.partition("/dunning/")[2]

    def test_an_invoice_opens_without_an_account(self):
        path = self.path(self.notice._invoice_link(self.invoice.id))
        answer = self.url_open(path, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn(f"/my/invoices/{self.invoice.id}?access_token=", answer.headers["Location"])
        page = self.url_open(path)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.invoice.name, page.text)

    def test_made_up_links_lead_nowhere(self):
        path = self.path(self.notice._invoice_link(self.invoice.id))
        other = self.path(self.notice._invoice_link(self.invoice.id + 1))
        draft = self.env["account.move"].search(
            [("move_type", "=", "entry"), ("state", "=", "posted")], limit=1
        )
        for wrong in (
            path[:-3] + "AAA",
            path[:24] + other[24:60] + path[60:],
            "/dunning/invoice/1",
            f"/dunning/invoice/{hash_sign(self.env(su=True), QR_CODE, self.invoice.id)}",
            self.path(self.notice._invoice_link(draft.id)),
            self.path(self.notice._invoice_link(10**8)),
            path.replace("/invoice/", "/qr/"),
        ):
            self.assertEqual(self.url_open(wrong, allow_redirects=False).status_code, 404, wrong)

    def test_a_code_is_drawn(self):
        token = hash_sign(self.env(su=True), QR_CODE, "BCD\n002\n1\nSCT")
        answer = self.url_open(f"/dunning/qr/{token}")
        self.assertEqual(answer.headers["Content-Type"], "image/png")
        self.assertTrue(answer.content.startswith(b"\x89PNG"))
