from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Tell the notice whether its message left: nobody is dunned on one that did not."""
        notice_mails = self.filtered(lambda mail: mail.model == "account.dunning.notice")
        # sudo: what becomes of the message is the notice's, whoever empties the queue.
        notices = self.env["account.dunning.notice"].sudo().browse(notice_mails.mapped("res_id"))
        notices = notices.exists()
        if notices:
            if failure_type:
                reason = failure_reason or notice_mails[:1].failure_reason
                notices._mail_failed(reason)
            else:
                notices._mail_sent()
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
