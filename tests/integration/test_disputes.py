"""What a customer disputes of an invoice is not chased; all else of it is."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import books
from .common import DunningCase as Base


class DisputeCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.customer()
        cls.keeper = cls.user("warehouse", "account_dunning_plus.group_dunning_viewer")
        cls.price, cls.damaged = cls.env["account.dunning.dispute.reason"].create(
            [
                {"name": "Price too high", "deadline_days": 10},
                {"name": "Arrived broken", "deadline_days": 3, "user_ids": cls.keeper.ids},
            ]
        )

    @classmethod
    def dispute(cls, invoice, amount, user=None, reason=None, **vals):
        disputes = cls.env["account.dunning.dispute"]
        if user:
            disputes = disputes.with_user(user)
        return disputes.create(
            {
                "move_id": invoice.id,
                "amount": amount,
                "reason_id": (reason or cls.price).id,
                **vals,
            }
        )

    @classmethod
    def credited(cls, invoice, amount, date="2026-03-04"):
        """A credit note for an invoice is posted and matched."""
        note = cls.credit(invoice.partner_id, date, amount, invoice.currency_id)
        (books.receivable_items(note) | books.receivable_items(invoice)).filtered(
            lambda line: not line.reconciled
        ).reconcile()
        return note

    def row(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["account.dunning.followup"].search(
            [("partner_id", "=", self.partner.id), ("company_id", "=", self.company.id)]
        )

    def refused(self, sentence, call, error=UserError):
        with self.assertRaisesRegex(error, sentence), self.env.cr.savepoint():
            call()


class TestWhileOpen(DisputeCase):
    def test_only_the_disputed_part_is_not_dunned(self):
        invoice = self.overdue(self.partner, 1000)
        self.dispute(invoice, 200)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 800)
        text = self.text(notice)
        self.assertIn("800.00", text)
        self.assertNotIn("1,000.00", text)
        self.assertRegex(invoice.dunning_reason, r"but for .*200\.00")
        self.assertEqual(self.row().amount_disputed, 200)

    def test_a_whole_invoice(self):
        disputed, other = self.overdue(self.partner, 1000), self.overdue(self.partner, 500)
        self.dispute(disputed, 1000)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.move_id, other)
        self.assertEqual(self.reason(disputed), "disputed")
        self.assertEqual(disputed.dunning_reason, "In dispute: Price too high")
        self.assertFalse(disputed.dunning_next_date)

    def test_of_two_instalments_the_last_due_waits(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "In two halves",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 10)
                ],
            }
        )
        invoice = books.make_document(
            self.company, "out_invoice", self.partner, "2026-02-01", None, 1000, term=term
        )
        first, last = books.receivable_items(invoice)
        self.dispute(invoice, 600)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.move_line_id, first)
        self.assertEqual(notice.amount_due, 400)
        self.pay(invoice, "2026-03-06", 400)
        self.assertFalse(self.night("2026-03-20"))
        self.assertEqual(first.amount_residual + last.amount_residual, 600)

    def test_two_disputes_of_one_invoice(self):
        invoice = self.overdue(self.partner, 1000)
        self.dispute(invoice, 200)
        self.dispute(invoice, 300, reason=self.damaged)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 500)
        self.refused("not yet disputed", lambda: self.dispute(invoice, 500.01))
        self.dispute(invoice, 500)
        self.assertEqual(self.reason(invoice), "disputed")

    def test_a_promise_for_the_rest(self):
        """The customer pays the undisputed part by a day: nothing is asked for."""
        invoice = self.overdue(self.partner, 1000)
        dispute = self.dispute(invoice, 300)
        promise = self.env["account.payment.promise"].create(
            {
                "partner_id": self.partner.id,
                "move_line_ids": [Command.set(books.receivable_items(invoice).ids)],
                "amount": 700,
                "date": "2026-03-20",
            }
        )
        self.assertFalse(self.night("2026-03-05"))
        self.pay(invoice, "2026-03-18", 700)
        self.assertEqual((promise.state, dispute.state), ("kept", "open"))
        self.assertEqual((dispute.amount_open, self.reason(invoice)), (300, "disputed"))
        self.assertFalse(self.night("2026-03-19"))
        dispute.action_withdraw()
        [notice] = self.night("2026-03-23")
        self.assertEqual(notice.amount_due, 300)

    def test_more_is_paid_than_was_undisputed(self):
        invoice = self.overdue(self.partner, 1000)
        dispute = self.dispute(invoice, 300)
        self.pay(invoice, "2026-03-03", 900)
        self.assertEqual((dispute.state, dispute.amount_open), ("open", 100))
        self.assertFalse(self.night("2026-03-05"))

    def test_dollars(self):
        dollar = self.currency("USD", 2)
        invoice = self.invoice(self.partner, "2026-02-01", "2026-03-02", 1000, dollar)
        dispute = self.dispute(invoice, 250)
        self.assertEqual(dispute.currency_id, dollar)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.amount_residual, 750)
        self.assertEqual(notice.amount_due, 375)
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "name": "2026-03-06",
                "company_rate": 2.5,
            }
        )
        self.credited(invoice, 250, "2026-03-07")
        self.assertEqual(dispute.state, "credited")

    def test_the_team_of_the_reason_answers(self):
        self.company.dunning_user_id = self.dunning_user()
        dispute = self.dispute(self.overdue(self.partner, 1000), 100, reason=self.damaged)
        self.assertEqual(dispute.user_id, self.keeper)
        self.assertEqual(str(dispute.deadline), "2026-03-05")
        self.assertEqual(dispute.activity_ids.user_id, self.keeper)
        self.assertEqual(str(dispute.activity_ids.date_deadline), "2026-03-05")

    def test_without_an_answer_it_is_back_in_the_worklist(self):
        dispute = self.dispute(self.overdue(self.partner, 1000), 1000)
        self.day("2026-03-12")
        row = self.row()
        self.assertEqual((row.needs_dispute, row.attention), (False, False))
        self.day("2026-03-13")
        row = self.row()
        self.assertEqual((row.needs_dispute, row.attention), (True, "dispute"))
        self.assertEqual(row.situation, "attention")
        dispute._reject("It is as ordered.")
        self.assertFalse(self.row().needs_dispute)


class TestEnd(DisputeCase):
    def test_a_credit_note_closes_it_and_undone_it_is_open_again(self):
        invoice = self.overdue(self.partner, 1000)
        dispute = self.dispute(invoice, 200)
        note = self.credited(invoice, 200)
        self.assertEqual((dispute.state, dispute.amount_open), ("credited", 0))
        self.assertEqual(dispute.amount_credited, 200)
        self.assertEqual(str(dispute.closed_on), "2026-03-02")
        self.assertFalse(dispute.activity_ids)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 800)
        books.receivable_items(note).remove_move_reconcile()
        self.assertEqual((dispute.state, dispute.amount_open), ("open", 200))
        self.assertFalse(dispute.closed_on)
        self.assertEqual(len(dispute.activity_ids), 1, "Somebody must answer again.")

    def test_a_part_is_credited(self):
        invoice = self.overdue(self.partner, 1000)
        dispute = self.dispute(invoice, 200)
        self.credited(invoice, 150)
        self.assertEqual((dispute.state, dispute.amount_open), ("open", 50))
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 800)
        self.credited(invoice, 50)
        self.assertEqual(dispute.state, "credited")

    def test_one_credit_note_closes_one_dispute(self):
        invoice = self.overdue(self.partner, 1000)
        one = self.dispute(invoice, 200)
        two = self.dispute(invoice, 200, reason=self.damaged)
        self.credited(invoice, 200)
        self.assertEqual((one.state, two.state), ("credited", "open"))
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 600)
        self.credited(invoice, 200)
        self.assertEqual((one.state, two.state), ("credited", "credited"))

    def test_what_was_credited_before_is_no_answer(self):
        invoice = self.overdue(self.partner, 1000)
        self.credited(invoice, 300)
        dispute = self.dispute(invoice, 200)
        self.pay(invoice, "2026-03-03", 100)
        self.assertEqual((dispute.state, dispute.amount_credited), ("open", 0))

    def test_all_is_paid(self):
        invoice = self.overdue(self.partner, 1000)
        dispute = self.dispute(invoice, 200)
        self.pay(invoice, "2026-03-04")
        self.assertEqual((dispute.state, dispute.amount_open), ("paid", 0))
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual((dispute.state, dispute.amount_open), ("open", 200))

    def test_rejected(self):
        """Dunning resumes at the level where it was, and the customer's answer is kept."""
        invoice = self.overdue(self.partner, 1000)
        self.night("2026-03-05")
        self.day("2026-03-06")
        dispute = self.dispute(invoice, 1000)
        self.assertFalse(self.night("2026-03-16"))
        self.assertIn("account.dunning.dispute.reject", dispute.action_reject()["res_model"])
        dispute._reject("The price is that of the order.")
        self.assertEqual((dispute.state, dispute.amount_open), ("rejected", 0))
        self.assertEqual(dispute.answer, "The price is that of the order.")
        self.assertFalse(dispute.activity_ids)
        [notice] = self.night("2026-03-17")
        self.assertEqual(notice.amount_due, 1000)
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_what_was_rejected_stays_rejected(self):
        invoice = self.overdue(self.partner, 1000)
        dispute = self.dispute(invoice, 200)
        dispute._reject("No.")
        self.pay(invoice, "2026-03-04")
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual((dispute.state, dispute.amount_open), ("rejected", 0))
        self.refused("closed already", dispute.action_withdraw)
        self.refused("closed already", lambda: dispute._reject("No again."))

    def test_withdrawn(self):
        invoice = self.overdue(self.partner, 1000)
        dispute = self.dispute(invoice, 1000)
        dispute.action_withdraw()
        self.assertEqual(dispute.state, "withdrawn")
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])


