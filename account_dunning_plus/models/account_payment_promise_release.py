from odoo import models
from odoo.tools import formatLang

from .. import engine
from .account_dunning_policy import minor_units


class AccountPaymentPromise(models.Model):
    """What is no invoice any more leaves the promises that run: nobody failed to pay it."""

    _inherit = "account.payment.promise"

    def _release(self, items):
        """Let covered items leave a promise that waits or runs.

        Its amount shrinks by them, the last instalments first; a promise of which nothing is
        left is cancelled, not broken.

        :param items: account.payment.promise.item of this promise
        """
        self.ensure_one()
        names = ", ".join(filter(None, dict.fromkeys(items.move_line_id.mapped("move_name"))))
        interest = self.interest_move_id
        if self.item_ids - items <= self.item_ids.filtered(lambda own: own.move_id == interest):
            self._message_log(
                body=self.env._(
                    "Nothing is left of the promise: %s was reset to draft or cancelled.", names
                )
            )
            self.action_cancel()
            return
        received = self._received() if self.state == "open" else {}
        gone = sum(items.mapped("amount"))
        paid = sum(min(item.amount, received.get(item.id, 0)) for item in items)
        currency = self.currency_id
        lines = self.line_ids.sorted(lambda line: (line.date, line.id))
        amounts = engine.shrink(
            [
                (minor_units(line.amount, currency), minor_units(line.amount_paid, currency))
                for line in lines
            ],
            minor_units(paid, currency),
            minor_units(gone - paid, currency),
        )
        kept = {
            line: amount / 10**currency.decimal_places
            for line, amount in zip(lines, amounts, strict=True)
            if amount
        }
        self._release_interest(
            lines, list(kept)[-1], bool(items.filtered(lambda own: own.move_id == interest))
        )
        items.unlink()
        (lines - lines.browse([line.id for line in kept])).unlink()
        for line, amount in kept.items():
            if currency.compare_amounts(line.amount, amount):
                line.amount = amount
        self.write({"amount": sum(kept.values()), "date": max(line.date for line in kept)})
        self._message_log(
            body=self.env._(
                "%(invoice)s was reset to draft or cancelled and is promised no longer: "
                "%(amount)s is left.",
                invoice=names,
                amount=formatLang(self.env, self.amount, currency_obj=currency),
            )
        )
        self._judge()

    def _release_interest(self, lines, last, is_gone):
        """Keep stating all of the interest that was booked, and none that is not any more.

        :param lines: the instalments
        :param last: the last one that stays
        :param is_gone: the interest invoice itself leaves the promise
        """
        if self.state == "draft":
            # Worked out anew of what is left.
            return
        if is_gone:
            lines.amount_interest = 0
            return
        later = lines.filtered(lambda line: (line.date, line.id) > (last.date, last.id))
        if later:
            last.amount_interest += sum(later.mapped("amount_interest"))


class AccountMove(models.Model):
    _inherit = "account.move"

    def button_draft(self):
        """What is a draft again is promised no longer."""
        if not self:
            # As core often calls it when something is reconciled.
            return super().button_draft()
        # sudo: whoever corrects an invoice, promises must know.
        items = (
            self.env["account.payment.promise.item"]
            .sudo()
            .search(
                [
                    ("move_line_id.move_id", "in", self.ids),
                    ("promise_id.state", "in", ("draft", "open")),
                ]
            )
        )
        for promise, own in items.grouped("promise_id").items():
            promise._release(own)
        return super().button_draft()
