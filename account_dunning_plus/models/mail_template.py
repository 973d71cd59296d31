from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template(self, res_ids, render_fields, **kwargs):
        """Address a dunning notice to its recipient and attach its invoices.

        The recipient is the notice's own whatever the text's settings say; invoices are
        attached as their stored PDFs. A text that a person wrote takes the template's place.
        """
        if self.model not in ("account.dunning.notice", "account.discount.notice"):
            return super()._generate_template(res_ids, render_fields, **kwargs)
        batch = self.with_context(dunning_compiled={}, dunning_qr_methods={})
        if self.model == "account.discount.notice":
            return super(MailTemplate, batch)._generate_template(res_ids, render_fields, **kwargs)
        values = super(MailTemplate, batch)._generate_template(res_ids, render_fields, **kwargs)
        notices = self.env["account.dunning.notice"].browse(res_ids)
        if "body_html" in render_fields:
            for notice in notices:
                values[notice.id].update(notice._composed_text())
        if "attachment_ids" in render_fields:
            for notice in notices:
                values[notice.id].update(
                    partner_ids=notice.recipient_id.ids, email_to=False, email_cc=False
                )
            for notice_id, (stored, rendered) in notices._invoice_attachments().items():
                own = values[notice_id]
                own["attachment_ids"] = [*(own.get("attachment_ids") or []), *stored]
                own["attachments"] = [*(own.get("attachments") or []), *rendered]
        return values
