from odoo import api, models

# What tells from whom a transaction is.
_TELLING = {"account_number", "amount", "date", "partner_id", "partner_name", "payment_ref"}

_QUEUE = "dunning_money_lines"


class AccountBankStatementLine(models.Model):
    """What comes in on the bank is looked at as soon as it is there."""

    _inherit = "account.bank.statement.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._dunning_look_later()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if _TELLING & set(vals):
            self._dunning_look_later()
        return result

    def action_undo_reconciliation(self):
        result = super().action_undo_reconciliation()
        self._dunning_look_later()
        return result

    def _dunning_look_later(self):
        """Find out whose these are before the transaction ends, once for all of them."""
        if not self:
            return
        queue = self.env.cr.precommit.data.setdefault(_QUEUE, set())
        if not queue:
            self.env.cr.precommit.add(self._dunning_look_queued)
        queue.update(self.ids)

    @api.model
    def _dunning_look_queued(self):
        line_ids = self.env.cr.precommit.data.pop(_QUEUE, set())
        # sudo: whoever imports a statement need not know who owes what.
        lines = self.env["account.bank.statement.line"].sudo().browse(line_ids).exists()
        found = self.env["account.dunning.money"].sudo()
        # What was matched in the same transaction needs nobody to guess.
        for company in lines.filtered(lambda line: not line.is_reconciled).company_id:
            found._look(company, company._dunning_today())
