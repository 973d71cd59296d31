"""What was sent stays known, whatever happens to invoices, customers and notices later."""

from odoo.exceptions import UserError, ValidationError

from . import books
from .common import DunningCase as Base


class TestInvoices(Base):
    def test_an_invoice_corrected_after_a_reminder_does_not_begin_anew(self):
        """Reset to draft, another amount and due date, posted again: the same debt."""
        invoice = self.overdue(self.customer(), 100)
        self.night("2026-03-05")
        invoice.button_draft()
        invoice.write(
            {
                "invoice_date_due": "2026-03-04",
                "invoice_line_ids": [(1, invoice.invoice_line_ids.id, {"price_unit": 80})],
            }
        )
        invoice.action_post()
        self.night("2026-03-09")
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-18")
        self.assertEqual(self.levels(invoice), [1, 2])
        self.assertEqual(self.sent()[-1].amount_due, 80)

    def test_a_payment_that_bounces_goes_on_where_it_was(self):
        invoice = self.overdue(self.customer(), 100)
        self.night("2026-03-05")
        money = self.on_account(invoice.partner_id, "2026-03-06", 100)
        (books.receivable_items(invoice) | money).reconcile()
        self.assertFalse(self.night("2026-03-16"))
        money.remove_move_reconcile()
        money.move_id.button_draft()
        money.move_id.button_cancel()
        self.night("2026-03-20")
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_a_copy_of_an_invoice_has_no_history(self):
        invoice = self.overdue(self.customer(), 100)
        self.night("2026-03-05")
        copy = invoice.copy()
        self.assertFalse(copy.dunning_line_ids)
        self.assertFalse(copy.dunning_level_id)

    def test_the_log_keeps_the_number_of_a_deleted_invoice(self):
        invoice = self.overdue(self.customer(), 100)
        notice = self.night("2026-03-05")
        name = invoice.name
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.env.invalidate_all()
        self.assertEqual(notice.line_ids.mapped("move_name"), [name])
        # No foreign key does this.
        self.assertFalse(notice.line_ids.move_id.ids)
        self.assertFalse(notice.line_ids.move_line_id.ids)
        self.assertEqual(notice.state, "sent")

    def test_the_log_outlives_an_item_that_its_invoice_makes_anew(self):
        """Other terms make other items: the old ones are gone, what was said stays."""
        invoice = self.overdue(self.customer(), 100)
        notice = self.night("2026-03-05")
        invoice.button_draft()
        invoice.invoice_payment_term_id = self.env.ref("account.account_payment_term_advance")
        self.env.invalidate_all()
        self.assertEqual(notice.line_ids.mapped("move_name"), [invoice.name])
        self.assertEqual(notice.line_ids.move_id, invoice)
        self.assertFalse(notice.line_ids.move_line_id - invoice.line_ids)

    def test_a_level_of_a_cancelled_reminder_is_not_deleted(self):
        """Its lines may be gone; the reminder still says which level it was."""
        self.overdue(self.customer(), 100)
        notice = self.night("2026-03-05")
        level = notice.level_id
        notice.sudo().line_ids.unlink()
        notice.sudo()._cancel("Not this time.")
        with self.assertRaisesRegex(UserError, "archive it"):
            level.unlink()


