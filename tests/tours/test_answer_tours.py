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
document.addEventListener("DOMContentLoaded", () => setTimeout(() => {
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
        if (step.click) {
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

    def walk(self, *steps):
        """Open the customer's page by its link and do the steps, a page each."""
        path = self.partner.with_company(self.company)._dunning_page_url().partition("/dunning/")[2]

        def navigate(browser, url, wait_stop=False):
            if "/dunning/" in url:
                browser._websocket_request(
                    "Page.addScriptToEvaluateOnNewDocument",
                    params={"source": _DRIVER % json.dumps(steps)},
                )
            return _navigate(browser, url, wait_stop)

        with patch.object(ChromeBrowser, "navigate_to", navigate):
            self.browser_js(f"/dunning/{path}", "", timeout=60)
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
            {"sees": "500.00", "click": "form[method=post] button[type=submit]"},
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
                "fill": {"#field-amount": "400"},
                "click": ".o_dunning_answer form button[type=submit]",
            },
            {"sees": "We look into what is wrong"},
        )
        self.assertEqual(answer.dispute_ids.amount_open, 400)
        self.assertEqual(answer.note, "A pallet fell over")

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


@tagged("standard", "post_install", "-at_install")
class TestAnswerToursPhone(TestAnswerTours):
    browser_size = "390x844"
    touch_enabled = True
