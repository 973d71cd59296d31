import re

from odoo import models
from odoo.http import request
from werkzeug.exceptions import NotFound

# No address of ours has such a sign. The server's own search for files and its redirects fail
# on one, and what strangers ask for below the links of messages would end as its error.
_UNFIT = re.compile(r"/(?:dunning|my/open-items)/.*[\x00-\x1f\x7f]", re.DOTALL)


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _match(cls, path_info):
        if _UNFIT.match(path_info):
            raise NotFound
        return super()._match(path_info)

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        # Core's own check follows and stays; it would end in a bare page without a way back.
        if (
            rule.endpoint.routing.get("dunning_form")
            and request.httprequest.method == "POST"
            and not request.validate_csrf(request.get_http_params().get("csrf_token"))
        ):
            rule.endpoint.func.__self__._form_expired(args)
        return result

    @classmethod
    def _serve_fallback(cls):
        if _UNFIT.match(request.httprequest.path):
            return None
        return super()._serve_fallback()
