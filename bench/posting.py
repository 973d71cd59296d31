"""What the add-on costs whoever posts an invoice or matches a payment.

python bench/posting.py DATABASE        prints the seconds of some rounds as JSON

Works on a database with or without the add-on, and leaves it as it was.
"""

from __future__ import annotations

import json
import sys
import time

from first_copy import FirstCopy, make_company
from odoo_process import configure, environment

ROUNDS = 6
INVOICES = 40


def main() -> None:
    database = sys.argv[1]
    configure(database)
    with environment(database) as env:
        env = env(context={"tracking_disable": True, "install_mode": True})
        company = make_company(env)
        env = env(context=dict(env.context, allowed_company_ids=company.ids))
        maker = FirstCopy(env, company.with_env(env), 0)
        customers = maker._make_customers()
        rounds = [_round(env, maker, customers) for _round_number in range(ROUNDS)]
    # The first round fills the caches.
    print(
        json.dumps(
            {
                "post": [post for post, _match in rounds[1:]],
                "match": [match for _post, match in rounds[1:]],
            }
        )
    )


def _round(env, maker, customers):
    """Seconds to post invoices, and to book and match their payments."""
    moves = env["account.move"].create(
        [
            maker._invoice(customers[index % len(customers)], maker.terms[0])
            for index in range(INVOICES)
        ]
    )
    env.flush_all()
    env.invalidate_all()
    start = time.monotonic()
    moves.action_post()
    env.flush_all()
    posted = time.monotonic() - start
    env.invalidate_all()
    start = time.monotonic()
    maker._receive([(move, 1) for move in moves])
    env.flush_all()
    return posted, time.monotonic() - start


if __name__ == "__main__":
    main()
