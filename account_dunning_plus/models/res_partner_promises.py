from odoo import fields, models

_GROUPS = "account_dunning_plus.group_dunning_viewer,account.group_account_readonly"


class ResPartner(models.Model):
    """What the customer promised, where people look before they call."""

    _inherit = "res.partner"

    dunning_promised_until = fields.Date(
        string="Promised For",
        compute="_compute_dunning_followup",
        groups=_GROUPS,
        help="The day of the next promised payment.",
    )
    dunning_is_promised = fields.Boolean(compute="_compute_dunning_followup", groups=_GROUPS)
    dunning_promise_amount = fields.Monetary(
        string="Promised",
        currency_field="dunning_currency_id",
        compute="_compute_dunning_followup",
        groups=_GROUPS,
        help="What is promised and not yet paid.",
    )

    def action_dunning_promise(self):
        """Take a promise of this customer down."""
        self.ensure_one()
        return self.env["account.payment.promise"]._dialog(self, self.env.company)

    def action_dunning_promises(self):
        """Open the customer's promises."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_payment_promise_action"
        )
        return dict(action, domain=[("partner_id", "=", self.commercial_partner_id.id)], context={})
