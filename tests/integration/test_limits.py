"""The night within the server's limits: its time is up, and nothing is half done."""

from odoo.addons.account_dunning_plus.models import (
    account_dunning_notice_delivery,
    account_dunning_run,
    transactions,
)
from odoo.addons.base.models import ir_cron
from odoo.tools import config

from . import books
from .common import DunningCase as Base


class TestTimeIsUp(Base):
    """The server's clock stands still and gives a job no second: each call does one batch."""

    def setUp(self):
        super().setUp()
        self.patch(ir_cron, "MIN_TIME_PER_JOB", 0)
        self.patch(account_dunning_run, "PREPARE_BATCH", 2)
        self.patch(account_dunning_run, "DELIVER_BATCH", 2)
        self.day("2026-03-05", "02:30")

    def jobs(self, name="ir_cron_dunning_run"):
        """Let the server do jobs of a scheduled action until it does not ask for another.

        :return: how many jobs it took
        """
        cron = self.env.ref(f"account_dunning_plus.{name}")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        number = 0
        while not number or self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]):
            number += 1
            self.assertLess(number, 20, "the night comes to an end")
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assert_nothing_half_done()
        return number

    def assert_nothing_half_done(self):
        """Each notice that counts as sent has its one message, and no other has one."""
        notices = self.env["account.dunning.notice"].search([("run_id.date", "=", "2026-03-05")])
        for notice in notices:
            self.assertEqual(
                len(self.mails(notice)), int(notice.state == "sent"), notice.display_name
            )

    def test_one_batch_of_each(self):
        """The time is up when the last customer is prepared: what is prepared still goes out."""
        invoices = [self.overdue(self.customer(f"Shop {number}")) for number in range(2)]
        self.jobs()
        self.assertEqual(list(map(self.levels, invoices)), [[1], [1]])
        self.assertEqual(self.run_of("2026-03-05").state, "done")

    def test_a_job_is_cut_short_and_the_next_goes_on(self):
        self.patch(ir_cron, "MIN_RUNS_PER_JOB", 2)
        invoices = [self.overdue(self.customer(f"Shop {number}")) for number in range(9)]
        self.assertGreater(self.jobs(), 3)
        self.assertEqual(list(map(self.levels, invoices)), [[1]] * 9)

    def test_every_company_has_its_night(self):
        """One company uses up the time: the next one's customers are reminded all the same."""
        other = books.make_company(self.env, "Retail Ltd", dunning_working_days_only=False)
        books.leave_only(self.env, self.company, other)
        other.dunning_policy_id = books.make_policy(self.env, other)
        for company in (self.company, other):
            books.make_invoices(
                company.with_context(allowed_company_ids=company.ids),
                [
                    (self.customer(f"Shop {company.id}.{n}"), "2026-02-01", "2026-03-02", 100)
                    for n in range(5)
                ],
            )
        self.patch(ir_cron, "MIN_RUNS_PER_JOB", 2)
        self.jobs()
        runs = self.env["account.dunning.run"].search([("date", "=", "2026-03-05")])
        self.assertEqual(runs.company_id, self.company | other)
        self.assertEqual(runs.mapped("sent_count"), [5, 5])
        self.assertEqual(runs.mapped("state"), ["done", "done"])

    def test_a_second_night_on_the_same_day_begins_anew(self):
        """What was posted since the night goes out when the action is started once more."""
        self.overdue(self.customer("Early"))
        self.jobs()
        late = self.overdue(self.customer("Late"))
        self.jobs()
        self.assertEqual(self.levels(late), [1])

    def test_a_run_started_by_a_click_comes_to_its_end(self):
        """Prepared when the time is up, it is found again and delivered."""
        invoices = [self.overdue(self.customer(f"Shop {number}")) for number in range(5)]
        run = self.env["account.dunning.run"].create({"company_id": self.company.id})
        run.action_queue()
        self.patch(ir_cron, "MIN_RUNS_PER_JOB", 1)
        self.jobs("ir_cron_dunning_continue")
        self.assertEqual(run.state, "done")
        self.assertEqual(list(map(self.levels, invoices)), [[1]] * 5)

    def test_a_call_after_much_of_the_limit_is_left_to_the_next_job(self):
        """A batch with invoices to render takes long: ten of them must not be one job."""
        invoices = [self.overdue(self.customer(f"Shop {number}")) for number in range(5)]
        self.patch(ir_cron, "MIN_RUNS_PER_JOB", 10)
        limit = config["limit_time_real_cron"]
        self.addCleanup(config.__setitem__, "limit_time_real_cron", limit)
        config["limit_time_real_cron"] = 120
        deliver = type(self.env["account.dunning.notice"])._deliver
        calls = []

        def slowly(notices):
            calls.append(len(notices))
            self.clock.tick(15)
            return deliver(notices)

        self.patch(type(self.env["account.dunning.notice"]), "_deliver", slowly)
        with self.enter_registry_test_mode():
            self.env.ref("account_dunning_plus.ir_cron_dunning_run").method_direct_trigger()
        self.assertEqual(calls, [2, 2], "half of what 70 seconds of sleep leave is over")
        self.jobs()
        self.assertEqual(calls, [2, 2, 1])
        self.assertEqual(list(map(self.levels, invoices)), [[1]] * 5)

    def test_the_server_is_woken_for_what_is_left(self):
        """Its workers sleep a minute between jobs: a night of many PDFs would wait most of it."""
        woken = []
        self.patch(type(self.env["ir.cron"]), "_notifydb", lambda cron: woken.append(True))
        # What is queued wakes it as well, which is no matter of what is left.
        self.patch(type(self.env["mail.template"]), "_empty_mail_queue", lambda template: None)
        # A job's own transaction, as far as the server's hooks go.
        self.patch(transactions, "may_commit", lambda env: True)
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *a, **k: 0)
        for number in range(3):
            self.overdue(self.customer(f"Shop {number}"))
        done = []
        while True not in done:
            self.env.cr.postcommit.clear()
            self.env["account.dunning.run"]._cron_run()
            self.env.cr.postcommit.run()
            done.append(not self.env["account.dunning.run"].search_count([("tonight", "=", True)]))
            self.assertLess(len(done), 20, "the night comes to an end")
        self.assertGreater(len(done), 3)
        self.assertEqual(len(woken), len(done) - 1, "after each call but the last")


