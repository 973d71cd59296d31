"""What the worklist and a customer's screen cost on the server.

Read as whoever works with reminders reads them: a user of one company, under its rules. With
``everywhere`` as the superuser, who sees the customers of all companies at once.
"""

from __future__ import annotations

import statistics

from first_copy import COMPANY

# Rows of a page, and how far Odoo's list counts.
PAGE, COUNT = 80, 10_001
ROUNDS = 7
ITEMS = 500

# As the list and the form ask for them.
COLUMNS = (
    "activity_state amount_due amount_overdue attention currency_id days_overdue "
    "days_since_contact hold_until last_contact_date level_id next_step partner_id priority "
    "priority_explanation reason situation trust user_id worked_by"
)
SCREEN = (
    "ageing amount_credit amount_overdue amount_upcoming attention figures hold_until items "
    "level_id next_step note partner_id phone policy_id reason salesperson_id situation timeline "
    "trust user_id worked_by"
)


def worklist(env, meter):
    """The first page of what needs a person: where the worklist opens."""
    rows = _rows(env)
    return _median(env, meter, lambda: _page(rows, [("situation", "=", "attention")]))


def worklist_all(env, meter):
    """The first page of all who owe something."""
    rows = _rows(env)
    return _median(env, meter, lambda: _page(rows, []))


def worklist_everywhere(env, meter):
    """The first page of all who owe something to any of the companies."""
    return _median(env, meter, lambda: _page(env["account.dunning.followup"], []))


def customer(env, meter):
    """The screen of a customer with 500 open items."""
    partner = _large_customer(env)
    rows = _rows(env)
    partner = partner.with_env(rows.env)
    names = {name: {} for name in SCREEN.split()}

    row_id = rows.search([("partner_id", "=", partner.id)]).id

    def screen():
        [values] = rows.browse(row_id).web_read(names)
        assert len(values["items"]["rows"]) >= ITEMS
        return 1

    return _median(env, meter, screen)


def _rows(env):
    """The worklist as an ordinary user of the ledger's company sees it; not committed."""
    company = env["res.company"].search([("name", "=", COMPANY)])
    user = env["res.users"].create(
        {
            "name": "Works with reminders",
            "login": "works-with-reminders",
            "company_id": company.id,
            "company_ids": company.ids,
            "group_ids": env.ref("account_dunning_plus.group_dunning_user").ids,
        }
    )
    rows = env["account.dunning.followup"].with_user(user)
    return rows.with_context(allowed_company_ids=company.ids)


def _page(rows, domain):
    names = {name: {} for name in COLUMNS.split()}
    names["partner_id"] = names["user_id"] = names["level_id"] = {"fields": {"display_name": {}}}
    found = rows.web_search_read(
        [("is_open", "=", True), *domain], names, limit=PAGE, count_limit=COUNT
    )
    return len(found["records"])


def _large_customer(env):
    """Give one customer the items of others, until it has 500; not committed."""
    company = env["res.company"].search([("name", "=", COMPANY)])
    rows = env["account.dunning.followup"].with_context(allowed_company_ids=company.ids)
    row = rows.search([("is_open", "=", True), ("company_id", "=", company.id)], limit=1)
    env.cr.execute(
        """
        SELECT line.move_id FROM account_move_line line
          JOIN account_account account ON account.id = line.account_id
         WHERE line.company_id = %s AND line.parent_state = 'posted' AND line.balance > 0
           AND line.reconciled IS NOT TRUE AND account.account_type = 'asset_receivable'
         ORDER BY line.id DESC LIMIT %s
        """,
        [company.id, ITEMS],
    )
    moves = tuple(move_id for [move_id] in env.cr.fetchall())
    for table in ("account_move", "account_move_line"):
        column = "id" if table == "account_move" else "move_id"
        env.cr.execute(
            f"UPDATE {table} SET partner_id = %s WHERE {column} IN %s", [row.partner_id.id, moves]
        )
    env.invalidate_all()
    return row.partner_id


def _median(env, meter, call):
    """The call with nothing in the cache, as each request begins; the first is not counted."""
    call()
    seconds = []
    for _round in range(ROUNDS):
        env.flush_all()
        env.invalidate_all()
        with meter(env) as own:
            count = call()
        seconds.append(own.seconds)
    own.seconds = statistics.median(seconds)
    return own.figures(count=count)
