"""The company of the replay in Odoo: its settings, and its books as the ledger tells."""

from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz
from odoo import Command

from ..integration.books import leave_only
from .discounts import TERMS, WORD_DAYS, Decide, Discounted
from .ledger import (
    DEFAULT_POLICY,
    FOREIGN_RATE,
    HOLIDAYS,
    INSTALMENT_DAYS,
    POLICIES,
    TOLERANCE_DAYS,
    Archive,
    ChoosePolicy,
    CreditNote,
    Dispute,
    Exclude,
    Hold,
    InProcess,
    Invoice,
    Item,
    Match,
    Payment,
    Promise,
    Rejected,
    Settled,
)

TIMEZONE = "Europe/Brussels"


class Books:
    """Books the ledger's events in a company of its own.

    :param env: a superuser's environment
    """

    def __init__(self, env, ledger):
        self.ledger = ledger
        self.moves = {}  # document -> account.move
        self.lines = {}  # Item, or the key of a credit -> account.move.line
        self.payments = {}  # document -> account.payment on its way
        self.rates = {
            customer.key: FOREIGN_RATE if customer.foreign else 1 for customer in ledger.customers
        }
        self._open_company(env)
        self.policies = {name: self._create_policy(policy) for name, policy in POLICIES.items()}
        self.company.dunning_policy_id = self.policies[DEFAULT_POLICY]
        self.promises = self.env["account.payment.promise"]
        self.disputes = self.env["account.dunning.dispute"]
        self.reason = self.env["account.dunning.dispute.reason"].create({"name": "Broken glass"})
        self.partners = {}
        self.contacts = {}  # customer -> the contact on every second of its documents
        for customer in ledger.customers:
            self._create_customer(customer)

    # --- settings

    def _open_company(self, env):
        """A company without a chart of accounts, but with all that the ledger needs."""
        # Other companies have no night here.
        leave_only(env)
        calendar = env["resource.calendar"].create({"name": "Office hours", "tz": TIMEZONE})
        self.company = env["res.company"].create(
            {
                "name": "Replay Wholesale",
                "email": "debtors@example.com",
                "currency_id": env.ref("base.EUR").id,
                "country_id": env.ref("base.be").id,
                "resource_calendar_id": calendar.id,
                "dunning_working_days_only": True,
                "promise_tolerance_days": TOLERANCE_DAYS,
                # A word before an instalment would take the reminder's place on its day.
                "promise_word_days": 0,
                "discount_notice_days": WORD_DAYS,
            }
        )
        self.company.partner_id.tz = TIMEZONE
        calendar.company_id = self.company
        self.env = env(
            context=dict(
                env.context,
                allowed_company_ids=self.company.ids,
                tracking_disable=True,
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
            )
        )
        self.company = self.company.with_env(self.env)
        self._close_on_holidays(calendar.with_env(self.env))
        self._open_accounts()
        self.foreign = self.env.ref("base.USD")
        self.foreign.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.foreign.id,
                "company_id": self.company.id,
                "name": min(self.ledger.days) - timedelta(days=1000),
                "rate": FOREIGN_RATE,
            }
        )
        self.halves = self.env["account.payment.term"].create(
            {
                "name": "In two halves",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in INSTALMENT_DAYS
                ],
            }
        )

        self.terms = {
            term.name: self.env["account.payment.term"].create(
                {
                    "name": term.name,
                    "company_id": self.company.id,
                    "early_discount": True,
                    "discount_percentage": term.percent,
                    "discount_days": term.days,
                    "discount_sliding": term.sliding,
                    "discount_notice": term.told,
                    "early_pay_discount_computation": "included",
                    "line_ids": [
                        Command.create(
                            {"value": "percent", "value_amount": 100, "nb_days": term.net}
                        )
                    ],
                }
            )
            for term in TERMS.values()
        }

    def working_days(self):
        """The company's working days as the add-on reads them, from before to long after."""
        first, last = min(self.ledger.days), max(self.ledger.days)
        return self.company._dunning_working_days(
            first - timedelta(days=365), last + timedelta(days=730)
        )

    def settle(self):
        """What a server does by itself over the months, and a single transaction does not.

        The database learns how large its tables have become, or it reads the whole of them
        for one row; and what was read months ago leaves the memory.
        """
        self.env.flush_all()
        self.env.cr.execute("ANALYZE")
        self.env.invalidate_all()

    def _close_on_holidays(self, calendar):
        timezone = pytz.timezone(TIMEZONE)

        def utc(day, moment):
            local = timezone.localize(datetime.combine(day, moment))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": f"Holiday {day}",
                    "calendar_id": calendar.id,
                    "company_id": self.company.id,
                    "resource_id": False,
                    "date_from": utc(day, time.min),
                    "date_to": utc(day, time.max.replace(microsecond=0)),
                }
                for day in sorted(HOLIDAYS)
            ]
        )

    def _open_accounts(self):
        def account(code, name, kind):
            return self.env["account.account"].create(
                {
                    "code": code,
                    "name": name,
                    "account_type": kind,
                    "reconcile": kind == "asset_receivable",
                    "company_ids": self.company.ids,
                }
            )

        self.receivable = account("400000", "Customers", "asset_receivable")
        self.income = account("700000", "Sales", "income")
        self.cash = account("550000", "Bank", "asset_cash")
        self.company.account_journal_early_pay_discount_loss_account_id = account(
            "653000", "Discounts Granted", "expense"
        )
        self.env["ir.default"].set(
            "res.partner",
            "property_account_receivable_id",
            self.receivable.id,
            company_id=self.company.id,
        )
        self.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "SAL",
                "type": "sale",
                "company_id": self.company.id,
                "default_account_id": self.income.id,
            }
        )
        self.env["account.journal"].create(
            {"name": "Misc", "code": "MISC", "type": "general", "company_id": self.company.id}
        )
        self.bank = self.env["account.journal"].create(
            {
                "name": "Bank",
                "code": "BNK",
                "type": "bank",
                "company_id": self.company.id,
                "default_account_id": self.cash.id,
            }
        )

    def _create_policy(self, policy):
        call = self.env.ref("mail.mail_activity_data_call")
        return self.env["account.dunning.policy"].create(
            {
                "name": policy.name,
                "company_id": self.company.id,
                "minimum_amount": policy.minimum / 100,
                "grace_days": policy.grace,
                "level_ids": [
                    Command.create(
                        {
                            "sequence": place,
                            "name": level.name,
                            "delay_days": level.delay,
                            "interval_days": level.interval,
                            "minimum_amount": level.minimum / 100,
                            "requires_approval": level.approval,
                            "send_email": not level.by_phone,
                            "activity_type_id": call.id if level.by_phone else False,
                            "attach_invoices": False,
                        }
                    )
                    for place, level in enumerate(policy.levels)
                ],
            }
        )

    def _create_customer(self, customer):
        partner = self.env["res.partner"].create(
            {
                "name": f"Customer {customer.key}",
                "ref": customer.key,
                "is_company": True,
                "email": f"{customer.key.lower()}@example.com",
                "company_id": self.company.id,
            }
        )
        if customer.policy:
            partner.dunning_policy_id = self.policies[customer.policy]
        self.partners[customer.key] = partner
        if customer.invoice_contact:
            self.contacts[customer.key] = self.env["res.partner"].create(
                {
                    "name": f"Accounts payable of {customer.key}",
                    "parent_id": partner.id,
                    "type": "invoice",
                    "email": f"ap.{customer.key.lower()}@example.com",
                }
            )

    # --- the ledger's events

    def happen(self, events):
        """Book a day's events: documents first, then money, then the rest in order."""
        kinds = defaultdict(list)
        for event in events:
            kinds[type(event)].append(event)
        self._post_documents(
            [document for kind in (Invoice, Discounted, CreditNote) for document in kinds[kind]]
        )
        pairs = self._receive(kinds.pop(Payment, []))
        self._reconcile(pairs)
        for event in events:
            self._book(event)
            self._switch(event)

    def _book(self, event):
        """Money that is moved, and what customers say of theirs."""
        match event:
            case Match(credit, item, _amount):
                self._reconcile([(self.lines[credit], self.lines[item])])
            case InProcess(document):
                self._register_payment(document)
            case Rejected(document):
                self.payments.pop(document).action_reject()
            case Promise():
                self._promise(event)
            case Dispute():
                self._dispute(event)
            case Settled(document, outcome):
                self._settle(document, outcome)
            case Decide(document, granted):
                self._decide(self.moves[document], granted)

    def _switch(self, event):
        """What is set on documents and customers."""
        match event:
            case Exclude(document, excluded):
                self.moves[document].no_followup = excluded
            case Hold(customer, until):
                self.partners[customer].dunning_hold_until = until
            case Archive(customer, archived):
                self.partners[customer].active = not archived
            case ChoosePolicy(customer, policy):
                self.partners[customer].dunning_policy_id = self.policies[policy]

    def _decide(self, move, granted):
        if move.discount_undecided and granted:
            move.action_discount_grant()
        elif move.discount_undecided:
            move.action_discount_claim()

    def _promise(self, event):
        """Take a promise down, for the items named."""
        self.company.promise_rest_due = not event.goes_on
        self.promises |= self.env["account.payment.promise"].create(
            {
                "partner_id": self.partners[event.customer].id,
                "company_id": self.company.id,
                # On the phone it would be one of the calls that the notices ask for.
                "channel": "email",
                "move_line_ids": [
                    Command.set([self.lines[item].id for item, _cents in event.parts])
                ],
                "amount": self._in_currency(
                    event.customer, sum(cents for _item, cents in event.parts)
                ),
                "plan_by": "free",
                "line_ids": [
                    Command.create(
                        {"date": day, "amount": self._in_currency(event.customer, cents)}
                    )
                    for day, cents in event.instalments
                ],
            }
        )

    def _dispute(self, event):
        """Open a dispute of an invoice."""
        self.disputes |= self.env["account.dunning.dispute"].create(
            {
                "move_id": self.moves[event.document].id,
                "amount": self._in_currency(event.customer, event.amount),
                "reason_id": self.reason.id,
            }
        )

    def _settle(self, document, outcome):
        """Reject or withdraw what is still in dispute of an invoice."""
        running = self.disputes.filtered(
            lambda own: own.move_id == self.moves[document] and own.state == "open"
        )
        if running and outcome == "rejected":
            running._reject("All that was ordered was delivered whole.")
        elif running:
            running.action_withdraw()

    def approve(self):
        """Approve all notices that wait for it."""
        waiting = self.env["account.dunning.notice"].search(
            [("company_id", "=", self.company.id), ("state", "=", "draft")]
        )
        if waiting:
            waiting.action_approve()

    def _post_documents(self, documents):
        moves = self.env["account.move"].create([self._document_values(one) for one in documents])
        moves.action_post()
        for document, move in zip(documents, moves, strict=True):
            self.moves[document.key] = move
            lines = move.line_ids.filtered(lambda line: line.account_id == self.receivable).sorted(
                "date_maturity"
            )
            if isinstance(document, CreditNote):
                self.lines[document.key] = lines
                continue
            posted = [(line.date_maturity, round(line.balance * 100)) for line in lines]
            assert posted == list(document.instalments), (posted, document)
            for number, line in enumerate(lines):
                self.lines[Item(document.key, number)] = line

    def _document_values(self, document):
        partner = self.partners[document.customer]
        if int(document.key[-1]) % 2:
            partner = self.contacts.get(document.customer, partner)
        is_invoice = not isinstance(document, CreditNote)
        if is_invoice:
            cents = sum(amount for _due, amount in document.instalments)
        else:
            cents = document.amount
        values = {
            "move_type": "out_invoice" if is_invoice else "out_refund",
            "partner_id": partner.id,
            "ref": document.key,
            "currency_id": self._currency(document.customer).id,
            "invoice_date": document.date,
            "invoice_date_due": document.date,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Goods",
                        "account_id": self.income.id,
                        "price_unit": self._in_currency(document.customer, cents),
                        "tax_ids": [],
                    }
                )
            ],
        }
        if isinstance(document, Discounted):
            values["invoice_payment_term_id"] = self.terms[document.term].id
        elif is_invoice and len(document.instalments) > 1:
            values["invoice_payment_term_id"] = self.halves.id
        elif is_invoice:
            values["invoice_date_due"] = document.instalments[0][0]
        return values

    def _receive(self, payments):
        """Book the payments as bank entries, a line for each item paid.

        :return: the pairs of lines to reconcile
        """
        vals_list = []
        for payment in payments:
            parts = [cents for _item, cents in payment.matches]
            if payment.left:
                parts.append(payment.left)
            vals_list.append(self._payment_values(payment, parts))
        entries = self.env["account.move"].create(vals_list)
        entries.action_post()
        pairs = []
        for payment, entry in zip(payments, entries, strict=True):
            lines = entry.line_ids.filtered(lambda line: line.account_id == self.receivable)
            if payment.left:
                [self.lines[payment.key]] = lines[-1:]
            for (item, _cents), line in zip(payment.matches, lines, strict=False):
                pairs.append((line, self.lines[item]))
        return pairs

    def _payment_values(self, payment, parts):
        partner = self.partners[payment.customer]
        currency = self._currency(payment.customer)

        def line(account, cents):
            return Command.create(
                {
                    "name": payment.key,
                    "account_id": account.id,
                    "partner_id": partner.id,
                    "currency_id": currency.id,
                    "amount_currency": self._in_currency(payment.customer, cents),
                    "balance": cents / 100,
                }
            )

        return {
            "move_type": "entry",
            "journal_id": self.bank.id,
            "ref": payment.key,
            "line_ids": [
                line(self.cash, sum(parts)),
                *(line(self.receivable, -cents) for cents in parts),
            ],
        }

    def _reconcile(self, pairs):
        """Reconcile pairs of lines; at once those that share no line."""
        while pairs:
            seen, later, now = set(), [], []
            for credit, debit in pairs:
                if credit.id in seen or debit.id in seen:
                    later.append((credit, debit))
                else:
                    seen |= {credit.id, debit.id}
                    now.append(credit | debit)
            self.env["account.move.line"]._reconcile_plan(now)
            pairs = later

    def _register_payment(self, document):
        move = self.moves[document]
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        self.payments[document] = wizard.create({"journal_id": self.bank.id})._create_payments()
        assert move.payment_state == "in_payment", move.payment_state

    def _currency(self, customer):
        return self.company.currency_id if self.rates[customer] == 1 else self.foreign

    def _in_currency(self, customer, cents):
        return cents / 100 * self.rates[customer]