class TestRefused(DisputeCase):
    def setUp(self):
        super().setUp()
        self.open = self.overdue(self.partner, 1000)

    def test_more_than_is_open(self):
        self.refused("more than the", lambda: self.dispute(self.open, 1000.01))
        self.pay(self.open, "2026-03-01", 400)
        self.refused("more than the", lambda: self.dispute(self.open, 601))
        self.dispute(self.open, 600)

    def test_a_paid_invoice(self):
        self.pay(self.open, "2026-03-01")
        self.refused("nothing left to dispute", lambda: self.dispute(self.open, 10))

    def test_what_is_no_posted_invoice(self):
        draft = self.open.copy()
        credit = self.credit(self.partner, "2026-03-01", 50)
        for move in (draft, credit):
            self.refused("Only a posted", lambda move=move: self.dispute(move, 10))

    def test_the_lines_of_another_invoice(self):
        other = self.overdue(self.partner, 500)
        self.refused(
            "must be of invoice",
            lambda: self.dispute(
                self.open, 10, invoice_line_ids=[Command.set(other.invoice_line_ids.ids)]
            ),
        )

    def test_a_deadline_in_the_past(self):
        self.refused("in the past", lambda: self.dispute(self.open, 10, deadline="2026-03-01"))

    def test_it_is_not_deleted(self):
        dispute = self.dispute(self.open, 10)
        with self.assertRaisesRegex((UserError), "withdraw it"), self.env.cr.savepoint():
            dispute.unlink()


