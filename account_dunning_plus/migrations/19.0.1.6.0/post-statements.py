def migrate(cr, version):
    """Reminders that wait say what is open when they are read, and not what was one night.

    A text written by hand keeps what it relies on.
    """
    cr.execute(
        """
        UPDATE account_dunning_notice
           SET statement = NULL
         WHERE state IN ('draft', 'ready')
           AND composed -> 'body_html' IS NULL
           AND statement IS NOT NULL
        """
    )
