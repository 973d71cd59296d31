from collections import defaultdict
from datetime import date

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .field_types import SharedJson


def _day(text):
    """A day of a statement; ``fields.Date.to_date`` takes ten times as long."""
    return date.fromisoformat(text) if text else None


def _said(row, today, currency_id):
    """A row of a statement with what it leaves unsaid.

    :param today: the day of the statement
    :param currency_id: the company's
    """
    due_date = _day(row["date_maturity"])
    return {
        "reference": row["name"],
        "bank_id": None,
        "company_amount": row["amount"],
        "currency_id": currency_id,
        # A statement of before says it in each row, and not its day.
        **({"days_overdue": (today - due_date).days} if today else {}),
        **row,
        "date": _day(row["date"]),
        "date_maturity": due_date,
    }


class AccountDunningNotice(models.Model):
    """What a notice says: items, amounts, text."""

    _inherit = "account.dunning.notice"

    statement_now = SharedJson(
        compute="_compute_statement_now",
        # The whole account is stated, whoever may read the notice.
        compute_sudo=True,
        help="What the message states: as it left, or as it would leave now.",
    )

    amount_words = fields.Char(
        string="Breakdown",
        compute="_compute_amount_words",
        help="How the items, what else is overdue, credits and charges come to the amount due.",
    )

    @api.depends("statement", "state", "line_ids.move_line_id", "line_ids.level_id")
    def _compute_statement_now(self):
        for notice in self:
            notice.statement_now = notice.statement
        waiting = self.filtered(
            lambda notice: not notice.statement and notice.state in ("draft", "ready", "failed")
        )
        for company, notices in waiting.grouped("company_id").items():
            today = company._dunning_today()
            notices = notices.with_company(company)
            customers, _due_again, claims = notices._facts_again(today)
            for notice in notices:
                if customer := customers.get(notice.partner_id.id):
                    item_ids = set(notice.line_ids.move_line_id.ids)
                    charges = claims.get(notice.partner_id.id, ())
                    stated = notice._stated_items(customer, item_ids, today, charges)
                    notice.statement_now = notice._prepare_statement(
                        company, customer, stated, today, charges
                    )

    @api.model
    def _stated_items(self, customer, item_ids, today, charges=()):
        """What a notice about some of a customer's items states on a day.

        Its items, all other overdue ones, and the open credits. Nothing paid, on its way,
        excluded, on hold, promised or in dispute is stated, nor what the customer says is paid
        or never got.

        :param customer: DecidedCustomer
        :param item_ids: ids of the notice's items
        :param charges: rows of what it claims beside them, of ``_claims``
        :return: two lists of OpenItem: its items and the others
        """
        owed = [item for item in customer.items if item.facts.is_stated(today)]
        items = [item for item in owed if item.id in item_ids]
        # A debit note that is stated as the charges it books.
        booked = {row.get("charge_move_id") for row in charges} - {None}
        others = [
            item
            for item in owed
            if item.id not in item_ids and item.due_date < today and item.move_id not in booked
        ]
        return items, others

    @api.model
    def _prepare_amounts(self, company, customer, stated, today, charges=()):
        """What a notice asks for on a day, of what it states.

        :param company: the notice's company
        :param customer: DecidedCustomer
        :param stated: of ``_stated_items``
        :param charges: rows of what it claims beside them, of ``_claims``
        :return: values of ``amount_charges`` and ``amount_due`` (company currency, not below 0)
        """
        items, others = stated
        overdue = [item for item in items if item.due_date < today]
        scale = 10**company.currency_id.decimal_places
        claimed = sum(round(row["company_amount"] * scale) for row in charges)
        asked = sum(item.asked for item in (*(overdue or items), *others, *customer.credits))
        return {
            "amount_charges": claimed / scale,
            "amount_due": max(0, asked + claimed) / scale,
        }

    @api.model
    def _prepare_statement(self, company, customer, stated, today, charges=()):
        """What a notice about some of a customer's items states on a day, as it is kept.

        :param: as for ``_prepare_amounts``
        :return: JSON-able dict of ``date`` and of lists of rows: ``items``, ``others``,
            ``credits``, ``charges``; amounts in the item's currency
        """

        def row(item):
            amount, company_amount = item.asked_residual, item.asked / scale
            values = {
                "move_id": item.move_id,
                "name": item.name,
                "date": item.date.isoformat(),
                "date_maturity": item.due_date.isoformat(),
                "amount": amount,
            }
            # What is as it mostly is goes unsaid (_said): a night keeps many of these.
            if item.reference != item.name:
                values["reference"] = item.reference
            if item.currency_id != currency_id:
                values["currency_id"] = item.currency_id
            if item.bank_id:
                values["bank_id"] = item.bank_id
            if company_amount != amount:
                values["company_amount"] = company_amount
            return values

        currency_id = company.currency_id.id
        scale = 10**company.currency_id.decimal_places
        items, others = stated
        statement = {
            "date": today.isoformat(),
            "items": list(map(row, items)),
            "others": list(map(row, others)),
            "credits": list(map(row, customer.credits)),
        }
        if charges:
            statement["charges"] = charges
        return statement

    def _statement_rows(self):
        """What the notice states, ready to be formatted by its text.

        Items not yet due on a notice that also has overdue ones are told apart: they are
        announced, not demanded. Credits count against what is to be paid.

        :return: dict with ``items``, ``upcoming``, ``others`` and ``credits`` (lists of
            dicts with name, date, date_maturity, days_overdue, amount, currency), ``charges``
            (with kind, name, date_from, date_to, note, lines, amount, currency),
            ``principal_totals`` and ``totals`` (dicts of currency to the amount to pay, without
            and with charges), and ``say``, a function that says an amount in a currency
        """
        self.ensure_one()
        statement = self.statement_now or {}
        today = _day(statement.get("date"))
        rows = {
            kind: [_said(row, today, self.currency_id.id) for row in statement.get(kind, ())]
            for kind in ("items", "others", "credits")
        }
        currencies = self.env["res.currency"]
        for own in rows.values():
            for row in own:
                row["currency"] = currencies.browse(row["currency_id"])
        rows["upcoming"] = []
        overdue = [row for row in rows["items"] if row["days_overdue"] > 0]
        if overdue:
            rows["upcoming"] = [row for row in rows["items"] if row["days_overdue"] <= 0]
            rows["items"] = overdue
        rows["charges"] = self._charge_rows(statement.get("charges", ()))
        stated = (*rows["items"], *rows["others"], *rows["credits"])
        rows["principal_totals"] = self._totals(stated)
        rows["totals"] = self._totals((*stated, *rows["charges"]))
        rows["say"] = self.env["account.dunning.facts"]._amount_sayer()
        return rows

    @api.depends("statement_now")
    @api.depends_context("lang")
    def _compute_amount_words(self):
        kinds = {
            "items": self.env._("%s for these items"),
            "others": self.env._("%s also overdue"),
            "charges": self.env._("%s interest and costs"),
            "credits": self.env._("%s open credits"),
        }
        for notice in self:
            rows = notice._statement_rows()
            parts = []
            for kind in filter(rows.get, kinds):
                amount = sum(row["company_amount"] for row in rows[kind])
                sign = "\N{MINUS SIGN} " if amount < 0 else "+ "
                amount = formatLang(self.env, abs(amount), currency_obj=notice.currency_id)
                parts.append(sign + kinds[kind] % amount)
            # One part is the amount due itself.
            notice.amount_words = len(parts) > 1 and " ".join(parts).removeprefix("+ ")

    def _totals(self, stated):
        """What some rows come to.

        :return: dict of currency to the amount to pay
        """
        totals = defaultdict(float)
        for row in stated:
            totals[row["currency"]] += row["amount"]
        if len(totals) > 1 and min(totals.values()) < 0:
            # A credit in one currency pays a debt in another: one total, in the company's.
            total = sum(row["company_amount"] for row in stated)
            return {self.currency_id: self.currency_id.round(max(0, total))}
        return {currency: currency.round(amount) for currency, amount in totals.items()}

    def _charge_rows(self, charges):
        """Rows of charges, ready to be formatted."""

        def dated(row):
            return {
                **row,
                "date_from": _day(row["date_from"]),
                "date_to": _day(row["date_to"]),
            }

        model = self.env["account.dunning.charge"]
        kinds = dict(model._fields["kind"]._description_selection(self.env))
        currencies = self.env["res.currency"]
        rows = []
        for row in charges:
            currency = currencies.browse(row["currency_id"])
            note = ""
            if missing := row.get("missing_from"):
                note = model._missing_words(_day(missing))
            elif row.get("of_amount"):
                note = self.env._(
                    "What is open of %s.",
                    formatLang(self.env, row["of_amount"], currency_obj=currency),
                )
            rows.append(
                {
                    **dated(row),
                    "lines": [dated(line) for line in row["lines"]],
                    "currency": currency,
                    "label": kinds[row["kind"]],
                    "note": note,
                }
            )
        return rows

    @api.model
    def _format_day(self, day):
        """A day in the reader's language, for the texts."""
        return self.env["account.dunning.facts"]._format_day(day)

    def _bank_account(self):
        """The company's account to which the customer pays, as the first invoice says."""
        self.ensure_one()
        rows = (self.statement_now or {}).get("items", ())
        bank_id = next((row["bank_id"] for row in rows if row.get("bank_id")), None)
        # sudo: the account is printed on the invoice itself.
        if bank_id:
            return self.env["res.partner.bank"].sudo().browse(bank_id)
        return self.sudo().company_id.bank_ids[:1]

    @api.model
    def _payment_reference(self, rows):
        """What the customer is asked to state with the payment: the invoices' references.

        :param rows: of ``_statement_rows``; what is asked to be paid is referred to
        """
        references = [row["reference"] for row in (*rows["items"], *rows["others"])]
        return ", ".join(dict.fromkeys(references))

    @api.depends("statement_now", "level_id", "recipient_id.lang")
    def _compute_preview_html(self):
        for notice in self:
            notice.preview_html = notice._render_body() if notice.statement_now else False

    def _render_body(self):
        """The message as its recipient reads it, or why there is none."""
        self.ensure_one()
        try:
            return self._message_body()
        except UserError as error:
            return self.env._("The text of this level cannot be made: %s", error)

    def _message_body(self):
        """The message as its recipient reads it.

        :raises UserError: it cannot be made from its text
        """
        self.ensure_one()
        if written := self._composed_text():
            return Markup(written["body_html"])
        return self.level_id._template()._render_field("body_html", [self.id], compute_lang=True)[
            self.id
        ]
