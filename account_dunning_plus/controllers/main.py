from odoo import http
from odoo.http import request
from odoo.tools.misc import verify_hash_signed
from werkzeug.exceptions import NotFound

from ..models.account_dunning_notice_message import INVOICE_LINK, QR_CODE
from ..models.qr_code import draw

# What a code says never changes: the address says all of it.
_KEEP = 7 * 24 * 3600


class DunningLinks(http.Controller):
    """Where the links of messages lead."""

    @http.route(
        "/dunning/invoice/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def invoice(self, token, **kwargs):
        """Lead a customer to an invoice; the signature stands in for an account."""
        move_id = _signed(INVOICE_LINK, token)
        # sudo: the link was made for whom the invoice is of.
        move = request.env["account.move"].sudo().browse(move_id).exists()
        if not move or not move.is_sale_document() or move.state != "posted":
            raise NotFound
        return request.redirect(move.get_portal_url())

    @http.route(
        "/dunning/qr/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False
    )
    def code(self, token, **kwargs):
        """Draw the code of a payment that a message made."""
        image = draw(_signed(QR_CODE, token))
        return request.make_response(
            image,
            headers=[
                ("Content-Type", "image/png"),
                ("Content-Length", len(image)),
                ("Cache-Control", f"public, max-age={_KEEP}, immutable"),
            ],
        )


def _signed(scope, token):
    """What a link was signed for.

    :raises NotFound: it is not one of ours
    """
    try:
        # sudo: the secret that signs.
        value = verify_hash_signed(request.env(su=True), scope, token)
    except ValueError:
        value = None
    if value is None:
        raise NotFound
    return value
