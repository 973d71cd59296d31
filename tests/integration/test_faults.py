"""Faults measured in other tools, each of which must not happen here."""

from odoo import Command
from odoo.addons.account_dunning_plus.models import account_dunning_run
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from . import books
from .common import MONDAY
from .common import DunningCase as Base


class TestFirstRun(Base):
    """The first click gives a result, or says why not."""

    def test_first_run_on_a_fresh_database(self):
        """A company that nobody has set up uses the shipped policy."""
        company = self.env["res.company"].create({"name": "Fresh", "email": "fresh@example.com"})
        books.make_books(self.env, company)
        self.assertEqual(
            company.dunning_policy_id,
            self.env.ref("account_dunning_plus.dunning_policy_friendly"),
        )
        invoice = books.make_document(
            company, "out_invoice", self.customer(), "2026-02-01", "2026-02-20", 50
        )
        self.night("2026-03-04")
        self.assertEqual(self.levels(invoice), [1])

    def test_first_run_without_customers_says_why(self):
        self.night("2026-03-04")
        run = self.run_of("2026-03-04")
        self.assertEqual(run.state, "done")
        self.assertIn("Nobody is due", run.message)

    def test_first_run_without_a_policy_says_why(self):
        self.company.dunning_policy_id = False
        invoice = self.overdue(self.customer(), 250)
        self.night("2026-03-05")
        run = self.run_of("2026-03-05")
        self.assertIn("Nobody is due", run.message)
        self.assertEqual(
            [(row.reason, row.customer_count, row.item_count, row.amount)
             for row in run.reason_ids],
            [("no_policy", 1, 1, 250)],
        )  # fmt: skip
        self.assertEqual(self.reason(invoice), "no_policy")
        self.assertIn("choose one on the customer", invoice.dunning_reason)

    def test_billing_user_starts_a_run(self):
        """Billing staff work through a whole run, without any other right."""
        billing = self.billing_user()
        invoice = self.overdue(self.customer())
        self.day("2026-03-05")
        run = Form(self.env["account.dunning.run"].with_user(billing)).save()
        self.assertEqual(str(run.date), "2026-03-05")
        run.action_prepare()
        self.assertEqual(run.state, "prepared")
        self.assertEqual((run.customer_count, run.waiting_count), (1, 1))
        run.action_send()
        self.assertEqual((run.state, run.sent_count), ("done", 1))
        self.assertEqual(self.levels(invoice), [1])
        notice = run.notice_ids
        self.assertIn(invoice.name, notice.preview_html)
        with Form(notice) as form:
            self.assertEqual(form.state, "sent")

    def test_a_run_in_the_future_is_refused_and_blocks_nothing(self):
        self.overdue(self.customer())
        billing = self.billing_user()
        with (
            self.assertRaisesRegex(ValidationError, "in the future"),
            self.env.cr.savepoint(),
        ):
            self.env["account.dunning.run"].with_user(billing).create({"date": "2062-03-05"})
        self.assertFalse(self.run_of("2062-03-05"))
        self.assertEqual(len(self.night("2026-03-05")), 1)

    def test_a_run_of_a_past_day_blocks_nothing(self):
        """A run of last week decides as of last week; tonight goes on as ever."""
        bakery, butcher = self.customer(), self.customer("Butcher Jans")
        early, late = self.overdue(bakery, due="2026-02-20"), self.overdue(butcher)
        self.day("2026-03-05")
        run = self.env["account.dunning.run"].create({"date": "2026-02-25"})
        run.action_prepare()
        self.assertEqual(run.notice_ids.partner_id, bakery)
        run.action_send()
        self.assertEqual(self.levels(early), [1])
        self.assertEqual(str(self.sent(bakery).date), "2026-03-05")
        self.night("2026-03-05")
        self.assertEqual((self.levels(early), self.levels(late)), ([1], [1]))
        self.assertEqual(len(self.sent()), 2)


