"""Two processes at once, each with its own transactions.

What happens here is committed, so it happens in a database of its own: a copy of the one under
test, dropped at the end.
"""

import shutil
import threading
from contextlib import closing, contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, modules, sql_db
from odoo.modules.registry import Registry
from odoo.tests.common import BaseCase, freeze_time, get_db_name, tagged
from odoo.tools import SQL, config

from . import books

PATIENCE = 30
"""Seconds after which a thread that waits for the other one gives up."""


@contextmanager
def database_copy(name):
    """A copy of the database under test, as long as the context lasts."""

    def execute(query, *names):
        with closing(sql_db.db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            cr.execute(SQL(query, *map(SQL.identifier, names)))

    sql_db.close_db(get_db_name())
    execute("DROP DATABASE IF EXISTS %s", name)
    execute("CREATE DATABASE %s TEMPLATE %s", name, get_db_name())
    # A registry that is loaded while tests are enabled runs the tests of all modules.
    enabled, config["test_enable"] = config["test_enable"], False
    try:
        registry = Registry(name)
        config["test_enable"] = enabled
        yield registry
    finally:
        config["test_enable"] = enabled
        Registry.delete(name)
        sql_db.close_db(name)
        execute("DROP DATABASE %s", name)
        shutil.rmtree(config.filestore(name), ignore_errors=True)


@tagged("standard", "post_install", "-at_install")
class ProcessesCase(BaseCase):
    now = "2026-03-05 02:30:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls.enterClassContext(database_copy(f"{get_db_name()}_twin"))
        cls.enterClassContext(freeze_time(cls.now))
        # The processes commit, as outside of tests.
        cls.enterClassContext(patch.object(modules.module, "current_test", False))
        cls.number = 0

    def setUp(self):
        super().setUp()
        # pytest-odoo names the running test before each of them.
        self.patch(modules.module, "current_test", False)
        type(self).number += 1

    def reminding_company(self, env, name):
        """A company of this test alone, the only one that reminds, on any day of the week."""
        company = books.make_company(env, f"{name} {self.number}", dunning_working_days_only=False)
        books.leave_only(env, company)
        company.dunning_policy_id = books.make_policy(env, company)
        return company

    @contextmanager
    def process(self):
        """An environment of a transaction of its own, committed at the end."""
        with self.twin.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def both(self, *functions):
        """Do each function in a process of its own, at the same time.

        :return: the exceptions that came of it
        """
        errors = []

        def work(function):
            try:
                with self.process() as env:
                    function(env)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(function,)) for function in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * PATIENCE)
            self.assertFalse(thread.is_alive(), "a process hangs")
        return errors

    def meeting(self, model, method):
        """Let the first process that calls a method stop right after it, uncommitted, until the
        other one has done all it can, or waits for the first.

        :return: function to run as the second process: it starts when the first has stopped
        """
        origin = getattr(self.twin[model], method)
        stopped, go_on = threading.Event(), threading.Event()

        def stops(records, *args):
            result = origin(records, *args)
            if not stopped.is_set():
                stopped.set()
                go_on.wait(3)
            return result

        self.patch(self.twin[model], method, stops)

        def second(function):
            def work(env):
                self.assertTrue(stopped.wait(PATIENCE))
                try:
                    function(env)
                finally:
                    go_on.set()

            return work

        return second
