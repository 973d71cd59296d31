from odoo import models
from odoo.fields import Command

from .. import engine
from .account_dunning_policy import minor_units


class AccountPaymentPromise(models.Model):
    """What a promise covers: which open items, and how much of each."""

    _inherit = "account.payment.promise"

    def _open_lines(self):
        """The items that the customer has open, oldest due first, without credits."""
        # sudo: what a customer has open is known to all who may take a promise down.
        items = self.env["account.move.line"].sudo()
        return items.search(
            [
                *items._dunning_receivable_domain(
                    self.partner_id.commercial_partner_id, self.company_id
                ),
                ("account_id.non_trade", "=", False),
                ("reconciled", "=", False),
                ("amount_residual", ">", 0),
            ],
            order="date_maturity, id",
        )

    def _open_amount(self, lines):
        """What is open of items, in the currency of the promise."""
        own = self.currency_id or self.company_id.currency_id
        # sudo: see _open_lines.
        return sum(
            line.amount_residual_currency if line.currency_id == own else line.amount_residual
            for line in lines.sudo()
        )

    def _cover(self):
        """Spread the amount over the items, oldest due first; without items over all.

        What was paid of them since the promise was made is part of it.
        """
        self.ensure_one()
        own = self.sudo()
        for line in own.item_ids.move_line_id:
            own._check_item(line)
        if not own.item_ids:
            promised = self._promised_elsewhere()
            own.item_ids = [
                Command.create({"move_line_id": line.id})
                for line in self._open_lines()
                if line not in promised
            ]
        items = own.item_ids.sorted(
            lambda item: (item.move_line_id.date_maturity or item.move_line_id.date, item.id)
        )
        received = own._received()
        rooms = [
            minor_units(self._open_amount(item.move_line_id) + received[item.id], self.currency_id)
            for item in items
        ]
        scale = 10**self.currency_id.decimal_places
        # What is in dispute is covered last: only by who promises more than all the rest.
        disputed = own._disputed_parts(items.move_line_id)
        free = [
            max(0, room - minor_units(disputed.get(item.move_line_id.id, 0), self.currency_id))
            for item, room in zip(items, rooms, strict=True)
        ]
        amount = minor_units(self.amount, self.currency_id)
        parts = engine.spread(amount, free)
        rest = [room - part for room, part in zip(rooms, parts, strict=True)]
        more = engine.spread(amount - sum(parts), rest)
        for item, part in zip(items, map(sum, zip(parts, more, strict=True)), strict=True):
            if part:
                item.amount = part / scale
            else:
                item.unlink()

    def _disputed_parts(self, lines):
        """What of items is in dispute, in the currency of the promise, as reminders see it.

        :return: dict of item id to amount, for those of which something is
        """
        # sudo: see _open_lines.
        items = lines.sudo().move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        company = self.company_id.currency_id
        rows = [
            (
                item.id,
                item.move_id.id,
                minor_units(item.amount_residual, company),
                item.amount_residual_currency,
                item.currency_id.id,
            )
            for item in items.sorted(lambda item: (item.date_maturity or item.date, item.id))
        ]
        held = {}
        partners = items.partner_id.commercial_partner_id
        self.env["account.dunning.facts"].sudo()._hold_disputed(
            held, self.company_id, partners.ids, rows
        )
        scale = 10**company.decimal_places
        return {
            item.id: held[item.id].residual
            if item.currency_id == self.currency_id
            else held[item.id].disputed / scale
            for item in items
            if item.id in held
        }

    def _promised_elsewhere(self):
        """Items of the customer that another promise covers already."""
        # sudo: whoever takes a promise down must not promise the same twice.
        return (
            self.env["account.payment.promise.item"]
            .sudo()
            .search(
                [
                    ("promise_id.partner_id", "=", self.partner_id.commercial_partner_id.id),
                    ("promise_id.company_id", "=", self.company_id.id),
                    ("promise_id.state", "in", ("draft", "open")),
                    ("promise_id", "not in", (self._origin | self._previous()).ids),
                ]
            )
            .move_line_id
        )
