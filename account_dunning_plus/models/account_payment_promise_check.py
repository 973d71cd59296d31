from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import formatLang


class AccountPaymentPromise(models.Model):
    """What cannot be promised, and what to do instead."""

    _inherit = "account.payment.promise"

    def _check(self):
        """Refuse what cannot be promised, with a sentence that says what to do."""
        self.ensure_one()
        today = self.company_id._dunning_today()
        lines = self.sudo().item_ids.move_line_id
        if not lines:
            raise UserError(
                self.env._(
                    "%s has nothing open that is not promised already.",
                    self.partner_id.display_name,
                )
            )
        for line in lines:
            self._check_item(line)
        overlap = lines & self._promised_elsewhere()
        if overlap:
            raise UserError(
                self.env._(
                    "%s is promised already: cancel or reschedule that promise first.",
                    ", ".join(overlap.mapped("move_name")),
                )
            )
        total = self._open_amount(lines) + sum(self.sudo()._received().values())
        if self.currency_id.compare_amounts(self.amount, total) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s is more than the %(open)s that is open: promise that at most.",
                    amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
                    open=formatLang(self.env, total, currency_obj=self.currency_id),
                )
            )
        self._check_lines(today)
        if self.made_on > today:
            raise UserError(self.env._("A promise cannot have been made in the future."))
        if self.contact_id and self.contact_id.commercial_partner_id != self.partner_id:
            raise UserError(
                self.env._(
                    "%(contact)s is not a contact of %(customer)s.",
                    contact=self.contact_id.display_name,
                    customer=self.partner_id.display_name,
                )
            )

    def _check_item(self, line):
        # sudo in _check: the items were named by the user, but may not be theirs to read.
        if line.company_id != self.company_id:
            raise UserError(
                self.env._("%s belongs to another company: promise it there.", line.move_name)
            )
        if line.partner_id.commercial_partner_id != self.partner_id:
            raise UserError(
                self.env._(
                    "%(item)s is not owed by %(customer)s.",
                    item=line.move_name,
                    customer=self.partner_id.display_name,
                )
            )
        if (
            line.parent_state != "posted"
            or line.account_type != "asset_receivable"
            or line.reconciled
            or line.amount_residual <= 0
        ):
            raise UserError(
                self.env._("%s is not open any more: there is nothing to promise.", line.move_name)
            )

    def _check_lines(self, today):
        for line in self.line_ids:
            if line.date < today:
                raise UserError(
                    self.env._(
                        "%s is in the past: choose today or a later day.",
                        self.env["account.dunning.facts"]._day(line.date),
                    )
                )
        total = sum(self.line_ids.mapped("amount"))
        if self.currency_id.compare_amounts(total, self.amount):
            raise UserError(
                self.env._(
                    "The instalments make %(sum)s, but %(amount)s is promised: correct either.",
                    sum=formatLang(self.env, total, currency_obj=self.currency_id),
                    amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
                )
            )

    @api.constrains("line_ids", "amount")
    def _check_line_amounts(self):
        for promise in self:
            if any(
                promise.currency_id.compare_amounts(line.amount, 0) <= 0
                for line in promise.line_ids
            ):
                raise ValidationError(self.env._("Each instalment needs an amount above 0."))
