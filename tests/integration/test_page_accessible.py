"""The customer's page for who cannot see it, or reads it without script: each page, each language.

What WCAG 2.2 (level AA) asks of the document itself; colours are looked at in
`tests/unit/test_page_colours.py`, sizes in a browser by the tours.
"""

from lxml import html
from odoo.tests import new_test_user

from .answers import AnswerCase as Base

LANGUAGES = ("en_US", "nl_NL", "fr_FR", "de_DE")
PAY_BY = dict(
    zip(LANGUAGES, ("Pay by", "Uiterlijk op", "Au plus tard le", "Zahlbar bis"), strict=True)
)
KINDS = ("promise", "plan", "dispute", "paid", "preferences")

# What a kind of answer is sent with to be refused at as many fields as can be.
WRONG = {
    "promise": {"date": "2020-01-01"},
    "plan": {"number": "99", "first": "2020-01-01"},
    "dispute": {"reason": "", "note": "", "amount": "much"},
    "paid": {"date": "2099-01-01", "amount": "much", "reference": "x" * 500},
    "preferences": {"lang": "xx", "weekly": "9"},
}


class AccessibleCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGUAGES[1:]:
            cls.env["res.lang"]._activate_lang(lang)
        cls.env["ir.module.module"]._load_module_terms(
            ["account_dunning_plus"], list(LANGUAGES[1:])
        )

    def setUp(self):
        super().setUp()
        self.bakery = self.customer(lang="en_US")
        self.invoice = self.overdue(self.bakery)
        self.overdue(self.bakery, 20)
        self.day("2026-03-04")
        self.where = self.path(self.bakery)

    def looked_at(self, response, lang="en_US", status=200):
        """The document of an answer, after looking for what is wrong with it."""
        self.assertEqual(response.status_code, status)
        document = html.fromstring(response.text)
        self.assertEqual(flaws(document, lang), [], response.url)
        return document

    def opened(self, below="", lang="en_US", status=200):
        response = self.url_open(self.where + below, allow_redirects=False)
        return self.looked_at(response, lang, status)


class TestAccessible(AccessibleCase):
    def test_each_page_in_each_language(self):
        for lang in LANGUAGES:
            self.bakery.dunning_lang = lang
            self.env.flush_all()
            titles = {self.opened(lang=lang).findtext(".//title").strip()}
            for kind in KINDS:
                titles.add(self.opened(f"/{kind}", lang).findtext(".//title").strip())
            plan = self.opened("/plan?number=2&first=2026-03-09", lang)
            heads = plan.xpath("//section[@id='said']//thead//th/text()")
            self.assertEqual(heads[1], PAY_BY[lang])
            self.assertEqual(len(titles), 1 + len(KINDS), "each page has a title of its own")

    def test_mistakes_are_found_from_the_top_and_at_the_field(self):
        for lang in LANGUAGES:
            self.bakery.dunning_lang = lang
            for kind, entered in WRONG.items():
                response = self.send(self.where, kind, **entered)
                page = self.looked_at(response, lang, 422)
                [summary] = page.xpath("//main//*[@role='alert']")
                self.assertEqual((summary.get("id"), summary.get("tabindex")), ("said", "-1"))
                faults = page.xpath("//*[starts-with(@id, 'fault-')]/@id")
                self.assertTrue(faults)
                for fault in faults:
                    name = fault.removeprefix("fault-")
                    [field] = page.xpath(f"//*[@id='field-{name}']")
                    self.assertIn(fault, (field.get("aria-describedby") or "").split())
                    self.assertTrue(summary.xpath(f".//a[@href='#field-{name}']"))
                    if field.tag != "fieldset":
                        self.assertEqual(field.get("aria-invalid"), "true")

    def test_what_was_sent_is_said_where_the_browser_goes_on(self):
        for kind in KINDS:
            page = self.opened(f"/{kind}?number=2&first=2026-03-09")
            for form in page.xpath("//main//form"):
                self.assertTrue(form.get("action").endswith(f"/{kind}#said"), kind)
        response = self.send(self.where, "paid", [self.invoice], date="2026-03-02")
        page = self.looked_at(self.url_open(response.headers["Location"]))
        [said] = page.xpath("//*[@id='said']")
        self.assertEqual((said.get("role"), said.get("tabindex")), ("status", "-1"))

    def test_pages_with_nothing_to_see(self):
        self.assertEqual(flaws_of_ended(self, f"{self.where}x", 404), [])
        customer = self.env["account.dunning.customer"]._of(self.bakery, self.company)
        customer.sudo()._revoke_links()
        self.env.flush_all()
        self.assertEqual(flaws_of_ended(self, self.where, 410), [])

    def test_nothing_open_and_nothing_to_pay(self):
        nobody = self.customer("Nobody")
        self.where = self.path(nobody)
        self.opened()
        self.opened("/promise")

    def test_what_credits_cover_is_said(self):
        bakery = self.customer("Bakery Two")
        self.overdue(bakery, 100)
        self.credit(bakery, "2026-03-02", 300)
        self.where = self.path(bakery)
        page = self.opened()
        self.assertIn("nothing is to be paid", page.text_content())
        self.assertNotIn("By bank transfer", page.text_content())

    def test_no_script_is_needed(self):
        """The only script is the page's own, which no form and no link waits for."""
        for below in ("", *(f"/{kind}" for kind in KINDS)):
            page = self.opened(below)
            [script] = page.xpath("//script")
            self.assertEqual(script.get("src"), "/account_dunning_plus/static/page/page.js")
            self.assertIsNone(script.text)
            self.assertFalse(page.xpath("//@onclick | //@onchange | //@onsubmit"))
            self.assertFalse(page.xpath("//a[starts-with(@href, 'javascript')]"))
            self.assertTrue(page.xpath("//main//form//button[@type='submit']"))


