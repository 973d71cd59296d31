"""The customer reads their own language, and nothing is left in English."""

import io
import re
from collections import Counter
from pathlib import Path

import polib
from lxml import html
from odoo import Command
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import format_date
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

from .common import DunningCase as Base

I18N = Path(file_path("account_dunning_plus/i18n"))
LANGUAGES = ("nl", "fr", "de")
#: Each language of a customer, with the file it comes from.
VARIANTS = {"nl_NL": "nl", "nl_BE": "nl", "fr_FR": "fr", "fr_BE": "fr", "de_DE": "de"}
#: Words that are spelled as in English, and the expression that names a letter's file.
SAME = {
    "nl": {
        "Bank", "Batch", "Contact", "Deadline", "Document", "E-mail", "EEEE d MMMM", "ID",
        "Interval", "Later", "PDF", "Post", "QR", "Qweb", "Status", "Team", "Week",
        "d MMMM", "d MMMM y", "id", '<i class="fa fa-university me-2" title="Bank"/>',
    },
    "fr": {
        "Configuration", "Confirmation", "Contact", "Date", "Description", "Direction",
        "Document", "E-mail", "EEEE d MMMM", "Email", "ID", "Journal", "Message", "Messages",
        "Note", "Notes", "PDF", "Pages", "Plans", "QR", "Question", "Qweb", "Signature",
        "Situation", "Table", "Total", "d MMMM", "d MMMM y", "id",
    },
    "de": {
        "Bank", "ID", "Icon", "Journal", "Mails", "Name", "PDF", "Post",
        "Problem", "QR", "Qweb", "Situation", "Status", "Team", "Text", "in %s",
        '<i class="fa fa-university me-2" title="Bank"/>',
    },
}  # fmt: skip
# Nothing to translate in them; French has a space before the colon.
EXPRESSIONS = {
    "%(age)s: %(amount)s",
    "%(amount)s %(customer)s",
    "%(amount)s, %(reason)s",
    "%(invoice)s: %(why)s",
    "%(words)s (%(reference)s)",
    "object._confirmation_name()",
    "object._dunning_statement_name()",
    "object._letter_name()",
    "object._report_name()",
    "{{ object._received_title() }} – {{ object.company_id.name }}",
    "{{ object._subject() }}",
    "object.partner_id.with_company(object.company_id)._dunning_statement_name()",
}
TEXTS = ("before", "first", "second", "formal", "last")


def catalogue(name):
    """Read one of the add-on's files of terms."""
    return polib.pofile(str(I18N / name))


def placeholders(text):
    """What a translation must not change: fields of Python, expressions and tags."""
    return Counter(
        [
            *re.findall(r"%(?:\(\w+\))?[a-z]", text),
            *re.findall(r"{{.*?}}", text),
            # What a tag says when pointed at is text.
            *re.findall(r"<[^>]*>", re.sub(r'title="[^"]*"', "", text)),
        ]
    )


def sentences(markup):
    """The texts between the tags of a piece of HTML, without those that are no words."""
    texts = (" ".join(text.split()) for text in html.fromstring(markup).itertext())
    return {text.strip(" ,.:()") for text in texts if re.search(r"[^\W\d_]{2}", text)}


