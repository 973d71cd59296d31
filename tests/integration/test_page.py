"""The customer's page: what is on it, who may open it, and for how long."""

import re
import string
from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..unit.test_page_colours import contrast
from . import books, discounts
from .common import DunningCase
from .letters import LetterCase


class PageCase(LetterCase):
    """A customer and what it sees, asked of the model."""

    def page(self, partner, chosen_ids=None, notice=None):
        self.env.invalidate_all()
        customers = self.env["account.dunning.customer"].sudo()
        customer = customers._of(partner.with_company(self.company), self.company)
        notice = notice or self.env["account.dunning.notice"]
        return self.env["account.dunning.page"].sudo()._page(customer, notice, chosen_ids)

    def item_of(self, invoice):
        return books.receivable_items(invoice)

    def total(self, page):
        [total] = page["totals"]
        return total["total"]


class TestPage(PageCase):
    def test_it_proposes_what_the_notice_asks(self):
        self.first.write({"send_email": True, "print_letter": False})
        partner = self.reader()
        late = self.overdue(partner, 1000)
        self.invoice(partner, "2026-02-10", "2026-03-30", 500)
        self.credit(partner, "2026-02-20", 150)
        notice = self.night("2026-03-05")
        page = self.page(partner, notice=notice)
        self.assertEqual([item.name for item in page["chosen"]], [late.name])
        self.assertEqual(self.total(page), notice.amount_due)
        self.assertEqual(self.total(page), 850)
        [payment] = page["payments"]
        self.assertEqual(payment["reference"], late.payment_reference)
        self.assertEqual(payment["bank"].sanitized_acc_number, "BE71096123456769")

    def test_what_is_ticked_is_summed_and_nothing_else(self):
        partner, other = self.reader(), self.reader("Somebody Else")
        one, two = self.overdue(partner, 1000), self.overdue(partner, 70)
        foreign = self.overdue(other, 5000)
        ids = {self.item_of(two).id, self.item_of(foreign).id, 0, 999_999_999}
        page = self.page(partner, ids)
        self.assertEqual([item.move for item in page["chosen"]], [two])
        self.assertEqual(self.total(page), 70)
        page = self.page(partner, set())
        self.assertEqual((page["chosen"], page["totals"], page["payments"]), ([], [], []))
        self.assertEqual([item.move for item in page["items"]], [one, two])

    def test_a_discount_is_taken_off_and_credits_do_not_touch_it(self):
        discounts.make_discount_books(self.company)
        tax = discounts.make_tax(self.company, 21)
        term = discounts.make_term(self.env, self.company, "included", 2, 10, 30)
        partner = self.reader()
        bill = discounts.make_bill(self.company, partner, "2026-02-28", (1000,), term, tax, None)
        self.credit(partner, "2026-02-20", 100)
        page = self.page(partner)
        [item] = page["items"]
        self.assertAlmostEqual(item.discount, bill.amount_total * 0.02, 2)
        self.assertAlmostEqual(self.total(page), bill.amount_total * 0.98, 2)
        self.assertEqual(page["totals"][0]["credits"], 0)
        self.overdue(partner, 60)
        page = self.page(partner, {own.id for own in self.page(partner)["items"]})
        self.assertAlmostEqual(self.total(page), bill.amount_total * 0.98, 2)
        self.day("2026-03-20")
        [item] = [own for own in self.page(partner)["items"] if own.move == bill]
        self.assertEqual((item.discount, item.discount_words), (0, ""))

    def test_promised_disputed_and_paid_are_said(self):
        partner = self.reader()
        promised, disputed = self.overdue(partner, 1000), self.overdue(partner, 400)
        self.env["account.payment.promise"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "move_line_ids": [(6, 0, self.item_of(promised).ids)],
                "amount": 1000,
                "date": "2026-03-09",
            }
        )
        self.env["account.dunning.dispute"].create(
            {
                "move_id": disputed.id,
                "amount": 100,
                "reason_id": self.env["account.dunning.dispute.reason"].search([], limit=1).id,
            }
        )
        self.day("2026-03-04")
        page = self.page(partner)
        states = {item.move: (item.state, item.chosen, item.to_pay) for item in page["items"]}
        self.assertEqual(states[promised], ("promised", False, 1000))
        self.assertEqual(states[disputed], ("disputed", True, 300))
        self.assertTrue(all(item.words for item in page["items"]))

    def test_nothing_open_is_an_empty_page(self):
        partner = self.reader()
        self.pay(self.overdue(partner), "2026-03-02")
        page = self.page(partner)
        self.assertFalse(page["items"] or page["totals"] or page["payments"])

    def test_currencies_are_paid_apart(self):
        usd = self.currency("USD", 1.1)
        partner = self.reader()
        self.overdue(partner, 100)
        self.invoice(partner, "2026-02-01", "2026-02-20", 220, usd)
        self.day("2026-03-04")
        page = self.page(partner)
        self.assertEqual(
            {total["currency"].name: total["total"] for total in page["totals"]},
            {"EUR": 100, "USD": 220},
        )

    def test_the_colour_can_be_read(self):
        pages = self.env["account.dunning.page"]
        for colour in ("#ffe600", "#ffffff", "#000000", "no colour", False):
            self.company.primary_color = colour
            brand = pages._brand(self.company)
            self.assertRegex(brand, "^#[0-9a-f]{6}$")
            for background in ("#ffffff", "#f5f5f7"):
                self.assertGreaterEqual(contrast(brand, background), 4.5, "as WCAG asks")


