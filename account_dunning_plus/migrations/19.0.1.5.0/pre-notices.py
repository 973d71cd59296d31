def migrate(cr, version):
    """Drop what the database maintained for each notice and line, and nothing needs."""
    constraint = "account_dunning_notice_line_notice_id_fkey"
    cr.execute(f"ALTER TABLE account_dunning_notice_line DROP CONSTRAINT IF EXISTS {constraint}")
    cr.execute("DELETE FROM ir_model_constraint WHERE name = %s", [constraint])
    # Open notices have an index of their own; what policies refer to is looked up seldom.
    cr.execute("DROP INDEX IF EXISTS account_dunning_notice__state_index")
    cr.execute("DROP INDEX IF EXISTS account_dunning_notice__policy_id_index")
