from odoo import api, fields, models

_GROUPS = "account_dunning_plus.group_dunning_viewer,account.group_account_readonly"


class SaleOrder(models.Model):
    """How the customer of a quotation pays, told while something is sold on."""

    _inherit = "sale.order"

    # Not stored, and on the form alone: nothing is asked when lists are read or orders confirmed.
    dunning_summary = fields.Char(
        string="Follow-up",
        compute="_compute_dunning_summary",
        groups=_GROUPS,
        help="What who pays this quotation owes, and what is done about it.",
    )

    def _dunning_payer(self):
        """Who is asked to pay these orders: whose invoices they become."""
        return (self.partner_invoice_id or self.partner_id).commercial_partner_id

    @api.depends("partner_id", "partner_invoice_id", "company_id", "state")
    @api.depends_context("lang")
    def _compute_dunning_summary(self):
        self.dunning_summary = False
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))
        for company, orders in quotations.grouped("company_id").items():
            payers = {order: order._dunning_payer() for order in orders}
            partners = self.env["res.partner"].union(*payers.values())
            # sudo: who may sell to a customer is told how it pays, also before the quotation
            # is saved and makes it theirs to follow up.
            rows = partners.sudo().with_company(company)._dunning_followups()
            for order, payer in payers.items():
                summary = payer.id in rows and rows[payer.id].summary
                if summary and payer != order.partner_id.commercial_partner_id:
                    summary = f"{payer.display_name}: {summary}"
                order.dunning_summary = summary

    def action_dunning_followup(self):
        """Open the follow-up screen of who pays."""
        self.ensure_one()
        return self._dunning_payer().with_company(self.company_id).action_dunning_followup()
