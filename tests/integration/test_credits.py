"""What a customer has paid or is owed counts against what is due."""

from . import books
from .common import MONDAY
from .common import DunningCase as Base


class TestCredits(Base):
    def test_credit_note_900_and_payment_100_cover_1000(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 1000)
        self.credit(bakery, "2026-03-02", 900)
        self.on_account(bakery, "2026-03-03", 100)
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.reason(invoice), "covered")
        self.assertIn("Covered by open credits", invoice.dunning_reason)
        self.assertEqual(self.run_of("2026-03-05").reason_ids.reason, "covered")

    def test_a_euro_short_is_dunned_for_a_euro_and_the_credits_are_shown(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 1000)
        note = self.credit(bakery, "2026-03-02", 900)
        money = self.on_account(bakery, "2026-03-03", 99)
        notice = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 1)
        self.assertEqual(notice.line_ids.amount_residual, 1000)
        for text in (invoice.name, note.name, money.move_name, "-900.00 €", "-99.00 €", ">1.00 €"):
            self.assertIn(text, self.text(notice))
        self.assertEqual(
            notice.amount_words.replace("\xa0", " "),
            "1,000.00 € for these items − 999.00 € open credits",
        )

    def test_credits_spent_on_something_else_no_longer_cover(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 500)
        note = self.credit(bakery, "2026-03-02", 500)
        self.assertFalse(self.night("2026-03-05"))
        other = self.invoice(bakery, "2026-03-05", "2026-05-05", 500)
        (books.receivable_items(other) | books.receivable_items(note)).reconcile()
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_credits_count_against_the_overdue_not_against_what_is_due_later(self):
        bakery = self.customer()
        self.overdue(bakery, 100)
        self.invoice(bakery, "2026-03-01", "2026-06-01", 5000)
        self.credit(bakery, "2026-03-02", 100)
        self.assertFalse(self.night("2026-03-05"))

    def test_credits_of_a_contact_are_the_customers(self):
        bakery = self.customer()
        shop = self.env["res.partner"].create({"name": "Shop", "parent_id": bakery.id})
        self.overdue(bakery, 100)
        self.credit(shop, "2026-03-02", 100)
        self.assertFalse(self.night("2026-03-05"))

    def test_credits_of_another_customer_do_not_count(self):
        self.overdue(self.customer(), 100)
        self.credit(self.customer("Butcher Jans"), "2026-03-02", 100)
        self.assertEqual(self.night("2026-03-05").amount_due, 100)

    def test_an_excluded_credit_is_left_out(self):
        """A credit note in dispute with the customer: it neither counts nor is shown."""
        bakery = self.customer()
        self.overdue(bakery, 100)
        note = self.credit(bakery, "2026-03-02", 100)
        note.no_followup = True
        notice = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 100)
        self.assertNotIn(note.name, self.text(notice))

    def test_a_minimum_is_of_the_net_amount(self):
        self.policy.minimum_amount = 25
        bakery = self.customer()
        invoice = self.overdue(bakery, 100)
        self.credit(bakery, "2026-03-02", 75.01)
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.reason(invoice), "below_minimum")
        self.overdue(bakery, 0.01)
        self.assertEqual(self.night("2026-03-06").amount_due, 25)

    def test_a_minimum_counts_all_that_is_overdue(self):
        """Two invoices of 20 are 40, although each is below the minimum by itself."""
        self.policy.minimum_amount = 25
        bakery = self.customer()
        self.overdue(bakery, 20)
        self.assertFalse(self.night("2026-03-05"))
        self.overdue(bakery, 20)
        self.assertEqual(len(self.night("2026-03-06").line_ids), 2)

    def test_a_minimum_of_a_level(self):
        self.second.minimum_amount = 500
        bakery = self.customer()
        invoice = self.overdue(bakery, 400)
        self.night("2026-03-05")
        self.assertFalse(self.night("2026-03-16"))
        self.assertEqual(self.reason(invoice), "below_minimum")
        self.assertIn("500.00", invoice.dunning_reason)
        self.overdue(bakery, 100)
        self.night("2026-03-17")
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_credit_in_another_currency(self):
        """$200 at two dollars a euro are €100: a credit of €40 leaves €60, and nothing negative."""
        usd = self.currency("USD", 2)
        bakery = self.customer()
        self.invoice(bakery, "2026-02-01", MONDAY, 200, usd)
        self.credit(bakery, "2026-03-02", 40)
        notice = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 60)
        self.assertTrue(
            all(total > 0 for total in notice._statement_rows()["totals"].values()),
            "the customer is not told to pay a negative amount",
        )

    def test_a_larger_credit_in_another_currency_covers(self):
        usd = self.currency("USD", 2)
        bakery = self.customer()
        self.invoice(bakery, "2026-02-01", MONDAY, 200, usd)
        self.credit(bakery, "2026-03-02", 100)
        self.assertFalse(self.night("2026-03-05"))

    def test_a_debt_to_the_same_company_does_not_count(self):
        """What we owe as their customer is not a credit of theirs: nobody has netted it."""
        bakery = self.customer()
        self.overdue(bakery, 100)
        payable = self.env["account.account"].create(
            {"code": "440000", "name": "Suppliers", "account_type": "liability_payable"}
        )
        bank = books.account(self.company, "asset_cash")
        self.env["account.move"].create(
            {
                "journal_id": books.journal(self.company, "bank").id,
                "date": MONDAY,
                "line_ids": [
                    (0, 0, {"account_id": payable.id, "partner_id": bakery.id, "credit": 100}),
                    (0, 0, {"account_id": bank.id, "debit": 100}),
                ],
            }
        ).action_post()
        self.assertEqual(self.night("2026-03-05").amount_due, 100)


