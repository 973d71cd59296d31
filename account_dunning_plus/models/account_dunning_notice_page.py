from odoo import api, fields, models


class AccountDunningNotice(models.Model):
    """The page behind a notice."""

    _inherit = "account.dunning.notice"

    link_version = fields.Integer(compute="_compute_link_version")

    @api.depends("company_id", "partner_id")
    def _compute_link_version(self):
        """The version of the customer's links; of all notices of a night at once."""
        versions = self.env["account.dunning.customer"]._link_versions(
            [(own.company_id.id, own.partner_id.id) for own in self]
        )
        for notice in self:
            notice.link_version = versions.get((notice.company_id.id, notice.partner_id.id), 0)

    def _dunning_page_url(self):
        """The address of the page where the customer sees what is open, and answers."""
        self.ensure_one()
        token = self.env["account.dunning.customer"]._page_token(
            self.company_id, self.partner_id.id, self._origin.id or 0, self.link_version
        )
        return f"{self.get_base_url()}/dunning/{token}"
