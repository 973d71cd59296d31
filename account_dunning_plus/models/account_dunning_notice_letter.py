import hashlib

from lxml import html
from markupsafe import Markup
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri

from .letter_pdf import join, page_count
from .qr_code import draw, png_uri

# A letter takes half a second, and the server stops a click that takes too long.
PRINT_AT_ONCE = 150

# Lines of an address that a window shows.
_ADDRESS_LINES = 6

# Where letters are folded for each window, in millimetres below the upper edge of the text.
_FOLDS = {"left": (90, 195), "right": (84, 183)}


class AccountDunningNotice(models.Model):
    """Notices on paper, and the proof that they went out."""

    _inherit = "account.dunning.notice"

    letter_date = fields.Date(string="Letter Printed On", readonly=True, copy=False)
    letter_user_id = fields.Many2one(
        "res.users", string="Letter Printed By", readonly=True, copy=False
    )
    letter_hash = fields.Char(
        string="Letter SHA-256",
        readonly=True,
        copy=False,
        help="The fingerprint of the letter's PDF: the file that is kept with this notice is the "
        "one that went out when it has the same.",
    )
    letter_pages = fields.Integer(string="Pages", readonly=True, copy=False)

    # ------------------------------------------------------------------- print

    def _print_letters(self):
        """Render the letters of notices into one PDF, and only then count them as printed."""
        if len(self) > PRINT_AT_ONCE:
            raise UserError(
                self.env._(
                    "No more than %s letters are printed at once: choose fewer.", PRINT_AT_ONCE
                )
            )
        # Two people who print the same letters send them twice.
        self.lock_for_update()
        letters = self._letters_to_render()
        if not letters:
            raise UserError(
                self.env._("Nothing is left to print: what these letters asked for is paid.")
            )
        letters = letters._in_postal_order()
        printed = {letter: letter._render_letter() for letter in letters}
        letters._letters_left(printed)
        file = letters._merge_letters(list(printed.values()))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{file.id}?download=true",
            "target": "download",
        }

    def _letters_to_render(self):
        """Bring what letters state up to date.

        :return: the notices of which something is still to be asked for
        """
        letters = self.browse()
        for company, notices in self.grouped("company_id").items():
            notices = notices.with_company(company)
            sent = notices.filtered(lambda notice: notice.state == "sent")
            (notices - sent)._reread()
            for notice in notices.filtered(lambda notice: notice.state != "cancelled"):
                if notice not in sent or notice._restate_sent():
                    letters |= notice
        return letters

    def _in_postal_order(self):
        """As the post wants them: at home first, by country, postal code and street."""

        def place(notice):
            address = notice._postal_partner()
            country = address.country_id
            return (
                bool(country) and country != notice.company_id.country_id,
                country.code or "",
                (address.zip or "").replace(" ", "").upper(),
                (address.street or "").upper(),
                (notice.partner_id.name or "").upper(),
                notice.id,
            )

        return self.sorted(place)

    def _render_letter(self):
        """Render the letter and keep it with the notice.

        :return: the attachment
        :raises UserError: the PDF cannot be made; nothing counts as printed then
        """
        self.ensure_one()
        report = self.env.ref("account_dunning_plus.action_report_dunning_notice")
        content, kind = report._render_qweb_pdf(report.report_name, self.ids)
        return self.env["ir.attachment"].create(
            {
                "name": f"{self._letter_name()}.{kind}",
                "raw": content,
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _letters_left(self, rendered):
        """Letters are on their way: keep the proof, and count their notices as sent.

        :param rendered: dict of notice to the attachment that is its letter
        """
        for company, notices in self.grouped("company_id").items():
            today = company._dunning_today()
            for notice in notices:
                file = rendered[notice]
                paper = file.mimetype == "application/pdf"
                notice.write(
                    {
                        "letter_date": today,
                        "letter_user_id": self.env.uid,
                        "letter_hash": hashlib.sha256(file.raw).hexdigest(),
                        "letter_pages": page_count(file.raw) if paper else 0,
                    }
                )
                notice._message_log(
                    body=notice._letter_proof(),
                    attachment_ids=file.ids,
                )
            sent = notices.filtered(lambda notice: notice.state == "sent")
            sent._announce(today)
            (notices - sent)._mark_sent(today)
            sent._claim_charges()

    def _letter_proof(self):
        """The line in the chatter that says what went out."""
        self.ensure_one()
        return self.env._(
            "Letter %(reference)s printed by %(user)s: %(pages)s pages, SHA-256 of the PDF "
            "%(hash)s.",
            reference=self._letter_reference(),
            user=self.letter_user_id.name,
            pages=self.letter_pages,
            hash=self.letter_hash,
        )

    def _merge_letters(self, files):
        """One file of all letters in their order, for the printer.

        :param files: list of attachments
        """
        pdfs = [file.raw for file in files if file.mimetype == "application/pdf"]
        if len(pdfs) < 2:
            return files[0]
        run = self[:1].run_id
        content = join(pdfs, both_sides=self.company_id[:1].dunning_letter_both_sides)
        return self.env["ir.attachment"].create(
            {
                "name": self.env._("Letters %s.pdf", run.date),
                "description": self.env._(
                    "%(count)s letters, %(pages)s pages; SHA-256 %(hash)s",
                    count=len(pdfs),
                    pages=page_count(content),
                    hash=hashlib.sha256(content).hexdigest(),
                ),
                "raw": content,
                "res_model": run._name,
                "res_id": run.id,
            }
        )

    # ------------------------------------------------------------------ layout

    def _letter_values(self):
        """What the layout of a letter needs beside its text, in the letter's language.

        :return: dict with ``window`` (right or left), ``post`` (printed by a service), ``logo``
            and ``signature`` (data of images or False), ``address``, ``sender`` and ``contact``
            (lists of lines), ``return_line``, ``signer``, ``function`` and ``folds``
        """
        self.ensure_one()
        # sudo: what the company's letters look like, whoever prints one.
        company = self.company_id.sudo()
        person = company.dunning_user_id
        place = company.partner_id._prepare_display_address(without_company=True)
        window = self._letter_window()
        return {
            "window": window,
            "post": bool(self.env.context.get("dunning_letter_post")),
            "logo": not company.uses_default_logo and image_data_uri(company.logo),
            "signature": company.dunning_letter_signature
            and image_data_uri(company.dunning_letter_signature),
            "signer": company.dunning_letter_signer or person.name or "",
            "function": company.dunning_letter_function
            or (not company.dunning_letter_signer and person.partner_id.function)
            or "",
            "address": self._postal_lines(),
            "sender": self._sender_lines(),
            "return_line": " · ".join([company.name, *_lines(*place, country="")]),
            "contact": [
                line for line in (person.name, person.partner_id.phone, person.email) if line
            ],
            "folds": _FOLDS[window],
        }

    def _letter_window(self):
        """On which side the window of the envelope is."""
        self.ensure_one()
        # sudo: see _letter_values.
        return self.company_id.sudo().dunning_letter_window or "right"

    def _letter_lang(self):
        """The language of the letter."""
        self.ensure_one()
        own = self.partner_id._dunning_chosen_lang()
        return own or self.recipient_id.lang or self.partner_id.lang

    def _letter_body(self):
        """The text of the message, as it stands on paper.

        :return: the text, and its closing: what stays with the signature
        :raises UserError: it cannot be made; nobody gets a letter that says so
        """
        self.ensure_one()
        try:
            body = self._message_body()
        except UserError as error:
            template = self.level_id._template()
            raise UserError(self._text_failure(template, error)) from error
        # What a person wrote has the codes of an e-mail.
        return _cut_closing(self._replace_codes(body, lambda text: png_uri(draw(text))))

    def _postal_partner(self):
        """Whose address is on the envelope: the recipient's, else the customer's."""
        self.ensure_one()
        recipient = self.recipient_id
        return recipient if recipient.street or recipient.city else self.partner_id

    def _postal_lines(self):
        """The lines in the window of the envelope; the country only abroad, in capitals.

        It is written in the language of the country where the letter is posted.
        """
        self.ensure_one()
        recipient, place = self.recipient_id or self.partner_id, self._postal_partner()
        names = dict.fromkeys([recipient.commercial_company_name or "", recipient.name or ""])
        home = self.company_id.country_id
        country = ""
        if place.country_id and place.country_id != home:
            language = self.company_id.partner_id.lang
            country = (place.country_id.with_context(lang=language).name or "").upper()
        lines = _lines(*place._prepare_display_address(without_company=True), country)
        names = [name for name in names if name]
        return [*names[: max(1, _ADDRESS_LINES - len(lines))], *lines]

    def _sender_lines(self):
        """Address, numbers and accounts of the company, as law wants them on its letters."""
        self.ensure_one()
        company = self.company_id
        abroad = self._postal_partner().country_id not in (
            company.country_id,
            self.env["res.country"],
        )
        address = company.partner_id._prepare_display_address(without_company=True)
        lines = _lines(*address, company.country_id.name if abroad else "")
        lines += [line for line in (company.phone, company.email, company.website) if line]
        if company.vat:
            label = company.account_fiscal_country_id.vat_label or self.env._("VAT")
            lines.append(f"{label}: {company.vat}")
        if company.company_registry and company.company_registry not in (company.vat or ""):
            lines.append(self.env._("Registration: %s", company.company_registry))
        return lines

    def _letter_day(self):
        """The letter's date in the language of the letter."""
        self.ensure_one()
        return self._long_day(self.company_id._dunning_today())

    def _letter_reference(self):
        """By what the sender finds a letter again."""
        self.ensure_one()
        return f"{self.date.year}/{self.id:05}"

    def _letter_name(self):
        """File name of the letter, without ending."""
        self.ensure_one()
        day = fields.Date.to_string(self.company_id._dunning_today())
        return f"{day} {self.partner_id.name}".replace("/", "-")


def _lines(pattern, values, country):
    """The lines of an address that are not empty.

    :param pattern: as a country writes addresses
    :param country: the last line, empty at home
    """
    text = pattern % (values | {"country_name": "", "country_code": ""})
    lines = [" ".join(line.split()).strip(" ,") for line in text.splitlines()]
    return [line for line in (*lines, country) if line]


def _cut_closing(body):
    """Cut a text before its last two paragraphs, so that no signature is alone on a page.

    :return: both parts; all and nothing when it does not end with paragraphs
    """
    root = html.fragment_fromstring(str(body), create_parent="div")
    inner = root
    while len(inner) == 1 and inner[0].tag == "div":
        inner = inner[0]
    closing = html.Element("div")
    for paragraph in reversed(list(inner)[-2:]):
        if paragraph.tag != "p" or (paragraph.tail or "").strip():
            break
        closing.insert(0, paragraph)
    return tuple(Markup(html.tostring(part, encoding="unicode")) for part in (root, closing))
