from collections import Counter

from odoo import api, fields, models

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"
_VIEWERS = "account_dunning_plus.group_dunning_viewer,account.group_account_readonly"

# What the customer kept back without a right to it.
_WRONG = ("late", "excess", "parts")


class ResPartner(models.Model):
    """A customer's early-payment discounts."""

    _inherit = "res.partner"

    discount_no_notice = fields.Boolean(
        string="No Word Before Discounts End",
        company_dependent=True,
        groups=_GROUPS,
        help="This customer is not told that a discount is about to end.",
    )
    discount_default_term = fields.Char(
        string="Terms by Tag",
        compute="_compute_discount_default_term",
        groups=_GROUPS,
        help="The terms that a tag of this customer brings, as it has none of its own.",
    )
    discount_late_count = fields.Integer(
        string="Discounts Taken Late",
        compute="_compute_discount_late_count",
        groups=_VIEWERS,
        help="Invoices of which the customer took a discount late, too much of it, or on a "
        "payment in parts.",
    )

    @api.depends("category_id.discount_payment_term_id", "commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_discount_default_term(self):
        for partner in self:
            tag = partner._discount_tag(self.env.company)
            words = False
            if tag:
                words = self.env._(
                    "%(term)s, by the tag %(tag)s",
                    # sudo: the name of terms that hold for this customer.
                    term=tag.sudo().discount_payment_term_id.display_name,
                    tag=tag.name,
                )
            partner.discount_default_term = words

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_discount_late_count(self):
        # sudo: a count of the customer's invoices is shown to whom the follow-up is.
        counts = Counter(
            dict(
                self.env["account.move"]
                .sudo()
                ._read_group(self._discount_late_domain(), ["commercial_partner_id"], ["__count"])
            )
        )
        for partner in self:
            partner.discount_late_count = counts[partner.commercial_partner_id.sudo()]

    def _discount_late_domain(self):
        """Invoices of these customers with a discount that was wrongly taken."""
        return [
            ("commercial_partner_id", "in", self.commercial_partner_id.ids),
            ("company_id", "=", self.env.company.id),
            ("state", "=", "posted"),
            ("discount_outcome", "in", _WRONG),
        ]

    def action_discount_late(self):
        """Open the invoices of which the discount was wrongly taken."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return dict(
            action,
            name=self.env._("Discounts Taken Late"),
            domain=self._discount_late_domain(),
            context={"default_move_type": "out_invoice", "create": False},
        )

    # ------------------------------------------------------------- terms by a tag

    def _discount_tag(self, company):
        """The tag that brings this contact's terms, or none.

        Its own tags go before its company's, and each before those of its parents; of several
        the first by name. Who has terms of its own needs none.
        """
        if not self:
            return self.env["res.partner.category"]
        # sudo: who makes invoices need not work with reminders; the terms of a tag hold.
        partner = self.sudo().with_company(company)
        if partner.property_payment_term_id:
            return self.env["res.partner.category"]
        tags = partner.category_id.sorted() | partner.commercial_partner_id.category_id.sorted()
        for tag in tags:
            while tag:
                term = tag.discount_payment_term_id
                if term.active and (not term.company_id or term.company_id in company.parent_ids):
                    return tag.sudo(False)
                tag = tag.parent_id
        return self.env["res.partner.category"]

    def _discount_default_payment_term(self, company):
        """The payment term that a tag of this contact brings in a company, or none."""
        # sudo: see _discount_tag.
        tag = self._discount_tag(company).sudo().with_company(company)
        return tag.discount_payment_term_id.with_env(self.env)


class ResPartnerCategory(models.Model):
    """A default payment term for customers with a tag."""

    _inherit = "res.partner.category"

    discount_payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Customer Payment Terms",
        company_dependent=True,
        domain="['|', ('company_id', '=', False),"
        " ('company_id', 'parent_of', allowed_company_ids)]",
        groups=_GROUPS,
        help="Invoices to customers with this tag have these terms, unless the customer has "
        "terms of their own.",
    )
