from datetime import timedelta

from odoo import Command, fields, models
from odoo.exceptions import AccessError, UserError

from .. import engine
from .account_dunning_policy import minor_units
from .field_types import PREFETCH

_GROUPS = "account.group_account_invoice,account.group_account_readonly"

# Outcomes that a person decides on.
_WRONG = ("late", "excess", "parts")


class AccountMove(models.Model):
    """What payments made of a discount: found when they are reconciled, booked or kept open."""

    _inherit = "account.move"

    discount_origin_id = fields.Many2one(
        "account.move",
        string="Discount Of",
        copy=False,
        readonly=True,
        index="btree_not_null",
        prefetch=PREFETCH,
        groups=_GROUPS,
        help="The invoice whose early-payment discount this entry books.",
    )
    discount_undecided = fields.Boolean(
        copy=False,
        readonly=True,
        prefetch=PREFETCH,
        groups=_GROUPS,
        help="A discount was kept back by the customer, is not booked and not claimed: "
        "reminders wait until somebody decides.",
    )

    _discount_undecided_index = models.Index(
        "(company_id, commercial_partner_id) WHERE discount_undecided IS TRUE"
    )

    # ------------------------------------------------------------------- judge

    def _discount_judge(self, book=False):
        """Record what the payments of invoices made of their discounts.

        Follows from the ledger alone, but for a claim, which stays as long as what it is
        about does.

        :param book: book at once what was rightly taken
        """
        # sudo: whoever reconciles a payment, the record of the discount must follow.
        moves = self.sudo().exists()
        for move in moves:
            vals = move._discount_verdict()
            changed = {name: value for name, value in vals.items() if not _same(move, name, value)}
            if changed:
                # Nothing that the accounting calculates with: its lines need no second look.
                move.with_context(
                    skip_invoice_sync=True, skip_is_manually_modified=True
                ).write(changed)  # fmt: skip
        if book:
            moves.filtered(
                lambda move: move.discount_outcome == "taken" and move.discount_undecided
            )._discount_book_taken()

    def _discount_verdict(self):
        """The values of the fields that record what became of a discount."""
        none = {
            "discount_outcome": False,
            "discount_taken": 0,
            "discount_paid_on": False,
            "discount_decision": False,
            "discount_undecided": False,
        }
        offer = self._discount_offer() if self.state == "posted" else None
        if not offer:
            return none
        payments, booked = self._discount_payments()
        currency = self.currency_id
        line = self._discount_line()
        total = minor_units(line.amount_currency, currency)
        found = engine.discount.outcome(offer, self._discount_grace(), total, payments)
        paid_on = max((payment.day for payment in payments), default=False)
        rest = minor_units(line.amount_residual_currency, currency)
        claimed = self.discount_decision == "claimed" and not booked
        if found is None:
            if not (claimed and rest <= 0 and payments):
                return dict(none, discount_taken=booked / 10**currency.decimal_places)
            # Claimed, and paid or credited since: it stays known that it was taken.
            return {
                "discount_outcome": self.discount_outcome,
                "discount_taken": 0,
                "discount_paid_on": self.discount_paid_on,
                "discount_decision": "claimed",
                "discount_undecided": False,
            }
        decision = False
        if claimed:
            decision = "claimed"
        elif booked and rest <= 0 and found.value in _WRONG:
            decision = "granted"
        return {
            "discount_outcome": found.value,
            "discount_taken": booked / 10**currency.decimal_places,
            "discount_paid_on": paid_on,
            "discount_decision": decision,
            "discount_undecided": not claimed and rest > 0,
        }

    def _discount_payments(self):
        """What reached an invoice, without what was booked as its discount.

        :return: (list of engine.Payment, minor units booked as discount)
        """
        line, currency = self._discount_line(), self.currency_id
        payments, booked = [], 0
        for partial in line.matched_credit_ids.sorted("id"):
            amount = minor_units(partial.debit_amount_currency, currency)
            if not amount:
                # An exchange difference.
                continue
            entry = partial.credit_move_id.move_id
            if entry.discount_origin_id == self:
                booked += amount
                continue
            within = min(amount, entry._discount_within().get(self.id, 0))
            booked += within
            if amount > within:
                payments.append(
                    engine.Payment(
                        partial.credit_move_id.date,
                        amount - within,
                        credit=entry.move_type in ("out_refund", "in_refund"),
                    )
                )
        return payments, booked

    def _discount_within(self):
        """The discounts that a payment's own entry books, as Odoo's wizard makes them.

        :return: dict of invoice id to minor units of the invoice's currency
        """
        self.ensure_one()
        account = self.company_id.account_journal_early_pay_discount_loss_account_id
        if self.move_type != "entry" or account not in self.line_ids.account_id:
            return {}
        lines = self.line_ids.filtered(
            lambda line: line.account_id == account or line.tax_repartition_line_id
        )
        matched = {}
        for partial in self.line_ids.matched_debit_ids:
            item = partial.debit_move_id
            invoice = item.move_id
            if (
                item == invoice._discount_line()
                and invoice.currency_id in lines.currency_id
                and invoice._discount_offer()
            ):
                matched[invoice] = not invoice.currency_id.compare_amounts(
                    partial.debit_amount_currency, item.amount_currency
                )
        # With several, those that are settled by it have the discount.
        offers = {
            invoice: invoice.with_context(discount_grace=True)._discount_on(self.date)
            for invoice, settled in matched.items()
            if settled or len(matched) == 1
        }
        if not offers:
            return {}
        whole = minor_units(sum(lines.mapped("amount_currency")), lines.currency_id[:1])
        if len(offers) == 1:
            [invoice] = offers
            return {invoice.id: max(0, whole)}
        # One entry for several invoices: each has its discount of that day, and the one with
        # the largest what tolerance adds.
        largest = max(offers, key=offers.get)
        offers[largest] = max(0, offers[largest] + whole - sum(offers.values()))
        return {invoice.id: amount for invoice, amount in offers.items()}

    # -------------------------------------------------------------------- book

    def _discount_book_taken(self):
        """Book the discounts that were rightly taken; what cannot be booked stays open."""
        if not self:
            return
        amounts = {move: move._discount_rest_words() for move in self}
        try:
            with self.env.cr.savepoint():
                entries = self._discount_book()
        except UserError as error:
            if len(self) > 1:
                # One of them cannot be booked: found by halving.
                half = len(self) // 2
                self[:half]._discount_book_taken()
                self[half:]._discount_book_taken()
                return
            words = self.env._(
                "The discount of %(amount)s was taken in time, but cannot be booked: %(error)s",
                amount=amounts[self],
                error=error.args[0],
            )
            self._message_log(body=words)
            return
        self._message_log_batch(
            {
                move.id: self.env._(
                    "Paid on %(date)s in time: the discount of %(amount)s is booked in %(entry)s.",
                    date=_day(self.env, move.discount_paid_on),
                    amount=amounts[move],
                    entry=entry.name,
                )
                for move, entry in zip(self, entries, strict=True)
            }
        )

    def _discount_book(self):
        """Book what was kept back of invoices as their discount, and reconcile it.

        :return: the entries, one for each invoice
        """
        entries = self.env["account.move"].with_context(
            skip_invoice_sync=True, tracking_disable=True
        )
        entries = entries.create([move._discount_entry_vals() for move in self])
        entries._post(soft=False)
        plan = []
        for move, entry in zip(self, entries, strict=True):
            item = move._discount_line()
            plan.append(
                item
                | entry.line_ids.filtered(lambda line, own=item.account_id: line.account_id == own)
            )
        self.env["account.move.line"]._reconcile_plan(plan)
        return entries.with_env(self.env)

    def _discount_entry_vals(self):
        """The entry that books what is open of an invoice as its discount.

        It is Odoo's own, as the wizard makes it for a payment in time.
        """
        self.ensure_one()
        company, line, currency = self.company_id, self._discount_line(), self.currency_id
        journal = self._discount_check_settings()
        rest = line.amount_residual_currency
        balance = currency._convert(rest, company.currency_id, company, self.discount_paid_on)
        before = self._discount_booked_before()
        whole = rest + sum(before.values())
        # sudo: which account books discounts is a setting; who may post need not read it.
        moves = self.sudo().with_context(discount_kept={self.id: whole})
        values = moves._get_invoice_counterpart_amls_for_early_payment_discount(
            [{"aml": moves._discount_line(), "amount_currency": -rest, "balance": -balance}],
            balance + sum(before.values()),
        )
        lines = [dict(row) for rows in values.values() for row in rows]
        for row in lines:
            amount = before.pop(_kind_of(row), 0)
            row["amount_currency"] = currency.round(row["amount_currency"] - amount)
            row["balance"] = company.currency_id.round(row["balance"] - amount)
        lines = [row for row in lines if row["amount_currency"] or row["balance"]]
        for row in lines:
            row.setdefault("partner_id", line.partner_id.id)
        has_tax = any(row.get("tax_repartition_line_id") or row.get("tax_ids") for row in lines)
        lines.append(
            {
                "name": self.env._("Early Payment Discount"),
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "currency_id": currency.id,
                "amount_currency": -rest,
                "balance": -balance,
            }
        )
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "company_id": company.id,
            "partner_id": line.partner_id.id,
            "currency_id": currency.id,
            "date": first_open_day(company, journal, self.discount_paid_on, has_tax),
            "ref": self.env._("Early payment discount: %s", self.name),
            "discount_origin_id": self.id,
            "line_ids": [Command.create(row) for row in lines],
        }

    def _discount_booked_before(self):
        """What a payment's own entry has booked of this discount already.

        The entry that Odoo makes for an online payment has only the first line of each kind:
        with several rates of tax the others are missing, and are booked after.

        :return: dict of what kind of line to amount in the company's currency; empty when the
            invoice has another one
        """
        booked = {}
        if self.currency_id != self.company_currency_id:
            return booked
        account = self.company_id.account_journal_early_pay_discount_loss_account_id
        for entry in self._discount_line().matched_credit_ids.credit_move_id.move_id:
            if entry.discount_origin_id or set(entry._discount_within()) != {self.id}:
                continue
            for line in entry.line_ids:
                if line.account_id == account or line.tax_repartition_line_id:
                    kind = (line.account_id.id, line.tax_repartition_line_id.id, *line.tax_ids.ids)
                    booked[kind] = booked.get(kind, 0) + line.balance
        return booked

    def _discount_check_settings(self):
        """The journal in which discounts are booked, when all that it takes is set.

        :raises UserError: an account or journal is missing
        """
        # sudo: settings of the invoice's own company.
        company = self.company_id.sudo()
        if not company.account_journal_early_pay_discount_loss_account_id:
            raise UserError(
                self.env._(
                    'Choose the account "Early Discount Loss" in the settings of Invoicing '
                    "first (Default Accounts, Early payment discounts)."
                )
            )
        if self.currency_id != company.currency_id and not (
            company.expense_currency_exchange_account_id
            and company.income_currency_exchange_account_id
        ):
            raise UserError(
                self.env._(
                    "Choose the accounts of exchange differences in the settings of Invoicing "
                    "first."
                )
            )
        journals = self.env["account.journal"]
        domain = [*journals._check_company_domain(company), ("type", "=", "general")]
        # Odoo's journals for exchange differences and cash basis taxes are its own.
        used = company.currency_exchange_journal_id | company.tax_cash_basis_journal_id
        journal = journals.search([*domain, ("id", "not in", used.ids)], limit=1)
        journal = journal or journals.search(domain, limit=1)
        if not journal:
            raise UserError(
                self.env._(
                    "Create a miscellaneous journal for %s first: the discount is booked in it.",
                    company.display_name,
                )
            )
        return journal

    # -------------------------------------------------------------------- undo

    def _discount_undone(self, entries):
        """Something that these invoices were matched with is no longer.

        A discount was granted for the payment that went with it: what was booked is
        reversed, and what is left is judged anew.

        :param entries: entries that book a discount of these invoices, or did
        """
        undoing = self.env.context.get("discount_undoing", ())
        # sudo: as Odoo does with the entries that it made itself for a reconciliation.
        entries.sudo().exists().filtered(
            lambda entry: entry.state == "posted" and entry.id not in undoing
        )._discount_take_back()
        self._discount_judge()

    def _discount_take_back(self):
        """Reverse these entries of discounts."""
        entries = self
        if not entries:
            return
        for entry in entries:
            entry.discount_origin_id.filtered(lambda move: move.state == "posted")._message_log(
                body=self.env._(
                    "The discount of %(amount)s is taken back: its payment or its entry "
                    "%(entry)s is no longer matched with this invoice.",
                    amount=entry.currency_id.format(_credited(entry)),
                    entry=entry.name,
                )
            )
        entries._reverse_moves(
            [
                {
                    "date": first_open_day(
                        entry.company_id, entry.journal_id, entry.date, entry._affect_tax_report()
                    ),
                    "ref": self.env._("Reversal of: %s", entry.name),
                }
                for entry in entries
            ],
            cancel=True,
        )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        if cancel:
            undoing = {*self.env.context.get("discount_undoing", ()), *self.ids}
            self = self.with_context(discount_undoing=tuple(sorted(undoing)))
        return super()._reverse_moves(default_values_list, cancel)

    def _post(self, soft=True):
        """Payments may be matched before they, or their invoice, are posted."""
        posted = super()._post(soft)
        moves = posted | posted.line_ids.matched_debit_ids.debit_move_id.move_id
        moves.filtered(
            lambda move: (
                move.move_type in move._discount_types()
                and move._discount_line().matched_credit_ids
            )
        )._discount_judge(book=True)
        return posted

    # ------------------------------------------------------------------- words

    def _discount_rest_words(self):
        """What the customer kept back, as money."""
        return self.currency_id.format(self._discount_line().amount_residual_currency)

    def _discount_undecided_words(self):
        """What must be decided, in a sentence."""
        self.ensure_one()
        offer = self._discount_offer()
        values = {
            "amount": self._discount_rest_words(),
            "invoice": self.name,
            "paid_on": _day(self.env, self.discount_paid_on),
            "last_day": _day(self.env, offer.last_day if offer else self.discount_paid_on),
        }
        match self.discount_outcome:
            case "taken":
                return self.env._("discount of %(amount)s not booked", **values)
            case "excess":
                return self.env._("%(amount)s kept back, more than the discount", **values)
            case "parts":
                return self.env._("discount of %(amount)s taken on a payment in parts", **values)
            case _:
                return self.env._(
                    "discount of %(amount)s taken late, on %(paid_on)s instead of %(last_day)s",
                    **values,
                )

    def _discount_check_user(self):
        """Only those who work with reminders and post invoices decide on discounts.

        :raises AccessError: the user does not, or may not change these invoices
        """
        if not self.env.su and not (
            self.env.user.has_group("account_dunning_plus.group_dunning_user")
            and self.env.user.has_group("account.group_account_invoice")
        ):
            raise AccessError(self.env._("Only those who post invoices may decide on a discount."))
        self.check_access("write")


def _same(move, name, value):
    """Whether a field has a value already."""
    own = move[name]
    if name == "discount_taken":
        return not move.currency_id.compare_amounts(own, value)
    return (own or False) == (value or False)


def _kind_of(row):
    """What kind of line Odoo's values are: account, part of a tax, taxes."""
    taxes = [own for _command, _id, ids in row.get("tax_ids", ()) for own in ids]
    return (row["account_id"], row.get("tax_repartition_line_id", False), *taxes)


def _credited(entry):
    """What an entry takes off its customer's account, in its currency."""
    return -sum(
        entry.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).mapped("amount_currency")
    )


def _day(env, day):
    return env["account.dunning.facts"]._day(day)


def first_open_day(company, journal, day, has_tax):
    """The day, or when its period is locked the first one that is not.

    :param has_tax: the entry changes the tax report
    """
    locks = company._get_violated_lock_dates(day, has_tax, journal)
    return max(day, locks[-1][0] + timedelta(days=1)) if locks else day