class TestRights(DisputeCase):
    def setUp(self):
        super().setUp()
        self.open = self.overdue(self.partner, 1000)

    def test_sales_staff_take_it_down_and_do_not_settle_it(self):
        dispute = self.dispute(self.open, 100, user=self.keeper)
        self.assertEqual((dispute.state, dispute.amount_open), ("open", 100))
        own = dispute.with_user(self.keeper)
        for call in (
            own.action_reject,
            own.action_withdraw,
            lambda: own._reject("No."),
            lambda: own.write({"note": "x"}),
            own.unlink,
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call()
        self.assertEqual(dispute.state, "open")

    def test_the_amount_is_not_changed_by_hand(self):
        user = self.dunning_user()
        dispute = self.dispute(self.open, 100, user=user)
        for vals in ({"amount": 1000}, {"state": "paid"}, {"amount_open": 0}, {"answer": "x"}):
            self.refused("not changed", lambda vals=vals: dispute.with_user(user).write(vals))
        dispute.with_user(user).write({"note": "Two boxes of ten.", "deadline": "2026-03-20"})
        forged = self.dispute(self.open, 100, user=user, state="rejected", amount_open=900)
        self.assertEqual((forged.state, forged.amount_open), ("open", 100))

    def test_a_dunning_user_settles_it(self):
        user = self.dunning_user()
        self.dispute(self.open, 100, user=user).action_withdraw()
        self.dispute(self.open, 100, user=user)._reject("No.")

    def test_an_auditor_reads_and_an_employee_does_not(self):
        dispute = self.dispute(self.open, 100)
        auditor = self.user("auditor", "account.group_account_readonly")
        self.assertEqual(dispute.with_user(auditor).state, "open")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.dispute(self.open, 100, user=auditor)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            dispute.with_user(self.user("clerk", "base.group_user")).read(["state"])

    def test_another_companys_invoice(self):
        other = books.make_company(self.env, "Retail Ltd", dunning_working_days_only=False)
        other.dunning_policy_id = books.make_policy(self.env, other)
        theirs = books.make_document(
            other, "out_invoice", self.partner, "2026-02-01", "2026-03-02", 100
        )
        user = self.dunning_user()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.dispute(theirs, 10, user=user)
        dispute = self.dispute(theirs, 10)
        self.assertEqual(dispute.company_id, other)
        with self.assertRaises(AccessError):
            dispute.with_user(user).read(["state"])
        self.assertEqual(self.row().amount_disputed, 0)


class TestHoldOfAnInvoice(DisputeCase):
    """A hold of one invoice is written by a wizard; what it does is decided here."""

    def test_an_invoice_on_hold_waits_and_others_do_not(self):
        held, other = self.overdue(self.partner, 1000), self.overdue(self.partner, 500)
        held.sudo().write({"dunning_hold_until": "2026-03-10", "dunning_hold_reason": "Goods late"})
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.move_id, other)
        self.assertEqual(notice.amount_due, 500)
        self.assertEqual(self.reason(held), "on_hold")
        self.assertEqual(str(held.dunning_next_date), "2026-03-11")
        self.assertFalse(self.night("2026-03-10"))
        self.night("2026-03-11")
        self.assertEqual(self.levels(held), [1])


@tagged("dunning_performance")
class TestQueries(DisputeCase):
    def judged(self, customers):
        """Queries to judge the disputes of so many invoices."""
        rows = [
            (self.customer(f"Shop {number}"), "2026-02-01", "2026-03-02", 100)
            for number in range(customers)
        ]
        moves = books.make_invoices(self.company, rows)
        for move in moves:
            self.dispute(move, 50)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        books.receivable_items(moves)._judge_kept_back()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_disputes(self):
        self.judged(2)
        few = self.judged(3)
        self.assertLessEqual(self.judged(20), few + 3)
