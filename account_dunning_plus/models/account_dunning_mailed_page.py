from odoo import api, fields, models

from .qr_code import draw, png_uri


class AccountDunningMailed(models.AbstractModel):
    """The customer's page in messages that go out by the thousand.

    Who inherits has ``company_id`` and ``partner_id``, the customer.
    """

    _inherit = "account.dunning.mailed"

    link_version = fields.Integer(compute="_compute_link_version")

    @api.depends("company_id", "partner_id")
    def _compute_link_version(self):
        """The version of the customer's links; of all messages of a night at once."""
        versions = self.env["account.dunning.customer"]._link_versions(
            [(own.company_id.id, own.partner_id.id) for own in self]
        )
        for own in self:
            own.link_version = versions.get((own.company_id.id, own.partner_id.id), 0)

    def _dunning_page_url(self):
        """The address of the page where the customer sees what is open, and answers."""
        self.ensure_one()
        token = self.env["account.dunning.customer"]._page_token(
            self.company_id, self.partner_id.id, self._page_notice_id(), self.link_version
        )
        return f"{self.get_base_url()}/dunning/{token}"

    def _page_notice_id(self):
        """Id of the account.dunning.notice with which the link goes, 0 for none."""
        return 0


class AccountDunningNotice(models.Model):
    """The page behind a notice."""

    _inherit = "account.dunning.notice"

    def _page_notice_id(self):
        return self._origin.id or 0

    def _page_code(self):
        """The code that opens the page, for letters: nobody types its address.

        :return: source of an image
        """
        return png_uri(draw(self._dunning_page_url()))
