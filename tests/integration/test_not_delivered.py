"""Invoices that never reached the customer are sent again, not reminded of."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form

from .test_worklist import WorklistCase as Base


class DeliveryCase(Base):
    """A company that sends its invoices from Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_undelivered_since = "2026-01-15"
        regular = cls.customer("Regular Ltd")
        cls.regular = cls.overdue(regular, 10, due="2026-12-31")
        cls.regular.is_move_sent = True

    @classmethod
    def mailed(cls, invoice, status="sent", partner=None, attached=True):
        """The invoice's e-mail, and what became of it."""
        partner = partner or invoice.partner_id
        invoice.is_move_sent = True
        files = cls.env["ir.attachment"].create({"name": "invoice.pdf", "raw": b"%PDF"})
        message = cls.env["mail.message"].create(
            {
                "model": "account.move",
                "res_id": invoice.id,
                "message_type": "comment",
                "attachment_ids": [(6, 0, files.ids if attached else [])],
            }
        )
        cls.env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "res_partner_id": partner.id,
                "notification_type": "email",
                "notification_status": status,
            }
        )
        cls.env.flush_all()
        return message

    def away(self, invoice):
        self.env.flush_all()
        self.env.invalidate_all()
        return invoice.dunning_undelivered


class TestNeverSent(DeliveryCase):
    def test_it_is_not_reminded_of_and_put_up_to_be_sent(self):
        bakery = self.customer()
        invoice, sent = self.overdue(bakery, 1000), self.overdue(bakery, 200)
        sent.is_move_sent = True
        [notice] = self.night("2026-03-05")
        self.assertEqual((self.levels(invoice), self.levels(sent)), ([], [1]))
        self.assertEqual(notice.amount_due, 200)
        self.assertNotIn(invoice.name, self.text(notice), "nor is it stated")
        self.assertEqual(self.reason(invoice), "not_delivered")
        self.assertIn("never sent", invoice.dunning_reason)
        row = self.row(bakery)
        self.assertEqual((row.needs_delivery, row.attention), (True, "delivery"))
        self.assertIn(invoice.name, row.reason)
        self.assertIn("Send the invoice again", row.next_step)
        action = row.action_send_invoices_again()
        self.assertEqual(self.env["account.move"].search(action["domain"]), invoice)

        invoice.is_move_sent = True
        self.assertFalse(self.row(bakery).needs_delivery)
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_sent_by_the_list_it_is_reminded_of_again(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.night("2026-03-05")
        wizard = invoice.with_user(self.billing_user()).action_send_and_print()
        self.assertTrue(wizard["res_model"].startswith("account.move.send"))
        invoice.is_move_sent = True
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_a_person_says_that_it_was_delivered(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.night("2026-03-05")
        clerk = self.billing_user()
        invoice.with_user(clerk).action_dunning_delivered()
        self.env.invalidate_all()
        self.assertEqual(str(invoice.dunning_delivered_on), "2026-03-05")
        self.assertIn(clerk.name, invoice.message_ids[0].body)
        self.assertFalse(self.away(invoice))
        self.night("2026-03-06")
        self.assertEqual(self.levels(invoice), [1])

    def test_not_everybody_may_say_so(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        sales = self.user("sales", "account_dunning_plus.group_dunning_viewer")
        with self.assertRaises(UserError):
            invoice.with_user(sales).action_dunning_delivered()
        self.assertFalse(invoice.dunning_delivered_on)

    def test_what_was_invoiced_before_is_not_looked_at(self):
        invoice = self.invoice(self.customer(), "2026-01-10", "2026-03-02", 1000)
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])

    def test_where_most_are_not_sent_from_odoo_none_is_missing(self):
        self.regular.is_move_sent = False
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])
        # Once they are, one that is not is seen.
        for number in range(3):
            self.overdue(self.customer(f"Number {number}"), 10).is_move_sent = True
        later = self.overdue(self.customer("Butcher Maes"))
        self.night("2026-03-06")
        self.assertTrue(self.company.dunning_sends_invoices)
        self.assertFalse(self.levels(later))

    def test_without_a_day_nothing_is_looked_at(self):
        self.company.dunning_undelivered_since = False
        invoice = self.overdue(self.customer())
        self.mailed(invoice, "bounce")
        self.night("2026-03-05")
        self.assertEqual(self.levels(invoice), [1])

    def test_on_paper_by_habit_and_on_its_way_are_not_missing(self):
        paper = self.customer("Paper Ltd")
        paper.with_company(self.company).invoice_sending_method = "manual"
        by_hand, queued = self.overdue(paper), self.overdue(self.customer())
        queued.sending_data = {"sending_methods": ["email"]}
        self.night("2026-03-05")
        self.assertEqual((self.levels(by_hand), self.levels(queued)), ([1], [1]))

    def test_it_is_found_in_lists(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        moves = self.env["account.move"].with_user(self.billing_user())
        own = [("company_id", "=", self.company.id)]
        self.assertEqual(moves.search([*own, ("dunning_undelivered", "!=", False)]), invoice)
        self.assertEqual(moves.search([*own, ("dunning_undelivered", "=", "unsent")]), invoice)
        self.assertNotIn(invoice, moves.search([*own, ("dunning_undelivered", "=", False)]))
        rows = self.env["account.dunning.followup"]
        self.assertEqual(
            rows.search([("company_id", "=", self.company.id), ("needs_delivery", "=", True)]),
            self.row(invoice.partner_id),
        )

    def test_the_invoice_says_so(self):
        invoice = self.overdue(self.customer())
        self.night("2026-03-05")
        with Form(invoice.with_user(self.billing_user())) as form:
            self.assertEqual(form.dunning_undelivered, "unsent")

    def test_settings_can_be_changed_by_who_sets_companies_up(self):
        settings = self.env["res.config.settings"].create({"dunning_bank_days": 10})
        settings.execute()
        self.assertEqual(self.env.company.dunning_bank_days, 10)


class TestDidNotArrive(DeliveryCase):
    def test_a_bounced_invoice_is_sent_again_first(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.mailed(invoice, "bounce")
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.away(invoice), "failed")
        self.assertIn("did not arrive", invoice.dunning_reason)
        self.assertTrue(self.row(bakery).needs_delivery)
        self.mailed(invoice, "sent")
        self.assertFalse(self.away(invoice))
        self.assertTrue(self.night("2026-03-06"))

    def test_one_who_got_it_is_enough(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        message = self.mailed(invoice, "exception")
        self.assertEqual(self.away(invoice), "failed")
        self.env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "res_partner_id": self.customer("Bakery Office").id,
                "notification_type": "email",
                "notification_status": "sent",
            }
        )
        self.assertFalse(self.away(invoice))

    def test_what_failed_among_colleagues_is_no_matter_of_the_customer(self):
        invoice = self.overdue(self.customer())
        self.mailed(invoice, "sent")
        self.mailed(invoice, "bounce", partner=self.billing_user().partner_id)
        self.mailed(invoice, "bounce", attached=False)
        self.assertFalse(self.away(invoice))

    def test_handed_over_after_it_bounced(self):
        invoice = self.overdue(self.customer())
        self.mailed(invoice, "bounce").date = "2026-02-27 10:00:00"
        self.assertEqual(self.away(invoice), "failed")
        invoice.action_dunning_delivered()
        self.assertFalse(self.away(invoice))
        self.day("2026-03-09")
        self.mailed(invoice, "bounce").date = "2026-03-09 10:00:00"
        self.assertEqual(self.away(invoice), "failed", "sent once more, and came back")

    def test_a_failed_e_invoice(self):
        """Where Odoo's Peppol is installed; elsewhere its column does not exist."""
        invoice = self.overdue(self.customer())
        invoice.is_move_sent = True
        moves = self.env.registry["account.move"]
        if "peppol_move_state" not in moves._fields:
            self.env.cr.execute("ALTER TABLE account_move ADD COLUMN peppol_move_state varchar")
            fields = {**moves._fields, "peppol_move_state": moves._fields["payment_state"]}
            self.startPatcher(patch.object(moves, "_fields", fields))
        self.env.cr.execute(
            "UPDATE account_move SET peppol_move_state = 'error' WHERE id = %s", [invoice.id]
        )
        found = self.env["account.move"]._dunning_undelivered(self.company)
        self.assertEqual(found.get(invoice.id), "error")
        self.env.cr.execute(
            "UPDATE account_move SET peppol_move_state = 'done' WHERE id = %s", [invoice.id]
        )
        self.assertFalse(self.env["account.move"]._dunning_undelivered(self.company))

    def test_a_paid_one_needs_nobody(self):
        invoice = self.overdue(self.customer())
        self.mailed(invoice, "bounce")
        self.pay(invoice, "2026-03-02")
        self.assertFalse(self.away(invoice))
