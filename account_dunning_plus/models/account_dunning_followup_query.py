from itertools import pairwise

from odoo import models
from odoo.tools import SQL

from .. import engine
from ..engine import score
from .account_dunning_followup import BUCKETS

# What the customer is late with, less open credits.
_OVERDUE = SQL(
    """GREATEST(0, COALESCE(open.overdue, 0) - COALESCE(open.credit, 0)
                   - COALESCE(paid.amount, 0))"""
)


class AccountDunningFollowup(models.Model):
    """The query behind the worklist: its rows, settings and figures."""

    _inherit = "account.dunning.followup"

    @property
    def _table_query(self):
        companies = self._companies()
        if not companies:
            return SQL(
                "SELECT %s FROM account_dunning_customer WHERE FALSE",
                SQL(", ").join(
                    SQL(
                        "NULL::%s AS %s",
                        SQL(field.column_type[1]),
                        SQL.identifier(name),
                    )
                    for name, field in self._fields.items()
                    if field.store and field.column_type
                ),
            )
        self = self._with_partners()
        return SQL(
            """
            SELECT base.*,
                   CASE WHEN base.attention IS NOT NULL THEN 'attention'
                        WHEN base.is_hold OR base.promise_date IS NOT NULL THEN 'hold'
                        ELSE 'quiet'
                   END AS situation
              FROM (
                SELECT own.*,
                       CASE WHEN own.needs_reply OR own.needs_said_paid OR own.needs_promise
                            THEN %(top)s
                            ELSE own.points
                       END AS priority,
                       CASE WHEN own.needs_reply THEN 'reply'
                            WHEN own.needs_said_paid THEN 'said_paid'
                            WHEN own.needs_money THEN 'money'
                            WHEN own.needs_promise THEN 'promise'
                            WHEN own.needs_failed THEN 'failed'
                            WHEN own.needs_delivery THEN 'delivery'
                            WHEN own.needs_approve THEN 'approve'
                            WHEN own.needs_call THEN 'call'
                            WHEN own.needs_dispute THEN 'dispute'
                            WHEN own.needs_discount THEN 'discount'
                            WHEN own.needs_final THEN 'final'
                            WHEN own.needs_archived THEN 'archived'
                       END AS attention
                  FROM (%(rows)s) own
              ) base
            """,
            rows=self._rows_sql(companies),
            top=score.TOP,
        )

    def _companies(self):
        """The companies whose customers the user may see."""
        # sudo: only settings of the user's own companies are read.
        companies = self.env["res.company"].sudo()
        if self.env.su:
            return companies.search([("active", "=", True)])
        return companies.browse(self.env.companies.ids)

    def _rows_sql(self, companies):
        """One row for each customer, with figures and what needs a person."""
        hold = SQL("(settings.hold_until >= settings.today)")
        days = SQL("GREATEST(0, COALESCE(settings.today - open.oldest, 0))")
        last_delays = self._last_delays()
        is_open = open_condition(companies)
        return SQL(
            """
            SELECT settings.*,
                   open.partner_id IS NOT NULL AS is_open,
                   %(overdue)s AS amount_overdue,
                   COALESCE(open.overdue, 0) AS amount_overdue_gross,
                   COALESCE(open.upcoming, 0) AS amount_upcoming,
                   COALESCE(open.credit, 0) + COALESCE(paid.amount, 0) AS amount_credit,
                   COALESCE(open.overdue, 0) + COALESCE(open.upcoming, 0)
                   - COALESCE(open.credit, 0) - COALESCE(paid.amount, 0) AS amount_due,
                   %(buckets)s,
                   %(days)s AS days_overdue,
                   %(ageing)s AS ageing_bucket,
                   %(level)s AS level_id,
                   %(sent)s AS last_notice_date,
                   GREATEST(%(sent)s, %(called)s) AS last_contact_date,
                   COALESCE(waiting.failed, FALSE) AND %(hold)s IS NOT TRUE
                   OR COALESCE(written.is_bounced, FALSE) AS needs_failed,
                   written.partner_id IS NOT NULL AS needs_reading,
                   COALESCE(written.is_reply, FALSE) AS needs_reply,
                   said_paid.partner_id IS NOT NULL AS needs_said_paid,
                   money.partner_id IS NOT NULL AND open.partner_id IS NOT NULL AS needs_money,
                   delivery.partner_id IS NOT NULL AND %(hold)s IS NOT TRUE AS needs_delivery,
                   COALESCE(waiting.draft, FALSE) AND %(hold)s IS NOT TRUE
                   OR COALESCE(promised.to_approve, FALSE) AS needs_approve,
                   COALESCE(planned.is_due, FALSE) AS needs_call,
                   COALESCE(
                       final.next_date <= settings.today AND final.delay >= %(last_delay)s,
                       FALSE
                   ) AND %(hold)s IS NOT TRUE AND planned.is_later IS NOT TRUE AS needs_final,
                   NOT settings.is_active AND COALESCE(open.overdue, 0) > 0
                   AND planned.is_later IS NOT TRUE AS needs_archived,
                   COALESCE(%(hold)s, FALSE) AS is_hold,
                   promised.next_date AS promise_date,
                   COALESCE(promised.amount, 0) AS promise_amount,
                   COALESCE(promised.broken_count, 0) AS broken_promise_count,
                   COALESCE(disputed.amount, 0) AS amount_disputed,
                   CASE WHEN promised.missed_on IS NULL THEN FALSE
                        ELSE promised.missed_on > COALESCE(%(called)s, promised.missed_on - 1)
                   END AS needs_promise,
                   COALESCE(promised.to_approve, FALSE) AS promise_to_approve,
                   COALESCE(disputed.deadline < settings.today, FALSE) AS needs_dispute,
                   kept.partner_id IS NOT NULL AND %(hold)s IS NOT TRUE AS needs_discount,
                   %(priority)s AS points
              FROM (%(settings)s) settings
              %(joins)s
            """,
            buckets=SQL(", ").join(
                SQL(
                    "COALESCE(%s, 0) AS %s",
                    SQL.identifier("open", f"amount_{bucket}"),
                    SQL.identifier(f"amount_{bucket}"),
                )
                for bucket in BUCKETS
            ),
            overdue=_OVERDUE,
            days=days,
            ageing=_ageing_sql(days),
            hold=hold,
            last_delay=_last_delay_sql(last_delays),
            priority=_priority_sql(days),
            settings=self._settings_sql(companies),
            joins=SQL(" ").join(
                SQL(
                    """
                    LEFT JOIN (%(rows)s) %(name)s
                           ON %(name)s.partner_id = settings.partner_id
                          AND %(name)s.company_id = settings.company_id
                    """,
                    rows=rows,
                    name=SQL.identifier(name),
                )
                for name, rows in (
                    ("open", self._open_sql(companies, is_open)),
                    ("paid", self._paid_sql(companies)),
                    ("waiting", self._waiting_sql(companies)),
                    ("written", self._written_sql(companies)),
                    ("said_paid", self._said_paid_sql(companies)),
                    ("money", self._money_sql(companies)),
                    ("delivery", self._delivery_sql(companies)),
                    ("planned", self._planned_sql(companies)),
                    ("promised", self._promised_sql(companies)),
                    ("disputed", self._disputed_sql(companies)),
                    ("kept", self._kept_sql(companies)),
                    ("final", self._final_sql(last_delays, is_open)),
                )
            ),
            level=self._level_sql(is_open),
            sent=SQL(
                """
                (SELECT MAX(notice.date) FROM account_dunning_notice notice
                  WHERE notice.state = 'sent'
                    AND notice.partner_id = settings.partner_id
                    AND notice.company_id = settings.company_id)
                """
            ),
            called=SQL(
                """
                (SELECT MAX(call.date)::date FROM account_dunning_call call
                  WHERE call.partner_id = settings.partner_id
                    AND call.company_id = settings.company_id)
                """
            ),
        )

    def _with_partners(self):
        """These rows, with the customers of the page that is read when it is known which.

        Looked up once: planning the query with a lookup in each of its parts costs PostgreSQL
        more than reading a page.
        """
        ids = self.env.context.get("dunning_customer_ids")
        if ids is None:
            return self
        rows = self.env.execute_query(
            SQL("SELECT partner_id FROM account_dunning_customer WHERE id = ANY(%s)", list(ids))
        )
        return self.with_context(dunning_partner_ids=[partner_id for [partner_id] in rows])

    def _partner_condition(self, column):
        """Only the customers of the page that is read, when it is known which."""
        ids = self.env.context.get("dunning_partner_ids")
        return SQL("TRUE") if ids is None else SQL("%s = ANY(%s)", column, ids)

    def _settings_sql(self, companies):
        """Each customer with what is set on it, its company's day and weights."""
        # sudo: the settings are read for the figures; who may see the row may see them.
        partners = self.env["res.partner"].sudo()
        values, holds, trusts, policies = [], [], [], []
        for company in companies:
            weights = company._dunning_weights()
            values.append(
                SQL(
                    "(%s, %s::date, %s, %s, %s, %s, %s, %s::float8, %s::float8)",
                    company.id,
                    company._dunning_today(),
                    company.currency_id.id,
                    weights.amount,
                    weights.age,
                    weights.behaviour,
                    weights.promises,
                    weights.large_amount,
                    weights.small_amount,
                )
            )
            own = partners.with_company(company)
            of_company = SQL("WHEN %s THEN", company.id)
            for terms, sql in (
                (holds, own._field_to_sql("partner", "dunning_hold_until")),
                (trusts, own._field_to_sql("partner", "trust")),
                (policies, own.env["account.dunning.policy"]._partner_policy_sql(company)),
            ):
                terms.append(SQL("%s %s", of_company, sql))
        case = SQL("CASE customer.company_id")
        return SQL(
            """
            SELECT customer.id, customer.partner_id, customer.company_id,
                   customer.user_id, customer.note,
                   company.today, company.currency_id,
                   company.weight_amount, company.weight_age, company.weight_behaviour,
                   company.weight_promises, company.large_amount, company.small_amount,
                   partner.active AS is_active,
                   partner.user_id AS salesperson_id,
                   partner.country_id,
                   %(case)s %(hold)s END AS hold_until,
                   COALESCE(%(case)s %(trust)s END, 'normal') AS trust,
                   %(case)s %(policy)s END AS policy_id
              FROM account_dunning_customer customer
              JOIN res_partner partner ON partner.id = customer.partner_id
              JOIN (VALUES %(companies)s) company (
                   id, today, currency_id, weight_amount, weight_age, weight_behaviour,
                   weight_promises, large_amount, small_amount)
                ON company.id = customer.company_id
            """,
            case=case,
            hold=SQL(" ").join(holds),
            trust=SQL(" ").join(trusts),
            policy=SQL(" ").join(policies),
            companies=SQL(", ").join(values),
        )

    def _last_delays(self):
        """Days from the due date of the last level of each policy.

        :return: dict of policy id to days
        """
        # sudo: levels are read for the figures alone.
        levels = self.env["account.dunning.level"].sudo()
        return {
            policy.id: delay
            for policy, delay in levels._read_group([], ["policy_id"], ["delay_days:max"])
        }

    def _open_sql(self, companies, is_open):
        """What customers owe, by age, and their credits, from the open receivable items.

        :param is_open: of ``open_condition``
        """
        day = SQL("COALESCE(line.date_maturity, line.date)")
        debit = SQL("line.amount_residual > 0")
        age = SQL("(%s - %s)", today_sql(companies, SQL("line.company_id")), day)
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, item.company_id,
                   SUM(item.overdue) AS overdue, SUM(item.upcoming) AS upcoming,
                   SUM(item.credit) AS credit, MIN(item.oldest) AS oldest, %(sums)s
              FROM (
                SELECT line.partner_id, line.company_id,
                       SUM(line.amount_residual) FILTER (WHERE %(debit)s AND %(age)s > 0)
                       AS overdue,
                       SUM(line.amount_residual) FILTER (WHERE %(debit)s AND %(age)s <= 0)
                       AS upcoming,
                       -SUM(line.amount_residual) FILTER (WHERE line.amount_residual < 0)
                       AS credit,
                       MIN(%(day)s) FILTER (WHERE %(debit)s) AS oldest,
                       %(buckets)s
                  FROM account_move_line line
                 WHERE %(open)s
                   AND %(partner)s
                 GROUP BY line.partner_id, line.company_id
              ) item
              JOIN res_partner partner ON partner.id = item.partner_id
             GROUP BY partner.commercial_partner_id, item.company_id
            HAVING MIN(item.oldest) IS NOT NULL
            """,
            day=day,
            debit=debit,
            age=age,
            buckets=SQL(", ").join(
                SQL(
                    "SUM(line.amount_residual) FILTER (WHERE %s AND %s %s) AS %s",
                    debit,
                    age,
                    between,
                    SQL.identifier(f"amount_{bucket}"),
                )
                for bucket, between in _between_sql()
            ),
            sums=SQL(", ").join(
                SQL("SUM(item.%s) AS %s", name, name)
                for name in (SQL.identifier(f"amount_{bucket}") for bucket in BUCKETS)
            ),
            open=is_open,
            partner=self._line_partner_condition(),
        )

    def _line_partner_condition(self):
        """Only items of the customers of the page, on whichever of their contacts."""
        ids = self.env.context.get("dunning_customer_ids")
        if ids is None:
            return SQL("TRUE")
        return SQL(
            """
            line.partner_id IN (
                SELECT contact.id FROM res_partner contact
                  JOIN account_dunning_customer page
                    ON page.partner_id = contact.commercial_partner_id
                 WHERE page.id = ANY(%s))
            """,
            list(ids),
        )

    def _paid_sql(self, companies):
        """Payments on account that core keeps without a journal entry, as credits."""
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, payment.company_id,
                   SUM(payment.amount_company_currency_signed) AS amount
              FROM account_payment payment
              JOIN res_partner partner ON partner.id = payment.partner_id
             WHERE payment.company_id = ANY(%(companies)s)
               AND payment.state = 'in_process'
               AND payment.move_id IS NULL
               AND payment.payment_type = 'inbound'
               AND payment.partner_type = 'customer'
               AND NOT EXISTS (SELECT 1 FROM account_move__account_payment link
                                WHERE link.payment_id = payment.id)
             GROUP BY partner.commercial_partner_id, payment.company_id
            """,
            companies=companies.ids,
        )


