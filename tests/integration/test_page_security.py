"""The customer's page as strangers, customers and other customers ask for it, over HTTP."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

from odoo.addons.account_dunning_plus.models.account_dunning_link import INVOICE_LINK, PAGE_LINK
from odoo.addons.account_dunning_plus.models.account_dunning_page_visit import (
    AccountDunningPageVisit,
)
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.misc import hash_sign

from . import books

TABLES = (
    "account_move",
    "account_move_line",
    "account_payment",
    "account_dunning_customer",
    "account_dunning_dispute",
    "account_dunning_notice",
    "account_payment_promise",
    "ir_attachment",
    "mail_mail",
    "mail_message",
    "payment_transaction",
    "res_partner",
)


class PageHttpCase(HttpCase):
    """Two customers of one company, each with overdue invoices and a contact who logs in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = books.make_company(cls.env, "Page Wholesale Ltd")
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids, "lang": "en_US"})
        cls.company = cls.company.with_env(cls.env)
        cls.today = cls.company._dunning_today()
        cls.one, cls.two = cls._customer("Bakery One"), cls._customer("Bakery Two")
        cls.invoices = {
            partner: cls._invoice(partner, amount)
            for partner, amount in ((cls.one, 111.11), (cls.two, 222.22))
        }
        for login, partner in (("page.one", cls.one), ("page.two", cls.two)):
            contact = cls.env["res.partner"].create({"name": login, "parent_id": partner.id})
            new_test_user(
                cls.env,
                login,
                groups="base.group_portal",
                password=login,
                partner_id=contact.id,
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
                context={"no_reset_password": True},
            )
        cls.env["account.dunning.page.visit"].sudo().search([]).unlink()

    @classmethod
    def _customer(cls, name):
        return books.make_customer(cls.env, name, lang="en_US")

    @classmethod
    def _invoice(cls, partner, amount, days=20):
        due = cls.today - timedelta(days=days)
        return books.make_document(
            cls.company, "out_invoice", partner, due - timedelta(days=30), due, amount
        )

    @classmethod
    def token(cls, partner, **vals):
        customers = cls.env["account.dunning.customer"]
        return customers._page_token(cls.company, partner.id, **vals)

    def get(self, path, **kwargs):
        return self.url_open(path, allow_redirects=False, **kwargs)

    def item_id(self, partner):
        return books.receivable_items(self.invoices[partner]).id

    def no_limits(self):
        """Answer all requests, as if each came from a visitor of its own."""
        self.patch(AccountDunningPageVisit, "_is_allowed", lambda *args: True)

    def counts(self):
        """How many rows the tables have that a request might write to."""
        self.env.flush_all()
        counts = {}
        for table in TABLES:
            self.env.cr.execute(f"SELECT COUNT(*) FROM {table}")  # pylint: disable=sql-injection
            counts[table] = self.env.cr.fetchone()[0]
        return counts