class PaymentCase(Base):
    """Customer payments as users register them."""

    def payment(self, partner, amount, **vals):
        """A customer payment registered by hand, allocated to nothing."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "date": "2026-03-03",
                "journal_id": books.journal(self.company, "bank").id,
                **vals,
            }
        )
        payment.action_post()
        return payment

    def register(self, invoice, **vals):
        """Register a payment on an invoice with the wizard of core."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": books.journal(self.company, "bank").id, **vals})
        )
        return wizard._create_payments()


class TestInPayment(PaymentCase):
    """With a module that keeps payments without an entry until the bank statement arrives."""

    def setUp(self):
        super().setUp()
        self.patch(
            type(self.env["account.move"]),
            "_get_invoice_in_payment_state",
            lambda *args: "in_payment",
        )

    def test_an_unallocated_payment_without_an_entry(self):
        """Without an outstanding account there is no entry; the customer has paid all the same."""
        bakery = self.customer()
        invoice = self.overdue(bakery, 100)
        payment = self.payment(bakery, 100)
        self.assertFalse(payment.move_id)
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.reason(invoice), "covered")
        payment.action_reject()
        self.assertEqual(self.night("2026-03-06").amount_due, 100)

    def test_money_paid_back_is_no_credit(self):
        bakery = self.customer()
        self.overdue(bakery, 100)
        self.payment(bakery, 100, payment_type="outbound")
        self.assertEqual(self.night("2026-03-05").amount_due, 100)

    def test_in_payment_is_paid(self):
        """Registered, not yet seen at the bank: nobody is chased, and it is no credit either."""
        bakery = self.customer()
        invoice, other = self.overdue(bakery, 100), self.overdue(bakery, 30)
        payment = self.register(invoice)
        self.assertFalse(payment.move_id)
        self.assertEqual(invoice.amount_residual, 100)
        notice = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.move_id, other)
        self.assertEqual(notice.amount_due, 30)
        self.assertNotIn(invoice.name, self.text(notice))
        self.assertEqual(self.reason(invoice), "paid")

    def test_a_rejected_payment_is_dunned_again(self):
        invoice = self.overdue(self.customer(), 100)
        payment = self.register(invoice)
        self.assertFalse(self.night("2026-03-05"))
        payment.action_reject()
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_a_state_of_in_payment_that_another_module_sets(self):
        invoice = self.overdue(self.customer(), 100)
        self.env.cr.execute(
            "UPDATE account_move SET payment_state = 'in_payment' WHERE id = %s", [invoice.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.night("2026-03-05"))


class TestPayments(PaymentCase):
    """Payments in part, or not allocated."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        account = books.account(cls.company, "asset_current")
        account.reconcile = True
        methods = books.journal(cls.company, "bank").inbound_payment_method_line_ids
        methods.payment_account_id = account

    def test_an_unallocated_payment_with_an_entry(self):
        bakery = self.customer()
        self.overdue(bakery, 100)
        self.assertTrue(self.payment(bakery, 100).move_id)
        self.assertFalse(self.night("2026-03-05"))

    def test_a_partial_payment(self):
        invoice = self.overdue(self.customer(), 100)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06", 60)
        notice = self.night("2026-03-16")
        self.assertEqual((notice.amount_due, notice.line_ids.amount_residual), (40, 40))
        self.assertEqual(self.levels(invoice), [1, 2])
        self.pay(invoice, "2026-03-17")
        self.night("2026-04-01")
        self.assertEqual(self.levels(invoice), [1, 2])
        self.assertEqual(self.reason(invoice), "paid")

    def test_a_partial_payment_with_the_wizard(self):
        invoice = self.overdue(self.customer(), 100)
        self.register(invoice, amount=60)
        self.assertEqual(self.night("2026-03-05").amount_due, 40)

    def test_a_partial_payment_in_a_foreign_currency(self):
        usd = self.currency("USD", 2)
        invoice = self.invoice(self.customer(), "2026-02-01", MONDAY, 200, usd)
        self.pay(invoice, "2026-03-04", 50)
        notice = self.night("2026-03-05")
        self.assertEqual((notice.amount_due, notice.line_ids.amount_residual), (75, 150))
        self.assertEqual(notice.line_ids.currency_id, usd)

    def test_reversed(self):
        invoice = self.overdue(self.customer(), 100)
        reversal = self.env["account.move.reversal"].create(
            {
                "move_ids": [(6, 0, invoice.ids)],
                "journal_id": invoice.journal_id.id,
                "date": MONDAY,
            }
        )
        reversal.modify_moves()
        self.assertFalse(self.night("2026-03-05"))


class TestOpeningEntries(Base):
    """Open items of a general journal are excluded by core, until somebody takes them in."""

    def test_an_opening_entry(self):
        bakery = self.customer()
        item = books.make_money(self.company, bakery, "2026-01-01", -800, kind="general")
        self.assertEqual(item.amount_residual, 800)
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.reason(item.move_id), "excluded")
        item.no_followup = False
        notice = self.night("2026-03-06")
        self.assertEqual(notice.line_ids.move_line_id, item)
        self.assertEqual(notice.amount_due, 800)
        self.assertIn(item.move_id.name, self.text(notice))
        self.assertEqual(self.levels(item.move_id), [1])

    def test_a_draft_is_no_debt(self):
        invoice = self.overdue(self.customer())
        invoice.button_draft()
        self.assertFalse(self.night("2026-03-05"))
        self.assertFalse(self.reason(invoice))
        invoice.action_post()
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])
