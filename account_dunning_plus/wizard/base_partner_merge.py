from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Merge what the follow-up knows of the contacts that become one."""
        customer = dst_partner.commercial_partner_id
        (src_partners - customer)._dunning_hand_over(customer)
        self.env.flush_all()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # It was written without the ORM.
        self.env.invalidate_all()
        disputes = self.env["account.dunning.dispute"].sudo()
        known = disputes.search([("partner_id", "=", dst_partner.id)])
        self.env.add_to_compute(disputes._fields["partner_id"], known)
        (dst_partner | customer)._dunning_follow()
        return result
