from odoo import http
from odoo.addons.account_dunning_plus.controllers.page import DunningPage
from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.http import request
from werkzeug.urls import url_encode

# Payments begun in so many seconds.
_BEGUN = (20, 600)


class DunningPayment(DunningPage):
    """Paying what is chosen on the customer's page, all at once and today's amount."""

    @http.route(
        "/dunning/<string:token>/pay",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def pay(self, token, **kwargs):
        """Choose how to pay, by the link of a message."""
        return self._pay(self._open(token))

    @http.route(
        "/my/open-items/<int:company_id>/pay",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def my_pay(self, company_id, **kwargs):
        """Choose how to pay, for who is logged in."""
        return self._pay(self._open(company_id=company_id))

    @http.route("/dunning/<string:token>/transaction", type="jsonrpc", auth="public")
    def transaction(self, token, **kwargs):
        """Begin a payment, by the link of a message."""
        return self._begin(self._open(token), kwargs)

    @http.route("/my/open-items/<int:company_id>/transaction", type="jsonrpc", auth="user")
    def my_transaction(self, company_id, **kwargs):
        """Begin a payment, for who is logged in."""
        return self._begin(self._open(company_id=company_id), kwargs)

    # ------------------------------------------------------------------- show

    def _render(self, opened, status=200, **values):
        pages = opened.customer.env["account.dunning.page"]
        if request.httprequest.args.get("done") == "online":
            values.setdefault("online_tx", pages._last_online(opened.customer))
        return super()._render(opened, status, **values)

    def _page(self, opened):
        page = super()._page(opened)
        pages = opened.customer.env["account.dunning.page"]
        page["online"] = pages._online(self._payer(opened), opened.company, page)
        return page

    def _pay(self, opened):
        page = self._page(opened)
        own = self._of_currency(page)
        if not own:
            return request.redirect(opened.path)
        currency, items = own["currency"], own["items"]
        query = url_encode(
            [
                ("chosen", "1"),
                ("currency", currency.id),
                *(("item", item.id) for item in items),
            ]
        )
        is_link = opened.path.startswith("/dunning/")
        partner = self._payer(opened)
        tokens = opened.customer.env["payment.token"]
        return self._answer(
            "account_dunning_plus_payment.page_pay",
            {
                "opened": opened,
                "path": opened.path,
                "company": opened.company,
                "page": page,
                "page_name": "open_items",
                "own": own,
                "no_header": is_link,
                "no_footer": is_link,
                "amount": own["amount"],
                "currency": currency,
                "partner_id": partner.id,
                "providers_sudo": own["providers"],
                "payment_methods_sudo": own["methods"],
                # What was saved is offered to who is logged in, not to who has a link.
                "tokens_sudo": tokens
                if is_link
                else tokens._get_available_tokens(own["providers"].ids, partner.id),
                "show_tokenize_input_mapping": dict.fromkeys(own["providers"].ids, False)
                if is_link
                else PaymentPortal._compute_show_tokenize_input_mapping(own["providers"]),
                "transaction_route": f"{opened.path}/transaction?{query}",
                "landing_route": f"{opened.path}?done=online",
            },
            slim=False,
        )

    # ------------------------------------------------------------------- begin

    def _begin(self, opened, sent):
        """Begin the payment of what the address names, of today's amount.

        :param sent: what the form of core sends; of it, the way to pay alone counts
        """
        self._count(("transaction", opened.path), *_BEGUN)
        sent.pop("payment_reference", None)
        PaymentPortal._validate_transaction_kwargs(sent, additional_allowed_keys=("access_token",))
        own = self._of_currency(self._page(opened))
        if not own or own["currency"].compare_amounts(own["amount"], _number(sent.get("amount"))):
            raise ValidationError(
                request.env._(
                    "What is to be paid has changed in the meantime: go back and choose again."
                )
            )
        is_link = opened.path.startswith("/dunning/")
        partner = self._payer(opened)
        flow = sent.get("flow")
        tokens = opened.customer.env["payment.token"]
        if flow == "token" and not is_link:
            saved = tokens._get_available_tokens(own["providers"].ids, partner.id)
            fits = sent.get("token_id") in saved.ids
            provider = saved.browse(sent["token_id"]).provider_id if fits else None
        else:
            provider = own["providers"].filtered(lambda one: one.id == sent.get("provider_id"))
            fits = (
                flow in ("direct", "redirect")
                and provider
                and sent.get("payment_method_id")
                in (own["methods"] & provider.payment_method_ids).ids
            )
        if not fits:
            raise ValidationError(request.env._("Choose another way to pay: this one is closed."))
        moves = opened.customer.env["account.move"].union(*(item.move for item in own["items"]))
        discounted = [item.move.id for item in own["items"] if item.discount]
        charges = opened.customer.env["account.dunning.page"]._claimed(
            opened.company,
            opened.customer.partner_id,
            {item.id: item.currency.id for item in own["items"]},
        )
        several = len(moves) > 1
        # Core's own steps; its controllers add nothing to them for invoices.
        tx_sudo = PaymentPortal()._create_transaction(
            provider_id=provider.id,
            payment_method_id=sent.get("payment_method_id"),
            token_id=sent.get("token_id"),
            amount=own["amount"],
            currency_id=own["currency"].id,
            partner_id=partner.id,
            flow=flow,
            tokenization_requested=bool(sent.get("tokenization_requested")) and not is_link,
            landing_route=f"{opened.path}?done=online",
            reference_prefix=opened.company.get_next_batch_payment_communication()
            if several
            else None,
            custom_create_values={
                "invoice_ids": [Command.set(moves.ids)],
                "dunning_customer_id": opened.customer.id,
                "dunning_discount_ids": [Command.set(discounted)],
                "dunning_charge_ids": [Command.set(charges.ids)],
            },
        )
        return tx_sudo._get_processing_values()

    # ----------------------------------------------------------------- helpers

    def _of_currency(self, page):
        """What can be paid online in the currency that the address names."""
        asked = request.httprequest.args.get("currency", "")
        return next((own for own in page["online"] if str(own["currency"].id) == asked), None)

    @staticmethod
    def _payer(opened):
        """Who pays: the customer by a link, else the contact who is logged in."""
        if opened.path.startswith("/dunning/"):
            return opened.customer.partner_id
        return opened.customer.env["res.partner"].browse(request.env.user.partner_id.id)


def _number(value):
    """A number that was sent, -1 when it is none."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else -1
