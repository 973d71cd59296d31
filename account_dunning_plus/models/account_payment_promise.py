from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, formatLang

from .. import engine

STATES = [
    ("draft", "To Approve"),
    ("open", "Open"),
    ("kept", "Kept"),
    ("partial", "Partly Kept"),
    ("broken", "Broken"),
    ("cancelled", "Cancelled"),
]

# Without the right to work with reminders a promise holds for this long at most.
MAX_DAYS_VIEWER = 14

# What may be written by hand once a promise runs; all else is history or follows from the bank.
_FREE = {"note", "user_id"}

# What the workflow alone writes.
_GUARDED = {
    "state",
    "since_partial_id",
    "amount_paid",
    "broken_on",
    "broken_told",
    "broken_activity_id",
    "is_untold",
    "paid_late",
    "approved_user_id",
    "approval_reason",
    "previous_id",
    "reschedule_count",
    "confirmed_on",
    "item_ids",
    "message_id",
    "tolerance_days",
    "rest_falls_due",
    "interest_move_id",
    "broken_message_due",
    "message_problem",
    "message_activity_id",
}


class AccountPaymentPromise(models.Model):
    """What a customer promised to pay, at once or in instalments.

    While it is open, what it covers is not dunned. What becomes of it is judged by what
    reaches the covered items, never by hand.
    """

    _name = "account.payment.promise"
    _description = "Payment Promise"
    _inherit = ["mail.thread", "mail.activity.mixin", "account.dunning.rights"]
    _order = "date desc, id desc"
    _mail_post_access = "read"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        help="The company that owes.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True, precompute=True
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Promised By",
        domain="[('id', 'child_of', partner_id)]",
        ondelete="set null",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Promised To",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="set null",
        index="btree_not_null",
    )
    channel = fields.Selection(
        [
            ("phone", "By phone"),
            ("email", "By e-mail"),
            ("portal", "On the customer's page"),
            ("person", "In person"),
        ],
        string="How",
        required=True,
        default="phone",
    )
    made_on = fields.Date(required=True, default=lambda self: self.env.company._dunning_today())
    amount = fields.Monetary(
        required=True, help="What was promised in all: everything that is open, or a part of it."
    )
    date = fields.Date(
        string="Pay By", required=True, index=True, help="The day by which all is paid."
    )
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, index=True, tracking=True
    )
    line_ids = fields.One2many("account.payment.promise.line", "promise_id", string="Instalments")
    item_ids = fields.One2many(
        "account.payment.promise.item", "promise_id", string="Covered Items", copy=False
    )
    move_line_ids = fields.Many2many(
        "account.move.line",
        string="Items",
        compute="_compute_move_line_ids",
        # Dunning users see the covered items without being allowed to read the ledger.
        compute_sudo=True,
        inverse="_inverse_move_line_ids",
        help="What is promised to be paid. Empty: the whole account.",
    )
    move_ids = fields.Many2many(
        "account.move", string="Invoices", compute="_compute_move_ids", search="_search_move_ids"
    )
    note = fields.Text()
    is_plan = fields.Boolean(
        string="Payment Plan", compute="_compute_is_plan", store=True, help="Several instalments."
    )
    plan_by = fields.Selection(
        [("number", "By number"), ("amount", "By amount"), ("free", "Freely")],
        string="Instalments By",
        default="number",
        required=True,
    )
    plan_number = fields.Integer(string="Number of Instalments", default=1)
    in_instalments = fields.Boolean(store=False, help="Pay in several parts.")
    plan_amount = fields.Monetary(string="Amount of an Instalment")
    plan_rhythm = fields.Selection(
        [("weekly", "Weekly"), ("monthly", "Monthly"), ("month_end", "At the end of the month")],
        string="Rhythm",
        default="monthly",
        required=True,
    )
    first_date = fields.Date(string="First Payment On")
    # What had been reconciled before the promise was made does not count.
    since_partial_id = fields.Integer(readonly=True, copy=False)
    amount_paid = fields.Monetary(
        string="Paid", readonly=True, copy=False, help="What reached the items since."
    )
    amount_left = fields.Monetary(string="Still Promised", compute="_compute_amount_left")
    broken_on = fields.Date(readonly=True, copy=False, index="btree_not_null")
    paid_late = fields.Boolean(
        string="Kept Late", readonly=True, copy=False, help="Paid in full, but not in time."
    )
    # The settings when it began to hold: later ones do not rewrite history.
    tolerance_days = fields.Integer(readonly=True, copy=False)
    rest_falls_due = fields.Boolean(readonly=True, copy=False)
    # Of how many missing instalments somebody was told, and whether there are more.
    broken_told = fields.Integer(readonly=True, copy=False)
    is_untold = fields.Boolean(readonly=True, copy=False)
    broken_activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    kept_share = fields.Float(
        string="Kept Rate (%)",
        compute="_compute_kept",
        store=True,
        aggregator="avg",
        help="100 when kept, 0 when not: look at the promises that are over.",
    )
    amount_kept = fields.Monetary(
        string="Kept Amount", compute="_compute_kept", store=True, help="What was paid in time."
    )
    previous_id = fields.Many2one(
        "account.payment.promise",
        string="Replaces",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    next_ids = fields.One2many("account.payment.promise", "previous_id", string="Replaced By")
    reschedule_count = fields.Integer(
        string="Times Rescheduled",
        readonly=True,
        copy=False,
        help="How many times the customer has asked for another day.",
    )
    approved_user_id = fields.Many2one("res.users", string="Approved By", readonly=True, copy=False)
    approval_reason = fields.Char(
        readonly=True, copy=False, help="Why somebody must approve this promise."
    )
    approval_warning = fields.Char(compute="_compute_approval_warning")
    # The note on the contact that goes with the promise.
    message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    confirmed_on = fields.Date(readonly=True, copy=False)

    _amount_positive = models.Constraint("CHECK(amount > 0)", "A promise needs an amount above 0.")
    _untold_index = models.Index("(company_id) WHERE is_untold IS TRUE")

    # ----------------------------------------------------------------- compute

    @api.depends("move_line_ids", "item_ids.move_line_id", "partner_id", "company_id")
    def _compute_currency_id(self):
        """The currency of the items, of the whole account when none are named."""
        for promise in self:
            if any(promise.item_ids.mapped("amount")):
                # An amount stays in the currency in which it was said.
                promise.currency_id = promise.currency_id
                continue
            lines = promise.move_line_ids or promise.item_ids.move_line_id
            if not lines and promise.partner_id:
                lines = promise._open_lines() - promise._promised_elsewhere()
            promise.currency_id = (
                lines.currency_id if len(lines.currency_id) == 1 else promise.company_id.currency_id
            )

    @api.depends("item_ids.move_line_id")
    def _compute_move_line_ids(self):
        for promise in self:
            promise.move_line_ids = promise.item_ids.move_line_id

    def _inverse_move_line_ids(self):
        # sudo: items are written by the workflow alone; what they may be is checked on saving.
        for promise in self.sudo():
            kept = promise.item_ids.filtered(
                lambda item, promise=promise: item.move_line_id in promise.move_line_ids
            )
            new = promise.move_line_ids - kept.move_line_id
            (promise.item_ids - kept).unlink()
            promise.item_ids = [Command.create({"move_line_id": line.id}) for line in new]

    @api.depends("item_ids.move_line_id")
    def _compute_move_ids(self):
        for promise in self:
            promise.move_ids = promise.item_ids.move_line_id.move_id

    @api.model
    def _search_move_ids(self, operator, value):
        return [("item_ids.move_line_id.move_id", operator, value)]

    @api.depends("line_ids")
    def _compute_is_plan(self):
        for promise in self:
            promise.is_plan = len(promise.line_ids) > 1

    @api.depends("amount", "amount_paid", "state")
    def _compute_amount_left(self):
        for promise in self:
            promise.amount_left = (
                promise.amount - promise.amount_paid if promise.state in ("draft", "open") else 0
            )

    @api.depends("state", "line_ids.state", "line_ids.amount", "line_ids.amount_in_time")
    def _compute_kept(self):
        for promise in self:
            judged = promise.state in ("kept", "partial", "broken")
            promise.kept_share = 100.0 if promise.state == "kept" else 0.0
            promise.amount_kept = sum(promise.line_ids.mapped("amount_in_time")) if judged else 0

    @api.depends("state", "amount", "date", "line_ids")
    @api.depends_context("lang", "uid", "promise_previous_id")
    def _compute_approval_warning(self):
        """Why the promise would wait for approval, while it is being taken down."""
        for promise in self:
            promise.approval_warning = (
                promise._approval_reason()
                if promise.state == "draft" and promise.partner_id and promise.date
                else False
            )

    @api.depends("partner_id", "amount_with_interest", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for promise in self:
            if not promise.date:
                promise.display_name = self.env._("New promise")
                continue
            promise.display_name = self.env._(
                "%(amount)s by %(date)s – %(customer)s",
                amount=formatLang(
                    self.env, promise.amount_with_interest, currency_obj=promise.currency_id
                ),
                date=self.env["account.dunning.facts"]._day(promise.date),
                customer=promise.partner_id.display_name,
            )

    # ------------------------------------------------------------------ create

    @api.model_create_multi
    def create(self, vals_list):
        """Take promises down; within the limits of the settings they hold at once.

        With ``promise_previous_id`` in the context, in place of that promise.
        """
        previous = self._previous()
        if previous:
            previous._make_way()
            self = self.with_context(promise_previous_id=False)
        promises = super().create([self._own_vals(vals) for vals in vals_list])
        for promise in promises:
            # sudo: the workflow writes the state and links, whoever takes the promise down.
            own = promise.sudo()
            if previous:
                own.previous_id = previous
                own.reschedule_count = previous._times_rescheduled() + 1
            own.since_partial_id = own._last_partial_id()
            promise._cover()
            own._complete_lines()
            promise._check()
            own.approval_reason = promise._approval_reason()
            if not own.approval_reason:
                own._start()
            if own.channel == "phone":
                # Whoever takes a promise down on the phone has made the call.
                own.env["account.dunning.call"]._finish_due(
                    own.partner_id, own.company_id, own.env._("Promised: %s.", own._words())
                )
        return promises

    @api.model
    def _own_vals(self, vals):
        """What of given values a user may say; a promise is the commercial entity's."""
        vals = dict(vals)
        # What only the dialog needs.
        vals.pop("in_instalments", None)
        if not self.env.su:
            for name in _GUARDED:
                vals.pop(name, None)
        if vals.get("partner_id"):
            partner = self.env["res.partner"].browse(vals["partner_id"])
            vals["partner_id"] = partner.commercial_partner_id.id
            if not vals.get("contact_id"):
                vals["contact_id"] = partner.id
        if not vals.get("date"):
            dates = [
                fields.Date.to_date(command[2].get("date"))
                for command in vals.get("line_ids") or ()
                if command[0] == Command.CREATE and command[2].get("date")
            ]
            vals["date"] = max(dates, default=vals.get("first_date") or False)
        return vals

    def _complete_lines(self):
        """A promise without instalments has those of its plan, or is one of a single payment."""
        if not self.line_ids and self._is_single():
            self.line_ids = [Command.create({"date": self.date, "amount": self.amount})]
        elif not self.line_ids:
            self.first_date = self.first_date or self.date
            try:
                instalments = self._instalments()
            except ValueError:
                raise UserError(
                    self.env._(
                        "These make no plan: choose 1 to %s instalments, each above 0.",
                        engine.MOST_INSTALMENTS,
                    )
                ) from None
            self.line_ids = [Command.create(vals) for vals in self._line_vals(instalments)]
        self.date = max(self.line_ids.mapped("date"))

    @api.model
    def _last_partial_id(self):
        [[last]] = self.env.execute_query(
            SQL("SELECT COALESCE(MAX(id), 0) FROM account_partial_reconcile")
        )
        return last

    # ------------------------------------------------------------------- words

    def _words(self):
        """The promise in a line: how much, by when, by whom."""
        self.ensure_one()
        amount = formatLang(self.env, self.amount_with_interest, currency_obj=self.currency_id)
        day = self.env["account.dunning.facts"]._day(self.date)
        if self.is_plan and self.amount_interest:
            return self.env._(
                "%(amount)s in %(count)s instalments until %(date)s, %(interest)s of it interest",
                amount=amount,
                count=len(self.line_ids),
                date=day,
                interest=formatLang(self.env, self.amount_interest, currency_obj=self.currency_id),
            )
        if self.is_plan:
            return self.env._(
                "%(amount)s in %(count)s instalments until %(date)s",
                amount=amount,
                count=len(self.line_ids),
                date=day,
            )
        return self.env._("%(amount)s by %(date)s", amount=amount, date=day)

    # ------------------------------------------------------------------ rights

    def write(self, vals):
        if not self.env.su and set(vals) - _FREE:
            if self.filtered(lambda promise: promise.state != "draft"):
                raise UserError(
                    self.env._(
                        "A promise that holds is not changed: reschedule it, or cancel it and "
                        "take down a new one."
                    )
                )
            vals = self._own_vals(vals) if "partner_id" in vals else vals
            if _GUARDED & set(vals):
                raise AccessError(self.env._("A promise is judged by what is paid, not by hand."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        if any(promise.state != "draft" for promise in self):
            raise UserError(
                self.env._("A promise that was made is history: cancel it instead of deleting it.")
            )
