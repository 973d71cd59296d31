"""The number of queries of a batch does not depend on how many customers it holds."""

from odoo.tests import tagged

from . import books
from .common import DunningCase as Base


@tagged("dunning_performance")
class TestQueries(Base):
    """20 and 60 customers with two invoices each, in one batch of each step."""

    def ledger(self, customers, first):
        rows = []
        for number in range(first, first + customers):
            partner = self.customer(f"Shop {number}")
            rows.append((partner, "2026-02-01", "2026-03-02", 100 + number))
            rows.append((partner, "2026-02-01", "2026-03-01", 200 + number))
        books.make_invoices(self.company, rows)

    def steps(self, date):
        """Queries of preparing and of delivering the run of a day."""
        self.day(date)
        run = self.env["account.dunning.run"].create({})
        return self.queries(run.action_prepare), self.queries(run.action_send)

    def test_queries_do_not_grow_with_customers(self):
        self.ledger(20, 0)
        self.steps("2026-03-05")
        prepare_few, deliver_few = self.steps("2026-03-16")
        self.assertEqual(len(self.sent()), 40)
        self.ledger(40, 20)
        self.steps("2026-03-17")
        prepare_many, deliver_many = self.steps("2026-04-01")
        self.assertEqual(len(self.sent()), 20 + 20 + 40 + 60)
        self.assertLessEqual(prepare_many, prepare_few + 2)
        # Mails are written in groups of fifty by the mail module itself.
        self.assertLessEqual(deliver_many, deliver_few + 15)

    def test_a_night_in_which_nothing_is_due_is_cheap(self):
        """Letters wait to be printed and nobody is due: a night reads, and writes little."""
        self.first.write({"send_email": False, "print_letter": True})
        self.ledger(20, 0)
        self.steps("2026-03-05")
        self.assertEqual(len(self.notices(states=["ready"])), 20)
        self.day("2026-03-06")
        few = self.queries(self.env["account.dunning.run"]._cron_run)
        self.ledger(20, 20)
        self.steps("2026-03-09")
        self.day("2026-03-10")
        many = self.queries(self.env["account.dunning.run"]._cron_run)
        self.assertLessEqual(many, few + 5)
