from urllib.parse import urlsplit

from odoo import fields, models


class AccountDunningFollowup(models.Model):
    """The customer's own page, from the customer's screen."""

    _inherit = "account.dunning.followup"

    page_url = fields.Char(
        string="Customer Page",
        compute="_compute_page_url",
        groups="account_dunning_plus.group_dunning_user",
        help="Whoever has this link sees what is open of this customer, without an account.",
    )

    def _compute_page_url(self):
        # Of all rows at once: the versions of their links are read in one query.
        for row, customer in zip(self, self._customers(), strict=True):
            row.page_url = customer._page_url()

    def action_open_page(self):
        """Open the page that the customer sees."""
        self.ensure_one()
        self._check_user()
        # On the server that the user has in front of them, whatever address customers use.
        path = urlsplit(self.page_url).path
        return {"type": "ir.actions.act_url", "url": path, "target": "new"}

    def action_revoke_links(self):
        """End all links that these customers were given."""
        self._check_user()
        # sudo: versions and tokens of customers whose rows may be read; the right was checked.
        self._customers()._revoke_links()
        self.invalidate_recordset(["page_url"])
        for company, rows in self.sudo().grouped("company_id").items():
            rows.partner_id._message_log_batch(
                bodies=dict.fromkeys(
                    rows.partner_id.ids,
                    self.env._(
                        "The links in earlier messages of %(company)s were revoked by %(user)s: "
                        "they open nothing any more.",
                        company=company.name,
                        user=self.env.user.name,
                    ),
                )
            )
        return True
