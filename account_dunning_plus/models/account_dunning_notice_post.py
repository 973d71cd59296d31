import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from .account_dunning_mailed import root_cause

_logger = logging.getLogger(__name__)

# Letters posted in one transaction: each is rendered, which takes half a second.
POST_BATCH = 20

# The letter that goes with an e-mail is posted by itself so long after it: one that nobody
# printed for months is not wanted any more.
_RECENT = timedelta(days=7)


class AccountDunningNotice(models.Model):
    """Letters that Odoo's Snailmail prints and posts, where it is installed.

    It is not required: nothing here is reached without it.
    """

    _inherit = "account.dunning.notice"

    letter_post_state = fields.Selection(
        [("queued", "Waiting to be posted"), ("sent", "Posted")],
        string="By Post",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    letter_can_post = fields.Boolean(compute="_compute_letter_can_post")
    failure_type = fields.Selection(selection_add=[("post", "Post")])

    @api.depends("letter_due", "letter_date", "state")
    def _compute_letter_can_post(self):
        service = self._posts_letters()
        for notice in self:
            notice.letter_can_post = (
                service
                and not notice.letter_date
                and notice.state in ("ready", "sent", "failed")
                and (notice.letter_due or notice.state == "failed")
            )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "list" and not self._posts_letters():
            for button in arch.xpath("//button[@name='action_post_letter']"):
                button.getparent().remove(button)
        return arch, view

    @api.model
    def _posts_letters(self):
        """Whether letters can be posted by a service."""
        return "snailmail.letter" in self.env

    # ------------------------------------------------------------------ by hand

    def action_post_letter(self):
        """Have letters that are due printed and posted by the service."""
        self._check_user()
        if not self._posts_letters():
            raise UserError(
                self.env._("Install the app Snailmail to have letters printed and posted.")
            )
        due = self.filtered("letter_can_post")
        if not due:
            raise UserError(
                self.env._("None of these letters is due: they have been printed or posted.")
            )
        # sudo: posting writes the notice; the right was checked above.
        letters = due.sudo()._letters_to_render()
        if not letters:
            raise UserError(
                self.env._("Nothing is left to post: what these letters asked for is paid.")
            )
        if problem := next(filter(None, (one._post_problem() for one in letters)), None):
            raise UserError(problem)
        for letter in letters._in_postal_order():
            letter._queue_letter()
        self._wake_up_post()
        return True

    def action_print_letter(self):
        posted = self.filtered(lambda notice: notice.letter_post_state == "sent")
        if posted:
            raise UserError(
                self.env._(
                    "The letter to %(customer)s was posted on %(day)s: it is kept with the "
                    "reminder.",
                    customer=posted[:1].partner_id.display_name,
                    day=posted[:1]._format_day(posted[:1].letter_date),
                )
            )
        # Nobody gets a letter twice: what waits to be posted is taken back first.
        self._check_user()
        self.sudo()._withdraw_letters()
        return super().action_print_letter()

    # ------------------------------------------------------------------ at night

    @api.model
    def _post_due(self, company):
        """The notices of a company whose letters the service has to post this night."""
        if not company.dunning_letter_post or not self._posts_letters():
            return self.browse()
        recent = company._dunning_today() - _RECENT
        return self.search(
            [
                ("company_id", "=", company.id),
                ("letter_due", "=", True),
                *("|", ("state", "=", "ready"), ("date", ">=", recent)),
            ],
            order="id",
        )

    @api.model
    def _withdraw_outdated_letters(self, company):
        """Take back what waits to be posted since another day: somebody may have paid."""
        if self._posts_letters():
            self.search(
                [
                    ("company_id", "=", company.id),
                    ("letter_post_state", "=", "queued"),
                    ("letter_date", "<", company._dunning_today()),
                ]
            )._withdraw_letters()

    def _post_by_night(self):
        """Queue the letters of notices; each one that cannot be made fails alone."""
        for letter in self.try_lock_for_update()._letters_to_render():
            problem = letter._post_problem()
            if not problem:
                try:
                    with self.env.cr.savepoint():
                        letter._queue_letter()
                except psycopg2.OperationalError:
                    # The database asks to try the whole transaction again.
                    raise
                except Exception as error:
                    _logger.warning("The letter of %s cannot be made", letter, exc_info=True)
                    problem = root_cause(error)
            if problem and letter.failure_message != problem:
                letter.failure_message = problem
        self._wake_up_post()

    # ------------------------------------------------------------------- queue

    def _post_problem(self):
        """Why the letter cannot be posted, as a sentence; None when it can."""
        self.ensure_one()
        place = self._postal_partner()
        if all(place[name] for name in ("street", "zip", "city", "country_id")):
            return None
        return self.env._(
            "The address of %s is not complete: a letter needs street, postal code, city and "
            "country.",
            place.display_name,
        )

    def _queue_letter(self):
        """Hand the letter over to the service, and count it as sent.

        It fails like an e-mail when the service does not take it.
        """
        self.ensure_one()
        company = self.company_id
        # sudo: the queue is the service's own.
        letter = (
            self.env["snailmail.letter"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "user_id": self.env.uid,
                    "model": self._name,
                    "res_id": self.id,
                    "partner_id": self._postal_partner().id,
                    "company_id": company.id,
                }
            )
        )
        file = self.with_context(dunning_letter_post=True)._render_letter()
        if file.mimetype == "application/pdf":
            pdf = letter._overwrite_margins(file.raw)
            file.raw = letter._append_cover_page(pdf) if letter.cover else pdf
        letter.attachment_id = file
        self.letter_post_state = "queued"
        self._letters_left({self: file})

    def _letter_window(self):
        if self.env.context.get("dunning_letter_post"):
            # The service looks for the address on the right, unless documents are German.
            german = self.env.ref("l10n_din5008.external_layout_din5008", raise_if_not_found=False)
            # sudo: how the company's documents look.
            layout = self.company_id.sudo().external_report_layout_id
            return "left" if german and layout == german else "right"
        return super()._letter_window()

    def _letter_proof(self):
        if self.letter_post_state:
            return self.env._(
                "Letter %(reference)s handed over for posting by %(user)s: %(pages)s pages, "
                "SHA-256 of the PDF %(hash)s.",
                reference=self._letter_reference(),
                user=self.letter_user_id.name,
                pages=self.letter_pages,
                hash=self.letter_hash,
            )
        return super()._letter_proof()

    @api.model
    def _wake_up_post(self):
        """Let the service work off its queue now rather than within a day."""
        cron = self.env.ref("snailmail.snailmail_print", raise_if_not_found=False)
        if cron:
            # sudo: whoever may send may wake up what sends.
            cron.sudo()._trigger()

    def _withdraw_letters(self):
        """Take letters back that have not left: they are due again."""
        waiting = self.filtered(lambda notice: notice.letter_post_state == "queued")
        if not waiting:
            return
        # sudo: the queue is the service's own.
        letters = (
            self.env["snailmail.letter"]
            .sudo()
            .search([("model", "=", self._name), ("res_id", "in", waiting.ids)])
        )
        letters = letters.filtered(lambda letter: letter.state in ("pending", "error"))
        letters.with_context(dunning_letter_withdrawn=True).cancel()
        waiting._letter_due_again()

    def _letter_due_again(self):
        """The letter did not leave: nobody has got it, and it may be printed or posted."""
        self.write(
            {
                "letter_post_state": False,
                "letter_date": False,
                "letter_user_id": False,
                "letter_hash": False,
                "letter_pages": False,
            }
        )
        only_paper = self.filtered(
            lambda notice: notice.state == "sent" and not notice.mail_message_id
        )
        # Nobody was told: nothing was claimed or announced either.
        only_paper._take_back_charges()
        only_paper.line_ids.announced = False
        only_paper.write({"state": "ready", "announced_until": False})

    # ------------------------------------------------------------------- react

    def _letter_posted(self):
        """The service has printed and posted the letters."""
        for company, notices in self.grouped("company_id").items():
            notices.write(
                {
                    "letter_post_state": "sent",
                    "letter_date": company._dunning_today(),
                    "failure_type": False,
                    "failure_message": False,
                }
            )

    def _letter_refused(self, reason):
        """The service did not take the letters: they fail, and are made anew next time.

        Core would try the same letter again on another day, with amounts of today.

        :param reason: in words
        """
        waiting = self.filtered(lambda notice: notice.letter_post_state == "queued")
        waiting._letter_due_again()
        for notice in waiting:
            message = self.env._(
                "The letter to %(customer)s was not posted: %(reason)s. Correct what is wrong and "
                "send it again, or print it.",
                customer=notice.partner_id.display_name,
                reason=(reason or self.env._("no reason given")).strip().rstrip("."),
            )
            if notice.state == "sent":
                # The e-mail reached the customer: it is the letter alone that is missing.
                notice.failure_message = message
                notice._message_log(body=message)
            else:
                notice._fail("post", message)


