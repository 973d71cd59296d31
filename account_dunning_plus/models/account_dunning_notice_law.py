from datetime import date, timedelta

from odoo import api, fields, models

from ..engine import charges
from .public_holidays import public_holidays


class AccountDunningNotice(models.Model):
    """What the law asks of a notice: until when is paid without charges, and which they are."""

    _inherit = "account.dunning.notice"

    @api.model
    def _prepare_statement(self, company, customer, stated, today, charges=()):
        """Add to what a notice states the day until which is to be paid, and the law.

        ``pay_until`` is an ISO day. ``law`` says by which law this notice charges or announces.
        ``announced`` lists the charges that will be claimed of a consumer after that day, as
        rows (kind, move_line_id, move_id, name, amount, currency_id, company_amount). Each is
        left out when there is none: most notices have neither.
        """
        statement = super()._prepare_statement(company, customer, stated, today, charges)
        policy = customer.policy
        if policy is None or not (customer.regime or any(own.pay_days for own in policy.levels)):
            return statement
        top = self._stated_level(customer)
        if top is None:
            return statement
        until = today + timedelta(days=top.pay_days) if top.pay_days else None
        if customer.regime and (
            law := self._stated_law(company, customer, self._stated_levels(customer), today)
        ):
            announced = law.pop("announced")
            statement["law"] = law
            if announced:
                statement["announced"] = announced
            if law["until"]:
                own = date.fromisoformat(law["until"])
                until = max(own, until) if until else own
        if until:
            statement["pay_until"] = until.isoformat()
        return statement

    def _stated_level(self, customer):
        """The level whose text a notice has; None when the customer's policy lacks it by now.

        :param customer: DecidedCustomer
        """
        levels = customer.policy.levels
        if self:
            return next((level for level in levels if level.id == self.level_id.id), None)
        return levels[customer.decision.level] if customer.decision.level is not None else None

    def _stated_levels(self, customer):
        """The level of each item of a notice, of those that the customer's policy still has.

        :param customer: DecidedCustomer
        :return: dict of item id to engine.Level
        """
        levels = customer.policy.levels
        if not self:
            return {
                own.item_id: levels[own.level]
                for own in customer.decision.items
                if own.level is not None
            }
        known = {level.id: level for level in levels}
        return {
            line.move_line_id.id: known[line.level_id.id]
            for line in self.line_ids
            if line.level_id.id in known
        }

    @api.model
    def _stated_law(self, company, customer, levels, today):
        """By which law a notice charges or announces, and what it announces.

        :param levels: dict of item id to engine.Level
        :return: None when it does neither
        """
        policy, regime = customer.policy, customer.regime
        charging = announcing = None
        announced, announced_on = [], []
        for item in customer.items:
            level = levels.get(item.id)
            if level is None or item.asked <= 0 or item.due_date >= today:
                continue
            if item.facts.is_charge:
                continue
            if level.charge and charges.refusal(level, regime, item.facts, today) is None:
                charging = level
                if item.facts.announced_on:
                    announced_on.append(item.facts.announced_on)
            elif level.announces and (later := policy.announced_level(level.id)):
                announcing = later
                announced.append(item)
        if not charging and not announcing:
            return None
        law = {
            "country": regime.country,
            "debtor": regime.debtor,
            "small": regime.small_creditor,
            "compensation": regime.compensation / 10**company.currency_id.decimal_places,
            "level_id": charging.id if charging else None,
            "announced_on": min(announced_on).isoformat() if announced_on else None,
            "next_level_id": announcing.id if announcing else None,
            "until": None,
            "item_ids": [],
            "announced": [],
        }
        if announcing and charges.announces(announcing.charge, regime):
            by_post = customer.channel in ("letter", "both") or any(
                self.env["account.dunning.level"].browse(level.id).print_letter
                for level in levels.values()
            )
            until = _deadline(regime, today, by_post)
            law["until"] = until.isoformat()
            law["item_ids"] = [item.id for item in announced]
            law["announced"] = self._announced_rows(
                company, customer, announcing, regime, announced
            )
        return law

    @api.model
    def _announced_rows(self, company, customer, level, regime, items):
        """What will be claimed of items when they are not paid in time, but for interest.

        :param customer: DecidedCustomer
        :param level: engine.Level that will charge
        :param items: list of OpenItem
        """
        currency = company.currency_id
        scale = 10**currency.decimal_places
        by_id = {item.id: item for item in items}
        found = charges.costs(
            level.charge,
            regime,
            [
                charges.CostItem(
                    item.id,
                    item.move_id,
                    item.asked,
                    charged=item.id in by_id,
                    # It counts, as it will when these are claimed.
                    before=item.facts.costs_before,
                )
                for item in customer.items
                if item.id in by_id or item.facts.costs_before
            ],
        )
        return [
            {
                "kind": charge.kind.value,
                "move_line_id": charge.item_id,
                "move_id": by_id[charge.item_id].move_id,
                "name": by_id[charge.item_id].name,
                "amount": charge.amount / scale,
                "currency_id": currency.id,
                "company_amount": charge.amount / scale,
            }
            for charge in found
        ]

    # -------------------------------------------------------------- announce

    def _mark_sent(self, today):
        result = super()._mark_sent(today)
        self._announce(today)
        return result

    def _announce(self, today):
        """Begin the period that the law gives a consumer: the message leaves, or is printed.

        Of two channels the later period counts, and no day before the one that was stated.
        """
        for notice in self:
            law = (notice.statement or {}).get("law")
            if not law or not law["until"]:
                continue
            regime = charges.Regime(law["country"], law["debtor"])
            until = max(
                _deadline(regime, today, bool(notice.letter_date)),
                fields.Date.to_date(notice.statement["pay_until"]),
            )
            notice.write(
                {
                    "announced_on": notice.announced_on or today,
                    "announced_until": max(until, notice.announced_until or until),
                }
            )
            item_ids = set(law["item_ids"])
            notice.line_ids.filtered(
                lambda line, ids=item_ids: line.move_line_id.id in ids
            ).announced = True


def _deadline(regime, sent, by_post):
    """The last day of the period of law, by the public holidays of the debtor's country."""
    holidays = public_holidays(regime.country, sent.year)
    return charges.law_deadline(regime, sent, by_post, holidays)
