"""Codes that a bank's app reads, drawn as an image."""

from base64 import b64encode
from io import BytesIO

import qrcode

REFERENCE = 140
"""Characters that a bank keeps of the text of a payment."""

_BOX = 4
"""Pixels of one of the code's squares: whole ones, or cameras fail on a scaled image."""


def draw(text):
    """A QR code as PNG.

    With the error correction (M) that the European standard of payment codes asks for, and
    the margin without which cameras do not find it on a dark screen.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=_BOX, border=4)
    code.add_data(text)
    code.make(fit=True)
    png = BytesIO()
    code.make_image().save(png, format="PNG")
    return png.getvalue()


def is_plain(params):
    """Whether a code that core would draw is one that ``draw`` makes.

    :param params: of ``_dunning_qr_params``
    """
    return params["barcode_type"] == "QR" and not params.get("mask")


def image(env, params):
    """The code of a payment as PNG.

    :param params: of ``_dunning_qr_params``
    """
    if is_plain(params):
        return draw(params["value"])
    # A code with a cross in the middle, and the like: as core draws it on the invoice.
    return env["ir.actions.report"].barcode(**params)


def png_uri(png):
    """An image as the source of an ``img``, inside the page itself."""
    return "data:image/png;base64," + b64encode(png).decode()
