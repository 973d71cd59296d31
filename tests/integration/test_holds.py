"""An invoice is held back from reminders until a day, with a reason, and never without an end."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from . import books
from .common import DunningCase as Base


class TestInvoiceHold(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls.customer("Bakery Peeters")
        cls.late = cls.overdue(cls.bakery, 900)
        cls.other = cls.overdue(cls.bakery, 100)
        cls.clerk = cls.billing_user()

    def setUp(self):
        super().setUp()
        # A Thursday: the first reminder is due.
        self.day("2026-03-05")

    def hold(self, invoices, user=None, **vals):
        """Hold invoices in the dialog, as who works with invoices does."""
        action = invoices.with_user(user or self.clerk).action_dunning_hold()
        wizard = self.env[action["res_model"]].with_user(user or self.clerk)
        with Form(wizard.browse(action["res_id"])) as form:
            for name, value in vals.items():
                setattr(form, name, value)
        form.record.action_hold()
        self.env.invalidate_all()

    def test_hold_and_resume(self):
        self.hold(self.late, until="2026-03-20", reason="A credit note is on its way")
        self.assertEqual(self.reason(self.late), "on_hold")
        self.assertEqual(
            self.late.dunning_reason,
            "On hold until Friday 20 March: A credit note is on its way",
        )
        self.assertIn(
            "No reminders until Friday 20 March: A credit note", self.late.message_ids[0].body
        )
        self.assertEqual(self.reason(self.other), "due")
        self.assertEqual(self.night("2026-03-06").amount_due, 100)
        self.late.with_user(self.clerk).action_dunning_resume()
        self.assertFalse(self.late.dunning_hold_until)
        self.assertFalse(self.late.dunning_hold_reason)
        self.assertIn("Reminders go out again", self.late.message_ids[0].body)
        self.assertEqual(self.reason(self.late), "due")

    def test_it_ends_by_itself(self):
        self.hold(self.late, until="2026-03-20", reason="Being looked at")
        self.night("2026-03-20")
        self.assertFalse(self.levels(self.late))
        self.night("2026-03-21")
        self.assertEqual(self.levels(self.late), [1])

    def test_the_reason_on_the_invoice_is_read_again(self):
        self.assertEqual(self.late.dunning_reason_code, "due")
        self.late._dunning_set_hold(date(2026, 3, 20), "Why not")
        self.assertEqual(self.late.dunning_reason_code, "on_hold")
        self.late._dunning_set_hold(False, False)
        self.assertEqual(self.late.dunning_reason_code, "due")

    def test_the_longer_of_both_holds_is_told(self):
        self.hold(self.late, until="2026-03-20", reason="Own")
        self.bakery.write({"dunning_hold_until": "2026-03-25", "dunning_hold_reason": "Fire"})
        self.env.invalidate_all()
        self.assertEqual(
            self.late.dunning_reason, "Customer on hold until Wednesday 25 March: Fire"
        )

    def test_several_at_once(self):
        self.hold(self.late | self.other, until="2026-03-20", reason="Both")
        self.assertFalse(self.night("2026-03-06"))
        self.assertEqual(self.other.dunning_hold_reason, "Both")

    def test_what_makes_no_sense_is_refused(self):
        wizards = self.env["account.dunning.hold"].with_user(self.clerk)
        for vals, sentence in (
            ({}, "Say until which day"),
            ({"until": "2026-03-20", "reason": "  "}, "Say why"),
            ({"until": "2026-03-05", "reason": "?"}, "in the future"),
            ({"until": "2027-03-07", "reason": "?"}, "a year at most. To never remind of an"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                wizards.create({"move_ids": self.late.ids, **vals}).action_hold()
        self.hold(self.late, until="2027-03-06", reason="The longest")

    def test_what_nobody_is_reminded_of_is_refused(self):
        self.pay(self.late, "2026-03-05")
        draft = self.other.copy()
        credit = self.credit(self.bakery, "2026-03-01", 5)
        for move in (self.late, draft, credit):
            with self.assertRaisesRegex(UserError, "there is nothing to hold"):
                move.with_user(self.clerk).action_dunning_hold()

    def test_who_may(self):
        sales = self.user("sales", "account_dunning_plus.group_dunning_viewer")
        with self.assertRaises(AccessError):
            self.late.with_user(sales).action_dunning_hold()
        with self.assertRaises(AccessError):
            self.late.with_user(sales).action_dunning_resume()
        with self.assertRaises(AccessError):
            self.env["account.dunning.hold"].with_user(sales).create({"move_ids": self.late.ids})

    def test_not_in_another_company(self):
        other = books.make_company(self.env, "Other Ltd")
        theirs = books.make_document(
            other, "out_invoice", self.bakery, "2026-02-01", "2026-03-02", 50
        )
        wizards = self.env["account.dunning.hold"].with_user(self.clerk)
        wizard = wizards.create(
            {"move_ids": theirs.ids, "until": "2026-03-20", "reason": "Not mine"}
        )
        with self.assertRaises(AccessError):
            wizard.action_hold()
