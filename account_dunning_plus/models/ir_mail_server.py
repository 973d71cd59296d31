import re

from odoo import models

_IMAGE = re.compile(r"""src=(["'])[^"']*/web/image/(\d+)\?access_token=[^"']*\1""")
_OURS = "account.discount.notice"


class IrMailServer(models.Model):
    """QR codes travel inside the message: many mail programs load no image from elsewhere."""

    _inherit = "ir.mail_server"

    def _build_email__(self, email_from, email_to, subject, body, *args, **kwargs):
        if not str(kwargs.get("object_id") or "").endswith(f"-{_OURS}"):
            return super()._build_email__(email_from, email_to, subject, body, *args, **kwargs)
        ids = [int(match[1]) for match in _IMAGE.findall(body or "")]
        # sudo: images that were made for this kind of message alone.
        images = self.env["ir.attachment"].sudo().browse(ids).exists()
        images = {image.id: image for image in images if image.res_model == _OURS}

        def inline(match):
            image = images.get(int(match[2]))
            return f'src="cid:{_cid(image)}"' if image else match[0]

        body = _IMAGE.sub(inline, body or "")
        message = super()._build_email__(email_from, email_to, subject, body, *args, **kwargs)
        html = message.get_body(("html",))
        for image in images.values():
            html.add_related(
                image.raw,
                *image.mimetype.split("/"),
                cid=f"<{_cid(image)}>",
                filename=image.name,
                disposition="inline",
            )
        return message


def _cid(image):
    """The name by which the text of the message refers to an image in it."""
    return f"qr-{image.id}@account_dunning_plus"
