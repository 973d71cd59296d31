"""Paying what is chosen on the customer's page online: all at once, and today's amount."""

from lxml import html
from odoo import Command
from odoo.tests import tagged

from . import books, discounts
from .test_page_security import PageHttpCase


@tagged("standard", "post_install", "-at_install")
class OnlineCase(PageHttpCase):
    """A company with a provider that takes cards, of which nothing leaves this machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        discounts.make_discount_books(cls.company)
        form = cls.env["ir.ui.view"].create(
            {
                "name": "Redirect",
                "type": "qweb",
                "arch": '<form action="dummy" method="post"><input name="reference"/></form>',
            }
        )
        cls.method = cls.env.ref("payment.payment_method_unknown")
        cls.provider = cls._provider(redirect_form_view_id=form.id)
        cls.method.write({"active": True, "support_tokenization": True})
        cls.env["ir.config_parameter"].sudo().set_param(
            "account_payment.enable_portal_payment", "True"
        )

    @classmethod
    def _provider(cls, **vals):
        """A provider whose payments are booked in the company's bank journal."""
        provider = cls.env["payment.provider"].create(
            {
                "name": "Cards",
                "code": "none",
                "state": "test",
                "is_published": True,
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(cls.method.ids)],
                **vals,
            }
        )
        journal = books.journal(cls.company, "bank")
        cls.env["account.payment.method.line"].create(
            {
                "name": "Cards",
                "payment_method_id": cls.env["account.payment.method"]
                .sudo()
                .search([("payment_type", "=", "inbound"), ("code", "=", "manual")], limit=1)
                .id,
                "journal_id": journal.id,
                "payment_provider_id": provider.id,
                "payment_account_id": books.account(cls.company, "asset_current").id,
            }
        )
        provider.journal_id = journal
        return provider

    def ask(self, partner, items, amount, path=None, **vals):
        """Begin a payment as the page's form does; the answer of the server."""
        query = "".join(f"&item={item.id}" for item in items)
        currency = self.company.currency_id.id
        path = path or f"/dunning/{self.token(partner)}"
        return self.opener.post(
            f"{self.base_url()}{path}/transaction?chosen=1&currency={currency}{query}",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "token_id": None,
                    "amount": amount,
                    "flow": "redirect",
                    "tokenization_requested": True,
                    "landing_route": "https://elsewhere.example.com",
                    "is_validation": False,
                    "access_token": "",
                    **vals,
                },
            },
        ).json()

    def transactions(self):
        self.env.invalidate_all()
        return self.env["payment.transaction"].search([("company_id", "=", self.company.id)])

    def items(self, *invoices):
        return books.receivable_items(self.env["account.move"].union(*invoices))