class TestAccessibleMine(AccessibleCase):
    """The same under *My account*, whose frame is core's."""

    def setUp(self):
        super().setUp()
        contact = self.customer("An Peeters", parent_id=self.bakery.id, is_company=False)
        self.user = new_test_user(
            self.env,
            "an.peeters",
            groups="base.group_portal",
            password="an.peeters",
            partner_id=contact.id,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
            context={"no_reset_password": True},
        )
        self.authenticate("an.peeters", "an.peeters")
        self.where = f"/my/open-items/{self.company.id}"

    def opened(self, below="", lang="en_US", status=200):
        response = self.url_open(self.where + below, allow_redirects=False)
        self.assertEqual(response.status_code, status)
        document = html.fromstring(response.text)
        self.assertEqual(document.get("lang"), lang.replace("_", "-"))
        [own] = document.xpath("//main//*[contains(@class, 'o_dunning_page')]")
        self.assertEqual(flaws_within(own), [], below)
        return document

    def crumbs(self, below=""):
        page = self.opened(below)
        return [
            (" ".join(own.text_content().split()), own.xpath("string(a/@href)"))
            for own in page.xpath("//ol[contains(@class, 'o_portal_submenu')]/li")
        ][1:]

    def test_each_page_in_each_language(self):
        for lang in LANGUAGES:
            self.user.lang = lang
            self.env.flush_all()
            for below in ("", *(f"/{kind}" for kind in KINDS)):
                self.opened(below, lang)

    def test_the_way_back(self):
        self.assertEqual(self.crumbs(), [("Open Items", "")])
        self.assertEqual(self.crumbs("/promise"), [("Open Items", self.where), ("I pay on …", "")])
        response = self.send(self.where, "paid", [self.invoice], date="2026-03-02")
        below = response.headers["Location"].partition(self.where)[2]
        self.assertEqual(
            self.crumbs(below),
            [("Open Items", self.where), ("Thank you: we look for your payment", "")],
        )


def flaws_of_ended(case, path, status):
    """What is wrong with a page that has nothing to see; in the visitor's own language."""
    response = case.url_open(path)
    case.assertEqual(response.status_code, status)
    return flaws(html.fromstring(response.text), "en_US")


def flaws(document, lang):
    """What is wrong with a page of its own.

    :param lang: code of the language it should be in
    :return: list of str
    """
    found = flaws_within(document)
    if document.get("lang") != lang.replace("_", "-"):
        found.append(f"language {document.get('lang')}")
    if not (document.findtext(".//title") or "").strip():
        found.append("no title")
    if len(document.xpath("//main")) != 1:
        found.append("no main part")
    viewport = document.xpath("string(//meta[@name='viewport']/@content)")
    if "user-scalable" in viewport or "maximum-scale" in viewport:
        found.append("cannot be enlarged")
    return found


def flaws_within(part):
    """What is wrong with the content of a page.

    :return: list of str
    """
    return [
        *_wrong_headings(part),
        *_wrong_fields(part),
        *_wrong_ids(part),
        *(f"no text: {_told(own)}" for own in part.xpath(".//a | .//button") if not _text(own)),
        *(f"no words for {_told(own)}" for own in part.xpath(".//img[not(@alt)]")),
        *(f"head of nothing: {_told(own)}" for own in part.xpath(".//th[not(@scope)]")),
        *(f"order of tab: {_told(own)}" for own in part.xpath(".//*[@tabindex > 0]")),
        *(f"opener: {_told(own)}" for own in part.xpath(".//a[@target][not(@rel='noopener')]")),
    ]


def _wrong_headings(part):
    levels = [int(own.tag[1]) for own in part.xpath(".//h1|.//h2|.//h3|.//h4|.//h5|.//h6")]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"headings {levels}"
    for above, own in zip(levels, levels[1:], strict=False):
        if own > above + 1:
            yield f"headings {levels}"
    for heading in part.xpath(".//h1|.//h2|.//h3|.//legend"):
        if not _text(heading):
            yield f"empty: {_told(heading)}"


def _wrong_fields(part):
    for field in part.xpath(".//input[@type!='hidden'] | .//select | .//textarea"):
        labels = part.xpath(".//label[@for=$own]", own=field.get("id", ""))
        if not any(_text(label) for label in labels):
            yield f"no label: {_told(field)}"
    for group in part.xpath(".//fieldset[not(legend)]"):
        yield f"no legend: {_told(group)}"


def _wrong_ids(part):
    root = part.getroottree()
    ids = root.xpath("//@id")
    yield from (f"twice: {own}" for own in {own for own in ids if ids.count(own) > 1})
    named = [
        *part.xpath(".//label/@for"),
        *(own[1:] for own in part.xpath(".//a/@href") if own.startswith("#")),
        *" ".join(part.xpath(".//@aria-describedby | .//@aria-labelledby")).split(),
    ]
    yield from (f"names nothing: {own}" for own in named if own not in ids)


def _text(element):
    return "".join(element.itertext()).strip() or element.xpath("string(.//img/@alt)")


def _told(element):
    return html.tostring(element, encoding="unicode")[:120]
