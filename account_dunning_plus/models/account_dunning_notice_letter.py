from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.pdf import merge_pdf


class AccountDunningNotice(models.Model):
    """Notices on paper."""

    _inherit = "account.dunning.notice"

    def _print_letters(self):
        """Render the letters of notices into one PDF, and only then count them as printed."""
        printed = self.env["ir.attachment"]
        letters = self.browse()
        for company, notices in self.grouped("company_id").items():
            notices = notices.with_company(company)
            sent = notices.filtered(lambda notice: notice.state == "sent")
            (notices - sent)._reread()
            for notice in notices.filtered(lambda notice: notice.state != "cancelled"):
                if notice in sent and not notice._restate_sent():
                    continue
                printed |= notice._render_letter()
                letters |= notice
        if not letters:
            raise UserError(
                self.env._("Nothing is left to print: what these letters asked for is paid.")
            )
        for company, notices in letters.grouped("company_id").items():
            today = company._dunning_today()
            notices.letter_date = today
            sent = notices.filtered(lambda notice: notice.state == "sent")
            sent._announce(today)
            (notices - sent)._mark_sent(today)
            sent._claim_charges()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{letters._merge_letters(printed).id}?download=true",
            "target": "download",
        }

    def _render_letter(self):
        """Render the letter and keep it with the notice.

        :return: the attachment
        :raises UserError: the PDF cannot be made; nothing counts as printed then
        """
        self.ensure_one()
        report = self.env.ref("account_dunning_plus.action_report_dunning_notice")
        content, kind = report._render_qweb_pdf(report.report_name, self.ids)
        return self.env["ir.attachment"].create(
            {
                "name": f"{self._letter_name()}.{kind}",
                "raw": content,
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _merge_letters(self, printed):
        """One file of all letters, for the printer."""
        pdfs = printed.filtered(lambda attachment: attachment.mimetype == "application/pdf")
        if len(pdfs) < 2:
            return printed[:1]
        run = self[:1].run_id
        return self.env["ir.attachment"].create(
            {
                "name": self.env._("Letters %s.pdf", run.date),
                "raw": merge_pdf([attachment.raw for attachment in pdfs]),
                "res_model": run._name,
                "res_id": run.id,
            }
        )

    def _letter_day(self):
        """The letter's date in the language of the letter."""
        self.ensure_one()
        return format_date(self.env, self.company_id._dunning_today(), date_format="d MMMM y")

    def _letter_name(self):
        """File name of the letter, without ending."""
        self.ensure_one()
        day = fields.Date.to_string(self.company_id._dunning_today())
        return f"{day} {self.partner_id.name}".replace("/", "-")
