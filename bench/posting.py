"""What the add-on costs whoever posts an invoice or matches a payment.

python bench/posting.py DATABASE        answers each line it reads with a round's figures as JSON

Works on a database with or without the add-on, and leaves it as it was. Two of these processes
work in turns, so that what else the machine does falls on both alike.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path

from first_copy import FirstCopy, make_company
from odoo_process import configure, environment

INVOICES = 40
_TABLES = ("account_move", "account_move_line", "account_partial_reconcile", "res_partner")


def main() -> None:
    database = sys.argv[1]
    configure(database)
    with environment(database) as env:
        env = env(context={"tracking_disable": True, "install_mode": True})
        company = make_company(env)
        env = env(context=dict(env.context, allowed_company_ids=company.ids))
        maker = FirstCopy(env, company.with_env(env), 0)
        customers = maker._make_customers()
        # Fills the caches.
        _round(env, maker, customers)
        # In a small database the planner chooses by chance, and not alike in both.
        env.cr.execute(f"ANALYZE {', '.join(_TABLES)}")
        for _line in sys.stdin:
            print(json.dumps(_round(env, maker, customers)), flush=True)


def _round(env, maker, customers):
    """What it costs to post invoices, and to book and match their payments.

    :return: dict of what was done to {"cpu": processor seconds of Python and PostgreSQL,
        "seconds": seconds, "queries": queries}
    """
    moves = env["account.move"].create(
        [
            maker._invoice(customers[index % len(customers)], maker.terms[0])
            for index in range(INVOICES)
        ]
    )
    return {
        "post": _measured(env, moves.action_post),
        "match": _measured(env, lambda: maker._receive([(move, 1) for move in moves])),
    }


def _measured(env, work):
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    # The garbage of one round is no cost of the next.
    gc.disable()
    before = _spent(env)
    work()
    env.flush_all()
    after = _spent(env)
    gc.enable()
    return {name: after[name] - before[name] for name in after}


def _spent(env):
    return {
        "cpu": time.process_time() + _backend_seconds(env.cr),
        "seconds": time.monotonic(),
        "queries": env.cr.sql_log_count,
    }


def _backend_seconds(cr):
    """Processor seconds of the connection's PostgreSQL process, 0 when it is not here.

    From the scheduler, which counts nanoseconds; the usual hundredths of a second are a twentieth
    of what a round takes.
    """
    try:
        spent = Path(f"/proc/{cr._cnx.get_backend_pid()}/schedstat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return int(spent.split()[0]) / 1e9


if __name__ == "__main__":
    main()