class TestOneLargeCustomer(Base):
    """A customer with hundreds of invoices gets one message, made in reasonable time."""

    def test_hundreds_of_invoices(self):
        chain = self.customer("Chain")
        books.make_invoices(
            self.company,
            [(chain, "2026-02-01", "2026-03-02", 10 + n) for n in range(300)],
        )
        notice = self.night("2026-03-05")
        self.assertEqual(len(notice.line_ids), 300)
        self.assertEqual(notice.amount_due, 300 * 10 + sum(range(300)))
        self.assertEqual(len(self.mails()), 1)

    def test_too_many_invoices_to_attach(self):
        """No mailbox takes hundreds of PDFs, and no time limit their making: none goes along."""
        self.first.attach_invoices = True
        self.patch(account_dunning_notice_delivery, "MAX_ATTACHED", 3)
        rendered = []

        def render(moves):
            rendered.extend(moves.ids)
            return {move.id: (f"{move.id}.pdf", "JVBERg==") for move in moves}

        self.patch(type(self.env["account.move"]), "_dunning_render_pdfs", render)
        few = [(self.customer("Few"), "2026-02-01", "2026-03-02", 10)] * 3
        many = [(self.customer("Many"), "2026-02-01", "2026-03-02", 10)] * 4
        own = books.make_invoices(self.company, few)
        books.make_invoices(self.company, many)
        notices = self.night("2026-03-05").sorted(lambda notice: notice.partner_id.name)
        self.assertEqual(notices.mapped("state"), ["sent", "sent"])
        self.assertEqual(sorted(rendered), sorted(own.ids))
        attached = [len(self.mails(notice).attachment_ids) for notice in notices]
        self.assertEqual(attached, [3, 0])
        self.assertIn("No invoice is attached", str(notices[1].message_ids.mapped("body")))


class TestQueueThatStoodStill(Base):
    """The mail server was away over a weekend: hundreds of messages are outdated at once."""

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["account.dunning.run"]), "_send_at_once", lambda *args: 2)

    def test_many_are_made_anew_in_the_background(self):
        invoices = [self.overdue(self.customer(f"Shop {number}")) for number in range(5)]
        self.night("2026-03-05")
        self.pay(invoices[0], "2026-03-06")
        self.day("2026-03-09")
        self.assertEqual(self.mail_leaves(), [])
        self.assertEqual(len(self.notices(states=["ready"])), 5)
        with self.enter_registry_test_mode():
            self.env.ref("account_dunning_plus.ir_cron_dunning_continue").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(self.mail_leaves()), 4)
        self.assertEqual(list(map(self.levels, invoices)), [[], [1], [1], [1], [1]])
