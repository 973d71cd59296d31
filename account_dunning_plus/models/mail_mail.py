from odoo import models


class MailMail(models.Model):
    """What becomes of the e-mail of a reminder or a discount is what becomes of its notice."""

    _inherit = "mail.mail"

    def _dunning_notices(self, model="account.dunning.notice"):
        """The notices that count as sent by one of these e-mails."""
        messages = self.filtered(
            lambda mail: mail.model == model and not mail.is_notification
        ).mail_message_id
        # sudo: whoever empties the queue, the notice must know.
        notices = self.env[model].sudo()
        return notices.search([("mail_message_id", "in", messages.ids)]) if messages else notices

    def send(self, *args, **kwargs):
        """Make reminders anew that waited in the queue past their day.

        Somebody may have paid since: a reminder never asks for that. A message about a discount
        states an amount that holds once: it is made anew as soon as it no longer does.
        """
        queued = self.filtered(lambda mail: mail.state == "outgoing")
        discounts = queued._dunning_notices("account.discount.notice")
        discounts = discounts.filtered(lambda notice: notice.state == "sent")
        # The e-mails as they are, before new ones take their place.
        messages = {notice: notice.mail_message_id for notice in discounts}
        stale = self.env["mail.message"].union(
            *(messages[notice] for notice in discounts._before_leaving())
        )
        self -= queued.filtered(lambda mail: mail.mail_message_id in stale)
        outdated = self._dunning_notices().filtered(
            lambda notice: (
                notice.state == "sent" and notice.date < notice.company_id._dunning_today()
            )
        )
        waiting = self.filtered(
            lambda mail: (
                mail.mail_message_id in outdated.mail_message_id and mail.state == "outgoing"
            )
        )
        if waiting:
            outdated.filtered(
                lambda notice: notice.mail_message_id in waiting.mail_message_id
            )._mail_outdated()
        return super(MailMail, self - waiting).send(*args, **kwargs)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Tell the notice whether its message left: nobody is dunned on one that did not."""
        for model in ("account.dunning.notice", "account.discount.notice"):
            notices = self._dunning_notices(model)
            if notices and failure_type:
                notices._mail_failed(failure_reason or self[:1].failure_reason)
            elif notices:
                notices._mail_sent()
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
