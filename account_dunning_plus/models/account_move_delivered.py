from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"

_PROBLEMS = [
    ("unsent", "Never sent"),
    ("failed", "E-mail did not arrive"),
    ("error", "E-invoice failed"),
]


class AccountMove(models.Model):
    """Whether the invoice itself has reached the customer."""

    _inherit = "account.move"

    dunning_undelivered = fields.Selection(
        _PROBLEMS,
        string="Not Delivered",
        compute="_compute_dunning_undelivered",
        search="_search_dunning_undelivered",
        groups=_GROUPS,
        help="Why the customer probably does not have this invoice. It is not reminded of "
        "before it is sent again, or somebody says that it was delivered.",
    )
    dunning_delivered_on = fields.Date(
        string="Delivered By Hand On",
        copy=False,
        readonly=True,
        groups=_GROUPS,
        help="Somebody said on this day that the customer has this invoice.",
    )

    _dunning_unsent_index = models.Index(
        "(company_id, invoice_date) WHERE is_move_sent IS NOT TRUE AND move_type = 'out_invoice'"
        " AND state = 'posted' AND payment_state IN ('not_paid', 'partial')"
    )

    @api.depends("is_move_sent", "sending_data", "dunning_delivered_on", "payment_state", "state")
    def _compute_dunning_undelivered(self):
        found = self._dunning_undelivered(self.company_id)
        for move in self:
            move.dunning_undelivered = found.get(move._origin.id, False)

    @api.model
    def _search_dunning_undelivered(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._dunning_undelivered(self.env.companies)
        domain = Domain("id", "in", [move_id for move_id, why in found.items() if why in value])
        if False in value:
            domain |= ~Domain("id", "in", list(found))
        return domain

    @api.model
    def _dunning_undelivered(self, companies, partner_ids=None):
        """Open invoices that the customer probably does not have, and why.

        :param partner_ids: ids of commercial entities; None for all
        :return: dict of move id to "unsent", "failed" or "error"
        """
        # sudo: settings of the companies; callers show what of it may be read.
        queries = [own._dunning_undelivered_sql() for own in companies.sudo()]
        queries = [own for own in queries if own]
        if not queries:
            return {}
        self.env["account.move"].flush_model()
        self.env["mail.notification"].flush_model()
        self.env["mail.message"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT DISTINCT ON (1) away.move_id, away.why FROM (%s) away"
                    " WHERE %s ORDER BY 1, away.why",
                    SQL(" UNION ALL ").join(queries),
                    SQL("TRUE")
                    if partner_ids is None
                    else SQL("away.partner_id = ANY(%s)", list(partner_ids)),
                )
            )
        )

    # ----------------------------------------------------------------- actions

    def action_dunning_delivered(self):
        """A person says that the customers have these invoices: handed over, or by post."""
        if not self.env.user.has_group("account_dunning_plus.group_dunning_user"):
            raise UserError(
                self.env._("Only who works with reminders may say that an invoice was delivered.")
            )
        self.check_access("read")
        # sudo: nothing else of the invoices is written, also of those that are closed.
        moves = self.sudo().filtered("dunning_undelivered")
        for company, own in moves.grouped("company_id").items():
            own.dunning_delivered_on = company._dunning_today()
        moves._message_log_batch(
            {
                move.id: self.env._(
                    "%s says that the customer has this invoice.", self.env.user.name
                )
                for move in moves
            }
        )
        self.invalidate_recordset(["dunning_undelivered", "dunning_reason"])
        return True

    @api.model
    def _dunning_undelivered_words(self, why):
        """Why an invoice is thought not to be there, in the reader's words."""
        return {
            "unsent": self.env._("the invoice was never sent"),
            "failed": self.env._("the invoice's e-mail did not arrive"),
            "error": self.env._("the e-invoice failed"),
        }[why]


class ResCompany(models.Model):
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
