"""Promises and disputes as their users take them down."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..integration import books
from .test_followup_tours import FollowupTourCase


@tagged("standard", "post_install", "-at_install")
class TestPromiseTours(FollowupTourCase):
    def test_promise_by_phone(self):
        row = self._overdue("Bakery One")
        user = self._billing_user()
        self._call_due(row, user)
        self.start_tour("/odoo/follow-up", "dunning_promise_phone", login="tour_billing")
        promise = self._promises(row)
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise.amount, 1000)
        self.assertEqual(promise.date, self.today + timedelta(days=7))
        self.assertEqual(promise.user_id, user)
        self.assertEqual(promise.channel, "phone")
        row.invalidate_recordset()
        self.assertEqual(row.promise_amount, 1000)

    def test_plan_of_six_months(self):
        row = self._overdue("Bakery One")
        self._billing_user()
        self.start_tour("/odoo/follow-up", "dunning_promise_plan", login="tour_billing")
        plan = self._promises(row)
        self.assertEqual(plan.state, "draft")
        self.assertEqual(plan.line_ids.mapped("amount"), [166.66] * 5 + [166.70])
        self.assertEqual(plan.line_ids[0].date, self.today + timedelta(days=14))

    def test_dispute_of_two_of_ten_lines(self):
        partner = books.make_customer(self.env, "Bakery One")
        day = self.today - timedelta(days=5)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": books.journal(self.company, "sale").id,
                "partner_id": partner.id,
                "invoice_date": day - timedelta(days=30),
                "invoice_date_due": day,
                "invoice_line_ids": [
                    Command.create(
                        {"name": f"Box {number}", "price_unit": 10 * number, "tax_ids": False}
                    )
                    for number in range(1, 11)
                ],
            }
        )
        move.action_post()
        reason = self.env["account.dunning.dispute.reason"].create({"name": "Tour damaged"})
        self._billing_user()
        self.start_tour("/odoo/follow-up", "dunning_dispute_lines", login="tour_billing")
        dispute = move.dunning_dispute_ids
        self.assertEqual(dispute.state, "open")
        self.assertEqual(dispute.reason_id, reason)
        self.assertEqual(dispute.amount_open, 100)
        self.assertEqual(dispute.invoice_line_ids.mapped("name"), ["Box 3", "Box 7"])
        self.assertEqual(self._row(partner).amount_disputed, 100)

    def _promises(self, row):
        return self.env["account.payment.promise"].search([("partner_id", "=", row.partner_id.id)])