class TestInterruption(Base):
    """Only what was delivered counts, and nothing is lost or done twice."""

    def test_the_limit_struck_between_ready_and_sent(self):
        """Killed in the second batch of three: the next night delivers the rest, each once."""
        invoices = [self.overdue(self.customer(f"Shop {number}")) for number in range(6)]
        self.patch(account_dunning_run, "DELIVER_BATCH", 2)
        with self.killed("account.dunning.notice", "_deliver", 2):
            self.night("2026-03-05")
        self.assertEqual(len(self.sent()), 2)
        self.assertEqual([self.levels(invoice) for invoice in invoices].count([]), 4)
        self.night("2026-03-06")
        for invoice in invoices:
            self.assertEqual(self.levels(invoice), [1])
        self.assertEqual(len(self.mails()), 6)
        self.assertEqual(len(self.sent()), 6)
        self.night("2026-03-16")
        for invoice in invoices:
            self.assertEqual(self.levels(invoice), [1, 2])

    def test_killed_while_preparing(self):
        """What was prepared is kept; the next call goes on with the other customers."""
        for number in range(5):
            self.overdue(self.customer(f"Shop {number}"))
        self.patch(account_dunning_run, "PREPARE_BATCH", 2)
        with self.killed("account.dunning.run", "_prepare_customers", 2):
            self.night("2026-03-05")
        self.assertEqual(len(self.notices()), 2)
        self.night("2026-03-05")
        self.assertEqual(len(self.sent()), 5)
        self.assertEqual(len(self.mails()), 5)
        run = self.run_of("2026-03-05")
        self.assertEqual((run.reason_ids.reason, run.reason_ids.item_count), ("due", 5))

    def test_prepared_and_never_sent_says_nothing_about_levels(self):
        invoice = self.overdue(self.customer())
        self.day("2026-03-05")
        self.env["account.dunning.run"].create({}).action_prepare()
        self.assertEqual(self.levels(invoice), [])
        self.assertFalse(invoice.dunning_level_id)
        self.day("2026-03-25")
        self.env["account.dunning.run"].create({}).action_prepare()
        self.assertEqual(self.notices().level_id, self.first, "still the first level")
        self.night("2026-03-26")
        self.assertEqual(self.levels(invoice), [1])


class TestCustomers(Base):
    def test_archived_customer_is_reported_not_dunned(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 300)
        bakery.active = False
        self.assertFalse(self.night("2026-03-05"))
        self.assertFalse(self.notices())
        self.assertEqual(self.reason(invoice), "archived")
        row = self.run_of("2026-03-05").reason_ids
        self.assertEqual((row.reason, row.customer_count, row.amount), ("archived", 1, 300))
        self.assertIn(invoice.id, row.action_view_items()["domain"][0][2])
        bakery.active = True
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_a_customer_archived_between_run_and_sending_gets_nothing(self):
        bakery = self.customer()
        self.overdue(bakery)
        self.day("2026-03-05")
        run = self.env["account.dunning.run"].create({})
        run.action_prepare()
        bakery.active = False
        run.action_send()
        self.assertEqual(run.notice_ids.state, "cancelled")
        self.assertFalse(self.mails())

    def test_no_followup_is_honoured(self):
        bakery = self.customer()
        excluded, other = self.overdue(bakery, 400), self.overdue(bakery, 100)
        excluded.no_followup = True
        notice = self.night("2026-03-05")
        self.assertEqual(notice.line_ids.move_id, other)
        self.assertEqual(notice.amount_due, 100)
        self.assertNotIn(excluded.name, self.mails(notice).body_html)
        self.assertEqual(self.reason(excluded), "excluded")
        excluded.no_followup = False
        self.night("2026-03-06")
        self.assertEqual(self.levels(excluded), [1])

    def test_two_levels_and_three_currencies_are_one_message(self):
        usd, gbp = self.currency("USD", 2), self.currency("GBP", 0.5)
        bakery = self.customer()
        old = self.overdue(bakery, 100)
        self.night("2026-03-05")
        self.mail_leaves()
        dollars = self.invoice(bakery, "2026-02-01", "2026-03-10", 200, usd)
        pounds = self.invoice(bakery, "2026-02-01", "2026-03-11", 50, gbp)
        notice = self.night("2026-03-16")
        self.assertEqual(len(notice), 1)
        self.assertEqual(
            {line.move_id: (line.level_id, line.amount_residual) for line in notice.line_ids},
            {old: (self.second, 100), dollars: (self.first, 200), pounds: (self.first, 50)},
        )
        self.assertEqual(notice.amount_due, 100 + 100 + 100)
        body = self.mails(notice).body_html
        for total in ("$\xa0200.00", "£\xa050.00", "100.00\xa0€"):
            self.assertIn(total, body)
        self.assertEqual(len(self.mail_leaves()), 1)

    def test_chatter_is_quiet(self):
        """FAULTS: a message per line, tracking per state change. Here: the mail, and no more."""
        bakery = self.customer()
        invoices = [self.overdue(bakery, amount) for amount in (100, 200, 300)]
        messages = {record: len(record.message_ids) for record in [bakery, *invoices]}
        notice = self.night("2026-03-05")
        self.assertEqual(len(notice.message_ids), 1)
        self.assertEqual(notice.message_ids.mail_ids, self.mails(notice))
        self.assertFalse(notice.message_ids.tracking_value_ids)
        for record, count in messages.items():
            self.assertEqual(len(record.message_ids), count, record)

    def test_minimum_amount_in_a_foreign_currency_both_ways(self):
        """€100 at two dollars a euro: $198 is below, $200 is not; as many euros are."""
        self.policy.minimum_amount = 100
        usd = self.currency("USD", 2)
        poor, rich, euro = (self.customer(name) for name in ("Poor", "Rich", "Euro"))
        below = self.invoice(poor, "2026-02-01", "2026-03-02", 199.98, usd)
        reached = self.invoice(rich, "2026-02-01", "2026-03-02", 200, usd)
        above = self.invoice(euro, "2026-02-01", "2026-03-02", 100)
        self.night("2026-03-05")
        self.assertEqual(
            [self.levels(invoice) for invoice in (below, reached, above)], [[], [1], [1]]
        )
        self.assertEqual(self.reason(below), "below_minimum")
        self.assertIn("100.00", below.dunning_reason)

    def test_minimum_amount_of_a_cheap_currency(self):
        """The other way round: €100 are 20,000 of a currency of which 200 make a euro."""
        self.policy.minimum_amount = 100
        huf = self.currency("HUF", 200)
        poor, rich = self.customer("Poor"), self.customer("Rich")
        below = self.invoice(poor, "2026-02-01", "2026-03-02", 19_900, huf)
        reached = self.invoice(rich, "2026-02-01", "2026-03-02", 20_000, huf)
        self.night("2026-03-05")
        self.assertEqual([self.levels(below), self.levels(reached)], [[], [1]])


