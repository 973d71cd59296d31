def migrate(cr, version):
    """Drop the checks of references that something else keeps true; the fields say what."""
    for table, name in (
        ("account_dunning_notice", "company_id"),
        ("account_dunning_notice", "policy_id"),
        ("account_dunning_notice", "level_id"),
        ("account_dunning_notice_line", "move_line_id"),
    ):
        constraint = f"{table}_{name}_fkey"
        cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint}")
        cr.execute("DELETE FROM ir_model_constraint WHERE name = %s", [constraint])
