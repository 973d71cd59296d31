"""The preview says what a click will do, and the click does that."""

from odoo.exceptions import UserError

from .common import DunningCase as Base


class TestPreview(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second.requires_approval = True
        cls.names = ("Bakery", "Butcher", "Florist", "Grocer")
        cls.customers = {name: cls.customer(name) for name in cls.names}
        cls.overdue(cls.customers["Bakery"], 900)
        cls.overdue(cls.customers["Butcher"], 100)
        cls.night("2026-03-05")
        cls.mail_leaves()
        cls.overdue(cls.customers["Bakery"], 50, due="2026-03-10")
        cls.overdue(cls.customers["Florist"], 40, due="2026-03-10")
        cls.overdue(cls.customers["Florist"], 30, due="2026-03-11")
        cls.overdue(cls.customers["Grocer"], 20, due="2026-03-11")
        cls.customers["Grocer"].email = False
        cls.billing = cls.billing_user()

    def setUp(self):
        super().setUp()
        self.day("2026-03-16")

    def preview(self):
        model = self.env["account.dunning.run.preview"].with_user(self.billing)
        action = model.action_open()
        return model.browse(action["res_id"])

    def test_it_shows_what_is_due(self):
        preview = self.preview()
        self.assertEqual(
            [(line.partner_id.name, line.level_id.number, line.item_count, line.amount_due,
              bool(line.attention)) for line in preview.line_ids],
            [
                ("Bakery", 2, 2, 950, True),
                ("Butcher", 2, 1, 100, True),
                ("Florist", 1, 2, 70, False),
                ("Grocer", 1, 1, 20, True),
            ],
        )  # fmt: skip
        summary = preview.summary.replace("\xa0", " ")
        for text in ("4 customers", "6 invoices", "1,140.00 €", "2 × Level 1", "2 × Level 2",
                     "3 need you"):  # fmt: skip
            self.assertIn(text, summary)

    def test_the_customer_is_opened_from_a_row(self):
        line = self.preview().line_ids[0]
        action = line.action_open_customer()
        customer = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(customer.partner_id.name, "Bakery")

    def test_the_run_does_what_it_shows(self):
        preview = self.preview()
        shown = {
            line.partner_id: (line.level_id, line.item_count, line.amount_due)
            for line in preview.line_ids
        }
        action = preview.action_send()
        run = self.env["account.dunning.run"].browse(action["res_id"])
        self.assertEqual(
            {
                notice.partner_id: (notice.level_id, len(notice.line_ids), notice.amount_due)
                for notice in run.notice_ids
            },
            shown,
        )
        self.assertEqual(
            (run.customer_count, run.item_count, run.amount_due),
            (4, 6, sum(preview.line_ids.mapped("amount_due"))),
        )
        self.assertEqual((run.sent_count, run.waiting_count, run.failed_count), (1, 2, 1))

    def test_who_is_left_out_gets_nothing(self):
        preview = self.preview()
        florist = self.customers["Florist"]
        preview.line_ids.filtered(lambda line: line.partner_id == florist).selected = False
        self.assertIn("3 customers", preview.summary)
        preview.action_send()
        self.assertFalse(self.notices(florist))
        self.assertEqual(len(self.run_of("2026-03-16").notice_ids), 3)
        self.night("2026-03-16", "20:00")
        self.assertFalse(self.notices(florist), "not by the night of the same day either")
        self.night("2026-03-17")
        self.assertEqual(len(self.sent(florist)), 1, "left out of that run only")

    def test_who_is_left_out_after_it_was_prepared_gets_nothing(self):
        run = self.env["account.dunning.run"].create({})
        run.action_prepare()
        florist = self.customers["Florist"]
        self.assertEqual(self.notices(florist).state, "ready")
        preview = self.preview()
        preview.line_ids.filtered(lambda line: line.partner_id == florist).selected = False
        preview.action_send()
        self.assertFalse(self.sent(florist))
        self.assertFalse(self.mails(self.notices(florist)))

    def test_who_was_reminded_today_is_not_shown(self):
        """The run would give them nothing more today, so the preview does not promise it."""
        self.preview().action_send()
        self.overdue(self.customers["Florist"], 10, due="2026-03-01")
        self.assertNotIn(self.customers["Florist"], self.preview().line_ids.partner_id)

    def test_nobody(self):
        self.preview().action_send()
        for notice in self.notices(states=["draft", "failed"]):
            notice.partner_id.dunning_hold_until = "2026-12-31"
        preview = self.preview()
        self.assertFalse(preview.line_ids)
        self.assertEqual(preview.summary, "Nobody is due for a reminder.")

    def test_a_preview_writes_nothing(self):
        before = len(self.notices())
        self.preview()
        self.assertEqual(len(self.notices()), before)
        self.assertFalse(self.run_of("2026-03-16"))

    def test_on_a_day_off_it_shows_the_next_working_day(self):
        self.company.dunning_working_days_only = True
        self.day("2026-03-14")
        preview = self.preview()
        self.assertEqual((str(preview.date), preview.is_today), ("2026-03-16", False))
        self.assertIn("Monday 16 March", preview.summary)
        with self.assertRaisesRegex(UserError, "not a working day"):
            preview.action_send()
        self.assertFalse(self.run_of("2026-03-14"))

    def test_paid_between_preview_and_click(self):
        preview = self.preview()
        for invoice in self.env["account.move"].search(
            [("partner_id", "=", self.customers["Florist"].id)]
        ):
            self.pay(invoice, "2026-03-16")
        preview.action_send()
        self.assertFalse(self.sent(self.customers["Florist"]))

    def test_many_are_sent_in_the_background(self):
        """A click only starts it: more than are sent at once are left to the scheduled action."""
        run_model = type(self.env["account.dunning.run"])
        self.patch(run_model, "_send_at_once", lambda *args: 2)
        cron = self.env.ref("account_dunning_plus.ir_cron_dunning_continue")
        self.preview().action_send()
        run = self.run_of("2026-03-16")
        self.assertEqual(run.state, "queued")
        self.assertFalse(self.sent(self.customers["Florist"]))
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertIn("2026-03-16", [str(trigger.call_at.date()) for trigger in triggers])
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual((run.state, run.sent_count), ("done", 1))
