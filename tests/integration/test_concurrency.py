"""Two nights, or a night and a click, at once: every item once."""

import threading
from collections import Counter
from contextlib import suppress
from unittest.mock import patch

from odoo.addons.account_dunning_plus.models import account_dunning_run
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import mute_logger

from . import books
from .common import mail_server
from .processes import PATIENCE, ProcessesCase


class TestTwoProcesses(ProcessesCase):
    def setUp(self):
        super().setUp()
        with self.process() as env:
            company = self.reminding_company(env, "Wholesale")
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

    @mute_logger("odoo.sql_db")
    def test_two_nights_at_once(self):
        barrier = threading.Barrier(2)

        def night(env):
            barrier.wait(PATIENCE)
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
