"""The statement of account, and what is done with single items."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from . import books
from .common import DunningCase as Base


class StatementCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls.customer("Bakery Peeters")
        cls.late = cls.overdue(cls.bakery, 900)
        cls.old = cls.overdue(cls.bakery, 100, due="2026-01-02")
        cls.coming = cls.overdue(cls.bakery, 50, due="2026-03-30")
        cls.refund = cls.credit(cls.bakery, "2026-02-20", 30)
        cls.dunner = cls.dunning_user()

    def setUp(self):
        super().setUp()
        self.day("2026-03-05")

    def row(self, user=None):
        """The worklist's row of the customer; its documents are real PDFs."""
        self.env.invalidate_all()
        rows = self.env["account.dunning.followup"].with_user(user or self.dunner)
        rows = rows.with_context(force_report_rendering=True)
        return rows.search([("partner_id", "=", self.bakery.id)])

    def item(self, invoice):
        return books.receivable_items(invoice).id


class TestStatement(StatementCase):
    def html(self, row):
        report = self.env.ref("account_dunning_plus.action_report_dunning_statement_followup")
        html, _kind = report.with_env(row.env)._render_qweb_html(report.report_name, row.ids)
        return " ".join(html.decode().replace("\xa0", " ").split())

    def test_it_states_all_that_is_open(self):
        statement = self.bakery.with_user(self.dunner)._dunning_statement()
        names = {
            kind: [row["name"] for row in statement[kind]]
            for kind in ("overdue", "upcoming", "credits")
        }
        self.assertEqual(
            names,
            {
                "overdue": [self.old.name, self.late.name],
                "upcoming": [self.coming.name],
                "credits": [self.refund.name],
            },
        )
        [(currency, overdue, upcoming, credits, total)] = statement["totals"]
        self.assertEqual(currency, self.company.currency_id)
        self.assertEqual((overdue, upcoming, credits, total), (1000, 50, -30, 1020))
        self.assertEqual([amount for _label, amount in statement["ageing"]], [50, 900, 0, 100, 0])

    def test_a_total_for_each_currency(self):
        dollar = self.currency("USD", 2)
        self.invoice(self.bakery, "2026-02-01", "2026-03-01", 200, dollar)
        totals = self.bakery.with_user(self.dunner)._dunning_statement()["totals"]
        self.assertEqual({own[0].name: own[4] for own in totals}, {"EUR": 1020, "USD": 200})
        html = self.html(self.row())
        self.assertIn('$ <span class="oe_currency_value">200.00</span>', html)
        self.assertIn("1,020.00", html)

    def test_what_is_paid_or_excluded_is_not_stated(self):
        self.pay(self.late, "2026-03-05")
        self.old.no_followup = True
        statement = self.bakery.with_user(self.dunner)._dunning_statement()
        self.assertFalse(statement["overdue"])

    def test_it_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.bakery.lang = "nl_NL"
        statement = self.html(self.row())
        self.assertIn("05-03-2026", statement)

    def test_it_prints_from_the_row_and_from_the_contact(self):
        self.assertIn(self.late.name, self.html(self.row()))
        action = self.row().action_statement_print()
        self.assertEqual(action["type"], "ir.actions.report")
        report = self.env.ref("account_dunning_plus.action_report_dunning_statement")
        html, _kind = report.with_user(self.dunner)._render_qweb_html(
            report.report_name, self.bakery.ids
        )
        self.assertIn(self.late.name, html.decode())
        self.assertEqual(report.binding_model_id.model, "res.partner")

    def test_several_print_in_one_file(self):
        self.overdue(self.customer("Butcher Jans"))
        rows = self.row().search([("company_id", "=", self.company.id)])
        self.assertEqual(len(rows), 2)
        action = rows.action_statement_print()
        attachment = self.env["ir.attachment"].search([], order="id desc", limit=1)
        self.assertIn(f"/web/content/{attachment.id}", action["url"])
        self.assertTrue(attachment.raw.startswith(b"%PDF"))

    def test_nobody_else_sees_it(self):
        clerk = self.user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.bakery.with_user(clerk)._dunning_statement()

    def test_it_is_sent_with_the_composer(self):
        action = self.row().action_statement_send()
        context = action["context"]
        composers = self.env["mail.compose.message"].with_user(self.dunner)
        with Form(composers.with_context(**context)) as form:
            self.assertIn("Wholesale Ltd", form.subject)
        composer = form.record
        self.assertEqual(composer.partner_ids, self.bakery)
        [attachment] = composer.attachment_ids
        self.assertEqual(attachment.name, "Statement of account 2026-03-05 Bakery Peeters.pdf")
        self.assertTrue(attachment.raw.startswith(b"%PDF"))
        composer.action_send_mail()
        message = self.bakery.message_ids[0]
        self.assertEqual(message.attachment_ids, attachment)
        self.assertIn("statement of your account", message.body)


