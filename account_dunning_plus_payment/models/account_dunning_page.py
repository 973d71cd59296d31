from datetime import timedelta

from odoo import api, models
from odoo.tools import str2bool

_JUST_NOW = timedelta(minutes=30)


class AccountDunningPage(models.AbstractModel):
    """What of a page can be paid online, and by what."""

    _inherit = "account.dunning.page"

    @api.model
    def _online(self, partner, company, page):
        """What of the chosen items can be paid online, one payment a currency.

        Amounts are today's: an item paid since is none of the page's any more, and a discount
        is in it as long as it is to be had.

        :param partner: who pays
        :return: list of dicts with ``currency``, ``amount``, ``items`` (list of PageItem),
            ``left_out`` (names of what was chosen and cannot be paid so), ``charges`` (interest
            and costs in it that are not booked), ``providers`` and
            ``methods``; for currencies in which somebody takes payments
        """
        enabled = self.env["ir.config_parameter"].get_param("account_payment.enable_portal_payment")
        if not str2bool(enabled or "") or (partner.company_id and partner.company_id != company):
            return []
        online = []
        moves = self.env["account.move"].browse(item.move.id for item in page["chosen"])
        payable = moves.filtered(lambda move: move._has_to_be_paid())
        later = self._later(page)
        page["later"] = [item.name for item in later if item.move in payable]
        for total in page["totals"]:
            currency = total["currency"]
            chosen = [item for item in page["chosen"] if item.currency == currency]
            items = [item for item in chosen if item.move in payable and item not in later]
            amount = self._totals(items, page["credits"])[0]["total"] if items else 0
            if currency.compare_amounts(amount, 0) <= 0:
                continue
            providers, methods = self._providers(partner, company, currency, amount)
            if methods:
                online.append(
                    {
                        "currency": currency,
                        "amount": amount,
                        "items": items,
                        "left_out": [item.name for item in chosen if item.move not in payable],
                        "charges": currency.round(
                            sum(amount for item in items for _label, amount in item.charges)
                        ),
                        "providers": providers,
                        "methods": methods,
                    }
                )
        return online

    @api.model
    def _later(self, page):
        """The chosen instalments of which an earlier one is open and not chosen.

        A payment settles the oldest instalment of its invoice first: what the customer chose
        would stay open, and be reminded of.
        """
        missing, later = set(), []
        # Oldest due first.
        for item in page["items"]:
            if not item.chosen:
                missing.add(item.move)
            elif item.move in missing:
                later.append(item)
        return later

    @api.model
    def _providers(self, partner, company, currency, amount):
        """Who takes a payment, and by which methods; published ones only."""
        providers = self.env["payment.provider"]._get_compatible_providers(
            company.id, partner.id, amount, currency_id=currency.id
        )
        # In superuser mode unpublished ones are among them: they are for tests by colleagues.
        providers = providers.filtered("is_published")
        methods = self.env["payment.method"]._get_compatible_payment_methods(
            providers.ids, partner.id, currency_id=currency.id
        )
        return providers, methods

    @api.model
    def _last_online(self, customer):
        """The last online payment of a customer that is some minutes old at most.

        :return: payment.transaction, maybe empty
        """
        return self.env["payment.transaction"].search(
            [
                ("dunning_customer_id", "=", customer.id),
                ("state", "!=", "draft"),
                ("create_date", ">", self.env.cr.now() - _JUST_NOW),
            ],
            order="id desc",
            limit=1,
        )
