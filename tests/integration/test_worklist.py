"""The worklist: true at every moment, with why a customer is there and what to do next."""

from datetime import timedelta
from random import Random

from lxml import etree
from odoo import fields
from odoo.exceptions import AccessError

from . import books
from .common import MONDAY
from .common import DunningCase as Base

CALL = "mail.mail_activity_data_call"


class WorklistCase(Base):
    def row(self, partner, user=None):
        """The customer's row as the database has it now."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["account.dunning.followup"]
        if user:
            rows = rows.with_user(user)
        return rows.search([("partner_id", "=", partner.id), ("company_id", "=", self.company.id)])

    def waiting(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["account.dunning.followup"].search(
            [("situation", "=", "attention"), ("is_open", "=", True)]
        )


class TestFigures(WorklistCase):
    def test_a_row_says_what_is_owed(self):
        partner = self.customer()
        self.overdue(partner, 1000, due="2026-01-15")
        self.overdue(partner, 200, due="2026-02-28")
        self.invoice(partner, "2026-02-20", "2026-03-20", 50)
        self.credit(partner, "2026-02-25", 300)
        row = self.row(partner)
        self.assertEqual(row.amount_overdue_gross, 1200)
        self.assertEqual(row.amount_overdue, 900)
        self.assertEqual(row.amount_upcoming, 50)
        self.assertEqual(row.amount_credit, 300)
        self.assertEqual(row.amount_due, 950)
        self.assertEqual((row.amount_1_30, row.amount_31_60), (200, 1000))
        self.assertEqual(row.days_overdue, 46)
        self.assertEqual(row.ageing_bucket, "31_60")

    def test_what_is_due_today_is_not_overdue(self):
        partner = self.customer()
        self.overdue(partner, 100, due="2026-03-02")
        row = self.row(partner)
        self.assertEqual((row.amount_overdue, row.amount_upcoming), (0, 100))
        self.assertEqual(row.ageing_bucket, "current")

    def test_a_payment_reconciled_a_moment_ago_is_not_due(self):
        partner = self.customer()
        invoice = self.overdue(partner, 1000, due="2026-02-01")
        self.assertEqual(self.row(partner).amount_overdue, 1000)
        self.pay(invoice, "2026-03-02", 400)
        self.assertEqual(self.row(partner).amount_overdue, 600)
        self.pay(invoice, "2026-03-02")
        self.assertFalse(self.row(partner).is_open)
        self.assertEqual(self.row(partner).amount_due, 0)

    def test_a_payment_that_is_undone_is_owed_again(self):
        partner = self.customer()
        invoice = self.overdue(partner, 1000, due="2026-02-01")
        self.pay(invoice, "2026-03-02")
        books.receivable_items(invoice).remove_move_reconcile()
        row = self.row(partner)
        self.assertEqual(row.amount_overdue, 0)
        self.assertEqual((row.amount_overdue_gross, row.amount_credit), (1000, 1000))

    def test_what_is_excluded_is_not_followed_up(self):
        partner = self.customer()
        invoice = self.overdue(partner, 1000, due="2026-02-01")
        invoice.no_followup = True
        self.assertFalse(self.row(partner).is_open)

    def test_a_contact_owes_through_its_company(self):
        partner = self.customer()
        contact = self.customer("Till", parent_id=partner.id, type="invoice", is_company=False)
        self.overdue(contact, 70, due="2026-02-01")
        self.assertEqual(self.row(partner).amount_overdue, 70)
        self.assertFalse(self.row(contact))

    def test_a_contact_that_moves_takes_its_debt_along(self):
        contact = self.customer("Corner Shop")
        self.overdue(contact, 70, due="2026-02-01")
        group = self.customer("Shop Group", is_company=True)
        contact.write({"parent_id": group.id, "is_company": False})
        self.assertEqual(self.row(group).amount_overdue, 70)

    def test_a_foreign_debt_is_shown_in_both_currencies(self):
        dollar = self.currency("USD", 2.0)
        partner = self.customer()
        self.invoice(partner, "2026-01-01", "2026-02-01", 500, dollar)
        self.overdue(partner, 100, due="2026-02-01")
        row = self.row(partner)
        self.assertEqual(row.amount_overdue, 350)
        self.assertIn("500.00", row.currency_split)
        self.assertIn("100.00", row.currency_split)

    def test_a_payment_on_its_way_is_no_debt_in_any_currency(self):
        dollar = self.currency("USD", 2.0)
        partner = self.customer()
        paid = self.invoice(partner, "2026-01-01", "2026-02-01", 500, dollar)
        self.overdue(partner, 100, due="2026-02-01")
        self.env.cr.execute(
            "UPDATE account_move SET payment_state = 'in_payment' WHERE id = %s", [paid.id]
        )
        row = self.row(partner)
        self.assertEqual(row.amount_overdue, 100)
        self.assertFalse(row.currency_split, "nothing but euros is open")

    def test_a_row_for_each_company(self):
        partner = self.customer()
        self.overdue(partner, 100, due="2026-02-01")
        other = books.make_company(self.env, "Second Ltd", dunning_working_days_only=False)
        books.make_document(other, "out_invoice", partner, "2026-01-01", "2026-02-01", 40)
        rows = (
            self.env["account.dunning.followup"]
            .with_context(allowed_company_ids=[self.company.id, other.id])
            .search([("partner_id", "=", partner.id)])
        )
        self.assertEqual(
            {row.company_id: row.amount_overdue for row in rows}, {self.company: 100, other: 40}
        )
        self.assertEqual(len(self.row(partner)), 1)


class TestSameAsTheEngine(WorklistCase):
    """What the list computes in the database is what the pure functions say."""

    def ledger(self):
        random = Random(3)
        today = fields.Date.to_date("2026-03-02")
        for number in range(25):
            partner = self.customer(
                f"Shop {number}", trust=random.choice(["good", "normal", "bad"])
            )
            for _item in range(random.randint(1, 4)):
                due = today - timedelta(days=random.randint(-20, 130))
                invoice = self.invoice(
                    partner, "2025-10-01", str(due), random.choice([9, 20, 300, 4000, 25000])
                )
                if random.random() < 0.3:
                    self.pay(invoice, "2026-02-27", invoice.amount_total / 3)
            if random.random() < 0.4:
                self.credit(partner, "2026-02-20", random.choice([5, 200, 3000]))

    def test_the_priority(self):
        self.ledger()
        self.company.write({"dunning_weight_age": 17, "dunning_small_amount": 40})
        rows = self.env["account.dunning.followup"].search([])
        self.assertEqual(len(rows), 25)
        for row in rows:
            self.assertAlmostEqual(row.priority, row._row_priority().value, 6)
        values = rows.mapped("priority")
        self.assertEqual(values, sorted(values, reverse=True))

    def test_what_is_overdue(self):
        self.ledger()
        rows = self.env["account.dunning.followup"].search([])
        for row, customer in rows._decided().items():
            self.assertAlmostEqual(row.amount_overdue, customer.decision.claim / 100, 2)

    def test_the_policy(self):
        firm = books.make_policy(self.env, self.company)
        firm.write({"use_partner_domain": True, "partner_domain": "[('ref', '=', 'F')]"})
        own = books.make_policy(self.env, self.company)
        partners = self.env["res.partner"]
        for vals in (
            {},
            {"ref": "F"},
            {"dunning_policy_id": own.id},
            {"ref": "F", "active": False},
        ):
            partner = self.customer(**{key: vals[key] for key in vals if key != "active"})
            self.overdue(partner, 10)
            partner.active = vals.get("active", True)
            partners |= partner
        expected = self.env["account.dunning.policy"]._for_partners(self.company, partners)
        for partner in partners:
            self.assertEqual(self.row(partner).policy_id, expected[partner.id])
        own.active = False
        self.assertEqual(self.row(partners[2]).policy_id, self.policy)


class TestAttention(WorklistCase):
    def test_the_robot_handles_it(self):
        partner = self.customer()
        self.overdue(partner, due="2026-03-02")
        self.night("2026-03-05")
        row = self.row(partner)
        self.assertEqual(row.situation, "quiet")
        self.assertFalse(row.attention)
        self.assertEqual(row.level_id, self.first)
        self.assertEqual(str(row.last_notice_date), "2026-03-05")
        self.assertEqual(row.reason, "3 days overdue")
        self.assertIn("Monday 16 March", row.next_step)

    def test_a_notice_waits_for_approval(self):
        self.first.requires_approval = True
        partner = self.customer()
        self.overdue(partner)
        self.night("2026-03-05")
        row = self.row(partner)
        self.assertEqual(row.attention, "approve")
        self.assertEqual(row.reason, "Reminder waits for approval")
        self.assertEqual(self.waiting(), row)
        self.notices(partner).with_user(self.dunning_manager()).action_approve()
        self.assertFalse(self.waiting())

    def test_a_message_fails(self):
        partner = self.customer(email=False)
        self.overdue(partner)
        self.night("2026-03-05")
        row = self.row(partner)
        self.assertEqual(row.attention, "failed")
        self.assertIn("has no e-mail address", row.next_step)

    def test_a_call_is_due(self):
        self.first.write({"send_email": False, "activity_type_id": self.env.ref(CALL).id})
        partner = self.customer()
        self.overdue(partner)
        self.night("2026-03-05")
        row = self.row(partner)
        self.assertEqual(row.attention, "call")
        self.assertIn("Thursday 5 March", row.reason)

    def test_a_call_of_ones_own_is_due_on_its_day(self):
        partner = self.customer()
        self.overdue(partner)
        user = self.dunning_user()
        self.row(partner).activity_schedule(
            CALL, date_deadline=fields.Date.to_date("2026-03-10"), user_id=user.id
        )
        self.assertEqual(self.row(partner).situation, "quiet")
        self.day("2026-03-10")
        self.assertEqual(self.row(partner).attention, "call")

    def test_the_last_level_is_passed(self):
        """After the interval of the last level a person decides; planning a call is deciding."""
        partner = self.customer()
        self.overdue(partner, due="2025-12-01")
        for date in ("2026-03-02", "2026-03-05", "2026-03-09"):
            self.night(date)
        self.assertEqual(self.row(partner).level_id, self.third)
        self.assertFalse(self.row(partner).needs_final)
        self.day("2026-03-20")
        row = self.row(partner)
        self.assertEqual(row.attention, "final")
        row.activity_schedule(CALL, date_deadline=fields.Date.to_date("2026-03-25"))
        self.assertFalse(self.row(partner).needs_final)

    def test_a_hold_gives_peace(self):
        partner = self.customer(email=False)
        self.overdue(partner)
        self.night("2026-03-05")
        partner.dunning_hold_until = "2026-03-12"
        row = self.row(partner)
        self.assertEqual(row.situation, "hold")
        self.assertIn("Thursday 12 March", row.reason)
        self.day("2026-03-13")
        self.assertEqual(self.row(partner).attention, "failed")

    def test_an_archived_customer_who_owes(self):
        partner = self.customer()
        self.overdue(partner, due="2026-02-01")
        partner.active = False
        self.assertEqual(self.row(partner).attention, "archived")


class TestRights(WorklistCase):
    def test_what_people_keep_stays(self):
        partner = self.customer()
        invoice = self.overdue(partner)
        user = self.dunning_user()
        self.row(partner, user).write({"user_id": user.id, "note": "Ask for Mia."})
        self.pay(invoice, "2026-03-02")
        self.overdue(partner, 20)
        row = self.row(partner, user)
        self.assertEqual((row.user_id, row.note), (user, "Ask for Mia."))
        self.assertIn(row, row.search([("user_id", "=", user.id)]))

    def test_a_viewer_looks_and_changes_nothing(self):
        partner = self.customer()
        self.overdue(partner, due="2026-02-01")
        viewer = self.user("viewer", "account_dunning_plus.group_dunning_viewer")
        row = self.row(partner, viewer)
        self.assertEqual(row.amount_overdue, 1000)
        self.assertTrue(row.reason)
        self.assertEqual(row.items["rows"][0]["pdf_url"], "")
        self.assertTrue(row.timeline is not None and row.figures)
        for change in (
            lambda: row.write({"note": "x"}),
            lambda: row.write({"user_id": viewer.id}),
            lambda: row.unlink(),
            lambda: self.env["account.dunning.customer"].with_user(viewer).create({}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                change()

    def test_an_employee_sees_nothing(self):
        partner = self.customer()
        self.overdue(partner)
        clerk = self.user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.row(partner, clerk)
        self.assertEqual(self.env["account.dunning.followup"].with_user(clerk).waiting_count(), 0)

    def test_another_companys_customers_are_not_seen(self):
        partner = self.customer()
        self.overdue(partner)
        other = books.make_company(self.env, "Second Ltd")
        stranger = self.user("stranger", "account_dunning_plus.group_dunning_user", other)
        rows = self.env["account.dunning.followup"].with_user(stranger)
        rows = rows.with_context(allowed_company_ids=other.ids)
        self.assertFalse(rows.search([("partner_id", "=", partner.id)]))
        self.assertFalse(rows.browse(self.row(partner).id).exists())
        self.assertFalse(rows.browse(self.row(partner).id).read(["amount_overdue"]))

    def test_two_people_do_not_call_at_once(self):
        partner = self.customer()
        self.overdue(partner)
        ann, bob = self.dunning_user(), self.dunning_manager()
        self.assertEqual(self.row(partner, ann).action_opened(), {"others": ""})
        self.assertEqual(self.row(partner, bob).action_opened(), {"others": ann.name})
        self.assertIn(ann.name, self.row(partner, bob).worked_by)
        self.day(MONDAY, "09:20")
        self.assertEqual(self.row(partner, bob).action_opened(), {"others": ""})


class TestScreen(WorklistCase):
    def test_the_items(self):
        partner = self.customer()
        late = self.overdue(partner, 1000, due="2026-03-02")
        self.night("2026-03-05")
        self.credit(partner, "2026-03-05", 80)
        rows = self.row(partner, self.billing_user()).items["rows"]
        self.assertEqual([own["name"] for own in rows][0], late.name)
        self.assertEqual(rows[0]["days"], 3)
        self.assertIn(f"/{late.id}", rows[0]["pdf_url"])
        self.assertIn("16 March", rows[0]["reason"])
        self.assertIn(self.first.name, rows[0]["level"])
        self.assertTrue(rows[1]["credit"])
        self.assertEqual(rows[1]["amount"], -80)

    def test_the_history_newest_first(self):
        partner = self.customer()
        invoice = self.overdue(partner, 1000, due="2026-03-02")
        self.night("2026-03-05")
        self.day("2026-03-06")
        self.pay(invoice, "2026-03-06", 300)
        events = self.row(partner, self.billing_user()).timeline
        self.assertEqual([event["kind"] for event in events][:2], ["payment", "notice"])

    def test_how_late_a_customer_pays(self):
        partner = self.customer()
        first = self.overdue(partner, 100, due="2026-02-10")
        self.pay(first, "2026-02-20")
        second = self.overdue(partner, 100, due="2026-02-10")
        self.pay(second, "2026-02-15", 50)
        self.pay(second, "2026-02-16")
        figures = self.row(partner).figures
        self.assertEqual(figures["average_days_late"], 8)
        self.assertEqual(figures["settled_count"], 2)
        self.assertEqual(len(self.row(partner).get_settled_items()), 2)

    def test_a_company_below_another_has_a_screen_of_its_own(self):
        partner = self.customer()
        daughter = self.customer("Bakery Peeters Export", parent_id=partner.id, is_company=True)
        self.overdue(partner, 100)
        invoice = self.overdue(daughter, 200, due="2026-02-10")
        self.pay(invoice, "2026-02-15")
        self.overdue(daughter, 300)
        row, own = self.row(partner), self.row(daughter)
        self.assertFalse(row.get_settled_items())
        self.assertNotIn("payment", {event["kind"] for event in row.timeline})
        self.assertEqual(len(own.get_settled_items()), 1)
        self.assertIn("payment", {event["kind"] for event in own.timeline})

    def test_what_a_contact_paid_is_its_companys(self):
        partner = self.customer()
        contact = self.customer("Ann", parent_id=partner.id, is_company=False)
        self.overdue(partner, 100)
        self.pay(self.overdue(contact, 200, due="2026-02-10"), "2026-02-15")
        row = self.row(partner)
        self.assertEqual(len(row.get_settled_items()), 1)
        self.assertIn("payment", {event["kind"] for event in row.timeline})


class TestOrder(WorklistCase):
    def test_customers_of_one_priority_keep_their_order(self):
        """Else a page may show again, or leave out, who is on another; and so may "next"."""
        rows = self.env["account.dunning.followup"]
        for kind in ("list", "kanban"):
            arch = etree.fromstring(rows.get_view(view_type=kind)["arch"])
            self.assertEqual(arch.get("default_order"), rows._order)
        self.assertTrue(rows._order.endswith(", id"))


class TestCost(WorklistCase):
    """What a page and a customer cost does not grow with the rows."""

    def page(self):
        rows = self.env["account.dunning.followup"]
        names = [
            name
            for name, field in rows._fields.items()
            if field.type != "json" and not name.startswith(("activity", "message", "my_"))
        ]
        return rows.web_search_read(
            [("is_open", "=", True)], {name: {} for name in names}, limit=80
        )

    def test_a_page(self):
        rows = []
        for number in range(40):
            partner = self.customer(f"Shop {number}")
            rows.append((partner, "2026-02-01", "2026-03-01", 100 + number))
            if number == 4:
                books.make_invoices(self.company, rows)
                self.page()
                few = self.queries(self.page)
                rows = []
        books.make_invoices(self.company, rows)
        many = self.queries(self.page)
        self.assertEqual(len(self.page()["records"]), 40)
        self.assertLessEqual(many, few + 1)

    def test_a_customer(self):
        partner = self.customer()
        books.make_invoices(
            self.company, [(partner, "2026-02-01", "2026-03-01", 100 + own) for own in range(5)]
        )

        def screen():
            self.env["account.dunning.followup"].search([]).read(["figures", "items", "timeline"])

        screen()
        few = self.queries(screen)
        books.make_invoices(
            self.company, [(partner, "2026-02-01", "2026-03-01", 100 + own) for own in range(40)]
        )
        many = self.queries(screen)
        self.assertLessEqual(many, few + 1)
