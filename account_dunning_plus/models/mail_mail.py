from odoo import models

# What goes to one contact of a customer, with a copy to others.
_COPIED = ("account.dunning.notice", "account.dunning.courtesy")


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

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """One e-mail to the recipient with the others in copy, where core sends them two.

        Who gets a copy sees to whom it went, and answers go to all of the same customer.
        """
        result = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        if self.model not in _COPIED or not self.email_cc:
            return result
        copies = [own for own in result if not own["email_to"] and own["email_cc"]]
        first = next((own for own in result if own["email_to"]), None)
        if not copies or not first:
            return result
        for own in copies:
            first["email_cc"] = [*first["email_cc"], *own["email_cc"]]
            first["email_to_normalized"] = [
                *first["email_to_normalized"],
                *own["email_to_normalized"],
            ]
        return [own for own in result if own not in copies]

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
        courtesies = queued._dunning_notices("account.dunning.courtesy")
        stale |= courtesies._before_leaving().mail_message_id
        self -= queued.filtered(lambda mail: mail.mail_message_id in stale)
        waiting = self.filtered(
            lambda mail: (
                mail.model == "account.dunning.notice"
                and mail.state == "outgoing"
                and not mail.is_notification
            )
        )
        if not waiting:
            return super().send(*args, **kwargs)
        messages = waiting.mail_message_id
        # sudo: whoever empties the queue, the message must be right.
        notices = (
            self.env["account.dunning.notice"]
            .sudo()
            .search(
                [
                    *("|", ("mail_message_id", "in", messages.ids)),
                    ("resent_message_id", "in", messages.ids),
                ]
            )
        )
        today = {company: company._dunning_today() for company in notices.company_id}
        first = notices.filtered(
            lambda notice: (
                notice.mail_message_id in messages
                and notice.state == "sent"
                and notice.date < today[notice.company_id]
            )
        )
        again = notices.filtered(
            lambda notice: (
                notice.resent_message_id in messages
                and notice.resent_date < today[notice.company_id]
            )
        )
        outdated = first.mail_message_id | again.resent_message_id
        held = waiting.filtered(lambda mail: mail.mail_message_id in outdated)
        if first:
            first._mail_outdated()
        if again:
            again._resent_outdated()
        return super(MailMail, self - held).send(*args, **kwargs)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Tell the notice whether its message left: nobody is dunned on one that did not."""
        for model in (
            "account.dunning.notice",
            "account.discount.notice",
            "account.dunning.courtesy",
        ):
            notices = self._dunning_notices(model)
            if notices and failure_type:
                notices._mail_failed(failure_reason or self[:1].failure_reason)
            elif notices:
                notices._mail_sent()
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
