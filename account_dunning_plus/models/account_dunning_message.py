import logging

import psycopg2
from odoo import models

from .account_dunning_mailed import root_cause

_logger = logging.getLogger(__name__)

# The message stays with its record: it is the proof of what the customer was told.
_KEEP = {"auto_delete": False}


class AccountDunningMessage(models.AbstractModel):
    """Of a promise, a dispute or a discount a customer is told by e-mail, in the own language."""

    _name = "account.dunning.message"
    _description = "Message to a Customer"

    def _recipient(self):
        """Who is written to: the contact who spoke, else who gets the reminders."""
        self.ensure_one()
        # sudo: the addresses of a customer whose promise or dispute may be read.
        own = self.sudo()
        contact = own.contact_id
        if (
            contact != own.partner_id
            and contact.active
            and contact._dunning_email_problem() is None
        ):
            return contact
        return own.partner_id.with_company(own.company_id)._dunning_recipient()

    def _recipient_lang(self):
        """The language in which the customer is written to."""
        self.ensure_one()
        # sudo: see _recipient.
        partner = self.sudo().partner_id
        own = partner._dunning_chosen_lang()
        return own or self._recipient().lang or partner.lang or self.env.lang

    def _dunning_page_url(self):
        """The address of the page where the customer sees what is open, and answers."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id)._dunning_page_url()

    def _format_day(self, day):
        """A day in the reader's language."""
        return self.env["account.dunning.notice"]._format_day(day)

    def _queue_messages(self, template):
        """Queue one e-mail a record; halve the batch around those that cannot be made.

        What cannot be made is noted on its record; the others are not kept from leaving.

        :param template: mail.template of this model
        :return: dict of each record whose e-mail is queued to its mail.mail
        """
        if not self:
            return {}
        try:
            with self.env.cr.savepoint():
                # The text sees what these records see, such as what is told of them.
                mails = template.with_env(self.env).send_mail_batch(self.ids, email_values=_KEEP)
                return {self.browse(mail.res_id): mail for mail in mails}
        except psycopg2.OperationalError:
            # The database asks to try the whole transaction again.
            raise
        except Exception as error:
            if len(self) > 1:
                middle = len(self) // 2
                return {
                    **self[:middle]._queue_messages(template),
                    **self[middle:]._queue_messages(template),
                }
            _logger.warning("Message about %s cannot be made", self, exc_info=True)
            self._message_fails(template, error)
            return {}

    def _message_fails(self, template, error):
        """Say that the message of one record cannot be made."""
        self._message_failed(
            self.env._(
                "The message “%(template)s” cannot be made: %(error)s. Correct its text, "
                "then send it again.",
                template=template.name,
                error=root_cause(error).rstrip("."),
            )
        )

    def _message_failed(self, problem):
        """Note that a message could not be made.

        :param problem: why, as a sentence
        """
        self._message_log(body=problem)
