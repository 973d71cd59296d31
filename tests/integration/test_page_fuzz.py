"""Whatever is asked of the customer's page, and whatever is sent to it, over HTTP."""

import os
import random
import string
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from lxml import html
from odoo.addons.account_dunning_plus.models.account_dunning_link import PAGE_LINK
from odoo.tests import tagged
from odoo.tools.misc import hash_sign

from .answers import JPG, PDF, PNG
from .test_page_security import PageHttpCase

# Requests of the fuzz, each answered by a real server, and links that are read without one.
_FUZZ = int(os.environ.get("DUNNING_FUZZ", "400"))
_LINKS = 5000


@tagged("standard", "post_install", "-at_install")
class TestPageFuzz(PageHttpCase):
    """Whatever is asked: a page, a redirect or a refusal, never an error; nothing is written."""

    def setUp(self):
        super().setUp()
        self.no_limits()
        self.random = random.Random(20261123)

    def test_nothing_asked_is_an_error(self):
        self.get(f"/dunning/{self.token(self.one)}")
        before = self.counts()
        seen = set()
        for _number in range(_FUZZ):
            path = self.path()
            answer = self.get(path)
            seen.add(answer.status_code)
            self.assertLess(answer.status_code, 500, path)
            self.assertNotIn("222.22", answer.text, path)
            self.assertNotIn("Bakery Two", answer.text, path)
        self.assertEqual(self.counts(), before)
        self.assertLessEqual({200, 404, 410}, seen)

    def test_no_link_opens_what_it_was_not_made_for(self):
        customers = self.env["account.dunning.customer"]
        own = self.token(self.one)
        for _number in range(_LINKS):
            token = self.any_token()
            customer, notice, _ended = customers._open_link(token)
            if customer:
                self.assertEqual((token, customer.partner_id), (own, self.one))
            self.assertFalse(notice)

    def test_no_payment_begins_by_what_is_made_up(self):
        self.get(f"/dunning/{self.token(self.one)}")
        before = self.counts()
        names = [
            "provider_id",
            "payment_method_id",
            "token_id",
            "amount",
            "flow",
            "landing_route",
            "is_validation",
            "access_token",
            "tokenization_requested",
            "partner_id",
        ]
        values = (None, 1, 10**12, -1, 0.5, "x", [], {}, [1], True, "redirect", "token", 111.11)
        for _number in range(_FUZZ // 4):
            params = {
                name: self.random.choice(values)
                for name in self.random.sample(names, self.random.randrange(len(names)))
            }
            answer = self.opener.post(
                f"{self.base_url()}/dunning/{self.any_token()}/transaction"
                f"?chosen=1&item={self.number()}&currency={self.company.currency_id.id}",
                json={"jsonrpc": "2.0", "method": "call", "params": params},
            )
            self.assertLess(answer.status_code, 500, params)
            self.assertFalse(answer.text.startswith("{") and "result" in answer.json())
        self.assertEqual(self.counts(), before)

    def test_whatever_is_sent_is_an_answer_of_ones_own_or_none(self):
        """Forms, files, choices and documents, by links and by who is logged in."""
        self.authenticate("page.one", "page.one")
        page = html.fromstring(self.get(f"/dunning/{self.token(self.one)}/paid").text)
        [self.csrf] = page.xpath("//input[@name='csrf_token']/@value")
        before, others = self.counts(), self.written(self.two)
        kept = self.one.read(["name", "email", "street", "lang", "dunning_contact_id"])
        seen = set()
        for _number in range(_FUZZ):
            path, sent = self.below(), self.sent()
            answer = self.get(path, **sent)
            seen.add(answer.status_code)
            self.assertLess(answer.status_code, 500, (path, sent))
            self.assertNotIn("222.22", answer.text, path)
            self.assertNotIn("Bakery Two", answer.text, path)
        self.assertLessEqual({200, 303, 400, 404, 422}, seen)
        self.env.invalidate_all()
        self.assertEqual(self.written(self.two), others)
        self.assertEqual(
            self.one.read(["name", "email", "street", "lang", "dunning_contact_id"]), kept
        )
        answers = self.env["account.dunning.answer"].search([("company_id", "=", self.company.id)])
        self.assertEqual(answers.partner_id, self.one)
        self.assertLessEqual(len(answers), 12)
        after = self.counts()
        for table in ("account_move", "account_move_line", "account_payment", "res_partner"):
            self.assertEqual(after[table], before[table], table)
        self.assertEqual(after["payment_transaction"], before["payment_transaction"])

    def written(self, partner):
        """How many records there are of a customer, and what it chose."""
        models = (
            "account.dunning.answer",
            "account.dunning.reply",
            "account.dunning.said.paid",
            "account.payment.promise",
        )
        own = partner.with_company(self.company)
        return (
            [self.env[name].search_count([("partner_id", "=", partner.id)]) for name in models],
            self.env["account.dunning.dispute"].search_count(
                [("move_id", "=", self.invoices[partner].id)]
            ),
            own.dunning_lang,
            own.dunning_weekly_day,
        )

    def below(self):
        """A route below the page, by a link or of who is logged in, right or nearly so."""
        root = self.random.choice(
            (
                f"/dunning/{self.token(self.one)}",
                f"/my/open-items/{self.company.id}",
                f"/dunning/{self.any_token()}",
                f"/my/open-items/{self.number()}",
            )
        )
        kinds = ("promise", "plan", "dispute", "paid", "preferences", "question", "")
        return root + self.random.choice(
            (
                *(f"/{self.random.choice(kinds)}" for _number in range(6)),
                f"/{self.random.choice(kinds)}?item={self.number()}&number={self.value()}",
                f"/answered/{self.number()}",
                f"/pdf/{self.number()}",
                f"/pay?chosen=1&item={self.number()}&currency={self.number()}",
                f"/{self.text(8)}",
            )
        )

    def sent(self):
        """What is posted, nothing for who only asks."""
        if self.random.random() < 0.3:
            return {}
        names = (
            *("date", "first", "number", "rhythm", "reason", "amount", "reference", "note"),
            *("lang", "weekly", "item", "line", "partner_id", "state", "kind", self.text(5)),
        )
        data = [
            (name, self.value()) for name in self.random.choices(names, k=self.random.randrange(12))
        ]
        data.append(("item", self.number()))
        if self.random.random() < 0.8:
            data.append(("csrf_token", self.csrf))
        files = [
            ("files", (self.random.choice(("a.pdf", "../x.png", "é\u202e.jpg", "")), part, kind))
            for part in self.random.sample((PDF, PNG, JPG, b"<svg/>", b"MZ\x90", b""), 2)
            for kind in ("image/png",)
            if self.random.random() < 0.4
        ]
        return {"data": data, "files": files or None}

    def value(self):
        """What somebody might enter."""
        coming = self.today + timedelta(days=self.random.randrange(-40, 40))
        return self.random.choice(
            (
                *(str(coming), str(coming), "2", "3", "weekly", "monthly", "en_US", "", "50"),
                *("2026-02-30", "9999-12-31", "-1", "1e9", "NaN", "\x00", "' OR 1=1 --", "a" * 999),
                *("{{ 7*7 }}", "<script>alert(1)</script>", "\u202e", str(2**70), "1.000,00", "é"),
                str(self.number()),
            )
        )

    def path(self):
        """A path as nobody is meant to ask for it."""
        below = self.random.choice(
            ("", "", "", "/pdf/{}", "/pay", "/transaction", "/{}", "/pdf/{}/{}", "/../{}", "//{}")
        )
        below = below.format(self.number(), self.text(6))
        query = "&".join(
            f"{self.random.choice(('item', 'chosen', 'done', 'currency', self.text(4)))}="
            f"{self.random.choice((self.number(), self.text(12)))}"
            for _number in range(self.random.randrange(4))
        )
        prefix = self.random.choice(("", "", "", "", "invoice/", "qr/"))
        return f"/dunning/{prefix}{self.any_token()}{below}?{query}"

    def any_token(self):
        kind = self.random.randrange(8)
        token = self.token(self.one)
        if kind < 2:
            return token
        if kind == 2:
            return self.text(self.random.randrange(1, 300))
        if kind == 3:
            at = self.random.randrange(len(token))
            return token[:at] + self.random.choice(string.ascii_letters) + token[at + 1 :]
        if kind == 4:
            return token[: self.random.randrange(1, len(token))]
        env = self.env(su=True)
        if kind == 5:
            past = datetime.now() - timedelta(days=self.random.randrange(1, 900))
            values = [self.company.id, self.two.id, 0, 0]
            return hash_sign(env, PAGE_LINK, values, expiration=past)
        if kind == 6:
            # Ours by its signature, of a kind that these links are not.
            values = self.random.choice((5, "text", [], [1, 2], {"a": 1}, None, [None] * 4))
            return hash_sign(env, self.random.choice(("other", "scope")), values or 0)
        raw = self.random.randbytes(self.random.randrange(40, 90))
        return urlsafe_b64encode(b"\x01" + raw).decode().rstrip("=")

    def number(self):
        return self.random.choice(
            (
                self.item_id(self.two),
                self.invoices[self.two].id,
                self.invoices[self.one].id,
                self.item_id(self.one),
                0,
                -1,
                2**31,
                2**63,
                10**40,
                "1e9",
                "NaN",
                "٣",
                "%00",
            )
        )

    def text(self, length):
        signs = string.ascii_letters + string.digits + "-_.~"
        odd = ("%00", "%ff", "%27", "%3Cscript%3E", "%2e%2e", "é", "%F0%9F%92%B6", "%0d%0a", "%25")
        return "".join(
            self.random.choice(odd) if self.random.random() < 0.1 else self.random.choice(signs)
            for _number in range(length)
        )
