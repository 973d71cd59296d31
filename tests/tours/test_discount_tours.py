"""Early-payment discounts as their users click through them."""

from datetime import timedelta

from odoo.tests import tagged

from ..integration import books, discounts
from .test_followup_tours import FollowupTourCase


@tagged("standard", "post_install", "-at_install")
class TestDiscountTours(FollowupTourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        discounts.make_discount_books(cls.company)
        cls.term = discounts.make_term(cls.env, cls.company, "included")

    def _discounted(self, name, days_ago):
        partner = books.make_customer(self.env, name)
        day = self.today - timedelta(days=days_ago)
        return books.make_document(
            self.company, "out_invoice", partner, day, None, 1000, term=self.term
        )

    def test_a_payment_inside_grace(self):
        self.company.discount_grace_days = 3
        invoice = self._discounted("Bakery One", 12)
        self._billing_user()
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}",
            "dunning_discount_grace",
            login="tour_billing",
        )
        invoice.invalidate_recordset()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual((invoice.discount_outcome, invoice.discount_taken), ("taken", 20))

    def test_grant_one_and_claim_another(self):
        granted, claimed = (self._discounted(name, 20) for name in ("Bakery One", "Bakery Two"))
        for invoice in (granted, claimed):
            money = books.make_money(self.company, invoice.partner_id, self.today, 980)
            (books.receivable_items(invoice) | money).reconcile()
            self.assertTrue(invoice.discount_undecided)
        self._billing_user()
        self.start_tour("/odoo/follow-up", "dunning_discount_decide", login="tour_billing")
        self.env.invalidate_all()
        self.assertEqual((granted.discount_decision, granted.amount_residual), ("granted", 0))
        self.assertEqual((claimed.discount_decision, claimed.amount_residual), ("claimed", 20))
        notice = claimed.discount_notice_line_ids.notice_id
        self.assertEqual((notice.kind, notice.state), ("claim", "sent"))
        self.assertEqual(notice.amount_to_pay, 20)
