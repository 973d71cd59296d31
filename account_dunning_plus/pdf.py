"""PDF files, whichever of the libraries that Odoo works with is installed."""

import io

from odoo.tools.pdf import PdfReader, PdfWriter


def merge_pdf(documents):
    """Put PDF documents into one, in their order.

    Core's function of this name calls what the last PyPDF2 no longer has.

    :param documents: list of bytes
    :rtype: bytes
    """
    writer = PdfWriter()
    # The oldest library that Odoo works with has the old name only.
    add_page = getattr(writer, "add_page", None) or writer.addPage
    for document in documents:
        for page in PdfReader(io.BytesIO(document), strict=False).pages:
            add_page(page)
    with io.BytesIO() as merged:
        writer.write(merged)
        return merged.getvalue()