def _ageing_sql(days):
    """``engine.ageing_bucket`` over days overdue of 0 or more."""
    *buckets, (last, _none) = engine.AGEING
    return SQL(
        "CASE %s ELSE %s END",
        SQL(" ").join(SQL("WHEN %s <= %s THEN %s", days, most, key) for key, most in buckets),
        last,
    )


def _between_sql():
    """The overdue buckets, each with what its days are compared with."""
    for (_younger, after), (bucket, most) in pairwise(engine.AGEING):
        between = SQL("> %s", after) if most is None else SQL("BETWEEN %s AND %s", after + 1, most)
        yield bucket, between


def _last_delay_sql(last_delays):
    """Days from the due date of the last level of the customer's policy.

    :param last_delays: dict of policy id to days
    """
    if not last_delays:
        return SQL("NULL::int")
    return SQL(
        "CASE settings.policy_id %s END",
        SQL(" ").join(SQL("WHEN %s THEN %s", own, days) for own, days in last_delays.items()),
    )


def _priority_sql(days):
    """``engine.score.priority`` over the row, for the order of the list.

    :param days: SQL of the days overdue
    """
    overdue = SQL("%s::float8", _OVERDUE)
    return SQL(
        """
        CASE WHEN %(overdue)s <= 0 OR settings.weight_amount + settings.weight_age
                  + settings.weight_behaviour + settings.weight_promises = 0 THEN 0
             ELSE (
               settings.weight_amount * %(amount)s
               + settings.weight_age * %(age)s
               + settings.weight_behaviour
                 * CASE settings.trust WHEN 'good' THEN %(good)s WHEN 'bad' THEN %(bad)s
                                       ELSE %(normal)s END
               + settings.weight_promises
                 * LEAST(1, %(broken)s / %(full_broken)s::float8)
             ) * CASE WHEN %(overdue)s < settings.small_amount THEN %(rest)s ELSE 1 END
             * 100 / (settings.weight_amount + settings.weight_age
                      + settings.weight_behaviour + settings.weight_promises)
        END::float8
        """,
        overdue=overdue,
        amount=SQL(
            """CASE WHEN settings.large_amount > 0
                    THEN LEAST(1, %s / settings.large_amount) ELSE 1 END""",
            overdue,
        ),
        age=SQL("LEAST(1, %s / %s::float8)", days, score.FULL_AGE_DAYS),
        good=score.BEHAVIOUR["good"],
        normal=score.BEHAVIOUR["normal"],
        bad=score.BEHAVIOUR["bad"],
        broken=SQL("COALESCE(promised.broken_count, 0)"),
        full_broken=score.FULL_BROKEN_PROMISES,
        rest=score.SMALL_REST_FACTOR,
    )


