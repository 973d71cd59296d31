from odoo import api, fields, models

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"

_KINDS = [("business", "Business"), ("consumer", "Consumer")]


class ResPartner(models.Model):
    """Whether a customer is a business or a consumer, in the eyes of the law."""

    _inherit = "res.partner"

    dunning_debtor = fields.Selection(
        _KINDS,
        string="Owes As",
        groups=_GROUPS,
        help="What the law of late payment takes this customer for. Empty: a business when it "
        "is a company or has a VAT number, else a consumer.",
    )
    dunning_debtor_kind = fields.Selection(
        _KINDS,
        string="Business or Consumer",
        compute="_compute_dunning_debtor_kind",
        groups=_GROUPS,
    )

    @api.depends(
        "commercial_partner_id.dunning_debtor",
        "commercial_partner_id.is_company",
        "commercial_partner_id.vat",
    )
    def _compute_dunning_debtor_kind(self):
        for partner in self:
            # sudo: the setting of the commercial entity, for who reads the contact.
            own = partner.commercial_partner_id.sudo()
            # A slash says in Odoo that there is no VAT number.
            has_vat = own.vat and own.vat != "/"
            derived = "business" if own.is_company or has_vat else "consumer"
            partner.dunning_debtor_kind = own.dunning_debtor or derived
