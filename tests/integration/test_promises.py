"""What a customer promises is not chased; the bank tells whether it was kept."""

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from . import books
from .common import DunningCase as Base


class PromiseCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.customer()
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ann", "parent_id": cls.partner.id, "email": "ann@example.com"}
        )

    @classmethod
    def promise(cls, items, date=None, amount=None, user=None, **vals):
        """A promise for invoices, or for the whole account of a customer."""
        promises = cls.env["account.payment.promise"]
        if user:
            promises = promises.with_user(user)
        if items._name == "account.move":
            partner = items.commercial_partner_id
            lines = items.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            vals.setdefault("move_line_ids", [Command.set(lines.ids)])
            amount = amount or sum(items.mapped("amount_residual"))
        else:
            partner = items
        return promises.create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "amount": amount,
                "date": date,
                **vals,
            }
        )

    @classmethod
    def plan(cls, invoice, dates, amounts, **vals):
        """A promise of several instalments."""
        rows = [
            Command.create({"date": day, "amount": amount})
            for day, amount in zip(dates, amounts, strict=True)
        ]
        return cls.promise(invoice, amount=sum(amounts), plan_by="free", line_ids=rows, **vals)

    def disputed(self, invoice, amount):
        """Something of an invoice that its customer does not agree with."""
        return self.env["account.dunning.dispute"].create(
            {
                "move_id": invoice.id,
                "amount": amount,
                "reason_id": self.env["account.dunning.dispute.reason"].search([], limit=1).id,
            }
        )

    def row(self, partner=None):
        """The customer's row of the worklist."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["account.dunning.followup"].search(
            [
                ("partner_id", "=", (partner or self.partner).id),
                ("company_id", "=", self.company.id),
            ]
        )

    def activities(self, partner=None):
        """What somebody must do because a promise was broken."""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "account.dunning.followup"),
                ("res_id", "=", self.row(partner).id),
                ("summary", "like", "Promise broken"),
            ]
        )

    def undo(self, invoice):
        """The payments of an invoice are taken off it again."""
        invoice.line_ids.remove_move_reconcile()

    def bounce(self, invoice):
        """The bank takes the money of an invoice back."""
        money = books.receivable_items(invoice).matched_credit_ids.credit_move_id
        self.undo(invoice)
        back = money.move_id._reverse_moves([{"date": fields.Date.today()}])
        if back.state != "posted":
            back.action_post()
        if not money.reconciled:
            (money | books.receivable_items(back)).reconcile()

    def refused(self, sentence, call, error=UserError):
        with self.assertRaisesRegex(error, sentence), self.env.cr.savepoint():
            call()

    def forbidden(self, call):
        """A call that is refused, for want of rights or with a sentence."""
        try:
            with self.env.cr.savepoint():
                call()
                self.env.flush_all()
        except UserError as error:  # of which AccessError is one
            self.assertTrue(str(error))
            return
        self.fail("It was not refused.")

    def states(self, promise):
        return promise.line_ids.sorted("date").mapped("state")


class TestWhileItRuns(PromiseCase):
    def test_the_whole_account_is_not_that_of_a_company_below(self):
        partner = self.customer()
        daughter = self.customer("Bakery Peeters Export", parent_id=partner.id, is_company=True)
        self.overdue(daughter, 300, due="2026-02-10")
        own = self.overdue(partner, 100)
        promise = self.promise(partner, "2026-03-10", 100)
        self.assertEqual(promise.item_ids.move_line_id.move_id, own)

    def test_what_is_in_dispute_is_covered_last(self):
        one, two = self.overdue(self.partner, 1000), self.overdue(self.partner, 500)
        self.disputed(one, 300)
        promise = self.promise(one | two, "2026-03-20", amount=1200)
        covered = {item.move_line_id.move_id: item.amount for item in promise.item_ids}
        self.assertEqual(covered, {one: 700, two: 500})
        self.assertFalse(self.night("2026-03-05"), "all is promised or in dispute")
        promise.action_cancel()
        promise = self.promise(one | two, "2026-03-20", amount=1350)
        covered = {item.move_line_id.move_id: item.amount for item in promise.item_ids}
        self.assertEqual(covered, {one: 850, two: 500}, "who promises more covers more")

    def test_a_promise_by_phone_pauses_its_invoice_and_no_other(self):
        promised = self.overdue(self.partner, 1000)
        other = self.overdue(self.partner, 500)
        promise = self.promise(promised, "2026-03-20", contact_id=self.contact.id)
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise.channel, "phone")
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.move_id, other)
        self.assertEqual(notice.amount_due, 500)
        self.assertNotIn(promised.name, self.text(notice))
        self.assertEqual(self.reason(promised), "promised")
        self.assertRegex(promised.dunning_reason, r"Promised by .*Ann for Friday 20 March")
        self.assertFalse(self.levels(promised))

    def test_a_promise_of_a_part_covers_that_part(self):
        invoice = self.overdue(self.partner, 1000)
        self.promise(invoice, "2026-03-20", amount=400)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 600)
        text = self.text(notice)
        self.assertIn("600.00", text)
        for never in ("1,000.00", "400.00"):
            self.assertNotIn(never, text)
        self.assertRegex(invoice.dunning_reason, r"but for .*400\.00")

    def test_a_promise_of_all_covers_what_is_open_and_not_what_comes(self):
        self.overdue(self.partner, 1000)
        self.overdue(self.partner, 500)
        promise = self.promise(self.partner, "2026-03-20", amount=1500)
        self.assertEqual(len(promise.item_ids), 2)
        new = self.overdue(self.partner, 70)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.move_id, new)
        self.assertEqual(notice.amount_due, 70)

    def test_a_part_of_all_covers_the_oldest(self):
        old = self.overdue(self.partner, 1000, due="2026-02-20")
        new = self.overdue(self.partner, 500)
        promise = self.promise(self.partner, "2026-03-20", amount=1200)
        self.assertEqual(
            {item.move_id: item.amount for item in promise.item_ids}, {old: 1000, new: 200}
        )
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 300)

    def test_two_promises_for_different_invoices(self):
        first, second = self.overdue(self.partner, 1000), self.overdue(self.partner, 500)
        one = self.promise(first, "2026-03-10")
        two = self.promise(second, "2026-03-30")
        self.assertFalse(self.night("2026-03-05"))
        self.pay(first, "2026-03-09")
        self.assertEqual((one.state, two.state), ("kept", "open"))
        self.night("2026-04-02")
        self.assertEqual((one.state, two.state), ("kept", "broken"))
        self.assertEqual(self.levels(second), [1])

    def test_a_cancelled_promise_holds_nothing_back(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20")
        promise.action_cancel()
        self.assertEqual(promise.state, "cancelled")
        self.assertEqual(promise.line_ids.state, "cancelled")
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])

    def test_the_worklist_tells_of_it(self):
        self.promise(self.overdue(self.partner, 1000, due="2026-02-20"), "2026-03-20", amount=600)
        row = self.row()
        self.assertEqual(str(row.promise_date), "2026-03-20")
        self.assertEqual(row.promise_amount, 600)
        self.assertEqual(row.situation, "hold")
        self.assertFalse(row.needs_promise)

    def test_a_notice_made_before_asks_no_more_for_what_was_promised_since(self):
        self.first.requires_approval = True
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-05")
        [waiting] = self.notices(self.partner, ["draft"])
        self.promise(invoice, "2026-03-20")
        waiting.action_approve()
        self.assertFalse(self.sent(self.partner))
        self.assertNotEqual(waiting.state, "sent")


class TestKept(PromiseCase):
    def kept(self, promise):
        self.assertEqual(promise.state, "kept")
        self.assertFalse(promise.paid_late)
        self.assertFalse(promise.broken_on)
        self.assertEqual((promise.kept_share, promise.amount_kept), (100, promise.amount))

    def test_paid_early(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20")
        self.pay(invoice, "2026-03-04")
        self.kept(promise)
        self.assertEqual(str(promise.line_ids.paid_on), "2026-03-04")
        self.night("2026-04-01")
        self.kept(promise)

    def test_paid_in_pieces(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20")
        for day, amount in (("2026-03-04", 300), ("2026-03-11", 300), ("2026-03-20", 400)):
            self.assertEqual(promise.state, "open")
            self.pay(invoice, day, amount)
        self.kept(promise)

    def test_what_was_paid_of_it_is_no_longer_kept_back(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20", amount=800)
        self.pay(invoice, "2026-03-04", 300)
        self.assertEqual((promise.amount_paid, promise.amount_left), (300, 500))
        self.assertEqual(promise.item_ids.amount_covered, 500)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 200)

    def test_paid_on_the_day_and_judged_at_once(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20")
        self.day("2026-03-20")
        self.pay(invoice, "2026-03-20")
        self.kept(promise)

    def test_the_tolerance_counts_bank_days(self):
        """Promised for a Friday, two days of tolerance: Tuesday is in time, Wednesday is not."""
        self.company.dunning_working_days_only = True
        one, two = self.overdue(self.partner, 1000), self.overdue(self.partner, 500)
        in_time, late = self.promise(one, "2026-03-13"), self.promise(two, "2026-03-13")
        self.night("2026-03-17")
        self.assertEqual((in_time.state, late.state), ("open", "open"))
        self.assertEqual(self.reason(one), "promised")
        # Until the bank's days are over, the invoice has no day that is past.
        self.assertGreater(str(one.dunning_next_date), "2026-03-17")
        self.pay(one, "2026-03-17")
        self.night("2026-03-18")
        self.pay(two, "2026-03-18")
        self.kept(in_time)
        self.assertEqual(late.state, "broken")
        self.assertEqual(str(late.broken_on), "2026-03-18")

    def test_promised_for_a_day_off(self):
        """Promised for a Saturday: with no tolerance, Monday's money is in time."""
        self.company.write({"dunning_working_days_only": True, "promise_tolerance_days": 0})
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-14")
        self.night("2026-03-16")
        self.assertEqual(promise.state, "open")
        self.pay(invoice, "2026-03-16")
        self.kept(promise)

    def test_paid_too_much(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20")
        self.pay(invoice, "2026-03-10", 1500)
        self.kept(promise)
        self.assertEqual(promise.amount_paid, 1000)

    def test_a_part_is_promised_and_more_is_paid(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20", amount=400)
        self.pay(invoice, "2026-03-10", 700)
        self.kept(promise)
        self.assertEqual(promise.amount_paid, 400)
        [notice] = self.night("2026-03-16")
        self.assertEqual(notice.amount_due, 300)

    def test_a_credit_note_counts(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20")
        self.pay(invoice, "2026-03-10", 900)
        note = self.credit(self.partner, "2026-03-12", 100)
        self.assertEqual(promise.state, "open")
        books.receivable_items(invoice | note).reconcile()
        self.kept(promise)

    def test_money_from_before_the_promise_does_not_count(self):
        invoice = self.overdue(self.partner, 1000)
        self.pay(invoice, "2026-02-25", 400)
        promise = self.promise(invoice, "2026-03-20")
        self.assertEqual((promise.amount, promise.amount_paid), (600, 0))
        self.pay(invoice, "2026-03-10", 599)
        self.assertEqual(promise.state, "open")
        self.pay(invoice, "2026-03-11", 1)
        self.kept(promise)

    def test_money_for_another_invoice_does_not_count(self):
        promised, other = self.overdue(self.partner, 1000), self.overdue(self.partner, 1000)
        promise = self.promise(promised, "2026-03-20")
        self.pay(other, "2026-03-10")
        self.assertEqual((promise.state, promise.amount_paid), ("open", 0))


class TestBroken(PromiseCase):
    def broken(self, paid=0):
        """An invoice reminded once, then promised for 20 March, then 23 March."""
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-05")
        promise = self.promise(invoice, "2026-03-20")
        if paid:
            self.pay(invoice, "2026-03-19", paid)
        for day in ("2026-03-16", "2026-03-22"):
            self.night(day)
            self.assertEqual(self.levels(invoice), [1], "The second level has its day, but waits.")
            self.assertEqual(promise.state, "open")
        self.night("2026-03-23")
        return invoice, promise

    def test_nothing_paid(self):
        invoice, promise = self.broken()
        self.assertEqual(promise.state, "broken")
        self.assertEqual(str(promise.broken_on), "2026-03-23")
        self.assertEqual((promise.kept_share, promise.amount_kept), (0, 0))
        self.assertEqual(self.levels(invoice), [1, 2], "Dunned on in that very night.")

    def test_a_part_paid(self):
        invoice, promise = self.broken(paid=400)
        self.assertEqual(promise.state, "partial")
        self.assertEqual((promise.kept_share, promise.amount_kept), (0, 400))
        self.assertEqual(self.levels(invoice), [1, 2])
        self.assertEqual(self.sent()[-1].amount_due, 600)

    def test_dunning_goes_on_where_it_was(self):
        """Without the option a broken promise makes nothing come sooner."""
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-05")
        promise = self.promise(invoice, "2026-03-08")
        self.night("2026-03-11")
        self.assertEqual(promise.state, "broken")
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-16")
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_the_next_level_comes_at_once_if_wished(self):
        self.company.promise_broken_hurries = True
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-05")
        self.promise(invoice, "2026-03-08")
        self.assertFalse(self.night("2026-03-10"))
        self.night("2026-03-11")
        self.assertEqual(self.levels(invoice), [1, 2])
        for day in ("2026-03-12", "2026-03-16", "2026-03-31"):
            self.assertFalse(self.night(day), "It hurries once.")
        self.night("2026-04-01")
        self.assertEqual(self.levels(invoice), [1, 2, 3])

    def test_somebody_is_told_and_the_worklist_begins_with_it(self):
        other = self.customer("Butcher Claes")
        self.overdue(other, 90_000, due="2026-01-01")
        self.broken()
        row = self.row()
        self.assertEqual(row.attention, "promise")
        self.assertTrue(row.needs_promise)
        self.assertEqual(row.broken_promise_count, 1)
        self.assertIn("promise was broken", row.reason.lower())
        first = self.env["account.dunning.followup"].search(
            [("situation", "=", "attention"), ("company_id", "=", self.company.id)], limit=1
        )
        self.assertEqual(first.partner_id, self.partner)
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(str(self.activities().date_deadline), "2026-03-23")
        self.night("2026-03-24")
        self.assertEqual(len(self.activities()), 1, "Once is enough.")

    def test_the_responsible_is_told(self):
        user = self.dunning_user()
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-04")
        self.row().user_id = user
        self.promise(invoice, "2026-03-06")
        self.night("2026-03-09")
        self.assertEqual(self.activities().user_id, user)

    def test_paid_late(self):
        invoice, promise = self.broken()
        self.pay(invoice, "2026-03-25")
        self.assertEqual(promise.state, "broken", "History is not rewritten.")
        self.assertTrue(promise.paid_late)
        self.assertEqual(promise.amount_paid, 1000)
        self.assertEqual((promise.kept_share, promise.amount_kept), (0, 0))
        self.assertEqual(str(promise.broken_on), "2026-03-23")
        self.undo(invoice)
        self.assertFalse(promise.paid_late)
        self.assertEqual((promise.state, promise.amount_paid), ("broken", 0))

    def test_paid_late_in_part(self):
        invoice, promise = self.broken()
        self.pay(invoice, "2026-03-25", 999)
        self.assertEqual((promise.state, promise.paid_late), ("broken", False))

    def test_paid_in_time_and_booked_later(self):
        """The bank's day counts, not the day on which somebody books it."""
        invoice, promise = self.broken()
        self.assertEqual(len(self.activities()), 1)
        self.pay(invoice, "2026-03-20")
        self.assertEqual(promise.state, "kept")
        self.assertFalse(promise.broken_on)
        self.assertFalse(promise.paid_late)
        self.assertFalse(self.activities(), "Nobody calls who kept the promise.")

    def test_only_the_night_breaks_a_promise(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-10")
        self.day("2026-03-30")
        self.assertEqual(promise.state, "open")
        self.assertEqual(self.reason(invoice), "promised")
        self.night("2026-03-30")
        self.assertEqual(promise.state, "broken")
        self.assertEqual(str(promise.broken_on), "2026-03-13", "The day, not that of the night.")

    def test_broken_by_day_is_told_by_night(self):
        """A part is booked on a day off, after the last day and before the next night."""
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-04")
        promise = self.promise(invoice, "2026-03-10")
        self.day("2026-03-14")
        self.pay(invoice, "2026-03-10", 400)
        self.assertEqual(promise.state, "partial")
        self.night("2026-03-16")
        self.assertEqual(len(self.activities()), 1)

    def test_later_settings_do_not_rewrite_history(self):
        invoice, promise = self.broken()
        self.company.promise_tolerance_days = 20
        self.pay(invoice, "2026-03-25")
        self.assertEqual(promise.state, "broken")

    def test_nothing_is_told_of_a_cancelled_one(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-10")
        promise.action_cancel()
        self.night("2026-03-20")
        self.assertEqual(promise.state, "cancelled")
        self.assertFalse(self.activities())


class TestUndone(PromiseCase):
    def test_before_the_day_is_over_it_is_open_again(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20")
        before = (promise.item_ids.amount_covered, self.states(promise))
        self.pay(invoice, "2026-03-04")
        self.assertEqual((promise.state, promise.item_ids.amount_covered), ("kept", 0))
        self.undo(invoice)
        self.assertEqual((promise.state, promise.amount_paid), ("open", 0))
        self.assertEqual((promise.item_ids.amount_covered, self.states(promise)), before)
        self.assertFalse(promise.line_ids.paid_on)
        self.assertFalse(self.night("2026-03-05"))

    def test_after_the_day_it_is_broken_and_somebody_is_told(self):
        """A direct debit comes back after weeks: the invoice was never paid."""
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-05")
        promise = self.promise(invoice, "2026-03-20")
        self.pay(invoice, "2026-03-10")
        self.night("2026-03-23")
        self.assertEqual(promise.state, "kept")
        self.day("2026-03-30")
        self.bounce(invoice)
        self.assertEqual(promise.state, "broken")
        self.night("2026-03-31")
        self.assertEqual(self.levels(invoice), [1, 2])
        self.assertEqual(len(self.activities()), 1)

    def test_a_payment_is_refunded(self):
        """What was paid goes back to the customer: the invoice is open, the promise too."""
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-20")
        self.pay(invoice, "2026-03-04")
        self.bounce(invoice)
        self.assertEqual((promise.state, promise.amount_paid), ("open", 0))
        self.assertEqual(promise.item_ids.amount_covered, 1000)

    def test_undone_and_booked_again_tells_nobody(self):
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-04")
        promise = self.promise(invoice, "2026-03-10")
        self.pay(invoice, "2026-03-09")
        self.night("2026-03-20")
        self.undo(invoice)
        self.pay(invoice, "2026-03-09")
        self.assertEqual(promise.state, "kept")
        self.night("2026-03-23")
        self.assertFalse(self.activities())


class TestForeignCurrency(PromiseCase):
    def setUp(self):
        super().setUp()
        self.dollar = self.currency("USD", 2)

    def rate(self, date, rate):
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.dollar.id,
                "company_id": self.company.id,
                "name": date,
                "company_rate": rate,
            }
        )

    def test_the_rate_is_nobodys_promise(self):
        for rate in (1.6, 2.5):
            with self.subTest(rate=rate), self.env.cr.savepoint() as savepoint:
                invoice = self.invoice(self.partner, "2026-02-01", "2026-03-02", 1000, self.dollar)
                promise = self.promise(invoice, "2026-03-20")
                self.assertEqual((promise.currency_id, promise.amount), (self.dollar, 1000))
                self.rate("2026-03-08", rate)
                self.pay(invoice, "2026-03-09", 400)
                self.assertEqual((promise.state, promise.amount_paid), ("open", 400))
                self.pay(invoice, "2026-03-10")
                self.assertEqual((promise.state, promise.amount_paid), ("kept", 1000))
                self.undo(invoice)
                self.assertEqual((promise.state, promise.amount_paid), ("open", 0))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_part_in_dollars_is_kept_back_in_both_currencies(self):
        invoice = self.invoice(self.partner, "2026-02-01", "2026-03-02", 1000, self.dollar)
        self.promise(invoice, "2026-03-20", amount=400)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 300)  # 600 dollars
        self.assertEqual(notice.line_ids.amount_residual, 600)

    def test_all_of_a_customer_who_owes_dollars_is_in_dollars(self):
        self.invoice(self.partner, "2026-02-01", "2026-03-02", 1000, self.dollar)
        form = self.env["account.payment.promise"].new(
            {"partner_id": self.partner.id, "company_id": self.company.id}
        )
        form._onchange_items()
        self.assertEqual((form.currency_id, form.amount), (self.dollar, 1000))
        promise = self.promise(self.partner, "2026-03-20", amount=1000)
        self.assertEqual(promise.currency_id, self.dollar)
        self.assertEqual(promise.item_ids.amount, 1000)

    def test_several_currencies_are_promised_in_that_of_the_company(self):
        dollars = self.invoice(self.partner, "2026-02-01", "2026-03-01", 1000, self.dollar)
        euros = self.invoice(self.partner, "2026-02-01", "2026-03-02", 300)
        promise = self.promise(self.partner, "2026-03-20", amount=800)
        self.assertEqual(promise.currency_id, self.company.currency_id)
        self.assertEqual(sorted(promise.item_ids.mapped("amount")), [300, 500])
        self.rate("2026-03-04", 2.5)
        self.pay(dollars, "2026-03-05")
        self.assertEqual((promise.state, promise.amount_paid), ("open", 500))
        self.pay(euros, "2026-03-05")
        self.assertEqual(promise.state, "kept")

    def test_a_part_of_several_currencies_stays_in_that_of_the_company(self):
        """The amount was said in euro, and is not read as dollars when it covers dollars only."""
        self.invoice(self.partner, "2026-02-01", "2026-03-01", 1000, self.dollar)
        self.invoice(self.partner, "2026-02-01", "2026-03-02", 300)
        promise = self.promise(self.partner, "2026-03-20", amount=400)
        self.assertEqual(promise.currency_id, self.company.currency_id)
        self.assertEqual(promise.item_ids.amount, 400)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 800 - 400)


class TestPlan(PromiseCase):
    DATES = ("2026-03-10", "2026-04-10", "2026-05-10")

    def setUp(self):
        super().setUp()
        self.due = self.overdue(self.partner, 900)

    def test_kept_to_the_end(self):
        plan = self.plan(self.due, self.DATES, (300, 300, 300))
        self.assertTrue(plan.is_plan)
        for number, day in enumerate(self.DATES, start=1):
            self.night(day)
            self.pay(self.due, day, 300)
            self.assertEqual(self.states(plan), ["kept"] * number + ["open"] * (3 - number))
        self.assertEqual(plan.state, "kept")
        self.assertFalse(self.sent(self.partner))

    def test_the_next_payment_is_the_reason(self):
        self.plan(self.due, self.DATES, (300, 300, 300))
        self.night("2026-03-09")
        self.assertIn("10 March", self.due.dunning_reason)
        self.pay(self.due, "2026-03-09", 300)
        self.night("2026-03-11")
        self.assertIn("10 April", self.due.dunning_reason)
        self.assertEqual(str(self.row().promise_date), "2026-04-10")

    def test_paid_ahead(self):
        """One payment of two instalments and a half."""
        plan = self.plan(self.due, self.DATES, (300, 300, 300))
        self.pay(self.due, "2026-03-09", 750)
        self.assertEqual(self.states(plan), ["kept", "kept", "open"])
        self.assertEqual(plan.line_ids.sorted("date").mapped("amount_paid"), [300, 300, 150])
        self.assertFalse(self.night("2026-05-12"))
        self.night("2026-05-13")
        self.assertEqual((plan.state, self.states(plan)[-1]), ("partial", "partial"))

    def test_the_rest_falls_due(self):
        plan = self.plan(self.due, self.DATES, (300, 300, 300))
        self.pay(self.due, "2026-03-10", 300)
        self.night("2026-04-12")
        self.assertEqual(plan.state, "open")
        [notice] = self.night("2026-04-13")
        self.assertEqual((plan.state, str(plan.broken_on)), ("partial", "2026-04-13"))
        self.assertEqual(self.states(plan)[:2], ["kept", "broken"])
        self.assertEqual(notice.amount_due, 600, "All of the rest is asked for.")
        self.assertEqual(len(self.activities()), 1)
        self.night("2026-05-20")
        self.assertEqual(len(self.activities()), 1, "It was broken once.")

    def test_the_rest_goes_on(self):
        self.company.promise_rest_due = False
        plan = self.plan(self.due, self.DATES, (300, 300, 300))
        [notice] = self.night("2026-03-13")
        self.assertEqual((plan.state, self.states(plan)), ("open", ["broken", "open", "open"]))
        self.assertEqual(notice.amount_due, 300, "Only what was not paid in time.")
        self.assertEqual(len(self.activities()), 1, "Somebody is told of an instalment too.")
        self.night("2026-03-14")
        self.assertEqual(len(self.activities()), 1)
        self.pay(self.due, "2026-03-20", 300)
        self.assertTrue(plan.line_ids.sorted("date")[0].paid_late)
        self.pay(self.due, "2026-04-10", 300)
        self.pay(self.due, "2026-05-10", 300)
        self.assertEqual((plan.state, plan.paid_late), ("partial", True))
        self.assertEqual(plan.amount_kept, 600)

    def test_a_missed_instalment_of_what_goes_on_needs_somebody(self):
        """Until somebody called or it was paid late, as for a promise that was broken."""
        self.company.promise_rest_due = False
        plan = self.plan(self.due, self.DATES, (300, 300, 300))
        self.assertFalse(self.row().needs_promise)
        self.night("2026-03-13")
        row = self.row()
        self.assertTrue(row.needs_promise)
        self.assertEqual(row.attention, "promise")
        self.assertEqual(str(row.promise_date), self.DATES[1], "the rest goes on")
        self.pay(self.due, "2026-03-16", 300)
        self.assertFalse(self.row().needs_promise)
        self.undo(self.due)
        self.assertTrue(self.row().needs_promise)
        self.env["account.dunning.call"].create({"partner_id": self.partner.id, "outcome": "other"})
        self.assertFalse(self.row().needs_promise)
        self.assertEqual(
            plan.line_ids.filtered("broken_on").mapped("date"), plan.line_ids[0].mapped("date")
        )
        self.night("2026-04-20")
        self.assertEqual(self.states(plan), ["broken", "broken", "open"])
        self.assertTrue(self.row().needs_promise, "the next one is missing as well")

    def test_of_the_rest_that_goes_on_the_first_due_is_asked_for(self):
        self.company.promise_rest_due = False
        later = self.overdue(self.partner, 300, due="2026-03-04")
        self.plan(self.due | later, self.DATES, (400, 400, 400))
        [notice] = self.night("2026-03-18")
        self.assertEqual(
            {line.move_id: line.amount_residual for line in notice.line_ids}, {self.due: 400}
        )

    def test_numbers_make_the_instalments(self):
        """Also without the dialog, which writes them while one looks."""
        plan = self.promise(
            self.due, amount=1000 - 100, plan_number=7, plan_rhythm="month_end",
            first_date="2026-03-15",
        )  # fmt: skip
        lines = plan.line_ids.sorted("date")
        self.assertEqual(len(lines), 7)
        self.assertEqual(lines.mapped("amount"), [128.57] * 6 + [128.58])
        self.assertEqual(str(lines[0].date), "2026-03-31")
        self.assertEqual(str(plan.date), "2026-09-30")
        by_amount = self.promise(
            self.overdue(self.partner, 250), plan_by="amount", plan_amount=100,
            plan_rhythm="weekly", first_date="2026-03-10",
        )  # fmt: skip
        self.assertEqual(by_amount.line_ids.sorted("date").mapped("amount"), [100, 100, 50])

    def test_a_long_plan_knows_the_holidays_of_its_end(self):
        """Whatever else is judged with it, a day off two years ahead is a day off."""
        self.company.write({"dunning_working_days_only": True, "promise_tolerance_days": 0})
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2027-12-05 23:00:00",
                "date_to": "2027-12-06 22:59:59",
            }
        )
        plan = self.plan(self.due, ("2026-03-10", "2027-12-06"), (300, 600))
        self.pay(self.due, "2026-03-10", 300)
        self.day("2027-12-07")
        self.pay(self.due, "2027-12-07")
        self.assertEqual(plan.state, "kept")


