import logging
import time
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, groupby, split_every

from ..engine import Reason
from .transactions import commit, in_transaction, may_commit

_logger = logging.getLogger(__name__)

# Customers decided, or notices delivered, in one transaction: large enough that
# the queries of a batch do not count, small enough that little is done again
# after an interruption.
PREPARE_BATCH = 1000
DELIVER_BATCH = 200

# Invoices without a stored PDF take one or two seconds each: a batch with more of them
# could outlast what the server's time limit leaves.
RENDER_BATCH = 10

# More notices than this are sent in the background: a click only starts it.
SEND_AT_ONCE = 20


class AccountDunningRun(models.Model):
    _name = "account.dunning.run"
    _description = "Dunning Run"
    _order = "date desc, id desc"
    _rec_name = "date"

    date = fields.Date(
        required=True,
        index=True,
        default=lambda self: self.env.company._dunning_today(),
        help="The day for which it was decided.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("draft", "New"),
            ("queued", "In Progress"),
            ("prepared", "Prepared"),
            ("done", "Done"),
        ],
        required=True,
        default="draft",
        copy=False,
    )
    notice_ids = fields.One2many("account.dunning.notice", "run_id", string="Notices")
    reason_ids = fields.One2many("account.dunning.run.reason", "run_id", string="Reasons")
    excluded_partner_ids = fields.Many2many(
        "res.partner",
        string="Left Out By Hand",
        help="Customers who get nothing in this run.",
    )
    customer_count = fields.Integer(string="Customers", compute="_compute_counts")
    item_count = fields.Integer(string="Items", compute="_compute_counts")
    amount_due = fields.Monetary(compute="_compute_counts")
    sent_count = fields.Integer(string="Sent", compute="_compute_counts")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    duration = fields.Float(
        string="Duration (s)", readonly=True, digits=(16, 1), help="Time worked, in seconds."
    )
    message = fields.Char(readonly=True, help="What stopped the run, or why there was nothing.")
    bank_message = fields.Char(
        string="Bank", readonly=True, help="That bank statements were too old, if they were."
    )
    # Where an interrupted preparation goes on: customers are taken in order of id.
    prepared_partner_id = fields.Integer(readonly=True)
    # The night that works on it is not over, be it for other companies: it is not begun again.
    tonight = fields.Boolean(readonly=True, copy=False)

    _company_date_unique = models.Constraint(
        "UNIQUE(company_id, date)",
        "There is a run for this company and day already: open that one.",
    )

    # ----------------------------------------------------------------- compute

    @api.depends("notice_ids.state", "notice_ids.amount_due", "notice_ids.line_ids")
    def _compute_counts(self):
        notices = {
            (run, state): values
            for run, state, *values in self.env["account.dunning.notice"]._read_group(
                [("run_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["run_id", "state"],
                ["__count", "amount_due:sum"],
            )
        }
        items = dict(
            self.env["account.dunning.notice.line"]._read_group(
                [("notice_id.run_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["run_id"],
                ["__count"],
            )
        )
        for run in self:
            counts = Counter()
            run.amount_due = 0
            for (notice_run, state), (count, amount) in notices.items():
                if notice_run == run:
                    counts[state] = count
                    run.amount_due += amount
            run.customer_count = sum(counts.values())
            run.item_count = items.get(run, 0)
            run.sent_count = counts["sent"]
            run.waiting_count = counts["draft"] + counts["ready"]
            run.failed_count = counts["failed"]

    @api.depends("date", "company_id")
    def _compute_display_name(self):
        for run in self:
            run.display_name = (
                self.env._("Run of %s", self.env["account.dunning.facts"]._day(run.date))
                if run.date
                else self.env._("New run")
            )

    @api.constrains("date", "company_id")
    def _check_date(self):
        for run in self:
            if run.date > run.company_id._dunning_today():
                raise ValidationError(
                    self.env._(
                        "A dunning run works on today's ledger: %(date)s is in the future.",
                        date=self.env["account.dunning.facts"]._day(run.date),
                    )
                )

    def unlink(self):
        # The database would delete the notices without their lines.
        self.notice_ids.unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(notice.state == "sent" for notice in self.notice_ids):
            raise UserError(
                self.env._("A run that sent reminders is history and cannot be deleted.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            vals.setdefault("date", company._dunning_today())
        return super().create(vals_list)

    # ------------------------------------------------------------------ record

    @api.model
    def _get_or_create(self, company, today):
        """The company's run of today; empty when another process has just begun it."""
        run = self.search([("company_id", "=", company.id), ("date", "=", today)])
        if run:
            return run
        insert = SQL(
            """
            INSERT INTO account_dunning_run
                   (company_id, date, state, create_uid, create_date, write_uid, write_date)
            VALUES (%(company)s, %(today)s, 'draft', %(uid)s, %(now)s, %(uid)s, %(now)s)
            ON CONFLICT (company_id, date) DO NOTHING
            RETURNING id
            """,
            company=company.id,
            today=today,
            uid=self.env.uid,
            now=self.env.cr.now(),
        )
        try:
            with self.env.cr.savepoint():
                rows = self.env.execute_query(insert)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            rows = []
        run = self.browse(run_id for [run_id] in rows)
        self._commit()
        return run

    # ----------------------------------------------------------------- actions

    def action_prepare(self):
        """Decide and write the run's notices; nothing leaves yet."""
        for run in self:
            if run.state == "done":
                raise UserError(self.env._("This run is done: start a new one."))
            run.prepared_partner_id = 0
            run._prepare()
        return True

    def action_send(self):
        """Deliver the run's notices that need no approval.

        Many notices are delivered in the background by the scheduled action.
        """
        for run in self:
            if run.state == "draft":
                run.action_prepare()
            # Who is written to on another day gets then what was approved meanwhile.
            # sudo: the wishes of customers, as the night reads them.
            partners = self.env["res.partner"]
            left_out = run.excluded_partner_ids | partners.browse(
                partners.sudo()._dunning_not_today(run.company_id, run.date)
            )
            ready = run.notice_ids.filtered(
                lambda notice, left_out=left_out: (
                    notice.state == "ready" and notice.partner_id not in left_out
                )
            )
            if len(ready) > self._send_at_once():
                run.action_queue()
                continue
            started = time.monotonic()
            ready._deliver()
            run.duration += time.monotonic() - started
            run._finish()
        return True

    @api.model
    def _send_at_once(self):
        """How many notices are sent while the user waits; more go out in the background."""
        return SEND_AT_ONCE if may_commit(self.env) else float("inf")

    def action_queue(self):
        """Prepare and deliver in the background."""
        self.state = "queued"
        self._wake_up()

    @api.model
    def _wake_up(self):
        """Start the scheduled action that works in the background."""
        # sudo: whoever may start a run or send may wake up its scheduled action.
        self.env.ref("account_dunning_plus.ir_cron_dunning_continue").sudo()._trigger()

    def action_view_notices(self):
        """Open the run's notices."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_dunning_notice_action"
        )
        state = self.env.context.get("dunning_state")
        domain = [("run_id", "=", self.id)]
        if state:
            domain.append(("state", "in", state.split(",")))
        return dict(action, domain=domain, context={}, display_name=self.display_name)

    # ----------------------------------------------------------------- prepare

    def _prepare(self):
        """Decide and record all customers of the run's company at once."""
        self.ensure_one()
        started = time.monotonic()
        everybody = self._partner_ids_to_decide()
        if not everybody and not self.prepared_partner_id:
            self._begin()
        for partner_ids in split_every(PREPARE_BATCH, everybody, list):
            self._prepare_customers(partner_ids)
        self.state = "prepared"
        self.duration += time.monotonic() - started

    def _prepare_batches(self):
        """Decide and record customers, a transaction for each batch.

        :return: False when the time is up
        """
        self.ensure_one()
        if self.state == "prepared":
            return True
        partner_ids = self._partner_ids_to_decide()
        remaining = len(partner_ids)
        if not partner_ids and not self.prepared_partner_id:
            self._in_transaction(self._begin, 0, 0)
        for batch in split_every(PREPARE_BATCH, partner_ids, list):
            remaining -= len(batch)
            left = self._in_transaction(
                lambda batch=batch: self._prepare_customers(batch), len(batch), remaining
            )
            if not left:
                return left is None
        if self.state == "queued":
            # It stays so until it is done: the next call finds it by that.
            return True
        self._in_transaction(lambda: self.write({"state": "prepared"}), 0, 0)
        return True

    def _partner_ids_to_decide(self):
        """Customers with open items or an open notice whose turn has not yet come, by id."""
        self.ensure_one()
        partner_ids = set(
            self.env["account.dunning.facts"]._partner_ids_with_open_items(self.company_id)
        )
        notices = (
            self.env["account.dunning.notice"]
            .sudo()
            ._read_group(notices_open_domain(self.company_id), ["partner_id"])
        )
        partner_ids.update(partner.id for [partner] in notices)
        partner_ids -= set(self.excluded_partner_ids.ids)
        return sorted(pid for pid in partner_ids if pid > self.prepared_partner_id)

    def _prepare_customers(self, partner_ids):
        """Decide a batch of customers and record their notices."""
        company = self.company_id
        if not self.prepared_partner_id:
            self.reason_ids.sudo().unlink()
            self._begin()
        calendar = company._dunning_working_days(self.date)
        notices = self.env["account.dunning.notice"]
        early = notices._early_item_ids(company, partner_ids)
        preferences = self.env["res.partner"]._dunning_preferences_of(partner_ids, self.date)
        early |= notices._kept_item_ids(company, preferences, self.date)
        decided = self.env["account.dunning.facts"]._decide(
            company, partner_ids, self.date, calendar, early, preferences=preferences
        )
        notices._record(self, partner_ids, decided)
        self._count_reasons(decided)
        self.prepared_partner_id = partner_ids[-1]

    def _begin(self):
        """Look at the bank and at what was sent before anybody is decided on."""
        self.company_id._dunning_begin_night(self.company_id, self.date)
        # sudo: the settings of the run's company.
        self.bank_message = self.company_id.sudo()._dunning_bank_words(self.date)

    def _count_reasons(self, decided):
        """Add a batch to the run's counts of customers, items and amounts by reason."""
        customers, items, amounts = Counter(), Counter(), Counter()
        for customer in decided:
            by_reason = groupby(
                zip(customer.decision.items, customer.items, strict=True),
                key=lambda known: known[0].reason,
            )
            seen = set()
            # Most customers have one reason for all their items.
            for reason, known in by_reason:
                own = [item.amount for _decision, item in known]
                items[reason] += len(own)
                amounts[reason] += sum(own)
                seen.add(reason)
            customers.update(seen)
        scale = 10**self.currency_id.decimal_places
        existing = {row.reason: row for row in self.reason_ids}
        new = []
        for reason in Reason:
            if not items[reason]:
                continue
            vals = {
                "customer_count": customers[reason],
                "item_count": items[reason],
                "amount": amounts[reason] / scale,
            }
            if row := existing.get(reason.value):
                row.sudo().write({name: row[name] + value for name, value in vals.items()})
            else:
                new.append(dict(vals, run_id=self.id, reason=reason.value))
        # sudo: the counts are the run's own, users only read them.
        self.env["account.dunning.run.reason"].sudo().create(new)

    # ----------------------------------------------------------------- deliver

    def _deliver_batches(self):
        """Deliver the company's ready notices, a transaction for each batch.

        :return: False when the time is up
        """
        self.ensure_one()
        notices = self.env["account.dunning.notice"]
        not_today = self.env["res.partner"]._dunning_not_today(self.company_id, self.date)
        notices = notices.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "=", "ready")
            & Domain("partner_id", "not in", [*self.excluded_partner_ids.ids, *not_today])
            & notices._by_itself_domain(),
            # Those with one text together: it is made for many at once.
            order="level_id, id",
        )
        remaining = len(notices)
        for batch in notices._delivery_batches(DELIVER_BATCH, RENDER_BATCH):
            remaining -= len(batch)
            left = self._in_transaction(batch._deliver, len(batch), remaining)
            if not left:
                return left is None
        self._in_transaction(self._finish, 0, 0)
        return True

    def _in_transaction(self, work, processed, remaining):
        """Do a batch's work and commit it; again when another transaction was in the way.

        :param work: function without arguments
        :return: seconds left for the scheduled action, 0 when the time is up, None when
            another process works on this run
        """
        self.ensure_one()

        def timed():
            started = time.monotonic()
            if not self.try_lock_for_update(allow_referencing=True):
                _logger.info("Dunning run %s is being worked on elsewhere", self.id)
                return None
            work()
            self.duration += time.monotonic() - started
            return True

        return in_transaction(self.env, timed, lambda: self._commit(processed, remaining))

    def _finish(self):
        self.ensure_one()
        self.state = "done"
        if not self.notice_ids:
            self.message = self.env._("Nobody is due for a reminder: see the reasons below.")
        else:
            self.message = False

    @api.model
    def _commit(self, processed=0, remaining=0):
        """End a batch's transaction so that an interruption loses no more than one batch.

        :param processed: customers or notices of the batch
        :param remaining: how many are left; something always is until ``commit_end``, or
            the server would not call again when the time is up
        :return: seconds left for the scheduled action
        """
        return commit(self.env, processed, remaining)


def notices_open_domain(company):
    """Notices of a company that are still to reach the customer."""
    return [("company_id", "=", company.id), ("state", "in", ("draft", "ready", "failed"))]
