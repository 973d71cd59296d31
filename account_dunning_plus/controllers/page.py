from typing import NamedTuple

import werkzeug.exceptions
from odoo import http, models
from odoo.http import request

# Requests in so many seconds: of one visitor by one link, and by links that open nothing.
_VISITS = (90, 60)
_WRONG = (30, 600)

HEADERS = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer says: nobody keeps, lists, frames or passes on what is shown."""


class Opened(NamedTuple):
    """A page that somebody may see.

    :param customer: account.dunning.customer, in superuser mode, of the customer's language
        and with the company's as the current company
    :param notice: account.dunning.notice it came with, maybe empty
    :param company: res.company
    :param path: where the page is, without the part of the server; forms post below it
    """

    customer: models.BaseModel
    notice: models.BaseModel
    company: models.BaseModel
    path: str


class DunningPage(http.Controller):
    """The customer's page: what is open, how to pay it, and what to answer."""

    @http.route("/dunning/<string:token>", type="http", auth="public", methods=["GET"])
    def page(self, token, **kwargs):
        """What is open, by the link of a message."""
        return self._render(self._open(token))

    # --------------------------------------------------------------------- open

    def _open(self, token=None, company_id=None):
        """Open a page by its link, or that of who is logged in.

        :param token: the signed part of a link
        :param company_id: id of the company of which a portal user sees the account
        :rtype: Opened
        :raises HTTPException: with a clean page, when there is nothing to be seen
        """
        if token is None:
            return self._open_mine(company_id)
        customer, notice, ended = request.env["account.dunning.customer"]._open_link(token)
        visitor = request.httprequest.remote_addr or ""
        visits = request.env["account.dunning.page.visit"]
        if not customer:
            if not visits._is_allowed(("wrong", visitor), *_WRONG):
                self._stop(429)
            self._stop(410 if ended else 404)
        opened = self._opened(customer, notice, f"/dunning/{token}")
        if not visits._is_allowed((token, visitor), *_VISITS):
            self._stop(429)
        return opened

    def _open_mine(self, company_id):
        user = request.env.user
        # sudo: the own record only; the company is one of the user's.
        company = user.sudo().company_ids.filtered(lambda own: own.id == company_id)
        if not user.has_group("base.group_portal") or not company:
            raise werkzeug.exceptions.NotFound
        customers = request.env["account.dunning.customer"].sudo()
        customer = customers._of(user.partner_id.commercial_partner_id.sudo(), company)
        notice = request.env["account.dunning.notice"].sudo()
        return self._opened(customer, notice, f"/my/open-items/{company.id}")

    def _opened(self, customer, notice, path):
        """A page in the customer's language and company."""
        company = customer.company_id
        request.update_context(lang=self._lang(customer, notice))
        # The company is not one of the visitor's: for the superuser alone it is the current one.
        env = request.env(su=True, context={**request.env.context, **_of_company(company)})
        return Opened(customer.with_env(env), notice.with_env(env), company.with_env(env), path)

    def _lang(self, customer, notice):
        """The language of who is written to."""
        partner = customer.partner_id.with_company(customer.company_id)
        return notice.recipient_id.lang or partner._dunning_statement_lang()

    # --------------------------------------------------------------------- show

    def _render(self, opened, status=200, **values):
        """The page.

        :param values: for its templates, such as what is said of an answer
        """
        return self._answer(
            "account_dunning_plus.page",
            {
                "opened": opened,
                "path": opened.path,
                "company": opened.company,
                "page": {},
                **values,
            },
            status,
        )

    def _answer(self, template, values, status=200):
        response = request.render(template, values, status=status)
        response.headers.update(HEADERS)
        return response

    def _stop(self, status):
        """Leave with a page that says why there is nothing to be seen."""
        response = self._answer("account_dunning_plus.page_ended", {"status": status}, status)
        response.flatten()
        raise werkzeug.exceptions.HTTPException(response=response)


def _of_company(company):
    return {"allowed_company_ids": company.ids, "tz": None}