class TestReschedule(PromiseCase):
    def again(self, promise, date, user=None, **vals):
        """Another day, as the dialog saves it."""
        if user:
            promise = promise.with_user(user)
        promises = promise.with_context(promise_previous_id=promise.id)
        vals = {
            "partner_id": promise.partner_id.id,
            "company_id": self.company.id,
            "move_line_ids": [Command.set(promise.sudo().item_ids.move_line_id.ids)],
            "amount": promise.amount,
            "date": date,
            **vals,
        }
        return promises.create(vals)

    def test_the_old_one_stays_in_history(self):
        invoice = self.overdue(self.partner, 1000)
        old = self.promise(invoice, "2026-03-10")
        self.pay(invoice, "2026-03-05", 100)
        new = self.again(old, "2026-03-30", amount=900)
        self.assertEqual((old.state, new.state), ("cancelled", "open"))
        self.assertEqual((new.previous_id, old.next_ids), (old, new))
        self.assertEqual((old.amount, old.amount_paid), (1000, 100))
        self.assertEqual((new.reschedule_count, new.amount_paid), (1, 0))
        self.assertFalse(self.night("2026-03-20"))
        self.assertFalse(self.activities())

    def test_a_broken_one_stays_broken(self):
        invoice = self.overdue(self.partner, 1000)
        old = self.promise(invoice, "2026-03-03")
        self.night("2026-03-06")
        new = self.again(old, "2026-03-30")
        self.assertEqual((old.state, new.state), ("broken", "open"))
        self.assertFalse(self.row().needs_promise)
        self.assertEqual(self.row().broken_promise_count, 1)

    def test_more_often_than_the_limit_a_manager_must_agree(self):
        self.company.promise_max_reschedules = 1
        user = self.dunning_user()
        first = self.promise(self.overdue(self.partner, 1000), "2026-03-10")
        second = self.again(first, "2026-03-11", user)
        self.assertEqual((second.state, second.reschedule_count), ("open", 1))
        self.assertEqual(second.reschedule_words, "Time 1, of 1 without a manager")
        third = self.again(second, "2026-03-12", user)
        self.assertEqual((third.state, third.reschedule_count), ("draft", 2))
        self.assertIn("1", third.approval_reason)
        self.assertFalse(any(third.item_ids.mapped("amount_covered")))
        self.assertEqual(len(self.night("2026-03-05")), 1, "Until then it is dunned.")
        self.assertTrue(self.row().promise_to_approve)
        third.with_user(self.dunning_manager()).action_approve()
        self.assertEqual(third.state, "open")

    def test_the_limit_is_not_gone_round(self):
        """The first of a chain cannot be rescheduled for ever, as if it were always the first."""
        first = self.promise(self.overdue(self.partner, 1000), "2026-03-03")
        self.night("2026-03-06")
        self.again(first, "2026-03-07")
        self.night("2026-03-10")
        self.refused("rescheduled already", lambda: self.again(first, "2026-03-12"))

    def test_what_is_over_is_not_rescheduled(self):
        invoice = self.overdue(self.partner, 1000)
        promise = self.promise(invoice, "2026-03-10", amount=500)
        self.pay(invoice, "2026-03-05", 500)
        self.refused("runs or was broken", lambda: promise.action_reschedule())
        self.refused("runs or was broken", lambda: self.again(promise, "2026-03-30"))

    def test_a_viewer_reschedules_nothing(self):
        promise = self.promise(self.overdue(self.partner, 1000), "2026-03-10")
        viewer = self.user("viewer", "account_dunning_plus.group_dunning_viewer")
        self.refused("dunning user", lambda: self.again(promise, "2026-03-12", viewer), AccessError)
        self.assertEqual(promise.state, "open")