class TestCustomers(Base):
    def test_merged_customers_keep_what_they_were_sent(self):
        """Two cards of one customer, both reminded in the same run, become one."""
        bakery, double = self.customer(), self.customer("Bakery Peters")
        first, second = self.overdue(bakery, 100), self.overdue(double, 200)
        self.night("2026-03-05")
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((bakery | double).ids, bakery, extra_checks=False)
        self.env.invalidate_all()
        self.assertFalse(double.exists())
        self.assertEqual((self.levels(first), self.levels(second)), ([1], [1]))
        self.assertFalse(self.night("2026-03-06"), "nobody is reminded anew")
        notice = self.night("2026-03-16")
        self.assertEqual(notice.line_ids.move_id, first | second)
        self.assertEqual(notice.level_id, self.second)

    def test_a_contact_that_becomes_part_of_a_customer(self):
        """A shop that was a customer of its own now belongs to the chain: one message."""
        chain, shop = self.customer("Chain"), self.customer("Shop")
        own, other = self.overdue(shop, 100), self.overdue(chain, 200)
        self.night("2026-03-05")
        shop.write({"parent_id": chain.id, "is_company": False})
        notice = self.night("2026-03-16")
        self.assertEqual(notice.partner_id, chain)
        self.assertEqual(notice.line_ids.move_id, own | other)
        self.assertEqual(self.levels(own), [1, 2])

    def test_the_dunning_contact_is_one_of_the_customers_own(self):
        bakery, stranger = self.customer(), self.customer("Stranger")
        with self.assertRaisesRegex(ValidationError, "not a contact of"):
            bakery.dunning_contact_id = stranger

    def test_a_customer_with_history_is_not_deleted(self):
        bakery = self.customer()
        self.overdue(bakery, 100)
        self.night("2026-03-05")
        with self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
            bakery.unlink()


class TestNotices(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice_due = cls.overdue(cls.customer(), 100)

    def test_a_double_click_sends_once(self):
        self.day("2026-03-05")
        run = self.env["account.dunning.run"].create({})
        run.action_send()
        run.action_send()
        self.assertEqual(len(self.mails()), 1)
        with self.assertRaises(UserError):
            run.action_prepare()

    def test_sent_is_sent(self):
        notice = self.night("2026-03-05")
        for call in (notice.action_send, notice.action_cancel, notice.action_approve):
            with self.assertRaises(UserError):
                call()
        self.assertEqual(len(self.mails()), 1)

    def test_sent_again_is_one_more_mail_and_no_more_level(self):
        notice = self.night("2026-03-05")
        self.mail_leaves()
        self.day("2026-03-09")
        notice.with_user(self.billing_user()).action_resend()
        self.assertEqual(len(self.mail_leaves()), 1)
        self.assertEqual(self.levels(self.invoice_due), [1])
        self.assertEqual(str(notice.date), "2026-03-05")

    def test_sending_again_needs_an_address(self):
        notice = self.night("2026-03-05")
        notice.partner_id.email = False
        with self.assertRaisesRegex(UserError, "has no e-mail address"):
            notice.action_resend()

    def test_a_cancelled_notice_counts_for_nothing(self):
        self.day("2026-03-05")
        run = self.env["account.dunning.run"].create({})
        run.action_prepare()
        run.notice_ids.action_cancel()
        self.assertEqual(self.levels(self.invoice_due), [])
        self.night("2026-03-06")
        self.assertEqual(self.levels(self.invoice_due), [1])

    def test_a_run_that_sent_nothing_may_be_deleted(self):
        self.day("2026-03-05")
        run = self.env["account.dunning.run"].create({})
        run.action_prepare()
        notices, lines = run.notice_ids, run.notice_ids.line_ids
        self.assertTrue(lines)
        run.with_user(self.dunning_manager()).unlink()
        self.assertFalse(notices.exists() or lines.exists())
        self.night("2026-03-05")
        self.assertEqual(self.levels(self.invoice_due), [1])

    def test_the_run_keeps_its_counts_and_duration(self):
        self.overdue(self.customer("No Address", email=False), 50)
        self.night("2026-03-05")
        run = self.run_of("2026-03-05")
        self.assertEqual(
            (run.customer_count, run.item_count, run.sent_count, run.failed_count, run.amount_due),
            (2, 2, 1, 1, 150),
        )
        self.assertGreaterEqual(run.duration, 0)
        action = run.with_context(dunning_state="failed").action_view_notices()
        self.assertEqual(
            self.env["account.dunning.notice"].search(action["domain"]).partner_id.name,
            "No Address",
        )
