from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ..engine import ageing_bucket


class ResPartner(models.Model):
    """The statement of account: all that is open of a customer in a company."""

    _inherit = "res.partner"

    def _dunning_statement(self, items=None):
        """What is open on the customer's account with the current company.

        Of what is excluded from follow-up, or paid and on its way, nothing is stated.

        :param items: the OpenItems that are stated, when they are known already
        :return: dict with ``company``, ``day``, ``overdue``, ``upcoming`` and ``credits``
            (lists of dicts with name, date, date_maturity, days_overdue, amount, currency),
            ``totals`` (list of (currency, overdue, not yet due, credits, all)), ``ageing``
            (list of (label, amount in the company's currency)), ``bank`` and ``reference``
        """
        self.ensure_one()
        self._dunning_check_statement()
        company = self.env.company
        # sudo: the account of a customer, for who may know of it; checked above.
        partner = self.commercial_partner_id.sudo()
        today = company._dunning_today()
        facts = partner.env["account.dunning.facts"]
        if items is None:
            items = [
                item
                for item in facts._open_items(company, partner.ids)[partner.id]
                if not (item.facts.excluded or item.facts.settled)
            ]
        credits = [item for item in items if (item.amount or item.residual) < 0]
        debits = [item for item in items if (item.amount or item.residual) >= 0]
        overdue = [item for item in debits if item.due_date < today]
        upcoming = [item for item in debits if item.due_date >= today]
        sums = defaultdict(lambda: [0.0, 0.0, 0.0])
        for column, own in enumerate((overdue, upcoming, credits)):
            for item in own:
                sums[item.currency_id][column] += item.residual
        currencies = partner.env["res.currency"].browse(sums)
        rows = [self._dunning_statement_rows(own, today) for own in (overdue, upcoming, credits)]
        return {
            "company": company.sudo(),
            "partner": partner,
            "recipient": partner._dunning_recipient(),
            "day": format_date(self.env, today),
            "overdue": rows[0],
            "upcoming": rows[1],
            "credits": rows[2],
            "totals": [
                (currency, *sums[currency.id], currency.round(sum(sums[currency.id])))
                for currency in currencies
            ],
            "ageing": self._dunning_statement_ageing(debits, today),
            "bank": self._dunning_statement_bank(items),
            "reference": ", ".join(
                dict.fromkeys(item.reference for item in (*overdue, *upcoming) if item.reference)
            ),
        }

    def _dunning_check_statement(self):
        if not self.env.su and not any(
            self.env.user.has_group(group)
            for group in (
                "account_dunning_plus.group_dunning_user",
                "account.group_account_readonly",
            )
        ):
            raise AccessError(self.env._("Only a dunning user may see a statement of account."))
        self.check_access("read")

    @api.model
    def _dunning_statement_rows(self, items, today):
        # sudo: currencies are no secret.
        currencies = self.env["res.currency"].sudo()
        return [
            {
                "name": item.name,
                "date": format_date(self.env, item.date),
                # A credit is not due from anybody.
                "date_maturity": format_date(self.env, item.due_date) if item.residual > 0 else "",
                "days_overdue": max(0, (today - item.due_date).days) if item.residual > 0 else 0,
                "amount": item.residual,
                "currency": currencies.browse(item.currency_id),
            }
            for item in items
        ]

    @api.model
    def _dunning_statement_ageing(self, debits, today):
        """What is owed by age, in the company's currency."""
        labels = {
            "current": self.env._("Not yet due"),
            "1_30": self.env._("1–30 days"),
            "31_60": self.env._("31–60 days"),
            "61_90": self.env._("61–90 days"),
            "older": self.env._("Over 90 days"),
        }
        amounts = dict.fromkeys(labels, 0)
        for item in debits:
            days = (today - item.due_date).days
            amounts[ageing_bucket(days)] += item.amount
        scale = 10**self.env.company.currency_id.decimal_places
        return [(labels[key], amount / scale) for key, amount in amounts.items()]

    @api.model
    def _dunning_statement_bank(self, items):
        """The company's account to pay to, as the first invoice says."""
        # sudo: the account is printed on the invoices themselves.
        banks = self.env["res.partner.bank"].sudo()
        bank_id = next((item.bank_id for item in items if item.bank_id), None)
        return banks.browse(bank_id) if bank_id else self.env.company.sudo().bank_ids[:1]

    def _dunning_statement_lang(self):
        """The language of the customer's statement."""
        self.ensure_one()
        # sudo: the language of the contact who gets it.
        partner = self.commercial_partner_id.sudo()
        own = partner._dunning_chosen_lang()
        return own or partner._dunning_recipient().lang or partner.lang or self.env.lang

    def _dunning_statement_name(self):
        """File name of the statement, without ending, in its reader's language."""
        self.ensure_one()
        reader = self.with_context(lang=self._dunning_statement_lang())
        day = fields.Date.to_string(self.env.company._dunning_today())
        name = reader.env._("Statement of account %(date)s %(name)s", date=day, name=self.name)
        return name.replace("/", "-")

    def _dunning_of_context(self):
        """The customer in the company whose account is written about.

        A message is written from the row of one company, whichever companies are selected.
        """
        self.ensure_one()
        company = self.env["res.company"].browse(self.env.context.get("dunning_company_id"))
        return self.with_company(company & self.env.user.company_ids or self.env.company)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # Who works with reminders writes to customers, and need not be allowed to change them.
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == "create" and self.env.user.has_group(
            "account_dunning_plus.group_dunning_user"
        ):
            return dict.fromkeys(operations, "read")
        return operations
