"""Which policy applies to whom, and what a policy may say."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tools import mute_logger

from . import books
from .common import DunningCase as Base


class TestChoice(Base):
    """The customer's own policy, else the first rule that applies, else the default."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = books.make_policy(cls.env, cls.company, "Own", (1, 2))
        cls.dutch = books.make_policy(
            cls.env, cls.company, "Dutch", (1, 2), sequence=2,
            partner_domain="[('country_id.code', '=', 'NL')]",
        )  # fmt: skip
        cls.europe = books.make_policy(
            cls.env, cls.company, "Europe", (1, 2), sequence=3,
            partner_domain="[('country_id.code', 'in', ('NL', 'FR'))]",
        )  # fmt: skip

    def policy_of(self, partner, company=None):
        company = company or self.company
        partners = partner.with_company(company)
        return (
            self.env["account.dunning.policy"].sudo()._for_partners(company, partners)[partner.id]
        )

    def country(self, code):
        return {"country_id": self.env.ref(f"base.{code}").id}

    def test_the_default_when_nothing_else_applies(self):
        self.assertEqual(self.policy_of(self.customer(**self.country("be"))), self.policy)

    def test_a_rule_comes_before_the_default(self):
        self.assertEqual(self.policy_of(self.customer(**self.country("fr"))), self.europe)

    def test_the_first_rule_in_sequence(self):
        jansen = self.customer(**self.country("nl"))
        self.assertEqual(self.policy_of(jansen), self.dutch)
        self.europe.sequence = 1
        self.assertEqual(self.policy_of(jansen), self.europe)

    def test_the_own_policy_comes_before_all(self):
        jansen = self.customer(dunning_policy_id=self.own.id, **self.country("nl"))
        self.assertEqual(self.policy_of(jansen), self.own)

    def test_a_rule_that_is_switched_off(self):
        self.europe.use_partner_domain = False
        self.assertEqual(self.policy_of(self.customer(**self.country("fr"))), self.policy)

    def test_the_list_says_whom_each_applies_to(self):
        policies = self.own + self.dutch + self.policy
        policies = policies.with_user(self.billing_user())
        self.assertEqual(
            policies.mapped("applies_to"),
            ["Where it is chosen", "Customers that fit its rule", "All without another policy"],
        )
        self.company.dunning_policy_id = self.dutch
        policies.invalidate_recordset(["applies_to"])
        self.assertEqual(
            policies.mapped("applies_to"),
            [
                "Where it is chosen",
                "Customers that fit its rule, All without another policy",
                "Where it is chosen",
            ],
        )

    def test_an_archived_policy_applies_to_nobody(self):
        jansen = self.customer(dunning_policy_id=self.own.id, **self.country("nl"))
        self.own.active = False
        self.assertEqual(self.policy_of(jansen), self.dutch)
        self.dutch.active = False
        self.assertEqual(self.policy_of(jansen), self.europe)
        (self.europe | self.policy).write({"active": False})
        self.assertFalse(self.policy_of(jansen))

    def test_each_customer_by_its_policy_in_one_night(self):
        names = {"be": self.policy, "fr": self.europe, "nl": self.dutch}
        for code in names:
            self.overdue(self.customer(code, **self.country(code)))
        sent = self.night("2026-03-05")
        self.assertEqual({notice.partner_id.name: notice.policy_id for notice in sent}, names)

    def test_the_invoices_of_a_contact_follow_the_customers_policy_and_hold(self):
        bakery = self.customer(dunning_policy_id=self.own.id, dunning_hold_until="2026-03-03")
        shop = self.env["res.partner"].create({"name": "Shop", "parent_id": bakery.id})
        self.overdue(shop)
        self.assertFalse(self.night("2026-03-03"))
        self.assertEqual(self.night("2026-03-04").policy_id, self.own)

    def test_a_policy_of_another_company_does_not_apply(self):
        other = books.make_company(self.env, "Elsewhere")
        foreign = books.make_policy(
            self.env, other, "Elsewhere", (1,), sequence=1, partner_domain="[('id', '!=', 0)]"
        )
        bakery = self.customer()
        bakery.dunning_policy_id = foreign
        self.assertEqual(self.policy_of(bakery), self.policy)

    def test_a_branch_uses_the_policy_of_its_parent(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id, "dunning_policy_id": False}
        )
        bakery = self.customer()
        self.assertEqual(self.policy_of(bakery, branch), self.policy)
        self.assertEqual(self.policy_of(self.customer(**self.country("nl")), branch), self.dutch)
        branch.dunning_policy_id = self.own
        self.assertEqual(self.policy_of(bakery, branch), self.own)
        self.assertEqual(self.policy_of(bakery), self.policy)

    def test_a_rule_must_be_a_domain_on_customers(self):
        for rule in ("[('no_such_field', '=', 1)]", "not a domain", "[('country_id', '='"):
            with (
                self.subTest(rule),
                self.assertRaisesRegex(ValidationError, "“Dutch” cannot be read"),
                self.env.cr.savepoint(),
            ):
                self.dutch.partner_domain = rule


