"""What early-payment discounts cost and bring."""

from datetime import date

from odoo.exceptions import AccessError

from . import books
from .test_discount_state import DiscountCase

PARTS = ("amount_open", "amount_taken", "amount_granted", "amount_late", "amount_missed")


class TestDiscountReport(DiscountCase):
    """What became of a discount is written here as reconciling a payment records it."""

    def became(self, move, outcome=None, taken=0, paid_on="2026-03-06", decision=False):
        move.write(
            {
                "discount_outcome": outcome,
                "discount_taken": taken,
                "discount_paid_on": paid_on,
                "discount_decision": decision,
            }
        )
        return move

    def row(self, move):
        return self.env["account.discount.report"].browse(move.id)

    def parts(self, move):
        row = self.row(move)
        row.invalidate_recordset()
        return {name: row[name] for name in PARTS if row[name]}

    def test_an_open_offer(self):
        row = self.row(self.move)
        self.assertEqual(row.move_id, self.move)
        self.assertEqual(row.partner_id, self.partner)
        self.assertEqual(row.state, "open")
        self.assertEqual(row.amount_total, 4300)
        self.assertEqual(row.amount_offered, 86)
        self.assertEqual(self.parts(self.move), {"amount_open": 86})
        self.assertAlmostEqual(row.yearly_rate, 37.2, 1)

    def test_taken_is_set_against_the_days_gained(self):
        row = self.row(self.became(self.move, "taken", 86))
        self.assertEqual(self.parts(self.move), {"amount_taken": 86})
        self.assertEqual(row.days_gained, 25)
        self.assertEqual(row.amount_cost, 86)
        # 4,214 for 25 days at 8 % a year.
        self.assertEqual(row.amount_worth, 23.09)
        self.assertEqual(row.amount_result, -62.91)

    def test_each_end_has_its_column(self):
        self.became(self.move, "late")
        self.assertEqual(self.parts(self.move), {"amount_late": 86})
        self.became(self.move, "late", decision="claimed")
        self.assertEqual(self.parts(self.move), {"amount_late": 86})
        self.became(self.move, "late", 86, decision="granted")
        self.assertEqual(self.parts(self.move), {"amount_granted": 86})
        self.became(self.move)
        self.day("2026-03-12")
        self.assertEqual(self.parts(self.move), {"amount_missed": 86})

    def test_a_sliding_discount_is_partly_taken_and_partly_missed(self):
        move = self.became(self.offered(term=self.sliding), "taken", 43)
        self.assertEqual(self.parts(move), {"amount_taken": 43, "amount_missed": 43})
        self.assertAlmostEqual(self.row(move).yearly_rate, 24.8, 1)

    def test_the_parts_are_the_offer(self):
        moves = self.move | self.offered(term=self.sliding) | self.offered(amount=333.33)
        self.became(moves[1], "taken", 57.33)
        for day in ("2026-03-02", "2026-03-09", "2026-03-20"):
            self.day(day)
            for move in moves:
                with self.subTest(day=day, move=move.name):
                    parts = sum(self.parts(move).values())
                    self.assertAlmostEqual(parts, self.row(move).amount_offered, 2)

    def test_a_foreign_invoice_counts_at_its_own_rate(self):
        dollar = self.currency("USD", 2)
        move = self.offered(currency=dollar)
        row = self.row(move)
        self.assertEqual(row.currency_id, self.company.currency_id)
        self.assertEqual(row.amount_offered, 43)
        self.assertEqual(row.amount_open, 43)
        self.became(move, "taken", 86)
        row.invalidate_recordset()
        self.assertEqual(row.amount_taken, 43)

    def test_it_is_grouped_by_customer_month_term_and_state(self):
        self.became(self.offered("2026-02-10"), "taken", 86, "2026-02-15")
        groups = self.env["account.discount.report"]._read_group(
            [],
            ["partner_id", "invoice_date:month", "payment_term_id", "state", "user_id"],
            ["amount_offered:sum", "amount_taken:sum", "days_gained:avg"],
        )
        found = {
            (month, state): (offered, taken, days)
            for _partner, month, _term, state, _user, offered, taken, days in groups
        }
        self.assertEqual(found[date(2026, 2, 1), "taken"], (86, 86, 25))
        self.assertEqual(found[date(2026, 3, 1), "open"], (86, 0, False))

    def test_drafts_and_plain_invoices_are_not_in_it(self):
        self.invoice(self.partner, "2026-03-01", "2026-03-31", 100)
        self.move.copy()
        rows = self.env["account.discount.report"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(rows.move_id, self.move)

    def test_only_the_own_companies_are_seen(self):
        there = books.make_company(self.env, "Elsewhere Ltd")
        far = self.offered(company=there)
        clerk = self.billing_user()
        rows = self.env["account.discount.report"].with_user(clerk).search([])
        self.assertIn(self.move, rows.move_id)
        self.assertNotIn(far, rows.move_id)

    def test_who_may_not_read_invoices_may_not_read_it(self):
        viewer = self.user("viewer", "account_dunning_plus.group_dunning_viewer")
        with self.assertRaises(AccessError):
            self.env["account.discount.report"].with_user(viewer).search([])


class TestDiscountsOfACustomer(DiscountCase):
    def test_wrongly_taken_discounts_are_counted(self):
        self.assertEqual(self.partner.discount_late_count, 0)
        for outcome in ("taken", "late", "excess", "parts"):
            self.offered().discount_outcome = outcome
        self.env.flush_all()
        self.partner.invalidate_recordset(["discount_late_count"])
        contact = self.env["res.partner"].create({"name": "Jan", "parent_id": self.partner.id})
        self.assertEqual(self.partner.discount_late_count, 3)
        self.assertEqual(contact.discount_late_count, 3)
        viewer = self.user("viewer", "account_dunning_plus.group_dunning_viewer")
        self.assertEqual(self.partner.with_user(viewer).discount_late_count, 3)

    def test_they_open_as_a_list(self):
        late = self.offered()
        late.discount_outcome = "late"
        action = self.partner.action_discount_late()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), late)

    def test_the_follow_up_screen_counts_them(self):
        self.offered().discount_outcome = "late"
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(row.figures["discounts_late"], 1)
