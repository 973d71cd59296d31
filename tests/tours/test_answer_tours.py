"""Customers answer in a browser, on a phone and at a desk.

The page loads no part of Odoo's web client, so what is clicked comes from the test: it is run
in each document that the browser opens, until one says that all went well.
"""

import json
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser

from ..integration import books
from .common import TourCase

# Run in every document: does the step that comes next, after looking at the page as such.
_DRIVER = """
window.addEventListener("load", () => setTimeout(async () => {
    const steps = %s;
    const at = Number(sessionStorage.getItem("dunning_step") || 0);
    sessionStorage.setItem("dunning_step", at + 1);
    const step = steps[at];
    try {
        if (!step || !document.body.innerText.includes(step.sees)) {
            throw new Error(`Step ${at}: “${step && step.sees}” is not on the page`);
        }
        if (document.documentElement.scrollWidth > window.innerWidth) {
            throw new Error(`Step ${at}: the page is wider than the screen`);
        }
        const whole = ".o_dunning_late, .o_dunning_amount, .o_dunning_name label";
        for (const words of document.querySelectorAll(whole)) {
            const range = document.createRange();
            range.selectNodeContents(words);
            if (new Set([...range.getClientRects()].map((line) => line.bottom)).size > 1) {
                throw new Error(`Step ${at}: “${words.innerText}” is broken in two`);
            }
        }
        const aims = ["a", "button", "summary"].map((tag) => `.o_dunning_page ${tag}`);
        for (const aim of document.querySelectorAll(aims.join())) {
            const size = aim.getBoundingClientRect();
            if (size.width && (size.height < 24 || size.width < 24)) {
                throw new Error(`Step ${at}: “${aim.innerText}” is too small to be hit`);
            }
        }
        if (step.focus && document.activeElement !== document.querySelector(step.focus)) {
            throw new Error(`Step ${at}: ${document.activeElement.outerHTML} has the focus`);
        }
        for (const field of document.querySelectorAll("main input, main select, main textarea")) {
            if (field.type !== "hidden" && !field.labels.length) {
                throw new Error(`Step ${at}: ${field.outerHTML} has no label`);
            }
        }
        for (const [selector, value] of Object.entries(step.fill || {})) {
            document.querySelector(selector).value = value;
        }
        for (const selector of step.tick || []) {
            document.querySelector(selector).checked = true;
        }
        for (const [selector, name] of Object.entries(step.photo || {})) {
            const canvas = document.createElement("canvas");
            const photo = await new Promise((kept) => canvas.toBlob(kept, "image/jpeg"));
            const chosen = new DataTransfer();
            chosen.items.add(new File([photo], name));
            document.querySelector(selector).files = chosen.files;
        }
        if (step.go) {
            location.assign(step.go);
        } else if (step.click) {
            document.querySelector(step.click).click();
        } else {
            console.log("test successful");
        }
    } catch (error) {
        console.error(error.message);
    }
}, 50));
"""

_navigate = ChromeBrowser.navigate_to


