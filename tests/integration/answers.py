"""Customers who answer on their page, over real HTTP and without an account."""

import re

from lxml import html
from odoo.tests import HttpCase, tagged

from .test_worklist import WorklistCase

PDF = b"%PDF-1.4\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 64


@tagged("standard", "post_install", "-at_install")
class AnswerCase(WorklistCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wrong = cls.env["account.dunning.dispute.reason"].create(
            {"name": "Damaged on the way", "company_id": cls.company.id}
        )
        cls.clerk = cls.billing_user()
        cls.company.dunning_user_id = cls.clerk
        last = cls.env["account.dunning.answer"].search([], limit=1)
        cls.answers_before = last.id or 0

    # ------------------------------------------------------------------ pages

    def path(self, partner, notice_id=0):
        """Where a customer's page is, as its link says."""
        known = self.env["account.dunning.customer"]
        known._ensure_known({(self.company.id, partner.id)})
        return f"/dunning/{known._page_token(self.company, partner.id, notice_id)}"

    def form(self, path, kind, **query):
        """A form as a browser shows it.

        :return: (response, lxml document)
        """
        self.env.flush_all()
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        response = self.url_open(f"{path}/{kind}?{asked}", allow_redirects=False)
        return response, html.fromstring(response.text)

    def send(self, path, kind, items=(), files=(), lines=(), csrf=None, **entered):
        """Fill a form in and send it.

        :param items: invoices that are ticked
        :return: the response
        """
        if csrf is None:
            _response, page = self.form(path, kind)
            if kind == "plan":
                _response, page = self.form(path, kind, number=2, first="2026-03-09")
            csrf = page.xpath("//input[@name='csrf_token']/@value")[0]
        data = [("csrf_token", csrf), *entered.items()]
        data += [("item", str(self.item(own).id)) for own in items]
        data += [("line", str(line.id)) for line in lines]
        response = self.url_open(
            f"{path}/{kind}", data=data, files=list(files) or None, allow_redirects=False
        )
        self.env.invalidate_all()
        return response

    @staticmethod
    def item(invoice):
        return invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def ticked(self, page):
        return [int(own) for own in page.xpath("//input[@name='item'][@checked]/@value")]

    @staticmethod
    def errors(page):
        """The sentences beside fields, by field."""
        document = html.fromstring(page.text)
        return {
            own.get("id").removeprefix("fault-"): own.text_content().strip()
            for own in document.xpath("//*[starts-with(@id, 'fault-')]")
        }

    # ---------------------------------------------------------------- results

    def answer(self, response):
        """The answer to which a form led."""
        self.assertEqual(response.status_code, 303, response.text[:500])
        [answer_id] = re.findall(r"/answered/(\d+)$", response.headers["Location"])
        return self.env["account.dunning.answer"].browse(int(answer_id))

    def answers(self):
        return self.env["account.dunning.answer"].search([("id", ">", self.answers_before)])

    def confirmations(self):
        """The e-mails about answers, as (recipients, text)."""
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("id", ">", self.mails_before),
                    ("model", "in", ("account.dunning.answer", "account.payment.promise")),
                ]
            )
        )
        return [
            (own.recipient_ids, own.subject, html.fromstring(own.body_html).text_content())
            for own in mails
        ]
