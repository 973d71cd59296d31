"""Promises, disputes, calls and holds go along when a customer becomes part of another."""

from odoo.fields import Command
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .test_promises import PromiseCase


class TestMoved(PromiseCase):
    """What was promised, said and set goes with the customer to another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chain = cls.customer("Chain")
        cls.shop = cls.customer("Shop")
        cls.own = cls.overdue(cls.shop, 100)
        cls.overdue(cls.chain, 200)
        cls.env["account.dunning.run"]._cron_run()

    def start(self):
        promise = self.promise(self.own, "2026-03-20", amount=60)
        dispute = self.env["account.dunning.dispute"].create(
            {
                "move_id": self.own.id,
                "amount": 30,
                "reason_id": self.env["account.dunning.dispute.reason"].search([], limit=1).id,
            }
        )
        call = self.env["account.dunning.call"].create(
            {"partner_id": self.shop.id, "outcome": "call_back", "next_date": "2026-03-06"}
        )
        self.shop.with_company(self.company).write(
            {"dunning_hold_until": "2026-03-08", "dunning_hold_reason": "Moves"}
        )
        self.row(self.shop).user_id = self.env.user
        return promise, dispute, call

    def check(self, promise, dispute, call):
        self.env.flush_all()
        self.env.invalidate_all()
        for record in (promise, dispute, call):
            self.assertEqual(record.partner_id, self.chain, record)
        self.assertEqual(promise.line_ids.partner_id, self.chain)
        row = self.row(self.chain)
        self.assertEqual(row.promise_amount, 60)
        self.assertEqual(row.amount_disputed, 30)
        self.assertEqual(str(row.hold_until), "2026-03-08")
        self.assertEqual(row.user_id, self.env.user)
        self.assertIn("Call back", row.activity_ids.mapped("summary"))
        self.assertFalse(self.night("2026-03-06"), "on hold")
        notice = self.night("2026-03-09")
        self.assertEqual(notice.partner_id, self.chain)
        self.assertEqual(notice.amount_due, 210, "without what is promised or in dispute")
        self.night("2026-03-25")
        self.assertEqual(promise.state, "broken")
        self.assertEqual(len(self.activities(self.chain)), 1)

    def test_part_of_another_customer(self):
        records = self.start()
        self.shop.write({"parent_id": self.chain.id, "is_company": False})
        self.check(*records)

    def test_two_cards_become_one(self):
        records = self.start()
        self.merge(self.chain)
        self.check(*records)

    def test_merged_into_a_contact_of_a_customer(self):
        # A company that is merged into a contact makes it a company of its own.
        self.shop.is_company = False
        till = self.env["res.partner"].create({"name": "Till", "parent_id": self.chain.id})
        records = self.start()
        self.merge(till)
        self.check(*records)

    def test_cards_that_were_written_to_on_the_same_day(self):
        """One message a day and customer: two cards that become one have two, both kept."""
        third = self.customer("Kiosk")
        courtesies = self.env["account.dunning.courtesy"].create(
            [
                {
                    "kind": "statement",
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "date": "2026-03-02",
                    "state": "sent",
                }
                for partner in (self.shop, self.chain, third)
            ]
        )
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.shop | third | self.chain).ids, self.chain, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(len(courtesies.exists()), 3)
        self.assertEqual(courtesies.partner_id, self.chain)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            courtesies[0].copy({"partner_id": self.chain.id, "date": "2026-03-02"})
            self.env.flush_all()

    def merge(self, target):
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.shop | target).ids, target, extra_checks=False)
        self.env.invalidate_all()
        self.assertFalse(self.shop.exists())

    def test_a_contact_that_leaves_takes_its_own_along(self):
        self.shop.write({"parent_id": self.chain.id, "is_company": False})
        own = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.shop.id,
                "invoice_date": "2026-03-01",
                "invoice_date_due": "2026-03-02",
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": 50, "tax_ids": False})
                ],
            }
        )
        own.action_post()
        promise = self.promise(own, "2026-03-20")
        both = self.promise(self.chain, "2026-03-20", amount=200)
        self.assertEqual(promise.partner_id, self.chain)
        self.shop.write({"parent_id": False, "is_company": True})
        self.assertEqual(promise.partner_id, own.line_ids.partner_id.commercial_partner_id)
        self.assertEqual(both.partner_id, self.chain)

    def test_a_shorter_hold_shortens_none(self):
        self.chain.with_company(self.company).dunning_hold_until = "2026-03-30"
        self.shop.with_company(self.company).dunning_hold_until = "2026-03-10"
        self.shop.write({"parent_id": self.chain.id, "is_company": False})
        self.assertEqual(
            str(self.chain.with_company(self.company).dunning_hold_until), "2026-03-30"
        )
