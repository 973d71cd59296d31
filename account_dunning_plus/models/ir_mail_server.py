import re
from binascii import crc32

from odoo import models

from .qr_code import draw

_IMAGE = re.compile(r"""src=(["'])[^"']*/web/image/(\d+)\?access_token=[^"']*\1""")
_DISCOUNT = "account.discount.notice"
_REMINDER = "account.dunning.notice"


class IrMailServer(models.Model):
    """QR codes travel inside the message: many mail programs load no image from elsewhere."""

    _inherit = "ir.mail_server"

    def _build_email__(self, email_from, email_to, subject, body, *args, **kwargs):
        model = str(kwargs.get("object_id") or "").rpartition("-")[2]
        images = {}
        if model == _DISCOUNT:
            body, images = self._inline_images(body or "")
        elif model == _REMINDER:
            body, images = self._inline_codes(body or "")
        message = super()._build_email__(email_from, email_to, subject, body, *args, **kwargs)
        if images:
            html = message.get_body(("html",))
            for cid, (name, content) in images.items():
                html.add_related(
                    content,
                    "image",
                    "png",
                    cid=f"<{cid}>",
                    filename=name,
                    disposition="inline",
                )
        return message

    def _inline_images(self, body):
        """Codes that were drawn when the message was made.

        :return: the body, and a dict of the names it uses to (file name, PNG)
        """
        ids = [int(match[2]) for match in _IMAGE.finditer(body)]
        # sudo: images that were made for this kind of message alone.
        found = self.env["ir.attachment"].sudo().browse(ids).exists()
        found = {image.id: image for image in found if image.res_model == _DISCOUNT}
        images = {}

        def inline(match):
            image = found.get(int(match[2]))
            if not image:
                return match[0]
            cid = f"qr-{image.id}@account_dunning_plus"
            images[cid] = (image.name, image.raw)
            return f'src="cid:{cid}"'

        return _IMAGE.sub(inline, body), images

    def _inline_codes(self, body):
        """Codes that are drawn now: reminders are many, and made long before they leave.

        :return: as of ``_inline_images``
        """
        images = {}

        def inline(text):
            cid = f"qr-{crc32(text.encode()):08x}@account_dunning_plus"
            images[cid] = ("QR.png", draw(text))
            return f"cid:{cid}"

        return self.env[_REMINDER]._replace_codes(body, inline), images
