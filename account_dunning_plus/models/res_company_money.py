from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .res_company import _GROUPS

# A bank journal that had nothing for so long while others had is no longer in use.
_UNUSED_DAYS = 60

# Of the invoices of so many days most were sent from Odoo, or they are sent some other way.
_SENDING_DAYS = 60


class ResCompany(models.Model):
    """How old what the bank tells is, and whether invoices are sent from here at all."""

    _inherit = "res.company"

    dunning_money_stops = fields.Boolean(
        string="Wait for Money That Came In",
        default=True,
        groups=_GROUPS,
        help="A customer from whom unmatched money on the bank plausibly is gets no reminder "
        "before somebody has matched it.",
    )
    dunning_bank_days = fields.Integer(
        string="Bank Statements Are Too Old After",
        default=7,
        groups=_GROUPS,
        help="Days since the last bank transaction after which only first reminders go out. "
        "0: reminders never wait for the bank.",
    )
    dunning_bank_checked_on = fields.Date(
        string="Bank Checked On",
        readonly=True,
        groups=_GROUPS,
        help="A person said on this day that the bank has nothing newer.",
    )
    dunning_undelivered_since = fields.Date(
        string="Look at Invoices Since",
        default=fields.Date.context_today,
        groups=_GROUPS,
        help="An invoice from this day on that was never sent, or did not arrive, is not "
        "reminded of but put up to be sent again. Empty: no invoice is looked at.",
    )
    dunning_sends_invoices = fields.Boolean(
        string="Sends Invoices From Odoo",
        readonly=True,
        groups=_GROUPS,
        help="Most of the invoices of the last two months were sent from Odoo: one that was not "
        "is taken for forgotten. Found out each night.",
    )

    _dunning_bank_days_sane = models.Constraint(
        "CHECK(dunning_bank_days BETWEEN 0 AND 365)",
        "Bank statements are too old after 0 to 365 days.",
    )

    # -------------------------------------------------------------------- bank

    def _dunning_bank_days_of(self):
        """The last day of which the bank told something, by bank journal in use.

        It is the day of the newest transaction or of its import, whichever is later. A journal
        that never had one does not count, nor one that others have left far behind.

        :return: list of (journal id, day)
        """
        self.ensure_one()
        self.env["account.journal"].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT journal.id, newest.day
                  FROM account_journal journal
                 CROSS JOIN LATERAL (
                       -- Its index begins with the day; the order is that of its name.
                       SELECT GREATEST(TO_DATE(LEFT(line.internal_index, 8), 'YYYYMMDD'),
                                       line.create_date::date) AS day
                         FROM account_bank_statement_line line
                        WHERE line.journal_id = journal.id AND line.company_id = %(company)s
                        ORDER BY line.internal_index DESC
                        LIMIT 1
                      ) newest
                 WHERE journal.company_id = %(company)s
                   AND journal.type = 'bank'
                   AND journal.active
                """,
                company=self.id,
            )
        )
        newest = max((day for _journal, day in rows), default=None)
        return [
            (journal_id, day)
            for journal_id, day in rows
            if day >= newest - timedelta(days=_UNUSED_DAYS)
        ]

    def _dunning_bank_old(self, today):
        """The bank journals whose last transaction is too old, with its day.

        :return: list of (journal id, day), the oldest first; empty when nothing is too old
        """
        self.ensure_one()
        if not self.dunning_bank_days:
            return []
        last = today - timedelta(days=self.dunning_bank_days)
        if self.dunning_bank_checked_on and self.dunning_bank_checked_on >= last:
            return []
        old = [(journal, day) for journal, day in self._dunning_bank_days_of() if day < last]
        return sorted(old, key=lambda own: (own[1], own[0]))

    def _dunning_bank_words(self, today):
        """That bank statements are too old, as a sentence; empty when they are not."""
        self.ensure_one()
        old = self._dunning_bank_old(today)
        if not old:
            return ""
        journal_id, day = old[0]
        # sudo: the name of a journal of the company.
        journal = self.env["account.journal"].sudo().browse(journal_id)
        return self.env._(
            "The last transaction of %(journal)s is of %(date)s: until newer ones are there, "
            "only first reminders go out. Import the bank's statements.",
            journal=journal.name,
            date=self.env["account.dunning.facts"]._day(day),
        )

    def _dunning_tell_of_bank(self, today):
        """Plan one activity on each bank journal that is too old, and end those that are not."""
        self.ensure_one()
        kind = self.env.ref(
            "account_dunning_plus.mail_activity_type_bank_old", raise_if_not_found=False
        )
        if not kind:
            return
        # sudo: the night's work, on journals of the company.
        journals = (
            self.env["account.journal"]
            .sudo()
            .search([("company_id", "=", self.id), ("type", "=", "bank")])
        )
        planned = journals.activity_ids.filtered(lambda own: own.activity_type_id == kind)
        old = dict(self._dunning_bank_old(today))
        over = planned.filtered(lambda own: own.res_id not in old)
        if over:
            over.action_feedback(feedback=self.env._("Newer transactions are there."))
        told = set((planned - over).mapped("res_id"))
        user = self.dunning_user_id
        for journal in journals.filtered(lambda own: own.id in old and own.id not in told):
            journal.activity_schedule(
                activity_type_id=kind.id,
                date_deadline=today,
                # Without anybody responsible the worklist and the run say it all the same.
                user_id=user.id or self.env.uid,
                summary=self.env._("Import the bank's statements"),
                note=self.env._(
                    "The last transaction is of %s: until newer ones are there, only first "
                    "reminders go out.",
                    self.env["account.dunning.facts"]._day(old[journal.id]),
                ),
            )

    # ---------------------------------------------------------------- invoices

    def _dunning_note_sending(self, today):
        """Find out whether most invoices are sent from Odoo."""
        self.ensure_one()
        since = self.dunning_undelivered_since
        if not since:
            return
        self.env["account.move"].flush_model()
        [[sent, total]] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*) FILTER (WHERE is_move_sent), COUNT(*)
                  FROM account_move
                 WHERE company_id = %s AND move_type = 'out_invoice' AND state = 'posted'
                   AND invoice_date BETWEEN %s AND %s
                """,
                self.id,
                max(since, today - timedelta(days=_SENDING_DAYS)),
                today,
            )
        )
        sends = sent * 2 >= total > 0
        if total and sends != self.dunning_sends_invoices:
            # sudo: found out by the night's work.
            self.sudo().dunning_sends_invoices = sends

    # ------------------------------------------------------------------- night

    @api.model
    def _dunning_begin_night(self, company, today):
        """Look at the bank and at what was sent, before anybody is decided on."""
        # sudo: what is found belongs to the company, whoever starts its run.
        company = company.sudo()
        self.env["account.dunning.money"].sudo()._look(company, today)
        company._dunning_note_sending(today)
        company._dunning_tell_of_bank(today)
