from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from .qr_code import REFERENCE, image

# Working days after today for which the falling amount of a sliding discount is told.
_AHEAD = 5


class AccountDiscountNotice(models.Model):
    """What a message says: amounts, days, links, QR codes."""

    _inherit = "account.discount.notice"

    # -------------------------------------------------------------------- rows

    def _rows(self):
        """The invoices of the message, ready to be formatted by its text.

        :return: list of dicts of words: name, url, amount, discount, to_pay, last_day; of a
            claim also paid_on, offered and why
        """
        self.ensure_one()
        # sudo: the invoices that the customer has got.
        return [line._row(self.get_base_url()) for line in self.sudo().line_ids]

    def _totals(self):
        """What is to be paid of each currency.

        :return: list of dicts with amount, full and saved in words, currency, and qr: the
            address of the image, empty without one
        """
        self.ensure_one()
        # sudo: the image was made for this very message.
        images = {image.name: image for image in self.sudo().qr_ids}
        totals = []
        for currency, lines in self.line_ids.grouped("currency_id").items():
            amount = currency.round(sum(lines.mapped("amount_to_pay")))
            full = currency.round(sum(lines.mapped("amount_open")))
            image = images.get(self._image_name(currency))
            totals.append(
                {
                    "currency": currency,
                    "amount": format_amount(self.env, amount, currency),
                    "full": format_amount(self.env, full, currency),
                    "saved": format_amount(self.env, full - amount, currency),
                    "qr": f"/web/image/{image.id}?access_token={image.access_token}"
                    if image
                    else "",
                }
            )
        return totals

    def _several_days(self):
        """Whether the discounts of this message end on different days."""
        self.ensure_one()
        return len(set(self.line_ids.mapped("last_day"))) > 1

    def _is_sliding(self):
        """Whether a discount of this message is another each day."""
        self.ensure_one()
        # sudo: see _rows.
        terms = self.sudo().line_ids.move_id.invoice_payment_term_id
        return self.kind == "word" and any(terms.mapped("discount_sliding"))

    def _pays_online(self):
        """Whether invoices can be paid where their links lead; asked once for a batch."""
        self.ensure_one()
        known = self.env.context.get("discount_pays_online")
        return self._online_payment(self.company_id) if known is None else known

    @api.model
    def _online_payment(self, company):
        """Whether a company takes payments online."""
        if "payment.provider" not in self.env or not hasattr(
            self.env["account.move"], "_has_to_be_paid"
        ):
            return False
        # sudo: whether there is one, nothing of how it is set up.
        providers = self.env["payment.provider"].sudo()
        return bool(
            providers.search_count(
                [("company_id", "=", company.id), ("state", "=", "enabled")], limit=1
            )
        )

    def _today_words(self):
        """The day for which the amounts hold."""
        self.ensure_one()
        return self._day(self.date)

    def _last_day_words(self):
        self.ensure_one()
        return self._day(self.last_day) if self.last_day else ""

    @api.model
    def _day(self, day):
        """A day as a person says it, in the reader's language."""
        return self.env["account.dunning.facts"]._day(day)

    def _ahead(self):
        """What is to be paid when the customer pays on one of the next working days.

        Told when a sliding discount is among them, as its amount is another each day; up to
        the first day on which a discount of the message ends.

        :return: list of (day, list of amounts) in words, the first one today's
        """
        self.ensure_one()
        # sudo: see _rows.
        own = self.sudo()
        if not own._is_sliding():
            return []
        calendar = own.company_id._dunning_working_days(own.date)
        offers = [(line, line.move_id._discount_offer()) for line in own.line_ids]
        rows, day = [], own.date
        while day <= own.last_day and len(rows) <= _AHEAD:
            amounts = {}
            for line, offer in offers:
                discount = offer.on(day) / 10**line.currency_id.decimal_places if offer else 0
                amounts[line.currency_id] = (
                    amounts.get(line.currency_id, 0) + line.amount_open - discount
                )
            rows.append(
                (
                    self._day(day),
                    [
                        format_amount(self.env, amount, currency)
                        for currency, amount in amounts.items()
                    ],
                )
            )
            day = calendar.next(day + timedelta(days=1))
        return rows if len(rows) > 1 else []

    def _subject(self):
        """The subject: what is to be paid, and by when."""
        self.ensure_one()
        totals = self._totals()
        if self.kind == "claim":
            return self.env._(
                "Still open after your payment: %s",
                ", ".join(total["amount"] for total in totals),
            )
        if self._is_sliding():
            return self.env._(
                "Pay %(amount)s today instead of %(full)s",
                amount=", ".join(total["amount"] for total in totals),
                full=", ".join(total["full"] for total in totals),
            )
        if len(totals) == 1:
            return self.env._(
                "Pay %(amount)s instead of %(full)s by %(day)s",
                amount=totals[0]["amount"],
                full=totals[0]["full"],
                day=self._last_day_words(),
            )
        return self.env._("Your discounts end on %s", self._last_day_words())

    # ------------------------------------------------------------------ how to

    def _bank_account(self):
        """The company's account to which the customer pays, as the first invoice says."""
        self.ensure_one()
        # sudo: the account is printed on the invoice itself.
        own = self.sudo()
        return own.line_ids.move_id.partner_bank_id[:1] or own.company_id.bank_ids[:1]

    def _payment_reference(self, currency=None):
        """What the payment should state: the reference of one invoice, the numbers of several.

        As many numbers as a bank keeps; none is cut.

        :param currency: of the invoices of this currency only
        """
        self.ensure_one()
        lines = self.line_ids
        if currency:
            lines = lines.filtered(lambda line: line.currency_id == currency)
        # sudo: see _rows.
        moves = lines.sudo().move_id
        if len(moves) == 1:
            return moves.payment_reference or moves.name or ""
        reference = ""
        for move in moves:
            longer = f"{reference}, {move.name}" if reference else move.name
            if len(longer) > REFERENCE:
                break
            reference = longer
        return reference

    def _draw_qr_codes(self):
        """Make the QR codes with the amounts that are right today, as images of the message.

        None where no kind of code fits the currency and the account.
        """
        # Codes of an earlier try state amounts that no longer hold.
        self.qr_ids.unlink()
        vals_list, methods = [], {}
        for notice in self:
            for currency, lines in notice.line_ids.grouped("currency_id").items():
                amount = currency.round(sum(lines.mapped("amount_to_pay")))
                if png := notice._qr_image(currency, amount, methods):
                    vals_list.append(
                        {
                            "name": self._image_name(currency),
                            "raw": png,
                            "mimetype": "image/png",
                            "res_model": self._name,
                            "res_id": notice.id,
                            "access_token": self.env["ir.attachment"]._generate_access_token(),
                        }
                    )
        self.env["ir.attachment"].create(vals_list)
        self.invalidate_recordset(["qr_ids"])

    def _qr_image(self, currency, amount, methods):
        """The code for a payment as PNG, None where there is none.

        :param methods: dict that remembers for an account and a currency that the European
            code fits, whoever pays
        """
        self.ensure_one()
        reference = self._payment_reference(currency)
        bank = self._bank_account()
        params = bank._dunning_qr_params(currency, amount, reference, self.partner_id, methods)
        return image(self.env, params) if params else None

    @api.model
    def _image_name(self, currency):
        return f"QR {currency.name}.png"

    # ----------------------------------------------------------------- preview

    @api.depends("state", "line_ids", "mail_message_id", "recipient_id.lang")
    def _compute_preview_html(self):
        for notice in self:
            # sudo: the message belongs to the notice, which may be read.
            sent = notice.sudo().mail_message_id.body if notice.state == "sent" else False
            notice.preview_html = sent or (notice._render_body() if notice.line_ids else False)

    def _render_body(self):
        """The message as its recipient reads it."""
        self.ensure_one()
        # sudo: the text is made for the customer, as when it is sent.
        template = self._template(self.kind).sudo()
        try:
            return template._render_field("body_html", [self.id], compute_lang=True)[self.id]
        except UserError as error:
            return self.env._("The text of this message cannot be made: %s", error)