@tagged("standard", "post_install", "-at_install")
class TestPageOnline(OnlineCase):
    def test_two_invoices_are_paid_by_one_payment(self):
        second = self._invoice(self.one, 50)
        both = self.invoices[self.one] | second
        page = self.get(f"/dunning/{self.token(self.one)}")
        self.assertIn(f'formaction="/dunning/{self.token(self.one)}/pay"', page.text)
        answer = self.ask(self.one, self.items(both), 161.11)
        self.assertNotIn("error", answer)
        tx = self.transactions()
        self.assertEqual(
            (tx.amount, tx.invoice_ids, tx.partner_id, tx.tokenize),
            (161.11, both, self.one, False),
        )
        self.assertEqual(tx.landing_route, f"/dunning/{self.token(self.one)}?done=online")
        tx._set_done()
        tx._post_process()
        self.assertEqual(set(both.mapped("amount_residual")), {0})
        text = self.get(tx.landing_route).text
        self.assertIn("161.11", text)
        self.assertIn("o_dunning_good", text)

    def test_who_is_paid_is_said(self):
        """The company of the invoices, not the one that visitors have."""
        self.assertNotEqual(self.env.ref("base.public_user").company_id, self.company)
        items = self.items(self.invoices[self.one])
        query = f"?chosen=1&item={items.id}&currency={self.company.currency_id.id}"
        pay = html.fromstring(self.get(f"/dunning/{self.token(self.one)}/pay{query}").text)
        title = " ".join(pay.xpath("string(//h1)").split())
        self.assertIn("111.11", title)
        self.assertTrue(title.endswith(f"to {self.company.name}"), title)
        self.assertEqual(pay.get("lang"), "en-US")

    def test_no_more_payments_are_begun_than_somebody_would(self):
        items = self.items(self.invoices[self.one])
        for _number in range(20):
            self.assertNotIn("error", self.ask(self.one, items, 111.11))
        answer = self.opener.post(
            f"{self.base_url()}/dunning/{self.token(self.one)}/transaction",
            json={"jsonrpc": "2.0", "method": "call", "params": {}},
        )
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(len(self.transactions()), 20)

    def test_the_amount_is_the_servers(self):
        items = self.items(self.invoices[self.one])
        for amount in (1, 0, -111.11, 111.1, "111.11", None, True, 1e300):
            answer = self.ask(self.one, items, amount)
            self.assertIn("error", answer, amount)
        self.assertFalse(self.transactions())

    def test_only_what_is_the_customers_is_paid(self):
        foreign = self.items(self.invoices[self.two])
        self.assertIn("error", self.ask(self.one, foreign, 222.22))
        own = self.items(self.invoices[self.one])
        self.assertIn("error", self.ask(self.one, own | foreign, 333.33))
        self.assertNotIn("error", self.ask(self.one, own | foreign, 111.11))
        self.assertEqual(self.transactions().invoice_ids, self.invoices[self.one])

    def test_ways_to_pay_that_are_not_offered_are_refused(self):
        items = self.items(self.invoices[self.one])
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["payment.provider"].create(
            {"name": "Foreign", "code": "none", "company_id": elsewhere.id, "state": "disabled"}
        )
        saved = self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "payment_details": "1234",
                "partner_id": self.one.id,
                "provider_ref": "secret",
                "active": True,
            }
        )
        for vals in (
            {"provider_id": foreign.id},
            {"provider_id": None},
            {"payment_method_id": None},
            {"payment_method_id": 10**9},
            {"flow": "token", "token_id": saved.id},
            {"flow": "else"},
            {"partner_id": self.two.id},
            {"is_free": True},
        ):
            self.assertIn("error", self.ask(self.one, items, 111.11, **vals), vals)
        self.assertFalse(self.transactions())
        pay = self.get(
            f"/dunning/{self.token(self.one)}/pay?chosen=1&item={items.id}"
            f"&currency={self.company.currency_id.id}"
        )
        self.assertEqual(pay.status_code, 200)
        self.assertIn("o_payment_form", pay.text)
        self.assertNotIn("1234", pay.text)

    def test_a_portal_user_pays_for_the_own_customer(self):
        self.authenticate("page.two", "page.two")
        path = f"/my/open-items/{self.company.id}"
        items = self.items(self.invoices[self.two])
        self.assertNotIn("error", self.ask(self.two, items, 222.22, path=path))
        tx = self.transactions()
        self.assertEqual(tx.partner_id.parent_id, self.two)
        self.assertEqual(tx.dunning_customer_id.partner_id, self.two)
        self.assertIn(
            "error", self.ask(self.two, self.items(self.invoices[self.one]), 111.11, path=path)
        )

    def test_discounts_of_several_invoices_are_booked(self):
        tax = discounts.make_tax(self.company, 21)
        term = discounts.make_term(self.env, self.company, "included", 2, 10, 30)
        partner = self._customer("Bakery Early")
        one, two = (
            discounts.make_bill(self.company, partner, self.today, (amount,), term, tax, None)
            for amount in (1000, 200)
        )
        plain = self._invoice(partner, 10)
        amount = round(1210 * 0.98 + 242 * 0.98 + 10, 2)
        moves = one | two | plain
        self.assertNotIn("error", self.ask(partner, self.items(*moves), amount))
        tx = self.transactions()
        self.assertEqual(tx.dunning_discount_ids, one | two)
        tx._set_done()
        tx._post_process()
        self.assertEqual(set(moves.mapped("amount_residual")), {0})
        self.assertEqual(tx.payment_id.amount, amount)

    def claim(self, invoice, amount):
        """What a reminder claimed of an invoice, not booked."""
        run = self.env["account.dunning.run"].create(
            {"company_id": self.company.id, "date": self.today}
        )
        level = self.env["account.dunning.level"].search([], limit=1)
        notice = self.env["account.dunning.notice"].create(
            {
                "run_id": run.id,
                "partner_id": self.one.id,
                "company_id": self.company.id,
                "level_id": level.id,
                "date": self.today,
                "state": "sent",
            }
        )
        return self.env["account.dunning.charge"].create(
            {
                "notice_id": notice.id,
                "company_id": self.company.id,
                "partner_id": self.one.id,
                "move_line_id": self.items(invoice).id,
                "move_id": invoice.id,
                "level_id": notice.level_id.id,
                "name": invoice.name,
                "kind": "costs",
                "date": self.today,
                "currency_id": self.company.currency_id.id,
                "amount": amount,
                "company_amount": amount,
            }
        )

    def test_what_is_claimed_and_paid_is_booked(self):
        invoice = self.invoices[self.one]
        charge = self.claim(invoice, 40)
        self.assertNotIn("error", self.ask(self.one, self.items(invoice), 151.11))
        tx = self.transactions()
        self.assertEqual(tx.dunning_charge_ids, charge)
        tx._set_done()
        tx._post_process()
        self.assertEqual(charge.state, "booked")
        self.assertEqual(charge.charge_move_id.amount_residual, 0)
        self.assertEqual(invoice.amount_residual, 0)

    def test_what_cannot_be_booked_stays_on_account_and_says_so(self):
        invoice = self.invoices[self.one]
        charge = self.claim(invoice, 40)
        self.ask(self.one, self.items(invoice), 151.11)
        self.patch(
            type(self.env["account.move"]),
            "_dunning_claim_journal",
            lambda *args: self.env["account.journal"],
        )
        tx = self.transactions()
        tx._set_done()
        tx._post_process()
        self.assertEqual((charge.state, invoice.amount_residual), ("claimed", 0))
        self.assertIn("on account", " ".join(invoice.message_ids.mapped("body")))

    def test_a_later_instalment_alone_is_not_paid_online(self):
        """Core settles the oldest instalment first, which the customer did not choose."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        partner = self._customer("Bakery Parts")
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "company_id": self.company.id,
                "invoice_date": self.today,
                "invoice_payment_term_id": term.id,
                "invoice_line_ids": [
                    Command.create({"name": "Bread", "price_unit": 200, "tax_ids": []})
                ],
            }
        )
        invoice.action_post()
        first, second = self.items(invoice).sorted("date_maturity")
        self.assertIn("error", self.ask(partner, second, 100))
        self.assertFalse(self.transactions())
        path = f"/dunning/{self.token(partner)}?chosen=1&item="
        self.assertNotIn("/pay", self.get(f"{path}{second.id}").text)
        self.assertIn("tick the earlier instalment", self.get(f"{path}{second.id}").text)
        self.assertIn("/pay", self.get(f"{path}{first.id}").text)
        self.assertNotIn("error", self.ask(partner, first | second, 200))

    def test_while_the_provider_is_at_work_nobody_is_reminded(self):
        self.provider.code = "none"
        self.ask(self.one, self.items(self.invoices[self.one]), 111.11)
        tx = self.transactions()
        facts = self.env["account.dunning.facts"].sudo()

        def settled():
            [item] = facts._open_items(self.company, self.one.ids)[self.one.id]
            return item.facts.settled

        tx._set_pending()
        self.assertFalse(settled(), "paid by hand, as the provider says")
        # Of a provider that reports what becomes of a payment.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_provider SET code = 'card' WHERE id = %s", [self.provider.id]
        )
        self.assertTrue(settled())
        self.env.cr.execute(
            "UPDATE payment_provider SET code = 'none' WHERE id = %s", [self.provider.id]
        )

    def test_without_a_provider_there_is_no_button(self):
        self.provider.is_published = False
        text = self.get(f"/dunning/{self.token(self.one)}").text
        self.assertNotIn("/pay", text)
        answer = self.get(
            f"/dunning/{self.token(self.one)}/pay?chosen=1"
            f"&item={self.item_id(self.one)}&currency={self.company.currency_id.id}"
        )
        self.assertEqual(answer.status_code, 303)
        self.assertIn("error", self.ask(self.one, self.items(self.invoices[self.one]), 111.11))
