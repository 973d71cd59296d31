from odoo import models

# What customers are told of, each record of a company.
_TOLD = (
    "account.discount.notice",
    "account.dunning.courtesy",
    "account.dunning.dispute",
    "account.dunning.notice",
    "account.payment.promise",
)

_QUEUE = "dunning_mail_queue"


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def send_mail_batch(self, res_ids, *args, **kwargs):
        """What customers are told leaves soon: Odoo looks at its queue of e-mails once an hour."""
        mails = super().send_mail_batch(res_ids, *args, **kwargs)
        if self.model in _TOLD and not self.env.cr.precommit.data.get(_QUEUE):
            # Once a transaction, and not undone with one message of it.
            self.env.cr.precommit.data[_QUEUE] = True
            self.env.cr.precommit.add(self._empty_mail_queue)
        return mails

    def _empty_mail_queue(self):
        """Have the scheduled action that sends e-mails called once this transaction is through."""
        self.env.cr.precommit.data.pop(_QUEUE, None)
        # sudo: whoever writes to a customer need not be allowed to start scheduled actions.
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    def _generate_template(self, res_ids, render_fields, **kwargs):
        """What customers are told comes from their company, and is answered to Odoo."""
        if self.model not in _TOLD:
            return super()._generate_template(res_ids, render_fields, **kwargs)
        batch = self.with_context(dunning_compiled={}, dunning_qr_methods={})
        values = super(MailTemplate, batch)._generate_template(res_ids, render_fields, **kwargs)
        if "email_from" in render_fields:
            self._send_as_parent_company(values)
        if self.model == "account.dunning.notice":
            self._complete_notices(values, render_fields)
        elif self.model == "account.dunning.courtesy":
            for record in self.env[self.model].browse(values):
                values[record.id]["email_cc"] = record.email_cc
        if "reply_to" in render_fields:
            self._answer_to_odoo(values)
        return values

    def _render_lang(self, res_ids, engine="inline_template"):
        """The language that the customer wants to be reminded in comes before the text's."""
        result = super()._render_lang(res_ids, engine)
        if self.model not in _TOLD:
            return result
        # A record that is not saved yet, as a preview, is no less the customer's.
        partners = {own.id: own.partner_id for own in self.env[self.model].browse(res_ids)}
        chosen = self.env["res.partner"]._dunning_langs(
            [partner.id for partner in partners.values() if partner]
        )
        for res_id, partner in partners.items() if chosen else ():
            if own := chosen.get(partner.id):
                result[res_id] = own
        return result

    def _complete_notices(self, values, render_fields):
        """Address dunning notices to their recipients and attach their invoices.

        The recipient is the notice's own whatever the text's settings say; invoices are
        attached as their stored PDFs. A text that a person wrote takes the template's place.

        :param values: of ``_generate_template``
        """
        notices = self.env["account.dunning.notice"].browse(values)
        if "body_html" in render_fields:
            for notice in notices:
                values[notice.id].update(notice._composed_text())
        if "attachment_ids" not in render_fields:
            return
        for notice in notices:
            values[notice.id].update(
                partner_ids=notice.recipient_id.ids, email_to=False, email_cc=notice.email_cc
            )
        for notice_id, (stored, rendered) in notices._invoice_attachments().items():
            own = values[notice_id]
            own["attachment_ids"] = [*(own.get("attachment_ids") or []), *stored]
            own["attachments"] = [*(own.get("attachments") or []), *rendered]

    def _answer_to_odoo(self, values):
        """Let answers come to Odoo's own address, where there is one.

        Odoo does so for what people write, and not for what a text alone sends.

        :param values: of ``_generate_template``
        """
        records = self.env[self.model].browse(
            res_id for res_id, own in values.items() if not own.get("reply_to")
        )
        addresses = records._notify_get_reply_to_batch(
            defaults={record.id: values[record.id].get("email_from") for record in records},
            author_ids={record.id: record.company_id.partner_id.id for record in records},
        )
        for record in records:
            values[record.id]["reply_to"] = addresses[record.id]

    def _send_as_parent_company(self, values):
        """Send what a branch without an e-mail address sends as the company it belongs to.

        :param values: of ``_generate_template``
        """
        system = self.env.ref("base.user_root").sudo().email_formatted
        for company, records in self.env[self.model].browse(values).grouped("company_id").items():
            # sudo: who works for a branch need not see its parent.
            sender = None if company.email_formatted else company.sudo()._dunning_sender()
            for record in records if sender else ():
                if values[record.id].get("email_from") in (None, False, "", system):
                    values[record.id]["email_from"] = sender
