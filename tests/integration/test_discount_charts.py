"""Discounts are booked as Odoo books them with the charts of accounts of countries."""

from odoo import Command

from . import books
from .common import DunningCase
from .discounts import booked, make_bill, make_term, settling


class TestCharts(DunningCase):
    def chart(self, country, template, rates):
        """A company with a country's chart, and its taxes on sales.

        :return: (company, taxes of these rates)
        """
        company = self.env["res.company"].create(
            {
                "name": f"Wholesale {country}",
                "country_id": self.env.ref(f"base.{country}").id,
                "currency_id": self.env.ref("base.EUR").id,
            }
        )
        self.env.user.company_ids |= company
        env = self.env(context=dict(self.env.context, allowed_company_ids=company.ids))
        env["account.chart.template"].try_loading(template, company, install_demo=False)
        company = company.with_env(env)
        taxes = env["account.tax"]
        for rate in rates:
            taxes |= taxes.search(
                [
                    ("company_id", "=", company.id),
                    ("type_tax_use", "=", "sale"),
                    ("amount_type", "=", "percent"),
                    ("amount", "=", rate),
                    ("price_include_override", "in", (False, "tax_excluded")),
                ],
                limit=1,
            )
        self.assertEqual(len(taxes), len(rates))
        # Money of the tests goes to the account that invoices are on.
        own = env["ir.default"]._get(
            "res.partner", "property_account_receivable_id", company_id=company.id
        )
        env["account.account"].search(
            [("account_type", "=", "asset_receivable"), ("id", "!=", own)]
        ).active = False
        bank = books.journal(company, "bank")
        bank.inbound_payment_method_line_ids.payment_account_id = env["account.account"].create(
            {
                "code": "589990",
                "name": "Payments On Their Way",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(company.ids)],
            }
        )
        return company, taxes

    def equal(self, country, template, rates, mode):
        company, taxes = self.chart(country, template, rates)
        env = company.env
        partner = self.customer(f"Customer {country}", country_id=company.country_id.id)
        for own in ("included", "excluded", "mixed"):
            term = make_term(env, company, own)
            with self.subTest(mode=own):
                wizard, bank, late = (
                    make_bill(
                        company, partner, "2026-03-02",
                        [(1234.56, taxes[0]), (88.88, taxes[-1]), (0.99, taxes[-1])],
                        term, taxes[0],
                    )
                    for _ in range(3)
                )  # fmt: skip
                self.day("2026-03-10")
                register = (
                    env["account.payment.register"]
                    .with_context(active_model="account.move", active_ids=wizard.ids)
                    .create({"payment_date": "2026-03-10"})
                )
                paid = register.amount
                register._create_payments()
                self.assertEqual(wizard.amount_residual, 0)
                for move, day in ((bank, "2026-03-10"), (late, "2026-03-20")):
                    self.day(day)
                    money = books.make_money(company, partner, day, paid)
                    (books.receivable_items(move) | money).reconcile()
                self.assertEqual(late.discount_outcome, "late")
                late.action_discount_grant()
                expected = booked(settling(wizard))
                self.assertTrue(expected)
                self.assertEqual(booked(settling(bank)), expected)
                self.assertEqual(booked(settling(late)), expected)
                self.assertEqual(bank.amount_residual + late.amount_residual, 0)
        # What the country's law wants is what Odoo proposes for a new term.
        self.assertEqual(
            env["account.payment.term"].create({"name": "New"}).early_pay_discount_computation,
            mode,
        )

    def test_belgium(self):
        self.equal("be", "be_comp", (21, 6), "mixed")

    def test_netherlands(self):
        self.equal("nl", "nl", (21, 9), "excluded")

    def test_generic(self):
        self.equal("us", "generic_coa", (15,), "included")
