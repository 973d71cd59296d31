"""Salespeople: what they see of the follow-up, and what a quotation says of its customer."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form

from . import books
from .common import DunningCase as Base

OWN = "sales_team.group_sale_salesman"
ALL = "sales_team.group_sale_salesman_all_leads"


class SaleCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.user("seller", OWN)
        cls.colleague = cls.user("colleague", OWN)
        cls.lead = cls.user("lead", ALL)
        cls.bakery = cls.customer("Bakery Peeters", user_id=cls.seller.id)
        cls.butcher = cls.customer("Butcher Jans", user_id=cls.colleague.id)
        cls.product = cls.env["product.product"].create({"name": "Flour", "list_price": 10})

    def setUp(self):
        super().setUp()
        self.day("2026-03-12")

    def quotation(self, partner, user=None, **vals):
        """A quotation of one product, as a salesperson writes it."""
        user = user or self.seller
        return (
            self.env["sale.order"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "user_id": user.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                    **vals,
                }
            )
        )

    def said(self, order):
        """The bar above a quotation, as it is read."""
        self.env.flush_all()
        self.env.invalidate_all()
        return (order.dunning_summary or "").replace("\xa0", " ")

    def rows(self, user, *partners):
        rows = self.env["account.dunning.followup"].with_user(user)
        return rows.search([("partner_id", "in", [one.id for one in partners])])


class TestBar(SaleCase):
    def test_what_a_customer_owes(self):
        self.overdue(self.bakery, 1210)
        self.night("2026-03-05")
        self.mail_leaves()
        self.day("2026-03-12")
        order = self.quotation(self.bakery)
        self.assertEqual(
            self.said(order), "1,210.00 € overdue, 10 days · Level 1 on Thursday 5 March"
        )
        action = order.action_dunning_followup()
        row = self.env[action["res_model"]].with_user(self.seller).browse(action["res_id"])
        self.assertEqual((row.partner_id, row.company_id), (self.bakery, self.company))

    def test_nothing_is_said_of_who_owes_nothing_overdue(self):
        self.assertFalse(self.said(self.quotation(self.bakery)))
        self.overdue(self.bakery, due="2026-03-12")
        self.assertFalse(self.said(self.quotation(self.bakery)))

    def test_a_credit_that_covers_all_is_no_debt(self):
        self.overdue(self.bakery, 100)
        self.credit(self.bakery, "2026-03-10", 100)
        self.assertFalse(self.said(self.quotation(self.bakery)))

    def test_a_hold_a_dispute_and_a_promise(self):
        order = self.quotation(self.bakery)
        disputed = self.overdue(self.bakery, 300)
        self.env["account.dunning.dispute"].create(
            {
                "move_id": disputed.id,
                "amount": 120,
                "reason_id": self.env.ref("account_dunning_plus.dispute_reason_damaged").id,
            }
        )
        self.assertEqual(self.said(order), "300.00 € overdue, 10 days · 120.00 € in dispute")
        self.bakery.dunning_hold_until = "2026-03-20"
        self.bakery.dunning_hold_reason = "New owner"
        self.assertIn("On hold until Friday 20 March: New owner", self.said(order))
        self.bakery.dunning_hold_until = False
        self.env["account.payment.promise"].create(
            {
                "partner_id": self.bakery.id,
                "company_id": self.company.id,
                "amount": 180,
                "line_ids": [Command.create({"date": "2026-03-17", "amount": 180})],
            }
        )
        self.assertIn("Promised: 180.00 € by Tuesday 17 March", self.said(order))

    def test_the_last_reminder_is_the_one_that_went_out_last(self):
        """One invoice has climbed; a younger one was reminded of later, on a lower level."""
        self.overdue(self.bakery, 100, due="2026-02-16")
        self.night("2026-03-02")
        self.night("2026-03-16")
        self.overdue(self.bakery, 50, due="2026-03-13")
        self.day("2026-03-17")
        order = self.quotation(self.bakery)
        words = self.said(order)
        notice = self.sent(self.bakery)[-1]
        self.assertEqual(notice.date.isoformat(), "2026-03-16")
        self.assertIn(f"{notice.level_id.name} on Monday 16 March", words)
        self.assertEqual(words.count("Level"), 1)

    def test_it_never_blocks_and_goes_with_the_order(self):
        self.overdue(self.bakery)
        order = self.quotation(self.bakery)
        self.assertTrue(self.said(order))
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(self.said(order))

    def test_it_is_told_before_the_quotation_is_saved(self):
        """Of a colleague's customer as well: it is for who is about to sell."""
        self.overdue(self.butcher, 75)
        orders = self.env["sale.order"].with_user(self.seller)
        with Form(orders.with_context(default_company_id=self.company.id)) as form:
            form.partner_id = self.bakery
            self.assertFalse(form.dunning_summary)
            form.partner_id = self.butcher
            form.user_id = self.seller
            self.assertIn("75.00 € overdue", form.dunning_summary.replace("\xa0", " "))
        action = form.record.action_dunning_followup()
        self.assertEqual(self.rows(self.seller, self.butcher).id, action["res_id"])

    def test_who_pays_is_who_is_told_of(self):
        holding = self.customer("Peeters Holding")
        shop = self.customer("Shop", parent_id=self.bakery.id, is_company=False)
        self.overdue(self.bakery, 10)
        self.overdue(holding, 999)
        order = self.quotation(shop)
        self.assertTrue(self.said(order).startswith("10.00 € overdue"))
        order.partner_invoice_id = holding
        self.assertTrue(self.said(order).startswith("Peeters Holding: 999.00 € overdue"))
        row = self.rows(self.seller, holding)
        self.assertEqual(order.action_dunning_followup()["res_id"], row.id)

    def test_of_the_orders_company_and_in_the_readers_language(self):
        other = books.make_company(self.env, "Second Ltd")
        books.make_document(other, "out_invoice", self.bakery, "2026-02-01", "2026-03-10", 40)
        self.overdue(self.bakery, 10)
        both = self.user("both", OWN, self.company | other)
        order = self.quotation(self.bakery, both, company_id=other.id)
        self.assertIn("40.00 € overdue, 2 days", self.said(order))
        self.assertIn("10.00 € overdue", self.said(self.quotation(self.bakery, both)))
        action = order.action_dunning_followup()
        row = self.env["account.dunning.followup"].sudo().browse(action["res_id"])
        self.assertEqual(row.company_id, other)

    def test_the_amount_is_the_companys_currency(self):
        dollar = self.currency("USD", 0.5)
        self.invoice(self.bakery, "2026-02-01", "2026-03-02", 100, dollar)
        self.assertIn("200.00 € overdue", self.said(self.quotation(self.bakery)))

    def test_many_quotations_cost_what_one_costs(self):
        orders = self.env["sale.order"]
        for number in range(12):
            partner = self.customer(f"Shop {number}")
            self.overdue(partner, 100 + number)
            orders |= self.quotation(partner)

        def read(some):
            return self.queries(lambda: some.mapped("dunning_summary"))

        read(orders)
        few, many = read(orders[:3]), read(orders)
        self.assertLessEqual(many, few + 2)

    def test_lists_and_confirmation_do_not_ask(self):
        self.overdue(self.bakery)
        order = self.quotation(self.bakery)
        for view in ("list", "kanban", "pivot"):
            arch = self.env["sale.order"].with_user(self.seller).get_view(view_type=view)["arch"]
            self.assertNotIn("dunning_", arch)
        fields = self.env["sale.order"]._fields
        self.assertFalse(fields["dunning_summary"].store)
        cached = self.env.cache if hasattr(self.env, "cache") else None
        order.invalidate_recordset()
        order.action_confirm()
        if cached is not None:
            self.assertFalse(cached.contains(order, fields["dunning_summary"]))

    def test_who_has_no_right_has_no_such_field(self):
        clerk = self.user("clerk", "base.group_user")
        names = self.env["sale.order"].with_user(clerk).fields_get()
        self.assertNotIn("dunning_summary", names)
        arch = self.env["sale.order"].with_user(self.seller).get_view(view_type="form")["arch"]
        self.assertIn("dunning_summary", arch)


