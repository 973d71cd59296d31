from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_repr, formatLang

from .. import engine
from .account_dunning_policy import minor_units

_INVOICE_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"


class AccountPaymentPromise(models.Model):
    """Interest on a payment plan: agreed with it, and booked as an invoice when it starts.

    Until a plan starts its amounts are what is paid of the debt, and the interest is stated
    beside them; from then on the interest is part of them.
    """

    _inherit = "account.payment.promise"

    interest_rate = fields.Float(
        string="Interest (% a Year)",
        digits=(6, 3),
        compute="_compute_interest_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="Simple interest from the day on which the plan is made, on what is still to be "
        "paid. 0: free of interest.",
    )
    amount_interest = fields.Monetary(
        string="Interest", compute="_compute_amount_interest", store=True
    )
    amount_with_interest = fields.Monetary(
        string="In All",
        compute="_compute_amount_with_interest",
        help="What is paid in all, with the interest.",
    )
    interest_move_id = fields.Many2one(
        "account.move",
        string="Interest Invoice",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        groups=_INVOICE_GROUPS,
    )

    _interest_rate_sane = models.Constraint(
        "CHECK(interest_rate >= 0 AND interest_rate <= 100)",
        "Interest is 0 to 100 percent a year.",
    )

    # ----------------------------------------------------------------- compute

    @api.depends("company_id")
    def _compute_interest_rate(self):
        for promise in self:
            # sudo: a setting of the company that is proposed to all who take a plan down.
            promise.interest_rate = promise.company_id.sudo().promise_interest_rate

    @api.depends("line_ids.amount_interest")
    def _compute_amount_interest(self):
        for promise in self:
            promise.amount_interest = sum(promise.line_ids.mapped("amount_interest"))

    @api.depends("amount", "amount_interest", "state")
    def _compute_amount_with_interest(self):
        for promise in self:
            promise.amount_with_interest = promise.amount + (
                promise.amount_interest if promise.state == "draft" else 0
            )

    def _rate_words(self):
        """The rate as it is read: without noughts at its end."""
        self.ensure_one()
        words = float_repr(self.interest_rate, 3).rstrip("0").rstrip(".")
        point = self.env["res.lang"]._get_data(code=self.env.lang or "en_US").decimal_point
        return words.replace(".", point or ".")

    def _interest_by_line(self):
        """What is paid when, a line for each instalment; empty when it is free of interest."""
        self.ensure_one()
        if not self.amount_interest:
            return ""
        day = self.env["account.dunning.facts"]._format_day
        return "\n".join(
            self.env._(
                "%(date)s: %(amount)s (interest %(interest)s)",
                date=day(line.date),
                amount=formatLang(
                    self.env, line.amount_with_interest, currency_obj=self.currency_id
                ),
                interest=formatLang(self.env, line.amount_interest, currency_obj=self.currency_id),
            )
            for line in self.line_ids
        )

    # ------------------------------------------------------------------- start

    def _start(self):
        for promise in self:
            promise._book_interest()
        return super()._start()

    def _book_interest(self):
        """Claim the interest of a plan that starts, and let the plan cover it. Never twice."""
        self.ensure_one()
        lines = self.line_ids
        # As the rules make it, whatever was sent along with the instalments.
        lines._compute_amount_interest()
        parts = {line: line.amount_interest for line in lines}
        total = self.currency_id.round(sum(parts.values()))
        if self.interest_move_id or self.currency_id.compare_amounts(total, 0) <= 0:
            return
        move = self._make_interest_invoice(total)
        # Before the amounts: from now on the interest is part of them.
        self.state = "open"
        for line, part in parts.items():
            line.amount += part
        self.write(
            {
                "amount": self.amount + total,
                "interest_move_id": move.id,
                "item_ids": [
                    Command.create({"move_line_id": own.id, "amount": own.amount_currency})
                    for own in move._dunning_open_lines()
                ],
            }
        )

    def _make_interest_invoice(self, total):
        """Post the invoice that claims the interest, due with the last instalment.

        Posted by the workflow: the plan is within the limits of who took it down, or was
        approved, and who agrees on plans need not be allowed to post invoices.

        :param total: in the currency of the plan
        :return: account.move
        """
        company = self.company_id
        moves = self.env["account.move"].with_company(company)
        journal = moves._dunning_claim_journal(company, company.promise_interest_journal_id)
        product = self.env["account.dunning.charge"]._product("interest")
        if not journal:
            raise UserError(
                self.env._(
                    "There is no sales journal in which the interest can be booked: choose one in "
                    "Settings, or make the plan free of interest."
                )
            )
        if not moves._dunning_can_claim(company, journal, product):
            raise UserError(
                self.env._(
                    "Journal %s has no default account for the interest: set one on the journal, "
                    "or make the plan free of interest.",
                    journal.display_name,
                )
            )
        reader = self.with_context(lang=self._recipient_lang())
        words = reader.env._(
            "Interest of %(rate)s%% a year on the payment plan of %(date)s",
            rate=reader._rate_words(),
            date=reader._format_day(self.made_on),
        )
        return moves._dunning_make_claims(
            company,
            [
                {
                    "journal_id": journal.id,
                    "partner_id": self.partner_id.address_get(["invoice"])["invoice"],
                    "currency_id": self.currency_id.id,
                    "invoice_date": company._dunning_today(),
                    "invoice_date_due": self.date,
                    "invoice_origin": reader._confirmation_name(),
                    "lines": [(product, words, total)],
                }
            ],
        )

    # ------------------------------------------------------------------ cancel

    def action_cancel(self):
        """Take promises back; interest of which nothing was paid yet is taken back as well."""
        # sudo: see _make_interest_invoice; who may cancel is checked by the workflow.
        moves = self.sudo()._interest_to_reverse()
        result = super().action_cancel()
        moves._dunning_reverse_interest()
        return result

    def _interest_to_reverse(self):
        """The interest invoices that go when these promises are cancelled.

        Those of running plans on which nothing was paid; what was broken stays claimed.

        :rtype: account.move
        """
        return self.filtered(
            lambda own: own.state == "open" and own.currency_id.is_zero(own.amount_paid)
        ).interest_move_id.filtered(
            lambda move: (
                move.state == "posted"
                and not move.currency_id.compare_amounts(move.amount_residual, move.amount_total)
            )
        )

    def _interest_items_to_reverse(self):
        """The open items that go when another promise comes in place of this one."""
        # sudo: whoever takes a promise down must not promise what goes by that.
        return self.sudo()._interest_to_reverse()._dunning_open_lines()


