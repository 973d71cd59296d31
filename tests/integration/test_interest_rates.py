"""Interest: the published rates, who confirms them, and what a customer owes by them."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from .common import DunningCase


class InterestCase(DunningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.be")
        cls.partner = cls.customer(is_company=True)
        cls.user = new_test_user(
            cls.env,
            "interest_user",
            "account_dunning_plus.group_dunning_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.belgian = cls.env.ref("account_dunning_plus.rate_table_be_b2b")
        cls.dutch = cls.env.ref("account_dunning_plus.rate_table_nl_b2b")

    def followup(self):
        return (
            self.env["account.dunning.followup"]
            .search([("partner_id", "=", self.partner.id), ("company_id", "=", self.company.id)])
            .with_user(self.user)
        )

    def calculate(self, **vals):
        action = self.followup().action_interest()
        wizard = self.env[action["res_model"]].with_user(self.user).browse(action["res_id"])
        with Form(wizard) as form:
            for name, value in vals.items():
                setattr(form, name, value)
        return wizard


class TestInterest(InterestCase):
    def test_a_part_payment_and_the_compensation(self):
        invoice = self.invoice(self.partner, "2026-01-01", "2026-01-31", 1000)
        self.pay(invoice, "2026-02-10", 400)
        wizard = self.calculate(date="2026-03-02")
        # 1000 x 10.5 % x 10/365 = 2.88; 600 x 10.5 % x 20/365 = 3.45; and 40.
        self.assertEqual(
            wizard.line_ids.mapped(lambda line: (line.days, line.principal, line.amount)),
            [(10, 1000.0, 2.88), (20, 600.0, 3.45), (0, 0.0, 40.0)],
        )
        self.assertIn("46.33", wizard.totals)

    def test_an_agreed_rate_instead_of_the_law(self):
        self.invoice(self.partner, "2026-01-01", "2026-01-31", 1000)
        wizard = self.calculate(date="2026-03-02", agreed_percent=12)
        self.assertEqual(wizard.line_ids.mapped("amount"), [9.86])

    def test_a_consumer_has_the_rates_of_the_own_country_and_no_compensation(self):
        self.partner.write({"is_company": False, "vat": False})
        self.partner.country_id = self.env.ref("base.de")
        self.invoice(self.partner, "2026-01-01", "2026-01-31", 1000)
        wizard = self.calculate(date="2026-03-02")
        self.assertEqual(wizard.table_id, self.env.ref("account_dunning_plus.rate_table_de_b2c"))
        # 1000 x 6.27 % x 30/365
        self.assertEqual(wizard.line_ids.mapped("amount"), [5.15])

    def test_what_the_contact_is_can_be_said(self):
        self.partner.write({"is_company": False, "vat": False})
        self.assertEqual(self.partner.dunning_debtor_kind, "consumer")
        self.partner.vat = "BE0477472701"
        self.assertEqual(self.partner.dunning_debtor_kind, "business")
        self.partner.dunning_debtor = "consumer"
        self.assertEqual(self.partner.dunning_debtor_kind, "consumer")

    def test_what_is_excluded_or_not_yet_due_bears_nothing(self):
        excluded = self.invoice(self.partner, "2026-01-01", "2026-01-31", 1000)
        excluded.line_ids.no_followup = True
        self.invoice(self.partner, "2026-02-20", "2026-03-20", 1000)
        wizard = self.calculate(date="2026-03-02")
        self.assertFalse(wizard.line_ids)
        with self.assertRaises(UserError):
            wizard.action_print()

    def test_a_missing_rate_is_a_sentence_and_nothing_is_guessed(self):
        self.invoice(self.partner, "2026-06-01", "2026-06-20", 1000)
        self.day("2026-08-03")
        wizard = self.calculate(date="2026-08-01", table_id=self.dutch)
        self.assertFalse(wizard.line_ids)
        self.assertIn("2026", wizard.problem)
        with self.assertRaises(UserError):
            wizard.action_print()

    def test_two_currencies_are_two_totals(self):
        dollar = self.currency("USD", 1.25)
        self.invoice(self.partner, "2026-01-01", "2026-01-31", 1000)
        self.invoice(self.partner, "2026-01-01", "2026-01-31", 1000, dollar)
        wizard = self.calculate(date="2026-03-02")
        amounts = {
            currency.name: sum(lines.mapped("amount"))
            for currency, lines in wizard.line_ids.grouped("currency_id").items()
        }
        self.assertAlmostEqual(amounts[self.company.currency_id.name], 48.63)
        self.assertAlmostEqual(amounts["USD"], 8.63 + 50)

    def test_the_printed_calculation_adds_up(self):
        self.partner.lang = "en_US"
        self.invoice(self.partner, "2026-01-01", "2026-01-31", 1000)
        wizard = self.calculate(date="2026-03-02")
        report = self.env.ref("account_dunning_plus.action_report_dunning_interest")
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.user)
            ._render_qweb_html(report.report_name, wizard.ids)
        )
        self.assertIn("48.63", html.decode())

    def test_who_does_not_work_with_reminders_sees_no_calculation(self):
        self.invoice(self.partner, "2026-01-01", "2026-01-31", 1000)
        viewer = new_test_user(
            self.env,
            "interest_viewer",
            "account_dunning_plus.group_dunning_viewer",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.followup().with_user(viewer).action_interest()


class TestRates(InterestCase):
    def test_a_new_half_year_without_a_rate_is_told_once(self):
        self.company.dunning_user_id = self.user
        self.day("2026-12-31")
        self.env["account.dunning.rate.table"]._cron_missing()
        self.assertFalse(self.belgian.activity_ids)
        self.day("2027-01-01")
        self.env.invalidate_all()
        self.env["account.dunning.rate.table"]._cron_missing()
        self.env["account.dunning.rate.table"]._cron_missing()
        self.assertEqual(len(self.belgian.activity_ids), 1)
        self.assertEqual(self.belgian.missing_from, date(2027, 1, 1))
        rate = self.belgian.rate_ids.filtered(lambda own: str(own.date_from) == "2027-01-01")
        rate.percent = 10.75
        rate.action_confirm()
        self.assertFalse(self.belgian.missing_from)
        self.assertFalse(self.belgian.activity_ids)

    def test_loading_again_changes_nothing_of_the_users(self):
        rates = self.belgian.rate_ids
        rates[0].percent = 9.99
        self.env["account.dunning.rate.table"]._load_statutory()
        self.env.invalidate_all()
        self.assertEqual(self.belgian.rate_ids, rates)
        self.assertEqual(rates[0].percent, 9.99)

    def test_a_published_rate_is_kept(self):
        with self.assertRaises(UserError):
            self.belgian.rate_ids[0].unlink()

    def test_unconfirmed_rates_end_what_is_known(self):
        """A consumer's rate of 2025 does not hold on in 2026, when another was reported."""
        consumer = self.env.ref("account_dunning_plus.rate_table_nl_b2c")
        ends = {rate.start: rate.end for rate in consumer._rates()}
        self.assertEqual(ends[date(2025, 1, 1)], date(2025, 12, 31))

    def test_a_dunning_user_reads_rates_and_only_a_manager_confirms(self):
        rate = self.dutch.rate_ids[0].with_user(self.user)
        self.assertTrue(rate.percent)
        with self.assertRaises(AccessError):
            rate.action_confirm()
