"""Letters as PDF: how large they came out, page numbers, many in one file.

wkhtmltopdf draws a millimetre larger or smaller according to how it was built and to the
machine's screen settings, and knows page headers and footers only when it was built with a
patched Qt. A window envelope forgives neither, so the size is measured in the file and what
belongs on each page is put there afterwards.
"""

import io
import re

from odoo.tools.pdf import PdfFileReader, PdfFileWriter
from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
"""Points of a millimetre."""

_PIXEL = 0.75
"""Points of a pixel of a style sheet, of which 96 are an inch."""

_OPERATOR = re.compile(rb"(?:^|\s)(?:([-+.\d\s]+?)\s+cm|(q)|(Q)|(BT))(?=\s)")

_RIGHT, _BOTTOM, _SIZE = 20 * MM, 9 * MM, 8


def drawn_scale(pdf):
    """How large the text of a PDF by wkhtmltopdf was drawn.

    :return: 1.0 when a length of its style sheet has that length on paper; None when it
        cannot be read
    """
    page = PdfFileReader(io.BytesIO(pdf), strict=False).getPage(0)
    contents = page["/Contents"].getObject()
    parts = contents if isinstance(contents, list) else [contents]
    data = b"\n".join(part.getObject().getData() for part in parts)
    scale, saved = 1.0, []
    # What scales the page until the first text: q and Q keep and restore it.
    for match in _OPERATOR.finditer(data):
        numbers, save, restore, text = match.groups()
        if text:
            return scale / _PIXEL
        if save:
            saved.append(scale)
        elif restore and saved:
            scale = saved.pop()
        elif numbers:
            scale *= float(numbers.split()[-6])
    return None


def page_count(pdf):
    return PdfFileReader(io.BytesIO(pdf), strict=False).getNumPages()


def number_pages(pdf, label):
    """Print the number of each page and of all pages at its foot.

    :param label: printed before the numbers, in Latin letters and digits
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    total = reader.getNumPages()
    feet = io.BytesIO()
    canvas = Canvas(feet)
    for number in range(1, total + 1):
        box = reader.getPage(number - 1).mediaBox
        width, height = float(box.getWidth()), float(box.getHeight())
        canvas.setPageSize((width, height))
        canvas.setFont("Helvetica", _SIZE)
        canvas.setFillGray(0.35)
        canvas.drawRightString(width - _RIGHT, _BOTTOM, f"{label}   {number}/{total}")
        canvas.showPage()
    canvas.save()
    feet.seek(0)
    numbers = PdfFileReader(feet, strict=False)
    writer = PdfFileWriter()
    for number in range(total):
        page = reader.getPage(number)
        page.mergePage(numbers.getPage(number))
        writer.addPage(page)
    return _written(writer)


def join(pdfs, both_sides=False):
    """One file for the printer.

    :param both_sides: each letter begins on a new sheet when printed on both sides
    """
    writer = PdfFileWriter()
    for pdf in pdfs:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        total = reader.getNumPages()
        for number in range(total):
            writer.addPage(reader.getPage(number))
        if both_sides and total % 2:
            writer.addBlankPage()
    return _written(writer)


def _written(writer):
    with io.BytesIO() as file:
        writer.write(file)
        return file.getvalue()
