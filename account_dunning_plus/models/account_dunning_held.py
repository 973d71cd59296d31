from odoo import api, models

from .account_dunning_policy import minor_units
from .held import Held


class AccountDunningFacts(models.AbstractModel):
    """Which part of the open items is promised, in dispute, or a discount not decided on."""

    _inherit = "account.dunning.facts"

    @api.model
    def _held(self, company, partner_ids, rows):
        """What is kept back of customers' open items.

        :param company: a single company
        :param partner_ids: ids of commercial entities
        :param rows: of each open item (id, entry id, amount in minor units, residual in its
            currency, currency id), oldest due first
        :return: dict of item id to Held, for those of which something is
        """
        held = {}
        by_line = {row[0]: row for row in rows}
        self._hold_promised(held, company, partner_ids, by_line)
        self._hold_disputed(held, company, partner_ids, rows)
        self._hold_discounts(held, company, partner_ids, rows)
        return held

    @api.model
    def _hold_promised(self, held, company, partner_ids, by_line):
        promises = self.env["account.payment.promise"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "open"),
            ],
            ["currency_id", "contact_id", "partner_id", "date"],
        )
        for item in promises.item_ids:
            if item.move_line_id.id not in by_line or not item.amount_covered:
                continue
            promise = item.promise_id
            line_id, _move_id, amount, residual, currency_id = by_line[item.move_line_id.id]
            own = held.setdefault(line_id, Held())
            if promise.currency_id.id == currency_id:
                part = min(item.amount_covered, residual)
                promised = (
                    amount
                    if not promise.currency_id.compare_amounts(part, residual)
                    else round(amount * part / residual)
                )
            else:
                promised = min(minor_units(item.amount_covered, promise.currency_id), amount)
                currency = self.env["res.currency"].browse(currency_id)
                part = (
                    residual if promised == amount else currency.round(residual * promised / amount)
                )
            own.promised += promised
            own.residual += part
            own.promised_until = (
                promise.line_ids.filtered(lambda line: line.state == "open")[:1].date
                or promise.date
            )
            own.promised_by = (promise.contact_id or promise.partner_id).display_name
        if company.promise_broken_hurries:
            self._hurry_broken(held, company, partner_ids, by_line)

    @api.model
    def _hurry_broken(self, held, company, partner_ids, by_line):
        broken = self.env["account.payment.promise"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "in", ("partial", "broken")),
                ("item_ids.move_line_id", "in", list(by_line)),
            ],
            ["broken_on"],
        )
        for item in broken.item_ids:
            if item.move_line_id.id in by_line:
                own = held.setdefault(item.move_line_id.id, Held())
                day = item.promise_id.broken_on
                own.broken_on = max(filter(None, (own.broken_on, day)), default=None)

    @api.model
    def _hold_disputed(self, held, company, partner_ids, rows):
        """Spread what is in dispute of an invoice over its items, last due first.

        What comes first is undisputed for longest, and asked for first.
        """
        disputes = self.env["account.dunning.dispute"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "open"),
            ],
            ["move_id", "amount_open", "reason_id"],
        )
        if not disputes:
            return
        left = {}
        for dispute in disputes:
            left.setdefault(dispute.move_id.id, [0, dispute.reason_id.name])[0] += (
                dispute.amount_open
            )
        for line_id, move_id, amount, residual, currency_id in reversed(rows):
            if amount <= 0 or not left.get(move_id, (0,))[0] > 0:
                continue
            own = held.setdefault(line_id, Held())
            currency = self.env["res.currency"].browse(currency_id)
            free = residual - own.residual
            part = currency.round(min(left[move_id][0], free))
            left[move_id][0] -= part
            whole = not currency.compare_amounts(part, free)
            own.disputed += amount - own.promised if whole else round(amount * part / residual)
            own.residual += part
            own.dispute = left[move_id][1]

    @api.model
    def _hold_discounts(self, held, company, partner_ids, rows):
        """Keep back what customers took as a discount until somebody has decided on it."""
        undecided = self.env["account.move"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "in", list(partner_ids)),
                ("discount_undecided", "=", True),
            ],
            ["discount_outcome", "discount_paid_on", "name"],
        )
        if not undecided:
            return
        moves = {move.id: move for move in undecided}
        for line_id, move_id, amount, residual, _currency_id in rows:
            move = moves.get(move_id)
            if not move or amount <= 0:
                continue
            own = held.setdefault(line_id, Held())
            own.discount = max(0, amount - own.promised - own.disputed)
            own.residual = residual
            own.undecided = move._discount_undecided_words()
