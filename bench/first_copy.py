"""What Odoo itself makes of a large ledger: a company, and a first copy of its customers."""

from __future__ import annotations

import random
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

COMPANY = "Benchmark Wholesale"

# Customers made here; each further copy adds as many.
BASE_CUSTOMERS = 30

# In names and addresses of the first copy; another number stands there in the others.
MARK = "copy0"

LANGUAGES = ("en_US", "nl_NL", "fr_FR", "de_DE")


def make_company(env):
    """A company in Belgium with accounts, currencies and rates, whose every day is worked."""
    company = env["res.company"].create(
        {
            "name": COMPANY,
            "country_id": env.ref("base.be").id,
            "currency_id": env.ref("base.EUR").id,
        }
    )
    if "dunning_working_days_only" in company:
        # The measurement must not depend on the day of the week.
        company.dunning_working_days_only = False
    # Only now the address: of a new company's domain Odoo asks a service on the internet.
    company.partner_id.write(
        {"tz": "Europe/Brussels", "lang": "en_US", "email": "credit@wholesale.example.com"}
    )
    env.user.company_ids |= company
    belgian = "l10n_be" in env["ir.module.module"]._installed()
    env["account.chart.template"].with_company(company)._load(
        "be_comp" if belgian else "generic_coa", company, install_demo=False
    )
    company.currency_id = env.ref("base.EUR")
    bank_account = env["res.partner.bank"].create(
        {"acc_number": "BE71096123456769", "partner_id": company.partner_id.id}
    )
    _journal(company, "bank").bank_account_id = bank_account
    # A reference made of the invoice's number can be copied; one with check digits cannot.
    _journal(company, "sale").invoice_reference_model = "odoo"
    for code in LANGUAGES:
        env["res.lang"]._activate_lang(code)
    for code, rates in {"USD": (1.08, 1.11), "GBP": (0.86, 0.84)}.items():
        currency = env.ref(f"base.{code}")
        currency.active = True
        today = _today(company)
        for days, rate in zip((400, 40), rates, strict=True):
            env["res.currency.rate"].create(
                {
                    "currency_id": currency.id,
                    "company_id": company.id,
                    "name": today - timedelta(days=days),
                    "rate": rate,
                }
            )
    return company


def _today(company):
    """Today's date, also in a database without the add-on."""
    return fields.Date.context_today(company.with_context(tz="Europe/Brussels"))


def _journal(company, kind):
    return company.env["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", kind)], limit=1
    )


