from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import clean_context

from ..engine.interest import Compounding, DayCount
from .account_move_discount_booking import first_open_day
from .charge_facts import line_row, movements_of


class AccountDunningCharge(models.Model):
    """How what is claimed becomes a debt in the books, and how it is given up."""

    _inherit = "account.dunning.charge"

    def _locked(self):
        """These charges, to be written by the workflow, and by nobody else meanwhile.

        :raises UserError: another process is at work on one of them
        """
        # sudo: charges are written by their workflow alone; callers check the right.
        charges = self.sudo()
        if charges.try_lock_for_update() != charges:
            raise UserError(
                self.env._("Another process is at work on these charges: try again in a moment.")
            )
        charges.invalidate_recordset(["state"])
        return charges

    # -------------------------------------------------------------------- book

    def action_book(self):
        """Book what is claimed: a debit note for each reminder."""
        self._check_user()
        charges = self._locked().filtered(lambda own: own.state == "claimed")
        if not charges:
            raise UserError(
                self.env._("Nothing of this is left to book: it is booked or waived already.")
            )
        charges._make_less()
        charges = charges.filtered(lambda own: own.state == "claimed")
        return charges._book()._dunning_open_debit_notes()

    def _make_less(self):
        """Bring claimed interest down to what was owed, by the payments known since.

        What is nothing then is waived.
        """
        interest = self.filtered(lambda own: own.kind == "interest" and own.lines)
        if not interest:
            return
        paid = self.env["account.dunning.facts"]._paid(interest.move_line_id.ids)
        for charge in interest.filtered("move_line_id"):
            taken_back = charge._too_much(paid[charge.move_line_id.id])
            if not taken_back:
                continue
            part = charge.company_amount / charge.amount
            scale = 10**charge.currency_id.decimal_places
            amount = charge.currency_id.round(
                charge.amount + sum(line.amount for line in taken_back) / scale
            )
            charge.write(
                {
                    "amount": max(0, amount),
                    "company_amount": charge.company_currency_id.round(max(0, amount) * part),
                    "lines": [*charge.lines, *(line_row(line, scale) for line in taken_back)],
                    "claimed_amount": charge.amount,
                }
            )
            if not charge.amount:
                charge.state = "waived"

    def _too_much(self, paid):
        """The interest of this charge that was not owed, as negative lines of the engine.

        :param paid: of ``_paid``: what was paid of its item, and when
        """
        self.ensure_one()
        item = self.move_line_id
        minor = 10**self.currency_id.decimal_places
        movements = movements_of(item.date_maturity, item.amount_currency, paid, minor)
        how = (DayCount(self.terms[0]), Compounding(self.terms[1])) if self.terms else ()
        return self._taken_back([self.lines], movements, how, minor)

    def _book(self):
        """Post the debit notes of claimed charges, one for each notice and currency.

        :return: account.move
        :raises UserError: a company has nowhere to book them; nothing is booked then
        """
        moves = self.env["account.move"]
        for company, own in self.grouped("company_id").items():
            moves |= own.with_company(company)._book_in(company)
        return moves

    def _book_in(self, company):
        moves = self.env["account.move"]
        journal = moves._dunning_claim_journal(company, company.dunning_charge_journal_id)
        if not journal:
            raise UserError(
                self.env._(
                    "There is no sales journal in which interest and costs can be booked: choose "
                    "one in Settings."
                )
            )
        groups = list(self.grouped(lambda own: (own.notice_id, own.currency_id)).values())
        products = {kind: self._product(kind) for kind in set(self.mapped("kind"))}
        if not all(moves._dunning_can_claim(company, journal, own) for own in products.values()):
            raise UserError(
                self.env._(
                    "Journal %s has no default account for interest and costs: set one on the "
                    "journal.",
                    journal.display_name,
                )
            )
        booked = moves._dunning_make_claims(
            company, [group._debit_note_vals(journal, products) for group in groups]
        )
        for group, move in zip(groups, booked, strict=True):
            group.write({"state": "booked", "charge_move_id": move.id})
        booked._message_log_batch(
            bodies={
                move.id: group._booked_words() for group, move in zip(groups, booked, strict=True)
            }
        )
        return booked

    def _booked_words(self):
        notice = self.notice_id
        return self.env._(
            "Books what the reminder of %(date)s claims (%(level)s).",
            date=self.env["account.dunning.facts"]._day(notice.date),
            level=notice.level_id.display_name,
        )

    def _debit_note_vals(self, journal, products):
        """Values of the debit note of a notice's charges in one currency."""
        notice = self.notice_id
        reader = self.with_context(lang=notice._letter_lang())
        until = (notice.statement or {}).get("pay_until")
        day = first_open_day(notice.company_id, journal, notice.company_id._dunning_today(), False)
        names = dict.fromkeys(name for name in self.mapped("name") if name)
        return {
            "journal_id": journal.id,
            "partner_id": notice.partner_id.address_get(["invoice"])["invoice"],
            "currency_id": self.currency_id.id,
            "invoice_date": day,
            "invoice_date_due": max(fields.Date.to_date(until) or day, day),
            "invoice_origin": ", ".join(names),
            "ref": reader.env._("Reminder of %s", reader._day_words(notice.date)),
            "lines": [
                (products[charge.kind], charge._line_words(), charge.amount)
                for charge in reader.sorted(lambda own: (own.name or "", own.id))
            ],
        }

    @api.model
    def _day_words(self, day):
        return self.env["account.dunning.facts"]._format_day(day)

    def _line_words(self):
        """What a line of the debit note says, in the reader's language."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        if self.kind == "interest" and self.date_from:
            return self.env._(
                "Interest on %(invoice)s, %(start)s to %(end)s",
                invoice=self.name,
                start=self._day_words(self.date_from),
                end=self._day_words(self.date_to),
            )
        return self.env._("%(kind)s for %(invoice)s", kind=kinds[self.kind], invoice=self.name)

    @api.model
    def _product(self, kind):
        """What a kind is booked as; empty when the user deleted it."""
        xmlid = "product_interest" if kind == "interest" else "product_collection_costs"
        product = self.env.ref(f"account_dunning_plus.{xmlid}", raise_if_not_found=False)
        return product or self.env["product.product"]

    # ------------------------------------------------------------------- waive

    def action_waive(self):
        """Give charges up: what is booked is credited, and none of it is claimed again."""
        self._waive_by_hand(self.env.context.get("dunning_waive_reason"))
        return True

    def _waive_by_hand(self, reason=None):
        """Waive for a person, with the reason if one was given.

        :return: the credit notes
        """
        self._check_user()
        charges = self._locked().filtered(lambda own: own.state in ("claimed", "booked"))
        if not charges:
            raise UserError(self.env._("Nothing of this is left to waive."))
        credits = charges._credit(reason)
        charges.write(
            {
                "state": "waived",
                "waived_user_id": self.env.uid,
                "waived_date": fields.Date.context_today(self),
                "waive_reason": reason or False,
            }
        )
        for notice, own in charges.grouped("notice_id").items():
            notice._message_log(body=own._waived_words(reason))
        return credits

    def _waived_words(self, reason):
        names = ", ".join(
            f"{charge.display_name} ({charge.currency_id.format(charge.amount)})" for charge in self
        )
        words = self.env._("%(user)s waived: %(charges)s.", user=self.env.user.name, charges=names)
        return f"{words} {reason}" if reason else words

    def _credit(self, reason=None):
        """Credit the booked ones of these charges, a credit note for each debit note.

        :return: account.move
        """
        moves = self.env["account.move"]
        booked = self.filtered(lambda own: own.state == "booked")
        for company, own in booked.grouped("company_id").items():
            own = own.with_company(company)
            groups = own.grouped("charge_move_id")
            today = company._dunning_today()
            made = moves._dunning_make_claims(
                company,
                [
                    {
                        "move_type": "out_refund",
                        "journal_id": debit.journal_id.id,
                        "partner_id": debit.partner_id.id,
                        "currency_id": debit.currency_id.id,
                        "invoice_date": max(
                            first_open_day(company, debit.journal_id, today, False),
                            debit.invoice_date,
                        ),
                        "invoice_date_due": False,
                        "invoice_origin": debit.name,
                        "ref": reason or debit.name,
                        "reversed_entry_id": debit.id,
                        "lines": [
                            (
                                charge._product(charge.kind),
                                charge.with_context(lang=debit.partner_id.lang)._line_words(),
                                charge.amount,
                            )
                            for charge in charges.sorted("id")
                        ],
                    }
                    for debit, charges in groups.items()
                ],
            )
            for (debit, charges), credit in zip(groups.items(), made, strict=True):
                charges.credit_move_id = credit
                items = (debit | credit)._dunning_open_lines()
                if debit.amount_residual:
                    items.filtered(lambda item: not item.reconciled).reconcile()
            moves |= made
        return moves

    # -------------------------------------------------------------------- undo

    def _take_back(self):
        """Undo claims of notices that did not arrive; what they took the place of holds again.

        What the customer has paid already stays booked.
        """
        # sudo: charges are written by their workflow alone.
        charges = self.sudo().filtered(lambda own: own.state in ("claimed", "booked"))
        paid = charges.charge_move_id.filtered(
            lambda move: move.currency_id.compare_amounts(move.amount_residual, move.amount_total)
        )
        charges = charges.filtered(lambda own: own.charge_move_id not in paid)
        if not charges:
            return
        charges._credit(self.env._("The reminder did not arrive"))
        charges.state = "cancelled"
        # The index holds for what is in the database.
        charges.flush_recordset(["state"])
        before = self.search([("replaced_by_id", "in", charges.ids), ("state", "=", "replaced")])
        before.write({"state": "claimed", "replaced_by_id": False})


class AccountMove(models.Model):
    """Invoices and credit notes that claim, and give up, what is no sale."""

    _inherit = "account.move"

    @api.model
    def _dunning_claim_journal(self, company, journal):
        """The journal in which interest or costs are invoiced; empty when there is none.

        :param journal: the one of the settings, maybe empty
        """
        return journal or self.env["account.journal"].search(
            [("company_id", "parent_of", company.ids), ("type", "=", "sale")], limit=1
        )

    @api.model
    def _dunning_can_claim(self, company, journal, product):
        """Whether a product, maybe none, has an account in a journal."""
        has_account = product and product.with_company(company)._get_product_accounts()["income"]
        return bool(has_account or journal.default_account_id)

    @api.model
    def _dunning_make_claims(self, company, vals_list):
        """Post invoices of what is no sale: without tax, to the cent what was said.

        Posted by the workflow: who sends reminders or agrees on plans need not be allowed to
        post invoices.

        :param vals_list: values of moves; ``lines`` are (product, words, amount)
        :return: account.move, in the order of their values
        """
        # The dialog's defaults are not the invoice's.
        moves = (
            self.env["account.move"]
            .with_env(self.env(context=clean_context(self.env.context)))
            .with_company(company)
        )
        moves = moves.create(
            [
                {
                    "move_type": "out_invoice",
                    "invoice_payment_term_id": False,
                    **{name: value for name, value in vals.items() if name != "lines"},
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id if product else False,
                                "name": words,
                                "quantity": 1,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for product, words, amount in vals["lines"]
                    ],
                }
                for vals in vals_list
            ]
        )
        moves.action_post()
        return moves
