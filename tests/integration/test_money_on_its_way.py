"""Money on the bank that nobody has matched: reminders wait, and one click matches it."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from . import books
from .test_worklist import WorklistCase as Base


class MoneyCase(Base):
    """The company's bank has a suspense account, as a chart of accounts would give it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = books.journal(cls.company, "bank")
        cls.bank.suspense_account_id = cls.env["account.account"].create(
            {
                "code": "499000",
                "name": "Bank Suspense",
                "account_type": "asset_current",
                "company_ids": [(6, 0, cls.company.ids)],
            }
        )

    @classmethod
    def comes_in(cls, date, amount, text="Payment", **vals):
        """A transaction that the bank reports; nobody has matched it."""
        line = cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.bank.id,
                "date": date,
                "amount": amount,
                "payment_ref": text,
                **vals,
            }
        )
        cls.bank_is_as_old_as(line)
        cls.env.cr.flush()
        return line

    @classmethod
    def bank_is_as_old_as(cls, line):
        """The transaction was imported on its own day: the database's clock is not the test's."""
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE account_bank_statement_line SET create_date = %s WHERE id = %s",
            [f"{line.date} 08:00:00", line.id],
        )

    def money(self, partner, **vals):
        domain = [("partner_id", "=", partner.id)]
        domain += [(name, "=", value) for name, value in vals.items()]
        return self.env["account.dunning.money"].search(domain)

    def state(self, partner):
        """(evidence, certain) of what was found for a customer."""
        return [(own.evidence, own.certain) for own in self.money(partner)]


