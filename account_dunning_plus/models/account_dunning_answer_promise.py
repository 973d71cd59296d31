from datetime import timedelta

from odoo import api, models
from odoo.fields import Command
from odoo.tools import formatLang

from .. import engine
from .account_dunning_policy import minor_units

# A plan that a customer asks for; what holds at once is a setting.
MOST_INSTALMENTS = 24


class AccountDunningAnswer(models.Model):
    """The answers *I pay on …* and *in parts*."""

    _inherit = "account.dunning.answer"

    # --------------------------------------------------------------------- read

    @api.model
    def _read_promise(self, customer, entered, item_ids, files=(), line_ids=()):
        entries = engine.answers.Entries()
        today = customer.company_id._dunning_today()
        self._take_items(entries, customer, item_ids)
        entries.take("date", engine.answers.read_coming_day(entered.get("date", ""), today))
        self._read_note(entries, entered)
        return entries, []

    @api.model
    def _read_plan(self, customer, entered, item_ids, files=(), line_ids=()):
        entries = engine.answers.Entries()
        today = customer.company_id._dunning_today()
        self._take_items(entries, customer, item_ids)
        entries.take(
            "number", engine.answers.read_number(entered.get("number", ""), 2, MOST_INSTALMENTS)
        )
        entries.take("first", engine.answers.read_coming_day(entered.get("first", ""), today))
        # A choice among two: any other value is no wish of a person.
        rhythm = entered.get("rhythm", "")
        entries.values["rhythm"] = rhythm if rhythm in ("weekly", "monthly") else "monthly"
        self._read_note(entries, entered)
        if entries.ok and self._payments(customer, entries.values) is None:
            entries.faults["number"] = engine.answers.Fault.NOT_A_NUMBER
        return entries, []

    @api.model
    def _take_items(self, entries, customer, item_ids):
        """What of the ticked items can be promised: also those that are promised already.

        ``items`` is what is new; ``promised`` the promises that cover all of it already.
        """
        chosen = [item for item in self._chosen(customer, item_ids) if item.asked_residual > 0]
        promised = self._running(customer, [item.id for item in self._chosen(customer, item_ids)])
        covered = set(promised.item_ids.move_line_id.ids)
        entries.values["items"] = [item for item in chosen if item.id not in covered]
        entries.values["promised"] = promised
        if not entries.values["items"] and not promised:
            entries.faults["items"] = engine.answers.Fault.MISSING

    @api.model
    def _running(self, customer, item_ids):
        """The promises, also those that wait for approval, that cover some of these items."""
        return self.env["account.payment.promise"].search(
            [
                ("partner_id", "=", customer.partner_id.id),
                ("company_id", "=", customer.company_id.id),
                ("state", "in", ("draft", "open")),
                ("item_ids.move_line_id", "in", item_ids),
            ]
        )

    # ------------------------------------------------------------------- measure

    @api.model
    def _promise_vals(self, customer, values):
        """A promise of what was entered.

        :param values: items and date, or items, number, first and rhythm
        """
        company = customer.company_id
        lines = self.env["account.move.line"].browse([item.id for item in values["items"]])
        currency = lines.currency_id if len(lines.currency_id) == 1 else company.currency_id
        amount = currency.round(
            sum(
                item.asked_residual
                if currency.id == item.currency_id
                else item.asked / 10**company.currency_id.decimal_places
                for item in values["items"]
            )
        )
        vals = {
            "partner_id": customer.partner_id.id,
            "company_id": company.id,
            "currency_id": currency.id,
            "channel": "portal",
            "made_on": company._dunning_today(),
            "amount": amount,
            "move_line_ids": [Command.set(lines.ids)],
            "user_id": self._responsible(customer).id,
        }
        if "number" in values:
            first = values["first"]
            return {
                **vals,
                "plan_number": values["number"],
                "plan_rhythm": values["rhythm"],
                "first_date": first,
                "date": first,
            }
        return {**vals, "date": values["date"], "first_date": values["date"]}

    @api.model
    def _payments(self, customer, values):
        """The instalments that a plan would have.

        :return: list of engine.Instalment, None when they make no plan
        """
        if not values["items"]:
            return []
        vals = self._promise_vals(customer, values)
        currency = self.env["res.currency"].browse(vals["currency_id"])
        try:
            return engine.instalments_by_number(
                minor_units(vals["amount"], currency),
                vals["plan_number"],
                vals["first_date"],
                engine.Rhythm(vals["plan_rhythm"]),
            )
        except ValueError:
            return None

    @api.model
    def _page_rules(self, customer):
        """What customers of a company may agree on by themselves."""
        company = customer.company_id
        return engine.answers.PageRules(
            days=company.promise_page_days,
            plan_days=company.promise_max_days,
            instalments=min(
                company.promise_page_instalments,
                company.promise_max_instalments or company.promise_page_instalments,
            ),
            amount=minor_units(company.promise_max_amount, company.currency_id),
            kept_percent=company.promise_page_kept,
        )

    @api.model
    def _beyond(self, customer, values):
        """Which limit of the company a wish exceeds, None when it holds at once."""
        company = customer.company_id
        today = company._dunning_today()
        if values["promised"]:
            return engine.answers.Limit.PROMISED
        dates = (
            tuple(own.date for own in self._payments(customer, values))
            if "number" in values
            else (values["date"],)
        )
        kept, judged = self.env["account.payment.promise"]._kept_in_a_year(
            customer.partner_id, company
        )
        wish = engine.answers.Wish(
            dates=dates,
            amount=sum(item.asked for item in values["items"]),
            kept=kept,
            judged=judged,
        )
        return engine.answers.beyond(wish, self._page_rules(customer), today)

    @api.model
    def _plan_preview(self, customer, entered, item_ids):
        """The instalments that a plan would have, before it is agreed on.

        :return: dict of rows, total, interest, holds; and dict of field to sentence
        """
        own = self._office(customer)
        office = customer.with_env(own.env)
        entries, _files = own._read_plan(office, entered, item_ids)
        if entries.faults:
            return {}, self._fault_sentences("plan", entries.faults)
        values = entries.values
        if not values["items"]:
            return {"rows": [], "holds": False}, {}
        vals = own._promise_vals(office, values)
        scale = 10 ** self.env["res.currency"].sudo().browse(vals["currency_id"]).decimal_places
        draft = (
            own.with_context(lang=self.env.lang)
            .env["account.payment.promise"]
            .new(
                {
                    **vals,
                    "line_ids": [
                        Command.create({"date": part.date, "amount": part.amount / scale})
                        for part in own._payments(office, values)
                    ],
                }
            )
        )
        return {
            "rows": draft._plan_rows(),
            "total": draft._total_words(),
            "interest": draft._interest_words(),
            "rate": draft._rate_words(),
            "holds": own._beyond(office, values) is None,
        }, {}

    # ----------------------------------------------------------------------- do

    def _do_promise(self, customer, values, _files):
        self._make_promise(customer, values)

    def _do_plan(self, customer, values, _files):
        self._make_promise(customer, values)

    def _make_promise(self, customer, values):
        """Take the promise down; beyond the limits it waits for a person."""
        limit = self._beyond(customer, values)
        if not values["items"]:
            self._put_up(self._other_day_words(values))
            return
        promise = (
            self.env["account.payment.promise"]
            .with_context(
                promise_confirm_later=True,
                promise_waits_because=limit and self._limit_words(customer, limit),
            )
            .create(
                {
                    **self._promise_vals(customer, values),
                    "contact_id": self.contact_id.id,
                    "note": self.note,
                }
            )
        )
        self.promise_id = promise
        if promise.state == "draft":
            self._put_up(self.env._("asks to pay %s", promise._words()))
        elif self.note:
            self._put_up(self.env._("promised %s", promise._words()))

    def _other_day_words(self, values):
        """What a customer asks for who has promised all of it already."""
        facts = self.env["account.dunning.facts"]
        known = "; ".join(promise._words() for promise in values["promised"])
        if "number" in values:
            return self.env._(
                "promised already: %(known)s; asks for %(count)s instalments from %(date)s on",
                known=known,
                count=values["number"],
                date=facts._day(values["first"]),
            )
        return self.env._(
            "promised already: %(known)s; asks for %(date)s",
            known=known,
            date=facts._day(values["date"]),
        )

    def _limit_words(self, customer, limit):
        """Why the promise waits for approval, for who approves it."""
        company = customer.company_id
        match limit:
            case engine.answers.Limit.DAYS:
                return self.env._("The customer asks for more time than customers may take.")
            case engine.answers.Limit.INSTALMENTS:
                return self.env._("The customer asks for more instalments than customers may take.")
            case engine.answers.Limit.AMOUNT:
                return self.env._(
                    "More than %s is approved by a manager.",
                    formatLang(
                        self.env, company.promise_max_amount, currency_obj=company.currency_id
                    ),
                )
            case engine.answers.Limit.KEPT:
                return self.env._(
                    "The customer kept fewer than %s%% of the promises of the last year.",
                    company.promise_page_kept,
                )
        return self.env._("Some of it is promised already.")


