"""A call is logged, and the right next thing starts by itself; hold, assign, plan a call."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from . import books
from .common import DunningCase as Base

VIEWER = "account_dunning_plus.group_dunning_viewer"


class FollowupCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls.customer("Bakery Peeters")
        cls.butcher = cls.customer("Butcher Jans")
        cls.late = cls.overdue(cls.bakery, 900)
        cls.overdue(cls.butcher, 100)
        cls.dunner = cls.dunning_user()
        cls.sales = cls.user("sales", VIEWER)

    def setUp(self):
        super().setUp()
        # A Thursday: the first reminder is due; the company works every day.
        self.day("2026-03-05")

    def rows(self, *partners, user=None):
        """The worklist's rows of customers, as a user sees them."""
        rows = self.env["account.dunning.followup"].with_user(user or self.dunner)
        return rows.search([("partner_id", "in", [partner.id for partner in partners])])

    def call(self, outcome, user=None, partner=None, **vals):
        """Log a call from the dialog of a customer's row."""
        row = self.rows(partner or self.bakery, user=user)
        context = row.action_log_call()["context"]
        calls = self.env["account.dunning.call"].with_user(user or self.dunner)
        return calls.with_context(**context).create({"outcome": outcome, **vals})

    def planned(self, partner=None):
        """(summary, day, user) of the open activities of a customer's row."""
        activities = self.rows(partner or self.bakery).sudo().activity_ids
        return [(one.summary, str(one.date_deadline), one.user_id) for one in activities]

    def hold(self, partner=None):
        partner = partner or self.bakery
        self.env.invalidate_all()
        return str(partner.dunning_hold_until or ""), partner.dunning_hold_reason or ""


