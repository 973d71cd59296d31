from dataclasses import dataclass
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL

from .. import engine
from .account_dunning_policy import minor_units


@dataclass(frozen=True, slots=True)
class Told:
    """An invoice of which a customer may be told, with the amounts of a day.

    Amounts are in the invoice's currency; ``cents`` is what is to be paid in minor units of
    the company's. ``last_day`` is None for a claim.
    """

    item_id: int
    move_id: int
    name: str
    currency_id: int
    amount_open: float
    discount: float
    last_day: date | None
    cents: int

    def ending(self, told=False):
        """The engine's view of it.

        :param told: the customer was told already
        """
        return engine.Ending(self.item_id, self.last_day, self.cents, told)

    def line_values(self):
        """Values of the notice's line."""
        return {
            "move_line_id": self.item_id,
            "move_id": self.move_id,
            "move_name": self.name,
            "currency_id": self.currency_id,
            "last_day": self.last_day,
            "amount_open": self.amount_open,
            "discount": self.discount,
            "amount_to_pay": self.amount_open - self.discount,
        }


class AccountDiscountNotice(models.Model):
    """Of which invoices customers may be told; read for many customers at once."""

    _inherit = "account.discount.notice"

    @api.model
    def _candidates(self, company, today, until):
        """Items whose discount ends soon and of which nothing was said.

        :param company: a single company
        :param until: customers are found of whose discounts one ends by this day; with it,
            what ends soon after
        :return: dict of commercial entity to item ids
        """
        facts = self.env["account.dunning.facts"]
        facts._flush()
        self.env["account.discount.notice.line"].flush_model()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, line.id, line.discount_date
                  FROM %(source)s
                 WHERE %(condition)s
                   AND line.amount_residual > 0
                   AND line.discount_date BETWEEN %(today)s AND %(until)s
                   AND NOT EXISTS (
                       SELECT 1
                         FROM account_discount_notice_line told
                         JOIN account_discount_notice notice ON notice.id = told.notice_id
                        WHERE told.move_line_id = line.id
                          AND told.kind = 'word'
                          AND (told.state != 'cancelled' OR notice.given_up)
                       )
                 ORDER BY 1, 3, 2
                """,
                source=facts._open_items_source(),
                condition=facts._open_items_condition(company),
                today=today,
                until=until + timedelta(days=engine.TOGETHER_DAYS),
            )
        )
        found, due = {}, set()
        for partner_id, item_id, last_day in rows:
            found.setdefault(partner_id, []).append(item_id)
            if last_day <= until:
                due.add(partner_id)
        return {partner_id: ids for partner_id, ids in found.items() if partner_id in due}

    @api.model
    def _offers(self, company, partner_ids, today):
        """The discounts that customers can still have, and may be told of.

        Not of what is paid, on its way, credited in part, in dispute, on hold or excluded;
        nor to who is archived, on hold, or is not to be told.

        :param company: a single company
        :param partner_ids: ids of commercial entities
        :param today: the company's date
        :return: dict of partner id to (list of Told, open credits in minor units of the
            company's currency)
        """
        items = self.env["account.dunning.facts"]._open_items(company, partner_ids)
        partners = self.env["res.partner"].browse(items).with_company(company)
        open_items, credits = {}, dict.fromkeys(items, 0)
        for partner in partners:
            hold = partner.dunning_hold_until
            silent = not partner.active or partner.discount_no_notice or (hold and hold >= today)
            for item in items[partner.id]:
                if (item.amount or item.residual) < 0:
                    credits[partner.id] -= 0 if item.facts.excluded else item.amount
                elif not silent and _may_be_told(item, today):
                    open_items[item.id] = item
        result = {partner_id: ([], credits[partner_id]) for partner_id in items}
        for told, partner_id in self._offers_of(company, open_items, today):
            result[partner_id][0].append(told)
        return result

    @api.model
    def _offers_of(self, company, items, today):
        """The discounts of open items as core has them.

        :param items: dict of item id to OpenItem
        :return: iterator of (Told, partner id)
        """
        lines = self.env["account.move.line"].browse(items)
        lines.fetch(["discount_date", "move_id"])
        lines = lines.filtered(lambda line: line.discount_date and line.discount_date >= today)
        offers = lines.move_id._discount_offers()
        for line in lines:
            move, item = line.move_id, items[line.id]
            currency = move.currency_id
            own, offer = offers.get(move.id, (None, None))
            if (
                own != line
                or not move.invoice_payment_term_id.discount_notice
                or move._discount_is_touched(line)
            ):
                continue
            discount = offer.on(today)
            whole = minor_units(item.residual, currency)
            if not 0 < discount < whole:
                continue
            yield (
                Told(
                    line.id,
                    move.id,
                    item.name,
                    currency.id,
                    item.residual,
                    discount / 10**currency.decimal_places,
                    offer.last_day,
                    item.amount - round(item.amount * discount / whole),
                ),
                item.partner_id,
            )

    @api.model
    def _claims(self, company, moves, today):
        """What is still open of discounts that were wrongly taken, and is claimed.

        :param moves: invoices of the company
        :return: dict of invoice id to Told, of those of which something may be asked for
        """
        claimed = moves.filtered(
            lambda move: (
                move.company_id == company
                and move.state == "posted"
                and move.discount_decision == "claimed"
            )
        )
        partner_ids = claimed.commercial_partner_id.ids
        items = self.env["account.dunning.facts"]._open_items(company, partner_ids)
        known = {item.id: item for own in items.values() for item in own}
        result = {}
        for move in claimed:
            item = known.get(move._discount_line().id)
            if item and _may_be_told(item, today):
                result[move.id] = Told(
                    item.id, move.id, item.name, item.currency_id, item.residual, 0, None,
                    item.amount,
                )  # fmt: skip
        return result

    @api.model
    def _partner_ids_told(self, company, partner_ids, today):
        """Customers who get another message today: a reminder, or a word of an instalment."""
        groups = self.env["account.dunning.notice"]._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("date", "=", today),
                ("state", "=", "sent"),
            ],
            ["partner_id"],
        )
        courtesies = self.env["account.dunning.courtesy"]._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("date", "=", today),
                ("state", "=", "sent"),
            ],
            ["partner_id"],
        )
        words = self.env["account.payment.promise.line"]._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("word_date", "=", today),
            ],
            ["partner_id"],
        )
        return {partner.id for [partner] in (*groups, *words, *courtesies)}

    def _facts_again(self, today):
        """What holds now of the invoices that these notices of one company tell of.

        :param today: the company's date
        :return: dict of notice to list of Told, in the order of its lines
        """
        company = self.company_id
        words = self.filtered(lambda notice: notice.kind == "word")
        known = {}
        if words and company.discount_notice_days:
            for offers, credits in self._offers(company, words.partner_id.ids, today).values():
                left = {own.id for own in engine.unpaid([own.ending() for own in offers], credits)}
                known.update((told.item_id, told) for told in offers if told.item_id in left)
        claims = self._claims(company, (self - words).line_ids.move_id, today)
        return {
            notice: [
                told
                for line in notice.line_ids
                if (
                    told := known.get(line.move_line_id.id)
                    if notice.kind == "word"
                    else claims.get(line.move_id.id)
                )
            ]
            for notice in self
        }


def _may_be_told(item, today):
    """Whether nothing keeps an open item back.

    :param item: OpenItem
    """
    facts = item.facts
    return (
        item.amount > 0
        and not facts.excluded
        and not facts.settled
        and not facts.disputed
        and not (facts.hold_until and facts.hold_until >= today)
    )