@tagged("standard", "post_install", "-at_install")
class TestPageByLink(PageHttpCase):
    def test_a_stranger_with_the_link_sees_that_customer_only(self):
        answer = self.get(f"/dunning/{self.token(self.one)}")
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.invoices[self.one].name, answer.text)
        self.assertIn("111.11", answer.text)
        self.assertNotIn(self.invoices[self.two].name, answer.text)
        self.assertNotIn("Bakery Two", answer.text)
        self.assertIn('<html lang="en-US">', answer.text)

    def test_nobody_keeps_lists_frames_or_passes_it_on(self):
        token = self.token(self.one)
        for path in (f"/dunning/{token}", f"/dunning/{token[:-2]}xx", "/dunning/nothing"):
            headers = self.get(path).headers
            self.assertEqual(headers["Cache-Control"], "no-store, private", path)
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertIn("noindex", headers["X-Robots-Tag"])
            self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])

    def test_items_of_others_are_left_out(self):
        path = f"/dunning/{self.token(self.one)}?chosen=1&item="
        text = self.get(f"{path}{self.item_id(self.two)}").text
        self.assertNotIn("222.22", text)
        self.assertNotIn("checked=", text)
        text = self.get(f"{path}{self.item_id(self.two)}&item={self.item_id(self.one)}").text
        self.assertNotIn("222.22", text)
        self.assertEqual(text.count("checked="), 1)

    def test_documents_of_others_are_not_found(self):
        token = self.token(self.one)
        own = self.get(f"/dunning/{token}/pdf/{self.invoices[self.one].id}")
        self.assertEqual(own.status_code, 200)
        self.assertEqual(own.headers["Content-Type"], "application/pdf")
        draft = self.invoices[self.one].copy()
        for move_id in (self.invoices[self.two].id, draft.id, 0, 10**9, 2**31 + 5, 10**30):
            answer = self.get(f"/dunning/{token}/pdf/{move_id}")
            self.assertEqual(answer.status_code, 404, move_id)
            self.assertNotIn("application/pdf", answer.headers["Content-Type"])

    def test_ended_revoked_and_made_up_links_open_nothing(self):
        env = self.env(su=True)
        values = [self.company.id, self.one.id, 0, 0]
        past = datetime.now() - timedelta(seconds=5)
        token = self.token(self.one)
        ended = hash_sign(env, PAGE_LINK, values, expiration=past)
        answer = self.get(f"/dunning/{ended}")
        self.assertEqual(answer.status_code, 410)
        # Whom to ask is who sent it, not the first company of the house.
        self.assertIn(self.company.name, answer.text)
        past_invoice = hash_sign(
            env, INVOICE_LINK, [self.invoices[self.one].id, 0], expiration=past
        )
        answer = self.get(f"/dunning/invoice/{past_invoice}")
        self.assertEqual(answer.status_code, 410)
        self.assertIn(self.company.name, answer.text)
        forged = bytearray(urlsafe_b64decode(ended + "==="))
        forged[20] ^= 1
        later = bytearray(urlsafe_b64decode(ended + "==="))
        later[1:9] = int((datetime.now() + timedelta(days=9)).timestamp()).to_bytes(8, "little")
        other = bytearray(urlsafe_b64decode(token + "==="))
        other[41:] = f"[{self.company.id}, {self.two.id}, 0, 0]".encode()
        for name, wrong in {
            "end put off": urlsafe_b64encode(bytes(later)).decode().rstrip("="),
            "other customer": urlsafe_b64encode(bytes(other)).decode().rstrip("="),
            "ended, and signed by nobody": urlsafe_b64encode(bytes(forged)).decode().rstrip("="),
            "of another kind": hash_sign(env, INVOICE_LINK, values),
            "cut": token[:-1],
            "longer": token + "A",
            "padded": token + "==",
            "with a sign between": token[:20] + "%21" + token[20:],
        }.items():
            answer = self.get(f"/dunning/{wrong}")
            self.assertEqual(answer.status_code, 404, name)
            self.assertNotIn("Bakery", answer.text)
        notice = self.env["account.dunning.notice"]
        row = self.env["account.dunning.customer"].search([("partner_id", "=", self.one.id)])
        row._revoke_links()
        self.env.flush_all()
        answer = self.get(f"/dunning/{token}")
        self.assertEqual(answer.status_code, 410)
        self.assertNotIn("Bakery", answer.text)
        link = notice.with_company(self.company)._invoice_link(self.invoices[self.one].id)
        answer = self.get("/dunning/" + link.partition("/dunning/")[2])
        self.assertEqual(answer.status_code, 410)
        self.assertEqual(self.get(f"/dunning/{self.token(self.one, version=1)}").status_code, 200)

    def test_too_many_requests_are_put_off(self):
        token = self.token(self.one)
        # What a refused request counts is undone with it where one connection serves all, as
        # in tests: here it was asked for before.
        visits = self.env["account.dunning.page.visit"]
        for _number in range(30):
            visits._is_allowed(("wrong", "127.0.0.1"), 100, 600)
        self.assertEqual(self.get("/dunning/wrong").status_code, 429)
        # Who has a link is not locked out by somebody else in the same office.
        codes = [self.get(f"/dunning/{token}").status_code for _number in range(95)]
        self.assertEqual(codes, [200] * 90 + [429] * 5)
        self.assertEqual(self.get(f"/dunning/{self.token(self.two)}").status_code, 200)

    def test_what_a_customer_is_called_is_text(self):
        self.one.name = "<script>alert(1)</script>"
        self.invoices[self.one].payment_reference = '"><img src=x onerror=alert(2)>'
        text = self.get(f"/dunning/{self.token(self.one)}").text
        self.assertNotIn("<script>alert", text)
        self.assertNotIn("<img src=x", text)

    def test_nothing_is_written_by_reading(self):
        self.get(f"/dunning/{self.token(self.one)}")
        before = self.counts()
        for _number in range(3):
            self.get(f"/dunning/{self.token(self.one)}")
        self.assertEqual(self.counts(), before)

    def test_it_is_read_only(self):
        path = f"/dunning/{self.token(self.one)}"
        self.assertEqual(self.get(path, data={"item": "1"}).status_code, 405)
        for method in ("PUT", "DELETE", "PATCH"):
            answer = self.opener.request(method, self.base_url() + path)
            self.assertIn(answer.status_code, (400, 405), method)


