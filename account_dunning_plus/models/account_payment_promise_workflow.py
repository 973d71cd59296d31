from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .account_payment_promise import MAX_DAYS_VIEWER


class AccountPaymentPromise(models.Model):
    """How a promise begins to hold, is taken back, or is put in another's place."""

    _inherit = "account.payment.promise"

    reschedule_words = fields.Char(string="Rescheduled", compute="_compute_reschedule_words")

    # ---------------------------------------------------------------- approval

    def _approval_reason(self):
        """Why somebody must approve this promise, False when it holds at once."""
        self.ensure_one()
        user = self.env.user
        if self.env.su or user.has_group("account_dunning_plus.group_dunning_manager"):
            return False
        # sudo: the limits are settings of the company.
        company = self.company_id.sudo()
        today = company._dunning_today()
        days = (self.date - today).days
        most_days = company.promise_max_days
        if not user.has_group("account_dunning_plus.group_dunning_user"):
            most_days = min(most_days or MAX_DAYS_VIEWER, MAX_DAYS_VIEWER)
            if len(self.line_ids) > 1:
                return self.env._("Payment plans are approved by those who follow up.")
        if most_days and days > most_days:
            return self.env._(
                "It runs for %(days)s days; more than %(most)s are approved by a manager.",
                days=days,
                most=most_days,
            )
        if company.promise_max_instalments and len(self.line_ids) > company.promise_max_instalments:
            return self.env._(
                "It has %(count)s instalments; more than %(most)s are approved by a manager.",
                count=len(self.line_ids),
                most=company.promise_max_instalments,
            )
        amount = self.currency_id._convert(self.amount, company.currency_id, company, today)
        if company.promise_max_amount and (
            company.currency_id.compare_amounts(amount, company.promise_max_amount) > 0
        ):
            return self.env._(
                "More than %s is approved by a manager.",
                formatLang(self.env, company.promise_max_amount, currency_obj=company.currency_id),
            )
        previous = self._previous()
        count = previous._times_rescheduled() + 1 if previous else self.reschedule_count
        if count > company.promise_max_reschedules:
            return self.env._("The customer has rescheduled %s times already.", count - 1)
        return False

    def action_approve(self):
        """Let promises that are beyond the limits hold."""
        self._check_manager()
        waiting = self.filtered(lambda promise: promise.state == "draft")
        if not waiting:
            raise UserError(self.env._("None of these promises is waiting for approval."))
        for promise in waiting:
            # What was corrected while it waited is what holds.
            promise._cover()
            promise._check()
            # sudo: written by the workflow alone; the right was checked above.
            promise.sudo().approved_user_id = self.env.user
            promise.sudo()._start()
        return True

    def _start(self):
        """From now on the promise holds."""
        self.state = "open"
        for company, promises in self.grouped("company_id").items():
            promises.write(
                {
                    "tolerance_days": company.promise_tolerance_days,
                    "rest_falls_due": company.promise_rest_due,
                }
            )
        self._judge()
        for promise in self:
            promise.message_id = promise.partner_id._message_log(
                body=self.env._("Promised: %s.", promise._words())
            )

    def action_cancel(self):
        """Take promises back; what they covered is dunned again."""
        self._check_user()
        if self.filtered(lambda promise: promise.state not in ("draft", "open")):
            raise UserError(
                self.env._("Only a promise that still runs can be cancelled: others are history.")
            )
        # sudo: written by the workflow alone; the right was checked above.
        promises = self.sudo()
        promises.state = "cancelled"
        promises.item_ids.amount_covered = 0
        promises.line_ids.filtered(lambda line: line.state == "open").state = "cancelled"
        return True

    def action_reschedule(self):
        """Open a new promise in place of this one."""
        self.ensure_one()
        self._check_user()
        if self.state not in ("open", "partial", "broken"):
            raise UserError(self.env._("Only a promise that runs or was broken is rescheduled."))
        lines = self.item_ids.move_line_id.filtered(lambda line: not line.reconciled)
        lines -= self._interest_items_to_reverse()
        action = self._dialog(self.partner_id, self.company_id, lines.ids)
        return dict(
            action,
            name=self.env._("Reschedule"),
            context=dict(
                action["context"],
                default_contact_id=self.contact_id.id,
                default_channel=self.channel,
                default_interest_rate=self.interest_rate,
                promise_previous_id=self.id,
            ),
        )

    def _reschedule(self, vals):
        """Make the promise that replaces this one; this one stays as it is in history.

        :param vals: of the new promise
        :return: the new promise
        """
        return self.with_context(promise_previous_id=self.id).create([vals])

    def _make_way(self):
        """Stop to hold, since another promise comes in place of this one."""
        self.ensure_one()
        self._check_user()
        if self.state in ("kept", "cancelled"):
            raise UserError(self.env._("Only a promise that runs or was broken is rescheduled."))
        # One that was cancelled and not replaced itself has come to nothing.
        if self.next_ids.filtered(lambda own: own.state != "cancelled" or own.next_ids):
            raise UserError(
                self.env._("It was rescheduled already: reschedule the promise in its place.")
            )
        if self.state in ("draft", "open"):
            self.action_cancel()

    @api.depends("reschedule_count", "company_id")
    @api.depends_context("lang", "promise_previous_id")
    def _compute_reschedule_words(self):
        """How often the customer asked for another day, also while it is being taken down."""
        previous = self._previous()
        for promise in self:
            count = promise.reschedule_count
            if previous and not promise._origin:
                count = previous._times_rescheduled() + 1
            promise.reschedule_words = count and self.env._(
                "Time %(count)s, of %(most)s without a manager",
                count=count,
                # sudo: the limit is a setting of the company.
                most=promise.company_id.sudo().promise_max_reschedules,
            )

    def _times_rescheduled(self):
        """How often the customer asked for another day before, also to no avail."""
        self.ensure_one()
        return max((self | self.next_ids).mapped("reschedule_count"))

    # ----------------------------------------------------------------- dialogs

    def action_take_down(self):
        """Close the dialog, and say so when the promise waits for approval."""
        self.ensure_one()
        close = {"type": "ir.actions.act_window_close"}
        if self.state != "draft":
            return close
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("Waits for approval"),
                "message": self.env._(
                    "%s Until then reminders go out.", self.approval_reason or ""
                ),
                "next": close,
            },
        }

    @api.model
    def _dialog(self, partner, company, line_ids=()):
        """Take a promise of a customer down.

        :param line_ids: items that are promised; none for the whole account
        """
        self.check_access("create")
        partner = partner.commercial_partner_id
        # sudo: to whom reminders go is a setting of the contact.
        contact = partner.sudo().with_company(company)._dunning_recipient()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise of %s", partner.display_name),
            "res_model": self._name,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref(
                        "account_dunning_plus.account_payment_promise_view_form_dialog"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
            "context": {
                "default_partner_id": partner.id,
                "default_company_id": company.id,
                "default_contact_id": contact.id,
                "default_move_line_ids": list(line_ids),
                "dialog_size": "medium",
            },
        }

    def action_open_previous(self):
        """Open the promise that this one replaces."""
        return self._open(self.previous_id)

    def action_open_next(self):
        """Open the promise that replaces this one."""
        return self._open(self.next_ids[:1])

    def _open(self, promise):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": promise.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_manager(self):
        self._check_group(
            "account_dunning_plus.group_dunning_manager",
            self.env._("Only a dunning manager may approve promises."),
        )
