def post_init_hook(env):
    """Give every company without a policy of its own the shipped default.

    Branches inherit their parent's policy, so only root companies get one.
    """
    policy = env.ref("account_dunning_plus.dunning_policy_friendly", raise_if_not_found=False)
    if policy:
        companies = env["res.company"].search(
            [("dunning_policy_id", "=", False), ("parent_id", "=", False)]
        )
        companies.dunning_policy_id = policy
