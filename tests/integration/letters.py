"""What the scenarios of letters share: levels on paper, and PDFs read to the millimetre."""

import io
import re

from odoo.tools.pdf import PdfFileReader

from .common import DunningCase

MM = 72 / 25.4

_TOKEN = re.compile(rb"([-+.\d\s]+?)\s+(cm|Td)\b|(?:^|\s)(q|Q|BT)(?=\s)")


class LetterCase(DunningCase):
    """A company whose first level is a letter, and customers with an address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.write({"send_email": False, "print_letter": True})
        cls.company.partner_id.write(
            {"street": "Dijlekaai 27", "zip": "2800", "city": "Mechelen", "vat": "BE0477472701"}
        )
        cls.env["res.partner.bank"].create(
            {
                "acc_number": "BE71096123456769",
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.billing = cls.billing_user()

    @classmethod
    def reader(cls, name="Bakery Peeters", country="base.be", **vals):
        """A customer whom the post finds."""
        vals = {"street": "Kerkstraat 1", "zip": "9000", "city": "Gent", **vals}
        return cls.customer(name, country_id=cls.env.ref(country).id, **vals)

    @classmethod
    def due(cls, partner, amount=1000):
        """The letter that is due to a customer on the fifth of March."""
        cls.overdue(partner, amount)
        cls.night("2026-03-05")
        return cls.notices(partner)

    def files(self, record):
        return self.env["ir.attachment"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="id"
        )

    def printed(self, notices):
        """Print as a billing user, for real; the PDF of the last notice."""
        notices.with_user(self.billing).with_context(
            force_report_rendering=True
        ).action_print_letter()
        return self.files(notices[-1])[-1].raw

    def html(self, notice):
        """The letter before it becomes a PDF: plain spaces."""
        notice.action_print_letter()
        return self.files(notice)[-1].raw.decode().replace("\xa0", " ")


def pages(pdf):
    """The text of each page, with plain spaces."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    return [
        " ".join(reader.getPage(number).extract_text().split())
        for number in range(reader.getNumPages())
    ]


def text_starts(pdf):
    """Where each piece of text of the first page begins.

    :return: list of (millimetres from the left, from the top) of its base line
    """
    page = PdfFileReader(io.BytesIO(pdf), strict=False).getPage(0)
    contents = page["/Contents"].getObject()
    parts = contents if isinstance(contents, list) else [contents]
    data = b"\n".join(part.getObject().getData() for part in parts)
    height = float(page.mediaBox.getHeight())
    now, saved, fresh, starts = (1.0, 1.0, 0.0, 0.0), [], False, []
    for match in _TOKEN.finditer(data):
        numbers, operator, bare = match.groups()
        if bare == b"q":
            saved.append(now)
        elif bare == b"Q":
            now = saved.pop() if saved else now
        elif bare == b"BT":
            fresh = True
        elif operator == b"cm":
            a, _b, _c, d, e, f = map(float, numbers.split()[-6:])
            now = (now[0] * a, now[1] * d, now[2] + now[0] * e, now[3] + now[1] * f)
        elif fresh:
            # Letters are drawn upside down on a page that is turned over.
            x, y = map(float, numbers.split()[-2:])
            left, top = now[2] + now[0] * x, now[3] - now[1] * y
            starts.append((round(left / MM, 1), round((height - top) / MM, 1)))
            fresh = False
    return starts
