from odoo.tools import SQL
from odoo.tools.misc import split_every

_BATCH = 500


def post_init_hook(env):
    """Give companies a policy, and make all who owe something known to the follow-up.

    Branches inherit their parent's policy, so only root companies get one.
    """
    policy = env.ref("account_dunning_plus.dunning_policy_friendly", raise_if_not_found=False)
    if policy:
        companies = env["res.company"].search(
            [("dunning_policy_id", "=", False), ("parent_id", "=", False)]
        )
        companies.dunning_policy_id = policy
    env["account.dunning.customer"]._ensure(SQL("TRUE"))
    record_discounts(env)


def record_discounts(env):
    """Record what the payments so far made of discounts; nothing is booked.

    What Odoo's own wizard gave before is known as taken, and what was kept back and is still
    open waits for a decision.
    """
    moves = env["account.move"]
    paid = moves.search(
        [
            ("move_type", "in", moves._discount_types()),
            ("state", "=", "posted"),
            (
                "line_ids",
                "any",
                [
                    ("display_type", "=", "payment_term"),
                    ("discount_date", "!=", False),
                    ("matched_credit_ids", "!=", False),
                ],
            ),
        ]
    )
    for ids in split_every(_BATCH, paid.ids):
        moves.browse(ids)._discount_judge()
        env.flush_all()
        env.invalidate_all()
