from odoo import models

# Where the invoices are kept that are to be judged when a reconciliation is done.
_PENDING = "account_dunning_plus.discount_pending"


class AccountMoveLine(models.Model):
    """Discounts in instalments and reconciliations."""

    _inherit = "account.move.line"

    def _get_installments_data(
        self, payment_currency=None, payment_date=None, next_payment_date=None
    ):
        installments = super()._get_installments_data(
            payment_currency, payment_date, next_payment_date
        )
        move = self.move_id
        for installment in installments:
            if (
                installment["type"] == "early_payment_discount"
                and move.move_type in move._discount_types()
                and move.invoice_payment_term_id.discount_sliding
            ):
                line = installment["line"]
                amount, balance = move._discount_amounts(
                    move._discount_on(payment_date or move._discount_day())
                )
                sign = -move.direction_sign
                residual = line.currency_id.round(line.amount_currency - amount)
                residual_balance = line.company_currency_id.round(line.balance - balance)
                installment.update(
                    amount_residual_currency=residual,
                    amount_residual=residual_balance,
                    amount_residual_currency_unsigned=sign * residual,
                    amount_residual_unsigned=sign * residual_balance,
                    discount_amount_currency=amount,
                    discount_amount=balance,
                )
        return installments

    def _discount_entries(self):
        """The entries that book discounts of these items."""
        items = self.filtered(
            lambda line: line.display_type == "payment_term" and line.discount_date
        )
        # sudo: what a discount booked goes with its payment, whoever undoes that.
        entries = items.sudo().matched_credit_ids.credit_move_id.move_id
        return entries.filtered("discount_origin_id")

    def _reconcile_plan(self, reconciliation_plan):
        """Judge discounts once all of a reconciliation is done.

        Exchange differences and cash basis taxes reconcile again within: what is booked
        for a discount must wait until the outermost is through.
        """
        moves = _discount_moves(reconciliation_plan)
        pending = self.env.cr.precommit.data.get(_PENDING)
        if pending is not None:
            pending.update(moves)
            return super()._reconcile_plan(reconciliation_plan)
        pending = self.env.cr.precommit.data[_PENDING] = set(moves)
        try:
            result = super()._reconcile_plan(reconciliation_plan)
        finally:
            self.env.cr.precommit.data.pop(_PENDING, None)
        if pending:
            self.env["account.move"].browse(sorted(pending))._discount_judge(book=True)
        return result


def _discount_moves(plan):
    """Ids of the invoices with a discount in a reconciliation plan, which may be nested."""
    moves = set()
    for node in plan:
        if isinstance(node, models.BaseModel):
            moves.update(
                node.filtered(
                    lambda line: line.display_type == "payment_term" and line.discount_date
                ).move_id.ids
            )
        elif node:
            moves |= _discount_moves(node)
    return moves
