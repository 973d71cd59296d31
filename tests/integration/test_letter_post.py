"""Letters that Snailmail prints and posts: once, with what is open, and never printed as well."""

from contextlib import contextmanager
from hashlib import sha256
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .letters import LetterCase, pages

_IAP = "odoo.addons.snailmail.models.snailmail_letter.iap_tools.iap_jsonrpc"


class PostCase(LetterCase):
    def setUp(self):
        super().setUp()
        # The queue of the demo's own letters is none of these tests'.
        self.env["snailmail.letter"].search([("state", "=", "pending")]).state = "canceled"

    def posts(self, notice):
        return self.env["snailmail.letter"].search(
            [("model", "=", notice._name), ("res_id", "=", notice.id)], order="id"
        )

    @contextmanager
    def service(self, error=None):
        """The service takes letters, or says what is wrong with each."""
        taken = []

        def answer(_url, params, **kwargs):
            taken.extend(params["documents"])
            documents = [
                {**own, "sent": not error, "send_id": "T-1", "error": error}
                for own in params["documents"]
            ]
            return {"request_code": 200, "request": {"documents": documents}}

        account = self.env.registry["iap.account"]
        with (
            patch(_IAP, answer),
            patch.object(account, "_send_success_notification", lambda *args, **kwargs: None),
            patch.object(account, "_send_no_credit_notification", lambda *args, **kwargs: None),
            patch.object(self.env.cr, "commit", lambda: None),
        ):
            yield taken

    def queue_leaves(self, error=None):
        with self.service(error) as taken:
            self.env["snailmail.letter"]._snailmail_cron(autocommit=False)
        self.env.invalidate_all()
        return taken

    def queued(self, **vals):
        notice = self.due(self.reader(**vals))
        notice.with_user(self.billing).action_post_letter()
        return notice


class TestByHand(PostCase):
    def test_it_counts_as_sent_and_comes_back_as_posted(self):
        notice = self.queued()
        self.assertEqual(
            (notice.state, notice.letter_post_state, notice.letter_due), ("sent", "queued", False)
        )
        taken = self.queue_leaves()
        self.assertEqual(len(taken), 1)
        self.assertEqual(taken[0]["address"]["zip"], "9000")
        self.assertEqual((notice.state, notice.letter_post_state), ("sent", "sent"))

    def test_the_file_is_the_proof(self):
        notice = self.due(self.reader())
        notice.with_context(force_report_rendering=True).action_post_letter()
        file = self.posts(notice).attachment_id
        self.assertEqual(notice.letter_hash, sha256(file.raw).hexdigest())
        self.assertIn("1/1", pages(file.raw)[0])

    def test_it_is_posted_once(self):
        notice = self.queued()
        with self.assertRaisesRegex(UserError, "printed or posted"):
            notice.action_post_letter()
        self.queue_leaves()
        with self.assertRaisesRegex(UserError, "was posted on"):
            notice.with_user(self.billing).action_print_letter()
        self.assertEqual(len(self.posts(notice)), 1)

    def test_what_was_printed_is_not_posted(self):
        notice = self.due(self.reader())
        notice.action_print_letter()
        with self.assertRaisesRegex(UserError, "printed or posted"):
            notice.action_post_letter()

    def test_printed_instead_it_is_taken_back(self):
        notice = self.queued()
        notice.with_user(self.billing).action_print_letter()
        self.assertEqual(self.posts(notice).state, "canceled")
        self.assertFalse(self.queue_leaves())
        self.assertEqual((notice.state, notice.letter_post_state), ("sent", False))
        self.assertTrue(notice.letter_date)

    def test_paid_before_it_is_posted(self):
        partner = self.reader()
        invoice = self.overdue(partner)
        self.night("2026-03-05")
        self.pay(invoice, "2026-03-06")
        with self.assertRaisesRegex(UserError, "Nothing is left to post"):
            self.notices().action_post_letter()

    def test_an_address_that_the_post_does_not_find(self):
        notice = self.due(self.reader(zip=False))
        with self.assertRaisesRegex(UserError, "is not complete"):
            notice.action_post_letter()
        self.assertEqual(notice.state, "ready")
        self.assertFalse(self.posts(notice))

    def test_only_who_works_with_reminders(self):
        notice = self.due(self.reader())
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            notice.with_user(self.user("clerk", "base.group_user")).action_post_letter()
        self.assertFalse(self.posts(notice))


