from ast import literal_eval
from functools import cache

from odoo import api, fields, models
from odoo.addons.base.models.res_lang import intersperse
from odoo.tools import float_round, format_date, formatLang, get_lang, ormcache
from odoo.tools.misc import NON_BREAKING_SPACE

from ..engine import Reason, Wait


class AccountDunningFacts(models.AbstractModel):
    """What was decided, and days and amounts, in the reader's words."""

    _inherit = "account.dunning.facts"

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
            case Reason.LOOKS_PAID | Reason.SAID_PAID | Reason.NOT_DELIVERED:
                words = self._on_its_way_words(decision, item)
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
    def _on_its_way_words(self, decision, item):
        """That money is probably on its way, or the invoice not at the customer."""
        if decision.reason is Reason.LOOKS_PAID:
            if item and item.came_in:
                return self.env._("Looks paid: %s, not matched yet", item.came_in)
            return self.env._("Looks paid: money that came in is not matched yet")
        if decision.reason is Reason.NOT_DELIVERED:
            if item and item.not_delivered:
                return self.env._("Not reminded before it arrives: %s", item.not_delivered)
            return self.env._("The invoice did not arrive: send it first")
        until = item.facts.said_paid_until if item else None
        if until:
            return self.env._(
                "The customer says it is paid: the bank has until %s", self._day(until)
            )
        return self.env._("The customer says it is paid")

    @api.model
    def _decision_words(self, company, policy, decision):
        level = policy.level_ids[decision.next_level] if decision.next_level is not None else None
        match decision.reason:
            case Reason.DUE:
                return self.env._("%(level)s is due now", level=level.display_name)
            case Reason.SCHEDULED:
                return self._scheduled_words(level, decision)
            case Reason.REPLIED:
                return self._replied_words(decision)
            case Reason.BANK_OLD:
                return self.env._(
                    "%s waits for a newer bank statement: payments may be missing",
                    level.display_name,
                )
            case Reason.UNLAWFUL:
                return self._refusal_words(company, level, decision)
            case Reason.BELOW_MINIMUM:
                amount = decision.minimum / 10**company.currency_id.decimal_places
                return self.env._(
                    "Below the minimum of %(amount)s",
                    amount=formatLang(self.env, amount, currency_obj=company.currency_id),
                )
            case _:
                return self._plain_words(decision.reason)

    @api.model
    def _scheduled_words(self, level, decision):
        """The day of the next level, and which wish of the customer it waits for."""
        values = {"level": level.display_name, "date": self._day(decision.next_date)}
        match decision.wait:
            case Wait.WEEKLY:
                return self.env._("%(level)s on %(date)s, the customer's weekly day", **values)
            case Wait.QUIET:
                return self.env._("%(level)s on %(date)s, as the customer wishes", **values)
            case Wait.CLOSED:
                return self.env._(
                    "%(level)s on %(date)s, when the customer is open again", **values
                )
            case _:
                return self.env._("%(level)s on %(date)s", **values)

    @api.model
    def _plain_words(self, reason):
        """A reason that says all there is to say."""
        match reason:
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
    def _amount_sayer(self):
        """A function that says an amount in a currency in the reader's language.

        As ``formatLang`` does, which finds out anew for each of many how the language groups
        digits and where the currency's symbol stands.
        """
        lang = get_lang(self.env)
        groups, separator = literal_eval(lang.grouping), lang.thousands_sep or ""

        @cache
        def frame(currency):
            digits, symbol = currency.decimal_places, currency.symbol
            if not symbol:
                return digits, "", ""
            if currency.position == "after":
                return digits, "", f"{NON_BREAKING_SPACE}{symbol}"
            return digits, f"{symbol}{NON_BREAKING_SPACE}", ""

        def amount(value, currency):
            digits, before, after = frame(currency)
            rounded = float_round(value, precision_digits=digits, rounding_method="HALF-EVEN")
            whole, point, decimals = f"{rounded:.{digits}f}".partition(".")
            whole, _count = intersperse(whole, groups, separator)
            return f"{before}{whole}{point and lang.decimal_point}{decimals}{after}"

        return amount

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
            (Reason.LOOKS_PAID.value, self.env._("Looks paid")),
            (Reason.TOLD.value, self.env._("Told something else today")),
            (Reason.SAID_PAID.value, self.env._("Said to be paid")),
            (Reason.NOT_DELIVERED.value, self.env._("Invoice not delivered")),
            (Reason.PROMISED.value, self.env._("Promised")),
            (Reason.DISPUTED.value, self.env._("In dispute")),
            (Reason.DISCOUNT.value, self.env._("Discount to decide on")),
            (Reason.COVERED.value, self.env._("Covered by credits")),
            (Reason.BELOW_MINIMUM.value, self.env._("Below the minimum")),
            (Reason.UNLAWFUL.value, self.env._("Held back by law")),
            (Reason.BANK_OLD.value, self.env._("Bank statement too old")),
        ]
