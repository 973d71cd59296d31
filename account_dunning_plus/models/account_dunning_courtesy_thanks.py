from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

_GROUPS = (
    "account_dunning_plus.group_dunning_user,account.group_account_readonly,base.group_erp_manager"
)

# A thank-you that comes later than this is no thank-you: also not when the setting is new.
FRESH_DAYS = 7


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_thank_promise = fields.Boolean(
        string="Thank for Kept Promises",
        groups=_GROUPS,
        help="A customer who paid all of a promise in time gets a friendly word.",
    )
    dunning_thank_cleared = fields.Boolean(
        string="Thank for Cleared Accounts",
        groups=_GROUPS,
        help="A customer who paid all that a reminder asked for, and owes nothing overdue, gets "
        "a friendly word.",
    )
    dunning_thank_days = fields.Integer(
        string="Days After a Reminder",
        default=30,
        groups=_GROUPS,
        help="Who paid within so many days after the last reminder is thanked.",
    )

    _dunning_thank_days_sane = models.Constraint(
        "CHECK(dunning_thank_days BETWEEN 1 AND 365)",
        "Customers are thanked who paid within 1 to 365 days after a reminder.",
    )


class AccountDunningCourtesy(models.Model):
    """Who is thanked: once for each promise kept, and each reminder after which all was paid."""

    _inherit = "account.dunning.courtesy"

    @api.model
    def _thanks_due(self, company, today, left_out=()):
        """Who is to be thanked for what, as far as the log and the ledger tell.

        A kept promise comes first: there is one thank-you.

        :return: dict of customer id to dict with promise_id or notice_id
        """
        self.flush_model()
        found = {}
        if company.dunning_thank_cleared:
            for partner_id, notice_id in self._cleared(company, today):
                found[partner_id] = {"notice_id": notice_id}
        if company.dunning_thank_promise:
            for partner_id, promise_id in self._kept_promises(company, today):
                found[partner_id] = {"promise_id": promise_id}
        for partner_id in left_out:
            found.pop(partner_id, None)
        return found

    @api.model
    def _kept_promises(self, company, today):
        """The last promise that each customer has kept lately, when it was not thanked since.

        :return: list of (customer id, promise id)
        """
        self.env["account.payment.promise"].flush_model()
        self.env["account.payment.promise.line"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (promise.partner_id) promise.partner_id, promise.id
                  FROM account_payment_promise promise
                  JOIN LATERAL (
                        SELECT MAX(line.paid_on) AS day, BOOL_OR(line.paid_late) AS late
                          FROM account_payment_promise_line line
                         WHERE line.promise_id = promise.id) paid ON TRUE
                 WHERE promise.company_id = %(company)s
                   AND promise.state = 'kept'
                   AND promise.date >= %(since)s - 366
                   AND paid.day BETWEEN %(since)s AND %(today)s
                   AND paid.late IS NOT TRUE
                   AND NOT EXISTS (
                       SELECT 1 FROM account_dunning_courtesy thanked
                        WHERE thanked.partner_id = promise.partner_id
                          AND thanked.company_id = promise.company_id
                          AND thanked.kind != 'statement'
                          AND thanked.state != 'cancelled'
                          AND (thanked.promise_id = promise.id OR thanked.date >= paid.day))
                 ORDER BY promise.partner_id, paid.day DESC, promise.id DESC
                """,
                company=company.id,
                since=today - timedelta(days=FRESH_DAYS),
                today=today,
            )
        )

    @api.model
    def _cleared(self, company, today):
        """The last reminder of each customer who paid all of it lately, when not thanked since.

        Paid means with money: what was credited, or matched by hand with something else, is
        no reason to thank.

        :return: list of (customer id, notice id)
        """
        for model in ("account.dunning.notice", "account.dunning.notice.line"):
            self.env[model].flush_model()
        self.env["account.dunning.facts"]._flush()
        self.env["account.partial.reconcile"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT last.partner_id, last.id
                  FROM (SELECT DISTINCT ON (partner_id) partner_id, id, date
                          FROM account_dunning_notice
                         WHERE company_id = %(company)s AND state = 'sent'
                           AND date BETWEEN %(first)s AND %(yesterday)s
                         ORDER BY partner_id, date DESC, id DESC) last
                 WHERE NOT EXISTS (
                       -- Something of it is open, or credited with no money at all.
                       SELECT 1
                         FROM account_dunning_notice_line asked
                         LEFT JOIN account_move_line line ON line.id = asked.move_line_id
                         LEFT JOIN account_move move ON move.id = line.move_id
                        WHERE asked.notice_id = last.id
                          AND (line.reconciled IS NOT TRUE
                               OR move.payment_state IN ('in_payment', 'reversed')))
                   AND (SELECT MAX(part.max_date)
                          FROM account_dunning_notice_line asked
                          JOIN account_partial_reconcile part
                            ON part.debit_move_id = asked.move_line_id
                          JOIN account_move_line money ON money.id = part.credit_move_id
                         WHERE asked.notice_id = last.id
                           AND part.max_date >= last.date
                           AND (money.payment_id IS NOT NULL
                                OR money.statement_line_id IS NOT NULL
                                OR EXISTS (SELECT 1 FROM account_move entry
                                            WHERE entry.id = money.move_id
                                              AND entry.move_type = 'entry'
                                              AND entry.journal_id IN (
                                                  SELECT id FROM account_journal
                                                   WHERE type IN ('bank', 'cash', 'credit'))))
                       ) >= %(since)s
                   AND NOT EXISTS (
                       SELECT 1 FROM account_dunning_courtesy thanked
                        WHERE thanked.partner_id = last.partner_id
                          AND thanked.company_id = %(company)s
                          AND thanked.kind != 'statement'
                          AND thanked.state != 'cancelled'
                          AND thanked.date >= last.date)
                """,
                company=company.id,
                first=today - timedelta(days=company.dunning_thank_days),
                yesterday=today - timedelta(days=1),
                since=today - timedelta(days=FRESH_DAYS),
            )
        )

    @api.model
    def _send_thanks(self, company, found, today):
        """Thank a batch of customers, but for those to whom it would be said wrongly.

        Not to who is written to today in another matter or wishes to hear nothing today; nor
        to who is archived, on hold, has written something that nobody has read, or owes
        anything overdue: also what is promised, in dispute, on hold or not delivered, since
        a thank-you would be taken for its end.

        :param found: of ``_thanks_due``
        """
        partners = self.env["res.partner"].with_company(company).browse(found)
        partners -= partners._dunning_quiet_today(company, today)
        written = self._written_to(company, partners.ids, today)
        waiting = self.env["account.dunning.reply"]._waiting_until(company, partners)
        items = self.env["account.dunning.facts"]._open_items(company, partners.ids)
        thanked = {}
        for partner in partners:
            hold = partner.dunning_hold_until
            if (
                partner.id in written
                or partner.id in waiting
                or not partner.active
                or (hold and hold >= today)
                or any(
                    item.amount > 0 and item.due_date < today and not item.facts.settled
                    for item in items.get(partner.id, ())
                )
            ):
                continue
            thanked[partner.id] = found[partner.id]
        for kind, name in (("promise", "promise_id"), ("cleared", "notice_id")):
            self._send(
                company,
                today,
                kind,
                {pid: vals for pid, vals in thanked.items() if vals.get(name)},
            )
        return True
