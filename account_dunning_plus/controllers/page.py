import secrets
from typing import NamedTuple

import werkzeug.exceptions
from odoo import http, models
from odoo.http import content_disposition, request
from odoo.tools import get_lang

# Requests in so many seconds: of one visitor by one link, the documents among them, which
# may have to be drawn, and by links that open nothing.
_VISITS = (90, 60)
_DOCUMENTS = (20, 60)
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

    @http.route(
        "/dunning/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False
    )
    def page(self, token, **kwargs):
        """What is open, by the link of a message."""
        return self._render(self._open(token))

    @http.route(
        "/dunning/<string:token>/pdf/<int:move_id>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def page_document(self, token, move_id, **kwargs):
        """An invoice of the page, as a PDF."""
        return self._document(self._open(token), move_id)

    @http.route("/dunning/<path:rest>", type="http", auth="public", methods=["GET"], sitemap=False)
    def page_unknown(self, rest, **kwargs):
        """Whatever else is asked for here: the server's own search for it may fail."""
        self._refuse()

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
        if not customer:
            self._refuse(ended)
        self._count((token,), *_VISITS)
        return self._opened(customer, notice, f"/dunning/{token}")

    def _open_mine(self, company_id):
        user = request.env.user
        # sudo: the own record only; the company is one of the user's.
        company = user.sudo().company_ids.filtered(lambda own: own.id == company_id)
        if not user.has_group("base.group_portal") or not company:
            raise werkzeug.exceptions.NotFound
        self._count(("user", str(user.id)), *_VISITS)
        customer = (
            # sudo: the account of the customer of whom the user is a contact.
            request.env["account.dunning.customer"]
            .sudo()
            ._of(user.partner_id.sudo().commercial_partner_id, company)
        )
        notice = request.env["account.dunning.notice"].sudo()
        return self._opened(customer, notice, f"/my/open-items/{company.id}", user.lang)

    def _opened(self, customer, notice, path, lang=None):
        """A page in the customer's language and company."""
        company = customer.company_id
        partner = customer.partner_id.with_company(company)
        # As its reminders are written: what the customer chose, else the reader's.
        lang = (
            lang
            or partner._dunning_chosen_lang()
            or notice.recipient_id.lang
            or partner._dunning_statement_lang()
        )
        request.update_context(lang=get_lang(request.env(su=True), lang).code)
        # The company is not one of the visitor's: for the superuser alone it is the current one.
        context = {**request.env.context, "allowed_company_ids": company.ids, "tz": None}
        env = request.env(su=True, context=context)
        return Opened(customer.with_env(env), notice.with_env(env), company.with_env(env), path)

    def _refuse(self, company=None):
        """Leave with a clean page: a link opens nothing.

        :param company: res.company whose link it was that ended, else empty or None
        """
        self._count(("wrong",), *_WRONG)
        self._stop(410 if company else 404, company)

    def _count(self, words, most, seconds):
        """Count a request of this visitor; leave with a clean page when there are too many."""
        visitor = request.httprequest.remote_addr or ""
        visits = request.env["account.dunning.page.visit"]
        if not visits._is_allowed((*words, visitor), most, seconds):
            self._stop(429)

    # --------------------------------------------------------------------- show

    @staticmethod
    def _chosen_ids():
        """Ids of the items that the address names, whatever they are; None: nothing was chosen.

        Only what is among the customer's own items counts, see ``account.dunning.page``.
        """
        asked = request.httprequest.args
        if "chosen" not in asked:
            return None
        # As many digits as an id has: longer ones are no numbers of the database.
        return {
            int(text)
            for text in asked.getlist("item")
            if text.isascii() and text.isdigit() and len(text) < 10
        }

    def _page(self, opened):
        """What is on the page, see ``account.dunning.page``."""
        return opened.customer.env["account.dunning.page"]._page(
            opened.customer, opened.notice, self._chosen_ids()
        )

    def _render(self, opened, status=200, **values):
        """The page.

        :param values: for its templates, such as what is said of an answer
        """
        slim = opened.path.startswith("/dunning/")
        template = "page" if slim else "page_mine"
        page = self._page(opened)
        return self._answer(
            f"account_dunning_plus.{template}",
            {
                "opened": opened,
                "path": opened.path,
                "company": opened.company,
                "partner": opened.customer.partner_id,
                "page": page,
                "page_name": "open_items",
                "done": request.httprequest.args.get("done", ""),
                "format_day": opened.customer.env["account.dunning.facts"]._format_day,
                **values,
            },
            status,
            slim,
        )

    def _answer(self, template, values, status=200, slim=True):
        """What the visitor gets.

        :param slim: whether the template is a document of ``page_layout``, which needs nothing
            from elsewhere and may run nothing else
        """
        # sudo: the company's name and address, of a company that is none of the visitor's.
        company = values.get("company", request.env.company.sudo())
        nonce = secrets.token_urlsafe(16)
        html_lang = request.env.lang.replace("_", "-")
        look = {
            "brand": request.env["account.dunning.page"]._brand(company),
            "company": company,
            "html_lang": html_lang,
            # The portal's frame does not say in which language it is.
            "html_data": {"lang": html_lang},
            "nonce": nonce,
        }
        response = request.render(template, {**look, **values}, status=status)
        response.headers.update(HEADERS)
        if slim:
            response.headers["Content-Security-Policy"] = (
                f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; script-src 'self'; "
                "connect-src 'self'; img-src 'self' data:; form-action 'self'; "
                "frame-ancestors 'none'; base-uri 'none'"
            )
        return response

    def _form_expired(self, args):
        """Leave with a clean page: a form was open for too long, or is none of ours.

        Called before its route: nothing of what was sent has been looked at.

        :param args: of the route, from whoever asks
        """
        opened = self._open(args.get("token"), args.get("company_id"))
        self._leave(400, {"company": opened.company})

    def _stop(self, status, company=None):
        """Leave with a page that says why there is nothing to be seen."""
        env = request.env(su=True)
        request.update_context(lang=get_lang(env, request.best_lang).code)
        self._leave(status, {"company": company} if company else {})

    def _leave(self, status, values):
        """Leave with the page that says why nothing more is to be seen."""
        values = {"status": status, "path": request.httprequest.path, **values}
        response = self._answer("account_dunning_plus.page_ended", values, status)
        # Drawn now: what raises is drawn by nobody later.
        response.flatten()
        raise werkzeug.exceptions.HTTPException(response=response)

    def _document(self, opened, move_id):
        """The PDF of an invoice that is open on a page."""
        self._count(("pdf", opened.path), *_DOCUMENTS)
        page = opened.customer.env["account.dunning.page"]
        move = page._document(opened.customer, move_id)
        if not move:
            self._stop(404)
        document = move._get_invoice_legal_documents("pdf", allow_fallback=True)
        response = request.make_response(
            document["content"],
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(document["content"])),
                ("Content-Disposition", content_disposition(document["filename"], "inline")),
            ],
        )
        response.headers.update(HEADERS)
        return response
