from odoo.tools import SQL


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
