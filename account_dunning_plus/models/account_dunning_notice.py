import json
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.json import json_default

from .account_dunning_run import notices_open_domain
from .field_types import SharedJson, UncheckedMany2one


class NoticeRow(NamedTuple):
    """An item that goes on a notice.

    ``asked`` is the amount asked for, in the item's currency.
    """

    item_id: int
    level_id: int
    days_overdue: int
    asked: float
    currency_id: int
    move_id: int
    move_name: str | None


class AccountDunningNotice(models.Model):
    """What one customer gets from one run.

    Until it is sent a notice is rewritten as the ledger changes; once sent, its
    lines are history.
    """

    _name = "account.dunning.notice"
    _description = "Dunning Notice"
    _inherit = [
        # Before mail.thread: it says who is written to.
        "account.dunning.mailed",
        "mail.thread",
        "mail.activity.mixin",
        "account.dunning.rights",
    ]
    _order = "date desc, id desc"
    _mail_post_access = "read"

    run_id = fields.Many2one(
        "account.dunning.run", required=True, ondelete="cascade", index=True, readonly=True
    )
    # Of these three each of a night's notices would be checked. A run keeps its company, which
    # is the notice's; policies and levels refuse to be deleted once they were used.
    company_id = UncheckedMany2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    policy_id = UncheckedMany2one("account.dunning.policy", readonly=True, ondelete="restrict")
    level_id = UncheckedMany2one(
        "account.dunning.level",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        help="The highest level on this notice; its text is used.",
    )
    date = fields.Date(
        required=True, readonly=True, index=True, help="The day it went out, or was prepared."
    )
    state = fields.Selection(
        [
            ("draft", "To Approve"),
            ("ready", "Ready"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    line_ids = fields.One2many(
        "account.dunning.notice.line", "notice_id", string="Items", readonly=True
    )
    amount_due = fields.Monetary(
        readonly=True,
        help="What the notice asks for in the company's currency: its items and all others "
        "overdue, less open credits.",
    )
    amount_charges = fields.Monetary(
        string="Charges",
        readonly=True,
        help="Interest and costs of the amount due, in the company's currency.",
    )
    statement = SharedJson(
        readonly=True,
        copy=False,
        help="What the message stated when it left: the items, other overdue items and open "
        "credits. Until then statement_now has what is open.",
    )
    approved_user_id = fields.Many2one("res.users", string="Approved By", readonly=True, copy=False)
    announced_on = fields.Date(
        string="Charges Announced On",
        readonly=True,
        copy=False,
        help="The day on which it first told a consumer of charges to come.",
    )
    announced_until = fields.Date(
        string="Without Charges Until",
        readonly=True,
        copy=False,
        help="The last day of the period that the law gives a consumer to pay without the charges "
        "that this notice announces.",
    )
    letter_due = fields.Boolean(
        string="Letter To Print", compute="_compute_letter_due", search="_search_letter_due"
    )
    preview_html = fields.Html(
        string="Preview", compute="_compute_preview_html", sanitize=False, compute_sudo=False
    )

    # Of what has not gone out only: contacts that are merged keep the history of both.
    _open_run_partner_unique = models.UniqueIndex(
        "(run_id, partner_id) WHERE state IN ('draft', 'ready', 'failed')",
        "A customer gets one notice from a run.",
    )
    _open_index = models.Index(
        "(company_id, partner_id) WHERE state IN ('draft', 'ready', 'failed')"
    )

    # ----------------------------------------------------------------- compute

    @api.depends("partner_id", "level_id")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = f"{notice.partner_id.display_name} – {notice.level_id.name}"

    @api.depends("channel", "level_id.print_letter", "letter_date", "state")
    def _compute_letter_due(self):
        for notice in self:
            notice.letter_due = (
                notice._goes_by_letter()
                and not notice.letter_date
                and notice.state in ("ready", "sent")
            )

    def _search_letter_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = (
            self._letter_domain()
            & Domain("letter_date", "=", False)
            & Domain("state", "in", ("ready", "sent"))
        )
        return domain if True in value else ~domain

    # ------------------------------------------------------------------ record

    @api.model
    def _record(self, run, partner_ids, decided, by_hand=False):
        """Bring the notices of a batch of customers in line with what was decided.

        A customer's notice that is still open is rewritten; it is cancelled when
        nothing is due any more. A customer who was sent one today, or whose notice of
        this run was cancelled, gets none.

        :param run: the account.dunning.run
        :param partner_ids: the customers that were decided
        :param decided: list of DecidedCustomer
        :param by_hand: a person sends to these customers, also after a notice of this run
            was cancelled
        :return: the notices written
        """
        # sudo: notices are written by the run alone, whoever may start one.
        notices = self.sudo()
        current_notices = notices.search(
            Domain(notices_open_domain(run.company_id)) & Domain("partner_id", "in", partner_ids),
            order="id desc",
        )
        current_notices.line_ids.fetch(["move_line_id", "level_id"])
        open_notices = current_notices.grouped("partner_id")
        done_today = self._partner_ids_done(run, partner_ids, by_hand)
        obsolete = notices.browse()
        vals_list, lines_list = [], []
        partners = self.env["res.partner"].browse(customer.partner_id for customer in decided)
        reminded = partners.browse(
            customer.partner_id for customer in decided if customer.decision.level is not None
        )
        roles = partners._dunning_roles_of(reminded.ids)
        recipients = reminded._dunning_recipients(roles)
        claims = self.env["account.dunning.charge"]._claims(run.company_id, decided, run.date)
        for partner, customer in zip(partners, decided, strict=True):
            current = open_notices.pop(partner, notices.browse())
            if partner.id in done_today:
                continue
            if customer.decision.level is None:
                obsolete |= current
                continue
            vals, lines = self._prepare_notice(
                run, partner, customer, recipients[partner.id], claims.get(partner.id, ()), roles
            )
            if current:
                current[1:]._cancel(self.env._("Merged with a newer reminder."))
                current[:1]._rewrite(vals, lines)
            else:
                vals_list.append(vals)
                lines_list.append(lines)
        obsolete = obsolete.union(*open_notices.values())
        obsolete._cancel(self.env._("Nothing is due any more."))
        created = notices._insert(vals_list)
        created._write_lines(lines_list)
        return created

    @api.model
    def _insert(self, vals_list):
        """Create notices in one statement; nobody follows them or is told of them.

        :param vals_list: as for ``create``: the same fields in each, stored ones only, and
            each customer once
        :return: the notices, in the order of their values
        """
        if not vals_list:
            return self.browse()
        self.flush_model()
        defaults = self.default_get(
            [
                name
                for name, field in self._fields.items()
                if field.store and field.column_type and name not in vals_list[0]
            ]
        )
        vals_list = [{**defaults, **vals} for vals in vals_list]
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO account_dunning_notice (
                       %(columns)s, create_uid, create_date, write_uid, write_date)
                SELECT %(columns)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM JSON_POPULATE_RECORDSET(NULL::account_dunning_notice, %(rows)s)
                RETURNING partner_id, id
                """,
                columns=SQL(", ").join(map(SQL.identifier, vals_list[0])),
                uid=self.env.uid,
                now=self.env.cr.now(),
                rows=json.dumps(vals_list, default=json_default),
            )
        )
        ids = dict(rows)
        self.env["account.dunning.run"].invalidate_model(["notice_ids"])
        return self.browse(ids[vals["partner_id"]] for vals in vals_list)

    @api.model
    def _partner_ids_done(self, run, partner_ids, by_hand=False):
        """Customers who get nothing more from a run: sent one today, or cancelled by hand.

        :param run: the account.dunning.run, maybe a new one
        :param by_hand: a person sends to these customers: what was cancelled may go out
        """
        company = run.company_id
        sent = Domain("date", "=", company._dunning_today()) & Domain("state", "=", "sent")
        states = ("sent",) if by_hand else ("sent", "cancelled")
        of_run = Domain("run_id", "in", run.ids) & Domain("state", "in", states)
        # sudo: the run itself, whoever may start one.
        groups = self.sudo()._read_group(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", partner_ids)
            & (sent | of_run),
            ["partner_id"],
        )
        return {partner.id for [partner] in groups}

    @api.model
    def _prepare_notice(self, run, partner, customer, recipient_id=None, charges=(), roles=None):
        """Values of a customer's notice, and the rows of its items.

        :param customer: DecidedCustomer
        :param recipient_id: to whom it is addressed, where that is known already
        :param charges: rows of what it claims beside its items, of ``_claims``
        :param roles: of ``_dunning_roles_of``, None to ask
        :return: values but for the statement, which is kept when it leaves, and a list of
            rows as for ``_write_lines``
        """
        decision, levels, today = customer.decision, customer.level_ids, run.date
        lines = [
            NoticeRow(
                item.id,
                levels[own.level],
                (today - item.due_date).days,
                item.asked_residual,
                item.currency_id,
                item.move_id,
                item.name,
            )
            for item, own in zip(customer.items, decision.items, strict=True)
            if own.level is not None
        ]
        stated = self._stated_items(customer, {line.item_id for line in lines}, today, charges)
        if roles is None:
            roles = partner._dunning_roles_of(partner.ids)
        if not recipient_id:
            recipient_id = partner._dunning_recipients(roles)[partner.id]
        level = self.env["account.dunning.level"].browse(levels[decision.level])
        return {
            "run_id": run.id,
            "company_id": run.company_id.id,
            "partner_id": partner.id,
            "recipient_id": recipient_id,
            **self._wished(level, customer, partner.browse(recipient_id), roles.get(partner.id)),
            "policy_id": customer.policy_id,
            "level_id": levels[decision.level],
            "date": today,
            "state": "draft" if decision.requires_approval else "ready",
            **self._prepare_amounts(run.company_id, customer, stated, today, charges),
        }, lines

    @api.model
    def _prepare_stated_notice(self, run, partner, customer):
        """As ``_prepare_notice``, with the statement: of a notice that does not wait to leave."""
        company, today = run.company_id, run.date
        claims = self.env["account.dunning.charge"]._claims(company, [customer], today)
        charges = claims.get(partner.id, ())
        vals, lines = self._prepare_notice(run, partner, customer, charges=charges)
        stated = self._stated_items(customer, {line.item_id for line in lines}, today, charges)
        statement = self._prepare_statement(company, customer, stated, today, charges)
        return {**vals, "statement": statement}, lines

    def _rewrite(self, vals, lines):
        """Bring an open notice up to date; one that already says the same is left alone.

        Its approval holds for as long as it says the same.
        """
        self.ensure_one()
        written = {(line.move_line_id.id, line.level_id.id) for line in self.line_ids}
        same = written == {(line.item_id, line.level_id) for line in lines}
        if same:
            if self.state in ("ready", vals["state"]):
                return
            if self.state == "failed" and not self._may_retry(vals["recipient_id"]):
                return
            if self.approved_user_id:
                vals = dict(vals, state="ready")
        else:
            vals = dict(vals, approved_user_id=False)
        self.line_ids.unlink()
        self.write(dict(vals, statement=False, failure_type=False, failure_message=False))
        self._write_lines([lines])

    def _write_lines(self, lines_list):
        """Write the lines of notices.

        One statement for all of them: a night can have a hundred thousand items, and
        the ORM would spend most of the run on them.

        :param lines_list: for each notice a list of NoticeRow
        """
        rows = [
            (notice_id, *line)
            for notice_id, lines in zip(self._ids, lines_list, strict=True)
            for line in lines
        ]
        if not rows:
            return
        self.flush_model()
        self.env["account.dunning.notice.line"].flush_model()
        *columns, names = zip(*rows, strict=True)
        keys = ("notices", "items", "levels", "days", "asked", "currencies", "moves")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO account_dunning_notice_line (
                       notice_id, state, move_line_id, move_id, move_name, level_id,
                       currency_id, date_maturity, amount_residual, days_overdue)
                SELECT notice.id, notice.state, new.item_id, new.move_id, new.move_name,
                       new.level_id, new.currency_id, notice.date - new.days_overdue,
                       new.asked, new.days_overdue
                  FROM UNNEST(%(notices)s::int[], %(items)s::int[], %(levels)s::int[],
                              %(days)s::int[], %(asked)s::numeric[], %(currencies)s::int[],
                              %(moves)s::int[],
                              ARRAY(SELECT JSON_ARRAY_ELEMENTS_TEXT(%(names)s::json)))
                       AS new(notice_id, item_id, level_id, days_overdue, asked, currency_id,
                              move_id, move_name)
                  JOIN (SELECT id, state, date FROM account_dunning_notice
                         -- Else all notices of the night are read for each batch.
                         WHERE id = ANY(%(ids)s)) notice
                    ON notice.id = new.notice_id
                """,
                ids=self.ids,
                # As text: a list of numbers is parsed one by one, as an expression each.
                **{
                    key: f"{{{','.join(map(str, values))}}}"
                    for key, values in zip(keys, columns, strict=True)
                },
                names=json.dumps(names),
            )
        )
        self.invalidate_recordset(["line_ids"])
        self.env["account.move"].invalidate_model(["dunning_line_ids", "dunning_reason"])

    # ----------------------------------------------------------------- actions

    def action_approve(self):
        """Release notices that wait for approval, and deliver them."""
        self._check_manager()
        waiting = self.filtered(lambda notice: notice.state == "draft")
        if not waiting:
            raise UserError(self.env._("None of these notices is waiting for approval."))
        # sudo: notices are written by their workflow alone; the right was checked above.
        waiting.sudo().write({"state": "ready", "approved_user_id": self.env.uid})
        for notice in waiting:
            notice.message_post(body=self.env._("Approved by %s.", self.env.user.name))
        (waiting - waiting._wait_for_their_day())._deliver()
        return True

    def action_send(self):
        """Deliver ready notices, and try failed ones again."""
        self._check_user()
        again = self.filtered(lambda notice: notice.state in ("ready", "failed"))
        if not again:
            raise UserError(self.env._("Only a ready or failed notice can be sent."))
        # sudo: notices are written by their workflow alone; the right was checked above.
        again.sudo().state = "ready"
        again._deliver()
        return True

    def action_resend(self):
        """Send notices that went out once more, with what is still open of them."""
        self._check_user()
        sent = self.filtered(lambda notice: notice.state == "sent")
        if not sent:
            raise UserError(self.env._("Only a notice that was sent can be sent again."))
        sent._resend()
        return True

    def action_cancel(self):
        """Cancel notices that have not gone out; their items are decided anew next time."""
        self._check_user()
        if self.filtered(lambda notice: notice.state == "sent"):
            raise UserError(self.env._("A notice that was sent cannot be cancelled."))
        self.sudo()._cancel(self.env._("Cancelled by %s.", self.env.user.name))
        return True

    def action_print_letter(self):
        """Print the letters, each with what is open at this moment."""
        self._check_user()
        printable = self.filtered(lambda notice: notice.state in ("ready", "sent", "failed"))
        if not printable:
            raise UserError(
                self.env._("Only a notice that is ready, sent or failed can be printed.")
            )
        # sudo: printing writes the notice; the right was checked above.
        return printable.sudo()._print_letters()

    def _check_manager(self):
        self._check_group(
            "account_dunning_plus.group_dunning_manager",
            self.env._("Only a dunning manager may approve reminders."),
        )

    def unlink(self):
        # sudo: lines go with their notice; whether that may go is checked for itself.
        lines = self.sudo().line_ids
        result = super().unlink()
        lines.unlink()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(notice.state == "sent" for notice in self):
            raise UserError(self.env._("A notice that was sent is history and cannot be deleted."))