class TestClock(Base):
    def test_tests_do_not_look_at_the_date_of_the_machine(self):
        """FAULTS: a suite built on today's date fails from some month on."""
        self.day("2031-07-01")
        self.assertEqual(str(self.company._dunning_today()), "2031-07-01")
        run = self.env["account.dunning.run"].create({})
        self.assertEqual(str(run.date), "2031-07-01")


class TestUniqueness(Base):
    """What the database itself refuses."""

    def test_one_run_for_a_company_and_day(self):
        self.env["account.dunning.run"].create({"date": MONDAY})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "account_dunning_run_company_date_unique"),
            self.env.cr.savepoint(),
        ):
            self.env["account.dunning.run"].create({"date": MONDAY})

    def test_one_notice_for_a_customer_and_run(self):
        self.overdue(self.customer())
        self.day("2026-03-05")
        run = self.env["account.dunning.run"].create({})
        run.action_prepare()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "account_dunning_notice.*run_partner"),
            self.env.cr.savepoint(),
        ):
            run.notice_ids.copy({"state": "ready"})

    def test_one_live_line_for_an_item_and_level(self):
        self.overdue(self.customer())
        line = self.night("2026-03-05").line_ids
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "item_level_unique"),
            self.env.cr.savepoint(),
        ):
            line.copy()

    def test_history_is_not_deleted(self):
        self.overdue(self.customer())
        notice = self.night("2026-03-05")
        for record in (notice, notice.run_id):
            with self.assertRaisesRegex(UserError, "history"), self.env.cr.savepoint():
                record.unlink()

    def test_a_level_in_use_is_not_deleted(self):
        self.overdue(self.customer())
        self.night("2026-03-05")
        for record in (self.first, self.policy):
            with self.assertRaisesRegex(UserError, "archive it"), self.env.cr.savepoint():
                record.unlink()
        self.policy.level_ids = [Command.unlink(self.third.id)]
        self.assertFalse(self.third.exists(), "a level that was never used may go")
