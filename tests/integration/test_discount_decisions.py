"""A discount that was wrongly taken waits for a person, who grants or claims it."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError

from . import books
from .discounts import DiscountCase, booked, make_bill, make_discount_books, make_tax, make_term


class DecisionCase(DiscountCase):
    def setUp(self):
        super().setUp()
        self.told = self.env["account.move"]

        def tell(moves):
            self.told |= moves

        self.startPatcher(
            patch.object(type(self.env["account.move"]), "_discount_tell_claim", tell, create=True)
        )

    def late(self, amount=1000, date="2026-03-02", paid="2026-03-20", **vals):
        """An invoice of which the discount was taken too late."""
        move = self.bill(date, amount, **vals)
        self.pay(move, paid, move.amount_total - round(move.amount_total * 0.02, 2))
        return move

    def row(self, partner=None):
        self.env.invalidate_all()
        return self.env["account.dunning.followup"].search(
            [
                ("partner_id", "=", (partner or self.partner).id),
                ("company_id", "=", self.company.id),
            ]
        )


class TestGrant(DecisionCase):
    def test_by_a_billing_user(self):
        move = self.late()
        user = self.billing_user()
        move.with_user(user).action_discount_grant()
        self.assertDiscount(move, "late", 24.20, "granted", rest=0)
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(self.entry_of(move).create_uid, user)
        self.assertIn("24.20", move.message_ids[0].body)

    def test_not_by_others(self):
        move = self.late()
        for user in (self.dunning_user(), self.user("nobody", "base.group_user")):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                move.with_user(user).action_discount_grant()
        self.assertDiscount(move, "late", undecided=True, rest=24.20)

    def test_several_at_once(self):
        moves = self.late() | self.late(500) | self.late(70, partner=self.customer("Garage"))
        moves.action_discount_grant()
        for move, amount in zip(moves, (24.20, 12.10, 1.69), strict=True):
            self.assertDiscount(move, "late", amount, "granted", rest=0)

    def test_nothing_is_half_done(self):
        moves = self.late() | self.bill("2026-03-02", 100)
        with self.assertRaisesRegex(UserError, "no discount to decide on"):
            moves.action_discount_grant()
        self.assertDiscount(moves[0], "late", undecided=True, rest=24.20)
        self.assertFalse(self.entry_of(moves[0]))

    def test_more_than_the_discount_is_scaled(self):
        reduced = make_tax(self.company, 6)
        move = self.bill("2026-03-02", 1000, (1000, reduced))
        self.pay(move, "2026-03-10", 2270 - 68.10)
        self.assertDiscount(move, "excess", undecided=True, rest=68.10)
        move.action_discount_grant()
        entry = self.entry_of(move)
        # Three per cent of each base and of each tax.
        self.assertEqual(
            sorted(amount for amount, _balance in booked(entry).values()),
            [1.80, 6.30, 30.00, 30.00],
        )
        self.assertDiscount(move, "excess", 68.10, "granted", rest=0)

    def test_undone_and_redone(self):
        move = self.late()
        move.action_discount_grant()
        [entry] = self.entry_of(move)
        books.receivable_items(entry).remove_move_reconcile()
        self.assertDiscount(move, "late", undecided=True, rest=24.20)
        self.assertEqual(len(entry.reversal_move_ids), 1, "what was booked is reversed, once")
        self.assertEqual(booked(entry | entry.reversal_move_ids), {})
        move.action_discount_grant()
        self.assertDiscount(move, "late", 24.20, "granted", rest=0)

    def test_undone_by_reversing_its_entry(self):
        move = self.late()
        move.action_discount_grant()
        self.entry_of(move)._reverse_moves(cancel=True)
        self.assertDiscount(move, "late", undecided=True, rest=24.20)

    def test_undone_with_its_payment(self):
        move = self.late()
        item = books.receivable_items(move)
        payment = item.matched_credit_ids.credit_move_id
        move.action_discount_grant()
        item.matched_credit_ids.filtered(lambda part: part.credit_move_id == payment).unlink()
        self.assertDiscount(move, False, rest=1210)

    def test_after_a_claim(self):
        move = self.late()
        move.action_discount_claim()
        move.action_discount_grant()
        self.assertDiscount(move, "late", 24.20, "granted", rest=0)

    def test_another_company(self):
        other = books.make_company(self.env, "Second Ltd", dunning_working_days_only=False)
        env = self.env(context=dict(self.env.context, allowed_company_ids=[other.id]))
        other = other.with_env(env)
        make_discount_books(other)
        tax = make_tax(other, 21)
        move = make_bill(
            other, self.partner, "2026-03-02", (1000,), make_term(env, other, "included"), tax
        )
        money = books.make_money(other, self.partner, "2026-03-20", 1185.80)
        (books.receivable_items(move) | money).reconcile()
        self.assertTrue(move.discount_undecided)
        user = self.billing_user()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            move.with_user(user).with_context(
                allowed_company_ids=self.company.ids
            ).action_discount_grant()
        self.assertFalse(self.row().needs_discount, "it is the other company's")
        # Whatever company is selected, it is booked where the invoice is.
        move.with_context(allowed_company_ids=[self.company.id, other.id]).action_discount_grant()
        entry = env["account.move"].search([("discount_origin_id", "=", move.id)])
        self.assertEqual(entry.company_id, other)
        self.assertEqual(entry.line_ids.account_id.company_ids, other)
        self.assertEqual(move.amount_residual, 0)


class TestClaim(DecisionCase):
    def test_claimed_and_paid(self):
        move = self.late()
        move.with_user(self.billing_user()).action_discount_claim()
        self.assertDiscount(move, "late", decision="claimed", rest=24.20)
        self.assertEqual(self.told, move)
        self.assertIn("24.20", move.message_ids[0].body)
        self.pay(move, "2026-04-02")
        # It stays known that the customer had taken it.
        self.assertDiscount(move, "late", decision="claimed", rest=0)

    def test_paid_without_a_claim(self):
        move = self.late()
        self.pay(move, "2026-03-22")
        self.assertDiscount(move, False, rest=0)

    def test_taken_back(self):
        move = self.late()
        move.action_discount_claim()
        move.action_discount_reopen()
        self.assertDiscount(move, "late", undecided=True, rest=24.20)
        with self.assertRaises(UserError):
            move.action_discount_reopen()

    def test_forgotten_with_its_payment(self):
        move = self.late()
        move.action_discount_claim()
        item = books.receivable_items(move)
        payment = item.matched_credit_ids.credit_move_id
        item.remove_move_reconcile()
        self.assertDiscount(move, False, rest=1210)
        (item | payment).reconcile()
        self.assertDiscount(move, "late", undecided=True, rest=24.20)


class TestDunning(DecisionCase):
    def test_reminders_wait_for_the_decision(self):
        move = self.late()
        self.assertFalse(self.night("2026-04-20"), "nobody is dunned for what is undecided")
        self.assertEqual(self.reason(move), "discount")
        self.assertIn("24.20", move.dunning_reason)
        move.action_discount_claim()
        self.assertNotEqual(self.reason(move), "discount")
        [notice] = self.night("2026-04-21")
        self.assertEqual(notice.amount_due, 24.20)

    def test_other_invoices_go_on(self):
        self.late()
        other = self.invoice(self.partner, "2026-02-01", "2026-03-03", 300)
        [notice] = self.night("2026-04-20")
        self.assertEqual((notice.line_ids.move_id, notice.amount_due), (other, 300))


class TestWorklist(DecisionCase):
    def test_row(self):
        move = self.late()
        row = self.row()
        self.assertEqual((row.needs_discount, row.attention), (True, "discount"))
        self.assertEqual(row.situation, "attention")
        self.assertIn(move.name, row.reason)
        self.assertIn("24.20", row.reason)
        self.assertIn("Grant", row.next_step)
        self.assertEqual(self.env["account.dunning.followup"].waiting_count(), 1)
        self.late(500)
        self.assertIn("1 more", self.row().reason)

    def test_granted_from_the_row(self):
        moves = self.late() | self.late(500)
        self.row().with_user(self.billing_user()).action_discount_grant()
        for move in moves:
            self.assertEqual((move.discount_decision, move.amount_residual), ("granted", 0))
        self.assertFalse(self.row().needs_discount)
        with self.assertRaisesRegex(UserError, "look at the list anew"):
            self.row().action_discount_grant()

    def test_claimed_from_the_row_for_one_invoice(self):
        one, other = self.late(), self.late(500)
        self.row().action_discount_claim(one.ids)
        self.assertEqual(one.discount_decision, "claimed")
        self.assertTrue(other.discount_undecided)
        self.assertTrue(self.row().needs_discount)

    def test_not_from_the_row_by_a_dunning_user(self):
        self.late()
        row = self.row()
        user = self.dunning_user()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            row.with_user(user).action_discount_grant()
        self.assertIn("24.20", row.with_user(user).reason)

    def test_on_hold_it_waits(self):
        self.late()
        self.partner.dunning_hold_until = "2026-04-01"
        self.assertFalse(self.row().needs_discount)
