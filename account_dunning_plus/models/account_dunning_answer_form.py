from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import formatLang

from ..engine import Rhythm, instalment_date
from ..engine.answers import MOST_DAYS_AHEAD, MOST_DAYS_PAID

# Of so many invoices at most the lines are shown, to be ticked: the page stays short.
_WITH_LINES = 5

# The number of payments that is offered; more can be asked for by a message.
_OFFERED = 12
_PROPOSED = 3


class AccountDunningAnswer(models.Model):
    """What the forms on the customer's page show."""

    _inherit = "account.dunning.answer"

    @api.model
    def _form(self, kind, customer, entered, item_ids, line_ids=frozenset(), is_sent=False):
        """What a form shows; called in superuser mode, in the reader's language.

        :param entered: dict of field to text
        :param item_ids: ids of the items that are ticked; of none a choice is proposed
        :param is_sent: it was sent and is shown again: nothing is proposed
        :return: dict
        """
        today = customer.company_id._dunning_today()
        items = self._form_items(kind, customer)
        chosen = [item for item in items if item.id in item_ids]
        if kind == "dispute" and len(chosen) != 1 and not is_sent:
            # What is wrong is rarely wrong with all that is open: who disputes ticks it.
            chosen = []
        elif not chosen and not is_sent:
            chosen = [item for item in items if item.due_date < today and item.asked > 0] or items
        ticked = {item.id for item in chosen}
        promised = self._promised_words(customer, items) if kind in ("promise", "plan") else {}
        form = {
            "items": [
                self._form_row(item, today, item.id in ticked, promised.get(item.id))
                for item in items
            ],
            "ticked": ticked,
            "today": fields.Date.to_string(today),
            "entered": dict(entered),
            "hint": self._hint(kind, customer),
        }
        getattr(self, f"_form_{kind}")(form, customer, items, line_ids, today)
        return form

    @api.model
    def _form_items(self, kind, customer):
        """The items that an answer may be about, oldest due first."""
        items = self._answerable(customer)
        if kind in ("promise", "plan"):
            return [item for item in items if item.asked_residual > 0 or item.facts.promised]
        return items

    @api.model
    def _form_row(self, item, today, is_ticked, promised):
        """One open item, as the form lists it."""
        facts = self.env["account.dunning.facts"]
        currency = self.env["res.currency"].browse(item.currency_id)
        late = (today - item.due_date).days
        said = ""
        if promised:
            said = promised
        elif item.dispute:
            said = self.env._("in dispute: %s", item.dispute)
        elif item.facts.said_paid_until and item.facts.said_paid_until >= today:
            said = self.env._("you told us that it is paid")
        if late > 0:
            state = self.env._("%s days late", late) if late > 1 else self.env._("1 day late")
        else:
            state = self.env._("not yet due")
        return {
            "id": item.id,
            "name": item.name or item.reference,
            "due": facts._format_day(item.due_date),
            "amount": formatLang(self.env, item.residual, currency_obj=currency),
            "state": said or state,
            # Who has answered already is not reproached.
            "late": late > 0 and not said,
            "ticked": is_ticked,
        }

    @api.model
    def _promised_words(self, customer, items):
        """Which items are promised already, and for when.

        :return: dict of item id to words
        """
        words = {}
        for promise in self._running(customer, [item.id for item in items]):
            said = (
                self.env._(
                    "promised for %s", self.env["account.dunning.facts"]._format_day(promise.date)
                )
                if promise.state == "open"
                else self.env._("you asked for a promise: we look at it")
            )
            for line in promise.item_ids.move_line_id:
                words[line.id] = said
        return words

    @api.model
    def _hint(self, kind, customer):
        """What holds at once, before somebody enters more than that."""
        company = customer.company_id
        rules = self._page_rules(customer)
        if kind == "promise" and rules.days:
            day = company._dunning_today() + timedelta(days=rules.days)
            return self.env._(
                "A day until %s we accept at once. Of a later one we let you know.",
                self.env["account.dunning.facts"]._day(day),
            )
        if kind == "plan" and rules.instalments > 1:
            if rules.plan_days:
                return self.env._(
                    "Up to %(count)s payments within %(days)s days we accept at once. Of any "
                    "other plan we let you know.",
                    count=rules.instalments,
                    days=rules.plan_days,
                )
            return self.env._(
                "Up to %s payments we accept at once. Of any other plan we let you know.",
                rules.instalments,
            )
        if kind in ("promise", "plan"):
            return self.env._("We look at what you ask for and answer you.")
        return ""

    # ------------------------------------------------------------- one by one

    @api.model
    def _form_promise(self, form, customer, items, line_ids, today):
        form["last"] = fields.Date.to_string(today + timedelta(days=MOST_DAYS_AHEAD))

    @api.model
    def _form_plan(self, form, customer, items, line_ids, today):
        """The plan; as soon as it is entered, its payments."""
        entered = form["entered"]
        form["last"] = fields.Date.to_string(today + timedelta(days=MOST_DAYS_AHEAD))
        form["numbers"] = list(range(2, _OFFERED + 1))
        if not (entered.get("number") or entered.get("first")):
            first = today + timedelta(days=7)
            entered["number"] = str(self._proposed_number(customer, first, today))
            entered["first"] = fields.Date.to_string(first)
            entered["rhythm"] = "monthly"
            return
        form["preview"], form["faults"] = self._plan_preview(
            customer, entered, frozenset(form["ticked"])
        )

    @api.model
    def _proposed_number(self, customer, first, today):
        """The number of monthly payments that is proposed: the largest that we accept at once."""
        rules = self._page_rules(customer)
        for number in range(min(_PROPOSED, rules.instalments), 2, -1):
            last = instalment_date(first, number - 1, Rhythm.MONTHLY)
            if not rules.plan_days or (last - today).days <= rules.plan_days:
                return number
        return 2

    @api.model
    def _form_dispute(self, form, customer, items, line_ids, today):
        """The reasons, and the lines of a few invoices."""
        form["reasons"] = self._reasons(customer)
        form["lines"] = {}
        if len(items) > _WITH_LINES:
            items = [item for item in items if item.id in form["ticked"]]
        if len(items) > _WITH_LINES:
            return
        free = self._disputable(customer, items)
        by_move = {item.move_id: item.id for item in reversed(items)}
        for move in free:
            lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
            if len(lines) > 1:
                form["lines"][by_move[move.id]] = [
                    {
                        "id": line.id,
                        "name": (line.name or "").split("\n")[0][:120],
                        "amount": formatLang(
                            self.env, line.price_total, currency_obj=move.currency_id
                        ),
                        "ticked": line.id in line_ids,
                    }
                    for line in lines
                ]

    @api.model
    def _form_paid(self, form, customer, items, line_ids, today):
        form["currency"] = self._paid_currency(
            customer, [item for item in items if item.id in form["ticked"]]
        )
        form["first"] = fields.Date.to_string(today - timedelta(days=MOST_DAYS_PAID))
