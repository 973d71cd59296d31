"""The books of a small wholesaler, made as an accountant would make them.

A company with the few accounts and journals that invoices and payments need: no chart of
accounts is loaded, so that a class of tests starts in a second and rests on no country.
"""

from odoo import Command, fields


def make_company(env, name, tz="Europe/Brussels", **vals):
    """A company in euro with accounts, journals and a working week from Monday to Friday."""
    company = env["res.company"].create(
        {
            "name": name,
            "currency_id": env.ref("base.EUR").id,
            "country_id": env.ref("base.be").id,
            "email": "debtors@example.com",
            "dunning_policy_id": False,
            **vals,
        }
    )
    company.partner_id.write({"tz": tz, "lang": "en_US"})
    company.resource_calendar_id.tz = tz
    company.account_fiscal_country_id = company.country_id
    make_books(env, company)
    return company


def make_books(env, company):
    """Give a company a receivable, an income and a bank account, and three journals."""
    env = env(context={"allowed_company_ids": company.ids})

    def account(code, label, kind):
        return env["account.account"].create(
            {
                "code": code,
                "name": label,
                "account_type": kind,
                "reconcile": kind == "asset_receivable",
                "company_ids": [Command.set(company.ids)],
            }
        )

    receivable = account("400000", "Customers", "asset_receivable")
    income = account("700000", "Sales", "income")
    bank = account("550000", "Bank", "asset_cash")
    account("580000", "Payments On Their Way", "asset_current")
    gain = account("754000", "Exchange Gain", "income_other")
    loss = account("654000", "Exchange Loss", "expense")
    env["ir.default"].set(
        "res.partner", "property_account_receivable_id", receivable.id, company_id=company.id
    )
    journals = {}
    for code, kind, default in (("INV", "sale", income), ("BNK", "bank", bank)):
        journals[kind] = env["account.journal"].create(
            {
                "name": code,
                "code": code,
                "type": kind,
                "company_id": company.id,
                "default_account_id": default.id,
            }
        )
    company.write(
        {
            "currency_exchange_journal_id": env["account.journal"]
            .create({"name": "EXCH", "code": "EXCH", "type": "general", "company_id": company.id})
            .id,
            "income_currency_exchange_account_id": gain.id,
            "expense_currency_exchange_account_id": loss.id,
        }
    )


def make_policy(env, company, name="Three steps", delays=(3, 14, 30), **vals):
    """A policy with an e-mail level for each delay, three days apart at least, no PDFs."""
    return env["account.dunning.policy"].create(
        {
            "name": name,
            "company_id": company.id,
            "level_ids": [
                Command.create(
                    {
                        "name": f"Level {number}",
                        "sequence": number,
                        "delay_days": delay,
                        "interval_days": 3 if number > 1 else 0,
                        "attach_invoices": False,
                    }
                )
                for number, delay in enumerate(delays, start=1)
            ],
            **vals,
        }
    )


def make_customer(env, name, **vals):
    """A customer who is a company, with an e-mail address made of the name."""
    address = "".join(letter for letter in name.lower() if letter.isalnum())
    return env["res.partner"].create(
        {"name": name, "is_company": True, "email": f"{address}@example.com", **vals}
    )


def journal(company, kind):
    """The journal of a company by type: sale, bank or general."""
    return company.env["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", kind)], limit=1
    )


def account(company, kind):
    """An account of a company by type."""
    return (
        company.env["account.account"]
        .with_context(allowed_company_ids=company.ids)
        .search([("company_ids", "in", company.ids), ("account_type", "=", kind)], limit=1)
    )


def make_document(company, kind, partner, date, due, amount, currency=None, term=None):
    """Post an invoice (``out_invoice``) or a credit note (``out_refund``) of one line.

    :param due: the due date; not used with payment terms
    :param term: account.payment.term, for instalments
    """
    vals = _document(company, kind, partner, date, due, amount, currency, term)
    return _post(company, [vals])


def make_invoices(company, rows):
    """Post many invoices at once, which takes half the time.

    :param rows: list of (partner, date, due date, amount)
    """
    return _post(company, [_document(company, "out_invoice", *row) for row in rows])


def _document(company, kind, partner, date, due, amount, currency=None, term=None):
    return {
        "move_type": kind,
        "journal_id": journal(company, "sale").id,
        "partner_id": partner.id,
        "currency_id": (currency or company.currency_id).id,
        "invoice_date": fields.Date.to_date(date),
        "invoice_date_due": False if term else fields.Date.to_date(due),
        "invoice_payment_term_id": term.id if term else False,
        "invoice_line_ids": [
            Command.create({"name": "Goods", "quantity": 1, "price_unit": amount, "tax_ids": False})
        ],
    }


def _post(company, vals_list):
    context = {"allowed_company_ids": company.ids, "tracking_disable": True}
    moves = company.env(context=context)["account.move"].create(vals_list)
    moves.action_post()
    return moves.with_env(company.env)


def make_money(company, partner, date, amount, currency=None, kind="bank"):
    """Post an entry by which a customer's account is credited; nothing is allocated.

    :param kind: type of the journal; the entry of a general journal is an opening or a
        correction, and its amount may be negative: the customer is debited
    :return: the entry's receivable item
    """
    env = company.env(context={"allowed_company_ids": company.ids})
    currency = currency or company.currency_id
    balance = currency._convert(
        amount, company.currency_id, company, fields.Date.to_date(date), round=True
    )
    entry = env["account.move"].create(
        {
            "move_type": "entry",
            "journal_id": journal(company, kind).id,
            "date": fields.Date.to_date(date),
            "line_ids": [
                Command.create(
                    {
                        "name": "Money",
                        "account_id": account(company, other).id,
                        "partner_id": partner.id,
                        "currency_id": currency.id,
                        "amount_currency": sign * amount,
                        "balance": sign * balance,
                    }
                )
                for other, sign in (
                    ("asset_cash" if kind == "bank" else "income", 1),
                    ("asset_receivable", -1),
                )
            ],
        }
    )
    entry.action_post()
    return receivable_items(entry)


def receivable_items(move):
    """The receivable items of an invoice or entry, by due date."""
    return move.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    ).sorted("date_maturity")


def leave_only(env, *companies):
    """Let no other company have a night: its customers are no part of the test."""
    env["res.company"].flush_model()
    env.cr.execute(
        "UPDATE res_company SET active = FALSE WHERE id != ALL(%s)",
        [[company.id for company in companies]],
    )
    env.invalidate_all()
    env.registry.clear_all_caches()
