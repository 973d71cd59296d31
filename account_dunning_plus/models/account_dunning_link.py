import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools.misc import consteq, hash_sign, hmac, verify_hash_signed

PAGE_LINK = "account_dunning_plus.page"
INVOICE_LINK = "account_dunning_plus.invoice"
"""What links to a customer's page and to its invoices are signed for."""

# Nothing else comes out of signing; a decoder would pass over other characters.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{55,400}")
# The parts of a signed token, after its version: when it ends (seconds), signature, what it says.
_ENDS = slice(1, 9)
_SIGNED = slice(9, 41)
_SAID = slice(41, None)


class AccountDunningCustomer(models.Model):
    """The signed links by which a customer opens its page without an account.

    A link names the company, the customer, the notice it came with, and the version of the
    customer's links; raising the version revokes all that were given out. Nothing is written
    to make one: a night makes thousands.
    """

    _inherit = "account.dunning.customer"

    link_version = fields.Integer(
        readonly=True, help="How often the links of messages were revoked: earlier ones ended."
    )

    # --------------------------------------------------------------------- make

    @api.model
    def _link_versions(self, pairs):
        """The version of customers' links.

        :param pairs: of company id and id of the commercial entity
        :return: dict of such a pair to version, for those whose links were ever revoked
        """
        companies, partners = map(list, zip(*pairs, strict=True)) if pairs else ((), ())
        # sudo: a number that says nothing.
        known = self.sudo().search_fetch(
            [
                ("company_id", "in", list(set(companies))),
                ("partner_id", "in", list(set(partners))),
                ("link_version", ">", 0),
            ],
            ["company_id", "partner_id", "link_version"],
        )
        return {(own.company_id.id, own.partner_id.id): own.link_version for own in known}

    @api.model
    def _sign_link(self, scope, company, values):
        """Sign a link of a company; it ends with the last of the days that the company sets.

        :param scope: what the link is for
        :param values: what it says, JSON-able
        """
        # sudo: the secret that signs, and for how long.
        days = company.sudo().dunning_link_days
        # The same all day, so that a text made twice is the same.
        ends = datetime.combine(fields.Date.today() + timedelta(days=days + 1), time.min)
        return hash_sign(self.sudo().env, scope, values, expiration=ends)

    @api.model
    def _page_token(self, company, partner_id, notice_id=0, version=0):
        """The signed part of the link to a customer's page.

        :param partner_id: id of the commercial entity
        :param notice_id: id of the notice that the link goes with, 0 for none
        """
        return self._sign_link(PAGE_LINK, company, [company.id, partner_id, notice_id, version])

    def _page_url(self):
        """The address of this customer's page."""
        self.ensure_one()
        token = self._page_token(self.company_id, self.partner_id.id, version=self.link_version)
        return f"{self.company_id.get_base_url()}/dunning/{token}"

    # --------------------------------------------------------------------- open

    @api.model
    def _read_link(self, scope, token):
        """What a link says that we signed and that has not ended.

        :return: (value or None, what a link says that we signed and whose end is past, or None)
        """
        if not _TOKEN.fullmatch(token) or not _is_as_made(token):
            return None, None
        # sudo: the secret that signs.
        env = self.sudo().env
        try:
            value = verify_hash_signed(env, scope, token)
        except ValueError:
            return None, None
        return value, _ended_value(env, scope, token) if value is None else None

    @api.model
    def _open_link(self, token):
        """The customer whose page a link opens.

        :param token: of ``_page_token``, from whoever asks
        :return: (account.dunning.customer, account.dunning.notice, the res.company whose link
            it was that ended); the first two are empty when it opens nothing, the last when it
            opens something or never was a link of ours
        """
        # sudo: the signature stands in for an account, and what it names is looked up.
        self = self.sudo()
        notices = self.env["account.dunning.notice"]
        companies = self.env["res.company"]
        value, past = self._read_link(PAGE_LINK, token)
        if value is None:
            return self.browse(), notices, companies.browse(past and past[0]).exists()
        company_id, partner_id, notice_id, version = value
        company = companies.browse(company_id).exists()
        notice = notices.browse(notice_id).exists()
        # Two cards of one customer that were merged: the notice knows the one that is left.
        partner = self.env["res.partner"].browse(partner_id).exists() or notice.partner_id
        # A customer that became part of another one: that one's account is not its own.
        if not partner or partner.commercial_partner_id != partner:
            return self.browse(), notices, company
        customer = self._of(partner, company)
        if not customer or customer.link_version != version:
            return self.browse(), notices, company
        own_notice = notice.filtered(
            lambda own: own.partner_id == partner and own.company_id == customer.company_id
        )
        return customer, own_notice, companies

    @api.model
    def _of(self, partner, company):
        """The record of a customer in a company; it is made for who has none yet.

        :param partner: the commercial entity
        """
        if not partner or not company:
            return self.browse()
        domain = [("company_id", "=", company.id), ("partner_id", "=", partner.id)]
        if not (known := self.search(domain)):
            self._ensure_known({(company.id, partner.id)})
            known = self.search(domain)
        return known

    @api.model
    def _open_invoice_link(self, token):
        """The invoice to which a link in a message leads.

        :return: (account.move, maybe empty, the res.company whose link it was that ended, empty
            when there is an invoice or it never was a link of ours)
        """
        # sudo: the link was made for whom the invoice is of.
        self = self.sudo()
        moves = self.env["account.move"]
        companies = self.env["res.company"]
        value, past = self._read_link(INVOICE_LINK, token)
        said = past if value is None else value
        # Those of earlier versions of this module name the invoice alone, and have no end.
        move_id, version = said if isinstance(said, list) else (said, 0)
        move = moves.browse(move_id).exists()
        if value is None:
            return moves, move.company_id
        if not move or not move.is_sale_document() or move.state != "posted":
            return moves, companies
        pair = (move.company_id.id, move.commercial_partner_id.id)
        if self._link_versions([pair]).get(pair, 0) != version:
            return moves, move.company_id
        return move, companies

    # ------------------------------------------------------------------- revoke

    def _revoke_links(self):
        """End all links that these customers were given, those to single invoices too.

        Who followed such a link knows the invoice's own token: it is made anew.
        """
        for customer in self:
            customer.link_version += 1
        for company, customers in self.grouped("company_id").items():
            self.env["account.move"].search(
                [
                    ("company_id", "=", company.id),
                    ("commercial_partner_id", "in", customers.partner_id.ids),
                    ("access_token", "!=", False),
                ]
            ).access_token = False


def _is_as_made(token):
    """Whether a token is spelt as it was made: a decoder passes over the last sign's idle bits."""
    try:
        raw = urlsafe_b64decode(token + "==")
    except ValueError:
        return False
    return urlsafe_b64encode(raw).decode().rstrip("=") == token


def _ended_value(env, scope, token):
    """What a token says that we signed and whose time is over, else None.

    Odoo's own reading tells neither from one that somebody made up.
    """
    raw = urlsafe_b64decode(token + "===")
    ends = int.from_bytes(raw[_ENDS], "little")
    said = raw[_SAID].decode()
    own = hmac(env, scope, f"1:{said}:{ends}", hash_function=hashlib.sha256)
    if ends > datetime.now().timestamp() or not consteq(own, raw[_SIGNED].hex()):
        return None
    return json.loads(said)
