from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """A discount that was wrongly taken: grant it, or claim what was kept back."""

    _inherit = "account.move"

    discount_question = fields.Char(
        compute="_compute_discount_question",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    @api.depends("discount_undecided", "discount_outcome", "amount_residual")
    @api.depends_context("lang")
    def _compute_discount_question(self):
        for move in self:
            move.discount_question = (
                move._discount_undecided_words() if move.discount_undecided else False
            )

    def action_discount_grant(self):
        """Book what the customers kept back of these invoices as their discount."""
        moves = self._discount_decide_on(
            lambda move: move.discount_undecided or move.discount_decision == "claimed"
        )
        # What was claimed and is granted after all.
        moves.sudo().write({"discount_decision": False})
        amounts = {move: move._discount_rest_words() for move in moves}
        entries = moves._discount_book()
        for move, entry in zip(moves, entries, strict=True):
            move._message_log(
                body=self.env._(
                    "The discount of %(amount)s is granted and booked in %(entry)s.",
                    amount=amounts[move],
                    entry=entry.name,
                )
            )
        return True

    def action_discount_claim(self):
        """Claim what the customers kept back: reminders go on, and they are told."""
        moves = self._discount_decide_on(lambda move: move.discount_undecided)
        # sudo: what is decided is written by the workflow alone.
        moves.sudo().write({"discount_decision": "claimed", "discount_undecided": False})
        for move in moves:
            move._message_log(
                body=self.env._(
                    "The discount is not granted: %s is claimed.", move._discount_rest_words()
                )
            )
        moves._discount_tell_claim()
        return True

    def action_discount_reopen(self):
        """Take a claim back: what was kept back is to be decided on again."""
        moves = self._discount_decide_on(lambda move: move.discount_decision == "claimed")
        # sudo: what is decided is written by the workflow alone.
        moves.sudo().write({"discount_decision": False})
        moves._discount_judge()
        for move in moves:
            move._message_log(
                body=self.env._(
                    "The claim of %s is taken back: grant or claim the discount.",
                    move._discount_rest_words(),
                )
            )
        return True

    def _discount_decide_on(self, allowed):
        """The invoices on which the user may decide, locked.

        :param allowed: tells whether the decision may be made of an invoice
        :raises UserError: of one of them it may not
        """
        self._discount_check_user()
        self.lock_for_update()
        # sudo: what became of the discount, of invoices that the user may write.
        for move in self.sudo():
            open_amount = move._discount_line().amount_residual_currency
            if not allowed(move) or move.currency_id.compare_amounts(open_amount, 0) <= 0:
                raise UserError(
                    self.env._(
                        "%s has no discount to decide on: nothing that looks like one was kept "
                        "back, or it has been decided.",
                        move.display_name,
                    )
                )
        if not self:
            raise UserError(self.env._("There is no discount to decide on."))
        return self