class TestItems(StatementCase):
    def test_a_payment_of_all_that_is_due(self):
        billing = self.billing_user()
        action = self.row(billing).action_register_payment()
        wizard = self.env[action["res_model"]].with_user(billing)
        lines = wizard.with_context(**action["context"]).create({}).line_ids
        self.assertEqual(lines.move_id, self.late | self.old)

    def test_a_payment_of_chosen_items(self):
        billing = self.billing_user()
        stranger = self.overdue(self.customer("Stranger"), 10)
        row = self.row(billing)
        ids = [self.item(self.coming), self.item(stranger)]
        action = row.action_register_payment(ids)
        self.assertEqual(action["context"]["active_ids"], [self.item(self.coming)])
        with self.assertRaises(UserError):
            row.action_register_payment([self.item(stranger)])

    def test_only_accountants_register_payments(self):
        with self.assertRaises(AccessError):
            self.row().action_register_payment()

    def test_invoices_in_one_file(self):
        row = self.row()
        ids = [self.item(self.late), self.item(self.old), self.item(self.refund)]
        action = row.action_print_invoices(ids)
        attachment = self.env["ir.attachment"].search([], order="id desc", limit=1)
        self.assertIn(f"/web/content/{attachment.id}", action["url"])
        self.assertTrue(attachment.raw.startswith(b"%PDF"))
        self.assertTrue(attachment.with_user(self.dunner).has_access("read"))
        with self.assertRaises(UserError):
            row.action_print_invoices([])

    def test_items_are_excluded_and_taken_back(self):
        row = self.row()
        stranger = self.overdue(self.customer("Stranger"), 10)
        ids = [self.item(self.late), self.item(self.old), self.item(stranger)]
        row.action_toggle_followup(ids)
        self.assertEqual(self.reason(self.late), "excluded")
        self.assertFalse(stranger.no_followup)
        self.assertIn("Excluded", self.late.message_ids[0].body)
        row.action_toggle_followup(ids[:1])
        self.assertEqual(self.reason(self.late), "due")
        self.assertEqual(self.reason(self.old), "excluded")

    def test_the_doors(self):
        row = self.row()
        self.assertEqual(row.action_open_partner()["res_id"], self.bakery.id)
        notice = self.night("2026-03-05")
        action = self.row().action_open_notices()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), notice)

    def test_several_companies_print_each_its_own(self):
        other = books.make_company(self.env, "Other Ltd")
        document = books.make_document(
            other, "out_invoice", self.bakery, "2026-02-01", "2026-03-02", 50
        )
        self.dunner.company_ids = [Command.set((self.company | other).ids)]
        rows = self.env["account.dunning.followup"].with_user(self.dunner)
        rows = rows.with_context(allowed_company_ids=(self.company | other).ids)
        mine = rows.search([("partner_id", "=", self.bakery.id), ("company_id", "=", other.id)])
        html = TestStatement.html(self, mine)
        self.assertIn(document.name, html)
        self.assertIn("Other Ltd", html)
        self.assertNotIn("900.00", html)
