from collections import defaultdict

from odoo import api, models

from .page_item import PageItem
from .qr_code import image, png_uri

_TO_BE_HAD = ("open", "closing")


class AccountDunningPage(models.AbstractModel):
    """What is on a customer's page; all of it is the ledger's, of today.

    The environment is the superuser's, with the company as the current one and the language
    of the customer.
    """

    _name = "account.dunning.page"
    _description = "Customer Page"

    @api.model
    def _page(self, customer, notice, chosen_ids=None):
        """What a customer sees.

        :param customer: account.dunning.customer
        :param notice: account.dunning.notice by whose link it came, maybe empty
        :param chosen_ids: ids of the items it chose, whatever they are; None: those it is
            asked to pay
        :return: dict with ``items`` (list of PageItem, oldest due first), ``late``,
            ``upcoming`` and ``under_way`` (the same by how they stand), ``credits`` (list of
            PageItem with negative amounts), ``totals`` (of ``_totals``), ``payments`` (of
            ``_payments``), ``chosen`` (those of the items), ``day`` and ``say``, a function that
            says an amount in a currency
        """
        company, partner = customer.company_id, customer.partner_id
        today = company._dunning_today()
        open_items = [
            item
            for item in self.env["account.dunning.facts"]._open_items(company, partner.ids)[
                partner.id
            ]
            if not item.facts.excluded
        ]
        debits = [item for item in open_items if (item.amount or item.residual) >= 0]
        items = self._items(company, partner, debits, today)
        credits = [
            self._item(item, today) for item in open_items if (item.amount or item.residual) < 0
        ]
        self._choose(items, notice, chosen_ids)
        chosen = [item for item in items if item.chosen]
        totals = self._totals(chosen, credits)
        return {
            "items": items,
            "late": [item for item in items if item.days_late and item.is_payable],
            "upcoming": [item for item in items if not item.days_late and item.is_payable],
            "under_way": [item for item in items if not item.is_payable],
            "credits": credits,
            "chosen": chosen,
            "totals": totals,
            "payments": self._payments(company, partner, chosen, totals),
            "day": today,
            "say": self.env["account.dunning.facts"]._amount_sayer(),
        }

    # -------------------------------------------------------------------- items

    @api.model
    def _items(self, company, partner, debits, today):
        charges = self._charges(company, partner, debits)
        items = []
        for own in debits:
            item = self._item(own, today)
            item.state, item.words = self._item_state(own, today)
            for label, amount in charges.get(own.id, {}).items():
                item.charges += ((label, amount),)
                item.to_pay = item.currency.round(item.to_pay + amount)
            items.append(item)
            facts = own.facts
            item.is_asked = (
                own.due_date < today
                and own.asked > 0
                and item.is_payable
                # Who says that it is paid is not led to pay it again.
                and item.state != "said_paid"
                and not (facts.hold_until and facts.hold_until >= today)
            )
        self._discounts(items)
        return items

    @api.model
    def _item(self, own, today):
        """An open item of the ledger as it is shown.

        :param own: OpenItem
        """
        currency = self.env["res.currency"].browse(own.currency_id)
        # Who pays what it promised or disputes pays all of it.
        asked = own.asked_residual
        return PageItem(
            own.id,
            self.env["account.move"].browse(own.move_id),
            own.name,
            own.date,
            own.due_date,
            max(0, (today - own.due_date).days),
            currency,
            own.residual,
            currency.round(asked) if currency.compare_amounts(asked, 0) > 0 else own.residual,
            reference=own.reference,
            bank_id=own.bank_id,
        )

    @api.model
    def _item_state(self, item, today):
        """How an item stands where it is not simply open, for the customer.

        :param item: OpenItem
        :return: (code, sentence), see PageItem
        """
        facts = item.facts
        if facts.settled:
            return "way", self.env._("Your payment is on its way: nothing is to be done.")
        if not item.held_residual:
            return "", ""
        if item.undecided:
            return "discount", self.env._("You kept back a discount: we look into it.")
        currency = self.env["res.currency"].browse(item.currency_id)
        amount = self.env["account.dunning.facts"]._amount_sayer()(item.held_residual, currency)
        if item.dispute:
            return "disputed", self.env._(
                "In dispute: %(amount)s, %(reason)s.", amount=amount, reason=item.dispute
            )
        if facts.promised_until:
            return "promised", self.env._(
                "Promised: %(amount)s by %(day)s.",
                amount=amount,
                day=self.env["account.dunning.facts"]._day(facts.promised_until),
            )
        return "", ""

    @api.model
    def _charges(self, company, partner, debits):
        """What was claimed of items beside them and is no item itself.

        :return: dict of item id to dict of words to amount
        """
        model = self.env["account.dunning.charge"]
        kinds = dict(model._fields["kind"]._description_selection(self.env))
        claimed = defaultdict(lambda: defaultdict(float))
        currencies = {item.id: item.currency_id for item in debits if not item.facts.settled}
        for charge in self._claimed(company, partner, currencies):
            claimed[charge.move_line_id.id][kinds[charge.kind]] += charge.amount
        return claimed

    @api.model
    def _claimed(self, company, partner, currencies):
        """The charges that were claimed of items and are not booked.

        :param currencies: dict of item id to id of its currency
        """
        charges = self.env["account.dunning.charge"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", partner.id),
                ("state", "=", "claimed"),
                ("move_line_id", "in", list(currencies)),
            ]
        )
        return charges.filtered(lambda own: own.currency_id.id == currencies[own.move_line_id.id])

    @api.model
    def _discounts(self, items):
        """Say which items may be paid with an early-payment discount today."""
        plain = [
            item
            for item in items
            if not item.state and item.currency.compare_amounts(item.open, item.to_pay) == 0
        ]
        moves = self.env["account.move"].browse(item.move.id for item in plain if item.move)
        offered = moves.filtered(lambda move: move.discount_state in _TO_BE_HAD)
        for item in plain:
            if item.move in offered:
                item.discount = item.move.discount_amount
                item.discount_words = item.move._discount_offer_words()

    # ------------------------------------------------------------------- choose

    @api.model
    def _choose(self, items, notice, chosen_ids):
        """Mark the items that are in the totals.

        What the customer chose, as far as it is among its own items; else what it is asked to
        pay, or what the notice announced, or all that is open.
        """
        payable = [item for item in items if item.is_payable]
        if chosen_ids is not None:
            chosen = [item for item in payable if item.id in chosen_ids]
        else:
            noticed = set(notice.line_ids.move_line_id.ids)
            chosen = (
                [item for item in payable if item.is_asked]
                or [item for item in payable if item.id in noticed and not item.state]
                or [item for item in payable if not item.state]
            )
        for item in chosen:
            item.chosen = True

    @api.model
    def _totals(self, chosen, credits):
        """What the chosen items come to, by currency.

        Credits count against what is chosen, but for what has a discount: that holds for who
        pays the whole of an invoice.

        :return: list of dicts with ``currency``, ``items``, ``discount``, ``credits``, ``total``
        """
        totals = {}
        for item in chosen:
            own = totals.setdefault(
                item.currency,
                {"currency": item.currency, "items": 0, "discount": 0, "credits": 0, "plain": 0},
            )
            own["items"] += item.to_pay
            own["discount"] += item.discount
            if not item.discount:
                own["plain"] += item.to_pay
        for item in credits:
            if item.currency in totals:
                totals[item.currency]["credits"] -= item.open
        for currency, own in totals.items():
            own["credits"] = currency.round(min(own["credits"], own.pop("plain")))
            own["total"] = currency.round(own["items"] - own["discount"] - own["credits"])
        return list(totals.values())

    # ---------------------------------------------------------------------- pay

    @api.model
    def _payments(self, company, partner, chosen, totals):
        """How to pay what is chosen by bank, one payment a currency.

        :return: list of dicts with ``currency``, ``amount``, ``bank`` (res.partner.bank),
            ``holder``, ``reference`` and ``code`` (source of an image, maybe empty)
        """
        notices = self.env["account.dunning.notice"]
        payments = []
        for own in totals:
            currency, amount = own["currency"], own["total"]
            items = [item for item in chosen if item.currency == currency]
            bank_id = next((item.bank_id for item in items if item.bank_id), None)
            bank = self.env["res.partner.bank"].browse(bank_id) if bank_id else company.bank_ids[:1]
            if not bank or currency.compare_amounts(amount, 0) <= 0:
                continue
            rows = {"items": [{"reference": item.reference} for item in items], "others": []}
            params = bank._dunning_qr_params(
                currency, amount, notices._qr_reference(rows), partner, {}
            )
            payments.append(
                {
                    "currency": currency,
                    "amount": amount,
                    "bank": bank,
                    "holder": bank.acc_holder_name or company.name,
                    "reference": notices._payment_reference(rows),
                    "code": png_uri(image(self.env, params)) if params else "",
                }
            )
        return payments

    # ---------------------------------------------------------------- documents

    @api.model
    def _document(self, customer, move_id):
        """The invoice that a customer wants to see, empty when it is none of its open ones.

        :param move_id: from whoever asks
        """
        move = self.env["account.move"].search(
            [
                ("id", "=", move_id),
                ("company_id", "=", customer.company_id.id),
                ("commercial_partner_id", "=", customer.partner_id.id),
                ("state", "=", "posted"),
            ]
        )
        return move.filtered(lambda own: own.is_sale_document() and _is_open(own))

    # --------------------------------------------------------------------- look

    @api.model
    def _brand(self, company):
        """The company's colour, dark enough that white text on it can be read.

        :return: hexadecimal, such as ``#7c5a00``
        """
        colour = (company.primary_color or "").lstrip("#")
        try:
            red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
        except ValueError:
            red, green, blue = _NEUTRAL
        while 1.05 / (_luminance(red, green, blue) + 0.05) < _CONTRAST:
            red, green, blue = (int(part * 0.9) for part in (red, green, blue))
        return f"#{red:02x}{green:02x}{blue:02x}"


def _is_open(move):
    return any(
        line.account_id.account_type == "asset_receivable" and not line.reconciled
        for line in move.line_ids
    )


# A blue of no company; and the contrast with white that leaves links the 4.5 that WCAG asks for
# (level AA) on the light grey of the page as well.
_NEUTRAL = (31, 78, 121)
_CONTRAST = 5


def _luminance(*colour):
    """How light a colour is to the eye, from 0 to 1 (as WCAG defines it)."""
    parts = (part / 255 for part in colour)
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
