"""What the worklist and a customer's screen cost on the server."""

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
    return _median(env, meter, lambda: _page(env, [("situation", "=", "attention")]))


def worklist_all(env, meter):
    """The first page of all who owe something."""
    return _median(env, meter, lambda: _page(env, []))


def customer(env, meter):
    """The screen of a customer with 500 open items."""
    partner = _large_customer(env)
    rows = _rows(env)
    names = {name: {} for name in SCREEN.split()}

    def screen():
        row = rows.search([("partner_id", "=", partner.id)])
        [values] = row.web_read(names)
        assert len(values["items"]["rows"]) >= ITEMS
        return 1

    return _median(env, meter, screen)


def _rows(env):
    company = env["res.company"].search([("name", "=", COMPANY)])
    return env["account.dunning.followup"].with_context(allowed_company_ids=company.ids)


def _page(env, domain):
    names = {name: {} for name in COLUMNS.split()}
    names["partner_id"] = names["user_id"] = names["level_id"] = {"fields": {"display_name": {}}}
    found = _rows(env).web_search_read(
        [("is_open", "=", True), *domain], names, limit=PAGE, count_limit=COUNT
    )
    return len(found["records"])


def _large_customer(env):
    """Give one customer the items of others, until it has 500; not committed."""
    company = env["res.company"].search([("name", "=", COMPANY)])
    row = _rows(env).search([("is_open", "=", True)], limit=1)
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
