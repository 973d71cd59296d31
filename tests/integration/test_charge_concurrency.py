"""Two processes that claim, book or waive the same charges at once: once each."""

import threading
from collections import Counter

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from . import books
from .processes import PATIENCE, ProcessesCase


class TestChargesTwice(ProcessesCase):
    book = True

    def setUp(self):
        super().setUp()
        with self.process() as env:
            company = books.make_company(
                env, f"Charging {self.number}", dunning_working_days_only=False
            )
            books.leave_only(env, company)
            policy = books.make_policy(env, company)
            company.dunning_policy_id = policy
            policy.level_ids[1].charge_scheme_id = env["account.dunning.charge.scheme"].create(
                {"name": "By law", "company_id": company.id, "book": self.book}
            )
            belgium = env.ref("base.be")
            for number in range(4):
                books.make_document(
                    company,
                    "out_invoice",
                    books.make_customer(
                        env, f"Baker {self.number}.{number}", country_id=belgium.id
                    ),
                    "2026-02-01",
                    "2026-03-02",
                    1000,
                )
            self.company_id = company.id
        with self.process() as env:
            env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"
        self.both(self.night)
        self.enterContext(freeze_time("2026-03-16 02:30:00"))

    def night(self, env):
        env["account.dunning.run"]._cron_run()

    def assert_once(self, state):
        with self.process() as env:
            charges = env["account.dunning.charge"].search([("company_id", "=", self.company_id)])
            self.assertEqual(Counter(charges.mapped("state")), {state: 8})
            self.assertEqual(Counter(charges.mapped("kind")), {"interest": 4, "compensation": 4})
            debits = env["account.move"].search(
                [("company_id", "=", self.company_id), ("amount_total", "=", 44.03)]
            )
            by_type = Counter(debits.mapped("move_type"))
            self.assertEqual(by_type["out_invoice"], 4 if charges.charge_move_id else 0)
            self.assertEqual(by_type["out_refund"], 4 if charges.credit_move_id else 0)
            self.assertEqual(set(debits.mapped("state")) - {"posted"}, set())

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_nights_book_once(self):
        barrier = threading.Barrier(2)

        def night(env):
            barrier.wait(PATIENCE)
            self.night(env)

        self.assertFalse(self.both(night, night))
        self.both(self.night)
        self.assert_once("booked")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_waive_once(self):
        self.both(self.night)
        second = self.meeting("account.dunning.charge", "_credit")

        def waive(env):
            charges = env["account.dunning.charge"].search([("company_id", "=", self.company_id)])
            retrying(charges.action_waive, env)

        for error in self.both(waive, second(waive)):
            self.assertIsInstance(error, UserError)
        self.assert_once("waived")


class TestBookTwice(TestChargesTwice):
    book = False

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_nights_book_once(self):
        """They claim once, and two people who book at once book once."""
        barrier = threading.Barrier(2)

        def night(env):
            barrier.wait(PATIENCE)
            self.night(env)

        self.assertFalse(self.both(night, night))
        self.assert_once("claimed")
        second = self.meeting("account.dunning.charge", "_book")

        def book(env):
            charges = env["account.dunning.charge"].search([("company_id", "=", self.company_id)])
            retrying(charges.action_book, env)

        for error in self.both(book, second(book)):
            self.assertIsInstance(error, UserError)
        self.assert_once("booked")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_waive_once(self):
        """Who waives while a colleague books is told to wait, and gives up what was booked."""
        self.both(self.night)
        second = self.meeting("account.dunning.charge", "_book")

        def book(env):
            charges = env["account.dunning.charge"].search([("company_id", "=", self.company_id)])
            retrying(charges.action_book, env)

        def waive(env):
            charges = env["account.dunning.charge"].search([("company_id", "=", self.company_id)])
            retrying(charges.action_waive, env)

        [error] = self.both(book, second(waive))
        self.assertIsInstance(error, UserError)
        self.assert_once("booked")
        self.assertFalse(self.both(waive))
        self.assert_once("waived")
