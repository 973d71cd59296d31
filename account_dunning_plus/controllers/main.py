from odoo import http
from odoo.http import request
from odoo.tools.misc import verify_hash_signed
from werkzeug.exceptions import NotFound

from ..models.account_dunning_notice_message import QR_CODE
from ..models.qr_code import draw
from .page import HEADERS, DunningPage

# What a code says never changes: the address says all of it.
_KEEP = 7 * 24 * 3600


class DunningLinks(DunningPage):
    """Where the other links of messages lead."""

    @http.route(
        "/dunning/invoice/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def invoice(self, token, **kwargs):
        """Lead a customer to an invoice; the signature stands in for an account."""
        move, ended = request.env["account.dunning.customer"]._open_invoice_link(token)
        if not move:
            self._refuse(ended)
        response = request.redirect(move.get_portal_url())
        response.headers.update(HEADERS)
        return response

    @http.route(
        "/dunning/qr/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False
    )
    def code(self, token, **kwargs):
        """Draw the code of a payment that a message made."""
        try:
            # sudo: the secret that signs.
            text = verify_hash_signed(request.env(su=True), QR_CODE, token)
        except ValueError:
            text = None
        if text is None:
            raise NotFound
        image = draw(text)
        return request.make_response(
            image,
            headers=[
                ("Content-Type", "image/png"),
                ("Content-Length", len(image)),
                ("Cache-Control", f"public, max-age={_KEEP}, immutable"),
            ],
        )
