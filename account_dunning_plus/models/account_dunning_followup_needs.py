from odoo import models
from odoo.tools import SQL

from .account_dunning_facts import SETTLED_STATES
from .account_dunning_followup_query import today_sql


class AccountDunningFollowup(models.Model):
    """Parts of the worklist's query: what needs a person, or keeps one from being needed.

    Notices and their levels, planned calls, promises and disputes; `_rows_sql` joins them.
    """

    _inherit = "account.dunning.followup"

    def _level_sql(self, is_open):
        """The highest level that went out for what is open, looked up row by row.

        A page needs it for a few rows, and most queries do not need it at all.

        :param is_open: of ``open_condition``
        """
        return SQL(
            """
            (SELECT level.id
               FROM account_move_line line
               JOIN account_dunning_notice_line past ON past.move_line_id = line.id
               JOIN account_dunning_level level ON level.id = past.level_id
              WHERE line.partner_id IN (
                    SELECT id FROM res_partner
                     WHERE commercial_partner_id = settings.partner_id)
                AND line.company_id = settings.company_id
                AND past.state = 'sent'
                AND line.amount_residual > 0
                AND %(open)s
              ORDER BY level.delay_days DESC, level.id DESC
              LIMIT 1)
            """,
            open=is_open,
        )

    def _waiting_sql(self, companies):
        """Notices that wait for a person."""
        return SQL(
            """
            SELECT notice.partner_id, notice.company_id,
                   BOOL_OR(notice.state = 'failed') AS failed,
                   BOOL_OR(notice.state = 'draft') AS draft
              FROM (
                SELECT partner_id, company_id, state FROM account_dunning_notice
                 WHERE state IN ('draft', 'ready', 'failed')
                 UNION ALL
                SELECT partner_id, company_id, state FROM account_discount_notice
                 WHERE state IN ('ready', 'failed')
              ) notice
             WHERE notice.company_id = ANY(%s) AND %s
             GROUP BY notice.partner_id, notice.company_id
            """,
            companies.ids,
            self._partner_condition(SQL("notice.partner_id")),
        )

    def _written_sql(self, companies):
        """What customers wrote, or mail servers reported, and nobody has read yet."""
        return SQL(
            """
            SELECT reply.partner_id, reply.company_id,
                   BOOL_OR(reply.kind = 'reply') AS is_reply,
                   BOOL_OR(reply.kind = 'bounce') AS is_bounced
              FROM account_dunning_reply reply
             WHERE reply.is_waiting AND reply.company_id = ANY(%s) AND %s
             GROUP BY reply.partner_id, reply.company_id
            """,
            companies.ids,
            self._partner_condition(SQL("reply.partner_id")),
        )

    def _said_paid_sql(self, companies):
        """What customers say is paid, is open all the same, and nobody has looked into."""
        return SQL(
            """
            SELECT DISTINCT said.partner_id, said.company_id
              FROM account_dunning_said_paid said
              JOIN account_dunning_said_paid_item item ON item.said_id = said.id
              JOIN account_move_line line ON line.id = item.line_id
              JOIN account_move move ON move.id = line.move_id
             WHERE said.state = 'waiting'
               AND said.company_id = ANY(%s)
               AND line.reconciled IS NOT TRUE
               AND COALESCE(move.payment_state, '') NOT IN %s
               AND %s
            """,
            companies.ids,
            SETTLED_STATES,
            self._partner_condition(SQL("said.partner_id")),
        )

    def _planned_sql(self, companies):
        """Calls and other activities planned for the customer, or for one of its notices."""
        return SQL(
            """
            SELECT todo.partner_id, todo.company_id,
                   BOOL_OR(todo.date_deadline <= %(today)s) AS is_due,
                   BOOL_OR(todo.date_deadline > %(today)s) AS is_later
              FROM (
                SELECT customer.partner_id, customer.company_id, activity.date_deadline
                  FROM mail_activity activity
                  JOIN account_dunning_customer customer ON customer.id = activity.res_id
                 WHERE activity.res_model = 'account.dunning.followup' AND activity.active
                 UNION ALL
                SELECT notice.partner_id, notice.company_id, activity.date_deadline
                  FROM mail_activity activity
                  JOIN account_dunning_notice notice ON notice.id = activity.res_id
                 WHERE activity.res_model = 'account.dunning.notice' AND activity.active
                   AND notice.state != 'cancelled'
              ) todo
             WHERE todo.company_id = ANY(%(companies)s) AND %(partner)s
             GROUP BY todo.partner_id, todo.company_id
            """,
            today=today_sql(companies, SQL("todo.company_id")),
            companies=companies.ids,
            partner=self._partner_condition(SQL("todo.partner_id")),
        )

    def _final_sql(self, last_delays, is_open):
        """Customers with an item whose last level went out, and its interval is over.

        What is wholly promised or in dispute waits for that, as does a discount that is
        to be decided on.

        Only levels are looked at that can be the last of a policy, so that the cost does
        not grow with all that was ever sent.

        :param last_delays: as of ``_last_delays``
        :param is_open: of ``open_condition``
        """
        # sudo: levels are read for the figures alone.
        levels = self.env["account.dunning.level"].sudo().with_context(active_test=False)
        lowest = min(last_delays.values(), default=None)
        last = levels.search([("delay_days", ">=", lowest)]) if last_delays else levels
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, line.company_id,
                   MAX(level.delay_days) AS delay,
                   MIN(notice.date + GREATEST(level.interval_days, 1)) AS next_date
              FROM (SELECT notice_id, level_id, move_line_id
                      FROM account_dunning_notice_line
                     WHERE state = 'sent' AND level_id = ANY(%(levels)s)
                     UNION ALL
                    -- A debit note has the level that claimed what it books.
                    SELECT charge.notice_id, charge.level_id, item.id
                      FROM account_dunning_charge charge
                      JOIN account_move_line item ON item.move_id = charge.charge_move_id
                     WHERE charge.state = 'booked' AND charge.level_id = ANY(%(levels)s)
                   ) past
              JOIN account_dunning_notice notice ON notice.id = past.notice_id
              JOIN account_dunning_level level ON level.id = past.level_id
              JOIN account_move_line line ON line.id = past.move_line_id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE line.amount_residual > 0
               AND NOT EXISTS (
                   SELECT 1
                     FROM account_payment_promise_item item
                     JOIN account_payment_promise promise ON promise.id = item.promise_id
                    WHERE item.move_line_id = line.id
                      AND promise.state = 'open'
                      AND item.amount_covered >= CASE
                          WHEN promise.currency_id = line.currency_id
                          THEN line.amount_residual_currency ELSE line.amount_residual END
                   )
               AND NOT EXISTS (
                   SELECT 1 FROM account_move move
                    WHERE move.id = line.move_id AND move.discount_undecided IS TRUE)
               AND NOT EXISTS (
                   SELECT 1
                     FROM account_dunning_dispute dispute
                     JOIN account_move move ON move.id = dispute.move_id
                    WHERE dispute.move_id = line.move_id
                      AND dispute.state = 'open'
                      AND dispute.amount_open >= move.amount_residual
                   )
               AND %(open)s
               AND %(partner)s
             GROUP BY partner.commercial_partner_id, line.company_id
            """,
            levels=last.ids,
            open=is_open,
            partner=self._line_partner_condition(),
        )

    def _kept_sql(self, companies):
        """Customers who kept a discount back on which nobody has decided."""
        return SQL(
            """
            SELECT DISTINCT move.commercial_partner_id AS partner_id, move.company_id
              FROM account_move move
             WHERE move.discount_undecided IS TRUE AND move.company_id = ANY(%s) AND %s
            """,
            companies.ids,
            self._partner_condition(SQL("move.commercial_partner_id")),
        )

    def _promised_sql(self, companies):
        """Promises that run, and those broken in the last year.

        Of what was missed somebody must hear: of a broken promise while no other runs, and
        of an instalment of a plan that goes on.
        """
        today = today_sql(companies, SQL("promise.company_id"))
        return SQL(
            """
            SELECT promise.partner_id, promise.company_id,
                   MIN(next.date) AS next_date,
                   GREATEST(
                       CASE WHEN MIN(next.date) IS NULL THEN
                            MAX(promise.broken_on) FILTER (
                                WHERE promise.state IN ('partial', 'broken') AND cover.is_open
                                  AND NOT EXISTS (
                                      SELECT 1 FROM account_payment_promise later
                                       WHERE later.previous_id = promise.id)) END,
                       MAX(next.missed_on)) AS missed_on,
                   SUM(cover.amount) AS amount,
                   COUNT(*) FILTER (
                       WHERE promise.state IN ('partial', 'broken')
                         AND promise.broken_on > %(today)s - 365) AS broken_count,
                   BOOL_OR(promise.state = 'draft') AS to_approve
              FROM account_payment_promise promise
              LEFT JOIN LATERAL (
                    SELECT MIN(line.date) FILTER (WHERE line.state = 'open') AS date,
                           MAX(line.broken_on) FILTER (
                               WHERE line.state IN ('partial', 'broken')
                                 AND line.paid_late IS NOT TRUE) AS missed_on
                      FROM account_payment_promise_line line
                     WHERE line.promise_id = promise.id
                       AND promise.state = 'open') next ON TRUE
              LEFT JOIN LATERAL (
                    SELECT SUM(CASE WHEN promise.currency_id = company.currency_id
                                         OR line.amount_residual_currency = 0
                                    THEN item.amount_covered
                                    ELSE item.amount_covered * line.amount_residual
                                         / line.amount_residual_currency END) AS amount,
                           BOOL_OR(line.reconciled IS NOT TRUE) AS is_open
                      FROM account_payment_promise_item item
                      JOIN account_move_line line ON line.id = item.move_line_id
                      JOIN res_company company ON company.id = promise.company_id
                     WHERE item.promise_id = promise.id) cover ON TRUE
             WHERE promise.company_id = ANY(%(companies)s)
               AND (promise.state IN ('draft', 'open') OR promise.broken_on > %(today)s - 365)
               AND promise.state != 'cancelled'
               AND %(partner)s
             GROUP BY promise.partner_id, promise.company_id
            """,
            today=today,
            companies=companies.ids,
            partner=self._partner_condition(SQL("promise.partner_id")),
        )

    def _disputed_sql(self, companies):
        """Open disputes: how much, and the first deadline."""
        return SQL(
            """
            SELECT dispute.partner_id, dispute.company_id, MIN(dispute.deadline) AS deadline,
                   SUM(CASE WHEN move.amount_residual = 0 THEN 0
                            ELSE dispute.amount_open * ABS(move.amount_residual_signed)
                                 / move.amount_residual END) AS amount
              FROM account_dunning_dispute dispute
              JOIN account_move move ON move.id = dispute.move_id
             WHERE dispute.state = 'open' AND dispute.company_id = ANY(%s) AND %s
             GROUP BY dispute.partner_id, dispute.company_id
            """,
            companies.ids,
            self._partner_condition(SQL("dispute.partner_id")),
        )
