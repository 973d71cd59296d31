from odoo import api, models


class AccountMove(models.Model):
    """Payment terms by the customer's tag."""

    _inherit = "account.move"

    @api.depends("partner_id")
    def _compute_invoice_payment_term_id(self):
        result = super()._compute_invoice_payment_term_id()
        for move in self:
            if not move.invoice_payment_term_id and move.is_sale_document(include_receipts=True):
                term = move.partner_id._discount_default_payment_term(move.company_id)
                move.invoice_payment_term_id = term
        return result

    @api.model_create_multi
    def create(self, vals_list):
        # A sale order hands its terms on even when it has none; a tag's hold then.
        return super().create([self._discount_without_empty_term(vals) for vals in vals_list])

    @api.model
    def _discount_without_empty_term(self, vals):
        """The values of a new invoice without an empty term that its origin did not mean."""
        if (
            not vals.get("invoice_origin")
            or vals.get("move_type") not in self._discount_types()
            or vals.get("invoice_payment_term_id", True)
        ):
            return vals
        company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
        partner = self.env["res.partner"].browse(vals.get("partner_id"))
        if not partner._discount_tag(company):
            return vals
        return {key: value for key, value in vals.items() if key != "invoice_payment_term_id"}

    def _get_invoice_next_payment_values(self, custom_amount=None):
        """Tell customers on the portal what is to be paid instead, and by which day."""
        values = super()._get_invoice_next_payment_values(custom_amount)
        # sudo: the offer is the customer's own.
        words = self.sudo()._discount_offer_words() if values.get("epd_discount_msg") else ""
        if words:
            values["epd_discount_msg"] = words
        return values