class TestCalls(FollowupCase):
    def test_nobody_answers(self):
        self.call("no_answer")
        self.assertEqual(self.planned(), [("Call again", "2026-03-06", self.dunner)])
        self.assertEqual(self.hold(), ("", ""))

    def test_nobody_answers_before_the_weekend(self):
        self.company.dunning_working_days_only = True
        self.day("2026-03-06")
        self.call("no_answer")
        self.assertEqual(self.planned(), [("Call again", "2026-03-09", self.dunner)])

    def test_call_back(self):
        self.call("call_back", next_date="2026-03-12", note="After the fair")
        self.assertEqual(self.planned(), [("Call back", "2026-03-12", self.dunner)])

    def promises(self, partner=None):
        promises = self.env["account.payment.promise"].search(
            [("partner_id", "=", (partner or self.bakery).id)], order="id"
        )
        self.env.invalidate_all()
        return promises

    def history(self, partner=None):
        """The last note on a customer, as it is read."""
        return (partner or self.bakery).message_ids[0].body.striptags().replace("\xa0", " ")

    def test_will_pay(self):
        """The customer's word is a promise: judged by what comes, not by another call."""
        ann = self.customer("Ann", parent_id=self.bakery.id, is_company=False)
        call = self.call(
            "will_pay", next_date="2026-03-13", amount=900, note="by transfer", contact_id=ann.id
        )
        promise = self.promises()
        self.assertEqual(call.promise_id, promise)
        self.assertEqual((promise.state, str(promise.date)), ("open", "2026-03-13"))
        self.assertEqual((promise.channel, promise.amount), ("phone", 900))
        self.assertEqual((promise.contact_id, promise.user_id), (ann, self.dunner))
        self.assertEqual(promise.note, "by transfer")
        self.assertEqual(
            self.history(), "Called Ann. Will pay 900.00 € by Friday 13 March: by transfer"
        )
        self.assertEqual((self.hold(), self.planned()), (("", ""), []))
        self.assertFalse(self.night("2026-03-13") & self.sent(self.bakery))
        self.assertEqual(
            self.late.dunning_reason, "Promised by Bakery Peeters, Ann for Friday 13 March"
        )
        # The day and the tolerance are over.
        self.assertEqual(len(self.night("2026-03-16") & self.sent(self.bakery)), 1)
        self.assertEqual(self.promises().state, "broken")

    def test_will_pay_all_that_is_open(self):
        self.overdue(self.bakery, 50, due="2026-04-01")
        self.call("will_pay", next_date="2026-03-13")
        promise = self.promises()
        self.assertEqual(promise.amount, 950)
        self.assertEqual(len(promise.item_ids), 2)

    def test_will_pay_a_part(self):
        """Reminders of the rest go on."""
        self.call("will_pay", next_date="2026-03-20", amount=300)
        self.assertEqual(self.promises().amount, 300)
        notice = self.night("2026-03-05") & self.sent(self.bakery)
        self.assertEqual(notice.amount_due, 600)

    def test_will_pay_in_another_currency(self):
        """What is said in euro is promised in the currency of what is open."""
        dollar = self.currency("USD", 2)
        shop = self.customer("Shop")
        self.invoice(shop, "2026-02-01", "2026-03-02", 200, dollar)
        self.call("will_pay", partner=shop, next_date="2026-03-13", amount=50)
        promise = self.promises(shop)
        self.assertEqual((promise.currency_id, promise.amount), (dollar, 100))

    def test_will_pay_what_is_promised_already(self):
        self.call("will_pay", next_date="2026-03-13")
        call = self.call("will_pay", next_date="2026-03-20", note="again")
        self.assertFalse(call.promise_id)
        self.assertEqual(len(self.promises()), 1)
        self.assertIn(
            "Will pay by Friday 20 March: again – No promise was taken down: nothing is open that "
            "is not promised already.",
            self.history(),
        )
        self.assertEqual(
            self.planned(), [("Has the customer paid as promised?", "2026-03-21", self.dunner)]
        )

    def test_will_pay_without_anything_open(self):
        other = self.customer("New One")
        self.env["account.dunning.call"].with_user(self.sales).create(
            {"partner_id": other.id, "outcome": "will_pay", "next_date": "2026-03-13"}
        )
        self.assertIn("No promise was taken down", other.message_ids[0].body)
        self.assertFalse(other.dunning_hold_until)

    def test_a_hold_is_kept(self):
        self.bakery.write({"dunning_hold_until": "2026-05-01", "dunning_hold_reason": "Fire"})
        self.call("will_pay", next_date="2026-03-13")
        self.assertEqual(self.hold(), ("2026-05-01", "Fire"))

    def test_a_dispute_does_not_shorten_a_hold(self):
        self.bakery.write({"dunning_hold_until": "2026-05-01", "dunning_hold_reason": "Fire"})
        self.call("disputes")
        self.assertEqual(self.hold(), ("2026-05-01", "Fire"))

    def test_disputes(self):
        self.company.dunning_working_days_only = True
        self.call("disputes", note="Two bags were torn")
        self.assertEqual(self.planned(), [("Look into the dispute", "2026-03-10", self.dunner)])
        self.assertEqual(self.hold(), ("2026-03-10", "Disputes it: Two bags were torn"))

    def test_disputes_leads_on_to_the_dispute(self):
        action = self.call("disputes", note="Two bags were torn").action_done()
        self.assertEqual(action["res_model"], "account.dunning.dispute")
        self.assertEqual(action["context"]["default_move_id"], self.late.id)
        disputes = self.env["account.dunning.dispute"].with_user(self.sales)
        disputes = disputes.with_context(**action["context"])
        # As the form asks, of which sales staff see neither the lines nor the ledger.
        fields = ("move_id", "partner_id", "amount", "contact_id", "note", "deadline", "user_id")
        spec = {name: {} for name in (*fields, "reason_id", "company_id", "currency_id")}
        values = disputes.onchange({}, [], spec)["value"]
        self.assertEqual(values["amount"], 900)
        reason = self.env.ref("account_dunning_plus.dispute_reason_damaged")
        dispute = disputes.create({"reason_id": reason.id, "amount": 100}).sudo()
        self.assertEqual((dispute.move_id, dispute.partner_id), (self.late, self.bakery))
        self.assertEqual((dispute.note, dispute.state), ("Two bags were torn", "open"))

    def test_disputes_of_one_of_several_invoices(self):
        """Sales staff choose by number among what the customer has open, and nothing else."""
        self.overdue(self.bakery, 50)
        action = self.call("disputes", user=self.sales).action_done()
        self.assertFalse(action["context"]["default_move_id"])
        moves = self.env["account.move"].with_user(self.sales)
        found = moves.with_context(**action["context"]).name_search("")
        self.assertEqual(len(found), 2)
        self.assertIn(self.late.id, [move_id for move_id, _name in found])
        with self.assertRaises(AccessError):
            moves.name_search("")

    def test_wrong_person(self):
        call = self.call("wrong_person")
        self.assertFalse(self.planned())
        action = call.action_done()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", self.bakery.id))

    def test_due_calls_are_done(self):
        """On the row and on a notice; a call for later stays planned."""
        self.first.activity_type_id = self.env.ref("mail.mail_activity_data_call")
        notice = self.night("2026-03-05") & self.sent(self.bakery)
        self.assertTrue(notice.activity_ids)
        row = self.rows(self.bakery)
        for day in ("2026-03-05", "2026-03-20"):
            row.sudo().activity_schedule(
                "mail.mail_activity_data_call", day, day, user_id=self.dunner.id
            )
        self.call("other", user=self.sales, note="Talked about the weather")
        self.env.invalidate_all()
        self.assertFalse(notice.activity_ids)
        self.assertEqual([own[0] for own in self.planned()], ["2026-03-20"])
        self.assertIn("Talked about the weather", notice.message_ids[0].body)

    def test_a_promise_on_the_phone_is_a_call(self):
        """Calls that are due are done, whoever takes it down; by e-mail they are not."""
        row = self.rows(self.bakery)
        for day in ("2026-03-05", "2026-03-20"):
            row.sudo().activity_schedule(
                "mail.mail_activity_data_call", day, day, user_id=self.dunner.id
            )
        promises = self.env["account.payment.promise"].with_user(self.sales)
        vals = {"partner_id": self.bakery.id, "amount": 100, "date": "2026-03-10"}
        promises.create({**vals, "channel": "email"}).sudo().action_cancel()
        self.assertEqual([own[0] for own in self.planned()], ["2026-03-05", "2026-03-20"])
        promises.create({**vals, "channel": "phone"})
        self.env.invalidate_all()
        self.assertEqual([own[0] for own in self.planned()], ["2026-03-20"])

    def test_it_is_in_the_history(self):
        contact = self.env["res.partner"].create({"name": "Els", "parent_id": self.bakery.id})
        call = self.call("other", contact_id=contact.id, note="Asked for <b>copies</b>")
        self.assertEqual(
            self.bakery.message_ids[0].body,
            "<span>Called Els. Other: Asked for &lt;b&gt;copies&lt;/b&gt;</span>",
        )
        self.assertEqual(self.bakery.message_ids[0].author_id, self.dunner.partner_id)
        self.assertEqual(call.message_id, self.bakery.message_ids[0])
        [own] = [event for event in self.rows(self.bakery).timeline if event["kind"] == "call"]
        self.assertEqual(own["res_id"], call.id)
        texts = [event["text"] for event in self.rows(self.bakery).timeline]
        self.assertEqual(sum("copies" in text for text in texts), 1, "told once")

    def test_what_cannot_be_acted_on_is_refused(self):
        stranger = self.customer("Stranger")
        for outcome, vals, sentence in (
            ("call_back", {}, "Say on which day to call back."),
            ("will_pay", {}, "Say by which day the customer will pay."),
            ("call_back", {"next_date": "2026-03-04"}, "is in the past"),
            ("will_pay", {"next_date": "2026-03-20", "amount": -5}, "cannot be negative"),
            ("will_pay", {"next_date": "2026-03-20", "amount": 901}, "is more than the"),
            ("other", {"contact_id": stranger.id}, "is not a contact of"),
            ("other", {"date": "2026-03-06 09:00:00"}, "is in the future"),
        ):
            with (
                self.subTest(sentence),
                self.assertRaisesRegex(UserError, sentence),
                self.env.cr.savepoint(),
            ):
                self.call(outcome, **vals)

    def test_the_dialog(self):
        row = self.rows(self.bakery, user=self.sales)
        action = row.action_log_call()
        calls = self.env["account.dunning.call"].with_user(self.sales)
        with Form(calls.with_context(**action["context"]), view=action["views"][0][0]) as form:
            form.outcome = "call_back"
            form.next_date = "2026-03-09"
        self.assertEqual(form.record.partner_id, self.bakery)
        self.assertEqual(form.record.user_id, self.sales)
        self.assertEqual(form.record.action_done()["type"], "ir.actions.act_window_close")

    def test_a_customer_without_anything_open(self):
        other = self.customer("New One")
        self.env["account.dunning.call"].with_user(self.sales).create(
            {"partner_id": other.id, "outcome": "no_answer"}
        )
        self.assertEqual(other.activity_ids.summary, "Call again")

    # ------------------------------------------------------------------ rights

    def test_sales_keep_reminders_back_for_two_weeks(self):
        """What is promised for later waits for approval, and reminders go on until then."""
        self.call("will_pay", user=self.sales, next_date="2026-03-19")
        self.assertEqual(self.promises().state, "open")
        self.call("will_pay", user=self.sales, next_date="2026-03-20", partner=self.butcher)
        promise = self.promises(self.butcher)
        self.assertEqual(promise.state, "draft")
        self.assertIn(
            "Will pay by Friday 20 March – The promise waits for approval, and reminders go on "
            "until then: It runs for 15 days; more than 14 are approved by a manager.",
            self.history(self.butcher),
        )
        self.assertEqual(self.night("2026-03-05").partner_id, self.butcher)

    def test_a_promise_beyond_the_settings_waits_for_approval(self):
        self.call("will_pay", next_date="2026-05-05")
        promise = self.promises()
        self.assertEqual(promise.state, "draft")
        self.assertIn("more than 60 are approved by a manager", self.history())
        promise.with_user(self.dunning_manager()).action_approve()
        self.assertEqual(promise.state, "open")

    def test_sales_log_in_their_own_name_and_change_nothing(self):
        call = self.call("other", user=self.sales, note="First", user_id=self.dunner.id)
        self.assertEqual(call.user_id, self.sales)
        for change in (lambda: call.write({"note": "Second"}), call.unlink):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                change()
        row = self.rows(self.bakery, user=self.sales)
        for action in (
            row.action_send_reminder,
            row.action_hold,
            row.action_resume,
            row.action_assign,
            row.action_plan_call,
            row.action_statement_send,
            row.action_statement_print,
            row.action_register_payment,
            lambda: row.action_print_invoices(self.late.line_ids.ids),
            lambda: row.action_toggle_followup(self.late.line_ids.ids),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                action()

    def test_an_employee_logs_nothing(self):
        clerk = self.user("clerk", "base.group_user")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["account.dunning.call"].with_user(clerk).create(
                {"partner_id": self.bakery.id, "outcome": "other"}
            )
        auditor = self.user("auditor", "account.group_account_readonly")
        call = self.call("other")
        self.assertEqual(call.with_user(auditor).outcome, "other")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["account.dunning.call"].with_user(auditor).create(
                {"partner_id": self.bakery.id, "outcome": "other"}
            )

    def test_not_for_another_company(self):
        other = books.make_company(self.env, "Other Ltd")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["account.dunning.call"].with_user(self.sales).create(
                {"partner_id": self.bakery.id, "company_id": other.id, "outcome": "other"}
            )


class TestHold(FollowupCase):
    def wizard(self, action, **vals):
        """A dialog as it opens, filled in."""
        Form(self.env[action["res_model"]].with_user(self.dunner))
        wizard = self.env[action["res_model"]].with_user(self.dunner).browse(action["res_id"])
        wizard.write(vals)
        return wizard

    def test_hold_and_resume(self):
        rows = self.rows(self.bakery, self.butcher)
        self.wizard(rows.action_hold(), until="2026-03-20", reason="Under water").action_hold()
        self.assertEqual(self.hold(), ("2026-03-20", "Under water"))
        self.assertEqual(self.hold(self.butcher), ("2026-03-20", "Under water"))
        self.assertIn("No reminders until Friday 20 March", self.bakery.message_ids[0].body)
        self.assertEqual(
            self.late.dunning_reason, "Customer on hold until Friday 20 March: Under water"
        )
        self.assertEqual(self.rows(self.bakery).hold_reason, "Under water")
        self.assertFalse(self.night("2026-03-06"))
        self.rows(self.bakery).action_resume()
        self.assertEqual(self.hold(), ("", ""))
        self.assertEqual(self.night("2026-03-07").partner_id, self.bakery)

    def test_what_makes_no_sense_is_refused(self):
        action = self.rows(self.bakery).action_hold()
        for vals, sentence in (
            ({}, "Say until which day"),
            ({"until": "2026-03-20", "reason": "  "}, "Say why"),
            ({"until": "2026-03-05", "reason": "?"}, "in the future"),
            ({"until": "2027-04-01", "reason": "?"}, "a year at most"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                self.wizard(action, **vals).action_hold()

    def test_each_company_has_its_own_hold(self):
        other = books.make_company(self.env, "Other Ltd", dunning_policy_id=self.policy.id)
        books.make_document(other, "out_invoice", self.bakery, "2026-02-01", "2026-03-02", 50)
        both = self.company | other
        self.dunner.company_ids = [Command.set(both.ids)]
        rows = self.env["account.dunning.followup"].with_user(self.dunner)
        rows = rows.with_context(allowed_company_ids=both.ids)
        rows = rows.search([("partner_id", "in", (self.bakery | self.butcher).ids)])
        self.assertEqual(len(rows), 3)
        mine = rows.filtered(lambda row: row.company_id == other)
        action = mine.action_hold()
        wizard = mine.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"until": "2026-03-20", "reason": "There"})
        wizard.action_hold()
        self.assertEqual(self.hold(), ("", ""))
        self.assertEqual(self.hold(self.bakery.with_company(other)), ("2026-03-20", "There"))
        action = rows.action_hold()
        wizard = rows.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"until": "2026-03-25", "reason": "Everywhere"})
        wizard.action_hold()
        for company in both:
            self.assertEqual(
                self.hold(self.bakery.with_company(company)), ("2026-03-25", "Everywhere")
            )

    def test_assign(self):
        rows = self.rows(self.bakery, self.butcher)
        billing = self.billing_user()
        self.wizard(rows.action_assign(), user_id=billing.id).action_assign()
        self.env.invalidate_all()
        self.assertEqual(self.rows(self.bakery, self.butcher).user_id, billing)
        with self.assertRaisesRegex(UserError, "does not work with reminders"):
            self.wizard(rows.action_assign(), user_id=self.sales.id).action_assign()
        self.wizard(rows.action_assign(), user_id=False).action_assign()
        self.env.invalidate_all()
        self.assertFalse(self.rows(self.bakery, self.butcher).user_id)

    def test_plan_calls(self):
        rows = self.rows(self.bakery, self.butcher)
        self.wizard(
            rows.action_plan_call(), date="2026-03-09", user_id=self.sales.id, note="Ask"
        ).action_plan()
        for partner in (self.bakery, self.butcher):
            [(_summary, day, user)] = self.planned(partner)
            self.assertEqual((day, user), ("2026-03-09", self.sales))
        with self.assertRaisesRegex(UserError, "in the past"):
            self.wizard(rows.action_plan_call(), date="2026-03-04").action_plan()
