"""An Odoo of one database in this process, without a server."""

from __future__ import annotations

import logging
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def configure(database: str | None = None) -> str:
    """Read Odoo's settings file, which ``ODOO_RC`` names.

    :param database: the database to work on, else the file's own
    :return: the database's name, "" when neither says one
    """
    config.parse_config(["-d", database] if database else [], setup_logging=False)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    names = config["db_name"]
    if isinstance(names, list):
        names = names[0] if names else ""
    return names or ""


@contextmanager
def environment(database: str):
    """An environment of the superuser; what was not committed is lost at the end.

    :param database: a database with the add-on installed
    """
    with Registry(database).cursor() as cr:
        try:
            yield api.Environment(cr, SUPERUSER_ID, {})
        finally:
            cr.rollback()
