from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang, ormcache

from .. import engine
from ..engine import Reason
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
    disputed, and which discount is to be decided on.
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

    @property
    def asked(self) -> int:
        return self.facts.asked if self.amount > 0 else self.amount

    @property
    def asked_residual(self) -> float:
        return self.residual - self.held_residual


@dataclass(frozen=True, slots=True)
class DecidedCustomer:
    """A customer's open items, credits and what is decided of them.

    ``decision.items`` has one decision for each of ``items``, in the same order;
    ``level_ids`` are the levels of the policy, in theirs.
    """

    partner_id: int
    policy_id: int
    items: list[OpenItem]
    credits: list[OpenItem]
    decision: engine.CustomerDecision
    level_ids: tuple[int, ...] = ()


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
                  FROM %(source)s
                 WHERE %(condition)s
                 ORDER BY 1
                """,
                source=self._open_items_source(),
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

    # ------------------------------------------------------------------ decide

    @api.model
    def _decide(self, company, partner_ids, today, calendar, early=()):
        """Decide what customers of a company are reminded of.

        :param company: a single company
        :param partner_ids: ids of commercial entities
        :param today: the company's date
        :param calendar: engine.WorkingDays
        :param early: ids of the items of which a person reminds before their day; True
            for all items
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
        level_ids = {
            policy: tuple(level.id for level in own.levels)
            for policy, own in engine_policies.items()
        }
        told = self._told_on(company, partners)
        replied = self.env["account.dunning.reply"]._waiting_until(company, partners)
        decided = []
        for partner in partners:
            policy = policies[partner.id]
            debits, credits = [], []
            for item in items[partner.id]:
                if (item.amount or item.residual) < 0:
                    if not item.facts.excluded:
                        credits.append(item)
                else:
                    debits.append(item)
            facts = engine.CustomerFacts(
                items=[item.facts for item in debits],
                credits=-sum(item.amount for item in credits),
                hold_until=partner.dunning_hold_until or None,
                archived=not partner.active,
                told_on=told.get(partner.id),
                replied_until=replied.get(partner.id),
            )
            decision = engine.decide(
                facts,
                engine_policies.get(policy),
                today,
                calendar,
                {item.id for item in debits} if early is True else early,
            )
            decided.append(
                DecidedCustomer(
                    partner.id, policy.id, debits, credits, decision, level_ids.get(policy, ())
                )
            )
        return decided

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

    # ------------------------------------------------------------------- words

    @api.model
    def _reason_words(
        self, company, policy, decision, hold_until=None, hold_reason=None, item=None
    ):
        """Say in the user's language why an item is or is not reminded next.

        :param company: the item's company
        :param policy: the account.dunning.policy that applies, maybe empty
        :param decision: engine.ItemDecision
        :param hold_until: last day of the customer's hold
        :param hold_reason: why the customer is on hold, if somebody said so
        :param item: the OpenItem that was decided, for what is known of it alone
        """
        match decision.reason:
            case Reason.ON_HOLD:
                words = self._hold_words(hold_until, hold_reason, item)
            case Reason.PROMISED:
                words = self.env._(
                    "Promised by %(who)s for %(date)s",
                    who=item.promised_by if item else self.env._("the customer"),
                    date=self._day(item.facts.promised_until) if item else "",
                )
            case Reason.DISPUTED:
                words = self.env._(
                    "In dispute: %s", item.dispute if item else self.env._("see the disputes")
                )
            case Reason.DISCOUNT:
                words = self.env._(
                    "Grant or claim it first: %s",
                    item.undecided if item else self.env._("a discount kept back"),
                )
            case _:
                words = self._decision_words(company, policy, decision)
        if item and item.held_residual and item.asked > 0:
            currency = self.env["res.currency"].browse(item.currency_id)
            return self.env._(
                "%(words)s (but for %(amount)s, promised or in dispute)",
                words=words,
                amount=formatLang(self.env, item.held_residual, currency_obj=currency),
            )
        return words

    @api.model
    def _hold_words(self, hold_until, hold_reason, item):
        """Until when, and why, a customer or one of its items is kept back."""
        own = item.facts.hold_until if item else None
        if own and (not hold_until or hold_until < own):
            return self.env._("On hold until %s", self._day(own))
        if hold_reason:
            return self.env._(
                "Customer on hold until %(date)s: %(reason)s",
                date=self._day(hold_until),
                reason=hold_reason,
            )
        return self.env._("Customer on hold until %(date)s", date=self._day(hold_until))

    @api.model
    def _decision_words(self, company, policy, decision):
        level = policy.level_ids[decision.next_level] if decision.next_level is not None else None
        match decision.reason:
            case Reason.DUE:
                return self.env._("%(level)s is due now", level=level.display_name)
            case Reason.SCHEDULED:
                return self.env._(
                    "%(level)s on %(date)s",
                    level=level.display_name,
                    date=self._day(decision.next_date),
                )
            case Reason.REPLIED:
                return self._replied_words(decision)
            case Reason.TOLD:
                return self.env._(
                    "The customer got another message today: reminders wait for the next day"
                )
            case Reason.FINAL:
                return self.env._("All levels are done: decide what follows")
            case Reason.PAID:
                return self.env._("Paid, or a payment is on its way")
            case Reason.EXCLUDED:
                return self.env._("Excluded from follow-up")
            case Reason.ARCHIVED:
                return self.env._("The customer is archived: decide what follows")
            case Reason.NO_POLICY:
                return self.env._(
                    "No dunning policy applies: choose one on the customer or in Settings"
                )
            case Reason.COVERED:
                return self.env._("Covered by open credits of the customer")
            case Reason.BELOW_MINIMUM:
                amount = decision.minimum / 10**company.currency_id.decimal_places
                return self.env._(
                    "Below the minimum of %(amount)s",
                    amount=formatLang(self.env, amount, currency_obj=company.currency_id),
                )

    @api.model
    def _replied_words(self, decision):
        """That an answer waits, and the day from which reminders go on all the same."""
        if not decision.next_date:
            return self.env._("A reply waits to be read")
        return self.env._(
            "A reply waits to be read; else reminders go on from %s",
            self._day(decision.next_date),
        )

    @api.model
    def _day(self, day):
        """A day as a person says it, "Friday 4 December"; with the year when not this one."""
        # How a language writes a day is a term of its own: "EEEE, d. MMMM" in German.
        pattern = self.env._("EEEE d MMMM")
        if day.year != fields.Date.context_today(self).year:
            pattern = self.env._("d MMMM y")
        return self._format_day(day, pattern)

    @api.model
    @ormcache("self.env.lang", "day", "pattern")
    def _format_day(self, day, pattern=None):
        """A day in the reader's language; many rows and messages state the same ones."""
        return format_date(self.env, day, date_format=pattern)

    @api.model
    def _reason_selection(self):
        """The reasons as a selection, in the order of the engine."""
        return [
            (Reason.DUE.value, self.env._("Due now")),
            (Reason.SCHEDULED.value, self.env._("Later")),
            (Reason.FINAL.value, self.env._("All levels done")),
            (Reason.PAID.value, self.env._("Paid or payment on its way")),
            (Reason.EXCLUDED.value, self.env._("Excluded from follow-up")),
            (Reason.ARCHIVED.value, self.env._("Customer archived")),
            (Reason.NO_POLICY.value, self.env._("No policy")),
            (Reason.ON_HOLD.value, self.env._("On hold")),
            (Reason.REPLIED.value, self.env._("Reply to read")),
            (Reason.TOLD.value, self.env._("Told something else today")),
            (Reason.PROMISED.value, self.env._("Promised")),
            (Reason.DISPUTED.value, self.env._("In dispute")),
            (Reason.DISCOUNT.value, self.env._("Discount to decide on")),
            (Reason.COVERED.value, self.env._("Covered by credits")),
            (Reason.BELOW_MINIMUM.value, self.env._("Below the minimum")),
        ]
