from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from odoo import api, models
from odoo.tools import SQL

from .. import engine
from .account_dunning_policy import minor_units
from .held import NOTHING

# Payment states of an invoice for which nobody is chased: the money is there,
# on its way, or no longer owed.
SETTLED_STATES = ("in_payment", "paid", "reversed", "invoicing_legacy")


# Not frozen, as engine.ItemFacts: a night makes a hundred thousand.
@dataclass(slots=True)
class OpenItem:
    """One open receivable journal item as the ledger has it.

    ``amount`` is in minor units of the company's currency and negative for a
    credit; ``residual`` is in the item's currency. ``asked`` and ``asked_residual`` are
    what of them may be asked for: not what is promised or in dispute. ``reference`` is
    what the payment should state, ``bank_id`` the account that the invoice names.
    ``promised_by``, ``dispute`` and ``undecided`` say in words who promised, what is
    disputed, and which discount is to be decided on; ``came_in`` which money looks like the
    customer's, ``not_delivered`` why the invoice did not arrive.
    """

    id: int
    partner_id: int
    move_id: int
    name: str
    date: date
    due_date: date
    amount: int
    residual: float
    currency_id: int
    facts: engine.ItemFacts
    reference: str = ""
    bank_id: int | None = None
    held_residual: float = 0.0
    promised_by: str = ""
    dispute: str = ""
    undecided: str = ""
    came_in: str = ""
    not_delivered: str = ""

    @property
    def asked(self) -> int:
        return self.facts.asked if self.amount > 0 else self.amount

    @property
    def asked_residual(self) -> float:
        return self.residual - self.held_residual


@dataclass(frozen=True, slots=True)
class DecidedCustomer:
    """A customer's open items, credits and what is decided of them.

    ``decision.items`` has one decision for each of ``items``, in the same order. ``policy`` is
    the engine's, ``regime`` the law that holds for the customer; it is known only where the
    policy charges. ``channel`` is by which way the customer wants to be reminded, None for the
    level's own.
    """

    partner_id: int
    policy_id: int
    items: list[OpenItem]
    credits: list[OpenItem]
    decision: engine.CustomerDecision
    policy: engine.Policy | None = None
    regime: engine.charges.Regime | None = None
    channel: str | None = None

    @property
    def level_ids(self) -> tuple[int, ...]:
        """Ids of the policy's levels, in their order."""
        return tuple(level.id for level in self.policy.levels) if self.policy else ()


