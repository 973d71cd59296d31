from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # What is owed is a small part of a ledger: the worklist sums it from this index alone.
    _dunning_open_index = models.Index(
        "(company_id, partner_id)"
        " INCLUDE (account_id, date_maturity, date, amount_residual, no_followup, move_id)"
        " WHERE reconciled IS NOT TRUE AND parent_state = 'posted' AND amount_residual != 0"
    )

    @api.model
    def _dunning_receivable_domain(self, partner, company):
        """The posted receivable items of a customer, on whichever of its contacts."""
        return [
            ("partner_id", "child_of", partner.ids),
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
        ]

    def _judge_kept_back(self):
        """Judge the promises and disputes of these items anew: money moved."""
        if not self:
            return
        # sudo: whoever reconciles a payment, promises and disputes must know.
        items = self.env["account.payment.promise.item"].sudo()
        broken = items.search([("move_line_id", "in", self.ids)]).promise_id._judge()
        # Its day was over and no night has judged it since; what is paid by now needs nobody.
        broken.filtered(lambda promise: not promise.paid_late)._follow_up_broken()
        disputes = self.env["account.dunning.dispute"].sudo()
        disputes.search([("move_id", "in", self.move_id.ids)])._judge()