class TestApproval(PromiseCase):
    def setUp(self):
        super().setUp()
        self.company.write(
            {"promise_max_days": 30, "promise_max_instalments": 3, "promise_max_amount": 5000}
        )
        self.clerk = self.dunning_user()
        self.manager = self.dunning_manager()
        self.viewer = self.user("viewer", "account_dunning_plus.group_dunning_viewer")

    def test_within_the_limits_it_holds_at_once(self):
        promise = self.promise(self.overdue(self.partner, 5000), "2026-04-01", user=self.clerk)
        self.assertEqual(promise.state, "open")
        self.assertFalse(promise.approval_reason)
        self.assertEqual(promise.user_id, self.clerk)

    def test_beyond_a_limit_a_manager_decides(self):
        cases = {
            "31 days": lambda user: self.promise(
                self.overdue(self.partner, 100), "2026-04-02", user=user
            ),
            "5,000": lambda user: self.promise(
                self.overdue(self.partner, 5000.01), "2026-03-10", user=user
            ),
            "4 instalments": lambda user: self.promise(
                self.overdue(self.partner, 100), "2026-03-10", user=user, plan_number=4,
                plan_rhythm="weekly", first_date="2026-03-10",
            ),
        }  # fmt: skip
        for word, make in cases.items():
            with self.subTest(word):
                promise = make(self.clerk)
                self.assertEqual(promise.state, "draft")
                self.assertIn(word, promise.approval_reason)
                self.assertFalse(any(promise.item_ids.mapped("amount_covered")))
                self.assertEqual(make(self.manager).state, "open")

    def test_until_it_is_approved_it_is_dunned(self):
        invoice = self.overdue(self.partner, 6000)
        promise = self.promise(invoice, "2026-03-20", user=self.clerk)
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])
        row = self.row()
        self.assertTrue(row.promise_to_approve)
        self.assertEqual((row.situation, row.needs_approve), ("attention", True))
        self.refused("manager", promise.with_user(self.clerk).action_approve, AccessError)
        self.refused("manager", promise.with_user(self.viewer).action_approve, AccessError)
        promise.with_user(self.manager).action_approve()
        self.assertEqual((promise.state, promise.approved_user_id), ("open", self.manager))
        self.assertFalse(self.night("2026-03-16"))
        self.refused("waiting", promise.with_user(self.manager).action_approve)

    def test_what_was_paid_while_it_waited_counts(self):
        invoice = self.overdue(self.partner, 6000)
        promise = self.promise(invoice, "2026-03-20", user=self.clerk)
        self.pay(invoice, "2026-03-03", 2000)
        promise.with_user(self.manager).action_approve()
        self.assertEqual((promise.state, promise.amount_paid), ("open", 2000))
        self.assertEqual(promise.item_ids.amount_covered, 4000)

    def test_what_is_corrected_while_it_waits_is_what_holds(self):
        invoice = self.overdue(self.partner, 9000)
        promise = self.promise(invoice, "2026-03-20", amount=6000, user=self.clerk)
        promise.with_user(self.manager).write(
            {
                "amount": 8000,
                "line_ids": [Command.update(promise.line_ids.id, {"amount": 8000})],
            }
        )
        promise.with_user(self.manager).action_approve()
        self.assertEqual(promise.item_ids.amount_covered, 8000)
        self.pay(invoice, "2026-03-10", 8000)
        self.assertEqual(promise.state, "kept")

    def test_too_late_to_approve(self):
        promise = self.promise(self.overdue(self.partner, 6000), "2026-03-04", user=self.clerk)
        self.day("2026-03-05")
        self.refused("in the past", promise.with_user(self.manager).action_approve)
        promise.with_user(self.clerk).unlink()

    def test_a_viewer_promises_two_weeks(self):
        one, two = self.overdue(self.partner, 1000), self.overdue(self.partner, 1000)
        short = self.promise(one, "2026-03-16", user=self.viewer)
        self.assertEqual(short.state, "open")
        long = self.promise(two, "2026-03-17", user=self.viewer)
        self.assertEqual(long.state, "draft")
        self.assertIn("14", long.approval_reason)
        plan = self.promise(
            self.overdue(self.partner, 500), "2026-03-10", user=self.viewer,
            plan_number=2, plan_rhythm="weekly", first_date="2026-03-05",
        )  # fmt: skip
        self.assertEqual(plan.state, "draft")
        self.forbidden(short.with_user(self.viewer).action_cancel)
        self.forbidden(short.with_user(self.viewer).unlink)

    def test_nobody_judges_by_hand(self):
        promise = self.promise(self.overdue(self.partner, 1000), "2026-03-10", user=self.clerk)
        waiting = self.promise(self.overdue(self.partner, 6000), "2026-03-10", user=self.clerk)
        for vals in (
            {"state": "kept"},
            {"amount": 1},
            {"date": "2026-12-31"},
            {"amount_paid": 5},
            {"line_ids": [Command.create({"date": "2026-03-30", "amount": 1})]},
            {"line_ids": [Command.update(promise.line_ids.id, {"date": "2026-12-31"})]},
            {"line_ids": [Command.delete(promise.line_ids.id)]},
        ):
            with self.subTest(vals):
                self.forbidden(lambda vals=vals: promise.with_user(self.clerk).write(vals))
        for vals in (
            {"state": "open"},
            {"approved_user_id": self.clerk.id},
            {"since_partial_id": 0},
            {"amount_paid": 6000},
            {"reschedule_count": 0},
            {"approval_reason": ""},
        ):
            with self.subTest(vals):
                self.forbidden(lambda vals=vals: waiting.with_user(self.clerk).write(vals))
        lines = self.env["account.payment.promise.line"].with_user(self.clerk)
        for call in (
            lambda: lines.create({"promise_id": promise.id, "date": "2026-12-31", "amount": 1}),
            lambda: lines.browse(promise.line_ids.id).write({"state": "kept"}),
            lambda: lines.browse(promise.line_ids.id).unlink(),
            lambda: promise.item_ids.with_user(self.clerk).write({"amount_covered": 0}),
            lambda: (
                self.env["account.payment.promise.item"]
                .with_user(self.clerk)
                .create(
                    {"promise_id": promise.id, "move_line_id": waiting.item_ids.move_line_id.id}
                )
            ),
        ):
            self.forbidden(call)
        forged = self.promise(
            self.overdue(self.partner, 6000), "2026-03-10", user=self.clerk, state="open",
            approval_reason=False, approved_user_id=self.clerk.id,
        )  # fmt: skip
        self.assertEqual(forged.state, "draft")
        self.assertFalse(forged.approved_user_id)
        promise.with_user(self.clerk).note = "Spoke with Ann."

    def test_an_auditor_reads(self):
        promise = self.promise(self.overdue(self.partner, 1000), "2026-03-10")
        auditor = self.user("auditor", "account.group_account_readonly")
        self.assertEqual(promise.with_user(auditor).state, "open")
        self.assertTrue(promise.with_user(auditor).display_name)
        for call in (
            lambda: promise.with_user(auditor).write({"note": "x"}),
            lambda: promise.with_user(auditor).action_cancel(),
            lambda: self.promise(self.overdue(self.partner, 5), "2026-03-10", user=auditor),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call()

    def test_an_employee_sees_no_trace(self):
        promise = self.promise(self.overdue(self.partner, 1000), "2026-03-10")
        employee = self.user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            promise.with_user(employee).read(["state"])


class TestRefused(PromiseCase):
    def setUp(self):
        super().setUp()
        self.open = self.overdue(self.partner, 1000)

    def test_a_day_in_the_past(self):
        self.refused("in the past: choose", lambda: self.promise(self.open, "2026-03-01"))
        self.promise(self.open, "2026-03-02")

    def test_more_than_is_open(self):
        self.refused("more than the", lambda: self.promise(self.open, "2026-03-10", 1000.01))
        self.pay(self.open, "2026-03-01", 400)
        self.refused("more than the", lambda: self.promise(self.open, "2026-03-10", 601))

    def test_nothing_or_less(self):
        for amount in (0, -5):
            with (
                self.assertRaisesRegex(IntegrityError, "amount_positive"),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.promise(self.partner, "2026-03-10", amount=amount)

    def test_promised_already(self):
        self.promise(self.open, "2026-03-10", 400)
        self.refused("promised already", lambda: self.promise(self.open, "2026-03-20", 100))
        self.refused("nothing open", lambda: self.promise(self.partner, "2026-03-20", amount=600))

    def test_a_paid_invoice(self):
        self.pay(self.open, "2026-03-01")
        self.refused("not open any more", lambda: self.promise(self.open, "2026-03-10", 10))
        self.refused("nothing open", lambda: self.promise(self.partner, "2026-03-10", amount=10))

    def test_a_draft_a_credit_and_another_account(self):
        draft = self.open.copy()
        credit = self.credit(self.partner, "2026-03-01", 50)
        for move in (draft, credit):
            self.refused(
                "not open any more", lambda move=move: self.promise(move, "2026-03-10", 10)
            )
        income = self.open.line_ids.filtered(lambda line: line.display_type == "product")
        self.refused(
            "not open any more",
            lambda: self.promise(
                self.partner, "2026-03-10", 10, move_line_ids=[Command.set(income.ids)]
            ),
        )

    def test_the_invoice_of_another_customer(self):
        other = self.overdue(self.customer("Butcher Claes"), 100)
        self.refused(
            "not owed by",
            lambda: self.promise(other, "2026-03-10", partner_id=self.partner.id),
        )

    def test_instalments_that_do_not_add_up(self):
        self.refused(
            "instalments make",
            lambda: self.promise(
                self.open,
                amount=1000,
                plan_by="free",
                line_ids=[
                    Command.create({"date": "2026-03-10", "amount": 500}),
                    Command.create({"date": "2026-04-10", "amount": 499.99}),
                ],
            ),
        )

    def test_an_instalment_of_nothing(self):
        for amount in (0, -100):
            self.refused(
                "above 0",
                lambda amount=amount: self.plan(
                    self.open, ("2026-03-10", "2026-04-10"), (1000 - amount, amount)
                ),
            )

    def test_an_instalment_in_the_past(self):
        self.refused(
            "in the past",
            lambda: self.plan(self.open, ("2026-03-01", "2026-04-10"), (500, 500)),
        )

    def test_numbers_that_make_no_plan(self):
        for vals in (
            {"plan_number": 0},
            {"plan_number": 500},
            {"plan_by": "amount", "plan_amount": 0},
            {"plan_by": "amount", "plan_amount": 0.01},
        ):
            with self.subTest(vals):
                self.refused(
                    "make no plan",
                    lambda vals=vals: self.promise(self.open, first_date="2026-03-10", **vals),
                )

    def test_somebody_elses_contact(self):
        stranger = self.customer("Butcher Claes")
        self.refused(
            "not a contact of",
            lambda: self.promise(self.open, "2026-03-10", contact_id=stranger.id),
        )

    def test_made_tomorrow(self):
        self.refused(
            "in the future", lambda: self.promise(self.open, "2026-03-10", made_on="2026-03-03")
        )

    def test_what_was_promised_is_not_deleted(self):
        promise = self.promise(self.open, "2026-03-10")
        for user in (None, self.dunning_manager()):
            own = promise.with_user(user) if user else promise
            self.refused("cancel it instead", own.unlink)
        promise.action_cancel()
        self.refused("cancel it instead", promise.unlink)
        self.refused("still runs", promise.action_cancel)

    def test_what_is_over_is_not_cancelled(self):
        promise = self.promise(self.open, "2026-03-10")
        self.pay(self.open, "2026-03-05")
        self.refused("still runs", promise.action_cancel)


class TestCompanies(PromiseCase):
    def setUp(self):
        super().setUp()
        self.other = books.make_company(self.env, "Retail Ltd", dunning_working_days_only=False)
        self.other.dunning_policy_id = books.make_policy(self.env, self.other)

    def test_another_companys_invoice_is_promised_there(self):
        theirs = books.make_document(
            self.other, "out_invoice", self.partner, "2026-02-01", "2026-03-02", 100
        )
        self.refused("another company", lambda: self.promise(theirs, "2026-03-10"))
        self.refused("nothing open", lambda: self.promise(self.partner, "2026-03-10", amount=100))

    def test_each_company_judges_its_own_by_its_own_settings(self):
        self.other.promise_tolerance_days = 5
        theirs = books.make_document(
            self.other, "out_invoice", self.partner, "2026-02-01", "2026-03-02", 100
        )
        ours = self.overdue(self.partner, 100)
        own = self.promise(ours, "2026-03-10")
        foreign = self.promise(theirs, "2026-03-10", company_id=self.other.id)
        self.night("2026-03-13")
        self.assertEqual((own.state, foreign.state), ("broken", "open"))
        self.assertEqual(self.levels(ours), [1])
        self.assertFalse(self.levels(theirs))
        self.night("2026-03-16")
        self.assertEqual(foreign.state, "broken")
        self.assertEqual(self.levels(theirs), [1])

    def test_nobody_reads_another_companys_promises(self):
        theirs = books.make_document(
            self.other, "out_invoice", self.partner, "2026-02-01", "2026-03-02", 100
        )
        promise = self.promise(theirs, "2026-03-10", company_id=self.other.id)
        user = self.dunning_user()
        with self.assertRaises(AccessError):
            promise.with_user(user).read(["state"])
        self.forbidden(promise.with_user(user).action_cancel)
        self.forbidden(
            lambda: self.promise(theirs, "2026-03-10", company_id=self.other.id, user=user)
        )


@tagged("dunning_performance")
class TestQueries(PromiseCase):
    def ledger(self, customers, first, date):
        """Customers with two invoices each, one of them promised."""
        rows = []
        for number in range(first, first + customers):
            partner = self.customer(f"Shop {number}")
            rows.append((partner, "2026-02-01", "2026-03-02", 100 + number))
            rows.append((partner, "2026-02-01", "2026-03-01", 200 + number))
        moves = books.make_invoices(self.company, rows)
        for invoice in moves[::2]:
            self.promise(invoice, date)

    def judge(self, date):
        self.day(date)
        promises = self.env["account.payment.promise"]
        return self.queries(lambda: promises._judge_time(self.company, fields.Date.to_date(date)))

    def prepare(self, date):
        self.day(date)
        run = self.env["account.dunning.run"].create({})
        count = self.queries(run.action_prepare)
        run.action_send()
        return count

    def test_queries_do_not_grow_with_promises(self):
        self.ledger(5, 100, "2026-03-05")
        self.night("2026-03-03")  # what is read once
        self.judge("2026-03-08")
        self.ledger(10, 0, "2026-03-10")
        few_prepared = self.prepare("2026-03-09")
        few = self.judge("2026-03-13")
        self.ledger(40, 10, "2026-03-20")
        many_prepared = self.prepare("2026-03-14")
        many = self.judge("2026-03-23")
        broken = self.env["account.payment.promise"].search_count(
            [("company_id", "=", self.company.id), ("state", "=", "broken")]
        )
        self.assertEqual(broken, 55)
        self.assertLessEqual(many, few + 5)
        self.assertLessEqual(many_prepared, few_prepared + 5)
