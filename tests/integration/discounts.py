"""What scenarios of the early-payment discount share: terms, taxes, payments, and books read."""

from collections import defaultdict

from odoo import Command, fields

from . import books, common


class DiscountCase(common.DunningCase):
    """A company with "2 % within 10 days, net 30" and a tax of 21 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_discount_books(cls.company)
        cls.receivable = books.account(cls.company, "asset_receivable")
        cls.tax = make_tax(cls.company, 21)
        cls.term = cls.make_term()
        cls.partner = cls.customer()

    @classmethod
    def make_term(cls, mode="included", percent=2, days=10, net=30, **vals):
        return make_term(cls.env, cls.company, mode, percent, days, net, **vals)

    @classmethod
    def bill(cls, date, *amounts, term=None, partner=None, currency=None, **vals):
        """Post an invoice with a line for each amount, each with the tax.

        :param amounts: amounts, or pairs of an amount and its taxes
        """
        return make_bill(
            cls.company, partner or cls.partner, date, amounts, term or cls.term, cls.tax,
            currency, **vals,
        )  # fmt: skip

    @classmethod
    def register(cls, moves, date, amount=None, **vals):
        """The wizard by which a payment is registered, not yet confirmed."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"payment_date": fields.Date.to_date(date), **vals})
        )
        if amount is not None:
            wizard.amount = amount
            wizard._onchange_amount()
        return wizard

    @classmethod
    def entry_of(cls, move):
        """The entries that book the discount of an invoice."""
        return cls.env["account.move"].search(
            [("discount_origin_id", "=", move.id), ("state", "=", "posted")], order="id"
        )

    def assertDiscount(self, move, outcome, taken=0.0, decision=False, undecided=False, rest=None):
        """What is recorded of an invoice's discount."""
        self.env.invalidate_all()
        self.assertEqual(
            (move.discount_outcome, move.discount_decision, move.discount_undecided),
            (outcome, decision, undecided),
        )
        self.assertAlmostEqual(move.discount_taken, taken, 2)
        if rest is not None:
            self.assertAlmostEqual(move.amount_residual, rest, 2)


def make_discount_books(company):
    """The account of granted discounts, and a journal for them."""
    env = company.env(context={"allowed_company_ids": company.ids})
    company = company.with_env(env)
    company.account_journal_early_pay_discount_loss_account_id = env["account.account"].create(
        {
            "code": "653000",
            "name": "Discounts Granted",
            "account_type": "expense",
            "company_ids": [Command.set(company.ids)],
        }
    )
    # Where the wizard's payments wait for the bank.
    books.journal(
        company, "bank"
    ).inbound_payment_method_line_ids.payment_account_id = books.account(company, "asset_current")
    env["account.journal"].create(
        {"name": "Miscellaneous", "code": "MISC", "type": "general", "company_id": company.id}
    )


def make_tax(company, percent):
    """A tax on sales, booked on an account of its own."""
    env = company.env(context={"allowed_company_ids": company.ids})
    account = env["account.account"].create(
        {
            "code": f"4510{percent:02}",
            "name": f"Tax {percent} %",
            "account_type": "liability_current",
            "company_ids": [Command.set(company.ids)],
        }
    )
    parts = [
        Command.create({"repartition_type": "base"}),
        Command.create({"repartition_type": "tax", "account_id": account.id}),
    ]
    group = env["account.tax.group"].create(
        {
            "name": f"Tax {percent} %",
            "company_id": company.id,
            "country_id": company.account_fiscal_country_id.id,
        }
    )
    return env["account.tax"].create(
        {
            "name": f"{percent} %",
            "amount": percent,
            "type_tax_use": "sale",
            "company_id": company.id,
            "country_id": company.account_fiscal_country_id.id,
            "tax_group_id": group.id,
            "invoice_repartition_line_ids": parts,
            "refund_repartition_line_ids": parts,
        }
    )


def make_term(env, company, mode, percent=2, days=10, net=30, **vals):
    return env["account.payment.term"].create(
        {
            "name": f"{percent}/{days} net {net} {mode}",
            "company_id": company.id,
            "early_discount": True,
            "discount_percentage": percent,
            "discount_days": days,
            "early_pay_discount_computation": mode,
            "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": net})],
            **vals,
        }
    )


def make_bill(company, partner, date, amounts, term, tax, currency=None, **vals):
    """Post an invoice of some lines with a payment term."""
    env = company.env(context={"allowed_company_ids": company.ids, "tracking_disable": True})
    lines = [own if isinstance(own, tuple) else (own, tax) for own in amounts]
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "journal_id": books.journal(company, "sale").id,
            "partner_id": partner.id,
            "currency_id": (currency or company.currency_id).id,
            "invoice_date": fields.Date.to_date(date),
            "invoice_payment_term_id": term.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Goods",
                        "quantity": 1,
                        "price_unit": amount,
                        "tax_ids": [Command.set(taxes.ids)],
                    }
                )
                for amount, taxes in lines
            ],
            **vals,
        }
    )
    move.action_post()
    return move.with_env(company.env)


def booked(moves):
    """What entries book beside money and customers' accounts.

    :return: dict of (account, tax part, taxes, tags) to (amount in currency, balance)
    """
    sums = defaultdict(lambda: [0, 0])
    for line in moves.line_ids:
        if line.account_id.account_type in ("asset_receivable", "asset_cash", "asset_current"):
            continue
        key = (
            line.account_id.code,
            line.tax_repartition_line_id.id,
            tuple(line.tax_ids.ids),
            tuple(line.tax_tag_ids.ids),
        )
        sums[key][0] += line.amount_currency
        sums[key][1] += line.balance
    return {
        key: (round(amount, 2), round(balance, 2))
        for key, (amount, balance) in sums.items()
        if round(amount, 2) or round(balance, 2)
    }


def settling(move):
    """All entries by which an invoice was settled, exchange differences with them."""
    partials = books.receivable_items(move).matched_credit_ids
    return partials.credit_move_id.move_id | partials.exchange_move_id
