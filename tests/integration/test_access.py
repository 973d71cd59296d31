"""Who may do what: billing, dunning manager, auditor, and those who see no trace of it."""

from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user

from .common import DunningCase as Base

MODELS = (
    "account.dunning.call",
    "account.dunning.customer",
    "account.dunning.followup",
    "account.dunning.policy",
    "account.dunning.level",
    "account.dunning.run",
    "account.dunning.run.reason",
    "account.dunning.notice",
    "account.dunning.notice.line",
    "account.dunning.charge",
    "account.dunning.charge.scheme",
    "account.dunning.legal.override",
)
EXTENDED = ("account.move", "res.partner", "res.company")
OPERATIONS = ("read", "write", "create", "unlink")
OWN = ("account.dunning.", "account.payment.promise", "account.discount.")
FIELDS = ("dunning_", "promise_", "discount_")


class AccessCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice_due = cls.overdue(cls.customer())
        cls.notice = cls.night("2026-03-05")
        cls.mail_leaves()

    def setUp(self):
        super().setUp()
        self.day("2026-03-05")

    def rights(self, user, model):
        return {name for name in OPERATIONS if self.env[model].with_user(user).has_access(name)}

    def dunning_fields(self, user, model):
        return {
            name
            for name in self.env[model].with_user(user).fields_get()
            if name.startswith("dunning_")
        }

    def menus(self, user):
        """The menus of this add-on that a user sees."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "account_dunning_plus"), ("model", "=", "ir.ui.menu")]
        )
        visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        return {row.name for row in data if row.res_id in visible}


class TestWithoutRights(AccessCase):
    def test_an_employee_sees_no_trace(self):
        clerk = self.user("clerk", "base.group_user,base.group_partner_manager")
        for model in MODELS:
            self.assertFalse(self.rights(clerk, model), model)
        for model in EXTENDED:
            self.assertFalse(self.dunning_fields(clerk, model), model)
        self.assertFalse(self.menus(clerk))
        view = self.env["res.partner"].with_user(clerk).get_view(view_type="form")
        self.assertNotIn("dunning_", view["arch"])
        for read in (
            lambda: self.notice.with_user(clerk).read(["state"]),
            lambda: self.invoice_due.partner_id.with_user(clerk).read(["dunning_hold_until"]),
        ):
            with self.assertRaises(AccessError):
                read()

    def test_an_employee_works_with_customers_as_ever(self):
        clerk = self.user("clerk", "base.group_user,base.group_partner_manager")
        partner = self.invoice_due.partner_id.with_user(clerk)
        with Form(partner) as form:
            form.city = "Gent"
        self.assertEqual(partner.city, "Gent")

    def test_a_portal_user_gets_nothing(self):
        portal = new_test_user(
            self.env, "scenario.portal", groups="base.group_portal", company_id=self.company.id
        )
        portal.partner_id.parent_id = self.invoice_due.partner_id
        for model in MODELS:
            self.assertFalse(self.rights(portal, model), model)
        self.assertFalse(self.dunning_fields(portal, "account.move"))
        self.assertFalse(self.dunning_fields(portal, "res.partner"))
        with self.assertRaises(AccessError):
            self.notice.with_user(portal).read(["state"])
        with self.assertRaises(AccessError):
            self.notice.message_ids.with_user(portal).read(["body"])

    def test_an_employee_calls_nothing_by_remote(self):
        clerk = self.user("clerk", "base.group_user")
        for call in (
            lambda: self.notice.with_user(clerk).action_resend(),
            lambda: self.notice.with_user(clerk).action_print_letter(),
            lambda: self.notice.run_id.with_user(clerk).action_prepare(),
            lambda: self.env["account.dunning.run.preview"].with_user(clerk).action_open(),
            lambda: self.env["account.dunning.run"].with_user(clerk).create({}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call()


class TestEveryModel(AccessCase):
    """What holds for each model of the add-on, also for those that come later."""

    def own(self, transient):
        """The add-on's models that are kept, or those of its dialogs."""
        models = [
            name
            for name, model in self.env.registry.items()
            if name.startswith(OWN) and not model._abstract and model._transient is transient
        ]
        self.assertGreater(len(models), 10)
        return models

    def test_what_belongs_to_a_company_is_kept_apart(self):
        rules = self.env["ir.rule"].sudo().search([("global", "=", True)])
        for name in self.own(transient=False):
            if "company_id" in self.env[name]._fields:
                found = rules.filtered(lambda rule, name=name: rule.model_id.model == name)
                self.assertIn("company_ids", " ".join(found.mapped("domain_force")), name)

    def test_an_employee_and_a_portal_user_may_nothing(self):
        clerk = self.user("clerk", "base.group_user,base.group_partner_manager")
        portal = new_test_user(
            self.env, "scenario.portal", groups="base.group_portal", company_id=self.company.id
        )
        for user in (clerk, portal):
            for name in self.own(transient=False) + self.own(transient=True):
                self.assertFalse(self.rights(user, name), f"{user.login}: {name}")

    def test_an_employee_sees_no_field_of_it_anywhere(self):
        clerk = self.user("clerk", "base.group_user,base.group_partner_manager")
        # What was agreed with a customer is read by all who read payment terms.
        agreed = {"discount_sliding", "discount_notice"}
        seen = {}
        for name, model in self.env.registry.items():
            fields = [
                field
                for field, definition in model._fields.items()
                if field.startswith(FIELDS)
                and (definition._module or "").startswith("account_dunning_plus")
            ]
            if name.startswith(OWN) or model._abstract or not fields:
                continue
            if not self.env[name].with_user(clerk).has_access("read"):
                continue
            visible = set(self.env[name].with_user(clerk).fields_get(fields)) & set(fields)
            if visible := visible - agreed:
                seen[name] = visible
        self.assertFalse(seen)

    def test_an_auditor_changes_nothing(self):
        auditor = self.user("auditor", "account.group_account_readonly")
        for name in self.own(transient=False):
            self.assertLessEqual(self.rights(auditor, name), {"read"}, name)
        for name in self.own(transient=True):
            self.assertFalse(self.rights(auditor, name), name)


