"""Several companies: each its own, and nothing of the others."""

from odoo import Command

from . import books
from .common import DunningCase as Base
from .test_access import MODELS


class TestCompanies(Base):
    """Several companies: each its own, and nothing of the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = books.make_company(cls.env, "Elsewhere", dunning_working_days_only=False)
        cls.other_policy = books.make_policy(cls.env, cls.other, "Elsewhere", (1,))
        cls.other.dunning_policy_id = cls.other_policy

    def both(self):
        """A customer who is late with both companies, and the night."""
        bakery = self.customer()
        ours = self.overdue(bakery, 100)
        theirs = books.make_document(
            self.other, "out_invoice", bakery, "2026-02-01", "2026-03-02", 70
        )
        self.night("2026-03-05")
        return ours, theirs

    def seen_by(self, user, records):
        """Which records a user may read in all companies of that user."""
        companies = {"allowed_company_ids": user.company_ids.ids}
        seen = records.with_user(user).with_context(**companies)._filtered_access("read")
        return seen.with_env(self.env).sudo()

    def charge(self, company, level):
        """Let a level of a company charge a fee of that company's own scheme."""
        level.charge_scheme_id = self.env["account.dunning.charge.scheme"].create(
            {"name": "Fee", "company_id": company.id, "costs": "own", "fee_fixed": 5}
        )

    def test_a_user_sees_nothing_of_another_company(self):
        self.charge(self.company, self.first)
        self.charge(self.other, self.other_policy.level_ids)
        for move, level in zip(self.both(), (self.first, self.other_policy.level_ids), strict=True):
            self.env["account.dunning.legal.override"].create(
                {
                    "move_id": move.id,
                    "level_id": level.id,
                    "date": "2026-03-05",
                    "reason": "Announced by letter",
                }
            )
        ours, theirs = (
            self.billing_user(),
            self.user("elsewhere", "account.group_account_invoice", self.other),
        )
        for company in (self.company, self.other):
            row = self.env["account.dunning.customer"].sudo()
            row = row.search([("company_id", "=", company.id)], limit=1)
            self.env["account.dunning.call"].sudo().create(
                {"partner_id": row.partner_id.id, "company_id": company.id, "outcome": "other"}
            )
        for model in MODELS:
            records = self.env[model].sudo().search([])
            own = self.seen_by(ours, records)
            foreign = self.seen_by(theirs, records)
            shared = own & foreign
            self.assertTrue(own or model.endswith("reason"), model)
            if model not in (
                "account.dunning.policy",
                "account.dunning.level",
                "account.dunning.charge.scheme",
            ):
                self.assertFalse(shared, model)
                self.assertEqual(own.company_id, self.company)
                self.assertEqual(foreign.company_id, self.other)
            else:
                self.assertFalse(shared.company_id, model)
        self.assertNotIn(
            self.other_policy, self.env["account.dunning.policy"].with_user(ours).search([])
        )

    def test_each_company_asks_for_its_own(self):
        ours, theirs = self.both()
        notices = (
            self.env["account.dunning.notice"]
            .sudo()
            .search([("partner_id", "=", ours.partner_id.id)])
        )
        self.assertEqual(
            {notice.company_id: (notice.amount_due, notice.line_ids.move_id) for notice in notices},
            {self.company: (100, ours), self.other: (70, theirs)},
        )
        self.assertEqual(notices.mapped("state"), ["sent", "sent"])

    def test_credits_of_one_company_do_not_pay_the_other(self):
        bakery = self.customer()
        ours = self.overdue(bakery, 100)
        books.make_document(self.other, "out_refund", bakery, "2026-02-01", "2026-02-01", 100)
        self.night("2026-03-05")
        self.assertEqual(self.levels(ours), [1])

    def test_a_run_takes_its_own_company_only(self):
        ours, theirs = self.customer(), self.customer("Butcher Jans")
        self.overdue(ours)
        books.make_document(self.other, "out_invoice", theirs, "2026-02-01", "2026-03-02", 70)
        billing = self.user("both", "account.group_account_invoice", self.company | self.other)
        self.day("2026-03-05")
        run = self.env["account.dunning.run"].with_user(billing).with_company(self.other).create({})
        run.action_send()
        self.assertEqual(run.company_id, self.other)
        self.assertEqual(run.notice_ids.partner_id, theirs)
        self.assertFalse(self.sent())

    def test_the_night_in_each_companys_own_time_zone(self):
        self.other.partner_id.tz = "Pacific/Auckland"
        self.policy.level_ids[0].delay_days = 1
        bakery = self.customer()
        ours = self.invoice(bakery, "2026-02-01", "2026-03-04", 100)
        theirs = books.make_document(
            self.other, "out_invoice", bakery, "2026-02-01", "2026-03-04", 70
        )
        self.night("2026-03-04", "12:00")
        self.assertEqual((self.levels(ours), self.levels(theirs)), ([], [1]))
        self.night("2026-03-05", "02:30")
        self.assertEqual((self.levels(ours), self.levels(theirs)), ([1], [1]))

    def test_a_user_of_both_searches_both(self):
        ours, theirs = self.both()
        both = self.user("both", "account.group_account_invoice", self.company | self.other)
        moves = self.env["account.move"].with_user(both)
        for companies, found in (
            (self.company, ours),
            (self.other, theirs),
            (self.company | self.other, ours | theirs),
        ):
            for domain in (
                [("dunning_reason_code", "in", ("scheduled", "final"))],
                [("dunning_date", "=", "2026-03-05")],
            ):
                allowed = moves.with_context(allowed_company_ids=companies.ids)
                self.assertEqual(
                    set(allowed.search(domain).ids), set(found.ids), (companies, domain)
                )

    def branch(self, **vals):
        """A branch of the company, which keeps its books in the parent's accounts."""
        branch = self.env["res.company"].create(
            {
                "name": "Branch",
                "parent_id": self.company.id,
                "dunning_policy_id": False,
                "dunning_working_days_only": False,
                **vals,
            }
        )
        self.env["ir.default"].set(
            "res.partner",
            "property_account_receivable_id",
            books.account(self.company, "asset_receivable").id,
            company_id=branch.id,
        )
        return branch

    def branch_invoice(self, branch, partner):
        """An invoice of a branch over 30, due on 2 March."""
        invoice = (
            self.env["account.move"]
            .with_company(branch)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": branch.id,
                    "journal_id": books.journal(self.company, "sale").id,
                    "partner_id": partner.id,
                    "invoice_date": "2026-02-01",
                    "invoice_date_due": "2026-03-02",
                    "invoice_line_ids": [
                        Command.create({"name": "Goods", "price_unit": 30, "tax_ids": False})
                    ],
                }
            )
        )
        invoice.action_post()
        return invoice

    def test_a_branch_reminds_of_its_own_invoices(self):
        branch = self.branch(email="branch@example.com")
        bakery = self.customer()
        self.overdue(bakery, 100)
        invoice = self.branch_invoice(branch, bakery)
        self.assertEqual(invoice.company_id, branch)
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])
        self.assertEqual(self.sent(bakery).amount_due, 100)

    def test_a_branch_without_an_address_writes_as_its_parent(self):
        branch = self.branch(email=False)
        invoice = self.branch_invoice(branch, self.customer())
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])
        notice = self.env["account.dunning.notice"].search([("company_id", "=", branch.id)])
        self.assertIn("debtors@example.com", notice.mail_message_id.email_from)
