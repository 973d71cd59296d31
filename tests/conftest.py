"""What every test session keeps to: nothing is skipped, nothing logs an error unseen.

The tests of tests/unit need no database and no Odoo: `pytest -p no:odoo tests/unit` runs them
alone. All others run on the database that `make test` prepares.
"""

import ast
import logging
import os
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNIT = ROOT / "tests" / "unit"
ADDON = "account_dunning_plus"
#: (test, log line) of each ERROR or CRITICAL that no test expected, in the order they came.
_LOGGED = []
_CURRENT = {"test": "outside of a test"}


class _ErrorWatch(logging.Handler):
    """Remembers errors that reach the root logger; assertLogs and mute_logger keep theirs away."""

    def emit(self, record):
        text = record.getMessage().splitlines() or [""]
        cause = ""
        if record.exc_info and record.exc_info[1] is not None:
            cause = f" [{type(record.exc_info[1]).__name__}: {record.exc_info[1]}]"
        line = f"{record.levelname} {record.name}: {text[0]}{cause}"
        _LOGGED.append((_CURRENT["test"], line[:1000]))


def _has_database(config):
    """Tell whether pytest-odoo is there and was told which database to use."""
    if not config.pluginmanager.has_plugin("odoo"):
        return False
    return bool(
        config.getoption("--odoo-database")
        or config.getoption("--odoo-config")
        or os.environ.get("ODOO_RC")
    )


def _only_unit(config):
    """Tell whether every path of the command line is in tests/unit."""
    paths = [
        Path(config.invocation_params.dir, arg.split("::")[0]).resolve() for arg in config.args
    ]
    return bool(paths) and all(path == UNIT or UNIT in path.parents for path in paths)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config):
    """Set pytest-odoo up before it reads its options: a web server for tours, errors logged."""
    if _has_database(config):
        config.option.odoo_http = True
        config.option.odoo_log_level = "error"
    elif _only_unit(config):
        plugin = config.pluginmanager.get_plugin("odoo")
        if plugin:
            config.pluginmanager.unregister(plugin)
    else:
        raise pytest.UsageError(
            "These tests need a database: run `make test`, or `pytest -p no:odoo tests/unit` for "
            "those that need none."
        )
    return (yield)


def _is_worker(config):
    """Tell whether this process runs a part of the tests for another one."""
    return hasattr(config, "workeroutput")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """Collect the errors that a worker logged."""
    _LOGGED.extend(map(tuple, getattr(node, "workeroutput", {}).get("logged", ())))


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    watch = _ErrorWatch(level=logging.ERROR)
    logging.getLogger().addHandler(watch)


@pytest.fixture(scope="session", autouse=True)
def installed_version(request):
    """Stop when the database holds another version of the add-on than the manifest says."""
    if not _has_database(request.config):
        return
    request.getfixturevalue("load_registry")
    from odoo.sql_db import db_connect
    from odoo.tests.common import get_db_name

    manifest = ast.literal_eval((ROOT / ADDON / "__manifest__.py").read_text(encoding="utf-8"))
    with db_connect(get_db_name()).cursor() as cr:
        cr.execute(
            "SELECT latest_version FROM ir_module_module WHERE name = %s AND state = 'installed'",
            [ADDON],
        )
        row = cr.fetchone()
    if row is None or row[0] != manifest["version"]:
        pytest.exit(
            f"The database has {ADDON} {row[0] if row else 'not installed'}, the manifest says "
            f"{manifest['version']}: run `make test`, which upgrades.",
            returncode=3,
        )


@pytest.fixture(scope="session", autouse=True)
def own_files(request):
    """Give a worker's database stored files of its own.

    pytest-odoo lets workers share those of the original; the cleaning up after each class then
    takes the files of the other workers for garbage.
    """
    if not _has_database(request.config) or not _is_worker(request.config):
        yield
        return
    request.getfixturevalue("load_registry")
    from odoo.tests.common import get_db_name
    from odoo.tools import config

    shared = Path(config.filestore(get_db_name()))
    own = shared.with_name(get_db_name())
    shutil.rmtree(own, ignore_errors=True)
    if shared.is_dir():
        # Odoo never changes a stored file, so a link is as good as a copy.
        shutil.copytree(shared, own, copy_function=os.link)
    with patch.object(config, "filestore", lambda name: str(shared.with_name(name))):
        yield
    shutil.rmtree(own, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Keep the name of the running test for the errors logged meanwhile."""
    _CURRENT["test"] = item.nodeid
    try:
        return (yield)
    finally:
        _CURRENT["test"] = f"after {item.nodeid}"


def _refuse_skip(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\nA skipped test proves nothing: every test must run here."


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    """Fail a test that was skipped, or during which an error was logged that it did not expect."""
    report = yield
    _refuse_skip(report)
    if report.when == "teardown" and report.passed:
        lines = [line for test, line in _LOGGED if test == item.nodeid]
        if lines:
            report.outcome = "failed"
            report.longrepr = "\n".join(
                ["Errors were logged that the test did not expect (assertLogs says which it does):"]
                + [f"  {line}" for line in lines]
            )
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    """Fail a module that skips itself as a whole."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Fail the session for errors logged while no test ran."""
    if _is_worker(session.config):
        session.config.workeroutput["logged"] = _LOGGED
    elif _LOGGED and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """List the errors logged, with the test that was running."""
    if _LOGGED:
        terminalreporter.section("errors logged")
        for test, line in _LOGGED:
            terminalreporter.write_line(f"{test}: {line}")