class TestSalespeople(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls.overdue(cls.bakery, 900)
        cls.late.invoice_user_id = cls.colleague
        cls.overdue(cls.butcher, 100)
        cls.nobodys = cls.customer("Market Stall")
        cls.overdue(cls.nobodys, 50)

    def call(self, user, partner, **vals):
        return (
            self.env["account.dunning.call"]
            .with_user(user)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "outcome": "other",
                    "note": "Talked",
                    **vals,
                }
            )
        )

    def test_a_salesperson_is_a_viewer_and_no_more(self):
        self.assertTrue(self.seller.has_group("account_dunning_plus.group_dunning_viewer"))
        self.assertFalse(self.seller.has_group("account_dunning_plus.group_dunning_user"))
        row = self.rows(self.seller, self.bakery)
        self.assertEqual(row.amount_overdue, 900)
        self.assertTrue(row.reason and row.figures and row.timeline is not None)
        self.assertEqual(len(row.items["rows"]), 1)
        self.call(self.seller, self.bakery)
        for name, change in {
            "send": row.action_send_reminder,
            "hold": row.action_hold,
            "assign": row.action_assign,
            "statement": row.action_statement_send,
            "note": lambda: row.write({"note": "x"}),
            "policy": lambda: self.policy.with_user(self.seller).write({"name": "x"}),
            "read policies": lambda: self.policy.with_user(self.seller).read(["name"]),
            "notices": lambda: self.env["account.dunning.notice"].with_user(self.seller).search([]),
            "the customer's policy": lambda: self.bakery.with_user(self.seller).write(
                {"dunning_policy_id": self.policy.id}
            ),
            "run": lambda: self.env["account.dunning.run"].with_user(self.seller).create({}),
        }.items():
            with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                change()

    def test_own_customers_and_nobodys_are_seen(self):
        everybody = self.bakery, self.butcher, self.nobodys
        self.assertEqual(self.rows(self.seller, *everybody).partner_id, self.bakery | self.nobodys)
        self.assertEqual(len(self.rows(self.lead, *everybody)), 3)
        dunner = self.user("dunner", f"{OWN},account_dunning_plus.group_dunning_user")
        self.assertEqual(len(self.rows(dunner, *everybody)), 3)
        hidden = self.rows(self.colleague, self.butcher).with_user(self.seller)
        for look in (
            lambda: hidden.read(["amount_overdue"]),
            lambda: hidden.action_log_call(),
            lambda: hidden.get_settled_items(),
            lambda: self.call(self.seller, self.butcher),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                look()

    def test_what_was_said_and_promised_is_seen_of_ones_own(self):
        call = self.call(self.colleague, self.butcher)
        promise = self.env["account.payment.promise"].create(
            {
                "partner_id": self.butcher.id,
                "company_id": self.company.id,
                "amount": 100,
                "line_ids": [Command.create({"date": "2026-03-17", "amount": 100})],
            }
        )
        for records in (call, promise, promise.line_ids, promise.item_ids):
            self.assertTrue(records)
            mine = records.with_user(self.seller).search([("id", "in", records.ids)])
            self.assertFalse(mine, records._name)
            for user in (self.colleague, self.lead):
                found = records.with_user(user).search([("id", "in", records.ids)])
                self.assertEqual(found, records, records._name)

    def test_an_order_makes_a_customer_ones_own(self):
        self.assertFalse(self.rows(self.seller, self.butcher))
        self.quotation(self.butcher)
        self.assertTrue(self.rows(self.seller, self.butcher))
        self.call(self.seller, self.butcher)

    def test_so_do_a_contact_the_follow_up_and_a_planned_call(self):
        dunner = self.dunning_user()
        baker = self.customer("Baker", user_id=self.colleague.id)
        grocer = self.customer("Grocer", user_id=self.colleague.id)
        self.overdue(baker)
        self.overdue(grocer)
        self.customer("Clerk", parent_id=self.butcher.id, user_id=self.seller.id, is_company=False)
        rows = self.rows(dunner, baker)
        self.env["account.dunning.customer"].sudo().browse(rows.ids).user_id = self.seller
        action = self.rows(dunner, grocer).action_plan_call()
        wizard = self.env[action["res_model"]].with_user(dunner).browse(action["res_id"])
        wizard.write({"date": "2026-03-13", "user_id": self.seller.id, "note": "Ask"})
        wizard.action_plan()
        self.assertEqual(
            self.rows(self.seller, baker, grocer, self.butcher).partner_id,
            baker | grocer | self.butcher,
        )

    def test_of_a_colleagues_customer_contacts_say_nothing(self):
        hidden = self.butcher.with_user(self.seller)
        self.assertFalse(hidden.dunning_status)
        self.assertFalse(hidden.dunning_amount_overdue)
        self.assertTrue(self.bakery.with_user(self.seller).dunning_status)

    def test_the_list_of_contacts_decides_nothing(self):
        """It reads its hidden columns too: one look into the ledger, however many there are."""
        self.bakery.dunning_hold_until = "2026-03-20"
        contacts = (self.bakery | self.nobodys).with_user(self.seller)
        self.assertEqual(
            contacts.mapped("dunning_status"), ["On hold or promised", "Handled by the robot"]
        )
        some = self.env["res.partner"].with_user(self.seller)
        for number in range(10):
            some |= self.customer(f"Shop {number}").with_user(self.seller)
        for shop in some:
            self.overdue(shop.sudo())

        def read(contacts):
            return self.queries(lambda: contacts.mapped("dunning_status"))

        with patch.object(self.env.registry["account.dunning.facts"], "_decide") as decide:
            read(some)
            self.assertLessEqual(read(some), read(some[:2]) + 2)
        decide.assert_not_called()

    def test_an_invoice_of_a_colleague_is_disputed_by_its_number(self):
        """The customer is one's own; the invoice bears another name, and stays closed."""
        second = self.overdue(self.bakery, 40)
        second.invoice_user_id = self.colleague
        row = self.rows(self.seller, self.bakery)
        context = row.action_dispute()["context"]
        moves = self.env["account.move"].with_user(self.seller).with_context(**context)
        self.assertEqual(
            {move_id for move_id, _name in moves.name_search("")}, {self.late.id, second.id}
        )
        with self.assertRaises(AccessError):
            self.late.with_user(self.seller).read(["amount_total"])
        action = row.action_dispute(self.late.line_ids.filtered("date_maturity").ids)
        disputes = self.env["account.dunning.dispute"].with_user(self.seller)
        reason = self.env.ref("account_dunning_plus.dispute_reason_damaged")
        dispute = disputes.with_context(**action["context"]).create(
            {"reason_id": reason.id, "amount": 100}
        )
        self.assertEqual(dispute.sudo().move_id, self.late)
        spec = {"move_id": {"fields": {"display_name": {}}}, "amount": {}}
        self.assertEqual(dispute.web_read(spec)[0]["amount"], 100)

    def test_items_and_history_lead_only_to_what_may_be_opened(self):
        self.pay(self.late, "2026-03-10", 10)
        row = self.rows(self.seller, self.bakery)
        self.assertEqual(row.items["rows"][0]["pdf_url"], "")
        for event in row.timeline:
            if event["res_model"]:
                record = self.env[event["res_model"]].browse(event["res_id"])
                self.assertTrue(record.with_user(self.seller).has_access("read"), event)

    def test_without_the_bridge_salespeople_are_no_viewers(self):
        from odoo.addons.account_dunning_plus_sale.hooks import uninstall_hook

        uninstall_hook(self.env)
        self.assertFalse(self.seller.has_group("account_dunning_plus.group_dunning_viewer"))
