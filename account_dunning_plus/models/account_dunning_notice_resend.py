import logging

import psycopg2
from odoo import fields, models
from odoo.exceptions import UserError

from .account_dunning_mailed import root_cause
from .account_dunning_notice_delivery import KEEP

_logger = logging.getLogger(__name__)


class AccountDunningNotice(models.Model):
    """Notices that a person sends once more."""

    _inherit = "account.dunning.notice"

    resent_message_id = fields.Many2one(
        "mail.message",
        string="E-mail Sent Again",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    resent_date = fields.Date(string="Sent Again On", readonly=True, copy=False)

    def _sent_messages(self):
        return super()._sent_messages() | self.resent_message_id

    def _queued_messages(self):
        return super()._queued_messages() | self.resent_message_id

    def _resend(self):
        """Queue the message of sent notices again, with what is still open."""
        # sudo: the right to send was checked by the caller.
        for notice in self.sudo():
            notice = notice.with_company(notice.company_id)
            if not notice._restate_sent():
                raise UserError(
                    self.env._(
                        "All that this notice to %s asked for has been paid: there is nothing "
                        "to send again.",
                        notice.partner_id.display_name,
                    )
                )
            template = notice.level_id._template()
            if problem := (
                notice.recipient_id._dunning_email_problem() or notice._sender_problem(template)
            ):
                raise UserError(problem)
            notice._queue_again(template)
            notice._message_log(body=self.env._("Sent again by %s.", self.env.user.name))

    def _queue_again(self, template):
        """Queue the message once more, in place of one that has not left yet."""
        self.ensure_one()
        unsent = self._cancel_unsent_mails()
        mail = template.send_mail_batch(self.ids, email_values=KEEP)
        today = self.company_id._dunning_today()
        if self.mail_message_id in unsent.mail_message_id:
            # Nothing has left before: this is the message by which it counts as sent.
            self.with_context(tracking_disable=True).mail_message_id = mail.mail_message_id
            self._mark_sent(today)
        else:
            self.write({"resent_message_id": mail.mail_message_id.id, "resent_date": today})
            self._announce(today)
            self._claim_charges()

    def _resent_outdated(self):
        """The message sent again waited in the queue past its day: make it from today's facts.

        On a day off it goes on waiting.
        """
        for company, notices in self.grouped("company_id").items():
            today = company._dunning_today()
            if not company._dunning_working_days(today).includes(today):
                continue
            for notice in notices.with_company(company):
                if problem := notice._make_again():
                    notice._cancel_unsent_mails()
                    notice._message_log(body=self.env._("Not sent again: %s", problem))

    def _make_again(self):
        """Make the waiting message anew.

        :return: why it cannot be made, as a sentence; None when it is queued
        """
        self.ensure_one()
        if not self._restate_sent():
            return self.env._("all that it asked for has been paid.")
        template = self.level_id._template()
        problem = self.recipient_id._dunning_email_problem() or self._sender_problem(template)
        if problem:
            return problem
        try:
            with self.env.cr.savepoint():
                self._queue_again(template)
        except psycopg2.OperationalError:
            # The database asks to try the whole transaction again.
            raise
        except Exception as error:
            _logger.warning("Notice %s cannot be made again", self.id, exc_info=True)
            return root_cause(error)
        return None

    def _restate_sent(self):
        """Let notices that went out state what is open of them now, to be sent once more.

        Their lines and amounts stay: they are history.

        :return: the notices of which something is still open
        """
        self.ensure_one()
        today = self.company_id._dunning_today()
        customer = self._decide_again(today).get(self.partner_id.id)
        if not customer:
            return self.browse()
        charges = self._charges_again(customer, today)
        item_ids = set(self.line_ids.move_line_id.ids)
        stated = self._stated_items(customer, item_ids, today, charges)
        said = (self.company_id, customer, stated, today, charges)
        statement = self._prepare_statement(*said)
        if not statement["items"] or not self._prepare_amounts(*said)["amount_due"]:
            return self.browse()
        self.write({"statement": statement, "recipient_id": self._addressee().id})
        return self