class TestHold(Base):
    def test_a_hold_lasts_until_its_last_day(self):
        bakery = self.customer(dunning_hold_until="2026-03-05")
        invoice = self.overdue(bakery)
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.reason(invoice), "on_hold")
        self.assertIn("Thursday 5 March", invoice.dunning_reason)
        self.assertEqual(str(invoice.dunning_next_date), "2026-03-06")
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_a_hold_of_one_company_is_not_one_of_another(self):
        other = books.make_company(
            self.env, "Elsewhere", dunning_policy_id=self.policy.id, dunning_working_days_only=False
        )
        self.policy.company_id = False
        bakery = self.customer(dunning_hold_until="2026-03-31")
        self.overdue(bakery)
        books.make_document(other, "out_invoice", bakery, "2026-02-01", "2026-03-02", 100)
        self.night("2026-03-05")
        self.assertFalse(self.sent(bakery))
        self.assertEqual(
            self.env["account.dunning.notice"].sudo().search_count(
                [("company_id", "=", other.id), ("state", "=", "sent")]
            ),
            1,
        )  # fmt: skip


class TestChanges(Base):
    """The policy of a customer, or its levels, change while items are on their way."""

    def test_a_customer_who_changes_policy_does_not_begin_anew(self):
        """By days: level 1 (3 days) of the old policy is level 1 (1 day) of the new one."""
        firm = books.make_policy(self.env, self.company, "Firm", (1, 8, 15))
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.night("2026-03-05")
        bakery.dunning_policy_id = firm
        self.assertFalse(self.night("2026-03-09"))
        notice = self.night("2026-03-10")
        self.assertEqual(notice.level_id, firm.level_ids[1])
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_an_archived_level_is_passed_over(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.second.active = False
        self.assertFalse(self.night("2026-03-16"))
        self.assertEqual(self.night("2026-04-01").level_id, self.third)
        self.assertEqual(self.reason(invoice), "final")

    def test_a_level_added_in_between_is_climbed(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.policy.level_ids = [
            Command.create({"name": "Between", "sequence": 1, "delay_days": 8, "interval_days": 1})
        ]
        self.assertEqual(self.night("2026-03-10").level_id.name, "Between")
        self.assertEqual(invoice.dunning_level_id.name, "Between")

    def test_a_policy_without_levels_reminds_nobody(self):
        self.policy.level_ids.active = False
        invoice = self.overdue(self.customer())
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.reason(invoice), "no_policy")


class TestRulesOfPolicies(Base):
    """What a policy may say, and what is refused with a sentence."""

    def test_levels_are_in_the_order_of_their_days(self):
        for change in (
            lambda: self.second.write({"delay_days": 2}),
            lambda: self.third.write({"sequence": 0}),
            lambda: self.policy.write(
                {"level_ids": [Command.create({"name": "Late", "sequence": 9, "delay_days": 5})]}
            ),
        ):
            with (
                self.assertRaisesRegex(ValidationError, "order the levels"),
                self.env.cr.savepoint(),
            ):
                change()
        self.second.delay_days = 3
        self.assertEqual(self.policy.level_ids.mapped("number"), [1, 2, 3])

    def test_levels_may_change_places_in_one_go(self):
        self.policy.level_ids = [
            Command.update(self.first.id, {"delay_days": 20, "sequence": 2}),
            Command.update(self.second.id, {"delay_days": 10, "sequence": 1}),
        ]
        self.env.invalidate_all()
        self.assertEqual(self.policy.level_ids.mapped("delay_days"), [10, 20, 30])

    def test_levels_may_be_put_off_in_one_go(self):
        self.policy.level_ids = [
            Command.update(level.id, {"delay_days": level.delay_days + 20})
            for level in self.policy.level_ids
        ]
        self.assertEqual(self.policy.level_ids.mapped("delay_days"), [23, 34, 50])

    def test_negative_settings_are_refused(self):
        for record, name in (
            (self.policy, "minimum_amount"),
            (self.policy, "grace_days"),
            (self.first, "interval_days"),
            (self.first, "minimum_amount"),
        ):
            with (
                self.subTest(f"{record._name}.{name}"),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(Exception, f"check_{name}"),
                self.env.cr.savepoint(),
            ):
                record[name] = -1
                self.env.flush_all()

    def test_a_copy_has_the_levels_and_another_name(self):
        copy = self.policy.copy()
        self.assertEqual(copy.level_ids.mapped("delay_days"), [3, 14, 30])
        self.assertEqual(copy.name, "Three steps (copy)")

    def test_a_policy_that_is_chosen_is_not_deleted(self):
        used = books.make_policy(self.env, self.company, "Used", (1,))
        self.customer(dunning_policy_id=used.id)
        for policy in (used, self.policy):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(Exception),  # noqa: B017
                self.env.cr.savepoint(),
            ):
                policy.unlink()
                self.env.flush_all()
        self.assertTrue(used.exists() and self.policy.exists())


