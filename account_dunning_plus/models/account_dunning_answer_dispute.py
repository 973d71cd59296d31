from odoo import api, models
from odoo.fields import Command

from .. import engine
from .account_dunning_policy import minor_units


class AccountDunningAnswer(models.Model):
    """The answer *something is wrong*: a dispute for each invoice, or a question."""

    _inherit = "account.dunning.answer"

    @api.model
    def _disputable(self, customer, items):
        """The invoices among open items of which something can be disputed, and how much.

        :param items: list of OpenItem
        :return: dict of account.move to amount in its currency
        """
        disputes = self.env["account.dunning.dispute"].sudo()
        moves = self.env["account.move"].sudo().browse(dict.fromkeys(own.move_id for own in items))
        free = {}
        for move in moves.filtered(
            lambda own: (
                own.move_type in ("out_invoice", "out_receipt")
                and own.state == "posted"
                and own.company_id == customer.company_id
            )
        ):
            amount = disputes.new({"move_id": move.id})._free_amount()
            if move.currency_id.compare_amounts(amount, 0) > 0:
                free[move] = amount
        return free

    @api.model
    def _reasons(self, customer):
        """The reasons that customers may choose."""
        # sudo: the words that the company offers to its customers.
        return (
            self.env["account.dunning.dispute.reason"]
            .sudo()
            .search(
                [
                    ("on_page", "=", True),
                    ("company_id", "in", (False, customer.company_id.id)),
                ]
            )
        )

    @api.model
    def _read_dispute(self, customer, entered, item_ids, files=(), line_ids=()):
        entries = engine.answers.Entries()
        faults = engine.answers.Fault
        chosen = self._chosen(customer, item_ids)
        free = self._disputable(customer, chosen)
        entries.values["free"] = free
        entries.values["chosen"] = chosen
        self._read_note(entries, entered, required=True)
        if not chosen and entered.get("reason"):
            entries.faults["items"] = faults.MISSING
        if free:
            [reason_id] = engine.answers.read_ids([entered.get("reason", "")]) or [0]
            reason = self._reasons(customer).filtered(lambda own: own.id == reason_id)
            entries.values["reason"] = reason
            if not reason:
                entries.faults["reason"] = faults.MISSING
        moves = self.env["account.move"].browse([own.id for own in free])
        lines = moves.invoice_line_ids.filtered(
            lambda line: line.id in line_ids and line.display_type == "product"
        )
        entries.values["lines"] = lines
        self._read_disputed_amount(entries, entered, free)
        return entries, self._read_files(entries, files)

    @api.model
    def _read_disputed_amount(self, entries, entered, free):
        """The amount that the customer does not agree with, of one invoice."""
        text = entered.get("amount", "")
        entries.values["amount"] = None
        if not text.strip() or not free:
            return
        if len(free) > 1:
            entries.faults["amount"] = engine.answers.Fault.ONE_INVOICE
            return
        [(move, most)] = free.items()
        currency = move.currency_id
        entries.take(
            "amount",
            engine.answers.read_amount(text, currency.decimal_places, minor_units(most, currency)),
        )

    def _do_dispute(self, customer, values, files):
        """Open the disputes; with no invoice that can be disputed it is a question."""
        if not values["free"]:
            self._ask(values, files)
            return
        user = self._responsible(customer)
        disputes = self.env["account.dunning.dispute"]
        for move, free in values["free"].items():
            currency = move.currency_id
            lines = values["lines"].filtered(lambda line, move=move: line.move_id == move)
            amount = free
            if values["amount"] is not None:
                amount = values["amount"] / 10**currency.decimal_places
            elif lines:
                amount = min(free, currency.round(sum(lines.mapped("price_total")))) or free
            reason = values["reason"]
            dispute = disputes.create(
                {
                    "move_id": move.id,
                    "amount": amount if currency.compare_amounts(amount, 0) > 0 else free,
                    "reason_id": reason.id,
                    "invoice_line_ids": [Command.set(lines.ids)],
                    "contact_id": self.contact_id.id,
                    "user_id": (reason.user_ids[:1] or user).id,
                    "note": self.note,
                }
            )
            if files:
                kept = self._keep_files(dispute, files)
                dispute._message_log(
                    body=self.env._("Sent along on the customer's page."),
                    attachment_ids=kept.ids,
                )
            disputes |= dispute
        self.dispute_ids = disputes
        self._put_up(
            self.env._("something is wrong: %s", "; ".join(disputes.mapped("display_name")))
        )

    def _ask(self, values, files):
        self.kind = "question"
        if files:
            kept = self._keep_files(self, files)
            self._message_log(
                body=self.env._("Sent along on the customer's page."), attachment_ids=kept.ids
            )
        names = ", ".join(dict.fromkeys(own.name for own in values["chosen"] if own.name))
        self._put_up(self.env._("asks about %s", names) if names else self.env._("asks something"))