@tagged("standard", "post_install", "-at_install")
class TestPageOfMine(PageHttpCase):
    def path(self):
        return f"/my/open-items/{self.company.id}"

    def test_each_sees_the_own_account(self):
        for login, own, other in (
            ("page.one", self.one, self.two),
            ("page.two", self.two, self.one),
        ):
            self.authenticate(login, login)
            answer = self.url_open("/my/open-items")
            self.assertEqual(answer.status_code, 200)
            self.assertIn(self.invoices[own].name, answer.text)
            self.assertNotIn(self.invoices[other].name, answer.text)
            pdf = f"{self.path()}/pdf/"
            self.assertEqual(self.get(f"{pdf}{self.invoices[own].id}").status_code, 200)
            self.assertEqual(self.get(f"{pdf}{self.invoices[other].id}").status_code, 404)

    def test_another_customers_link_shows_what_it_was_made_for(self):
        """A link is for whoever has it; being logged in as somebody else adds nothing to it."""
        self.authenticate("page.two", "page.two")
        text = self.get(f"/dunning/{self.token(self.one)}").text
        self.assertIn(self.invoices[self.one].name, text)
        self.assertNotIn(self.invoices[self.two].name, text)

    def test_companies_of_others_and_colleagues_see_nothing(self):
        stranger = books.make_company(self.env, "Somebody Else's Company")
        self.authenticate("page.one", "page.one")
        for company_id in (stranger.id, 0, 10**9, 10**25):
            self.assertEqual(self.get(f"/my/open-items/{company_id}").status_code, 404)
        new_test_user(
            self.env,
            "page.colleague",
            groups="base.group_user",
            password="page.colleague",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.authenticate("page.colleague", "page.colleague")
        self.assertEqual(self.get(self.path()).status_code, 404)

    def test_who_is_not_logged_in_has_to(self):
        answer = self.get(self.path())
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    def test_it_is_on_the_home_page(self):
        self.authenticate("page.one", "page.one")
        self.assertIn('href="/my/open-items"', self.url_open("/my/home").text)
        self.assertEqual(self.counted(), 1)

    def counted(self):
        """How many open items the home page says."""
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["open_item_count"]})
        return counters["open_item_count"]

    def test_as_many_are_counted_as_are_shown(self):
        """A company below the customer has an account of its own: nobody else sees it."""
        below = books.make_customer(self.env, "Bakery One, Daughter", parent_id=self.one.id)
        self.assertEqual(below.commercial_partner_id, below)
        self._invoice(below, 333.33)
        self.authenticate("page.one", "page.one")
        self.assertNotIn("333.33", self.url_open("/my/open-items").text)
        self.assertEqual(self.counted(), 1)

    def test_who_owes_nothing_sees_nothing_of_others(self):
        nobody = books.make_customer(self.env, "Nobody")
        self.env["res.users"].search([("login", "=", "page.one")]).partner_id.parent_id = nobody
        self.authenticate("page.one", "page.one")
        self.assertEqual(self.counted(), 0)
        text = self.url_open("/my/open-items").text
        self.assertIn("Nothing is open on your account", text)
        for invoice in self.invoices.values():
            self.assertNotIn(invoice.name, text)
