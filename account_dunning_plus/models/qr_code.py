"""Codes that a bank's app reads, drawn as an image."""

from base64 import b64encode
from io import BytesIO

import qrcode

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


def png_uri(png):
    """An image as the source of an ``img``, inside the page itself."""
    return "data:image/png;base64," + b64encode(png).decode()
