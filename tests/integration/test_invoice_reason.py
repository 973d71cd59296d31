"""What an invoice says of its reminders: the very decision of the night, in words."""

from odoo.tests import Form

from . import books
from .common import DunningCase as Base


class TestReason(Base):
    """Every reason has its code, its words and its next date."""

    def says(self, invoice):
        """(code, words, next date, next level) of an invoice."""
        self.env.invalidate_all()
        return (
            invoice.dunning_reason_code,
            invoice.dunning_reason.replace("\xa0", " "),
            str(invoice.dunning_next_date or ""),
            invoice.dunning_next_level_id.number or 0,
        )

    def test_later(self):
        invoice = self.invoice(self.customer(), "2026-03-01", "2026-12-01", 100)
        self.assertEqual(
            self.says(invoice),
            ("scheduled", "1. Level 1 on Friday 4 December", "2026-12-04", 1),
        )

    def test_next_year(self):
        invoice = self.invoice(self.customer(), "2026-03-01", "2027-01-01", 100)
        self.assertEqual(self.says(invoice)[1], "1. Level 1 on 4 January 2027")

    def test_due_now(self):
        invoice = self.overdue(self.customer(), due="2026-02-20")
        self.assertEqual(self.says(invoice), ("due", "1. Level 1 is due now", "2026-03-02", 1))

    def test_after_a_reminder(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.assertEqual(
            self.says(invoice),
            ("scheduled", "2. Level 2 on Monday 16 March", "2026-03-16", 2),
        )
        self.assertEqual(invoice.dunning_level_id, self.first)
        self.assertEqual(str(invoice.dunning_date), "2026-03-05")

    def test_final(self):
        invoice = self.overdue(self.customer())
        for date in ("2026-03-05", "2026-03-16", "2026-04-01"):
            self.night(date)
        self.assertEqual(
            self.says(invoice), ("final", "All levels are done: decide what follows", "", 0)
        )
        self.assertEqual(invoice.dunning_level_id, self.third)

    def test_paid(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06")
        self.assertEqual(self.says(invoice), ("paid", "Paid", "", 0))
        self.assertEqual(invoice.dunning_level_id, self.first, "history stays")

    def test_excluded(self):
        invoice = self.overdue(self.customer())
        invoice.with_user(self.billing_user()).action_dunning_exclude()
        self.assertEqual(self.says(invoice), ("excluded", "Excluded from follow-up", "", 0))
        invoice.action_dunning_exclude()
        self.assertEqual(self.says(invoice)[0], "scheduled")

    def test_below_the_minimum(self):
        self.policy.minimum_amount = 25
        invoice = self.overdue(self.customer(), 24.99, "2026-02-20")
        self.assertEqual(
            self.says(invoice)[:3], ("below_minimum", "Below the minimum of 25.00 €", "")
        )

    def test_covered(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 100, "2026-02-20")
        self.credit(bakery, "2026-03-01", 100)
        self.assertEqual(self.says(invoice)[0], "covered")

    def test_on_hold(self):
        bakery = self.customer(dunning_hold_until="2026-12-04")
        invoice = self.overdue(bakery)
        self.assertEqual(
            self.says(invoice)[:3],
            ("on_hold", "Customer on hold until Friday 4 December", "2026-12-05"),
        )

    def test_archived(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        bakery.active = False
        self.assertEqual(
            self.says(invoice)[:2], ("archived", "The customer is archived: decide what follows")
        )

    def test_no_policy(self):
        self.company.dunning_policy_id = False
        invoice = self.overdue(self.customer())
        self.assertEqual(self.says(invoice)[0], "no_policy")

    def test_what_its_notice_waits_for(self):
        self.second.requires_approval = True
        invoice = self.overdue(self.customer())
        self.day("2026-03-05")
        run = self.env["account.dunning.run"].create({})
        run.action_prepare()
        self.assertIn("ready to go", self.says(invoice)[1])
        run.action_send()
        self.night("2026-03-16")
        self.assertIn("waits for approval", self.says(invoice)[1])

    def test_documents_that_are_never_dunned_say_nothing(self):
        bakery = self.customer()
        draft = self.overdue(bakery)
        draft.button_draft()
        note = self.credit(bakery, "2026-03-01", 100)
        new = self.env["account.move"].new({"move_type": "out_invoice"})
        for move in (draft, note, new):
            self.assertFalse(move.dunning_reason_code)
            self.assertFalse(move.dunning_reason)
            self.assertFalse(move.dunning_level_id)

    def test_an_invoice_of_instalments_tells_the_most_urgent(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (10, 60)
                ],
            }
        )
        invoice = books.make_document(
            self.company, "out_invoice", self.customer(), "2026-02-10", None, 100, term=term
        )
        self.assertEqual(self.says(invoice)[0], "due")
        self.night("2026-03-02")
        self.assertEqual(self.says(invoice)[2], "2026-03-06", "the first part's second level")

    def test_it_is_what_the_night_does(self):
        """For a mixed ledger: due tonight is exactly what goes out tonight."""
        bakery, butcher = self.customer(), self.customer("Butcher Jans")
        florist = self.customer("Florist", dunning_hold_until="2026-03-31")
        invoices = (
            self.overdue(bakery, 10, "2026-02-27")
            | self.overdue(bakery, 20, "2026-03-01")
            | self.overdue(butcher, 30, "2026-02-01")
            | self.overdue(florist, 40, "2026-02-01")
        )
        self.day("2026-03-02", "01:00")
        self.env.invalidate_all()
        due = invoices.filtered(lambda invoice: invoice.dunning_reason_code == "due")
        self.assertEqual(self.night("2026-03-02").line_ids.move_id, due)
        self.assertEqual(due.partner_id, bakery | butcher)

    def test_the_reason_of_many_invoices_costs_no_query_each(self):
        invoices = self.env["account.move"]
        for number in range(3):
            invoices |= self.overdue(self.customer(f"Shop {number}"))

        def queries(moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            moves.mapped("dunning_reason")
            moves.mapped("dunning_level_id")
            return self.env.cr.sql_log_count - before

        queries(invoices)
        few = queries(invoices)
        for number in range(12):
            invoices |= self.overdue(self.customer(f"Shop {number}"))
        self.assertLessEqual(queries(invoices), few)


class TestLists(Base):
    """Filters, order and groups of the list of invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls.customer()
        cls.reminded = cls.overdue(cls.bakery, 100)
        cls.excluded = cls.overdue(cls.bakery, 200)
        cls.excluded.no_followup = True
        cls.night("2026-03-05")
        cls.later = cls.invoice(cls.bakery, "2026-03-05", "2026-04-05", 300)
        cls.due = cls.overdue(cls.customer("Butcher Jans"), 400)
        cls.paid = cls.overdue(cls.customer("Florist"), 500)
        cls.pay(cls.paid, "2026-03-04")
        cls.all = cls.reminded | cls.excluded | cls.later | cls.due | cls.paid

    def setUp(self):
        super().setUp()
        self.day("2026-03-05")

    def found(self, *domain):
        return self.env["account.move"].search(
            [("company_id", "=", self.company.id), ("move_type", "=", "out_invoice"), *domain]
        )

    def test_search_by_level(self):
        for domain, expected in (
            (("dunning_level_id", "=", self.first.id), self.reminded),
            (("dunning_level_id", "in", (self.first | self.second).ids), self.reminded),
            (("dunning_level_id", "!=", False), self.reminded),
            (("dunning_level_id", "=", False), self.all - self.reminded),
            (("dunning_level_id", "!=", self.first.id), self.all - self.reminded),
            (("dunning_level_id", "=", self.second.id), self.all.browse()),
            (("dunning_level_id.name", "=", "Level 1"), self.reminded),
            (("dunning_level_id", "ilike", "Level 1"), self.reminded),
        ):
            with self.subTest(domain):
                self.assertEqual(self.found(domain), expected.sorted())

    def test_search_by_date(self):
        for domain, expected in (
            (("dunning_date", "=", "2026-03-05"), self.reminded),
            (("dunning_date", ">=", "2026-03-05"), self.reminded),
            (("dunning_date", "<", "2026-03-05"), self.all.browse()),
            (("dunning_date", "!=", False), self.reminded),
            (("dunning_date", "=", False), self.all - self.reminded),
        ):
            with self.subTest(domain):
                self.assertEqual(self.found(domain), expected.sorted())

    def test_search_by_reason_finds_what_the_column_says(self):
        by_code = self.all.grouped("dunning_reason_code")
        self.assertEqual(set(by_code), {"scheduled", "excluded", "due", "paid"})
        for code, _label in self.env["account.dunning.facts"]._reason_selection():
            with self.subTest(code):
                expected = by_code.get(code, self.all.browse())
                self.assertEqual(self.found(("dunning_reason_code", "=", code)), expected.sorted())
        self.assertEqual(
            self.found(("dunning_reason_code", "in", ("due", "excluded"))),
            (self.due | self.excluded).sorted(),
        )
        self.assertEqual(
            self.found(("dunning_reason_code", "!=", "due")), (self.all - self.due).sorted()
        )

    def test_group_by_level(self):
        self.night("2026-03-06")
        groups = self.env["account.move"]._read_group(
            [("id", "in", self.all.ids)], ["dunning_level_id"], ["__count"]
        )
        self.assertEqual(dict(groups), {self.first: 2, self.first.browse(): 3})
        opened = self.env["account.move"].web_read_group(
            [("id", "in", self.all.ids)], ["dunning_level_id"], ["amount_total_signed:sum"]
        )["groups"]
        totals = {
            (group["dunning_level_id"] or [False])[0]: group["amount_total_signed:sum"]
            for group in opened
        }
        self.assertEqual(totals, {self.first.id: 500, False: 1000})
        for group in opened:
            domain = [("id", "in", self.all.ids), *group["__extra_domain"]]
            self.assertEqual(len(self.env["account.move"].search(domain)), group["__count"])

    def test_group_by_the_day_of_the_last_reminder(self):
        self.night("2026-03-06")
        opened = self.env["account.move"].web_read_group(
            [("id", "in", self.all.ids)], ["dunning_date:month"], ["amount_total_signed:sum"]
        )["groups"]
        self.assertEqual(
            {
                (group["dunning_date:month"] or [False])[0]: group["amount_total_signed:sum"]
                for group in opened
            },
            {"2026-03-01": 500, False: 1000},
        )
        for group in opened:
            domain = [("id", "in", self.all.ids), *group["__extra_domain"]]
            self.assertEqual(len(self.env["account.move"].search(domain)), group["__count"])

    def test_order_by_level_and_date(self):
        self.night("2026-03-06")
        moves = self.env["account.move"].search(
            [("id", "in", (self.reminded | self.due).ids)], order="dunning_date desc"
        )
        self.assertEqual(moves, self.due | self.reminded)

    def test_the_views(self):
        """The list with its columns, the search with its filters, the form with its tab."""
        billing = self.billing_user()
        moves = self.env["account.move"].with_user(billing)
        search = moves.get_view(self.env.ref("account.view_account_invoice_filter").id, "search")[
            "arch"
        ]
        for name in (
            "dunning_due",
            "dunning_reminded",
            "dunning_blocked",
            "group_dunning_level",
            "group_dunning_date",
        ):
            self.assertIn(f'name="{name}"', search)
        columns = moves.get_view(self.env.ref("account.view_out_invoice_tree").id, "list")["arch"]
        self.assertIn('name="dunning_reason"', columns)
        form = Form(self.reminded.with_user(billing), view="account.view_move_form")
        self.assertEqual(form.dunning_level_id, self.first)
        self.assertEqual(len(form.dunning_line_ids), 1)

    def test_the_reasons_of_a_run_can_be_listed(self):
        run = self.run_of("2026-03-05")
        rows = {row.reason: row for row in run.reason_ids}
        self.assertEqual({"due", "excluded"}, set(rows))
        action = rows["excluded"].with_user(self.billing_user()).action_view_items()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.excluded)
