from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

_GROUP = "account_dunning_plus.group_dunning_user"


class AccountDunningMoney(models.Model):
    """Money on the bank that nobody has matched, and a customer from whom it plausibly is.

    It is looked for when transactions come in and each night. It counts as long as the
    transaction is not reconciled and nobody said that it is not this customer's.
    """

    _name = "account.dunning.money"
    _description = "Money on Its Way"
    _inherit = ["account.dunning.rights"]
    _order = "id desc"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Transaction",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    evidence = fields.Selection(
        [
            ("reference", "It states an open reference"),
            ("partner", "The transaction names the customer"),
            ("account", "From the customer's bank account"),
            ("name", "From somebody of this name"),
            ("amount", "Only this customer owes this amount"),
        ],
        string="Why",
        required=True,
        readonly=True,
    )
    certain = fields.Boolean(
        string="Keeps Reminders Back",
        readonly=True,
        help="Reminders wait until it is matched. What is only perhaps the customer's is shown "
        "and stops nothing.",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="For",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The item that it names, or of which it is exactly the amount.",
    )
    dismissed_on = fields.Datetime(readonly=True, help="Somebody said it is not this customer's.")
    dismissed_user_id = fields.Many2one(
        "res.users", string="Dismissed By", readonly=True, ondelete="set null"
    )

    # Of the transaction, for those who may read this but no bank transactions.
    date = fields.Date(compute="_compute_transaction", compute_sudo=True)
    amount = fields.Monetary(
        compute="_compute_transaction", compute_sudo=True, help="What is not matched of it."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_transaction", compute_sudo=True)
    label = fields.Char(compute="_compute_transaction", compute_sudo=True)
    sender = fields.Char(compute="_compute_transaction", compute_sudo=True)
    journal_id = fields.Many2one(
        "account.journal", compute="_compute_transaction", compute_sudo=True
    )
    is_waiting = fields.Boolean(
        compute="_compute_transaction",
        compute_sudo=True,
        search="_search_is_waiting",
        help="Not matched, and not dismissed.",
    )
    match_words = fields.Char(
        string="Match Pays", compute="_compute_match_words", help="What Match would pay with it."
    )

    _pair_unique = models.UniqueIndex("(statement_line_id, partner_id)")
    _waiting_index = models.Index("(company_id, partner_id) WHERE certain AND dismissed_on IS NULL")

    @api.depends("partner_id", "statement_line_id")
    def _compute_display_name(self):
        for own in self:
            own.display_name = f"{own.partner_id.display_name} – {own._words()}"

    @api.depends("statement_line_id", "dismissed_on")
    def _compute_transaction(self):
        for own in self:
            line = own.statement_line_id
            own.date = line.date
            own.currency_id = line.foreign_currency_id or line.currency_id
            own.amount = abs(line.amount_residual)
            own.label = line.payment_ref
            own.sender = " · ".join(filter(None, (line.partner_name, line.account_number)))
            own.journal_id = line.journal_id
            own.is_waiting = not line.is_reconciled and not own.dismissed_on

    @api.model
    def _search_is_waiting(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: whether a transaction is matched, for those who may read this.
        lines = (
            self.env["account.bank.statement.line"].sudo()._search([("is_reconciled", "=", False)])
        )
        waiting = fields.Domain("dismissed_on", "=", False) & fields.Domain(
            "statement_line_id", "in", lines
        )
        if set(value) == {True, False}:
            return fields.Domain.TRUE
        return waiting if True in value else ~waiting

    # ------------------------------------------------------------------- facts

    @api.model
    def _came_in(self, company, partner_ids):
        """Customers from whom unmatched money surely is, and what it is in words.

        :param partner_ids: ids of commercial entities
        :return: dict of partner id to words
        """
        if not company.dunning_money_stops:
            return {}
        found = self._stopping(company, partner_ids)
        return {
            partner.id: money._words() for partner, money in found.grouped("partner_id").items()
        }

    @api.model
    def _stopping(self, company, partner_ids):
        """What keeps reminders of customers back.

        :rtype: account.dunning.money
        """
        # sudo: the decision is the same whoever looks at it.
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("certain", "=", True),
                ("dismissed_on", "=", False),
                ("statement_line_id.is_reconciled", "=", False),
            ]
        )

    def _words(self):
        """How much came in and when: “€ 1,210.00 on Friday 20 November”."""
        facts = self.env["account.dunning.facts"]
        # sudo: the amount of a transaction, for who may read whose it is.
        newest = self.sudo().sorted(lambda own: (own.date, own.id), reverse=True)[:1]
        words = self.env._(
            "%(amount)s on %(date)s",
            amount=formatLang(self.env, newest.amount, currency_obj=newest.currency_id),
            date=facts._day(newest.date),
        )
        if len(self) > 1:
            words = self.env._("%(words)s (%(count)s payments)", words=words, count=len(self))
        return words

    # ----------------------------------------------------------------- actions

    def action_dismiss(self):
        """It is not this customer's: reminders go on, until somebody restores it."""
        self._check_user()
        # sudo: written by what people press alone.
        self.sudo().write(
            {"dismissed_on": fields.Datetime.now(), "dismissed_user_id": self.env.uid}
        )
        self._log(self.env._("Not this customer's: %s"))
        return True

    def action_restore(self):
        """It may be this customer's after all."""
        self._check_user()
        # sudo: see action_dismiss.
        self.sudo().write({"dismissed_on": False, "dismissed_user_id": False})
        self._log(self.env._("Looks paid after all: %s"))
        return True

    def _log(self, words):
        """Note on the customer's follow-up what a person decided.

        :param words: with a place for the transaction
        """
        customers = self.env["account.dunning.customer"].sudo()
        for own in self:
            # sudo: a note on the page of a customer whom the user may follow up.
            row = customers.search(
                [("partner_id", "=", own.partner_id.id), ("company_id", "=", own.company_id.id)]
            )
            self.env["account.dunning.followup"].sudo().browse(row.ids)._message_log_batch(
                {one.id: words % own._words() for one in row}
            )

    def action_open(self):
        """Open the bank transaction's entry, where Odoo's own ways to match it are."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.sudo().statement_line_id.move_id.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------- match

    @api.depends("statement_line_id", "partner_id", "move_line_id")
    @api.depends_context("lang")
    def _compute_match_words(self):
        # sudo: what a customer owes is shown to those who may follow it up.
        planned = self.sudo()._plan()
        for own in self:
            said = []
            left = own.amount
            for item in planned.get(own.id, ()):
                open_amount = abs(item.amount_residual_currency)
                part = min(left, open_amount)
                if item.currency_id != own.currency_id:
                    said.append(item.move_name)
                    continue
                left = own.currency_id.round(left - part)
                said.append(
                    item.move_name
                    if own.currency_id.compare_amounts(part, open_amount) >= 0
                    else self.env._(
                        "%(amount)s of %(invoice)s",
                        amount=formatLang(self.env, part, currency_obj=own.currency_id),
                        invoice=item.move_name,
                    )
                )
            if said and not own.currency_id.is_zero(left):
                said.append(
                    self.env._(
                        "%s stay open",
                        formatLang(self.env, left, currency_obj=own.currency_id),
                    )
                )
            own.match_words = ", ".join(said) or self.env._("Nothing is open: a credit")

    def _plan(self):
        """What a match would pay: what the transaction names first, then the oldest due.

        :return: dict of id to account.move.line, in the order in which they are paid
        """
        open_items = defaultdict(self.env["account.move.line"].browse)
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("account_id.account_type", "=", "asset_receivable"),
                ("account_id.non_trade", "=", False),
                ("amount_residual", ">", 0),
                ("no_followup", "=", False),
            ],
            order="date_maturity, id",
        )
        for item in items:
            open_items[item.partner_id.commercial_partner_id, item.company_id] |= item
        plan = {}
        for own in self:
            left, chosen = own.amount, self.env["account.move.line"]
            owed = open_items[own.partner_id, own.company_id]
            for item in (own.move_line_id & owed) | owed:
                if own.currency_id.compare_amounts(left, 0) <= 0:
                    break
                if chosen and item.account_id != chosen.account_id:
                    continue
                chosen |= item
                if item.currency_id == own.currency_id:
                    left -= item.amount_residual_currency
                else:
                    left = 0
            plan[own.id] = chosen
        return plan

    def action_match(self):
        """Match the transaction with what it pays: the customer's item that it names, then the
        oldest due. Odoo's own undo on the transaction takes it back.
        """
        self._check_user()
        # Whoever may register a payment of an invoice may say that this money is it.
        if not self.env["account.payment"].has_access("create"):
            raise UserError(
                self.env._(
                    "Only who may register payments may match money: ask somebody in invoicing."
                )
            )
        for own in self:
            # sudo: the right was checked above. The transaction's amount stays as the bank
            # reports it; its other side moves from the suspense account to the customer's.
            own.sudo()._match()
        self.invalidate_recordset()
        return True

    def _match(self):
        self.ensure_one()
        line = self.statement_line_id
        _liquidity, suspense, others = line._seek_for_lines()
        if line.is_reconciled or others or len(suspense) != 1:
            raise UserError(
                self.env._(
                    "Part of this transaction is matched already: open it and finish it there."
                )
            )
        items = self._plan()[self.id]
        partner = items[:1].partner_id or self.partner_id
        account = (
            items.account_id or partner.with_company(self.company_id).property_account_receivable_id
        )
        line.partner_id = partner.commercial_partner_id
        suspense.with_context(skip_readonly_check=True).account_id = account
        for item in items:
            # One after the other: all at once would pay the oldest first.
            (suspense | item).reconcile()
        self._log(self.env._("Matched: %s"))