class AnswerTourCase(TourCase):
    def setUp(self):
        super().setUp()
        self.partner = books.make_customer(self.env, "Bakery One")
        day = self.today - timedelta(days=5)
        self.invoice = books.make_document(
            self.company, "out_invoice", self.partner, day - timedelta(days=30), day, 1000
        )
        self.reason = self.env["account.dunning.dispute.reason"].create({"name": "Tour damaged"})

    def path(self):
        """Where the customer's page is, by its link."""
        url = self.partner.with_company(self.company)._dunning_page_url()
        return f"/dunning/{url.partition('/dunning/')[2]}"

    def walk(self, *steps, path=None, login=None):
        """Open the customer's page, by its link or logged in, and do the steps, a page each."""
        path = path or self.path()

        def navigate(browser, url, wait_stop=False):
            if path in url:
                browser._websocket_request(
                    "Page.addScriptToEvaluateOnNewDocument",
                    params={"source": _DRIVER % json.dumps(steps)},
                )
            return _navigate(browser, url, wait_stop)

        with patch.object(ChromeBrowser, "navigate_to", navigate):
            self.browser_js(path, "", login=login, timeout=60)
        self.env.invalidate_all()
        return self.env["account.dunning.answer"].search([("partner_id", "=", self.partner.id)])

    def promise(self):
        return self.walk(
            {"sees": "I pay on", "click": "button[formaction$='/promise']"},
            {
                "sees": "On which day will you pay?",
                "fill": {"#field-date": str(self.today + timedelta(days=7))},
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {"sees": "Your promise is noted", "click": "main a.btn"},
            {"sees": "Promised"},
        )


@tagged("standard", "post_install", "-at_install")
class TestAnswerTours(AnswerTourCase):
    def test_promise(self):
        self.assertEqual(self.promise().promise_id.state, "open")

    def test_plan(self):
        answer = self.walk(
            {"sees": "I'd like to pay in parts", "click": "button[formaction$='/plan']"},
            {
                "sees": "In how many payments?",
                "fill": {"#field-number": "2"},
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {
                "sees": "500.00",
                "focus": "section#said",
                "click": "form[method=post] button[type=submit]",
            },
            {"sees": "Your payment plan has begun"},
        )
        self.assertEqual(answer.promise_id.line_ids.mapped("amount"), [500, 500])

    def test_dispute(self):
        answer = self.walk(
            {"sees": "Something is wrong", "click": "button[formaction$='/dispute']"},
            {
                "sees": "Which invoices is it about?",
                "fill": {
                    "#field-note": "A pallet fell over",
                    "#field-amount": "1.000.000",
                    "#field-reason": str(self.reason.id),
                },
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {
                "sees": "This is more than what is open",
                "focus": "[role=alert]#said",
                "fill": {"#field-amount": "400"},
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {"sees": "We look into what is wrong", "focus": "[role=status]#said"},
        )
        self.assertEqual(answer.dispute_ids.amount_open, 400)
        self.assertEqual(answer.note, "A pallet fell over")

    def test_dispute_of_a_line_with_a_photo(self):
        days = ("invoice_date", "invoice_date_due")
        invoice = self.invoice.copy({day: self.invoice[day] for day in days})
        invoice.invoice_line_ids.copy({"move_id": invoice.id, "price_unit": 200})
        invoice.action_post()
        line = invoice.invoice_line_ids[-1]
        [item] = books.receivable_items(invoice)
        answer = self.walk(
            {"sees": "Something is wrong", "click": "button[formaction$='/dispute']"},
            {
                "sees": "Only some lines of it",
                "tick": [f"#item-{item.id}", f"#line-{line.id}"],
                "fill": {"#field-note": "Wet", "#field-reason": str(self.reason.id)},
                "photo": {"#field-files": "IMG_0815.jpg"},
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {"sees": "We look into what is wrong"},
        )
        dispute = answer.dispute_ids
        self.assertEqual((dispute.move_id, dispute.invoice_line_ids), (invoice, line))
        self.assertEqual(dispute.amount, 200)
        [photo] = self.env["ir.attachment"].search(
            [("res_model", "=", dispute._name), ("res_id", "=", dispute.id)]
        )
        self.assertEqual((photo.name, photo.mimetype), ("IMG_0815.jpg", "image/jpeg"))

    def test_preferences(self):
        self.walk(
            {"sees": "Each reminder comes on its own day", "click": "main a[href$='/preferences']"},
            {
                "sees": "How would you like to be reminded?",
                "fill": {"#field-weekly": "1"},
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {"sees": "Your choice is noted", "click": "main a.btn"},
            {"sees": "Once a week, on Tuesday"},
        )
        self.assertEqual(self.partner.with_company(self.company).dunning_weekly_day, "1")

    def test_paid(self):
        answer = self.walk(
            {"sees": "I have already paid", "click": "button[formaction$='/paid']"},
            {
                "sees": "On which day did you pay?",
                "fill": {"#field-date": str(self.today), "#field-reference": "RF18"},
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {"sees": "we look for your payment", "click": "main a.btn"},
            {"sees": "You told us that it is paid"},
        )
        self.assertEqual(answer.said_paid_id.reference, "RF18")

    def test_promise_of_who_is_logged_in(self):
        contact = self.env["res.partner"].create({"name": "An", "parent_id": self.partner.id})
        self._user("tour.an", "base.group_portal").partner_id = contact
        path = f"/my/open-items/{self.company.id}"
        answer = self.walk(
            {"sees": "Your account with", "click": "button[formaction$='/promise']"},
            {
                "sees": "On which day will you pay?",
                "fill": {"#field-date": str(self.today + timedelta(days=7))},
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {"sees": "Your promise is noted", "click": f".breadcrumb a[href='{path}']"},
            {"sees": "Promised"},
            path=path,
            login="tour.an",
        )
        self.assertEqual((answer.promise_id.state, answer.contact_id), ("open", contact))


@tagged("standard", "post_install", "-at_install")
class TestAnswerToursPhone(TestAnswerTours):
    browser_size = "390x844"
    touch_enabled = True


@tagged("standard", "post_install", "-at_install")
class TestAnswerToursSmall(AnswerTourCase):
    """As narrow as WCAG asks for (1.4.10): a phone of long ago, or a page enlarged fourfold."""

    browser_size = "320x640"
    touch_enabled = True

    def test_each_page_fits(self):
        day = self.today - timedelta(days=40)
        books.make_document(self.company, "out_invoice", self.partner, day, day, 12_345.67)
        books.make_document(self.company, "out_refund", self.partner, day, day, 12.34)
        self.env["res.partner.bank"].create(
            {"acc_number": "BE71 0961 2345 6769", "partner_id": self.company.partner_id.id}
        )
        path = self.path()
        first = self.today + timedelta(days=3)
        self.walk(
            {"sees": "40 days late", "go": f"{path}/promise"},
            {"sees": "40 days late", "go": f"{path}/plan?number=2&first={first}"},
            {"sees": "These would be your payments", "go": f"{path}/dispute"},
            {"sees": "Which invoices is it about?", "go": f"{path}/paid"},
            {"sees": "On which day did you pay?", "go": f"{path}/preferences"},
            {"sees": "In which language?", "go": path},
            {"sees": "By bank transfer"},
        )