@tagged("standard", "post_install", "-at_install")
class TestFiles(BaseCase):
    """The three languages hold every term of the template, and nothing else."""

    def test_every_term_is_translated(self):
        template = {entry.msgid for entry in catalogue("account_dunning_plus.pot")}
        self.assertGreater(len(template), 300)
        for language in LANGUAGES:
            with self.subTest(language=language):
                terms = catalogue(f"{language}.po")
                self.assertEqual({entry.msgid for entry in terms}, template)
                self.assertEqual(len(terms), len(template), "a term comes once")
                # A word that stays the same has no translation of its own.
                same = SAME[language] | EXPRESSIONS
                self.assertFalse({e.msgid for e in terms if not e.translated()} - same)
                self.assertFalse(terms.obsolete_entries())
                self.assertEqual(terms.metadata["Language"], language)

    def test_a_term_is_meant_for_the_same_places(self):
        """The places decide what is translated where, so they must be the template's."""
        places = {e.msgid: set(e.occurrences) for e in catalogue("account_dunning_plus.pot")}
        for language in LANGUAGES:
            for entry in catalogue(f"{language}.po"):
                self.assertEqual(set(entry.occurrences), places[entry.msgid], entry.msgid)

    def test_nothing_is_left_in_english(self):
        for language in LANGUAGES:
            left = {e.msgid for e in catalogue(f"{language}.po") if e.msgstr in ("", e.msgid)}
            self.assertEqual(left - EXPRESSIONS, SAME[language], language)

    def test_no_sentence_of_a_text_is_left_in_english(self):
        """A mail is one term: with its greeting alone translated it would pass as done."""
        for language in LANGUAGES:
            for entry in catalogue(f"{language}.po"):
                if "<" in entry.msgid:
                    left = sentences(entry.msgid) & sentences(entry.msgstr or "<p/>")
                    left = {words for words in left if " " in words}
                    self.assertFalse(left, (language, entry.occurrences))

    def test_placeholders_are_kept(self):
        for language in LANGUAGES:
            for entry in catalogue(f"{language}.po").translated_entries():
                self.assertEqual(
                    placeholders(entry.msgstr), placeholders(entry.msgid), (language, entry.msgid)
                )

    def test_a_text_ends_as_the_original_does(self):
        """A colon or a question mark is not lost; a label gets no full stop."""
        for language in LANGUAGES:
            for entry in catalogue(f"{language}.po"):
                if entry.msgid.startswith("Status based on activities"):
                    continue  # The platform's own, translated as the platform does.
                for mark in ".:?":
                    self.assertEqual(
                        entry.msgstr.rstrip().endswith(mark),
                        entry.msgid.rstrip().endswith(mark),
                        (language, entry.msgid),
                    )

    def test_two_values_in_a_sentence_have_names(self):
        """A translation may have to change the order of two values."""
        for entry in catalogue("account_dunning_plus.pot"):
            self.assertLessEqual(len(re.findall(r"%[sd]", entry.msgid)), 1, entry.msgid)


@tagged("standard", "post_install", "-at_install")
class TestTemplate(TransactionCase):
    """The template is what the add-on of today would export."""

    def test_the_template_holds_every_term(self):
        """A string changed since the last export: export the template again, and translate it."""
        exported = io.BytesIO()
        trans_export(False, ["account_dunning_plus"], exported, "po", self.env)
        terms = {
            entry.msgid
            for entry in polib.pofile(exported.getvalue().decode())
            if not all(".demo_" in place for place, _line in entry.occurrences)
        }
        shipped = {entry.msgid for entry in catalogue("account_dunning_plus.pot")}
        self.assertEqual(terms - shipped, set(), "terms that the template lacks")
        self.assertEqual(shipped - terms, set(), "terms that are no more")


