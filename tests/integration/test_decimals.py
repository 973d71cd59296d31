"""Companies and customers whose money has no decimals, or three of them."""

from . import books
from .common import DunningCase as Base


class TestYen(Base):
    """A company in yen: an amount is whole, and never a hundred times what it is."""

    code = "JPY"
    whole, rest, minimum = 10000, 6667, 6668
    words = ("10,000", "6,667")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currency = cls.currency(cls.code, 1)
        cls.own = books.make_company(
            cls.env, "Trading", currency_id=currency.id, dunning_working_days_only=False
        )
        books.leave_only(cls.env, cls.own)
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.own.ids))
        cls.company = cls.own.with_env(cls.env)
        cls.policy = books.make_policy(cls.env, cls.company)
        cls.first = cls.policy.level_ids[0]
        cls.company.dunning_policy_id = cls.policy

    def partly_paid(self):
        invoice = self.overdue(self.customer(), self.whole)
        self.pay(invoice, "2026-03-03", self.company.currency_id.round(self.whole - self.rest))
        return invoice

    def test_what_is_open_is_asked_for(self):
        invoice = self.partly_paid()
        notice = self.night("2026-03-05")
        currency = self.company.currency_id
        self.assertEqual(notice.currency_id, currency)
        self.assertFalse(currency.compare_amounts(notice.amount_due, self.rest))
        self.assertFalse(currency.compare_amounts(notice.line_ids.amount_residual, self.rest))
        self.assertIn(self.words[1], self.text(notice))
        self.assertNotIn(f"{self.words[1]}.", self.text(notice).replace(". ", " "))
        [total] = notice._statement_rows()["totals"].values()
        self.assertFalse(currency.compare_amounts(total, self.rest))
        self.assertEqual(self.levels(invoice), [1])
        run = self.run_of("2026-03-05")
        self.assertFalse(currency.compare_amounts(run.amount_due, self.rest))
        self.assertFalse(currency.compare_amounts(sum(run.reason_ids.mapped("amount")), self.rest))

    def test_a_minimum_is_met_to_the_last_unit(self):
        self.policy.minimum_amount = self.minimum
        invoice = self.partly_paid()
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.reason(invoice), "below_minimum")
        self.policy.minimum_amount = self.rest
        self.assertTrue(self.night("2026-03-06"))

    def test_the_worklist_agrees(self):
        self.first.write({"send_email": True, "requires_approval": True})
        self.partly_paid()
        self.night("2026-03-05")
        row = self.env["account.dunning.followup"].search([("company_id", "=", self.company.id)])
        currency = self.company.currency_id
        self.assertFalse(currency.compare_amounts(row.amount_overdue, self.rest))
        self.assertFalse(currency.compare_amounts(row.amount_due, self.rest))

    def test_a_part_promised_is_not_asked_for(self):
        invoice = self.partly_paid()
        currency = self.company.currency_id
        part = currency.round(self.rest / 3)
        self.env["account.payment.promise"].create(
            {
                "partner_id": invoice.partner_id.id,
                "company_id": self.company.id,
                "move_line_ids": [(6, 0, books.receivable_items(invoice).ids)],
                "amount": part,
                "line_ids": [(0, 0, {"date": "2026-03-10", "amount": part})],
            }
        )
        notice = self.night("2026-03-05")
        self.assertFalse(currency.compare_amounts(notice.amount_due, self.rest - part))
        self.assertFalse(
            currency.compare_amounts(notice.line_ids.amount_residual, self.rest - part)
        )

    def test_a_statement_of_account(self):
        invoice = self.partly_paid()
        self.day("2026-03-05")
        statement = invoice.partner_id.with_company(self.company)._dunning_statement()
        currency = self.company.currency_id
        [(_currency, overdue, _upcoming, _credits, total)] = statement["totals"]
        self.assertFalse(currency.compare_amounts(overdue, self.rest))
        self.assertFalse(currency.compare_amounts(total, self.rest))
        self.assertFalse(
            currency.compare_amounts(sum(own for _label, own in statement["ageing"]), self.rest)
        )


class TestDinar(TestYen):
    """A company in Tunisian dinar: millimes count."""

    code = "TND"
    whole, rest, minimum = 1234.567, 1000.125, 1000.126
    words = ("1,234.567", "1,000.125")


class TestForeign(Base):
    """A company in euro with customers who pay in other money."""

    def ask(self, code, rate, amount):
        currency = self.currency(code, rate)
        invoice = self.invoice(
            self.customer(code), "2026-02-01", "2026-03-02", amount, currency=currency
        )
        notice = self.night("2026-03-05").filtered(lambda own: own.partner_id.name == code)
        self.assertEqual(self.levels(invoice), [1])
        self.assertFalse(currency.compare_amounts(notice.line_ids.amount_residual, amount))
        return notice

    def test_yen(self):
        notice = self.ask("JPY", 160, 16001)
        self.assertEqual(notice.amount_due, 100.01)
        self.assertIn("16,001", self.text(notice))
        self.assertNotIn("16,001.0", self.text(notice))

    def test_kuwaiti_dinar(self):
        notice = self.ask("KWD", 0.333, 333.125)
        self.assertEqual(notice.amount_due, 1000.38)
        self.assertIn("333.125", self.text(notice))

    def test_a_part_paid_in_yen(self):
        currency = self.currency("JPY", 160)
        invoice = self.invoice(
            self.customer("JPY"), "2026-02-01", "2026-03-02", 10000, currency=currency
        )
        self.pay(invoice, "2026-03-03", 3333)
        notice = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.amount_residual, 6667)
        self.assertIn("6,667", self.text(notice))