class MailNotification(models.Model):
    """What becomes of a letter is what becomes of its notice."""

    _inherit = "mail.notification"

    def write(self, vals):
        result = super().write(vals)
        status = vals.get("notification_status")
        if status in ("sent", "exception", "canceled") and "snailmail.letter" in self.env:
            self._dunning_letters(status)
        return result

    def _dunning_letters(self, status):
        """Tell notices what the service says of their letters."""
        # sudo: whoever works off the queue, the notice must know.
        letters = self.sudo().filtered(
            lambda own: (
                own.notification_type == "snail"
                and own.mail_message_id.model == "account.dunning.notice"
            )
        )
        for own in letters:
            notice = self.env["account.dunning.notice"].sudo().browse(own.mail_message_id.res_id)
            notice = notice.exists().with_company(notice.company_id)
            if status == "sent":
                notice._letter_posted()
            elif status == "exception":
                # Not by `cancel`: what went wrong stays readable on the letter.
                own.letter_id.state = "canceled"
                notice._letter_refused(html2plaintext(own.failure_reason or ""))
            elif not self.env.context.get("dunning_letter_withdrawn"):
                waiting = notice.filtered(lambda one: one.letter_post_state == "queued")
                waiting._letter_due_again()


class AccountDunningRun(models.Model):
    _inherit = "account.dunning.run"

    @api.model
    def _run_company(self, company):
        """After the e-mails of a night, the letters that a service posts."""
        result = super()._run_company(company)
        notices = self.env["account.dunning.notice"]
        today = company._dunning_today()
        if (
            not result
            or not company.dunning_letter_post
            or not notices._posts_letters()
            or not company._dunning_working_days(today).includes(today)
        ):
            return result
        run = self._get_or_create(company, today)
        notices._withdraw_outdated_letters(company)
        due = notices._post_due(company)
        for start in range(0, len(due), POST_BATCH):
            batch = due[start : start + POST_BATCH]
            left = run._in_transaction(batch._post_by_night, len(batch), len(due) - start)
            if not left:
                return left is None
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_letter_post = fields.Boolean(
        string="Letters by Post at Night",
        groups="account_dunning_plus.group_dunning_user,account.group_account_readonly,"
        "base.group_erp_manager",
        help="What is to be sent as a letter is printed and posted by Snailmail by itself.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_letter_post = fields.Boolean(related="company_id.dunning_letter_post", readonly=False)
    dunning_letter_can_post = fields.Boolean(compute="_compute_dunning_letter_can_post")

    def _compute_dunning_letter_can_post(self):
        self.dunning_letter_can_post = "snailmail.letter" in self.env