class FirstCopy:
    """Makes the customers and entries that are multiplied afterwards.

    :param items: open items to make; paid invoices and credit notes come on top
    """

    def __init__(self, env, company, items):
        self.env = env
        self.company = company
        self.items = items
        self.rng = random.Random(1830)
        self.today = _today(company)
        self.terms = [
            env.ref("account.account_payment_term_15days"),
            env.ref("account.account_payment_term_30days"),
            self._instalment_term(),
        ]

    def make(self):
        """Make customers and entries; all open items are overdue."""
        customers = self._make_customers()
        invoices, closed, credit_notes = [], [], []
        room = {customer: 0 for customer in customers}
        # Each customer has one item at least; the others fall where they fall.
        for customer in [*customers, *self.rng.choices(customers, k=self.items - len(customers))]:
            room[customer] += 1
        for index, (customer, left) in enumerate(room.items()):
            while left:
                term = self.rng.choice(self.terms if left >= 2 else self.terms[:2])
                invoices.append(self._invoice(customer, term))
                left -= len(term.line_ids)
            if index % 2:
                closed.append(self._invoice(customer, self.terms[0]))
            if not index % 8:
                credit_notes.append(self._invoice(customer, self.terms[0], "out_refund"))
        moves = self.env["account.move"].create([*invoices, *closed, *credit_notes])
        moves.action_post()
        moves.is_move_sent = True
        part_paid = moves[: len(invoices) : 9]
        paid = moves[len(invoices) : len(invoices) + len(closed)]
        shares = [self.rng.choice((0.1, 0.25, 0.5)) for _move in part_paid]
        self._receive([*zip(part_paid, shares, strict=True), *((move, 1) for move in paid)])

    def _instalment_term(self):
        return self.env["account.payment.term"].create(
            {
                "name": "Half in 10 days, half in 30 days",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": 50,
                            "nb_days": days,
                            "delay_type": "days_after",
                        }
                    )
                    for days in (10, 30)
                ],
            }
        )

    def _make_customers(self):
        customers = self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {index:03} {MARK}",
                    "email": f"customer{index:03}.{MARK}@customer.example.com",
                    "is_company": True,
                    "company_id": self.company.id,
                    "country_id": self.company.country_id.id,
                    "street": f"Kaai {index}",
                    "zip": "2000",
                    "city": "Antwerpen",
                    "lang": LANGUAGES[index % len(LANGUAGES)],
                    "customer_rank": 1,
                }
                for index in range(BASE_CUSTOMERS)
            ]
        )
        self.env["res.partner"].create(
            [
                {
                    "name": f"Accounts {MARK}",
                    "email": f"accounts{customer.id}.{MARK}@customer.example.com",
                    "type": "invoice",
                    "parent_id": customer.id,
                    "company_id": self.company.id,
                    "lang": customer.lang,
                }
                for customer in customers[::6]
            ]
        )
        if "dunning_policy_id" in customers:
            customers[5::10].dunning_policy_id = self.env.ref(
                "account_dunning_plus.dunning_policy_firm"
            )
        return customers

    def _invoice(self, customer, term, move_type="out_invoice"):
        currency = self.rng.choices(
            (self.company.currency_id, self.env.ref("base.USD"), self.env.ref("base.GBP")),
            weights=(8, 1, 1),
        )[0]
        days = max(term.line_ids.mapped("nb_days"))
        due = self.today - timedelta(days=self.rng.randint(45, 100))
        refund = move_type == "out_refund"
        return {
            "move_type": move_type,
            "partner_id": customer.id,
            "currency_id": currency.id,
            "invoice_date": due - timedelta(days=days),
            "invoice_payment_term_id": False if refund else term.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": f"Goods {number}",
                        "quantity": self.rng.randint(1, 20),
                        "price_unit": 1 if refund else self.rng.randint(500, 9000) / 100,
                        "tax_ids": [Command.set(self.company.account_sale_tax_id.ids)],
                    }
                )
                for number in range(self.rng.randint(1, 2))
            ],
        }

    def _receive(self, paid):
        """Book money at the bank and match it with what it pays.

        :param paid: list of an invoice and the share of it that is paid, below one of its
            first item
        """
        bank = _journal(self.company, "bank")
        day = self.today - timedelta(days=20)
        values, plan = [], []
        for move, share in paid:
            items = _receivable(move)[: None if share == 1 else 1]
            residual = sum(items.mapped("amount_residual_currency"))
            amount = move.currency_id.round(residual * share)
            balance = move.currency_id._convert(amount, self.company.currency_id, self.company, day)
            plan.append(items)
            values.append(
                {
                    "move_type": "entry",
                    "journal_id": bank.id,
                    "date": day,
                    "line_ids": [
                        Command.create(
                            {
                                "name": move.name,
                                "account_id": account.id,
                                "partner_id": move.partner_id.id,
                                "currency_id": move.currency_id.id,
                                "amount_currency": sign * amount,
                                "balance": sign * balance,
                            }
                        )
                        for account, sign in (
                            (bank.default_account_id, 1),
                            (items.account_id, -1),
                        )
                    ],
                }
            )
        receipts = self.env["account.move"].create(values)
        receipts.action_post()
        self.env["account.move.line"]._reconcile_plan(
            [items | _receivable(receipt) for items, receipt in zip(plan, receipts, strict=True)]
        )


def _receivable(move):
    return move.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
