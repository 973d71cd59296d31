import re

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import hash_sign, verify_hash_signed

from .account_dunning_link import INVOICE_LINK
from .qr_code import REFERENCE, image, is_plain, png_uri

QR_CODE = "account_dunning_plus.qr"
"""What codes of messages are signed for."""

_CODE = re.compile(r"""src=(["'])[^"']*/dunning/qr/([\w=-]+)\1""")

# Charges of more invoices than this state how many they are.
_NAMES = 6


class AccountDunningNotice(models.Model):
    """What a message offers beside amounts: links, a code to pay with, a last day."""

    _inherit = "account.dunning.notice"

    def _on_paper(self):
        """Whether the message is read on paper."""
        return bool(self.env.context.get("dunning_on_paper"))

    @api.model
    def _long_day(self, day):
        """A day with its year, in the reader's language."""
        return format_date(self.env, day, date_format=self.env._("d MMMM y"))

    def _pay_until_words(self):
        """The last day to pay that the message states, in words; empty without one."""
        self.ensure_one()
        day = fields.Date.to_date((self.statement_now or {}).get("pay_until"))
        return self._long_day(day) if day else ""

    def _invoice_link(self, move_id):
        """Where the customer sees an invoice, and pays it where that is possible online.

        Signed, so that it opens without an account; the invoice's own token is made by who
        follows it. To make one for each invoice of a night would write to all of them.
        """
        token = self.env["account.dunning.customer"]._sign_link(
            INVOICE_LINK, self.company_id or self.env.company, [move_id, self.link_version]
        )
        return f"{self.get_base_url()}/dunning/invoice/{token}"

    @api.model
    def _charge_groups(self, rows):
        """The charges of a notice as they are read: interest by invoice, the rest by kind.

        :param rows: of ``_statement_rows``
        :return: list of dicts with label, names, amount, currency, note and lines
        """
        groups = {}
        for row in rows["charges"]:
            # What has a calculation stands for itself.
            key = (row["kind"], row["currency"], row["name"] if row["lines"] else None)
            group = groups.setdefault(
                key, {**row, "all_names": [], "notes": [], "amount": 0.0, "lines": []}
            )
            group["all_names"].append(row["name"])
            group["amount"] += row["amount"]
            group["lines"] += row["lines"]
            group["notes"].append(row["note"])
        for group in groups.values():
            names = list(dict.fromkeys(group["all_names"]))
            group["names"] = (
                ", ".join(names) if len(names) <= _NAMES else self.env._("%s invoices", len(names))
            )
            group["amount"] = group["currency"].round(group["amount"])
            group["note"] = " ".join(filter(None, dict.fromkeys(group["notes"])))
        return list(groups.values())

    # --------------------------------------------------------------------- code

    def _qr_source(self, rows):
        """The source of the image by which the customer's bank fills in the payment.

        In a message it is a signed address that says all that is in the code: drawn when
        somebody looks at it, or when the e-mail leaves. On paper it is the image.

        :param rows: of ``_statement_rows``
        :return: empty where no code fits the currency and the account
        """
        self.ensure_one()
        if not self._wants_code() or not (params := self._qr_params(rows)):
            return ""
        if self._on_paper():
            return png_uri(image(self.env, params))
        if not is_plain(params):
            return ""
        # sudo: as for links.
        token = hash_sign(self.sudo().env, QR_CODE, params["value"])
        return f"{self.get_base_url()}/dunning/qr/{token}"

    def _wants_code(self):
        """Whether the message has a code to pay with: letters, and what is said in earnest.

        A friendly e-mail has none: it costs a fourteenth of the message, and its invoices are
        attached and linked.
        """
        self.ensure_one()
        level = self.level_id
        return bool(
            self._on_paper()
            or self._goes_by_letter()
            or level.announces_costs
            or level.charge_scheme_id
        )

    def _qr_params(self, rows):
        """What core draws for the payment, None where it has no kind of code for it."""
        bank = self._bank_account()
        known = self.env.context.get("dunning_qr_methods", {})
        reference = self._qr_reference(rows)
        for currency, amount in rows["totals"].items():
            if not bank or currency.compare_amounts(amount, 0) <= 0:
                continue
            params = bank._dunning_qr_params(
                currency, currency.round(amount), reference, self.partner_id, known
            )
            if params:
                return params
        return None

    @api.model
    def _replace_codes(self, body, source):
        """Give the images of codes in a message another source.

        :param source: function of what a code says
        """

        def replaced(match):
            try:
                # sudo: the secret that signs.
                text = verify_hash_signed(self.sudo().env, QR_CODE, match[2])
            except ValueError:
                text = None
            return match[0] if text is None else f'src="{source(text)}"'

        return _CODE.sub(replaced, body)

    @api.model
    def _qr_reference(self, rows):
        """What the payment states, with as many references as a bank keeps; none is cut."""
        words = self._payment_reference(rows)
        if len(words) > REFERENCE:
            words = words[: REFERENCE + 1].rpartition(", ")[0] or words[:REFERENCE]
        return words
