from datetime import timedelta

from odoo import Command, api, models


class AccountDunningDemo(models.AbstractModel):
    """An invoice that nobody sent, one that came back, and money that nobody has matched."""

    _inherit = "account.dunning.demo"

    @api.model
    def _create_moves(self, company, rows, customers, products):
        moves = super()._create_moves(company, rows, customers, products)
        kinds = {row["kind"]: move for row, move in zip(rows, moves, strict=True)}
        # The demo's invoices were sent from the first day on.
        company.dunning_undelivered_since = min(
            move.invoice_date for move in moves if move.invoice_date
        )
        company.dunning_sends_invoices = True
        kinds["unsent"].is_move_sent = False
        self._bounce(kinds["bounced"])
        return moves

    @api.model
    def _stop_reminders(self, rows, moves, customers, today):
        result = super()._stop_reminders(rows, moves, customers, today)
        kinds = {row["kind"]: move for row, move in zip(rows, moves, strict=True)}
        self._come_in(kinds["incoming"], today - timedelta(days=1))
        return result

    @api.model
    def _bounce(self, invoice):
        """The invoice's e-mail of the day it was made came back."""
        self.env["mail.message"].create(
            {
                "model": "account.move",
                "res_id": invoice.id,
                "record_name": invoice.name,
                "author_id": invoice.company_id.dunning_user_id.partner_id.id,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "subject": invoice.name,
                "date": invoice.invoice_date,
                "body": self.env._("Here is your invoice %s.", invoice.name),
                "attachment_ids": [
                    Command.create(
                        {
                            "name": f"{invoice.name.replace('/', '-')}.pdf",
                            "raw": self._draw_document(invoice),
                            "mimetype": "application/pdf",
                            "res_model": "account.move",
                            "res_id": invoice.id,
                        }
                    )
                ],
                "notification_ids": [
                    Command.create(
                        {
                            "res_partner_id": invoice.partner_id.id,
                            "notification_type": "email",
                            "notification_status": "bounce",
                            "failure_type": "mail_bounce",
                            "failure_reason": "550 5.1.1 Mailbox unavailable",
                        }
                    )
                ],
            }
        )

    @api.model
    def _come_in(self, invoice, day):
        """The customer's bank sent all that is open of an invoice, with its reference."""
        company = invoice.company_id
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self._journal(company, "bank").id,
                "date": day,
                "amount": invoice.amount_residual,
                "payment_ref": invoice.payment_reference,
                "partner_name": invoice.partner_id.name.upper(),
                "account_number": "BE65999555444496",
            }
        )
        # sudo: found as the night would find it.
        self.env["account.dunning.money"].sudo()._look(company, company._dunning_today())
