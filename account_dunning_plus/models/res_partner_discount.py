from odoo import fields, models

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"


class ResPartner(models.Model):
    """A customer's early-payment discounts."""

    _inherit = "res.partner"

    discount_no_notice = fields.Boolean(
        string="No Word Before Discounts End",
        company_dependent=True,
        groups=_GROUPS,
        help="This customer is not told that a discount is about to end.",
    )


class ResPartnerCategory(models.Model):
    """A default payment term for customers with a tag."""

    _inherit = "res.partner.category"

    discount_payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Customer Payment Terms",
        company_dependent=True,
        groups=_GROUPS,
        help="Invoices to customers with this tag have these terms, unless the customer has "
        "terms of their own.",
    )
