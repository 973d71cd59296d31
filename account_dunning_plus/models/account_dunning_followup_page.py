from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, formatLang

from ..engine import Reason
from .account_dunning_followup import BUCKETS
from .account_dunning_followup_query import open_condition
from .field_types import Handed

# Which of a customer's items says best what happens next, first to last.
_NEXT = (
    Reason.DUE,
    Reason.TOLD,
    Reason.LOOKS_PAID,
    Reason.NOT_DELIVERED,
    Reason.BANK_OLD,
    Reason.UNLAWFUL,
    Reason.SCHEDULED,
    Reason.SAID_PAID,
    Reason.DISPUTED,
    Reason.DISCOUNT,
    Reason.BELOW_MINIMUM,
    Reason.COVERED,
    Reason.NO_POLICY,
)


class AccountDunningFollowup(models.Model):
    """What a row says in words; read for the rows of a page at once."""

    _inherit = "account.dunning.followup"

    # Both the words of a row and its items are read from it: decided once. It is no JSON.
    decision = Handed(compute="_compute_decision", groups=fields.NO_ACCESS)
    reason = fields.Char(
        string="Why", compute="_compute_words", help="Why this customer is in the list."
    )
    next_step = fields.Char(compute="_compute_words", help="What to do, or what happens by itself.")
    priority_explanation = fields.Text(compute="_compute_priority_explanation")
    days_since_contact = fields.Integer(
        string="Days Since", compute="_compute_days_since_contact", help="Since the last contact."
    )
    credit_limit_use = fields.Float(
        compute="_compute_credit_limit_use",
        help="What is owed as a percentage of the customer's credit limit.",
    )
    phone = fields.Char(compute="_compute_phone")
    ageing = fields.Json(string="Ageing Bar", compute="_compute_ageing")
    currency_split = fields.Char(string="By Currency", compute="_compute_currency_split")
    worked_by = fields.Char(
        compute="_compute_worked_by",
        help="Who has this customer open, or worked on it today.",
    )

    # ------------------------------------------------------------------- words

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_words(self):
        decided = self._decided()
        failures = self._failure_messages()
        activities = self._due_activities()
        for row in self:
            if not row.is_open:
                row.reason = self.env._("Nothing is open")
                row.next_step = self.env._("Nothing to do")
                continue
            reasons, steps = [], []
            if row.needs_promise:
                reasons.append(self.env._("A promise was broken"))
                steps.append(self.env._("Call: agree on another day, or let reminders go on"))
            if row.needs_failed:
                reasons.append(self.env._("Message not delivered"))
                steps.append(failures.get(row) or self.env._("Correct the address and send again"))
            if row.promise_to_approve:
                reasons.append(self.env._("A promise waits for approval"))
                steps.append(self.env._("Look at the promise and approve it"))
            elif row.needs_approve:
                reasons.append(self.env._("Reminder waits for approval"))
                steps.append(self.env._("Look at the reminder and approve it"))
            if row.needs_call:
                reasons.append(activities.get(row) or self.env._("Call due"))
                steps.append(self.env._("Call, and log what was said"))
            if row.needs_dispute:
                reasons.append(self.env._("A dispute waits for an answer"))
                steps.append(self.env._("Credit, reject or settle the dispute"))
            if row.needs_final:
                reasons.append(self.env._("All reminders were sent"))
                steps.append(self.env._("Decide: call, hold, collection agency or write-off"))
            if row.needs_archived:
                reasons.append(self.env._("The customer is archived but owes money"))
                steps.append(self.env._("Restore the customer, or write the debt off"))
            if not reasons:
                reason, step = row._quiet_words(decided.get(row))
                reasons.append(reason)
                steps.append(step)
            row.reason = "; ".join(reasons)
            row.next_step = steps[0]

    @api.depends("partner_id", "company_id")
    def _compute_decision(self):
        self.decision = None
        facts = self.env["account.dunning.facts"]
        # sudo: settings of the company; the rows may be read.
        for company, rows in self.grouped(lambda row: row.company_id.sudo()).items():
            today = company._dunning_today()
            by_partner = {row.partner_id.id: row for row in rows}
            for customer in facts._decide(
                company, list(by_partner), today, company._dunning_working_days(today)
            ):
                by_partner[customer.partner_id].decision = customer

    def _decided(self):
        """What the engine decides today of each row's customer.

        :return: dict of row to DecidedCustomer
        """
        # sudo: nobody reads the decision itself, what is said of it belongs to the row.
        decisions = self.sudo().mapped("decision")
        return {row: own for row, own in zip(self, decisions, strict=True) if own}

    def _quiet_words(self, customer):
        """Why nobody is needed, and what happens by itself.

        :param customer: DecidedCustomer, None when nothing is open
        """
        self.ensure_one()
        facts = self.env["account.dunning.facts"]
        if not customer or not self.is_open:
            return self.env._("Nothing is open"), self.env._("Nothing to do")
        if self.situation == "hold" and self.promise_date:
            return (
                self.env._(
                    "Promised: %(amount)s by %(date)s",
                    amount=formatLang(self.env, self.promise_amount, currency_obj=self.currency_id),
                    date=facts._day(self.promise_date),
                ),
                self.env._("The bank tells whether it is kept"),
            )
        if self.situation == "hold":
            day = facts._day(self.hold_until)
            reason = self.env._("On hold until %s", day)
            if self.hold_reason:
                reason = f"{reason}: {self.hold_reason}"
            return reason, self.env._("Reminders go on after %s", day)
        if self.days_overdue == 1:
            reason = self.env._("1 day overdue")
        elif self.days_overdue:
            reason = self.env._("%s days overdue", self.days_overdue)
        else:
            reason = self.env._("Nothing is overdue yet")
        nexts = [
            (own, item)
            for item, own in zip(customer.items, customer.decision.items, strict=True)
            if own.reason in _NEXT
        ]
        if not nexts:
            return reason, self.env._("Nothing to do")
        own, item = min(
            nexts,
            key=lambda known: (
                _NEXT.index(known[0].reason),
                known[0].next_date or fields.Date.today(),
            ),
        )
        # sudo: the policy of a customer whose row may be read.
        policy = self.env["account.dunning.policy"].sudo().browse(customer.policy_id)
        return reason, facts._reason_words(
            self.company_id.sudo(), policy, own, self.hold_until, self.hold_reason, item
        )

    def _failure_messages(self):
        """Why the reminder of each row was not delivered.

        :return: dict of row to sentence
        """
        failed = self.filtered("needs_failed")
        if not failed:
            return {}
        domain = [
            ("state", "=", "failed"),
            ("partner_id", "in", failed.partner_id.ids),
            ("company_id", "in", failed.company_id.ids),
        ]
        # sudo: the sentence belongs to the row, which may be read.
        notices = [
            *self.env["account.discount.notice"].sudo().search(domain, order="id"),
            *self.env["account.dunning.notice"].sudo().search(domain, order="id"),
        ]
        messages = {}
        for notice in notices:
            words = notice.failure_message
            if notice.failure_type == "address":
                # Said anew, in the reader's language and of the address as it is now.
                words = notice.recipient_id._dunning_email_problem() or self.env._(
                    "The address was corrected: send the message again"
                )
            messages[notice.partner_id, notice.company_id.id] = words
        return {row: messages.get((row.partner_id, row.company_id.id)) for row in failed}

    def _due_activities(self):
        """The summary of the activity that is due for each row.

        :return: dict of row to words
        """
        due = self.filtered("needs_call")
        if not due:
            return {}
        rows = {(row.partner_id.id, row.company_id.id): row for row in due}
        # sudo: what is planned for a customer is shown to all who may read the row.
        activities = self.env["mail.activity"].sudo()
        notices = (
            self.env["account.dunning.notice"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", due.partner_id.ids),
                    ("company_id", "in", due.company_id.ids),
                    ("activity_ids", "!=", False),
                    ("state", "!=", "cancelled"),
                ]
            )
        )
        of_notice = {
            notice.id: rows.get((notice.partner_id.id, notice.company_id.id)) for notice in notices
        }
        found = activities.search(
            [
                "|",
                *("&", ("res_model", "=", self._name), ("res_id", "in", due.ids)),
                *("&", ("res_model", "=", notices._name), ("res_id", "in", notices.ids)),
            ],
            order="date_deadline desc, id",
        )
        words = {}
        for activity in found:
            row = (
                of_notice.get(activity.res_id)
                if activity.res_model == notices._name
                else self.browse(activity.res_id)
            )
            if row:
                words[row] = self.env._(
                    "%(activity)s due %(date)s",
                    activity=activity.activity_type_id.name or activity.summary,
                    date=self.env["account.dunning.facts"]._day(activity.date_deadline),
                )
        return words

    @api.depends("priority")
    @api.depends_context("lang")
    def _compute_priority_explanation(self):
        names = {
            "amount": self.env._("Overdue amount"),
            "age": self.env._("Days overdue"),
            "behaviour": self.env._("Rating"),
            "promises": self.env._("Broken promises"),
        }
        for row in self:
            points = row._row_priority()
            lines = [
                self.env._(
                    "%(part)s: %(points).0f of %(most)s points",
                    part=names[part],
                    points=own,
                    most=most,
                )
                for part, (own, most) in points.parts.items()
            ]
            if points.is_lifted:
                lines.append(
                    self.env._("A reply waits to be read: before all others")
                    if row.needs_reply
                    else self.env._("A promise was broken: before all others")
                )
            if points.is_rest:
                lines.append(self.env._("A small rest: all points count for a quarter"))
            row.priority_explanation = "\n".join(lines) or self.env._("Nothing is overdue")

    # ----------------------------------------------------------------- figures

    @api.depends("last_contact_date")
    def _compute_days_since_contact(self):
        for row in self:
            # sudo: the company's day is no secret.
            today = row.company_id.sudo()._dunning_today()
            last = row.last_contact_date
            row.days_since_contact = (today - last).days if last else 0

    @api.depends("amount_due")
    def _compute_credit_limit_use(self):
        for row in self:
            # sudo: the limit of a customer whose debt may be read.
            partner = row.partner_id.sudo().with_company(row.company_id)
            limit = partner.credit_limit if partner.use_partner_credit_limit else 0
            row.credit_limit_use = max(0, row.amount_due) * 100 / limit if limit > 0 else 0

    @api.depends("partner_id")
    def _compute_phone(self):
        for row in self:
            row.phone = row.partner_id.phone

    @api.depends("amount_upcoming", *(f"amount_{bucket}" for bucket in BUCKETS))
    @api.depends_context("lang")
    def _compute_ageing(self):
        labels = dict(self._fields["ageing_bucket"]._description_selection(self.env))
        for row in self:
            amounts = {"current": row.amount_upcoming}
            amounts.update((bucket, row[f"amount_{bucket}"]) for bucket in BUCKETS)
            total = sum(amounts.values())
            row.ageing = [
                {
                    "key": key,
                    "label": labels[key],
                    "amount": amount,
                    "text": formatLang(self.env, amount, currency_obj=row.currency_id),
                    "share": amount / total if total else 0,
                }
                for key, amount in amounts.items()
            ]

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_currency_split(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, line.company_id, line.currency_id,
                       SUM(line.amount_residual_currency)
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE %(open)s
                   AND line.partner_id IN (
                        SELECT id FROM res_partner
                         WHERE commercial_partner_id = ANY(%(partners)s))
                 GROUP BY 1, 2, 3
                 ORDER BY 3
                """,
                open=open_condition(self.company_id),
                partners=self.partner_id.ids,
            )
        )
        split = defaultdict(dict)
        for partner_id, company_id, currency_id, amount in rows:
            split[partner_id, company_id][currency_id] = amount
        for row in self:
            amounts = split[row.partner_id.id, row.company_id.id]
            currencies = self.env["res.currency"].browse(amounts)
            row.currency_split = (
                " · ".join(
                    formatLang(self.env, amounts[currency.id], currency_obj=currency)
                    for currency in currencies
                )
                if currencies - row.currency_id
                else False
            )

    # ------------------------------------------------------------- who is busy

    @api.depends("partner_id")
    @api.depends_context("lang", "uid")
    def _compute_worked_by(self):
        now = fields.Datetime.now()
        calls = self.env["account.dunning.call"]._read_group(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("date", ">=", fields.Datetime.start_of(now, "day")),
            ],
            ["partner_id", "company_id"],
            ["user_id:recordset"],
        )
        called = {(partner.id, company.id): users for partner, company, users in calls}
        for row, customer in zip(self, self._customers(), strict=True):
            # sudo in _customers: who has a customer open is shown to all who see the row.
            other = customer._opened_by_other()
            users = called.get((row.partner_id.id, row.company_id.id))
            if other:
                row.worked_by = self.env._("Open by %s", other.name)
            elif users:
                row.worked_by = self.env._(
                    "Called today by %s", ", ".join(users.sudo().mapped("name"))
                )
            else:
                row.worked_by = False

    def action_opened(self):
        """Remember who has this customer open, so that two do not call at once.

        :return: {"others": name of the colleague who has it open, or ""}
        """
        self.ensure_one()
        self.check_access("read")
        customer = self._customers()
        other = customer._opened_by_other()
        if not other and customer.try_lock_for_update():
            customer.write({"opened_user_id": self.env.uid, "opened_at": fields.Datetime.now()})
        return {"others": other.name or ""}
