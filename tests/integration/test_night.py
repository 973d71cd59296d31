"""The night: who is reminded when, and of what."""

from odoo.addons.account_dunning_plus.models import account_dunning_run

from . import books
from .common import DunningCase as Base


class TestClimbing(Base):
    """An item climbs the levels one by one, by its days and its intervals."""

    def test_each_level_comes_on_its_day(self):
        """Due on 2 March, levels after 3, 14 and 30 days."""
        invoice = self.overdue(self.customer())
        for date, levels in (
            ("2026-03-04", []),
            ("2026-03-05", [1]),
            ("2026-03-06", [1]),
            ("2026-03-13", [1]),
            ("2026-03-16", [1, 2]),
            ("2026-03-31", [1, 2]),
            ("2026-04-01", [1, 2, 3]),
            ("2026-04-20", [1, 2, 3]),
        ):
            self.night(date)
            self.assertEqual(self.levels(invoice), levels, date)
        self.assertEqual(self.reason(invoice), "final")

    def test_a_missed_night_is_caught_up(self):
        """FAULTS: mail fires only when overdue days equal the level exactly."""
        invoice = self.overdue(self.customer())
        self.night("2026-03-10")
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-20")
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_ledger_just_imported_starts_at_the_first_level(self):
        """However late an item is, no level is skipped and the intervals are kept."""
        invoice = self.overdue(self.customer(), due="2025-06-30")
        for date, levels in (
            ("2026-03-02", [1]),
            ("2026-03-03", [1]),
            ("2026-03-04", [1]),
            ("2026-03-05", [1, 2]),
            ("2026-03-06", [1, 2]),
            ("2026-03-09", [1, 2, 3]),
        ):
            self.night(date)
            self.assertEqual(self.levels(invoice), levels, date)

    def test_the_interval_counts_from_the_last_notice_that_went_out(self):
        """Level 2 is due on the 16th; ten days since the late first reminder end on the 23rd."""
        self.second.interval_days = 10
        invoice = self.overdue(self.customer())
        self.night("2026-03-13")
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-20")
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-23")
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_level_before_the_due_date(self):
        self.first.delay_days = -3
        invoice = self.invoice(self.customer(), "2026-03-01", "2026-03-12", 1000)
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [])
        self.night("2026-03-09")
        self.assertEqual(self.levels(invoice), [1])
        self.assertEqual(self.sent().line_ids.days_overdue, -3)
        self.assertEqual(self.sent().amount_due, 1000)

    def test_grace_days_come_on_top_but_not_before_the_due_date(self):
        self.first.delay_days = -2
        self.policy.grace_days = 5
        invoice = self.invoice(self.customer(), "2026-03-01", "2026-03-06", 1000)
        self.night("2026-03-04")
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-24")
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-25")
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_second_call_on_the_same_day_sends_nothing_more(self):
        bakery = self.customer()
        self.overdue(bakery)
        self.night("2026-03-05")
        self.assertFalse(self.night("2026-03-05", "18:00"))
        self.overdue(bakery, due="2026-02-02")
        self.assertFalse(self.night("2026-03-05", "19:00"), "one message per customer and day")
        self.assertEqual(len(self.night("2026-03-06")), 1)


class TestOneMessage(Base):
    """One message per customer, whatever there is."""

    def test_items_at_their_own_level_text_of_the_highest(self):
        bakery = self.customer()
        old = self.overdue(bakery, 700)
        self.night("2026-03-05")
        new = self.overdue(bakery, 300, due="2026-03-13")
        notice = self.night("2026-03-16")
        self.assertEqual(len(notice), 1)
        self.assertEqual(
            {line.move_id: line.level_id for line in notice.line_ids},
            {old: self.second, new: self.first},
        )
        self.assertEqual(notice.level_id, self.second)
        self.assertEqual(notice.amount_due, 1000)
        self.assertEqual((self.levels(old), self.levels(new)), ([1, 2], [1]))

    def test_the_contacts_of_a_customer_are_one_customer(self):
        """Invoices to the shop and to the head office: one message, to the invoice address."""
        bakery = self.customer()
        shop, desk = self.env["res.partner"].create(
            [
                {"name": "Shop", "parent_id": bakery.id, "email": "shop@example.com"},
                {
                    "name": "Accounts",
                    "parent_id": bakery.id,
                    "type": "invoice",
                    "email": "accounts@example.com",
                },
            ]
        )
        self.overdue(bakery, 100)
        self.overdue(shop, 200)
        notice = self.night("2026-03-05")
        self.assertEqual(notice.partner_id, bakery)
        self.assertEqual(notice.recipient_id, desk)
        self.assertEqual(notice.amount_due, 300)
        self.assertEqual(self.mail_leaves(), ['"Accounts" <accounts@example.com>'])

    def test_the_dunning_contact_comes_before_the_invoice_address(self):
        bakery = self.customer()
        contact = self.env["res.partner"].create(
            {"name": "Owner", "parent_id": bakery.id, "email": "owner@example.com"}
        )
        bakery.dunning_contact_id = contact
        self.overdue(bakery)
        self.assertEqual(self.night("2026-03-05").recipient_id, contact)

    def test_an_archived_dunning_contact_is_passed_over(self):
        bakery = self.customer()
        contact = self.env["res.partner"].create(
            {"name": "Owner", "parent_id": bakery.id, "email": "owner@example.com"}
        )
        bakery.dunning_contact_id = contact
        contact.active = False
        self.overdue(bakery)
        self.assertEqual(self.night("2026-03-05").recipient_id, bakery)

    def test_overdue_items_that_get_no_level_are_stated_too(self):
        """The customer is to see all that is overdue, but each item is dunned in its turn."""
        bakery = self.customer()
        old = self.overdue(bakery, 700)
        self.night("2026-03-05")
        self.overdue(bakery, 300, due="2026-03-03")
        notice = self.night("2026-03-06")
        self.assertNotIn(old, notice.line_ids.move_id)
        self.assertEqual([row["name"] for row in notice.statement["others"]], [old.name])
        self.assertEqual(notice.amount_due, 1000)
        self.assertEqual(
            notice.amount_words.replace("\xa0", " "),
            "300.00 € for these items + 700.00 € also overdue",
        )
        self.assertIn(old.name, self.mails(notice).body_html)

    def test_instalments_are_items_of_their_own(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Three parts",
                "company_id": self.company.id,
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in ((50, 10), (30, 30), (20, 60))
                ],
            }
        )
        invoice = books.make_document(
            self.company, "out_invoice", self.customer(), MONDAY_OF_JANUARY, None, 1000, term=term
        )
        first, second, third = books.receivable_items(invoice)
        notice = self.night("2026-02-09")
        self.assertEqual(notice.line_ids.move_line_id, first | second)
        self.assertEqual(notice.amount_due, 800)
        self.pay_item(first)
        notice = self.night("2026-03-16")
        self.assertEqual(
            {line.move_line_id: line.level_id for line in notice.line_ids},
            {second: self.second, third: self.first},
        )
        self.assertEqual(notice.amount_due, 500)

    def pay_item(self, item):
        money = self.on_account(item.partner_id, "2026-02-12", item.amount_residual)
        (item | money).reconcile()