class TestBilling(AccessCase):
    def test_billing_implies_the_dunning_user(self):
        self.assertTrue(self.billing_user().has_group("account_dunning_plus.group_dunning_user"))

    def test_what_a_billing_user_may(self):
        billing = self.billing_user()
        self.assertEqual(self.rights(billing, "account.dunning.policy"), {"read"})
        self.assertEqual(self.rights(billing, "account.dunning.level"), {"read"})
        self.assertEqual(self.rights(billing, "account.dunning.notice"), {"read"})
        self.assertEqual(self.rights(billing, "account.dunning.notice.line"), {"read"})
        self.assertEqual(self.rights(billing, "account.dunning.run"), {"read", "write", "create"})
        self.assertTrue(self.dunning_fields(billing, "account.move"))
        self.assertIn("menu_dunning_preview", self.menus(billing))
        self.assertNotIn("menu_dunning_policy", self.menus(billing))

    def test_a_notice_is_not_rewritten_by_hand(self):
        billing = self.billing_user()
        for call in (
            lambda: self.notice.with_user(billing).write({"state": "draft"}),
            lambda: self.notice.line_ids.with_user(billing).write({"amount_residual": 1}),
            lambda: self.notice.line_ids.with_user(billing).unlink(),
            lambda: self.notice.with_user(billing).copy(),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call()

    def test_billing_opens_every_screen(self):
        billing = self.billing_user()
        self.assertIn(self.invoice_due.name, self.notice.with_user(billing).preview_html)
        for record in (self.notice, self.notice.run_id, self.invoice_due, self.policy):
            Form(record.with_user(billing))
        self.invoice_due.partner_id.dunning_hold_until = "2026-04-01"
        self.assertEqual(self.invoice_due.with_user(billing).dunning_reason_code, "on_hold")

    def test_the_chatter_of_a_notice_is_open_to_who_may_read_it(self):
        self.notice.with_user(self.billing_user()).message_post(body="Called, pays on Friday")
        self.assertIn("Friday", self.notice.message_ids[0].body)


class TestDunningUser(AccessCase):
    """The group alone, without any right in accounting."""

    def test_a_dunning_user_opens_and_sends(self):
        dunner = self.dunning_user()
        notice = self.notice.with_user(dunner)
        self.assertEqual(notice.amount_due, 1000)
        self.assertIn(self.invoice_due.name, notice.preview_html)
        Form(notice)
        Form(notice.run_id)
        self.overdue(self.customer("Butcher Jans"))
        action = self.env["account.dunning.run.preview"].with_user(dunner).action_open()
        preview = self.env["account.dunning.run.preview"].with_user(dunner).browse(action["res_id"])
        self.assertEqual(preview.line_ids.partner_id.name, "Butcher Jans")
        preview.action_send()
        self.assertEqual(len(self.sent()), 2)

    def test_a_dunning_user_prints_and_sends_again(self):
        dunner = self.dunning_user()
        self.notice.with_user(dunner).action_resend()
        self.notice.with_user(dunner).action_print_letter()
        self.assertTrue(self.notice.letter_date)


class TestManager(AccessCase):
    def test_what_a_manager_may(self):
        manager = self.dunning_manager()
        self.assertEqual(self.rights(manager, "account.dunning.policy"), set(OPERATIONS))
        self.assertEqual(self.rights(manager, "account.dunning.level"), set(OPERATIONS))
        self.assertIn("unlink", self.rights(manager, "account.dunning.run"))

    def test_a_manager_deletes_drafts(self):
        manager = self.dunning_manager()
        self.second.requires_approval = True
        self.night("2026-03-16")
        draft = self.notices(states=["draft"])
        lines = draft.line_ids
        self.assertTrue(lines)
        draft.with_user(manager).unlink()
        self.assertFalse(draft.exists() or lines.exists())
        self.assertEqual(self.levels(self.invoice_due), [1])

    def test_a_manager_sets_up_a_policy(self):
        manager = self.dunning_manager()
        with Form(self.env["account.dunning.policy"].with_user(manager)) as form:
            form.name = "Own"
            for days in (5, 20):
                with form.level_ids.new() as level:
                    level.name = f"After {days}"
                    level.delay_days = days
        self.assertEqual(form.record.level_ids.mapped("delay_days"), [5, 20])
        self.assertEqual(form.record.company_id, self.company)


class TestAuditor(AccessCase):
    def test_an_auditor_posts_nowhere_and_is_not_offered_to(self):
        auditor = self.user("auditor", "account.group_account_readonly")
        threads = [
            name
            for name, model in self.env.registry.items()
            if name.startswith(OWN)
            and not model._abstract
            and getattr(model, "_mail_post_access", "") == "read"
        ]
        self.assertGreater(len(threads), 5)
        for user, needed in ((auditor, "write"), (self.billing_user(), "read")):
            for name in threads:
                record = self.env[name].browse(1).with_user(user)
                operations = record._mail_get_operation_for_mail_message_operation("create")
                self.assertEqual(operations, {record: needed}, f"{user.login}: {name}")
            store = Store(bus_channel=user)
            self.notice.with_user(user)._thread_to_store(store, [], request_list=["followers"])
            (thread,) = store.get_result()["mail.thread"]
            self.assertTrue(thread["hasReadAccess"])
            self.assertEqual(thread["canPostOnReadonly"], needed == "read")
        customer = self.env["account.dunning.followup"].search(
            [("partner_id", "=", self.invoice_due.partner_id.id)]
        )
        self.assertTrue(customer)
        with self.assertRaises(AccessError):
            customer.with_user(auditor).message_post(body="?")

    def test_an_auditor_reads_all_and_writes_nothing(self):
        auditor = self.user("auditor", "account.group_account_readonly")
        for model in MODELS:
            self.assertEqual(self.rights(auditor, model), {"read"}, model)
        self.assertTrue(self.dunning_fields(auditor, "account.move"))
        self.assertEqual(self.invoice_due.with_user(auditor).dunning_level_id.name, "Level 1")
        self.assertIn(self.invoice_due.name, self.notice.with_user(auditor).preview_html)
        self.assertEqual(self.notice.run_id.with_user(auditor).sent_count, 1)
        self.assertIn("menu_dunning_notice", self.menus(auditor))
        self.assertNotIn("menu_dunning_preview", self.menus(auditor))
        self.day("2026-03-06")
        run = self.env["account.dunning.run"].create({}).with_user(auditor)
        notice = self.notice.with_user(auditor)
        for name, call in {
            "resend": notice.action_resend,
            "cancel": notice.action_cancel,
            "print": notice.action_print_letter,
            "post": lambda: notice.message_post(body="?"),
            "prepare": run.action_prepare,
            "send": run.action_send,
            "create": lambda: run.create({}),
            "preview": self.env["account.dunning.run.preview"].with_user(auditor).action_open,
            "exclude": self.invoice_due.with_user(auditor).action_dunning_exclude,
        }.items():
            with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                call()
        self.assertFalse(self.invoice_due.no_followup)
