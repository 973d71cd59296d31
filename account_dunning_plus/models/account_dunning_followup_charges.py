from odoo import fields, models
from odoo.tools import formatLang

_OPEN = ("claimed", "booked")


class AccountDunningFollowup(models.Model):
    """What was claimed of a customer beside the invoices, on the customer's screen."""

    _inherit = "account.dunning.followup"

    amount_charges = fields.Monetary(
        string="Charges",
        compute="_compute_charges",
        help="Interest and costs that are claimed or booked and not paid, in the company's "
        "currency.",
    )
    has_charges = fields.Boolean(compute="_compute_charges")
    charges_to_book = fields.Boolean(compute="_compute_charges")
    charges_to_waive = fields.Boolean(compute="_compute_charges")

    def _charges(self):
        # sudo: that charges were claimed is told to all who may read the row.
        return (
            self.env["account.dunning.charge"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("state", "in", ("claimed", "booked", "waived")),
                ]
            )
        )

    def _compute_charges(self):
        charges = self._charges().grouped(lambda own: (own.partner_id, own.company_id))
        for row in self:
            own = charges.get((row.partner_id, row.company_id.sudo()))
            row.has_charges = bool(own)
            states = set(own.mapped("state")) if own else set()
            row.charges_to_book = "claimed" in states
            row.charges_to_waive = not states.isdisjoint(_OPEN)
            row.amount_charges = sum(
                charge.company_amount * charge.amount_open / charge.amount
                for charge in own or ()
                if charge.amount
            )

    # ----------------------------------------------------------------- actions

    def action_open_charges(self):
        """Open what was claimed of these customers."""
        return self._open_kept_back("account_dunning_plus.account_dunning_charge_action")

    def action_book_charges(self):
        """Book what reminders claimed of these customers."""
        self._check_user()
        return self._own_charges().filtered(lambda own: own.state == "claimed").action_book()

    def action_waive_charges(self):
        """Ask why, and give up what reminders claimed of these customers."""
        self._check_user()
        return self._own_charges().action_open_waive()

    def _own_charges(self):
        """The charges, as the user may see them."""
        return self._charges().sudo(False)

    # ---------------------------------------------------------------- timeline

    def _timeline_charges(self):
        """What was booked, and what was given up. What was claimed is told by the reminder."""
        charges = self._charges()
        for move, booked in charges.filtered("charge_move_id").grouped("charge_move_id").items():
            # sudo: as above.
            yield self._event(
                "charge",
                move.invoice_date,
                self.env._("Charges booked"),
                move.sudo(False),
                icon="fa-gavel",
                text=self._charge_words(booked),
                state="" if move.payment_state in ("not_paid", "partial") else self.env._("paid"),
            )
        waived = charges.filtered(lambda own: own.state == "waived")
        for (day, user, reason), own in waived.grouped(
            lambda own: (own.waived_date, own.waived_user_id, own.waive_reason)
        ).items():
            text = self._charge_words(own)
            yield self._event(
                "charge",
                day,
                self.env._("Charges waived"),
                own[:1].sudo(False),
                icon="fa-undo",
                text=f"{text}. {reason}" if reason else text,
                author=user.name or "",
            )

    def _charge_words(self, charges):
        return ", ".join(
            f"{charge.display_name}: "
            + formatLang(self.env, charge.amount, currency_obj=charge.currency_id)
            for charge in charges
        )
