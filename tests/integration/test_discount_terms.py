"""Payment terms with a discount: which customer has them, and what they cost a year."""

from odoo import Command
from odoo.tests import Form

from . import books
from .test_discount_state import DiscountCase, make_term


class TestTermsByTag(DiscountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["res.partner.category"].create(
            {"name": "Brewery", "discount_payment_term_id": cls.term.id}
        )
        cls.other = cls.env["res.partner.category"].create({"name": "Anything"})
        cls.brewery = cls.customer("Brewery Hop", category_id=[Command.set(cls.tag.ids)])

    def new_invoice(self, partner, **vals):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": books.journal(self.company, "sale").id,
                "partner_id": partner.id,
                **vals,
            }
        )

    def test_a_tag_brings_its_terms(self):
        move = self.new_invoice(self.brewery)
        self.assertEqual(move.invoice_payment_term_id, self.term)

    def test_terms_of_the_customer_go_first(self):
        own = make_term(self.env, "Own", early_discount=False)
        self.brewery.property_payment_term_id = own
        self.assertEqual(self.new_invoice(self.brewery).invoice_payment_term_id, own)
        self.assertFalse(self.brewery.discount_default_term)

    def test_who_has_no_such_tag_has_no_terms(self):
        self.partner.category_id = self.other
        self.assertFalse(self.new_invoice(self.partner).invoice_payment_term_id)
        self.assertFalse(self.partner.discount_default_term)

    def test_a_contact_has_the_terms_of_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Billing", "type": "invoice", "parent_id": self.brewery.id}
        )
        self.assertEqual(self.new_invoice(contact).invoice_payment_term_id, self.term)

    def test_a_tag_within_a_tag_brings_the_outer_ones_terms(self):
        inner = self.env["res.partner.category"].create({"name": "Abbey", "parent_id": self.tag.id})
        self.partner.category_id = inner
        self.assertEqual(self.new_invoice(self.partner).invoice_payment_term_id, self.term)

    def test_archived_terms_are_passed_over(self):
        self.term.active = False
        self.assertFalse(self.new_invoice(self.brewery).invoice_payment_term_id)

    def test_another_company_has_its_own(self):
        there = books.make_company(self.env, "Elsewhere Ltd")
        move = (
            self.env["account.move"]
            .with_company(there)
            .create(
                {
                    "move_type": "out_invoice",
                    "journal_id": books.journal(there, "sale").id,
                    "partner_id": self.brewery.id,
                }
            )
        )
        self.assertFalse(move.invoice_payment_term_id)

    def test_a_vendor_bill_is_left_alone(self):
        bill = self.env["account.move"].new(
            {
                "move_type": "in_invoice",
                "journal_id": books.journal(self.company, "sale").id,
                "partner_id": self.brewery.id,
            }
        )
        self.assertFalse(bill.invoice_payment_term_id)

    def test_a_sale_without_terms_does_not_defeat_the_tag(self):
        """A sale order hands on what it has, also when that is nothing."""
        values = {"invoice_origin": "S00042", "invoice_payment_term_id": False}
        self.assertEqual(
            self.new_invoice(self.brewery, **values).invoice_payment_term_id, self.term
        )
        self.assertFalse(self.new_invoice(self.partner, **values).invoice_payment_term_id)

    def test_a_person_may_leave_the_terms_empty(self):
        move = self.new_invoice(self.brewery, invoice_payment_term_id=False)
        self.assertFalse(move.invoice_payment_term_id)

    def test_who_only_makes_invoices_need_not_read_tags(self):
        clerk = self.user("clerk", "account.group_account_invoice")
        move = self.new_invoice(self.brewery).with_user(clerk)
        with Form(move) as form:
            self.assertEqual(form.invoice_payment_term_id, self.term)

    def test_the_contact_says_what_a_tag_brings(self):
        words = self.brewery.discount_default_term
        self.assertIn(self.term.name, words)
        self.assertIn("Brewery", words)


class TestYearlyRate(DiscountCase):
    def test_the_formula_is_told(self):
        self.assertAlmostEqual(self.term.discount_yearly_rate, 37.2, 1)
        for part in ("2 / 98", "365", "30", "10", "37.2"):
            self.assertIn(part, self.term.discount_rate_words)

    def test_a_sliding_discount_is_had_on_the_invoice_day(self):
        self.assertAlmostEqual(self.sliding.discount_yearly_rate, 24.8, 1)

    def test_what_is_dearer_than_money_is_pointed_out(self):
        self.assertIn("8.0", self.term.discount_warning)
        self.company.discount_cost_of_money = 40
        self.term.invalidate_recordset()
        self.assertFalse(self.term.discount_warning)

    def test_it_follows_what_is_typed(self):
        with Form(self.term) as form:
            form.discount_percentage = 0.3
            self.assertIn("5.5", form.discount_rate_words)
            self.assertFalse(form.discount_warning)
            form.discount_days = 30
            self.assertTrue(form.discount_warning)
            self.assertFalse(form.discount_rate_words)
            form.discount_days = 10

    def test_instalments_have_none(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.clear(),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 30}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        self.assertTrue(term.discount_warning)
        self.assertEqual(term.discount_yearly_rate, 0)

    def test_the_preview_shows_how_a_sliding_discount_falls(self):
        preview = str(self.sliding.example_preview_discount)
        for part in ("980.00", "0.67", "1,000.00"):
            self.assertIn(part, preview)

    def test_the_grace_is_not_read_by_those_who_do_not_need_it(self):
        """Terms are read by sales; what is not told to customers is not on their screen."""
        clerk = self.user("sales", "base.group_user")
        fields = self.env["account.payment.term"].with_user(clerk).fields_get()
        self.assertIn("discount_sliding", fields)
        self.assertNotIn("discount_grace_days", fields)