class TestMoneyOnItsWay(MoneyCase):
    def test_reminders_wait_until_it_is_matched(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 1210)
        invoice.payment_reference = "+++090/9337/55493+++"
        line = self.comes_in("2026-03-04", 1210, "Invoice 090933755493")
        for date in ("2026-03-05", "2026-03-06", "2026-03-20"):
            self.assertFalse(self.night(date))
            self.assertEqual(self.reason(invoice), "looks_paid")
        self.assertIn("1,210.00", invoice.dunning_reason)
        self.assertIn("4 March, not matched yet", invoice.dunning_reason)
        self.assertFalse(invoice.dunning_next_date)

        row = self.row(bakery)
        self.assertEqual(
            (row.needs_money, row.attention, row.situation), (True, "money", "attention")
        )
        self.assertIn("Looks paid", row.reason)
        self.assertIn("Match the money", row.next_step)
        [found] = row.money_ids
        self.assertEqual(found.evidence, "reference")
        self.assertEqual(found.move_line_id.move_id, invoice)
        self.assertEqual(found.match_words, invoice.name)

        found.action_match()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.partner_id, bakery)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertFalse(self.row(bakery).needs_money)
        self.assertFalse(self.night("2026-03-21"))

    def test_undone_it_keeps_reminders_back_again(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 1210)
        line = self.comes_in("2026-03-04", 1210, partner_id=bakery.id)
        self.money(bakery).action_match()
        self.night("2026-03-05")
        self.assertFalse(self.money(bakery), "what is matched is forgotten")
        line.action_undo_reconciliation()
        self.env.cr.flush()
        self.assertEqual(self.state(bakery), [("partner", True)])
        self.assertEqual(self.reason(invoice), "looks_paid")

    def test_who_says_it_is_somebody_elses_lets_reminders_go_on(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.comes_in("2026-03-04", 77, partner_id=bakery.id)
        self.assertFalse(self.night("2026-03-05"))
        clerk = self.billing_user()
        self.money(bakery).with_user(clerk).action_dismiss()
        self.assertFalse(self.row(bakery).needs_money)
        self.assertTrue(self.night("2026-03-06"))
        self.assertEqual(self.levels(invoice), [1])
        found = self.money(bakery)
        self.assertEqual(found.dismissed_user_id, clerk, "the night does not forget it")
        found.with_user(clerk).action_restore()
        self.assertFalse(self.night("2026-03-17"))
        self.assertEqual(self.reason(invoice), "looks_paid")

    def test_the_account_and_the_name_tell_as_well(self):
        bakery, butcher = self.customer(), self.customer("Slagerij Maes BV")
        self.overdue(bakery, 500)
        self.overdue(butcher, 800)
        self.env["res.partner.bank"].create(
            {"acc_number": "BE71 0961 2345 6769", "partner_id": bakery.id}
        )
        self.comes_in("2026-03-04", 10, account_number="BE71096123456769")
        self.comes_in("2026-03-04", 800, partner_name="SLAGERIJ MAES")
        self.assertEqual(self.state(bakery), [("account", True)])
        self.assertEqual(self.state(butcher), [("name", True)])
        self.assertFalse(self.night("2026-03-05"))

    def test_an_amount_alone_is_shown_and_stops_nothing(self):
        bakery = self.customer()
        self.overdue(bakery, 1234.56)
        self.comes_in("2026-03-04", 1234.56)
        self.assertEqual(self.state(bakery), [("amount", False)])
        self.assertEqual(len(self.row(bakery).money_ids), 1)
        self.assertFalse(self.row(bakery).needs_money)
        self.assertTrue(self.night("2026-03-05"))

    def test_money_that_was_there_before_the_invoice_is_found_at_night(self):
        bakery = self.customer()
        self.comes_in("2026-03-02", 1000, partner_id=bakery.id)
        self.assertFalse(self.money(bakery), "nothing is open")
        invoice = self.overdue(bakery)
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.reason(invoice), "looks_paid")

    def test_a_payment_registered_by_hand_is_the_same_money(self):
        """Whoever registers payments and leaves the bank unmatched has done all there is."""
        bakery = self.customer()
        paid, other = self.overdue(bakery, 300), self.overdue(bakery, 700)
        outstanding = self.env["account.account"].search(
            [("code", "=", "580000"), ("company_ids", "in", self.company.ids)]
        )
        outstanding.reconcile = True
        self.bank.inbound_payment_method_line_ids.payment_account_id = outstanding
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({"payment_date": "2026-03-03", "journal_id": self.bank.id})._create_payments()
        self.comes_in("2026-03-04", 300, partner_id=bakery.id)
        self.assertFalse(self.money(bakery))
        self.assertTrue(self.night("2026-03-05"))
        self.assertEqual(self.levels(other), [1])
        # A second one of the same amount is another one.
        self.comes_in("2026-03-05", 300, partner_id=bakery.id)
        self.assertEqual(self.state(bakery), [("partner", True)])

    def test_what_goes_out_money_that_came_in_meanwhile_stops(self):
        self.policy.level_ids[0].requires_approval = True
        bakery = self.customer()
        self.overdue(bakery)
        self.night("2026-03-05")
        [notice] = self.notices(bakery, ["draft"])
        self.comes_in("2026-03-05", 1000, partner_id=bakery.id)
        notice.with_user(self.dunning_manager()).action_approve()
        self.env.invalidate_all()
        self.assertNotEqual(notice.state, "sent")

    def test_neither_does_a_person_send_over_it(self):
        bakery = self.customer()
        self.overdue(bakery, due="2026-02-20")
        self.comes_in("2026-03-02", 1000, partner_id=bakery.id)
        wizard = self.env["account.dunning.reminder"].browse(
            self.row(bakery).action_send_reminder()["res_id"]
        )
        self.assertIn("Looks paid", wizard.why_nothing)

    def test_nobody_is_told_of_a_broken_promise_whose_money_is_there(self):
        self.company.promise_broken_message = True
        bakery = self.customer()
        self.overdue(bakery, 900)
        promise = (
            self.env["account.payment.promise"]
            .with_user(self.dunning_user())
            .create(
                {
                    "partner_id": bakery.id,
                    "amount": 900,
                    "line_ids": [Command.create({"date": "2026-03-05", "amount": 900})],
                }
            )
        )
        self.comes_in("2026-03-06", 900, partner_id=bakery.id)

        def told():
            return self.env["mail.mail"].search(
                [("model", "=", "account.payment.promise"), ("res_id", "=", promise.id)]
            )

        self.night("2026-03-12")
        self.assertEqual(promise.state, "broken")
        self.assertFalse(told())
        self.money(bakery).action_dismiss()
        self.night("2026-03-13")
        self.assertTrue(told(), "it was somebody else's: the customer hears of it now")

    def test_a_company_may_do_without(self):
        self.company.dunning_money_stops = False
        bakery = self.customer()
        self.overdue(bakery)
        self.comes_in("2026-03-04", 1000, partner_id=bakery.id)
        self.assertTrue(self.night("2026-03-05"))
        self.assertFalse(self.row(bakery).needs_money)

    def test_what_is_named_is_paid_first_and_then_the_oldest(self):
        bakery = self.customer()
        old, new = self.overdue(bakery, 100, due="2026-01-20"), self.overdue(bakery, 300)
        self.comes_in("2026-03-04", 350, f"for {new.name}")
        [found] = self.money(bakery)
        self.assertIn(f"{new.name}, ", found.match_words)
        self.assertIn(
            f"50.00\xa0€ of {old.name}", found.match_words.replace("€ 50.00", "50.00\xa0€")
        )
        found.action_match()
        self.assertEqual((new.amount_residual, old.amount_residual), (0, 50))

    def test_too_much_stays_a_credit_of_the_customer(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 100)
        self.comes_in("2026-03-04", 130, invoice.name)
        self.money(bakery).action_match()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self.row(bakery).amount_credit or 30, 30)

    def test_whoever_may_register_payments_may_match(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        line = self.comes_in("2026-03-04", 1000, partner_id=bakery.id)
        clerk = self.billing_user()
        found = self.money(bakery).with_user(clerk)
        self.assertEqual(found.amount, 1000)
        self.assertIn("INV", found.match_words)
        with self.assertRaises(UserError):
            self.money(bakery).with_user(self.dunning_user()).action_match()
        self.assertFalse(line.is_reconciled)
        found.action_match()
        self.env.invalidate_all()
        self.assertTrue(line.is_reconciled)
        self.assertFalse(invoice.amount_residual)

    def test_others_do_not_see_or_touch_it(self):
        bakery = self.customer()
        self.overdue(bakery)
        self.comes_in("2026-03-04", 1000, partner_id=bakery.id)
        sales = self.user("sales", "account_dunning_plus.group_dunning_viewer")
        with self.assertRaises(AccessError):
            self.money(bakery).with_user(sales).read(["amount"])
        with self.assertRaises(AccessError):
            self.money(bakery).with_user(sales).action_dismiss()
        other = books.make_company(self.env, "Other Ltd")
        stranger = self.user("stranger", "account_dunning_plus.group_dunning_user", other)
        with self.assertRaises(AccessError):
            self.money(bakery).with_user(stranger).action_dismiss()
        self.assertTrue(self.row(bakery, sales).needs_money, "why is told to who may see the row")

    def test_nothing_costs_where_nothing_came_in(self):
        for number in range(4):
            self.overdue(self.customer(f"Customer {number}"))
        facts = self.env["account.dunning.facts"]
        ids = facts._partner_ids_with_open_items(self.company)
        today = self.company._dunning_today()
        calendar = self.company._dunning_working_days(today)

        def decide():
            facts._decide(self.company, ids, today, calendar)

        plain = self.queries(decide)
        self.company.write({"dunning_money_stops": False, "dunning_bank_days": 0})
        self.company.dunning_undelivered_since = False
        self.assertLessEqual(plain - self.queries(decide), 3)


class TestOldBank(MoneyCase):
    def reminded_twice(self):
        """Invoices for the first and the second level of one night.

        :return: first, second
        """
        second = self.overdue(self.customer(), due="2026-02-16")
        self.comes_in("2026-02-20", -5)
        self.night("2026-02-21")
        self.assertEqual(self.levels(second), [1])
        return self.overdue(self.customer("Butcher Maes")), second

    def test_only_first_reminders_go_out_while_the_bank_is_old(self):
        first, second = self.reminded_twice()
        self.night("2026-03-05")
        self.assertEqual((self.levels(first), self.levels(second)), ([1], [1]))
        self.assertEqual(self.reason(second), "bank_old")
        self.assertIn("newer bank statement", second.dunning_reason)
        self.assertIn("20 February", self.run_of("2026-03-05").bank_message)

        self.comes_in("2026-03-05", -5)
        self.night("2026-03-06")
        self.assertEqual(self.levels(second), [1, 2])
        self.assertFalse(self.run_of("2026-03-06").bank_message)

    def test_the_accountant_is_told_once(self):
        self.company.dunning_user_id = self.billing_user()
        self.reminded_twice()
        for date in ("2026-03-05", "2026-03-06", "2026-03-09"):
            self.night(date)
        [told] = self.bank.activity_ids
        self.assertEqual(told.user_id, self.company.dunning_user_id)
        self.assertIn("20 February", told.note)
        clerk = self.company.dunning_user_id
        rows = self.env["account.dunning.followup"].with_user(clerk)
        self.assertIn("20 February", rows.bank_warning())
        self.comes_in("2026-03-09", -5)
        self.night("2026-03-10")
        self.assertFalse(self.bank.activity_ids)
        self.assertFalse(rows.bank_warning())

    def test_a_person_says_that_there_is_nothing_newer(self):
        _first, second = self.reminded_twice()
        self.night("2026-03-05")
        rows = self.env["account.dunning.followup"]
        sales = self.user("sales", "account_dunning_plus.group_dunning_viewer")
        self.assertFalse(rows.with_user(sales).action_bank_checked())
        self.assertTrue(rows.bank_warning())
        rows.with_user(self.billing_user()).action_bank_checked()
        self.assertFalse(rows.bank_warning())
        self.night("2026-03-06")
        self.assertEqual(self.levels(second), [1, 2])
        self.day("2026-03-13")
        self.assertTrue(rows.bank_warning(), "it is good for as many days as a transaction")

    def test_imported_lately_is_fresh(self):
        _first, second = self.reminded_twice()
        self.env.cr.execute(
            "UPDATE account_bank_statement_line SET create_date = '2026-03-04 08:00:00'"
            " WHERE journal_id = %s",
            [self.bank.id],
        )
        self.night("2026-03-05")
        self.assertEqual(self.levels(second), [1, 2])

    def test_a_journal_without_transactions_or_no_longer_used_stops_nothing(self):
        _first, second = self.reminded_twice()
        used = self.bank.copy({"name": "Second", "code": "BNK2"})
        self.night("2026-03-05")
        self.assertEqual(self.reason(second), "bank_old", "the new one has none yet")
        self.env.cr.execute(
            "UPDATE account_bank_statement_line SET internal_index ="
            " '20251101' || SUBSTR(internal_index, 9), create_date = '2025-11-01 08:00:00'"
            " WHERE journal_id = %s",
            [self.bank.id],
        )
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": used.id, "date": "2026-03-05", "amount": -1, "payment_ref": "Costs"}
        )
        self.bank_is_as_old_as(line)
        self.night("2026-03-06")
        self.assertEqual(self.levels(second), [1, 2])

    def test_without_a_limit_the_bank_is_never_old(self):
        self.company.dunning_bank_days = 0
        _first, second = self.reminded_twice()
        self.night("2026-03-05")
        self.assertEqual(self.levels(second), [1, 2])