class TestPageLink(DunningCase):
    """How long a link opens the page, and what ends it."""

    def setUp(self):
        super().setUp()
        self.partner = self.customer()
        self.invoice_open = self.overdue(self.partner)
        self.customers = self.env["account.dunning.customer"]

    def token(self, notice=None):
        url = notice._dunning_page_url() if notice else self.url()
        return url.rpartition("/")[2]

    def url(self):
        return self.partner.with_company(self.company)._dunning_page_url()

    def opens(self, token):
        """(whose page a link opens or None, whether it says that it has ended)"""
        customer, _notice, ended = self.customers._open_link(token)
        self.assertIn(ended, (self.company, self.company.browse()))
        return customer.partner_id, bool(ended)

    def test_it_opens_the_customer_of_the_company(self):
        customer, notice, ended = self.customers._open_link(self.token())
        self.assertEqual((customer.partner_id, customer.company_id), (self.partner, self.company))
        self.assertFalse(notice or ended)

    def test_it_is_spelt_in_one_way_only(self):
        """The last sign of base64 has bits that no decoder looks at."""
        signs = string.ascii_letters + string.digits + "-_"
        for notice_id in (0, 10, 100):
            token = self.customers._page_token(self.company, self.partner.id, notice_id)
            spelt = [sign for sign in signs if self.customers._open_link(token[:-1] + sign)[0]]
            self.assertEqual(spelt, [token[-1]])

    def test_it_knows_its_notice(self):
        notice = self.night("2026-03-05")
        self.assertEqual(self.customers._open_link(self.token(notice))[1], notice)
        [url] = set(re.findall(r'href="([^"]*/dunning/[^"/]*)"', self.text(notice)))
        self.assertEqual(self.customers._open_link(url.rpartition("/")[2])[1], notice)

    def test_a_night_writes_no_links(self):
        notice = self.night("2026-03-05")
        self.assertFalse(self.customers.search([("link_version", ">", 0)]))
        self.assertEqual(notice.link_version, 0)

    def test_it_ends_with_its_last_day(self):
        self.company.dunning_link_days = 10
        token = self.token()
        self.day("2026-03-12", "20:00")
        self.assertEqual(self.opens(token), (self.partner, False))
        self.day("2026-03-13")
        self.assertEqual(self.opens(token), (self.partner.browse(), True))

    def test_revoked_it_opens_nothing_and_the_next_one_does(self):
        notice = self.night("2026-03-05")
        old = [self.token(), self.token(notice)]
        invoice_link = notice._invoice_link(self.invoice_open.id).rpartition("/")[2]
        move, ended = self.customers._open_invoice_link(invoice_link)
        self.assertEqual((move, ended), (self.invoice_open, self.company.browse()))
        self.invoice_open._portal_ensure_token()
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.partner.id)])
        row.with_user(self.dunning_user()).action_revoke_links()
        self.assertFalse(self.invoice_open.access_token)
        self.env.invalidate_all()
        for token in old:
            self.assertEqual(self.opens(token), (self.partner.browse(), True))
        self.assertEqual(
            self.customers._open_invoice_link(invoice_link),
            (self.env["account.move"], self.company),
        )
        for token in (self.token(), self.token(notice)):
            self.assertEqual(self.opens(token), (self.partner, False))

    def test_sales_staff_may_neither_open_nor_revoke(self):
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.partner.id)])
        viewer = self.user("sales", "account_dunning_plus.group_dunning_viewer")
        for action in ("action_revoke_links", "action_open_page"):
            with self.assertRaises(AccessError):
                getattr(row.with_user(viewer), action)()
        self.assertNotIn("page_url", row.with_user(viewer).fields_get())

    def test_it_follows_two_cards_that_were_merged(self):
        notice = self.night("2026-03-05")
        token = self.token(notice)
        double = self.customer("Bakery Peeters (double)")
        self.env["base.partner.merge.automatic.wizard"]._merge((self.partner | double).ids, double)
        self.env.invalidate_all()
        self.assertEqual(self.opens(token), (double, False))

    def test_who_became_part_of_another_customer_does_not_see_its_account(self):
        token = self.token()
        self.partner.write({"parent_id": self.customer("Group").id, "is_company": False})
        self.assertEqual(self.opens(token), (self.partner.browse(), True))

    def test_the_days_are_limited(self):
        for days in (0, -5, 5000):
            with self.assertRaises(ValidationError):
                self.company.dunning_link_days = days


@tagged("standard", "post_install", "-at_install")
class TestPageVisits(DunningCase):
    def test_requests_are_counted_for_each_visitor(self):
        visits = self.env["account.dunning.page.visit"]
        # Counted by a connection of its own, which would outlive the test.
        self.enterContext(self.enter_registry_test_mode())
        visits.search([]).unlink()
        allowed = [visits._is_allowed(("a", "1.2.3.4"), 3, 60) for _ in range(5)]
        self.assertEqual(allowed, [True, True, True, False, False])
        self.assertTrue(visits._is_allowed(("a", "5.6.7.8"), 3, 60))
        self.clock.tick(timedelta(seconds=61))
        self.assertTrue(visits._is_allowed(("a", "1.2.3.4"), 3, 60))
        self.assertEqual(visits.search_count([]), 5)
        self.assertFalse(visits.search([]).filtered(lambda visit: "1.2" in visit.key))
        self.clock.tick(timedelta(hours=2))
        visits._gc_visits()
        self.assertFalse(visits.search([]))
