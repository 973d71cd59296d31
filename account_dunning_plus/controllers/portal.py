from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.http import request

from .page import DunningPage


class DunningPortal(CustomerPortal):
    """Open items on the home page of *My account*."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "open_item_count" in counters:
            values["open_item_count"] = sum(_my_counts().values())
        return values


class DunningMyPage(DunningPage):
    """The customer's page for who is logged in as one of its contacts."""

    @http.route(
        "/my/open-items", type="http", auth="user", methods=["GET"], website=True, sitemap=False
    )
    def my_open_items(self, **kwargs):
        """The page of the one company, or a choice of companies."""
        counts = _my_counts()
        if len(counts) > 1:
            return self._answer(
                "account_dunning_plus.page_companies",
                {"page_name": "open_items", "counts": counts},
                slim=False,
            )
        # sudo: the user's own company.
        company = next(iter(counts), request.env.user.sudo().company_id)
        return request.redirect(f"/my/open-items/{company.id}")

    @http.route(
        "/my/open-items/<int:company_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def my_page(self, company_id, **kwargs):
        """What is open of the user's company."""
        return self._render(self._open(company_id=company_id))

    @http.route(
        "/my/open-items/<int:company_id>/pdf/<int:move_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def my_document(self, company_id, move_id, **kwargs):
        """An invoice of the page, as a PDF."""
        return self._document(self._open(company_id=company_id), move_id)


def _my_counts():
    """How many items are open of the user's customer, by res.company."""
    user = request.env.user
    if not user.has_group("base.group_portal"):
        return {}
    # sudo: the account of the customer of whom the user is a contact; how many are open.
    user = user.sudo()
    return dict(
        request.env["account.move.line"]
        .sudo()
        ._read_group(
            [
                ("company_id", "in", user.company_ids.ids),
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    user.partner_id.commercial_partner_id.id,
                ),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("account_id.account_type", "=", "asset_receivable"),
                ("account_id.non_trade", "=", False),
                ("no_followup", "=", False),
                ("amount_residual", ">", 0),
            ],
            ["company_id"],
            ["__count"],
        )
    )
