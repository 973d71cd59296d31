"""The worklist and the customer's screen as their users click through them."""

from datetime import timedelta

from odoo.tests import tagged

from ..integration import books
from .common import TourCase


class FollowupTourCase(TourCase):
    """Customers of the worklist."""

    def _billing_user(self):
        return self._user("tour_billing", "account.group_account_invoice")

    def _overdue(self, name, amount=1000, days=5, **vals):
        """A customer with one overdue invoice; returns its row of the worklist."""
        partner = books.make_customer(self.env, name, **vals)
        day = self.today - timedelta(days=days)
        books.make_document(
            self.company, "out_invoice", partner, day - timedelta(days=30), day, amount
        )
        return self._row(partner)

    def _row(self, partner):
        return self.env["account.dunning.followup"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )

    def _call_due(self, row, user):
        row.activity_schedule(
            "mail.mail_activity_data_call", self.today, summary="Call", user_id=user.id
        )

    def _calls(self, row):
        return self.env["account.dunning.call"].search([("partner_id", "=", row.partner_id.id)])


@tagged("standard", "post_install", "-at_install")
class TestFollowupTours(FollowupTourCase):
    def test_monday(self):
        user = self._billing_user()
        bank = books.journal(self.company, "bank")
        bank.inbound_payment_method_line_ids.payment_account_id = books.account(
            self.company, "asset_current"
        )
        # The only one that is due when the run takes place, and nobody can be written to.
        four = self._overdue("Bakery Four", 2000, email=False)
        run = self.env["account.dunning.run"].create({"company_id": self.company.id})
        run.action_prepare()
        run.action_send()
        self.assertEqual(run.notice_ids.state, "failed")
        four.partner_id.email = "four@example.com"
        amounts = {"Bakery One": 8000, "Bakery Two": 6000, "Bakery Three": 4000}
        rows = {name: self._overdue(name, amount) for name, amount in amounts.items()}
        rows["Bakery Five"] = self._overdue("Bakery Five", 500)
        for row in rows.values():
            self._call_due(row, user)
        self.start_tour("/odoo", "dunning_monday", login="tour_billing", timeout=120)
        self.assertEqual(run.notice_ids.state, "sent")
        self.assertEqual(self._calls(rows["Bakery One"]).outcome, "will_pay")
        self.assertEqual(self._calls(rows["Bakery Two"]).outcome, "call_back")
        self.assertEqual(self._calls(rows["Bakery Three"]).outcome, "no_answer")
        rows["Bakery Five"].invalidate_recordset()
        self.assertFalse(rows["Bakery Five"].is_open)

    def test_sales_logs_a_call(self):
        self._user(
            "tour_sales",
            "base.group_user,base.group_partner_manager,account_dunning_plus.group_dunning_viewer",
        )
        row = self._overdue("Bakery One")
        self._call_due(row, self.env.user)
        self.start_tour("/odoo/follow-up", "dunning_sales_logs_call", login="tour_sales")
        call = self._calls(row)
        self.assertEqual(call.outcome, "disputes")
        self.assertEqual(call.user_id.login, "tour_sales")

    def test_batch_reminder(self):
        rows = self._overdue("Bakery One") | self._overdue("Bakery Two")
        self._billing_user()
        self.start_tour("/odoo/follow-up", "dunning_batch_reminder", login="tour_billing")
        notices = self.env["account.dunning.notice"].search([("company_id", "=", self.company.id)])
        self.assertEqual(notices.partner_id, rows.partner_id)
        self.assertEqual(set(notices.mapped("state")), {"sent"})

    def test_an_empty_list_says_what_that_means(self):
        self._billing_user()
        self.start_tour("/odoo/follow-up", "dunning_empty", login="tour_billing")

    def test_rare_actions_are_two_clicks_or_a_key_away(self):
        self._overdue("Bakery One")
        self._billing_user()
        self.start_tour("/odoo/follow-up", "dunning_rare_actions", login="tour_billing")


class LayoutCase(FollowupTourCase):
    """The longest words of the worklist and of the customer's screen, in each language."""

    def _looks(self):
        user = self._billing_user()
        # Who approves has one more button.
        user.group_ids |= self.env.ref("account_dunning_plus.group_dunning_manager")
        row = self._overdue("Bedrijfsrestaurants Scheldemeet NV", 11663, 20)
        self.policy.level_ids.requires_approval = True
        self.env["account.dunning.run"].create({"company_id": self.company.id}).action_prepare()
        self.assertTrue(row.needs_approve)
        codes = ("nl_NL", "fr_FR", "de_DE")
        for code in codes:
            self.env["res.lang"]._activate_lang(code)
        modules = self.env["ir.module.module"].search([("name", "=", "account_dunning_plus")])
        modules._update_translations(list(codes), overwrite=True)
        for code in ("en_US", *codes):
            with self.subTest(code):
                user.lang = code
                self.start_tour("/odoo/follow-up", "dunning_layout", login="tour_billing")


@tagged("standard", "post_install", "-at_install")
class TestLayoutOfADesk(LayoutCase):
    browser_size = "1400x900"

    def test_nothing_is_cut_or_wraps(self):
        self._looks()


@tagged("standard", "post_install", "-at_install")
class TestLayoutOfAWideDesk(LayoutCase):
    browser_size = "1920x1000"

    def test_nothing_is_cut_or_wraps(self):
        self._looks()


@tagged("standard", "post_install", "-at_install")
class TestLayoutOfATablet(LayoutCase):
    browser_size = "1000x800"

    def test_nothing_is_cut(self):
        self._looks()


@tagged("standard", "post_install", "-at_install")
class TestFollowupPhone(FollowupTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_phone(self):
        row = self._overdue("Bakery One")
        self._call_due(row, self._billing_user())
        self.start_tour("/odoo/follow-up", "dunning_phone", login="tour_billing")
        self.assertEqual(self._calls(row).outcome, "no_answer")
