"""Two processes at once, each with its own transactions: every item once.

What happens here is committed, so it happens in a database of its own: a copy of the one under
test, dropped at the end.
"""

import shutil
import threading
from collections import Counter
from contextlib import closing, contextmanager, suppress
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, modules, sql_db
from odoo.addons.account_dunning_plus.models import account_dunning_run
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, freeze_time, get_db_name, tagged
from odoo.tools import SQL, config, mute_logger

from . import books
from .common import mail_server

_PATIENCE = 30
"""Seconds after which a thread that waits for the other one gives up."""


@contextmanager
def database_copy(name):
    """A copy of the database under test, as long as the context lasts."""

    def execute(query, *names):
        with closing(sql_db.db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            cr.execute(SQL(query, *map(SQL.identifier, names)))

    sql_db.close_db(get_db_name())
    execute("DROP DATABASE IF EXISTS %s", name)
    execute("CREATE DATABASE %s TEMPLATE %s", name, get_db_name())
    # A registry that is loaded while tests are enabled runs the tests of all modules.
    enabled, config["test_enable"] = config["test_enable"], False
    try:
        registry = Registry(name)
        config["test_enable"] = enabled
        yield registry
    finally:
        config["test_enable"] = enabled
        Registry.delete(name)
        sql_db.close_db(name)
        execute("DROP DATABASE %s", name)
        shutil.rmtree(config.filestore(name), ignore_errors=True)


@tagged("standard", "post_install", "-at_install")
class TestTwoProcesses(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls.enterClassContext(database_copy(f"{get_db_name()}_twin"))
        cls.enterClassContext(freeze_time("2026-03-05 02:30:00"))
        # The processes commit, as outside of tests.
        cls.enterClassContext(patch.object(modules.module, "current_test", False))
        cls.number = 0

    def setUp(self):
        super().setUp()
        # pytest-odoo names the running test before each of them.
        self.patch(modules.module, "current_test", False)
        type(self).number += 1
        with self.process() as env:
            company = books.make_company(
                env, f"Wholesale {self.number}", dunning_working_days_only=False
            )
            books.leave_only(env, company)
            policy = books.make_policy(env, company)
            company.dunning_policy_id = policy
            invoices = [
                books.make_document(
                    company,
                    "out_invoice",
                    books.make_customer(env, f"Shop {self.number}.{number}"),
                    "2026-02-01",
                    "2026-03-02",
                    100,
                )
                for number in range(6)
            ]
            self.company_id, self.invoice_ids = company.id, [move.id for move in invoices]

    @contextmanager
    def process(self):
        """An environment of a transaction of its own, committed at the end."""
        with self.twin.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def test_killed_between_mail_server_and_commit(self):
        """The server took the message, and nobody wrote it down: it alone is repeated."""
        with self.process() as env:
            env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"
        self.both(self.night)

        class Killed(BaseException):
            """Nothing catches it, as nothing catches the end of a process."""

        left = []

        def take(server, message, *args, **kwargs):
            left.append(message["To"])
            if len(left) == 3:
                raise Killed
            return message["Message-Id"]

        with mail_server(), patch.object(IrMail_Server, "send_email", take):
            with suppress(Killed), self.process() as env:
                env["mail.mail"].process_email_queue()
            with self.process() as env:
                mails = env["mail.mail"].search([("model", "=", "account.dunning.notice")])
                states = Counter(mails.filtered(self.is_own).mapped("state"))
                self.assertEqual(states, {"sent": 2, "outgoing": 4})
            with self.process() as env:
                env["mail.mail"].process_email_queue()
        self.assertEqual(len(left), 7)
        self.assertEqual(len(set(left)), 6)
        self.assertEqual(left.count(left[2]), 2)
        self.assert_each_once()
        with self.process() as env:
            mails = env["mail.mail"].search([("model", "=", "account.dunning.notice")])
            self.assertEqual(set(mails.filtered(self.is_own).mapped("state")), {"sent"})

    def is_own(self, mail):
        """Whether a mail is about a notice of this test's company."""
        notice = mail.env["account.dunning.notice"].browse(mail.res_id)
        return notice.company_id.id == self.company_id

    def both(self, *functions):
        """Do each function in a process of its own, at the same time.

        :return: the exceptions that came of it
        """
        errors = []

        def work(function):
            try:
                with self.process() as env:
                    function(env)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(function,)) for function in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * _PATIENCE)
            self.assertFalse(thread.is_alive(), "a process hangs")
        return errors

    def night(self, env):
        env["account.dunning.run"]._cron_run()

    def click(self, env):
        """A user starts the run of today, as the web client calls it."""
        run = env["account.dunning.run"].with_context(allowed_company_ids=[self.company_id])

        def send():
            company = run.env["res.company"].browse(self.company_id)
            run._get_or_create(company, company._dunning_today()).action_send()

        retrying(send, env)

    def assert_each_once(self):
        with self.process() as env:
            lines = env["account.dunning.notice.line"].search(
                [("company_id", "=", self.company_id), ("state", "!=", "cancelled")]
            )
            self.assertEqual(sorted(lines.move_id.ids), self.invoice_ids)
            self.assertEqual(len(lines), len(self.invoice_ids))
            self.assertEqual(set(lines.mapped("state")), {"sent"})
            mails = env["mail.mail"].search(
                [("model", "=", "account.dunning.notice"), ("res_id", "in", lines.notice_id.ids)]
            )
            self.assertEqual(sorted(mails.mapped("res_id")), sorted(lines.notice_id.ids))
            runs = env["account.dunning.run"].search([("company_id", "=", self.company_id)])
            self.assertEqual((len(runs), runs.state), (1, "done"))

    def meeting(self, model, method):
        """Let the first process that calls a method stop right after it, uncommitted, until the
        other one has done all it can, or waits for the first.

        :return: function to run as the second process: it starts when the first has stopped
        """
        origin = getattr(self.twin[model], method)
        stopped, go_on = threading.Event(), threading.Event()

        def stops(records, *args):
            result = origin(records, *args)
            if not stopped.is_set():
                stopped.set()
                go_on.wait(3)
            return result

        self.patch(self.twin[model], method, stops)

        def second(function):
            def work(env):
                self.assertTrue(stopped.wait(_PATIENCE))
                try:
                    function(env)
                finally:
                    go_on.set()

            return work

        return second

    @mute_logger("odoo.sql_db")
    def test_two_nights_at_once(self):
        barrier = threading.Barrier(2)

        def night(env):
            barrier.wait(_PATIENCE)
            self.night(env)

        self.assertFalse(self.both(night, night))
        self.both(self.night)
        self.assert_each_once()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_click_while_the_night_prepares(self):
        second = self.meeting("account.dunning.run", "_prepare_customers")
        for error in self.both(self.night, second(self.click)):
            self.assertIsInstance(error, UserError)
        self.both(self.night)
        self.assert_each_once()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_click_while_the_night_delivers(self):
        self.patch(account_dunning_run, "DELIVER_BATCH", 2)
        second = self.meeting("account.dunning.notice", "_deliver")
        for error in self.both(self.night, second(self.click)):
            self.assertIsInstance(error, UserError)
        self.both(self.night)
        self.assert_each_once()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_night_while_a_click_delivers(self):
        second = self.meeting("account.dunning.notice", "_deliver")
        for error in self.both(self.click, second(self.night)):
            self.assertIsInstance(error, UserError)
        self.both(self.night)
        self.assert_each_once()

    @mute_logger("odoo.sql_db")
    def test_one_notice_changes_while_the_night_delivers(self):
        """A user sends one notice in between: the night goes on with all the others."""
        self.patch(account_dunning_run, "DELIVER_BATCH", 2)
        deliver = self.twin["account.dunning.notice"]._deliver
        sent = []

        def interrupted(notices):
            if not sent:
                sent.append(notices[0].id)
                with self.process() as env:
                    deliver(env["account.dunning.notice"].browse(sent))
            return deliver(notices)

        self.patch(self.twin["account.dunning.notice"], "_deliver", interrupted)
        self.assertFalse(self.both(self.night))
        self.assert_each_once()

    @mute_logger("odoo.sql_db")
    def test_a_payment_while_the_night_delivers(self):
        """Who pays while the mails are made is either left out, or was written to before."""
        invoice_id = self.invoice_ids[-1]
        self.patch(account_dunning_run, "DELIVER_BATCH", 2)
        deliver = self.twin["account.dunning.notice"]._deliver
        paid = []

        def interrupted(notices):
            deliver(notices)
            if not paid:
                paid.append(True)
                with self.process() as env:
                    self.pay(env, invoice_id)

        self.patch(self.twin["account.dunning.notice"], "_deliver", interrupted)
        self.assertFalse(self.both(self.night))
        with self.process() as env:
            lines = env["account.dunning.notice.line"].search(
                [("company_id", "=", self.company_id), ("state", "=", "sent")]
            )
            self.assertEqual(sorted(lines.move_id.ids), self.invoice_ids[:-1])

    def pay(self, env, invoice_id):
        invoice = env["account.move"].browse(invoice_id)
        company = env["res.company"].browse(self.company_id)
        money = books.make_money(company, invoice.partner_id, "2026-03-05", 100)
        (books.receivable_items(invoice) | money).reconcile()

    def test_one_company_in_trouble_does_not_stop_the_others(self):
        with self.process() as env:
            broken = books.make_company(env, f"Broken {self.number}")
            broken.dunning_working_days_only = False
            broken.sequence = -1
            broken_id = broken.id
        decide = self.twin["account.dunning.run"]._prepare_customers

        def trouble(run, partner_ids):
            if run.company_id.id == broken_id:
                raise ValueError("the ledger of Broken is closed")
            return decide(run, partner_ids)

        self.patch(self.twin["account.dunning.run"], "_prepare_customers", trouble)
        self.patch(
            self.twin["account.dunning.run"],
            "_partner_ids_to_decide",
            lambda run, origin=self.twin["account.dunning.run"]._partner_ids_to_decide: (
                [1] if run.company_id.id == broken_id else origin(run)
            ),
        )
        with mute_logger("odoo.addons.account_dunning_plus.models.account_dunning_run_night"):
            self.assertFalse(self.both(self.night))
        with self.process() as env:
            run = env["account.dunning.run"].search([("company_id", "=", broken_id)])
            self.assertIn("the ledger of Broken is closed", run.message)
            self.assertNotEqual(run.state, "done")
        self.assert_each_once()