class AccountPaymentPromise(models.Model):
    """Promises that customers make by themselves."""

    _inherit = "account.payment.promise"

    @api.model
    def _kept_in_a_year(self, partner, company):
        """How many promises a customer kept in the last year, of how many that are over."""
        [(kept, judged)] = self._read_group(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", company.id),
                ("state", "in", ("kept", "partial", "broken")),
                ("date", ">=", company._dunning_today() - timedelta(days=365)),
            ],
            aggregates=["kept_share:sum", "__count"],
        )
        return round((kept or 0) / 100), judged

    def _approval_reason(self):
        # Only what the server does by itself knows why a customer's own promise waits: a
        # user's context sets no limit aside.
        if self.env.su and (reason := self.env.context.get("promise_waits_because")):
            return reason
        return super()._approval_reason()

    def _start(self):
        result = super()._start()
        self._answered_on_page()
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self._answered_on_page()
        return result

    def _answered_on_page(self):
        """Who approved or declined what a customer asked for has read it."""
        user = self.env.user
        if user == self.env.ref("base.user_root"):
            return
        # sudo: what was answered on the page is written by its workflow alone.
        asked = self.env["account.dunning.answer"].sudo().search([("promise_id", "in", self.ids)])
        asked.reply_id.filtered("is_waiting")._end("answered", user)
