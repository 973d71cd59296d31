"""An invoice that is reset to draft or cancelled under a promise is nobody's broken word."""

from .test_promises import PromiseCase


class TestCorrected(PromiseCase):
    DATES = ("2026-03-10", "2026-04-10", "2026-05-10")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = cls.overdue(cls.partner, 300)
        cls.other = cls.overdue(cls.partner, 600)

    def both(self, **vals):
        return self.plan(self.one | self.other, self.DATES, (300, 300, 300), **vals)

    def test_the_last_instalments_shrink(self):
        plan = self.both()
        self.one.button_draft()
        self.assertEqual((plan.state, plan.amount), ("open", 600))
        self.assertEqual(plan.line_ids.sorted("date").mapped("amount"), [300, 300])
        self.assertEqual(str(plan.date), self.DATES[1])
        self.assertEqual(plan.item_ids.move_id, self.other)
        self.assertEqual(sum(plan.item_ids.mapped("amount_covered")), 600)
        note = plan.message_ids[0].body
        self.assertIn(self.one.name, note)
        self.assertIn("600.00", note)

    def test_an_instalment_shrinks_in_part(self):
        plan = self.plan(self.one | self.other, self.DATES[:2], (400, 500))
        self.one.button_cancel()
        self.assertEqual(plan.line_ids.sorted("date").mapped("amount"), [400, 200])

    def test_nothing_is_left(self):
        """Cancelled, not broken: nobody is told, and nobody's rate suffers."""
        promise = self.promise(self.one, "2026-03-20")
        name = self.one.name
        self.one.button_draft()
        self.assertEqual(promise.state, "cancelled")
        self.assertIn(name, promise.message_ids[0].body)
        self.night("2026-03-25")
        self.assertEqual(promise.state, "cancelled")
        self.assertFalse(self.activities())

    def test_what_was_paid_by_it_is_not_missing(self):
        """The first instalment was paid by the invoice that is cancelled."""
        plan = self.both()
        self.pay(self.one, "2026-03-10")
        self.night("2026-03-20")
        self.assertEqual(self.states(plan), ["kept", "open", "open"])
        self.one.button_cancel()
        self.night("2026-03-21")
        self.assertEqual((plan.state, plan.amount), ("open", 600))
        self.assertEqual(self.states(plan), ["open", "open"])
        self.assertFalse(self.activities())
        self.pay(self.other, "2026-04-10")
        self.assertEqual(plan.state, "kept")

    def test_while_it_waits_for_approval(self):
        self.company.promise_max_instalments = 2
        plan = self.both(user=self.dunning_user())
        self.assertEqual(plan.state, "draft")
        self.other.button_draft()
        self.assertEqual((plan.state, plan.amount), ("draft", 300))
        self.assertEqual(plan.line_ids.mapped("amount"), [300])

    def test_what_was_kept_stays_kept(self):
        promise = self.promise(self.one, "2026-03-20")
        self.pay(self.one, "2026-03-10")
        self.assertEqual(promise.state, "kept")
        self.one.button_cancel()
        self.night("2026-03-25")
        self.assertEqual(promise.state, "kept")
        self.assertFalse(self.activities())

    def test_a_credit_note_counts_as_a_payment(self):
        promise = self.promise(self.one, "2026-03-20")
        note = self.credit(self.partner, "2026-03-05", 300)
        lines = (self.one | note).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.assertEqual((promise.state, promise.amount), ("kept", 300))

    def test_a_plan_with_interest(self):
        """The interest stays agreed on; with nothing else left it goes as well."""
        self.company.write({"promise_interest_rate": 10, "promise_max_days": 0})
        plan = self.both()
        interest, invoice = plan.amount_interest, plan.interest_move_id
        self.assertGreater(interest, 0)
        self.one.button_draft()
        self.assertAlmostEqual(plan.amount, 600 + interest)
        self.assertAlmostEqual(sum(plan.line_ids.mapped("amount")), plan.amount)
        self.assertAlmostEqual(plan.amount_interest, interest)
        self.assertEqual(plan.item_ids.move_id, self.other | invoice)
        self.other.button_draft()
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(invoice.payment_state, "reversed")

    def test_the_interest_itself_is_waived(self):
        self.company.write({"promise_interest_rate": 10, "promise_max_days": 0})
        plan = self.both()
        plan.interest_move_id.button_cancel()
        self.assertEqual((plan.state, plan.amount, plan.amount_interest), ("open", 900, 0))
        self.assertEqual(sum(plan.line_ids.mapped("amount")), 900)

    def test_by_who_may_not_change_promises(self):
        accountant = self.user("accountant", "account.group_account_manager")
        promise = self.promise(self.one, "2026-03-20")
        self.one.with_user(accountant).button_draft()
        self.assertEqual(promise.state, "cancelled")