class TestReadByCustomers(Base):
    """Customers in five languages get the shipped policy's messages from a night to the next."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As when a language is added in Settings to a database that has the add-on.
        for code in VARIANTS:
            cls.env["res.lang"]._activate_lang(code)
        cls.env["ir.module.module"]._get("account_dunning_plus")._update_translations(
            list(VARIANTS)
        )
        cls.env.invalidate_all()
        cls.shipped = cls.env.ref("account_dunning_plus.dunning_policy_friendly")
        cls.shipped.level_ids.attach_invoices = False
        cls.company.dunning_policy_id = cls.shipped
        cls.company.write({"street": "Dijlekaai 27", "zip": "2800", "city": "Mechelen"})
        cls.company.partner_id.bank_ids = [Command.create({"acc_number": "BE17 9991 2345 6721"})]

    def _english(self):
        """Every sentence and heading of the shipped messages in English, by message."""
        statement = self._words("account_dunning_plus.notice_statement", "en_US")
        return {
            name: statement
            | sentences(
                self.env.ref(f"account_dunning_plus.mail_template_reminder_{name}")
                .with_context(lang="en_US")
                .body_html
            )
            for name in TEXTS
        }

    def _words(self, view, code):
        return sentences(self.env.ref(view).with_context(lang=code).arch_db)

    def test_what_is_shipped_arrives_in_each_language(self):
        """Records that an upgrade leaves alone are translated all the same."""
        owned = self.env["ir.model.data"].search(
            [
                ("module", "=", "account_dunning_plus"),
                ("name", "not like", "demo%"),
                ("model", "in", ("mail.template", "account.dunning.policy",
                                 "account.dunning.level", "ir.cron", "ir.ui.menu",
                                 "ir.actions.act_window", "res.groups")),
            ]
        )  # fmt: skip
        self.assertGreater(len(owned), 25)
        for data in owned:
            record = self.env[data.model].browse(data.res_id)
            for name, field in record._fields.items():
                english = field.store and field.translate and record[name]
                if not english:
                    continue
                for code in VARIANTS:
                    if english in SAME[code[:2]] | EXPRESSIONS:
                        continue
                    with self.subTest(record=data.name, field=name, language=code):
                        self.assertNotEqual(record.with_context(lang=code)[name], english)

    def test_the_statement_has_no_english_word(self):
        """All parts of the statement: items, others, credits, total, what comes, where to pay."""
        english = self._words("account_dunning_plus.notice_statement", "en_US")
        self.assertGreater(len(english), 10)
        for code, language in VARIANTS.items():
            left = english & self._words("account_dunning_plus.notice_statement", code)
            self.assertEqual(left - SAME[language], set(), code)

    def test_each_message_is_in_the_language_of_the_customer(self):
        customers = {
            code: self.customer(f"Klant {code}", lang=code) for code in ("en_US", *VARIANTS)
        }
        for customer in customers.values():
            self.invoice(customer, "2026-03-01", "2026-03-16", 1000)
        english = self._english()
        subjects = set()
        for name, date in (
            ("before", "2026-03-13"),
            ("first", "2026-03-19"),
            ("second", "2026-03-30"),
            (None, "2026-04-06"),
            ("formal", "2026-04-15"),
            ("last", "2026-04-30"),
        ):
            sent = self.night(date)
            waiting = self.notices().filtered(lambda notice: notice.state == "draft")
            if waiting:
                waiting.action_approve()
                sent |= waiting
            self.assertEqual(sent.partner_id, self.env["res.partner"].union(*customers.values()))
            if name:
                for code, customer in customers.items():
                    notice = sent.filtered(lambda notice, who=customer: notice.partner_id == who)
                    mail = self.mails(notice)
                    subjects.add((code, mail.subject))
                    with self.subTest(text=name, language=code):
                        self._check_mail(notice, mail, code, english[name])
        self.assertEqual(len(subjects), len(TEXTS) * len(customers), "a subject for each text")

    def _check_mail(self, notice, mail, code, english):
        read = sentences(mail.body_html)
        level = notice.level_id.with_context(lang="en_US").name
        if code == "en_US":
            # The comparison finds what is English.
            self.assertGreater(len(read & english), 8)
            return
        self.assertEqual((read & english) - SAME[VARIANTS[code]], set())
        self.assertNotIn(" from ", mail.subject)
        self.assertNotIn("Your invoices", mail.subject)
        self.assertNotEqual(notice.level_id.with_context(lang=code).name, level)
        self.assertIn(self.company.name, mail.subject)
        self.assertIn(notice.partner_id.name, mail.body_html)
        self.assertIn("BE17 9991 2345 6721", mail.body_html)
        day = format_date(self.env, notice.line_ids.date_maturity, lang_code=code)
        self.assertIn(day, mail.body_html, "dates as the customer writes them")

    def test_the_letter_is_in_the_language_of_the_customer(self):
        formal = self.env.ref("account_dunning_plus.dunning_level_friendly_formal")
        report = self.env.ref("account_dunning_plus.action_report_dunning_notice")
        english = self._english()["formal"]
        for code in VARIANTS:
            self.overdue(self.customer(f"Klant {code}", lang=code))
        notices = self.night("2026-03-05")
        self.assertEqual(len(notices), len(VARIANTS))
        for notice in notices:
            code = notice.partner_id.lang
            language = VARIANTS[code]
            notice.level_id = formal
            read = sentences(report._render_qweb_html(report.report_name, notice.ids)[0])
            with self.subTest(language=code):
                self.assertIn(formal.with_context(lang=code).name, read)
                self.assertNotIn("Formal notice", read)
                self.assertEqual((read & english) - SAME[language], set())
                # A German day has a dot.
                self.assertEqual(any("5. März 2026" in text for text in read), language == "de")

    def test_colleagues_read_their_own_language(self):
        """The reason on an invoice, and labels, in the language of who looks at them."""
        invoice = self.overdue(self.customer())
        self.shipped.level_ids[:1].active = False
        self.day("2026-03-20")
        for code, expected in (
            ("en_US", "First reminder"),
            ("nl_BE", "Eerste betalingsherinnering"),
            ("fr_BE", "Premier rappel"),
            ("de_DE", "Erste Zahlungserinnerung"),
        ):
            mine = invoice.with_context(lang=code)
            mine.invalidate_recordset()
            with self.subTest(language=code):
                self.assertIn(expected, mine.dunning_reason)
                self.assertEqual("now" in mine.dunning_reason, code == "en_US")
