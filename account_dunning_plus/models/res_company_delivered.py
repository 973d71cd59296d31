from odoo import models
from odoo.tools import SQL


class ResCompany(models.Model):
    """Which open invoices probably did not reach their customers, as SQL."""

    _inherit = "res.company"

    def _dunning_undelivered_sql(self):
        """Open invoices of a company that did not reach their customers, None when not looked at.

        Only customers' invoices: credit notes, receipts and entries ask for nothing, and what
        books charges or interest goes with the message that claims it.

        :return: SQL of rows of move_id, partner_id (commercial entity), why
        """
        self.ensure_one()
        since = self.dunning_undelivered_since
        if not since:
            return None
        open_invoice = SQL(
            """
            move.company_id = %(company)s
            AND move.move_type = 'out_invoice'
            AND move.state = 'posted'
            AND move.payment_state IN ('not_paid', 'partial')
            AND move.invoice_date >= %(since)s
            """,
            company=self.id,
            since=since,
        )
        queries = [self._dunning_failed_sql(open_invoice)]
        if self.dunning_sends_invoices:
            queries.append(self._dunning_unsent_sql(open_invoice))
        if "peppol_move_state" in self.env["account.move"]._fields:
            queries.append(
                SQL(
                    """
                    SELECT move.id AS move_id, move.commercial_partner_id AS partner_id,
                           'error' AS why
                      FROM account_move move
                     WHERE %(open)s
                       AND move.peppol_move_state = 'error'
                       AND move.dunning_delivered_on IS NULL
                       AND NOT EXISTS (%(arrived)s)
                    """,
                    open=open_invoice,
                    arrived=_arrived_sql(SQL("0")),
                )
            )
        return SQL(" UNION ALL ").join(queries)

    def _dunning_unsent_sql(self, open_invoice):
        """Invoices that nobody sent; of those waiting to be sent the queue takes care."""
        sent_otherwise = SQL("FALSE")
        if "edi_state" in self.env["account.move"]._fields:
            sent_otherwise = SQL("COALESCE(move.edi_state, '') = 'sent'")
        # sudo: how a customer gets its invoices.
        partners = self.env["res.partner"].sudo().with_company(self)
        return SQL(
            """
            SELECT move.id AS move_id, move.commercial_partner_id AS partner_id, 'unsent' AS why
              FROM account_move move
              JOIN res_partner customer ON customer.id = move.commercial_partner_id
             WHERE %(open)s
               AND move.is_move_sent IS NOT TRUE
               AND move.sending_data IS NULL
               AND move.dunning_delivered_on IS NULL
               AND NOT %(otherwise)s
               -- Handed over on paper, as the contact says.
               AND COALESCE(%(method)s, '') != 'manual'
               AND NOT EXISTS (SELECT 1 FROM account_dunning_charge charge
                                WHERE charge.charge_move_id = move.id)
               AND NOT EXISTS (SELECT 1 FROM account_payment_promise promise
                                WHERE promise.interest_move_id = move.id)
            """,
            open=open_invoice,
            otherwise=sent_otherwise,
            method=partners._field_to_sql("customer", "invoice_sending_method"),
        )

    def _dunning_failed_sql(self, open_invoice):
        """Invoices whose e-mail came back or did not leave, and no later one arrived.

        Begins with the failures: few, and in an index of their own.
        """
        return SQL(
            """
            SELECT move.id AS move_id, move.commercial_partner_id AS partner_id, 'failed' AS why
              FROM mail_notification notification
              JOIN mail_message message ON message.id = notification.mail_message_id
              JOIN account_move move
                ON message.model = 'account.move' AND move.id = message.res_id
             WHERE notification.notification_status IN ('bounce', 'exception')
               AND notification.notification_type = 'email'
               AND %(open)s
               AND (move.dunning_delivered_on IS NULL
                    OR message.date::date > move.dunning_delivered_on)
               -- An e-mail with the invoice, to the customer: no chat among colleagues.
               AND EXISTS (SELECT 1 FROM message_attachment_rel attached
                            WHERE attached.message_id = message.id)
               AND %(outside)s
               AND NOT EXISTS (%(arrived)s)
            """,
            open=open_invoice,
            outside=_outside_sql(SQL("notification")),
            arrived=_arrived_sql(SQL("message.id")),
        )


def _outside_sql(notification):
    """The notification went to somebody who does not work here."""
    return SQL(
        """
        NOT EXISTS (SELECT 1 FROM res_users colleague
                     WHERE colleague.partner_id = %s.res_partner_id
                       AND colleague.share IS NOT TRUE)
        """,
        notification,
    )


def _arrived_sql(first_message):
    """E-mails with the invoice that left for the customer, from a message on."""
    return SQL(
        """
        SELECT 1
          FROM mail_message later
          JOIN mail_notification reached ON reached.mail_message_id = later.id
         WHERE later.model = 'account.move'
           AND later.res_id = move.id
           AND later.id >= %(first)s
           AND reached.notification_type = 'email'
           AND reached.notification_status IN ('ready', 'process', 'pending', 'sent')
           AND EXISTS (SELECT 1 FROM message_attachment_rel attached
                        WHERE attached.message_id = later.id)
           AND %(outside)s
        """,
        first=first_message,
        outside=_outside_sql(SQL("reached")),
    )