class TestRefused(PostCase):
    def test_it_fails_like_an_e_mail_and_nobody_was_reminded(self):
        partner = self.reader()
        invoice = self.overdue(partner)
        self.night("2026-03-05")
        notice = self.notices()
        notice.action_post_letter()
        self.assertEqual(self.levels(invoice), [1])
        self.queue_leaves("NO_PRICE_AVAILABLE")
        self.assertEqual((notice.state, notice.failure_type), ("failed", "post"))
        self.assertIn("was not posted", notice.failure_message)
        self.assertFalse(notice.letter_date)
        self.assertEqual(self.levels(invoice), [])

    def test_core_does_not_try_the_same_letter_again(self):
        """Its amounts are those of the day on which it was made."""
        notice = self.queued()
        self.queue_leaves("CREDIT_ERROR")
        self.assertFalse(self.queue_leaves())
        self.assertEqual(notice.state, "failed")
        notice.action_post_letter()
        self.queue_leaves()
        self.assertEqual((notice.state, notice.letter_post_state), ("sent", "sent"))
        self.assertEqual(len(self.posts(notice)), 2)

    def test_beside_an_e_mail_the_letter_alone_is_missing(self):
        self.first.send_email = True
        self.overdue(self.reader())
        notice = self.night("2026-03-05")
        notice.action_post_letter()
        self.queue_leaves("UNKNOWN_ERROR")
        self.assertEqual((notice.state, notice.letter_due), ("sent", True))
        self.assertIn("was not posted", notice.failure_message)

    def test_cancelled_in_the_queue_it_is_due_again(self):
        notice = self.queued()
        self.posts(notice).cancel()
        self.assertEqual((notice.state, notice.letter_due), ("ready", True))


class TestAtNight(PostCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_letter_post = True

    def test_letters_go_by_themselves(self):
        invoice = self.overdue(self.reader())
        notice = self.night("2026-03-05")
        self.assertEqual((notice.state, notice.letter_post_state), ("sent", "queued"))
        self.queue_leaves()
        self.assertEqual(self.levels(invoice), [1])
        self.night("2026-03-06")
        self.assertEqual(len(self.posts(notice)), 1)

    def test_not_without_the_setting(self):
        self.company.dunning_letter_post = False
        self.overdue(self.reader())
        self.assertFalse(self.night("2026-03-05"))
        self.assertFalse(self.posts(self.notices()))

    def test_an_incomplete_address_holds_up_nobody_else(self):
        self.overdue(self.reader("Nowhere", city=False))
        self.overdue(self.reader("Somewhere"))
        sent = self.night("2026-03-05")
        self.assertEqual(sent.partner_id.name, "Somewhere")
        waiting = self.notices(states=["ready"])
        self.assertIn("is not complete", waiting.failure_message)

    def test_one_that_cannot_be_drawn_holds_up_nobody_else(self):
        self.overdue(self.reader("Broken"))
        self.overdue(self.reader("Whole"))
        origin = type(self.env["account.dunning.notice"])._render_letter

        def render(notice):
            if notice.partner_id.name == "Broken":
                raise UserError("no ink")
            return origin(notice)

        with (
            patch.object(type(self.env["account.dunning.notice"]), "_render_letter", render),
            mute_logger("odoo.addons.account_dunning_plus.models.account_dunning_notice_post"),
        ):
            sent = self.night("2026-03-05")
        self.assertEqual(sent.partner_id.name, "Whole")
        self.assertEqual(self.notices(states=["ready"]).failure_message, "no ink")
        self.assertEqual(len(self.env["snailmail.letter"].search([("state", "=", "pending")])), 1)

    def test_what_waited_past_its_day_is_made_anew(self):
        """The service was away for a night; meanwhile a part was paid."""
        invoice = self.overdue(self.reader())
        notice = self.night("2026-03-05")
        self.pay(invoice, "2026-03-05", 900)
        self.night("2026-03-06")
        self.assertEqual(self.posts(notice).mapped("state"), ["canceled", "pending"])
        self.assertEqual(notice.amount_due, 100)

    def test_paid_in_full_meanwhile_it_goes_to_nobody(self):
        invoice = self.overdue(self.reader())
        notice = self.night("2026-03-05")
        self.pay(invoice, "2026-03-05")
        self.night("2026-03-06")
        self.assertFalse(self.queue_leaves())
        self.assertEqual(notice.state, "cancelled")

    def test_letters_of_long_ago_stay_where_they_are(self):
        """Who never printed the letters beside the e-mails does not get them all at once."""
        self.company.dunning_letter_post = False
        self.first.send_email = True
        self.overdue(self.reader())
        notice = self.night("2026-03-05")
        self.company.dunning_letter_post = True
        self.day("2026-03-13")
        self.assertFalse(self.env["account.dunning.notice"]._post_due(self.company))
        self.assertTrue(notice.letter_due)
