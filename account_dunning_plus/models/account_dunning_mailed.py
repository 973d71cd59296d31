from odoo import fields, models
from odoo.tools import email_normalize_all

# A message that the mail server refuses so often needs a person.
MAX_ATTEMPTS = 5


class AccountDunningMailed(models.AbstractModel):
    """A notice to a customer that counts as sent by an e-mail, and fails with it."""

    _name = "account.dunning.mailed"
    _description = "Notice by E-mail"

    recipient_id = fields.Many2one(
        "res.partner", string="Sent To", readonly=True, ondelete="restrict"
    )
    mail_message_id = fields.Many2one(
        "mail.message",
        string="E-mail",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The e-mail by which this notice counts as sent.",
    )
    email_cc = fields.Char(
        string="Copies To",
        readonly=True,
        copy=False,
        help="The customer's contacts who get a copy of the e-mail.",
    )
    failure_type = fields.Selection(
        [
            ("address", "Address"),
            ("text", "Text"),
            ("document", "Invoice PDF"),
            ("server", "Mail Server"),
        ],
        readonly=True,
        copy=False,
    )
    failure_message = fields.Char(readonly=True, copy=False)
    attempt_count = fields.Integer(string="Attempts", readonly=True, copy=False)

    def _message_get_default_recipients(self, with_cc=False, all_tos=False):
        return {
            notice.id: {
                "partner_ids": notice.recipient_id.ids,
                "email_to": False,
                "email_cc": False,
            }
            for notice in self
        }

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["recipient_id"]

    def _may_retry(self, recipient_id):
        """Whether trying again by itself makes sense for a failed notice."""
        self.ensure_one()
        if self.failure_type == "address":
            recipient = self.env["res.partner"].browse(recipient_id)
            return not recipient._dunning_email_problem()
        return self.attempt_count < MAX_ATTEMPTS

    def _mark_sent(self, today):
        self.write(
            {"state": "sent", "date": today, "failure_type": False, "failure_message": False}
        )

    def _fail(self, failure_type, message):
        """Mark a notice as failed, with a sentence that says what to do."""
        for notice in self:
            notice.write(
                {
                    "state": "failed",
                    "failure_type": failure_type,
                    "failure_message": message,
                    "attempt_count": notice.attempt_count + 1,
                }
            )

    def _cancel(self, why):
        """Let nothing of these notices go out any more.

        :param why: for their chatter, as a sentence
        """
        if not self:
            return
        self.state = "cancelled"
        self._cancel_unsent_mails()
        self._message_log_batch(bodies=dict.fromkeys(self.ids, why))

    def message_post(self, **kwargs):
        self._check_user()
        return super().message_post(**kwargs)

    def _cancel_unsent_mails(self):
        """Keep earlier e-mails of these notices that have not left from leaving later.

        :return: those e-mails
        """
        messages = self._queued_messages()
        if not messages:
            return self.env["mail.mail"]
        unsent = self.env["mail.mail"].search(
            [
                ("mail_message_id", "in", messages.ids),
                ("state", "in", ("outgoing", "exception")),
            ]
        )
        unsent.state = "cancel"
        return unsent

    def _queued_messages(self):
        """The messages whose e-mails may still wait in the queue."""
        return self.mail_message_id

    def _sent_messages(self):
        return self.mail_message_id

    def _is_copy(self, address):
        self.ensure_one()
        return (
            address in email_normalize_all(self.email_cc or "")
            and address != self.recipient_id.email_normalized
        )

    def _bounced(self, message, contact, address, reason):
        """An e-mail of this notice came back.

        :param message: the mail.message
        :param contact: who was not reached
        :param reason: the mail server's words
        :return: whether the notice itself says so by now, or nobody need know
        """
        self.ensure_one()
        if contact != self.recipient_id:
            # A copy: who is reminded was reached.
            self._message_log(
                body=self.env._(
                    "The copy for %(address)s did not arrive: %(reason)s.",
                    address=address,
                    reason=(reason or self.env._("no reason given")).rstrip("."),
                )
            )
            return False
        words = contact._dunning_email_problem() or self.env._(
            "The e-mail to %(address)s did not arrive: %(reason)s. The address was corrected "
            "since: send the message again.",
            address=address,
            reason=(reason or self.env._("no reason given")).rstrip("."),
        )
        if message != self.mail_message_id or self.state not in ("sent", "failed"):
            self._message_log(body=words)
            return False
        self._undelivered("address", words)
        return True

    def _undelivered(self, failure_type, message):
        """The message by which it counts as sent has not reached the customer."""
        self._fail(failure_type, message)

    def _mail_sent(self):
        """A message that had failed left after all."""
        late = self.filtered(
            lambda notice: notice.state == "failed" and notice.failure_type == "server"
        )
        for company, notices in late.grouped("company_id").items():
            notices._mark_sent(company._dunning_today())

    def _text_failure(self, template, error):
        """The sentence when the message cannot be made from its text."""
        self.ensure_one()
        return self.env._(
            "The message for %(customer)s cannot be made from the text “%(template)s”: "
            "%(error)s. Correct the text, then send again.",
            customer=self.partner_id.display_name,
            template=template.name,
            error=root_cause(error),
        )


def root_cause(error):
    """The innermost message of a chain of errors: what a person can act on."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