class AccountPaymentPromiseLine(models.Model):
    _inherit = "account.payment.promise.line"

    amount_interest = fields.Monetary(
        string="Interest", compute="_compute_amount_interest", store=True
    )
    amount_with_interest = fields.Monetary(string="To Pay", compute="_compute_amount_with_interest")

    @api.depends(
        "date",
        "amount",
        "promise_id.interest_rate",
        "promise_id.made_on",
        "promise_id.currency_id",
        "promise_id.line_ids",
    )
    def _compute_amount_interest(self):
        for promise, lines in self.grouped("promise_id").items():
            if promise.state != "draft":
                # What was agreed on and booked stays.
                for line in lines:
                    line.amount_interest = line.amount_interest
                continue
            dated = lines.filtered("date")
            (lines - dated).amount_interest = 0
            # A single payment is a word, not a loan.
            rate = promise.interest_rate if len(promise.line_ids) > 1 else 0
            currency = promise.currency_id
            interest = engine.plan_interest(
                [
                    engine.Instalment(line.date, max(0, minor_units(line.amount, currency)))
                    for line in dated
                ],
                max(0, rate),
                promise.made_on or promise.company_id._dunning_today(),
            )
            for line, part in zip(dated, interest.parts, strict=True):
                line.amount_interest = part / 10**currency.decimal_places

    @api.depends("amount", "amount_interest", "promise_id.state")
    def _compute_amount_with_interest(self):
        for line in self:
            line.amount_with_interest = line.amount + (
                line.amount_interest if line.promise_id.state == "draft" else 0
            )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _dunning_reverse_interest(self):
        """Credit interest that is claimed no longer."""
        for company, moves in self.grouped("company_id").items():
            today = company._dunning_today()
            moves.with_company(company)._reverse_moves(
                [
                    {
                        "date": today,
                        "invoice_date": today,
                        "ref": self.env._("%s: the payment plan ended", move.name),
                    }
                    for move in moves
                ],
                cancel=True,
            )
