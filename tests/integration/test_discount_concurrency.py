"""The word in time while somebody else works: said once, and never of what is paid."""

import threading

from odoo.addons.account_dunning_plus.models import account_discount_notice_delivery
from odoo.tools import mute_logger

from . import books, discounts
from .processes import PATIENCE, ProcessesCase


class TestWordsAtOnce(ProcessesCase):
    now = "2026-03-09 03:30:00"

    def setUp(self):
        super().setUp()
        with self.process() as env:
            company = books.make_company(
                env, f"Wholesale {self.number}", dunning_working_days_only=False
            )
            books.leave_only(env, company)
            discounts.make_discount_books(company)
            term = discounts.make_term(env, company, "included")
            invoices = [
                books.make_document(
                    company,
                    "out_invoice",
                    books.make_customer(env, f"Shop {self.number}.{number}"),
                    "2026-03-02",
                    None,
                    100,
                    term=term,
                )
                for number in range(6)
            ]
            self.company_id, self.invoice_ids = company.id, [move.id for move in invoices]

    def words(self, env):
        env["account.discount.notice"]._cron_run()

    def said(self):
        """The invoices of which a word was said; of each notice one e-mail."""
        with self.process() as env:
            lines = env["account.discount.notice.line"].search(
                [("company_id", "=", self.company_id), ("state", "!=", "cancelled")]
            )
            self.assertEqual(set(lines.mapped("state")), {"sent"})
            mails = env["mail.mail"].search(
                [
                    ("model", "=", "account.discount.notice"),
                    ("res_id", "in", lines.notice_id.ids),
                    ("state", "=", "outgoing"),
                ]
            )
            self.assertEqual(sorted(mails.mapped("res_id")), sorted(lines.notice_id.ids))
            return sorted(lines.move_id.ids)

    @mute_logger("odoo.sql_db")
    def test_two_at_once(self):
        barrier = threading.Barrier(2)

        def words(env):
            barrier.wait(PATIENCE)
            self.words(env)

        self.assertFalse(self.both(words, words))
        self.both(self.words)
        self.assertEqual(self.said(), self.invoice_ids)

    @mute_logger("odoo.sql_db")
    def test_another_has_decided_and_not_yet_committed(self):
        second = self.meeting("account.discount.notice", "_create_notices")
        self.assertFalse(self.both(self.words, second(self.words)))
        self.both(self.words)
        self.assertEqual(self.said(), self.invoice_ids)

    @mute_logger("odoo.sql_db")
    def test_killed_between_batches(self):
        """What was committed stays, the next call says the rest."""
        self.patch(account_discount_notice_delivery, "BATCH", 2)
        origin = self.twin["account.discount.notice"]._tell
        calls = []

        def killed(notices, *args):
            calls.append(args)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return origin(notices, *args)

        self.patch(self.twin["account.discount.notice"], "_tell", killed)
        with self.assertRaises(KeyboardInterrupt), self.process() as env:
            self.words(env)
        self.assertEqual(len(self.said()), 2)
        self.assertFalse(self.both(self.words))
        self.assertEqual(self.said(), self.invoice_ids)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_payment_while_words_are_said(self):
        """Who pays between two batches is left out, or was told before."""
        self.patch(account_discount_notice_delivery, "BATCH", 2)
        origin = self.twin["account.discount.notice"]._tell
        paid = []

        def interrupted(notices, *args):
            origin(notices, *args)
            if not paid:
                paid.append(True)
                notices.env.cr.commit()
                with self.process() as env:
                    self.pay(env, self.invoice_ids[-1])
            return True

        self.patch(self.twin["account.discount.notice"], "_tell", interrupted)
        self.assertFalse(self.both(self.words))
        self.assertEqual(self.said(), self.invoice_ids[:-1])

    def pay(self, env, invoice_id):
        invoice = env["account.move"].browse(invoice_id)
        company = env["res.company"].browse(self.company_id)
        money = books.make_money(company, invoice.partner_id, "2026-03-09", 98)
        (books.receivable_items(invoice) | money).reconcile()
