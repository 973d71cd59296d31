from odoo import api, fields, models
from odoo.tools import formatLang

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"


class AccountMove(models.Model):
    """The messages about an invoice's discount."""

    _inherit = "account.move"

    discount_notice_line_ids = fields.One2many(
        "account.discount.notice.line", "move_id", readonly=True, copy=False, groups=_GROUPS
    )
    discount_notice_count = fields.Integer(compute="_compute_discount_notice_count", groups=_GROUPS)

    @api.depends("discount_notice_line_ids.state")
    def _compute_discount_notice_count(self):
        counts = dict(
            self.env["account.discount.notice.line"]._read_group(
                [("move_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["move_id"],
                ["__count"],
            )
        )
        for move in self:
            move.discount_notice_count = counts.get(move, 0)

    def action_discount_notices(self):
        """Open the messages about the discount of these invoices."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_discount_notice_action"
        )
        notices = self.discount_notice_line_ids.notice_id
        action.update(domain=[("id", "in", notices.ids)], context={})
        if len(notices) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=notices.id)
        return action


class AccountDunningFollowup(models.Model):
    """Messages about discounts in the customer's history."""

    _inherit = "account.dunning.followup"

    def _timeline_discounts(self):
        # sudo: what a customer was sent is shown to all who may read the row.
        notices = (
            self.env["account.discount.notice"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("state", "!=", "cancelled"),
                ],
                limit=60,
            )
        )
        kinds = dict(notices._fields["kind"]._description_selection(self.env))
        states = dict(notices._fields["state"]._description_selection(self.env))
        for notice in notices:
            sent = notice.state == "sent"
            yield self._event(
                "notice",
                sent and notice.mail_message_id.date or notice.date,
                kinds[notice.kind],
                notice,
                icon="fa-percent",
                text=notice.failure_message
                or formatLang(self.env, notice.amount_to_pay, currency_obj=notice.currency_id),
                author=notice.recipient_id.name or "",
                state=states[notice.state],
                tone="danger" if notice.state == "failed" else "",
            )
