from io import BytesIO

from odoo import api, models
from odoo.tools import format_amount, format_date
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas


class AccountDunningDemo(models.AbstractModel):
    """The demo invoices' documents, as if each had been sent when it was made."""

    _inherit = "account.dunning.demo"

    @api.model
    def _install(self):
        """Also give other apps' demo invoices a document: the first night reminds of them too."""
        result = super()._install()
        # sudo: the demo companies of other apps are not among the installing user's.
        self._store_documents(self.env["account.move"].sudo().search([("state", "=", "posted")]))
        return result

    @api.model
    def _store_documents(self, moves):
        """Store a plain PDF with each invoice that has none.

        Rendering real ones would take the installation minutes, and needs a program that
        the machine may not have.
        """
        invoices = moves.filtered(
            lambda move: (
                move.move_type in ("out_invoice", "out_refund") and not move.invoice_pdf_report_id
            )
        )
        self.env["ir.attachment"].create(
            [
                {
                    "name": invoice._get_invoice_report_filename(),
                    "raw": self._draw_document(invoice),
                    "mimetype": "application/pdf",
                    "res_model": "account.move",
                    "res_id": invoice.id,
                    "res_field": "invoice_pdf_report_file",
                }
                for invoice in invoices
            ]
        )

    @api.model
    def _draw_document(self, invoice):
        """One page with what an invoice must say."""
        buffer = BytesIO()
        page = canvas.Canvas(buffer, pagesize=A4)
        company = invoice.company_id
        page.setFont("Helvetica-Bold", 16)
        page.drawString(60, 770, company.name)
        page.setFont("Helvetica", 10)
        page.drawString(60, 752, f"{company.street}, {company.zip} {company.city}")
        page.drawString(60, 738, f"VAT {company.vat}")
        page.drawString(340, 700, invoice.partner_id.name)
        page.setFont("Helvetica-Bold", 13)
        page.drawString(60, 640, invoice.name)
        page.setFont("Helvetica", 10)
        page.drawString(60, 622, f"Date: {format_date(self.env, invoice.invoice_date)}")
        page.drawString(60, 608, f"Due: {format_date(self.env, invoice.invoice_date_due)}")
        top = 570
        for line in invoice.invoice_line_ids:
            page.drawString(60, top, f"{line.quantity:g} × {line.name.splitlines()[0][:60]}")
            page.drawRightString(
                530, top, format_amount(self.env, line.price_subtotal, invoice.currency_id)
            )
            top -= 16
        page.setFont("Helvetica-Bold", 11)
        page.drawRightString(
            530,
            top - 12,
            "Total: " + format_amount(self.env, invoice.amount_total, invoice.currency_id),
        )
        page.save()
        return buffer.getvalue()
