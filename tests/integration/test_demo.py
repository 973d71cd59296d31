"""The demo data: on the day of its installation every stage of dunning is alive in it."""

from collections import Counter, defaultdict
from datetime import timedelta

from odoo.tests import TransactionCase, freeze_time, tagged

ADDON = "account_dunning_plus"


@tagged("standard", "post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo company on the morning of its installation, before that day's run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref(f"{ADDON}.demo_company")
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids, "lang": "en_US"})
        cls.company = cls.company.with_env(cls.env)
        # This customer's one open invoice was made to be due in three days.
        cls.today = cls.open_invoices("littorale").invoice_date_due - timedelta(days=3)
        cls.startClassPatcher(freeze_time(f"{cls.today} 09:00:00"))
        notices = cls.env["account.dunning.notice"].search([("company_id", "=", cls.company.id)])
        # The database may have had its nights since.
        since = notices.filtered(lambda notice: notice.date >= cls.today)
        since.state = "cancelled"
        cls.history = notices - since
        cls.friendly = cls.env.ref(f"{ADDON}.dunning_policy_friendly")
        facts = cls.env["account.dunning.facts"]
        cls.decided = facts._decide(
            cls.company,
            facts._partner_ids_with_open_items(cls.company),
            cls.today,
            cls.company._dunning_working_days(cls.today),
        )

    # ------------------------------------------------------------------ helpers

    @classmethod
    def customer(cls, ref):
        return cls.env.ref(f"{ADDON}.demo_customer_{ref}")

    @classmethod
    def invoices(cls, ref):
        return cls.env["account.move"].search(
            [("partner_id", "=", cls.customer(ref).id), ("move_type", "=", "out_invoice")]
        )

    @classmethod
    def open_invoices(cls, ref):
        return cls.invoices(ref).filtered(lambda invoice: invoice.amount_residual)

    def items_of(self, ref):
        """A customer's open items with what is decided of them: (OpenItem, ItemDecision)."""
        [customer] = [c for c in self.decided if c.partner_id == self.customer(ref).id]
        return list(zip(customer.items, customer.decision.items, strict=True))

    def reasons_of(self, ref):
        return {decision.reason.value for _item, decision in self.items_of(ref)}

    def days_overdue(self, ref):
        """Days overdue of the items that a customer is reminded of today."""
        return sorted(
            (self.today - item.due_date).days
            for item, decision in self.items_of(ref)
            if decision.level is not None
        )

    # --------------------------------------------------------------- the stages

    def test_every_level_is_climbed_by_some_tonight(self):
        """A believable few customers at each level of the policy, the last for approval."""
        tonight = defaultdict(list)
        for customer in self.decided:
            if customer.policy_id == self.friendly.id and customer.decision.level is not None:
                tonight[customer.decision.level].append(customer.decision)
        self.assertEqual(sorted(tonight), list(range(len(self.friendly.level_ids))))
        for place, decisions in tonight.items():
            self.assertIn(len(decisions), range(2, 10), self.friendly.level_ids[place].name)
            self.assertEqual(
                {decision.requires_approval for decision in decisions},
                {self.friendly.level_ids[place].requires_approval},
            )

    def test_every_stage_has_items(self):
        stages = defaultdict(Counter)
        for customer in self.decided:
            for item, decision in zip(customer.items, customer.decision.items, strict=True):
                stages[decision.reason.value][len(item.facts.sent)] += 1
        climbing = set(range(len(self.friendly.level_ids)))
        self.assertEqual(set(stages["due"]), climbing)
        self.assertEqual(set(stages["scheduled"]), climbing)
        for reason in ("final", "excluded", "archived", "on_hold", "covered"):
            self.assertTrue(stages[reason], reason)

    def test_money_on_its_way_and_invoices_that_did_not_arrive(self):
        self.assertEqual(self.reasons_of("zeekraal"), {"looks_paid"})
        [(item, own)] = self.items_of("waterlelie")
        self.assertEqual(own.reason.value, "not_delivered")
        self.assertFalse(item.facts.sent, "nor was it ever reminded of")
        self.assertIn("not_delivered", self.reasons_of("notenboom"))
        away = self.env["account.move"]._dunning_undelivered(self.company)
        self.assertEqual(sorted(away.values()), ["failed", "unsent"])
        found = self.env["account.dunning.money"].search([("company_id", "=", self.company.id)])
        self.assertEqual(found.mapped("evidence"), ["reference"])
        self.assertFalse(self.company._dunning_bank_old(self.today), "the bank is fresh")

    def test_the_past_kept_to_the_policy(self):
        """No level skipped or early, none twice, and nothing of it in the mail."""
        lines = self.history.line_ids.sorted("date")
        self.assertGreater(len(self.history), 200)
        self.assertEqual(set(self.history.mapped("state")), {"sent"})
        for item, past in lines.grouped("move_line_id").items():
            levels = past.level_id.policy_id.level_ids
            self.assertEqual(past.mapped("level_id"), levels[: len(past)], item.move_name)
            for earlier, line in zip([None, *past], past, strict=False):
                level = line.level_id
                self.assertGreaterEqual(line.days_overdue, level.delay_days)
                self.assertEqual((line.date - item.date_maturity).days, line.days_overdue)
                self.assertGreater(line.amount_residual, 0)
                if earlier:
                    days = (line.date - earlier.date).days
                    self.assertGreaterEqual(days, level.interval_days)
        self.assertFalse(
            self.env["mail.message"].search_count(
                [
                    ("model", "=", "account.dunning.notice"),
                    ("res_id", "in", self.history.ids),
                    # A colleague waived a charge, and that is noted.
                    ("message_type", "!=", "notification"),
                ]
            )
        )

    def test_a_year_of_early_and_late_payers(self):
        paid = self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("move_type", "=", "out_invoice"),
                ("amount_residual", "=", 0),
            ]
        )
        days = []
        for invoice in paid:
            [item] = invoice.line_ids.filtered("matched_credit_ids")
            last = max(item.matched_credit_ids.mapped("max_date"))
            days.append((last - item.date_maturity).days)
        self.assertGreater(len([day for day in days if day <= 0]), 20)
        self.assertGreater(len([day for day in days if day > 10]), 10)
        self.assertLess(min(paid.mapped("invoice_date")), self.today - timedelta(days=300))

    # -------------------------------------------------------------- the stories

    def test_size(self):
        partners = self.env["res.partner"].with_context(active_test=False)
        customers = partners.search(
            [("company_id", "=", self.company.id), ("customer_rank", ">", 0)]
        )
        self.assertIn(len(customers), range(41, 50))
        self.assertEqual(set(customers.country_id.mapped("code")), {"BE", "NL", "FR", "DE"})
        invoices = self.env["account.move"].search_count(
            [("company_id", "=", self.company.id), ("move_type", "=", "out_invoice")]
        )
        self.assertIn(invoices, range(155, 175))
        for partner in customers | customers.child_ids:
            if partner.email:
                self.assertRegex(partner.email, r"@[a-z-]+\.example$")

    def test_partly_paid(self):
        for ref in ("goudsbloem", "trois_tilleuls"):
            self.assertIn("partial", self.invoices(ref).mapped("payment_state"))

    def test_credit_note_larger_than_the_debt(self):
        self.assertEqual(self.reasons_of("clairvallon"), {"covered"})

    def test_unallocated_payment_is_taken_off(self):
        [customer] = [c for c in self.decided if c.partner_id == self.customer("silberdistel").id]
        [credit] = customer.credits
        self.assertEqual(credit.amount, -70000)
        due = sum(item.amount for item in customer.items if item.due_date < self.today)
        self.assertEqual(customer.decision.claim, due - 70000)

    def test_instalments(self):
        items = (
            self.open_invoices("lichtvlek").line_ids.filtered("date_maturity").grouped("move_id")
        )
        [parts] = [lines for lines in items.values() if len(lines) == 3]
        overdue = sorted((self.today - line.date_maturity).days for line in parts)
        self.assertEqual(overdue, [-16, 14, 44])
        self.assertEqual(self.days_overdue("lichtvlek"), [14])

    def test_dollars(self):
        self.assertEqual(self.open_invoices("kaaizicht").currency_id, self.env.ref("base.USD"))
        self.assertEqual(self.days_overdue("kaaizicht"), [14])
        for invoice in self.open_invoices("kaaizicht"):
            self.assertLess(invoice.amount_residual_signed, invoice.amount_residual)

    def test_without_email(self):
        self.assertFalse(self.customer("puntzak").email)
        self.assertEqual(self.days_overdue("puntzak"), [3])

    def test_excluded(self):
        self.assertEqual(self.reasons_of("letterhuys"), {"excluded", "due"})

    def test_on_hold_until_friday(self):
        until = self.customer("proefkamer").with_company(self.company).dunning_hold_until
        self.assertEqual(until.weekday(), 4)
        self.assertIn((until - self.today).days, range(1, 8))
        self.assertEqual(self.reasons_of("proefkamer"), {"on_hold"})

    def test_recipients(self):
        for ref, contact in (
            ("beukenhage", "beukenhage_billing"),
            ("scheldemeet", "scheldemeet_dunning"),
        ):
            self.assertEqual(
                self.customer(ref)._dunning_recipient(),
                self.env.ref(f"{ADDON}.demo_contact_{contact}"),
            )

    def test_archived(self):
        self.assertFalse(self.customer("orme").active)
        self.assertEqual(self.reasons_of("orme"), {"archived"})

    def test_firm_policy(self):
        [customer] = [c for c in self.decided if c.partner_id == self.customer("rheinaue").id]
        self.assertEqual(customer.policy_id, self.env.ref(f"{ADDON}.dunning_policy_firm").id)
        self.assertEqual(self.days_overdue("rheinaue"), [8, 15])

    def test_payment_on_its_way(self):
        payment = self.env["account.payment"].search([("company_id", "=", self.company.id)])
        self.assertEqual(payment.partner_id, self.customer("klarblick"))
        self.assertFalse(payment.is_matched)
        self.assertIn(payment.invoice_ids.payment_state, ("in_payment", "paid"))

    def test_opening_entry(self):
        moves = (
            self.env["account.move.line"]
            .browse(
                item.id
                for item, decision in self.items_of("helderwater")
                if decision.level is not None
            )
            .move_id
        )
        self.assertEqual(moves.mapped("move_type"), ["entry"])
        self.assertEqual(moves.journal_id.type, "general")

    # -------------------------------------------------------- promises, disputes

    def promises(self, ref):
        return self.env["account.payment.promise"].search(
            [("partner_id", "=", self.customer(ref).id)], order="made_on, id"
        )

    def dispute(self, ref):
        return self.env["account.dunning.dispute"].search(
            [("partner_id", "=", self.customer(ref).id)]
        )

    def judged(self, promise):
        """The promise, judged once more by what the bank shows on the day of installation."""
        promise._judge(self.today)
        return promise

    def test_an_open_promise(self):
        promise = self.judged(self.promises("lavendelhof"))
        self.assertEqual(promise.state, "open")
        self.assertEqual((promise.date - self.today).days, 3)
        self.assertEqual((self.today - promise.made_on).days, 4)
        self.assertEqual(self.reasons_of("lavendelhof"), {"promised"})

    def test_a_plan_whose_first_instalment_was_kept(self):
        plan = self.judged(self.promises("pepermolen"))
        self.assertEqual(plan.state, "open")
        self.assertEqual(plan.line_ids.mapped("state"), ["kept", "open", "open", "open"])
        self.assertEqual((self.today - plan.line_ids[0].date).days, 10)
        self.assertEqual((self.today - plan.line_ids[0].paid_on).days, 11)
        self.assertEqual(plan.confirmed_on, plan.made_on)
        self.assertEqual(plan.amount_left, sum(plan.item_ids.mapped("amount_covered")))
        self.assertEqual(self.reasons_of("pepermolen"), {"promised"})
        # All reminders were sent; while the plan runs nobody has to decide what follows.
        row = self.env["account.dunning.followup"].search([("partner_id", "=", plan.partner_id.id)])
        self.assertFalse(row.needs_final)

    def test_a_broken_promise(self):
        promise = self.judged(self.promises("lindenhove"))
        self.assertEqual((promise.state, promise.amount_paid), ("broken", 0))
        self.assertLess(promise.broken_on, self.today)
        row = self.env["account.dunning.followup"].search(
            [("partner_id", "=", promise.partner_id.id)]
        )
        self.assertEqual(row.attention, "promise")
        self.assertIn("Promise broken", row.activity_ids[:1].summary)

    def test_a_rescheduled_promise(self):
        first, second = self.promises("trois_tilleuls")
        self.assertEqual((first.state, self.judged(second).state), ("cancelled", "open"))
        self.assertEqual((second.previous_id, second.reschedule_count), (first, 1))
        self.assertGreater(second.date, first.date)

    def test_a_dispute_of_a_part(self):
        dispute = self.dispute("duinroos")
        self.assertEqual(dispute.state, "open")
        self.assertGreater(dispute.deadline, self.today)
        self.assertLess(dispute.amount_open, dispute.move_id.amount_residual)
        self.assertGreater(len(dispute.move_id.invoice_line_ids), len(dispute.invoice_line_ids))

    def test_a_dispute_past_its_deadline(self):
        dispute = self.dispute("zandloper")
        self.assertEqual((self.today - dispute.deadline).days, 2)
        self.assertEqual(dispute.activity_ids.date_deadline, dispute.deadline)
        row = self.env["account.dunning.followup"].search(
            [("partner_id", "=", dispute.partner_id.id)]
        )
        self.assertTrue(row.needs_dispute)

    # ------------------------------------------------------------------- people

    def test_users(self):
        manager = f"{ADDON}.group_dunning_manager"
        for login, may_invoice, may_manage in (
            ("accountant", True, True),
            ("billing", True, False),
            ("sales", False, False),
        ):
            user = self.env.ref(f"{ADDON}.demo_user_{login}")
            self.assertEqual((user.login, user.company_id), (login, self.company))
            self.assertEqual(user.has_group("account.group_account_invoice"), may_invoice, login)
            self.assertEqual(user.has_group(manager), may_manage, login)
        self.assertIn(self.company, self.env.ref("base.user_admin").company_ids)
        # Else no list has an export.
        accountant = self.env.ref(f"{ADDON}.demo_user_accountant")
        self.assertTrue(accountant.has_group("base.group_allow_export"))

    def test_quotations_to_customers_who_owe(self):
        """The salesperson sees above each of them how the customer pays, and can open it."""
        sales = self.env.ref(f"{ADDON}.demo_user_sales")
        for key in ("broken_promise", "hold", "promised"):
            order = self.env.ref(f"{ADDON}_sale.demo_quotation_{key}").with_user(sales)
            self.assertTrue(order.dunning_summary, key)
            self.assertTrue(order.action_dunning_followup(), key)

    def test_installing_again_adds_nothing(self):
        moves = self.env["account.move"].search_count([])
        self.env["account.dunning.demo"]._install()
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_discounts_in_every_state(self):
        """To be had, about to end, taken, missed, taken late and granted after all."""
        customers = [self.customer(ref).id for ref in ("hopveld", "gistelhof", "parkzicht")]
        moves = self.env["account.move"].search(
            [("partner_id", "in", customers), ("move_type", "=", "out_invoice")]
        )
        self.assertEqual(
            set(moves.mapped("discount_state")), {"open", "closing", "taken", "missed", "late"}
        )
        self.assertIn("granted", moves.mapped("discount_decision"))
        self.assertEqual(
            sorted(moves.filtered("discount_undecided").mapped("discount_outcome")),
            ["excess", "late"],
        )

    def test_a_business_with_booked_charges(self):
        charges = self.env["account.dunning.charge"].search(
            [("partner_id", "=", self.customer("garde").id)]
        )
        self.assertEqual(
            Counter((own.kind, own.state) for own in charges),
            {
                ("interest", "booked"): 2,
                ("compensation", "booked"): 1,
                ("compensation", "waived"): 1,
            },
        )
        debit = charges.charge_move_id
        self.assertEqual(len(debit), 1)
        self.assertAlmostEqual(debit.amount_total - debit.amount_residual, 40, 2)
        notice = charges.notice_id
        self.assertEqual(notice.amount_charges, debit.amount_total)
        self.assertEqual(self.reasons_of("garde"), {"final"})

    def test_a_consumer_between_the_announcement_and_the_costs(self):
        notice = self.history.filtered(
            lambda own: own.partner_id == self.customer("degroot") and own.announced_until
        )
        self.assertEqual(len(notice), 1)
        self.assertGreaterEqual(notice.announced_until, self.today)
        self.assertEqual([row["kind"] for row in notice.statement["announced"]], ["costs"])
        self.assertFalse(
            self.env["account.dunning.charge"].search(
                [("partner_id", "=", self.customer("degroot").id)]
            )
        )
