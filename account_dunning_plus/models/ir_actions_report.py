import io
import logging

from odoo import api, models
from odoo.addons.base.models.ir_actions_report import _wkhtml

from .letter_pdf import drawn_scale, number_pages

_logger = logging.getLogger(__name__)

LETTER = "account_dunning_plus.report_dunning_notice"

# How much a letter is enlarged for its millimetres to be millimetres, for each build of
# wkhtmltopdf: measured once, in the first letter.
_ENLARGED = {}

# A window envelope forgives a millimetre on the height of the address.
_TOLERANCE = 0.005


class IrActionsReport(models.Model):
    """Letters: exact to the millimetre, page numbers, nothing loaded from elsewhere."""

    _inherit = "ir.actions.report"

    def _is_dunning_letter(self):
        return len(self) == 1 and self.report_name == LETTER

    def _get_layout(self):
        if self._is_dunning_letter():
            # The style sheets of other reports would have to be fetched from this server,
            # which at night or with one worker is not there to answer.
            return self.env.ref("account_dunning_plus.letter_layout")
        return super()._get_layout()

    def _prepare_html(self, html, report_model=False):
        prepared = super()._prepare_html(html, report_model=report_model)
        if self._is_dunning_letter() and prepared:
            bodies, ids, _header, _footer, arguments = prepared
            return bodies, ids, None, None, arguments
        return prepared

    @api.model
    def _build_wkhtmltopdf_args(self, paperformat_id, landscape, **kwargs):
        arguments = super()._build_wkhtmltopdf_args(paperformat_id, landscape, **kwargs)
        if self.env.context.get("dunning_letter_zoom") and "--javascript-delay" in arguments:
            # Nothing is loaded and no script runs: there is nothing to wait a second for.
            arguments[arguments.index("--javascript-delay") + 1] = "1"
        return arguments

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        if not res_ids or not self._get_report(report_ref)._is_dunning_letter():
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        build = (_wkhtml().bin, _wkhtml().version)
        streams = {}
        # One by one: a build without patches draws one document only.
        for letter in self.env["account.dunning.notice"].browse(res_ids):
            # Again when it shows that millimetres come out otherwise here.
            for _try in range(3):
                zoom = _ENLARGED.get(build, 1.0)
                drawn = super(
                    IrActionsReport, self.with_context(dunning_letter_zoom=zoom)
                )._render_qweb_pdf_prepare_streams(
                    report_ref, dict(data or {}, letter_zoom=zoom), res_ids=letter.ids
                )
                pdf = drawn[letter.id]["stream"].getvalue()
                scale = drawn_scale(pdf)
                if not scale or abs(scale * zoom - 1) < _TOLERANCE:
                    break
                _ENLARGED[build] = 1 / scale
            else:
                _logger.warning("%s is drawn at %.3f of its size", letter, scale * zoom)
            streams[letter.id] = {
                "stream": io.BytesIO(number_pages(pdf, letter._letter_reference())),
                "attachment": None,
            }
        return streams
