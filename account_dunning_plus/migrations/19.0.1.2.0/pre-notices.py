def migrate(cr, version):
    """Drop what the database maintained for each notice and line, and nothing needs."""
    # The fields say what keeps these references true.
    for name in ("move_id", "level_id", "currency_id", "company_id"):
        constraint = f"account_dunning_notice_line_{name}_fkey"
        cr.execute(
            f"ALTER TABLE account_dunning_notice_line DROP CONSTRAINT IF EXISTS {constraint}"
        )
        cr.execute("DELETE FROM ir_model_constraint WHERE name = %s", [constraint])
    cr.execute("DROP INDEX IF EXISTS account_dunning_notice_line__level_id_index")
    cr.execute("DROP INDEX IF EXISTS account_dunning_notice__company_id_index")
    # The notice has it.
    cr.execute("ALTER TABLE account_dunning_notice_line DROP COLUMN IF EXISTS company_id")
