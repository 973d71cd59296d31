"""The add-on as its users click through it."""

from datetime import timedelta

from odoo.tests import tagged

from ..integration import books
from .common import TourCase


@tagged("standard", "post_install", "-at_install")
class TestTours(TourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reminded = books.make_customer(cls.env, "Bakery Reminded")

    def _overdue(self, partner, days=5):
        day = self.today - timedelta(days=days)
        return books.make_document(
            self.company, "out_invoice", partner, day - timedelta(days=30), day, 1000
        )

    def test_billing_user_sends_reminders_and_leaves_one_out(self):
        self._overdue(self.reminded)
        left_out = books.make_customer(self.env, "Bakery Left Out")
        self._overdue(left_out)
        self._user("tour_billing", "account.group_account_invoice")
        self.start_tour("/odoo", "dunning_send_reminders", login="tour_billing")
        notices = self.env["account.dunning.notice"].search([("company_id", "=", self.company.id)])
        self.assertEqual(notices.partner_id, self.reminded)
        self.assertEqual(notices.state, "sent")

    def test_manager_approves(self):
        self.policy.level_ids.requires_approval = True
        self._overdue(self.reminded)
        run = self.env["account.dunning.run"].create({"company_id": self.company.id})
        run.action_prepare()
        run.action_send()
        self.assertEqual(run.notice_ids.state, "draft")
        self._user(
            "tour_chief",
            "account.group_account_invoice,account_dunning_plus.group_dunning_manager",
        )
        self.start_tour("/odoo", "dunning_approve", login="tour_chief")
        run.notice_ids.invalidate_recordset()
        self.assertEqual(run.notice_ids.state, "sent")
        self.assertEqual(run.notice_ids.approved_user_id.login, "tour_chief")

    def test_invoice_says_why(self):
        invoice = self._overdue(self.reminded)
        self._user("tour_billing", "account.group_account_invoice")
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}",
            "dunning_invoice_reason",
            login="tour_billing",
        )
        self.assertTrue(invoice.no_followup)

    def test_user_without_rights_sees_no_trace(self):
        self._overdue(self.reminded)
        self._user("tour_sales", "base.group_user,base.group_partner_manager")
        self.start_tour(
            f"/odoo/res.partner/{self.reminded.id}", "dunning_no_rights", login="tour_sales"
        )
