"""What the scenarios share: a wholesaler, its customers, a clock that is moved, and nights."""

from contextlib import contextmanager, suppress
from unittest.mock import patch

import freezegun
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from . import books

# The clock of the tests stands still; that of the one who times them does not.
freezegun.config.configure(extend_ignore_list=["_pytest"])

MONDAY = "2026-03-02"
"""The day on which every scenario begins."""


@tagged("standard", "post_install", "-at_install")
class DunningCase(TransactionCase):
    """A company whose policy reminds 3, 14 and 30 days after the due date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.startClassPatcher(freeze_time(f"{MONDAY} 09:00:00"))
        cls.env = cls.env(context={"tz": "Europe/Brussels", "lang": "en_US"})
        # Days off have tests of their own; to ask for them is slow under a frozen clock.
        cls.company = books.make_company(cls.env, "Wholesale Ltd", dunning_working_days_only=False)
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.company = cls.company.with_env(cls.env)
        books.leave_only(cls.env, cls.company)
        cls.policy = books.make_policy(cls.env, cls.company)
        cls.first, cls.second, cls.third = cls.policy.level_ids
        cls.company.dunning_policy_id = cls.policy
        cls.mails_before = cls.env["mail.mail"].sudo().search([], order="id desc", limit=1).id
        cls.addClassCleanup(cls.env.registry.clear_all_caches)

    def setUp(self):
        super().setUp()
        self.day(MONDAY)

    # ------------------------------------------------------------------- time

    @classmethod
    def day(cls, date, hour="09:00"):
        """It is now that day, at that hour of UTC."""
        cls.clock.move_to(f"{date} {hour}:00")

    @classmethod
    def night(cls, date, hour="02:30"):
        """The scheduled action does the night's work of that day; then it is morning.

        :return: the notices of this company that went out
        """
        cls.day(date, hour)
        before = cls.sent()
        cls.env["account.dunning.run"]._cron_run()
        cls.env.invalidate_all()
        cls.day(date)
        return cls.sent() - before

    # -------------------------------------------------------------- documents

    @classmethod
    def customer(cls, name="Bakery Peeters", **vals):
        return books.make_customer(cls.env, name, **vals)

    @classmethod
    def invoice(cls, partner, date, due, amount, currency=None):
        return books.make_document(cls.company, "out_invoice", partner, date, due, amount, currency)

    @classmethod
    def credit(cls, partner, date, amount, currency=None):
        """A credit note that is left open."""
        return books.make_document(cls.company, "out_refund", partner, date, date, amount, currency)

    @classmethod
    def on_account(cls, partner, date, amount, currency=None):
        """Money from a customer that is not allocated to anything."""
        return books.make_money(cls.company, partner, date, amount, currency)

    @classmethod
    def pay(cls, invoice, date, amount=None):
        """Money arrives for an invoice: all that is open, or the amount."""
        items = books.receivable_items(invoice).filtered(lambda item: not item.reconciled)
        money = cls.on_account(
            invoice.partner_id,
            date,
            invoice.amount_residual if amount is None else amount,
            invoice.currency_id,
        )
        (items | money).reconcile()

    @classmethod
    def overdue(cls, partner, amount=1000, due=MONDAY):
        """An invoice of a month before its due date."""
        return cls.invoice(partner, "2026-02-01", due, amount)

    @classmethod
    def currency(cls, code, rate):
        """A currency of which ``rate`` make one of the company's."""
        currency = (
            cls.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        )
        currency.active = True
        cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": cls.company.id,
                "name": "2020-01-01",
                "company_rate": rate,
            }
        )
        return currency

    # ---------------------------------------------------------------- results

    @classmethod
    def notices(cls, partner=None, states=("draft", "ready", "sent", "failed")):
        """The notices of this company, oldest first."""
        domain = [("company_id", "=", cls.company.id), ("state", "in", states)]
        if partner:
            domain.append(("partner_id", "=", partner.id))
        return cls.env["account.dunning.notice"].sudo().search(domain, order="date, id")

    @classmethod
    def sent(cls, partner=None):
        """The notices that went out, oldest first."""
        return cls.notices(partner, ["sent"])

    @classmethod
    def levels(cls, invoice):
        """Numbers of the levels of which a reminder for an invoice went out, in order."""
        lines = (
            cls.env["account.dunning.notice.line"]
            .sudo()
            .search([("move_id", "=", invoice.id), ("state", "=", "sent")])
        )
        return lines.sorted(lambda line: (line.date, line.level_id.number)).mapped(
            "level_id.number"
        )

    @classmethod
    def reason(cls, invoice):
        """The code of the reason why an invoice is or is not reminded next."""
        cls.env.invalidate_all()
        return invoice.dunning_reason_code

    @classmethod
    def run_of(cls, date):
        """The company's run of a day."""
        return cls.env["account.dunning.run"].search(
            [("company_id", "=", cls.company.id), ("date", "=", date)]
        )

    # ------------------------------------------------------------------- cost

    def queries(self, step):
        """How many queries a step takes with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    # ------------------------------------------------------------------ mails

    @classmethod
    def mails(cls, notices=None, states=("outgoing", "sent", "exception")):
        """The mails of notices (all of this test), oldest first."""
        domain = [
            ("id", ">", cls.mails_before),
            ("model", "=", "account.dunning.notice"),
            ("state", "in", states),
        ]
        if notices is not None:
            domain.append(("res_id", "in", notices.ids))
        return cls.env["mail.mail"].sudo().search(domain, order="id")

    @classmethod
    def text(cls, notice):
        """The last message to a customer as it is read: plain spaces and minus signs."""
        return cls.mails(notice)[-1].body_html.replace("\xa0", " ").replace("-\ufeff", "-")

    @classmethod
    def mail_leaves(cls, refused=(), down=False):
        """The mail queue is worked off by a mail server.

        :param refused: addresses that the server does not take
        :param down: the server cannot be reached
        :return: the addresses whose mail left
        """
        queue = (
            cls.env["mail.mail"]
            .sudo()
            .search([("id", ">", cls.mails_before), ("state", "=", "outgoing")])
        )
        with mail_server(refused, down) as left, mute_logger("odoo.addons.mail.models.mail_mail"):
            queue.send()
        cls.env.invalidate_all()
        return left

    # ------------------------------------------------------------------ users

    @classmethod
    def user(cls, login, groups, companies=None, **vals):
        """A user of this company with these groups and no others."""
        login = f"scenario.{login}"
        companies = companies or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=companies[:1].id,
            company_ids=[(6, 0, companies.ids)],
            context={"no_reset_password": True},
            **vals,
        )

    @classmethod
    def billing_user(cls):
        """The least who works with reminders in the invoicing app."""
        return cls.user("billing.clerk", "account.group_account_invoice")

    @classmethod
    def dunning_user(cls):
        return cls.user("dunning.user", "account_dunning_plus.group_dunning_user")

    @classmethod
    def dunning_manager(cls):
        return cls.user("dunning.manager", "account_dunning_plus.group_dunning_manager")

    @contextmanager
    def killed(self, model, method, call):
        """The process is killed in that call of a method: what it wrote before is kept.

        :param call: number of the call, from 1
        """
        origin = getattr(type(self.env[model]), method)
        calls = []

        def counted(*args):
            calls.append(args)
            if len(calls) == call:
                raise _Killed
            return origin(*args)

        with patch.object(type(self.env[model]), method, counted), suppress(_Killed):
            yield
        self.env.invalidate_all()
        self.assertEqual(len(calls), call, "the process was killed in that call")


class _Killed(BaseException):
    """Nothing catches it, as nothing catches the end of a process."""


@contextmanager
def mail_server(refused=(), down=False):
    """A mail server; yields the list of addresses whose mail it took."""
    left = []

    def connect(self, *args, **kwargs):
        if down:
            raise ConnectionRefusedError("Connection refused by smtp.example.com")

    def send(self, message, *args, **kwargs):
        address = message["To"]
        if any(part in address for part in refused):
            raise OSError(f"550 5.1.1 {address}: recipient address rejected")
        left.append(address)
        return message["Message-Id"]

    with (
        patch.object(IrMail_Server, "_disable_send", lambda *args: False),
        patch.object(IrMail_Server, "_connect__", connect),
        patch.object(IrMail_Server, "send_email", send),
    ):
        yield left
