"""What a letter says: who to whom, what, until when, by which law, signed."""

import base64
import re
from unittest.mock import patch

from odoo.addons.account_dunning_plus.models.account_dunning_notice_letter import _cut_closing
from odoo.exceptions import UserError

from .letters import LetterCase

_PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    b"gg=="
)


class TestAddress(LetterCase):
    def lines(self, partner):
        return self.due(partner)._postal_lines()

    def test_at_home_without_the_country(self):
        self.assertEqual(self.lines(self.reader()), ["Bakery Peeters", "Kerkstraat 1", "9000 Gent"])

    def test_abroad_with_the_country_in_capitals_of_the_sender(self):
        """In the language of the country where it is posted, whatever the reader speaks."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.ref("base.de").with_context(lang="fr_FR").name = "Allemagne"
        self.assertEqual(
            self.lines(self.reader(country="base.de", lang="fr_FR", zip="10115", city="Berlin")),
            ["Bakery Peeters", "Kerkstraat 1", "10115 Berlin", "GERMANY"],
        )

    def test_to_a_person_at_the_customer(self):
        bakery = self.reader()
        bakery.dunning_contact_id = self.env["res.partner"].create(
            {"name": "Jeanne", "parent_id": bakery.id, "type": "contact", "email": "j@example.com"}
        )
        self.assertEqual(
            self.lines(bakery), ["Bakery Peeters", "Jeanne", "Kerkstraat 1", "9000 Gent"]
        )

    def test_a_contact_without_an_address_has_the_customers(self):
        bakery = self.reader()
        bakery.dunning_contact_id = self.env["res.partner"].create(
            {
                "name": "Front desk",
                "parent_id": bakery.id,
                "type": "other",
                "email": "l@example.com",
            }
        )
        self.assertFalse(bakery.dunning_contact_id.street)
        self.assertEqual(
            self.lines(bakery), ["Bakery Peeters", "Front desk", "Kerkstraat 1", "9000 Gent"]
        )

    def test_never_more_lines_than_the_window_shows(self):
        bakery = self.reader(country="base.nl", street2="Second yard")
        bakery.dunning_contact_id = self.env["res.partner"].create(
            {"name": "Jeanne", "parent_id": bakery.id, "type": "contact", "email": "j@example.com"}
        )
        self.assertLessEqual(len(self.lines(bakery)), 6)


class TestContent(LetterCase):
    def test_sender_reference_and_signature(self):
        clerk = self.user("clerk", "account_dunning_plus.group_dunning_user")
        clerk.partner_id.function = "Credit Controller"
        self.company.write({"dunning_user_id": clerk.id, "phone": "+32 15 00 00 01"})
        notice = self.due(self.reader(ref="K-104"))
        letter = self.html(notice)
        for words in (
            "Wholesale Ltd",
            "Dijlekaai 27",
            "2800 Mechelen",
            "+32 15 00 00 01",
            "BE0477472701",
            "K-104",
            notice._letter_reference(),
            clerk.name,
            "Credit Controller",
        ):
            self.assertIn(words, letter)

    def test_the_signature_of_the_settings(self):
        clerk = self.user("clerk", "account_dunning_plus.group_dunning_user")
        self.company.write(
            {
                "dunning_user_id": clerk.id,
                "dunning_letter_signer": "Mr. J. Maes",
                "dunning_letter_function": "Lawyer",
                "dunning_letter_signature": _PIXEL,
            }
        )
        signed = self.html(self.due(self.reader())).partition('class="signed"')[2]
        self.assertIn("Mr. J. Maes", signed)
        self.assertIn("Lawyer", signed)
        self.assertIn("data:image/png;base64,", signed)
        self.assertNotIn(clerk.name, signed)

    def test_the_logo_or_the_name(self):
        notice = self.due(self.reader())
        self.company.logo = False
        self.assertIn('class="name">Wholesale Ltd', self.html(notice))
        self.company.logo = _PIXEL
        brand = self.html(notice).partition('class="brand"')[2].partition("</div>")[0]
        self.assertIn("data:image/png;base64,", brand)

    def test_nothing_is_fetched_from_anywhere(self):
        """At night there may be no server to answer: all of the letter is in it."""
        letter = self.html(self.due(self.reader()))
        self.assertFalse(re.findall(r'(?:src|href)="(?!data:)', letter))
        self.assertNotIn("@import", letter)

    def test_text_of_customers_is_no_code(self):
        letter = self.html(self.due(self.reader("<b>Bold & Co</b>")))
        self.assertIn("&lt;b&gt;Bold &amp; Co&lt;/b&gt;", letter)

    def test_the_code_pays_what_the_letter_asks(self):
        notice = self.due(self.reader(), 1234.5)
        params = notice._qr_params(notice._statement_rows())
        said = params["value"].split("\n")
        self.assertEqual(said[0], "BCD")
        self.assertEqual(said[6:8], ["BE71096123456769", "EUR1234.5"])
        self.assertIn('class="code"', self.html(notice))

    def test_no_code_for_another_currency(self):
        dollar = self.currency("USD", 1.1)
        partner = self.reader()
        self.invoice(partner, "2026-02-01", "2026-03-02", 500, dollar)
        self.night("2026-03-05")
        self.assertNotIn('class="code"', self.html(self.notices()))

    def test_references_as_many_as_a_bank_keeps(self):
        rows = {"items": [{"reference": f"INV/2026/{n:05}"} for n in range(40)], "others": []}
        words = self.env["account.dunning.notice"]._qr_reference(rows)
        self.assertLessEqual(len(words), 140)
        self.assertRegex(words, r"INV/2026/\d{5}$")

    def test_the_last_day_is_a_date(self):
        self.first.write({"pay_days": 7})
        self.first.mail_template_id = self.env.ref(
            "account_dunning_plus.mail_template_reminder_formal"
        )
        self.assertIn("12 March 2026", self.html(self.due(self.reader())))

    def test_a_letter_whose_text_fails_is_not_printed(self):
        """Nobody gets a letter that says why there is none."""
        notice = self.due(self.reader())
        template = self.env["mail.template"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("account.dunning.notice"),
                "body_html": "<p t-if=\"object.partner_id.name == 'Bakery Peeters'\">"
                "<t t-out='1 / 0'/></p>",
            }
        )
        self.first.mail_template_id = template
        with self.assertRaisesRegex(UserError, "Broken"), self.env.cr.savepoint():
            notice.action_print_letter()
        self.env.invalidate_all()
        self.assertEqual((notice.state, notice.letter_date), ("ready", False))
        self.assertFalse(self.files(notice))

    def test_what_a_person_wrote_is_on_paper_too(self):
        """The code of the e-mail becomes an image of the letter."""
        notice = self.due(self.reader())
        self.first.send_email = True
        source = notice._qr_source(notice._statement_rows())
        self.assertIn("/dunning/qr/", source)
        written = {"subject": "Mine", "body_html": f'<p>My words</p><img src="{source}">'}
        with patch.object(type(notice), "_composed_text", lambda own: written):
            letter = self.html(notice)
        self.assertIn("My words", letter)
        self.assertNotIn("/dunning/qr/", letter)
        image = re.search(r"data:image/png;base64,([\w+/=]+)", letter.partition("My words")[2])
        self.assertTrue(base64.b64decode(image[1]).startswith(b"\x89PNG"))

    def test_the_closing_stays_with_the_signature(self):
        """The last two paragraphs go along to the next page; a text without them is left whole."""
        head, closing = _cut_closing("<div><p>A</p><table></table><p>B</p><p>C<br/>D</p></div>")
        self.assertEqual(
            (head, closing),
            (
                "<div><div><p>A</p><table></table></div></div>",
                "<div><p>B</p><p>C<br>D</p></div>",
            ),
        )
        for whole in (
            "Only words",
            "<p>One</p> tail",
            "<div><p>One</p><ul><li>Two</li></ul></div>",
        ):
            head, closing = _cut_closing(whole)
            self.assertEqual(closing, "<div></div>")
            self.assertIn("O", head)

    def test_too_many_at_once(self):
        notice = self.env["account.dunning.notice"]
        with self.assertRaisesRegex(UserError, "choose fewer"):
            notice.browse(range(1, 200))._print_letters()


class TestCharges(LetterCase):
    """Interest and costs stand on the letter so that anyone can recompute them."""

    def test_line_by_line(self):
        self.first.charge_scheme_id = self.env["account.dunning.charge.scheme"].create(
            {"name": "By law", "company_id": self.company.id}
        )
        partner = self.reader()
        invoice = self.invoice(partner, "2025-11-01", "2025-12-01", 1000)
        self.night("2026-03-05")
        notice = self.notices()
        rows = notice._statement_rows()
        self.assertTrue(rows["charges"])
        letter = self.html(notice)
        for row in rows["charges"]:
            for line in row["lines"]:
                self.assertIn(f"{line['days']} days on", re.sub(r"<[^>]+>", "", letter))
        self.assertIn("40.00", letter)
        self.assertIn(invoice.name, letter)
        currency = self.company.currency_id
        self.assertIn(f"{rows['totals'][currency]:,.2f}", letter)
        for sentence in notice._law_block()["sentences"]:
            self.assertIn(sentence.replace("\xa0", " "), letter)
        self.assertIn(f"EUR{rows['totals'][currency]}", notice._qr_params(rows)["value"])

    def test_costs_of_several_invoices_are_one_row(self):
        self.first.charge_scheme_id = self.env["account.dunning.charge.scheme"].create(
            {"name": "By law", "company_id": self.company.id, "interest": "none"}
        )
        partner = self.reader()
        for _number in range(3):
            self.overdue(partner)
        self.night("2026-03-05")
        notice = self.notices()
        [group] = notice._charge_groups(notice._statement_rows())
        self.assertEqual(group["amount"], 120)
        self.assertEqual(group["names"].count("INV"), 3)
