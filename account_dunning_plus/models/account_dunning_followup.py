from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import engine
from ..engine import score

# A page of the list, and all that is opened from it, is read for its own customers only.
_PAGE = 1000

# What a person keeps on the row; all else is read from where it lives.
_REMEMBERED = ("user_id", "note")

BUCKETS = ("1_30", "31_60", "61_90", "older")


class AccountDunningFollowup(models.Model):
    """The worklist: a customer of a company, with what is true of it at this moment.

    A query over the ledger, the notices and the activities, not a table: nothing in it can
    be out of date. What people keep about a customer is in ``account.dunning.customer``,
    whose ids these are.
    """

    _name = "account.dunning.followup"
    _description = "Customer Follow-up"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _auto = False
    _order = "priority desc, amount_overdue desc, id"
    _rec_name = "partner_id"
    _mail_post_access = "read"
    _depends = {
        "account.account": ["account_type", "non_trade"],
        "account.dunning.call": ["company_id", "date", "partner_id"],
        "account.dunning.customer": ["company_id", "note", "partner_id", "user_id"],
        "account.dunning.dispute": [
            "amount_open",
            "company_id",
            "deadline",
            "move_id",
            "partner_id",
            "state",
        ],
        "account.dunning.level": ["delay_days", "interval_days", "policy_id"],
        "account.dunning.notice": ["company_id", "date", "partner_id", "state"],
        "account.dunning.notice.line": ["level_id", "move_line_id", "state"],
        "account.move": ["amount_residual", "payment_state", "state"],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "amount_residual_currency",
            "company_id",
            "currency_id",
            "date",
            "date_maturity",
            "move_id",
            "no_followup",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.payment.promise": [
            "broken_on",
            "company_id",
            "currency_id",
            "partner_id",
            "previous_id",
            "state",
        ],
        "account.payment.promise.item": ["amount_covered", "move_line_id", "promise_id"],
        "account.payment.promise.line": ["date", "promise_id", "state"],
        "account.payment": ["amount_company_currency_signed", "move_id", "partner_id", "state"],
        "mail.activity": ["active", "date_deadline", "res_id", "res_model"],
        "res.partner": [
            "active",
            "commercial_partner_id",
            "country_id",
            "dunning_hold_until",
            "dunning_policy_id",
            "trust",
            "user_id",
        ],
    }

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        help="Who follows this customer up.",
    )
    note = fields.Text(string="Notes", help="What colleagues should know. Never sent.")
    trust = fields.Selection(
        [("good", "Good payer"), ("normal", "Normal payer"), ("bad", "Bad payer")],
        string="Rating",
        readonly=True,
    )
    is_open = fields.Boolean(readonly=True, help="The customer owes something.")
    amount_overdue = fields.Monetary(
        string="Overdue", readonly=True, help="All that is past its due date, less open credits."
    )
    amount_overdue_gross = fields.Monetary(
        string="Overdue Before Credits", readonly=True, help="All that is past its due date."
    )
    amount_upcoming = fields.Monetary(string="Not Yet Due", readonly=True)
    amount_credit = fields.Monetary(
        string="Open Credits",
        readonly=True,
        help="Credit notes and payments that are not matched with an invoice.",
    )
    amount_due = fields.Monetary(
        string="Total Due", readonly=True, help="All that is open, less open credits."
    )
    amount_1_30 = fields.Monetary(string="1–30 Days", readonly=True)
    amount_31_60 = fields.Monetary(string="31–60 Days", readonly=True)
    amount_61_90 = fields.Monetary(string="61–90 Days", readonly=True)
    amount_older = fields.Monetary(string="Over 90 Days", readonly=True)
    days_overdue = fields.Integer(
        readonly=True,
        aggregator="max",
        help="Of the oldest open item.",
    )
    ageing_bucket = fields.Selection(
        [
            ("current", "Not overdue"),
            ("1_30", "1–30 days"),
            ("31_60", "31–60 days"),
            ("61_90", "61–90 days"),
            ("older", "Over 90 days"),
        ],
        string="Ageing",
        readonly=True,
        help="Where the oldest open item is.",
    )
    level_id = fields.Many2one(
        "account.dunning.level",
        string="Level Reached",
        readonly=True,
        help="The highest level of which a reminder went out for what is open.",
    )
    last_notice_date = fields.Date(string="Last Reminder", readonly=True)
    last_contact_date = fields.Date(
        string="Last Contact", readonly=True, help="The last reminder or call."
    )
    policy_id = fields.Many2one("account.dunning.policy", readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    hold_until = fields.Date(string="On Hold Until", readonly=True)
    promise_date = fields.Date(
        string="Promised For", readonly=True, help="The next promised payment."
    )
    promise_amount = fields.Monetary(
        string="Promised", readonly=True, help="What is promised and not yet paid."
    )
    broken_promise_count = fields.Integer(
        string="Broken Promises", readonly=True, help="In the last year."
    )
    amount_disputed = fields.Monetary(string="In Dispute", readonly=True)
    promise_to_approve = fields.Boolean(readonly=True)
    needs_promise = fields.Boolean(string="Promise Broken", readonly=True)
    needs_dispute = fields.Boolean(string="Dispute Unanswered", readonly=True)
    needs_failed = fields.Boolean(string="Message Failed", readonly=True)
    needs_approve = fields.Boolean(string="To Approve", readonly=True)
    needs_call = fields.Boolean(string="Call Due", readonly=True)
    needs_final = fields.Boolean(string="Final Level Passed", readonly=True)
    needs_archived = fields.Boolean(string="Archived Customer", readonly=True)
    attention = fields.Selection(
        [
            ("promise", "Promise broken"),
            ("failed", "Message failed"),
            ("approve", "To approve"),
            ("call", "Call due"),
            ("dispute", "Dispute unanswered"),
            ("final", "Final level passed"),
            ("archived", "Archived customer"),
        ],
        string="Needs Me Because",
        readonly=True,
        help="Why a person is needed; the most urgent reason.",
    )
    situation = fields.Selection(
        [
            ("attention", "Needs me today"),
            ("hold", "On hold or promised"),
            ("quiet", "Handled by the robot"),
        ],
        readonly=True,
    )
    priority = fields.Float(
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="From 0 to 100: amount, age, behaviour and broken promises, weighed in the settings.",
    )

    # ------------------------------------------------------------------ search

    @api.model
    def _search(self, domain, *args, **kwargs):
        domain = Domain(domain)
        ids = _ids_of(domain)
        if ids is not None and len(ids) <= _PAGE:
            self = self.with_context(dunning_customer_ids=tuple(ids))
        return super()._search(domain, *args, **kwargs)

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # Found and ordered over all customers, then read for those of the page only: most
        # columns cost as much as there are customers.
        records = self.browse(self._search(domain, offset, limit, order or self._order))
        if field_names is not None and not field_names:
            return records
        if len(records) > _PAGE:
            return super().search_fetch(domain, field_names, offset, limit, order)
        # All columns at once: the words of a row need most of them.
        records.fetch()
        return records

    @api.model
    @api.readonly
    def web_search_read(
        self, domain, specification, offset=0, limit=None, order=None, count_limit=None
    ):
        """As Odoo's own, with the page and the count from one query.

        What costs is to sum what all customers owe, not to hand over their ids.
        """
        if not limit or not count_limit or offset + limit > count_limit:
            return super().web_search_read(domain, specification, offset, limit, order, count_limit)
        ids = self.search(domain, limit=count_limit, order=order).ids
        records = self.browse(ids[offset : offset + limit])
        records.fetch()
        return {"length": len(ids), "records": records.web_read(specification)}

    # ------------------------------------------------------------------- write

    def write(self, vals):
        """Write what is kept about the customer: the responsible and the notes."""
        kept = {name: value for name, value in vals.items() if name in _REMEMBERED}
        if kept:
            self._check_user()
            # sudo: what is remembered is written through the worklist alone.
            self._customers().write(kept)
            self.invalidate_recordset(list(kept))
        rest = {name: value for name, value in vals.items() if name not in kept}
        return super().write(rest) if rest else True

    def _customers(self):
        """The records behind these rows, for writing."""
        # sudo: nobody writes them directly; callers check the right.
        return self.env["account.dunning.customer"].sudo().browse(self.ids)

    def _check_user(self):
        """Only those who work with reminders change or send anything."""
        if not self.env.su and not self.env.user.has_group(
            "account_dunning_plus.group_dunning_user"
        ):
            raise AccessError(self.env._("Only a dunning user may do this."))
        self.check_access("read")

    @api.model
    def waiting_count(self):
        """How many customers need a person today, in the companies that are selected.

        :rtype: int
        """
        if not self.has_access("read"):
            return 0
        return self.search_count([("situation", "=", "attention"), ("is_open", "=", True)])

    # --------------------------------------------------------------------- sql

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
        return SQL(
            """
            SELECT base.*,
                   CASE WHEN base.attention IS NOT NULL THEN 'attention'
                        WHEN base.is_hold OR base.promise_date IS NOT NULL THEN 'hold'
                        ELSE 'quiet'
                   END AS situation
              FROM (
                SELECT own.*,
                       CASE WHEN own.needs_promise THEN %(top)s ELSE own.points END AS priority,
                       CASE WHEN own.needs_promise THEN 'promise'
                            WHEN own.needs_failed THEN 'failed'
                            WHEN own.needs_approve THEN 'approve'
                            WHEN own.needs_call THEN 'call'
                            WHEN own.needs_dispute THEN 'dispute'
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
        return SQL(
            """
            SELECT settings.*,
                   open.partner_id IS NOT NULL AS is_open,
                   GREATEST(0, COALESCE(open.overdue, 0) - COALESCE(open.credit, 0)
                               - COALESCE(paid.amount, 0)) AS amount_overdue,
                   COALESCE(open.overdue, 0) AS amount_overdue_gross,
                   COALESCE(open.upcoming, 0) AS amount_upcoming,
                   COALESCE(open.credit, 0) + COALESCE(paid.amount, 0) AS amount_credit,
                   COALESCE(open.overdue, 0) + COALESCE(open.upcoming, 0)
                   - COALESCE(open.credit, 0) - COALESCE(paid.amount, 0) AS amount_due,
                   %(buckets)s,
                   %(days)s AS days_overdue,
                   CASE WHEN %(days)s = 0 THEN 'current'
                        WHEN %(days)s <= 30 THEN '1_30'
                        WHEN %(days)s <= 60 THEN '31_60'
                        WHEN %(days)s <= 90 THEN '61_90'
                        ELSE 'older'
                   END AS ageing_bucket,
                   %(level)s AS level_id,
                   %(sent)s AS last_notice_date,
                   GREATEST(%(sent)s, %(called)s) AS last_contact_date,
                   COALESCE(waiting.failed, FALSE) AND %(hold)s IS NOT TRUE AS needs_failed,
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
                   CASE WHEN promised.broken_on IS NULL OR promised.next_date IS NOT NULL
                        THEN FALSE
                        ELSE promised.broken_on > COALESCE(%(called)s, promised.broken_on - 1)
                   END AS needs_promise,
                   COALESCE(promised.to_approve, FALSE) AS promise_to_approve,
                   COALESCE(disputed.deadline < settings.today, FALSE) AS needs_dispute,
                   %(priority)s AS points
              FROM (%(settings)s) settings
              LEFT JOIN (%(open)s) open
                     ON open.partner_id = settings.partner_id
                    AND open.company_id = settings.company_id
              LEFT JOIN (%(paid)s) paid
                     ON paid.partner_id = settings.partner_id
                    AND paid.company_id = settings.company_id
              LEFT JOIN (%(waiting)s) waiting
                     ON waiting.partner_id = settings.partner_id
                    AND waiting.company_id = settings.company_id
              LEFT JOIN (%(planned)s) planned
                     ON planned.partner_id = settings.partner_id
                    AND planned.company_id = settings.company_id
              LEFT JOIN (%(promised)s) promised
                     ON promised.partner_id = settings.partner_id
                    AND promised.company_id = settings.company_id
              LEFT JOIN (%(disputed)s) disputed
                     ON disputed.partner_id = settings.partner_id
                    AND disputed.company_id = settings.company_id
              LEFT JOIN (%(final)s) final
                     ON final.partner_id = settings.partner_id
                    AND final.company_id = settings.company_id
            """,
            buckets=SQL(", ").join(
                SQL(
                    "COALESCE(%s, 0) AS %s",
                    SQL.identifier("open", f"amount_{bucket}"),
                    SQL.identifier(f"amount_{bucket}"),
                )
                for bucket in BUCKETS
            ),
            days=SQL("GREATEST(0, COALESCE(settings.today - open.oldest, 0))"),
            hold=hold,
            last_delay=self._last_delay_sql(),
            priority=self._priority_sql(),
            settings=self._settings_sql(companies),
            open=self._open_sql(companies),
            paid=self._paid_sql(companies),
            level=self._level_sql(companies),
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
            waiting=self._waiting_sql(companies),
            planned=self._planned_sql(companies),
            promised=self._promised_sql(companies),
            disputed=self._disputed_sql(companies),
            final=self._final_sql(companies),
        )

    def _partner_condition(self, column):
        """Only the customers of the page that is read, when it is known which."""
        ids = self.env.context.get("dunning_customer_ids")
        if ids is None:
            return SQL("TRUE")
        return SQL(
            "%s IN (SELECT partner_id FROM account_dunning_customer WHERE id = ANY(%s))",
            column,
            list(ids),
        )

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

    def _last_delay_sql(self):
        """Days from the due date of the last level of the customer's policy."""
        # sudo: levels are read for the figures alone.
        levels = self.env["account.dunning.level"].sudo()
        delays = levels._read_group([], ["policy_id"], ["delay_days:max"])
        if not delays:
            return SQL("NULL::int")
        return SQL(
            "CASE settings.policy_id %s END",
            SQL(" ").join(SQL("WHEN %s THEN %s", policy.id, delay) for policy, delay in delays),
        )

    def _open_sql(self, companies):
        """What customers owe, by age, and their credits, from the open receivable items."""
        day = SQL("COALESCE(line.date_maturity, line.date)")
        debit = SQL("line.amount_residual > 0")
        age = SQL("(%s - %s)", _today_sql(companies, SQL("line.company_id")), day)
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
                for bucket, between in zip(
                    BUCKETS,
                    (
                        SQL("BETWEEN 1 AND 30"),
                        SQL("BETWEEN 31 AND 60"),
                        SQL("BETWEEN 61 AND 90"),
                        SQL("> 90"),
                    ),
                    strict=True,
                )
            ),
            sums=SQL(", ").join(
                SQL("SUM(item.%s) AS %s", name, name)
                for name in (SQL.identifier(f"amount_{bucket}") for bucket in BUCKETS)
            ),
            open=_open_condition(companies),
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

    def _level_sql(self, companies):
        """The highest level that went out for what is open, looked up row by row.

        A page needs it for a few rows, and most queries do not need it at all.
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
            open=_open_condition(companies),
        )

    def _waiting_sql(self, companies):
        """Notices that wait for a person."""
        return SQL(
            """
            SELECT notice.partner_id, notice.company_id,
                   BOOL_OR(notice.state = 'failed') AS failed,
                   BOOL_OR(notice.state = 'draft') AS draft
              FROM account_dunning_notice notice
             WHERE notice.state IN ('draft', 'ready', 'failed')
               AND notice.company_id = ANY(%s) AND %s
             GROUP BY notice.partner_id, notice.company_id
            """,
            companies.ids,
            self._partner_condition(SQL("notice.partner_id")),
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
            today=_today_sql(companies, SQL("todo.company_id")),
            companies=companies.ids,
            partner=self._partner_condition(SQL("todo.partner_id")),
        )

    def _final_sql(self, companies):
        """Customers with an item whose last level went out, and its interval is over.

        What is wholly promised or in dispute waits for that.

        Only levels are looked at that can be the last of a policy, so that the cost does
        not grow with all that was ever sent.
        """
        # sudo: levels are read for the figures alone.
        policies = self.env["account.dunning.policy"].sudo()
        levels = self.env["account.dunning.level"].sudo().with_context(active_test=False)
        lowest = min(
            (
                max(policy.level_ids.mapped("delay_days"))
                for policy in policies.search([])
                if policy.level_ids
            ),
            default=None,
        )
        last = levels.search([("delay_days", ">=", lowest)]) if lowest is not None else levels
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, line.company_id,
                   MAX(level.delay_days) AS delay,
                   MIN(notice.date + GREATEST(level.interval_days, 1)) AS next_date
              FROM account_dunning_notice_line past
              JOIN account_dunning_notice notice ON notice.id = past.notice_id
              JOIN account_dunning_level level ON level.id = past.level_id
              JOIN account_move_line line ON line.id = past.move_line_id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE past.state = 'sent'
               AND past.level_id = ANY(%(levels)s)
               AND line.amount_residual > 0
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
            open=_open_condition(companies),
            partner=self._line_partner_condition(),
        )

    def _promised_sql(self, companies):
        """Promises that run, and those broken in the last year."""
        today = _today_sql(companies, SQL("promise.company_id"))
        return SQL(
            """
            SELECT promise.partner_id, promise.company_id,
                   MIN(next.date) AS next_date,
                   SUM(cover.amount) AS amount,
                   COUNT(*) FILTER (
                       WHERE promise.state IN ('partial', 'broken')
                         AND promise.broken_on > %(today)s - 365) AS broken_count,
                   MAX(promise.broken_on) FILTER (
                       WHERE promise.state IN ('partial', 'broken') AND cover.is_open
                         AND NOT EXISTS (SELECT 1 FROM account_payment_promise later
                                          WHERE later.previous_id = promise.id)) AS broken_on,
                   BOOL_OR(promise.state = 'draft') AS to_approve
              FROM account_payment_promise promise
              LEFT JOIN LATERAL (
                    SELECT MIN(line.date) AS date FROM account_payment_promise_line line
                     WHERE line.promise_id = promise.id AND line.state = 'open'
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

    def _broken_promises_sql(self):
        """How many promises the customer broke in a year."""
        return SQL("COALESCE(promised.broken_count, 0)")

    def _priority_sql(self):
        """``engine.score.priority`` over the row, for the order of the list."""
        overdue = SQL(
            """GREATEST(0, COALESCE(open.overdue, 0) - COALESCE(open.credit, 0)
                           - COALESCE(paid.amount, 0))::float8"""
        )
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
            age=SQL(
                "LEAST(1, GREATEST(0, COALESCE(settings.today - open.oldest, 0)) / %s::float8)",
                score.FULL_AGE_DAYS,
            ),
            good=score.BEHAVIOUR["good"],
            normal=score.BEHAVIOUR["normal"],
            bad=score.BEHAVIOUR["bad"],
            broken=self._broken_promises_sql(),
            full_broken=score.FULL_BROKEN_PROMISES,
            rest=score.SMALL_REST_FACTOR,
        )

    def _row_priority(self):
        """``engine.score.priority`` of this row, with its parts."""
        self.ensure_one()
        # sudo: the weights are no secret of the company.
        weights = self.company_id.sudo()._dunning_weights()
        return engine.priority(
            self.amount_overdue,
            self.days_overdue,
            self.trust,
            self.broken_promise_count,
            weights,
            self.needs_promise,
        )


def _ids_of(domain):
    """The ids that a domain names, None when it is another one."""
    if getattr(domain, "field_expr", None) == "id" and domain.operator in ("in", "="):
        value = domain.value
        if isinstance(value, int):
            return [value]
        if not isinstance(value, (SQL, str)) and hasattr(value, "__iter__"):
            ids = list(value)
            return ids if all(isinstance(own, int) for own in ids) else None
    return None


def _today_sql(companies, column):
    """The day that it is in the company of a column."""
    days = {company.id: company._dunning_today() for company in companies}
    if len(set(days.values())) == 1:
        return SQL("%s::date", next(iter(days.values())))
    return SQL(
        "CASE %s %s END",
        column,
        SQL(" ").join(SQL("WHEN %s THEN %s::date", own, day) for own, day in days.items()),
    )


def _open_condition(companies):
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