class AccountDunningFacts(models.AbstractModel):
    """Reads the facts of many customers at once and asks the engine to decide.

    The number of queries depends on the number of batches, never on the number
    of items or customers in one.
    """

    _name = "account.dunning.facts"
    _description = "Dunning Facts"

    # ------------------------------------------------------------------ select

    @api.model
    def _partner_ids_with_open_items(self, company):
        """Ids of the commercial entities that have an open receivable item.

        :param company: a single company
        :return: sorted list of partner ids
        """
        self._flush()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT partner.commercial_partner_id
                  FROM (
                        -- Few contacts have many items.
                        SELECT DISTINCT line.partner_id
                          FROM account_move_line line
                          JOIN account_account account ON account.id = line.account_id
                         WHERE %(condition)s
                       ) owing
                  JOIN res_partner partner ON partner.id = owing.partner_id
                 ORDER BY 1
                """,
                condition=self._open_items_condition(company),
            )
        )
        return [partner_id for [partner_id] in rows]

    @api.model
    def _open_items_source(self):
        return SQL(
            """
            account_move_line line
            JOIN account_account account ON account.id = line.account_id
            JOIN account_move move ON move.id = line.move_id
            JOIN res_partner partner ON partner.id = line.partner_id
            """
        )

    @api.model
    def _open_items_condition(self, company):
        return SQL(
            """
            line.reconciled IS NOT TRUE
            AND line.parent_state = 'posted'
            AND line.company_id = %s
            AND account.account_type = 'asset_receivable'
            AND account.non_trade IS NOT TRUE
            """,
            company.id,
        )

    @api.model
    def _flush(self):
        """Write pending changes of all that the queries read."""
        for model in (
            "account.account",
            "account.dunning.level",
            "account.dunning.notice",
            "account.dunning.notice.line",
            "account.move",
            "account.move.line",
            "res.partner",
        ):
            self.env[model].flush_model()

    @api.model
    def _open_items(self, company, partner_ids):
        """The open receivable items of customers, by customer.

        :param company: a single company
        :param partner_ids: ids of commercial entities
        :return: dict of partner id to list of OpenItem, oldest due first
        """
        self._flush()
        # Found first: by their ids PostgreSQL reads these customers' items, also of many
        # customers, and not all items of the ledger.
        contacts = self.env.execute_query(
            SQL(
                "SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)",
                list(partner_ids),
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, partner.commercial_partner_id, line.move_id, line.move_name,
                       COALESCE(move.invoice_date, line.date),
                       COALESCE(line.date_maturity, move.invoice_date_due, line.date),
                       ROUND(line.amount_residual * %(factor)s)::bigint,
                       line.amount_residual_currency, line.currency_id,
                       COALESCE(line.no_followup, FALSE), move.payment_state,
                       history.sent, history.last_date,
                       move.payment_reference, move.partner_bank_id,
                       move.dunning_hold_until
                  FROM %(source)s
                  LEFT JOIN LATERAL (
                        SELECT ARRAY_AGG(ARRAY[level.id, level.delay_days]) AS sent,
                               MAX(notice.date) AS last_date
                          FROM account_dunning_notice_line past
                          JOIN account_dunning_notice notice ON notice.id = past.notice_id
                          JOIN account_dunning_level level ON level.id = past.level_id
                         WHERE past.move_line_id = line.id AND past.state = 'sent'
                       ) history ON TRUE
                 WHERE %(condition)s
                   AND line.partner_id = ANY(%(contact_ids)s)
                 ORDER BY 2, 6, 1
                """,
                factor=10**company.currency_id.decimal_places,
                source=self._open_items_source(),
                condition=self._open_items_condition(company),
                contact_ids=[contact_id for [contact_id] in contacts],
            )
        )
        items = defaultdict(list)
        held = self._held(
            company, partner_ids, [(row[0], row[2], row[6], row[7], row[8]) for row in rows]
        )
        for (
            line_id, partner_id, move_id, name, day, due_date, amount, residual, currency_id,
            no_followup, payment_state, sent, last_date, reference, bank_id, hold_until,
        ) in rows:  # fmt: skip
            kept = held.get(line_id, NOTHING)
            items[partner_id].append(
                OpenItem(
                    line_id, partner_id, move_id, name, day, due_date, amount, residual,
                    currency_id,
                    # In the order of the fields: names cost as much as all the rest.
                    engine.ItemFacts(
                        line_id, due_date, amount, no_followup,
                        payment_state in SETTLED_STATES,
                        tuple(map(tuple, sent)) if sent else (),
                        last_date, kept.promised, kept.promised_until, kept.disputed,
                        kept.discount,
                        hold_until, kept.broken_on is not None and kept.is_hurried(last_date),
                    ),
                    reference or name or "",
                    bank_id,
                    kept.residual,
                    kept.promised_by,
                    kept.dispute,
                    kept.undecided,
                )
            )  # fmt: skip
        self._note_said_paid(company, items)
        for payment in self._payments_without_entry(company, partner_ids):
            items[payment.partner_id].append(payment)
        return items

    @api.model
    def _payments_without_entry(self, company, partner_ids):
        """Unallocated customer payments that core keeps without a journal entry.

        A payment registered in a journal without an outstanding account has no entry
        until the bank statement arrives; the customer has paid all the same.
        """
        payments = self.env["account.payment"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "in_process"),
                ("move_id", "=", False),
                ("payment_type", "=", "inbound"),
                ("partner_type", "=", "customer"),
                ("invoice_ids", "=", False),
                ("partner_id.commercial_partner_id", "in", list(partner_ids)),
            ]
        )
        result = []
        for payment in payments:
            amount = payment.currency_id._convert(
                payment.amount, company.currency_id, company, payment.date
            )
            result.append(
                OpenItem(
                    0,
                    payment.partner_id.commercial_partner_id.id,
                    0,
                    payment.name or payment.memo or "",
                    payment.date,
                    payment.date,
                    -minor_units(amount, company.currency_id),
                    -payment.amount,
                    payment.currency_id.id,
                    engine.ItemFacts(0, payment.date, 0),
                )
            )
        return result

    @api.model
    def _paid(self, item_ids):
        """What was paid or credited of items, and when.

        :return: defaultdict of item id to list of (day, amount in the item's currency)
        """
        self.env["account.partial.reconcile"].flush_model()
        paid = defaultdict(list)
        for line_id, day, amount in self.env.execute_query(
            SQL(
                """
                SELECT debit_move_id, max_date, debit_amount_currency
                  FROM account_partial_reconcile
                 WHERE debit_move_id = ANY(%s)
                """,
                list(item_ids),
            )
        ):
            paid[line_id].append((day, amount))
        return paid

    # ------------------------------------------------------------------ decide

    @api.model
    def _decide(
        self, company, partner_ids, today, calendar, early=(), any_day=False, preferences=None
    ):
        """Decide what customers of a company are reminded of.

        :param company: a single company
        :param partner_ids: ids of commercial entities
        :param today: the company's date
        :param calendar: engine.WorkingDays
        :param early: ids of the items of which a person reminds before their day; True
            for all items
        :param any_day: the days that customers wish do not matter
        :param preferences: of ``_dunning_preferences_of``, where they are known already
        :return: list of DecidedCustomer, one for each customer with open items
        """
        # sudo: the decision is about the customer's whole account and must be the
        # same whoever looks at it; nothing of it is shown beyond what callers may read.
        self = self.sudo().with_company(company)
        items = self._open_items(company, partner_ids)
        partners = self.env["res.partner"].browse(items.keys())
        # These alone: all that a contact has would be read for each of them.
        partners.fetch(["active", "dunning_hold_until", "dunning_policy_id"])
        policies = self.env["account.dunning.policy"]._for_partners(company, partners)
        engine_policies = {
            policy: policy._engine_policy(company) for policy in set(policies.values()) if policy
        }
        charging = {policy for policy, own in engine_policies.items() if own.charges}
        regimes = self._law(
            company,
            [partner.id for partner in partners if policies[partner.id] in charging]
            if charging
            else [],
            items,
            today,
        )
        told = self._told_on(company, partners)
        replied = self.env["account.dunning.reply"]._waiting_until(company, partners)
        settings = company.sudo()
        came_in = self.env["account.dunning.money"]._came_in(settings, partners.ids)
        bank_old = bool(settings._dunning_bank_old(today))
        self._mark_undelivered(company, items)
        if preferences is None:
            preferences = partners._dunning_preferences_of(partners.ids, today)
        decided = []
        for partner in partners:
            policy = policies[partner.id]
            wishes, channel = preferences.get(partner.id, (None, None))
            debits, credits = [], []
            for item in items[partner.id]:
                if (item.amount or item.residual) < 0:
                    if not item.facts.excluded:
                        credits.append(item)
                else:
                    debits.append(item)
            regime = regimes.get(partner.id)
            facts = engine.CustomerFacts(
                items=[item.facts for item in debits],
                credits=-sum(item.amount for item in credits),
                hold_until=partner.dunning_hold_until or None,
                archived=not partner.active,
                told_on=told.get(partner.id),
                regime=regime if regime is not None and regime.consumer else None,
                replied_until=replied.get(partner.id),
                looks_paid=partner.id in came_in,
                bank_old=bank_old,
                wishes=None if any_day else wishes,
            )
            if partner.id in came_in:
                for item in debits:
                    item.came_in = came_in[partner.id]
            own_policy = engine_policies.get(policy)
            decision = engine.decide(
                facts,
                own_policy,
                today,
                calendar,
                {item.id for item in debits} if early is True else early,
            )
            decided.append(
                DecidedCustomer(
                    partner.id, policy.id, debits, credits, decision, own_policy, regime, channel
                )
            )
        return decided

    @api.model
    def _mark_undelivered(self, company, items):
        """Mark the items whose invoices did not arrive.

        :param items: dict of partner id to list of OpenItem
        """
        moves = self.env["account.move"]
        away = moves._dunning_undelivered(company, list(items))
        if not away:
            return
        for own in items.values():
            for item in own:
                if item.move_id in away:
                    item.facts.undelivered = True
                    item.not_delivered = moves._dunning_undelivered_words(away[item.move_id])

    @api.model
    def _told_on(self, company, partners):
        """When customers last got a message that is no reminder.

        :return: dict of partner id to day, for those who ever did
        """
        known = self.env["account.dunning.customer"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partners.ids),
                ("told_on", "!=", False),
            ],
            ["partner_id", "told_on"],
        )
        return {own.partner_id.id: own.told_on for own in known}
