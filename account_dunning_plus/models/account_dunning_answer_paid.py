from odoo import api, models

from .. import engine


class AccountDunningAnswer(models.Model):
    """The answer *I have already paid*."""

    _inherit = "account.dunning.answer"

    @api.model
    def _read_paid(self, customer, entered, item_ids, files=(), line_ids=()):
        entries = engine.answers.Entries()
        company = customer.company_id
        chosen = self._chosen(customer, item_ids)
        entries.values["items"] = chosen
        if not chosen:
            entries.faults["items"] = engine.answers.Fault.MISSING
        entries.take(
            "date", engine.answers.read_paid_day(entered.get("date", ""), company._dunning_today())
        )
        entries.take(
            "reference",
            engine.answers.read_text(entered.get("reference", ""), engine.answers.MOST_REFERENCE),
        )
        # One line: it is compared with what banks hand on.
        entries.values["reference"] = " ".join((entries.values.get("reference") or "").split())
        currency = self._paid_currency(customer, chosen)
        entries.take(
            "amount",
            engine.answers.read_amount(entered.get("amount", ""), currency.decimal_places),
            optional=True,
        )
        self._read_note(entries, entered)
        return entries, self._read_files(entries, files)

    @api.model
    def _paid_currency(self, customer, items):
        """The currency in which the customer says what was paid."""
        ids = {item.currency_id for item in items}
        return (
            self.env["res.currency"].browse(ids)
            if len(ids) == 1
            else customer.company_id.currency_id
        )

    def _do_paid(self, customer, values, files):
        lines = self.env["account.move.line"].browse([item.id for item in values["items"]])
        said = self._same_payment(customer, lines, values)
        if not said:
            currency = self._paid_currency(customer, values["items"])
            amount = values["amount"]
            said = self.env["account.dunning.said.paid"]._say(
                customer.partner_id,
                customer.company_id,
                lines,
                date=values["date"],
                reference=values["reference"],
                amount=amount / 10**currency.decimal_places if amount else 0,
                note=self.note,
                contact_id=self.contact_id.id,
                channel="page",
            )
        self.said_paid_id = said
        if files:
            kept = self._keep_files(said, files)
            said._message_log(
                body=self.env._("Sent along on the customer's page."), attachment_ids=kept.ids
            )

    @api.model
    def _same_payment(self, customer, lines, values):
        """What says the same already: the days of waiting are not begun anew by saying it again."""
        return (
            self.env["account.dunning.said.paid"]
            .search(
                [
                    ("partner_id", "=", customer.partner_id.id),
                    ("company_id", "=", customer.company_id.id),
                    ("state", "in", ("waiting", "seen")),
                    ("date", "=", values["date"]),
                ]
            )
            .filtered(lambda own: own.move_line_ids == lines)[:1]
        )