MONDAY_OF_JANUARY = "2026-01-05"


class TestCalendar(Base):
    """Today is the company's today, and nothing goes out on a day off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_working_days_only = True

    def test_nothing_on_a_weekend(self):
        invoice = self.overdue(self.customer(), due="2026-03-04")
        self.night("2026-03-07")
        self.night("2026-03-08")
        self.assertEqual(self.levels(invoice), [])
        self.assertFalse(self.run_of("2026-03-07"))
        self.night("2026-03-09")
        self.assertEqual(self.levels(invoice), [1])

    def test_nothing_on_a_public_holiday(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Feast of the wholesalers",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-03-04 23:00:00",
                "date_to": "2026-03-05 22:59:59",
            }
        )
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [])
        self.assertEqual(str(invoice.dunning_next_date), "2026-03-06")
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_every_day_when_the_company_says_so(self):
        self.company.dunning_working_days_only = False
        invoice = self.overdue(self.customer(), due="2026-03-04")
        self.night("2026-03-07")
        self.assertEqual(self.levels(invoice), [1])

    def test_auckland_is_a_day_ahead(self):
        """At noon UTC it is already the next day in Auckland."""
        self.company.partner_id.tz = "Pacific/Auckland"
        invoice = self.overdue(self.customer())
        self.night("2026-03-04", "10:00")
        self.assertEqual(self.levels(invoice), [])
        self.night("2026-03-04", "12:00")
        self.assertEqual(self.levels(invoice), [1])
        self.assertEqual(str(self.sent().date), "2026-03-05")

    def test_los_angeles_is_a_day_behind(self):
        """Just after midnight UTC it is still the day before in Los Angeles."""
        self.company.partner_id.tz = "America/Los_Angeles"
        invoice = self.overdue(self.customer())
        self.night("2026-03-05", "06:00")
        self.assertEqual(self.levels(invoice), [])
        self.night("2026-03-05", "09:00")
        self.assertEqual(self.levels(invoice), [1])
        self.assertEqual(str(self.sent().date), "2026-03-05")


class TestScheduledAction(Base):
    """The night as the server calls it: through the scheduled action, in batches."""

    def test_the_scheduled_action_does_the_night(self):
        invoice = self.overdue(self.customer())
        self.day("2026-03-05", "02:30")
        with self.enter_registry_test_mode():
            self.env.ref("account_dunning_plus.ir_cron_dunning_run").method_direct_trigger()
        self.assertEqual(self.levels(invoice), [1])
        run = self.run_of("2026-03-05")
        self.assertEqual((run.state, run.sent_count, run.failed_count), ("done", 1, 0))

    def test_what_was_queued_leaves_soon(self):
        """Odoo empties its queue of e-mails once an hour: it is asked to do so at once, once."""
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = self.env["ir.cron.trigger"]
        self.env.cr.flush()
        for number, expected in ((0, 0), (2, 1)):
            for index in range(number):
                self.overdue(self.customer(f"Shop {index}"))
            before = triggers.search([("cron_id", "=", queue.id)])
            self.env.cr.precommit.clear()
            self.night("2026-03-05")
            self.env.cr.flush()
            found = triggers.search([("cron_id", "=", queue.id)]) - before
            self.assertEqual(len(found), expected)

    def test_when_the_time_is_up_the_next_call_goes_on(self):
        """FAULTS: 2,000 invoices with the server's limits: batches, progress, resume."""
        invoices = [self.overdue(self.customer(f"Shop {number}")) for number in range(5)]
        self.patch(account_dunning_run, "PREPARE_BATCH", 2)
        self.patch(account_dunning_run, "DELIVER_BATCH", 2)
        commits = []

        def time_is_up(run, processed=0, remaining=0):
            commits.append((processed, remaining))
            return 0 if remaining else 60

        self.patch(type(self.env["account.dunning.run"]), "_commit", time_is_up)
        calls = 0
        while self.run_of("2026-03-05").state != "done":
            self.night("2026-03-05")
            calls += 1
            self.assertLess(calls, 9, "the night comes to an end")
        self.assertGreater(calls, 1, "the time was up in between")
        self.assertIn((2, 3), commits)
        for invoice in invoices:
            self.assertEqual(self.levels(invoice), [1])
        self.assertEqual(len(self.mails()), 5)