def today_sql(companies, column):
    """The day that it is in the company of a column."""
    days = {company.id: company._dunning_today() for company in companies}
    if len(set(days.values())) == 1:
        return SQL("%s::date", next(iter(days.values())))
    return SQL(
        "CASE %s %s END",
        column,
        SQL(" ").join(SQL("WHEN %s THEN %s::date", own, day) for own, day in days.items()),
    )


def open_condition(companies):
    """Items that are open and followed up, as the decision about reminders sees them.

    Starts with what the index on open items holds.
    """
    # sudo: which accounts are receivable is no secret.
    accounts = (
        companies.env["account.account"]
        .sudo()
        .with_context(active_test=False)
        ._search([("account_type", "=", "asset_receivable"), ("non_trade", "!=", True)])
    )
    return SQL(
        """
        line.reconciled IS NOT TRUE
        AND line.parent_state = 'posted'
        AND line.amount_residual != 0
        AND line.company_id = ANY(%(companies)s)
        AND line.no_followup IS NOT TRUE
        AND line.account_id = ANY(%(accounts)s)
        AND line.move_id NOT IN (
            SELECT id FROM account_move
             WHERE payment_state IN ('in_payment', 'invoicing_legacy') AND state = 'posted')
        """,
        companies=companies.ids,
        accounts=list(accounts),
    )
