from odoo import api, fields, models
from odoo.tools import formatLang

from .. import engine
from ..models.account_dunning_policy import minor_units


class AccountPaymentRegister(models.TransientModel):
    """A payment within the grace of a discount still has it, and the wizard says so.

    Only here do days of grace count: invoices, the portal and messages keep stating the
    official last day.
    """

    _inherit = "account.payment.register"

    discount_hint = fields.Text(string="Discount", compute="_compute_discount_hint")

    # ----------------------------------------------------------------- amounts

    def _get_total_amounts_to_pay(self, batch_results):
        wizard = self.with_context(discount_grace=True, discount_day=self.payment_date)
        return super(AccountPaymentRegister, wizard)._get_total_amounts_to_pay(batch_results)

    def _create_payment_vals_from_wizard(self, batch_result):
        batch = self._discount_batch(batch_result)
        if self.early_payment_discount_mode:
            kept = self._discount_kept_by_invoice(batch["lines"])
            batch = dict(batch, lines=batch["lines"].with_context(discount_kept=kept))
        return super()._create_payment_vals_from_wizard(batch)

    def _create_payment_vals_from_batch(self, batch_result):
        return super()._create_payment_vals_from_batch(self._discount_batch(batch_result))

    @api.depends("can_edit_wizard", "payment_date", "currency_id", "amount", "group_payment")
    def _compute_early_payment_discount_mode(self):
        result = super()._compute_early_payment_discount_mode()
        for wizard in self:
            if not wizard.early_payment_discount_mode and wizard._discount_fits():
                wizard.early_payment_discount_mode = True
        return result

    def _discount_batch(self, batch):
        """A batch whose items know the day of the payment, and grace."""
        lines = batch["lines"].with_context(discount_grace=True, discount_day=self.payment_date)
        return dict(batch, lines=lines)

    def _discount_lines(self):
        """The items that this payment settles with their discount, when it is one payment."""
        batch = self.batches[0] if self.batches and self.can_edit_wizard else None
        if not batch or not (len(batch["lines"]) == 1 or self.group_payment):
            return self.env["account.move.line"]
        return self._discount_eligible(self._discount_batch(batch)["lines"])

    def _discount_eligible(self, lines):
        return lines.filtered(
            lambda line: (
                line == line.move_id._discount_line()
                and line.move_id._is_eligible_for_early_payment_discount(
                    self.currency_id, self.payment_date
                )
            )
        )

    def _discount_rest(self):
        """What this payment leaves open of its items, minor units of its currency."""
        return minor_units(self.payment_difference, self.currency_id)

    def _discount_fits(self):
        """Whether what is kept back is granted though it is not the discount to the cent.

        Less than the discount of a single invoice always is, as it is when the payment is
        found in the bank's statement; beside it, what tolerance allows.
        """
        self.ensure_one()
        if not self.journal_id or not self.currency_id or not self.payment_date:
            return False
        lines = self._discount_lines()
        if not lines:
            return False
        rest = self._discount_rest()
        most = least = 0
        for move in lines.move_id:
            grace = move._discount_grace()
            granted = engine.discount.granted(move._discount_offer(), grace, self.payment_date)
            day = move._discount_on(self.payment_date)
            most += max(granted, day) + grace.amount
            least += day
        single = len(self.batches[0]["lines"]) == 1
        return (0 if single else least - 1) < rest <= most

    def _discount_kept_by_invoice(self, lines):
        """What of the payment's rest is the discount of each invoice.

        Each has that of the day; what differs from them is of the one with the largest.

        :param lines: items with the context of this payment
        :return: dict of invoice id to amount in the invoice's currency
        """
        moves = self._discount_eligible(lines).move_id
        kept = {move: move._discount_on(self.payment_date) for move in moves}
        if not kept:
            return {}
        largest = max(kept, key=kept.get)
        kept[largest] += self._discount_rest() - sum(kept.values())
        scale = 10**self.currency_id.decimal_places
        return {move.id: amount / scale for move, amount in kept.items()}

    # ------------------------------------------------------------------- words

    @api.depends("payment_date", "amount", "currency_id", "line_ids", "group_payment")
    @api.depends_context("lang")
    def _compute_discount_hint(self):
        for wizard in self:
            wizard.discount_hint = "\n".join(wizard._discount_hints()) or False

    def _discount_hints(self):
        """What to know of the discounts of the invoices that are paid, in sentences."""
        self.ensure_one()
        if not self.payment_date or not self.currency_id or not self.batches:
            return
        lines = self._discount_batch({"lines": self.line_ids._origin})["lines"]
        for line in lines:
            move = line.move_id
            offer = move._discount_offer() if line == move._discount_line() else None
            if offer and move.currency_id == self.currency_id:
                words = self._discount_hint_of(move, offer)
                if words:
                    yield f"{move.name}: {words}" if len(lines) > 1 else words
        if len(lines.move_id) == 1 and self.early_payment_discount_mode:
            words = self._discount_difference_words(lines.move_id)
            if words:
                yield words

    def _discount_hint_of(self, move, offer):
        """Why an invoice has another discount than one might think, or none."""
        eligible = move._is_eligible_for_early_payment_discount(self.currency_id, self.payment_date)
        granted = move._discount_on(self.payment_date)
        last_day = self.env["account.dunning.facts"]._day(offer.last_day)
        if eligible and not offer.on(self.payment_date):
            return self.env._(
                "Within the days of grace: the last day was %(last_day)s, the discount of "
                "%(amount)s is still granted.",
                last_day=last_day,
                amount=self._discount_money(granted),
            )
        if eligible and offer.zero_on:
            return self.env._(
                "Sliding discount: on this day it is %s.", self._discount_money(granted)
            )
        if granted and not eligible:
            return self.env._(
                "No discount: Odoo gives none any more once something is paid or credited."
            )
        most = engine.discount.MOST_TAKEN * offer.maximum
        if not granted and len(self.line_ids) == 1 and 0 < self._discount_rest() <= most:
            return self.env._(
                "The last day of the discount was %s: what is kept back stays open until "
                "somebody grants or claims it.",
                last_day,
            )
        return None

    def _discount_difference_words(self, move):
        """What is said when the rest is not the discount to the cent."""
        day = move.with_context(discount_grace=True)._discount_on(self.payment_date)
        rest = self._discount_rest()
        if rest > day:
            return self.env._(
                "%(missing)s is missing beside the discount of %(amount)s. That is tolerated "
                "and booked with it.",
                missing=self._discount_money(rest - day),
                amount=self._discount_money(day),
            )
        if rest < day:
            return self.env._(
                "Less than the discount of %(amount)s is kept back: %(rest)s is booked as it.",
                amount=self._discount_money(day),
                rest=self._discount_money(rest),
            )
        return None

    def _discount_money(self, minor):
        return formatLang(
            self.env,
            minor / 10**self.currency_id.decimal_places,
            currency_obj=self.currency_id,
        )