class TestPresets(Base):
    """What ships is ready for use, and the user's own from then on."""

    def preset(self, name):
        return self.env.ref(f"account_dunning_plus.dunning_policy_{name}")

    def test_friendly(self):
        levels = self.preset("friendly").level_ids
        self.assertEqual(levels.mapped("delay_days"), [-3, 3, 14, 21, 30, 45])
        self.assertEqual(levels.mapped("requires_approval"), [False] * 5 + [True])
        call = levels[3]
        self.assertEqual(
            (call.activity_type_id, call.send_email),
            (self.env.ref("mail.mail_activity_data_call"), False),
        )
        self.assertTrue(all(level.mail_template_id for level in levels - call))
        self.assertFalse(self.preset("friendly").company_id)

    def test_firm(self):
        levels = self.preset("firm").level_ids
        self.assertEqual(len(levels), 4)
        self.assertGreater(levels[0].delay_days, 0)
        self.assertTrue(levels[-1].requires_approval)

    def test_they_are_not_overwritten_on_upgrade(self):
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "account_dunning_plus"),
                ("model", "in", ("account.dunning.policy", "account.dunning.level",
                                 "mail.template", "ir.cron")),
            ]
        )  # fmt: skip
        self.assertGreater(len(data), 15)
        self.assertTrue(all(data.mapped("noupdate")))

    def test_every_preset_text_can_be_made(self):
        """A customer climbs the whole friendly policy; nothing fails."""
        self.company.dunning_policy_id = self.preset("friendly")
        self.preset("friendly").level_ids.attach_invoices = False
        invoice = self.invoice(self.customer(), "2026-02-01", "2026-03-05", 100)
        left = []
        for date in ("2026-03-02", "2026-03-09", "2026-03-19", "2026-03-26", "2026-04-06"):
            self.night(date)
            left += self.mail_leaves()
        self.assertEqual(self.levels(invoice), [1, 2, 3, 4, 5])
        self.night("2026-04-20")
        self.assertEqual(self.notices(states=["draft"]).level_id.number, 6)
        self.notices(states=["draft"]).action_approve()
        self.assertEqual(self.levels(invoice), [1, 2, 3, 4, 5, 6])
        self.assertEqual(len(left + self.mail_leaves()), 5)
        subjects = self.mails().mapped("subject")
        self.assertEqual(len(set(subjects)), 5, subjects)
