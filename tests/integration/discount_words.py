"""What the scenarios of messages about discounts share."""

from unittest.mock import patch

from markupsafe import Markup
from odoo.addons.account_dunning_plus.models import qr_code
from odoo.addons.account_dunning_plus.models.qr_code import draw

from . import books, discounts


class WordCase(discounts.DiscountCase):
    """2 % within 10 days, net 30; customers are told three days before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner.bank"].create(
            {"acc_number": "BE71 0961 2345 6769", "partner_id": cls.company.partner_id.id}
        ).allow_out_payment = True
        cls.company.discount_notice_days = 3
        cls.bakery = cls.partner

    @classmethod
    def discounted(cls, partner=None, date="2026-03-02", amount=4300, term=None, currency=None):
        """An invoice with a discount; that of the 2nd ends on the 12th, a Thursday."""
        return books.make_document(
            cls.company,
            "out_invoice",
            partner or cls.bakery,
            date,
            None,
            amount,
            currency,
            term or cls.term,
        )

    # ------------------------------------------------------------------- words

    @classmethod
    def words(cls, date, hour="03:30"):
        """The scheduled action tells customers, after the night of that day.

        :return: the notices that went out, or failed
        """
        before = cls.told(states=("ready", "sent", "failed"))
        cls.day(date, hour)
        cls.env["account.discount.notice"]._cron_run()
        cls.env.invalidate_all()
        cls.day(date)
        return cls.told(states=("ready", "sent", "failed")) - before

    @classmethod
    def told(cls, partner=None, states=("sent",)):
        """The notices of this company, oldest first."""
        domain = [("company_id", "=", cls.company.id), ("state", "in", states)]
        if partner:
            domain.append(("partner_id", "=", partner.id))
        return cls.env["account.discount.notice"].sudo().search(domain, order="date, id")

    @classmethod
    def said(cls, notices=None, states=("outgoing", "sent", "exception")):
        """The e-mails of notices (all of this test), oldest first."""
        domain = [
            ("id", ">", cls.mails_before),
            ("model", "=", "account.discount.notice"),
            ("state", "in", states),
        ]
        if notices is not None:
            domain.append(("res_id", "in", notices.ids))
        return cls.env["mail.mail"].sudo().search(domain, order="id")

    @classmethod
    def read(cls, notice):
        """The text of the last e-mail of a notice as it is read."""
        body = Markup(cls.said(notice)[-1].body_html)
        return " ".join(body.striptags().replace("\xa0", " ").split())

    @classmethod
    def row(cls, partner):
        """The customer's row in the worklist."""
        cls.env.invalidate_all()
        return cls.env["account.dunning.followup"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", cls.company.id)]
        )

    def codes(self):
        """Payloads of the QR codes drawn while the test lasts, as lists of lines."""
        drawn = []

        def remembered(text):
            drawn.append(text.split("\n"))
            return draw(text)

        self.startPatcher(patch.object(qr_code, "draw", remembered))
        return drawn
