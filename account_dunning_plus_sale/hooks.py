def uninstall_hook(env):
    """Salespeople are Follow-up Viewers by this module alone: without it they are not."""
    env.ref("sales_team.group_sale_salesman").implied_ids -= env.ref(
        "account_dunning_plus.group_dunning_viewer"
    )
