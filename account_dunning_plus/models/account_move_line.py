from odoo import api, models
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # What is owed is a small part of a ledger: the worklist sums it from this index alone.
    _dunning_open_index = models.Index(
        "(company_id, partner_id)"
        " INCLUDE (account_id, date_maturity, date, amount_residual, no_followup, move_id)"
        " WHERE reconciled IS NOT TRUE AND parent_state = 'posted' AND amount_residual != 0"
    )

    def unlink(self):
        if not self:
            return super().unlink()
        # sudo: the history of a deleted item stays; no foreign key keeps its lines true.
        lines = self.env["account.dunning.notice.line"].sudo()
        lines.search(
            # By the entries, of which there is an index for all lines.
            [("move_id", "in", self.move_id.ids), ("move_line_id", "in", self.ids)]
        ).move_line_id = False
        return super().unlink()

    @api.model
    def _dunning_receivable_domain(self, partner, company):
        """The posted receivable items of a customer, on whichever of its contacts.

        A company below another one is a customer of its own.
        """
        return [
            ("partner_id.commercial_partner_id", "in", partner.ids),
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
        ]

    def _judge_kept_back(self):
        """Judge the promises and disputes of these items anew: money moved."""
        if not self:
            return
        # sudo: whoever reconciles a payment, promises and disputes must know.
        promises = self.env["account.payment.promise"].sudo()
        disputes = self.env["account.dunning.dispute"].sudo()
        promises.item_ids.flush_model(["move_line_id", "promise_id"])
        disputes.flush_model(["move_id"])
        # Most payments are for neither: one small question instead of two searches.
        found = self.env.execute_query(
            SQL(
                """
                SELECT TRUE, promise_id FROM account_payment_promise_item
                 WHERE move_line_id = ANY(%(items)s)
                 UNION
                SELECT FALSE, id FROM account_dunning_dispute WHERE move_id = ANY(%(moves)s)
                """,
                items=self.ids,
                moves=self.move_id.ids,
            )
        )
        if not found:
            return
        broken = promises.browse(sorted(own for of_promise, own in found if of_promise))._judge()
        # Its day was over and no night has judged it since; what is paid by now needs nobody.
        broken.filtered(lambda promise: not promise.paid_late)._follow_up_broken()
        disputes.browse(sorted(own for of_promise, own in found if not of_promise))._judge()
