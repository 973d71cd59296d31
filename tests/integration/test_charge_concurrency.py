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
            company = self.reminding_company(env, "Charging")
            policy = company.dunning_policy_id
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

    def two_nights(self):
        """Two nights that begin at the same moment.

        :return: the exceptions that came of it
        """
        barrier = threading.Barrier(2)

        def night(env):
            barrier.wait(PATIENCE)
            self.night(env)

        return self.both(night, night)

    def charges(self, env):
        return env["account.dunning.charge"].search([("company_id", "=", self.company_id)])

    def book_by_hand(self, env):
        retrying(self.charges(env).action_book, env)

    def waive(self, env):
        retrying(self.charges(env).action_waive, env)

    def assert_once(self, state):
        with self.process() as env:
            charges = self.charges(env)
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
        self.assertFalse(self.two_nights())
        self.both(self.night)
        self.assert_once("booked")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_waive_once(self):
        self.both(self.night)
        second = self.meeting("account.dunning.charge", "_credit")

        for error in self.both(self.waive, second(self.waive)):
            self.assertIsInstance(error, UserError)
        self.assert_once("waived")


class TestBookTwice(TestChargesTwice):
    book = False

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_nights_book_once(self):
        """They claim once, and two people who book at once book once."""
        self.assertFalse(self.two_nights())
        self.assert_once("claimed")
        second = self.meeting("account.dunning.charge", "_book")

        for error in self.both(self.book_by_hand, second(self.book_by_hand)):
            self.assertIsInstance(error, UserError)
        self.assert_once("booked")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_waive_once(self):
        """Who waives while a colleague books is told to wait, and gives up what was booked."""
        self.both(self.night)
        second = self.meeting("account.dunning.charge", "_book")

        [error] = self.both(self.book_by_hand, second(self.waive))
        self.assertIsInstance(error, UserError)
        self.assert_once("booked")
        self.assertFalse(self.both(self.waive))
        self.assert_once("waived")
