"""A copy of a database to measure on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing

import psycopg2
from odoo.sql_db import connection_info_for
from odoo.tools import config
from psycopg2 import sql

MODULE = "account_dunning_plus"


class WorkCopy:
    """Makes a clean copy with the add-on installed, and removes it at the end.

    :param source: the database to copy; nobody may be connected to it
    :param name: the copy's name; a database of that name is removed first
    :param keep: leave the copy there at the end
    :param install: install the add-on where it is not
    """

    def __init__(self, source: str, name: str, keep: bool = False, install: bool = True):
        self.source = source
        self.name = name
        self.keep = keep
        self.install = install

    def __enter__(self) -> WorkCopy:
        self._drop()
        copy, source = sql.Identifier(self.name), sql.Identifier(self.source)
        _execute("postgres", sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, source))
        if self.install:
            self._install()
        return self

    def __exit__(self, *_exc) -> None:
        if not self.keep:
            self._drop()

    def settle(self) -> None:
        """Clean up and gather statistics, as PostgreSQL does by itself in quieter times."""
        _execute(self.name, "VACUUM ANALYZE")

    def _drop(self) -> None:
        name = sql.Identifier(self.name)
        _execute("postgres", sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        shutil.rmtree(config.filestore(self.name), ignore_errors=True)

    def _install(self) -> None:
        installed = _execute(
            self.name, "SELECT state FROM ir_module_module WHERE name = %s", [MODULE]
        )
        if installed == [("installed",)]:
            return
        command = [sys.executable, "-m", "odoo", "server", "-d", self.name, "-i", MODULE]
        subprocess.run(
            [*command, "--without-demo", "--stop-after-init", "--no-http", "--log-level=error"],
            check=True,
        )


def _execute(database, query, values=None):
    """Run one statement outside a transaction; return its rows, if it has any."""
    _name, info = connection_info_for(database)
    with closing(psycopg2.connect(**info)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []
