"""Letters as they come out of the printer: measured, counted, read."""

import io
from hashlib import sha256
from unittest.mock import patch

from odoo.addons.account_dunning_plus.models import ir_actions_report
from odoo.addons.account_dunning_plus.models.letter_pdf import drawn_scale
from odoo.tools.pdf import PdfFileReader

from .letters import LetterCase, pages, text_starts


class TestWindow(LetterCase):
    """The address is where the window of the envelope is, and alone in it."""

    def in_box(self, starts, left, right, top, bottom):
        return [(x, y) for x, y in starts if left <= x <= right and top <= y <= bottom]

    def test_on_the_right(self):
        self.company.dunning_letter_window = "right"
        partner = self.reader(street2="Bus 4", country="base.nl")
        starts = text_starts(self.printed(self.due(partner)))
        address = self.in_box(starts, 110, 210, 45, 90)
        self.assertEqual(len(address), 5, "name, street, second line, city, country")
        for x, y in address:
            self.assertAlmostEqual(x, 118, delta=0.5)
            self.assertTrue(55 < y < 81, y)

    def test_on_the_left(self):
        """DIN 5008, form B: 27.3 mm of address from 62.7 mm on, the sender's line above."""
        self.company.dunning_letter_window = "left"
        partner = self.reader(street2="Hinterhaus", country="base.de")
        starts = text_starts(self.printed(self.due(partner)))
        above, address = (
            self.in_box(starts, 20, 105, 45, 62.6),
            self.in_box(starts, 20, 105, 62.7, 90),
        )
        self.assertEqual((len(above), len(address)), (1, 5))
        for x, _y in (*above, *address):
            self.assertAlmostEqual(x, 25, delta=0.5)

    def test_nothing_is_printed_in_the_margins(self):
        starts = text_starts(self.printed(self.due(self.reader("B" * 200))))
        self.assertTrue(all(15 < x < 195 and 12 < y < 292 for x, y in starts), starts)

    def test_whatever_the_machine_makes_of_a_millimetre(self):
        """Measured in what was drawn, and drawn again until it is right."""
        notice = self.due(self.reader())
        with patch.dict(ir_actions_report._ENLARGED, clear=True):
            pdf = self.printed(notice)
            zoom = next(iter(ir_actions_report._ENLARGED.values()), 1.0)
        self.assertAlmostEqual(drawn_scale(pdf) * zoom, 1, delta=0.005)

    def test_the_setting_follows_the_country(self):
        for country, window in (("be", "right"), ("nl", "right"), ("de", "left"), ("at", "left")):
            company = self.env["res.company"].create(
                {"name": country, "country_id": self.env.ref(f"base.{country}").id}
            )
            self.assertEqual(company.dunning_letter_window, window)
            company.dunning_letter_window = "left"
            company.country_id = self.env.ref("base.be")
            self.assertEqual(company.dunning_letter_window, "left", "what a person chose stays")


class TestPages(LetterCase):
    """Many items, many letters."""

    def test_sixty_items(self):
        partner = self.reader()
        moves = self.env["account.move"].union(
            *(self.overdue(partner, 100 + number) for number in range(60))
        )
        self.night("2026-03-05")
        texts = pages(self.printed(self.notices()))
        self.assertGreater(len(texts), 1)
        for number, text in enumerate(texts, start=1):
            self.assertIn(f"{number}/{len(texts)}", text)
        whole = " ".join(texts)
        for move in moves:
            self.assertEqual(whole.count(move.name), 1, "an item stands on one page, once")
        self.assertIn("7,770.00", whole)

    def test_one_page_says_so(self):
        texts = pages(self.printed(self.due(self.reader())))
        self.assertEqual(len(texts), 1)
        self.assertIn("1/1", texts[0])

    def test_letters_in_the_order_of_the_post(self):
        for name, zip_code, country in (
            ("Far Away", "1000", "base.nl"),
            ("Third", "9000", "base.be"),
            ("First", "1000", "base.be"),
            ("Second", "2 000", "base.be"),
            ("Abroad", "01067", "base.de"),
        ):
            self.overdue(self.reader(name, country, zip=zip_code))
        self.night("2026-03-05")
        notices = self.notices()
        self.printed(notices)
        texts = pages(self.files(notices.run_id)[-1].raw)
        order = [
            next(n for n in ("First", "Second", "Third", "Abroad", "Far Away") if n in text)
            for text in texts
        ]
        self.assertEqual(order, ["First", "Second", "Third", "Abroad", "Far Away"])

    def test_on_both_sides_each_letter_begins_on_a_new_sheet(self):
        self.company.dunning_letter_both_sides = True
        for name in ("First", "Second"):
            self.overdue(self.reader(name))
        self.night("2026-03-05")
        notices = self.notices()
        self.printed(notices)
        texts = pages(self.files(notices.run_id)[-1].raw)
        self.assertEqual([bool(text) for text in texts], [True, False, True, False])
        self.assertEqual({len(pages(self.files(notice).raw)) for notice in notices}, {1})


class TestReadersLanguages(LetterCase):
    """What is on paper is in the reader's language; other signs than Latin ones too."""

    def test_four_languages(self):
        expected = {
            "en_US": ("1,234.50 €", "5 March 2026", "03/02/2026"),
            "nl_NL": ("1.234,50", "5 maart 2026", "02-03-2026", "Te betalen"),
            "fr_FR": ("1 234,50 €", "5 mars 2026", "02/03/2026", "À payer"),
            "de_DE": ("1.234,50 €", "5 März 2026", "02.03.2026", "Zu zahlen"),
        }
        for lang in expected:
            if not self.env["res.lang"]._get_data(code=lang):
                self.env["res.lang"]._activate_lang(lang)
                self.env["ir.module.module"].search(
                    [("name", "=", "account_dunning_plus")]
                )._update_translations([lang])
            self.overdue(self.reader(f"Reader {lang}", lang=lang), 1234.5)
        self.night("2026-03-05")
        for lang, words in expected.items():
            notice = self.notices().filtered(
                lambda own, lang=lang: own.partner_id.name == f"Reader {lang}"
            )
            text = (
                pages(self.printed(notice))[0].replace("\u202f", " ").replace("5. März", "5 März")
            )
            for word in words:
                self.assertIn(word, text, lang)

    def test_other_alphabets(self):
        text = pages(self.printed(self.due(self.reader("Αρτοποιείο Łódź"))))[0]
        self.assertIn("Αρτοποιείο", text)
        self.assertIn("Łódź", text)


class TestProof(LetterCase):
    """What went out, when, by whom: kept with the notice, and recognised again."""

    def test_the_fingerprint_is_that_of_the_file(self):
        notice = self.due(self.reader())
        pdf = self.printed(notice)
        self.assertEqual(notice.letter_hash, sha256(pdf).hexdigest())
        self.assertEqual(
            (notice.letter_user_id, str(notice.letter_date), notice.letter_pages),
            (self.billing, "2026-03-05", 1),
        )
        said = notice.message_ids[0]
        self.assertIn(notice.letter_hash, said.body)
        self.assertIn(self.billing.name, said.body)
        self.assertEqual(said.attachment_ids.raw, pdf)

    def test_printed_again_both_are_kept(self):
        notice = self.due(self.reader())
        first = self.printed(notice)
        old = notice.letter_hash
        self.day("2026-03-06")
        second = self.printed(notice)
        self.assertNotEqual(first, second)
        self.assertEqual(notice.letter_hash, sha256(second).hexdigest())
        self.assertTrue(any(old in message.body for message in notice.message_ids))
        self.assertEqual(self.files(notice).mapped("raw"), [first, second])

    def test_the_file_of_many_has_one_too(self):
        for name in ("First", "Second"):
            self.overdue(self.reader(name))
        self.night("2026-03-05")
        self.printed(self.notices())
        file = self.files(self.notices().run_id)
        self.assertIn(sha256(file.raw).hexdigest(), file.description)

    def test_nothing_counts_when_one_cannot_be_drawn(self):
        notice = self.due(self.reader())
        with (
            patch.object(ir_actions_report, "number_pages", side_effect=ValueError("torn")),
            self.assertRaises(ValueError),
            self.env.cr.savepoint(),
        ):
            self.printed(notice)
        self.env.invalidate_all()
        self.assertEqual((notice.state, notice.letter_hash), ("ready", False))
        self.assertFalse(self.files(notice))

    def test_the_pdf_is_one(self):
        pdf = self.printed(self.due(self.reader()))
        self.assertEqual(PdfFileReader(io.BytesIO(pdf), strict=False).getNumPages(), 1)