class AccountDiscountNoticeLine(models.Model):
    _inherit = "account.discount.notice.line"

    def _row(self, base_url):
        """What the message says of this invoice, in words."""
        self.ensure_one()
        move, notice = self.move_id, self.notice_id

        def amount(value):
            return format_amount(self.env, value, self.currency_id)

        row = {
            "name": self.move_name or "",
            "url": base_url + move.get_portal_url() if move else "",
            "amount": amount(self.amount_open),
            "discount": amount(self.discount),
            "to_pay": amount(self.amount_to_pay),
            "last_day": notice._format_day(self.last_day) if self.last_day else "",
        }
        if self.kind == "claim":
            row.update(self._claim_words())
        return row

    def _claim_words(self):
        """Of a claim: when the payment came, what the discount was, why it does not hold."""
        self.ensure_one()
        move, notice = self.move_id, self.notice_id
        offer = move._discount_offer()
        paid_on = move.discount_paid_on
        maximum = offer.maximum / 10**self.currency_id.decimal_places if offer else 0
        last_day = notice._day(offer.last_day) if offer else ""
        match move.discount_outcome:
            case "late":
                why = self.env._("Its last day was %s", last_day)
            case "parts":
                why = self.env._("It holds when an invoice is paid in one payment")
            case _:
                why = self.env._("More was kept back than the discount of that day")
        return {
            "paid_on": notice._day(paid_on) if paid_on else "",
            "offered": format_amount(self.env, maximum, self.currency_id),
            "why": why,
        }
