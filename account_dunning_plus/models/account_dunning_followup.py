from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import engine

# A page of the list, and all that is opened from it, is read for its own customers only.
_PAGE = 1000

# What a person keeps on the row; all else is read from where it lives.
_REMEMBERED = ("user_id", "note")

# The columns of what is overdue, by age.
BUCKETS = tuple(key for key, most in engine.AGEING if most != 0)


class AccountDunningFollowup(models.Model):
    """The worklist: a customer of a company, with what is true of it at this moment.

    A query over the ledger, the notices and the activities, not a table: nothing in it can
    be out of date. What people keep about a customer is in ``account.dunning.customer``,
    whose ids these are.
    """

    _name = "account.dunning.followup"
    _description = "Customer Follow-up"
    _inherit = ["mail.thread", "mail.activity.mixin", "account.dunning.rights"]
    _auto = False
    _order = "priority desc, amount_overdue desc, id"
    _rec_name = "partner_id"
    _mail_post_access = "read"
    _depends = {
        "account.discount.notice": ["company_id", "partner_id", "state"],
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
        "account.dunning.reply": ["company_id", "is_waiting", "kind", "partner_id"],
        "account.dunning.said.paid": ["company_id", "move_line_ids", "partner_id", "state"],
        "account.move": [
            "amount_residual",
            "commercial_partner_id",
            "company_id",
            "discount_undecided",
            "payment_state",
            "state",
        ],
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
    needs_reading = fields.Boolean(
        readonly=True, help="A reply, or news of an e-mail that did not arrive, was not yet read."
    )
    needs_reply = fields.Boolean(string="Reply to Read", readonly=True)
    needs_said_paid = fields.Boolean(
        string="Said to Be Paid",
        readonly=True,
        help="The customer says that something is paid which is open, and nobody has looked.",
    )
    needs_promise = fields.Boolean(string="Promise Broken", readonly=True)
    needs_dispute = fields.Boolean(string="Dispute Unanswered", readonly=True)
    needs_discount = fields.Boolean(string="Discount Taken Late", readonly=True)
    needs_failed = fields.Boolean(string="Message Failed", readonly=True)
    needs_approve = fields.Boolean(string="To Approve", readonly=True)
    needs_call = fields.Boolean(string="Call Due", readonly=True)
    needs_final = fields.Boolean(string="Final Level Passed", readonly=True)
    needs_archived = fields.Boolean(string="Archived Customer", readonly=True)
    attention = fields.Selection(
        [
            ("reply", "Reply to read"),
            ("said_paid", "Said to be paid"),
            ("money", "Looks paid"),
            ("promise", "Promise broken"),
            ("failed", "Message failed"),
            ("delivery", "Invoice not delivered"),
            ("approve", "To approve"),
            ("call", "Call due"),
            ("dispute", "Dispute unanswered"),
            ("discount", "Discount taken late"),
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

    def fetch(self, field_names=None):
        # All columns at once: they come from one query over the ledger, and what is said of a
        # row needs most of them.
        if field_names is None:
            return super().fetch()
        columns = (
            name for name, field in self._fields.items() if field.store and field.column_type
        )
        return super().fetch({*field_names, *columns})

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

    @api.model
    def waiting_count(self):
        """How many customers need a person today, in the companies that are selected.

        :rtype: int
        """
        if not self.has_access("read"):
            return 0
        listed = Domain("is_open", "=", True) | Domain("needs_reading", "=", True)
        return self.search_count(listed & Domain("situation", "=", "attention"))

    # ---------------------------------------------------------------- priority

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
            self.needs_reply or self.needs_said_paid or self.needs_promise,
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
