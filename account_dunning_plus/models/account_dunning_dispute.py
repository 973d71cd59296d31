from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, formatLang

# What may be written by hand while a dispute runs.
_FREE = {"document_ref", "note", "user_id", "deadline", "reason_id", "invoice_line_ids"}


class AccountDunningDisputeReason(models.Model):
    _name = "account.dunning.dispute.reason"
    _description = "Dispute Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    user_ids = fields.Many2many(
        "res.users",
        string="Team",
        domain="[('share', '=', False)]",
        help="Who looks into it; the first of them gets the activity.",
    )
    deadline_days = fields.Integer(
        string="Days to Answer",
        default=7,
        help="A dispute without an answer after these days is back in the worklist.",
    )

    on_page = fields.Boolean(
        string="On the Customer's Page",
        default=True,
        help="Customers may choose it on the page behind a message.",
    )

    _deadline_days_positive = models.Constraint(
        "CHECK(deadline_days > 0)", "A dispute needs a deadline of a day at least."
    )


class AccountDunningDispute(models.Model):
    """What a customer does not want to pay of an invoice, and why.

    The disputed part is not dunned while the dispute is open; the rest is.
    """

    _name = "account.dunning.dispute"
    _description = "Dispute"
    _inherit = ["mail.thread", "mail.activity.mixin", "account.dunning.rights"]
    _order = "deadline, id"
    _mail_post_access = "read"

    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('move_type', 'in', ('out_invoice', 'out_receipt')), ('state', '=', 'posted'),"
        " ('payment_state', 'in', ('not_paid', 'partial'))]",
    )
    partner_id = fields.Many2one(
        # Not the commercial entity on the invoice: that stays when a contact moves.
        related="move_id.partner_id.commercial_partner_id",
        store=True,
        string="Customer",
        index=True,
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True)
    currency_id = fields.Many2one(related="move_id.currency_id")
    amount = fields.Monetary(
        string="Disputed Amount", required=True, help="With tax, in the invoice's currency."
    )
    amount_open = fields.Monetary(
        string="Not Dunned",
        readonly=True,
        copy=False,
        help="What is still in dispute: less what was credited since.",
    )
    amount_credited = fields.Monetary(string="Credited", readonly=True, copy=False)
    invoice_line_ids = fields.Many2many(
        "account.move.line",
        string="Disputed Lines",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
        # Others dispute an amount: they need not be allowed to read the ledger.
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    reason_id = fields.Many2one(
        "account.dunning.dispute.reason", required=True, ondelete="restrict", index=True
    )
    document_ref = fields.Reference(
        selection="_selection_document",
        string="Delivery or Order",
        help="What the dispute is about, where deliveries and orders are kept in Odoo.",
    )
    has_documents = fields.Boolean(compute="_compute_has_documents")
    contact_id = fields.Many2one(
        "res.partner", string="Raised By", domain="[('id', 'child_of', partner_id)]"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    opened_on = fields.Date(
        required=True, readonly=True, default=lambda self: self.env.company._dunning_today()
    )
    deadline = fields.Date(
        compute="_compute_deadline", store=True, readonly=False, precompute=True, required=True
    )
    closed_on = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("credited", "Credited"),
            ("paid", "Paid"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    note = fields.Text(string="What Is Wrong")
    answer = fields.Text(readonly=True, copy=False, help="What the customer was told.")
    since_partial_id = fields.Integer(readonly=True, copy=False)

    _amount_positive = models.Constraint("CHECK(amount > 0)", "A dispute needs an amount above 0.")

    @api.model
    def _selection_document(self):
        """The documents of the apps that are installed."""
        return [
            (model, self.env["ir.model"]._get(model).name)
            for model in ("stock.picking", "sale.order")
            if model in self.env
        ]

    def _compute_has_documents(self):
        self.has_documents = bool(self._selection_document())

    @api.depends("reason_id")
    def _compute_user_id(self):
        for dispute in self:
            dispute.user_id = dispute.reason_id.user_ids[:1] or dispute.user_id or self.env.user

    @api.depends("reason_id", "opened_on")
    def _compute_deadline(self):
        for dispute in self:
            start = dispute.opened_on or self.env.company._dunning_today()
            dispute.deadline = start + timedelta(days=dispute.reason_id.deadline_days or 7)

    @api.depends("move_id", "amount", "reason_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = (
                f"{dispute.move_id.name or ''}: {dispute.reason_id.name or ''} "
                f"({formatLang(self.env, dispute.amount, currency_obj=dispute.currency_id)})"
            )

    @api.onchange("move_id", "invoice_line_ids")
    def _onchange_lines(self):
        """The amount of the lines, at most what is open and not disputed yet."""
        # sudo: sales staff open disputes, and need not be allowed to read the ledger.
        lines = self.sudo().invoice_line_ids
        if lines.move_id._origin - self.move_id._origin:
            # Of the invoice that was chosen before.
            self.invoice_line_ids = lines = lines.browse()
        free = self._free_amount()
        self.amount = min(sum(lines.mapped("price_total")), free) if lines else free

    def _free_amount(self):
        """What of the invoice is open and not in another dispute."""
        # sudo: the invoice was named by the user, but need not be theirs to read; disputes
        # of it, whoever opened them.
        move = self.move_id.sudo()
        others = self.sudo().search(
            [
                ("move_id", "=", move.id),
                ("state", "=", "open"),
                ("id", "not in", self._origin.ids),
            ]
        )
        return max(0, move.amount_residual - sum(others.mapped("amount_open")))

    # ------------------------------------------------------------------ create

    @api.model_create_multi
    def create(self, vals_list):
        """Open disputes; what is disputed is not dunned from now on."""
        if not self.env.su:
            guarded = ("state", "amount_open", "amount_credited", "closed_on", "answer",
                       "since_partial_id", "opened_on")  # fmt: skip
            vals_list = [
                {name: value for name, value in vals.items() if name not in guarded}
                for vals in vals_list
            ]
        disputes = super().create(vals_list)
        last = self.env["account.payment.promise"]._last_partial_id()
        for dispute in disputes:
            dispute._check()
            # sudo: written by the workflow alone.
            own = dispute.sudo()
            own.write({"since_partial_id": last, "amount_open": own.amount})
            own._plan_answer()
            own.move_id._message_log(body=self.env._("In dispute: %s.", own._words()))
        return disputes

    def _plan_answer(self):
        """Somebody must answer the dispute."""
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.deadline,
            user_id=self.user_id.id,
            summary=self.env._("Answer the dispute"),
        )

    def _check(self):
        """Refuse what cannot be disputed, with a sentence that says what to do."""
        self.ensure_one()
        # sudo: the invoice was named by the user, but need not be theirs to read.
        move = self.move_id.sudo()
        if move.company_id not in self.env.companies and not self.env.su:
            raise AccessError(self.env._("You have no access to %s.", move.company_id.name))
        if not move.is_sale_document() or move.state != "posted" or move.move_type == "out_refund":
            raise UserError(self.env._("Only a posted customer invoice can be disputed."))
        if move.currency_id.is_zero(move.amount_residual):
            raise UserError(self.env._("%s is paid: there is nothing left to dispute.", move.name))
        free = self._free_amount()
        if move.currency_id.compare_amounts(self.amount, free) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s is more than the %(open)s that is open and not yet disputed.",
                    amount=formatLang(self.env, self.amount, currency_obj=move.currency_id),
                    open=formatLang(self.env, free, currency_obj=move.currency_id),
                )
            )
        if self.sudo().invoice_line_ids - move.invoice_line_ids:
            raise UserError(self.env._("The disputed lines must be of invoice %s.", move.name))
        if self.deadline < self.opened_on:
            raise UserError(self.env._("The deadline is in the past: choose a later day."))

    def _words(self):
        """The dispute in a line: how much, and why."""
        self.ensure_one()
        return self.env._(
            "%(amount)s, %(reason)s",
            amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
            reason=self.reason_id.name,
        )

    # ------------------------------------------------------------------- judge

    def _judge(self):
        """Close what was credited or paid, and reopen what was undone."""
        # sudo: written by the workflow alone.
        disputes = self.sudo().filtered(lambda own: own.state in ("open", "credited", "paid"))
        if not disputes:
            return
        credited = disputes._credited()
        for dispute in disputes:
            currency = dispute.currency_id
            amount = credited[dispute.id]
            residual = dispute.move_id.amount_residual
            if not currency.compare_amounts(amount, dispute.amount):
                state = "credited"
            elif currency.is_zero(residual):
                state = "paid"
            else:
                state = "open"
            left = min(residual, dispute.amount - amount) if state == "open" else 0
            vals = {}
            if currency.compare_amounts(dispute.amount_credited, amount):
                vals["amount_credited"] = amount
            if currency.compare_amounts(dispute.amount_open, left):
                vals["amount_open"] = left
            if state != dispute.state:
                vals["state"] = state
                vals["closed_on"] = (
                    dispute.company_id._dunning_today() if state != "open" else False
                )
            if vals:
                dispute.write(vals)
            if vals.get("state") == "open":
                dispute._plan_answer()
            elif "state" in vals:
                dispute.activity_unlink(["mail.mail_activity_data_todo"])

    def _credited(self):
        """What credit notes took off each disputed invoice since the dispute was opened.

        What is credited of an invoice with several disputes counts once, for the one that
        was opened first.

        :return: dict of dispute id to amount in the invoice's currency
        """
        self.env["account.partial.reconcile"].flush_model()
        self.flush_model()
        parts = self.env.execute_query(
            SQL(
                """
                SELECT line.move_id, part.id, part.debit_amount_currency
                  FROM account_move_line line
                  JOIN account_partial_reconcile part ON part.debit_move_id = line.id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move note ON note.id = credit.move_id
                 WHERE line.move_id = ANY(%s)
                   AND note.move_type = 'out_refund'
                 ORDER BY part.id
                """,
                self.move_id.ids,
            )
        )
        left = {}
        for move_id, part_id, amount in parts:
            left.setdefault(move_id, {})[part_id] = amount
        credited = {}
        for dispute in self.sorted("id"):
            currency = dispute.currency_id
            room = dispute.amount
            for part_id, amount in left.get(dispute.move_id.id, {}).items():
                if part_id > dispute.since_partial_id:
                    taken = min(room, amount)
                    room = currency.round(room - taken)
                    left[dispute.move_id.id][part_id] = currency.round(amount - taken)
            credited[dispute.id] = currency.round(dispute.amount - room)
        return credited

    # ----------------------------------------------------------------- actions

    def action_take_down(self):
        """Close the dialog."""
        return {"type": "ir.actions.act_window_close"}

    def action_credit_note(self):
        """Credit the invoice, as from its own screen; the dispute closes when it is matched."""
        self.ensure_one()
        self._check_user()
        return dict(
            self.move_id.action_reverse(),
            context={
                "active_model": "account.move",
                "active_id": self.move_id.id,
                "active_ids": self.move_id.ids,
                "default_reason": self.reason_id.name,
            },
        )

    @api.model
    def _dialog(self, partner, company, move=None):
        """Open a dispute of one of a customer's invoices.

        :param move: the invoice, when it is known
        """
        self.check_access("create")
        # sudo: to whom reminders go is a setting of the contact.
        contact = partner.commercial_partner_id.sudo().with_company(company)._dunning_recipient()
        return {
            "type": "ir.actions.act_window",
            # sudo: the number of an invoice that was among the customer's open items.
            "name": self.env._("Dispute of %s", (move or partner).sudo().display_name),
            "res_model": self._name,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref(
                        "account_dunning_plus.account_dunning_dispute_view_form_dialog"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
            "context": {
                "default_move_id": move.id if move else False,
                "default_contact_id": contact.id,
                "dispute_partner_id": partner.commercial_partner_id.id,
                "dispute_company_id": company.id,
                "dialog_size": "large",
            },
        }

    def action_reject(self):
        """Ask what the customer is told, then dun again."""
        self.ensure_one()
        self._check_user()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject the Dispute"),
            "res_model": "account.dunning.dispute.reject",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispute_id": self.id},
        }

    def _reject(self, answer):
        """Close disputes as unfounded; what they held back is dunned again.

        :param answer: what the customer is told
        """
        self._check_user()
        self._close("rejected", answer)

    def action_withdraw(self):
        """The customer takes the dispute back."""
        self._check_user()
        self._close("withdrawn")
        return True

    def _close(self, state, answer=False):
        if self.filtered(lambda dispute: dispute.state != "open"):
            raise UserError(self.env._("This dispute is closed already."))
        for dispute in self:
            # sudo: written by the workflow alone; the right was checked by the caller.
            own = dispute.sudo()
            own.write(
                {
                    "state": state,
                    "amount_open": 0,
                    "answer": answer,
                    "closed_on": own.company_id._dunning_today(),
                }
            )
            own.activity_unlink(["mail.mail_activity_data_todo"])

    # ------------------------------------------------------------------ rights

    def write(self, vals):
        if not self.env.su:
            self._check_user()
            if set(vals) - _FREE and not all(name.startswith("activity_") for name in vals):
                raise UserError(
                    self.env._(
                        "A dispute is not changed: reject or withdraw it, and open another one."
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise UserError(self.env._("A dispute is history: withdraw it instead of deleting it."))
