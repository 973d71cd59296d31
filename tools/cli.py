"""The verbs: what each target of the Makefile does, in the order it does it."""

from __future__ import annotations

import os
import shutil
import sys

from tools import lint, server
from tools.database import Databases, add_on_modules
from tools.lock import lock
from tools.odoo_home import get_odoo
from tools.places import LOCAL, ROOT, cache, is_disk_full
from tools.postgres import Embedded, get_cluster
from tools.run import hand_over
from tools.say import Problem, Step, say
from tools.venv import get_venv

REQUIREMENTS = ("requirements.txt", "requirements-test.txt")
FOLLOW_UP = "/odoo/follow-up"
#: Users of the demo: login (the password is the same) and who they are.
LOGINS = (
    ("admin", "administrator"),
    ("accountant", "keeps the books and works the follow-up list"),
    ("sales", "sells, and sees how a customer pays"),
)
#: The night's messages link to where the demo will be served.
SERVED_AT = """
env["ir.config_parameter"].set_param("web.base.url", "{}")
"""
#: Run once on the demo's database: one night's work, and what came of it.
NIGHT = """
before = env["account.dunning.run"].search([])
env["account.dunning.run"]._cron_run()
env.cr.commit()
for run in env["account.dunning.run"].search([]) - before:
    states = run.notice_ids.mapped("state")
    counts = ", ".join("%d %s" % (states.count(s), s) for s in sorted(set(states))) or "none"
    print("> %s, %s: %s; notices: %s" % (run.date, run.company_id.name, run.state, counts))
"""
#: Made before the first visit: two requests that make them at once get in each other's way.
SCREENS = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""
#: Apps beside the add-on with which it works together: their bridges install themselves.
APPS = "sale"
#: Installed for the tests as well: a second country with customers and taxes of its own.
TEST_MODULES = "l10n_nl"

#: Programs that tests use, and Debian's packages that bring them.
TEST_PROGRAMS = (
    ("chromium", "chromium"),
    ("wkhtmltopdf", "wkhtmltopdf"),
    ("pdftotext", "poppler-utils"),
)


def _set_up() -> Databases:
    """Get Odoo, the Python packages and PostgreSQL ready, whatever a former call left undone."""
    if "," in str(ROOT):
        raise Problem(
            f"Odoo cannot read a folder with a comma in its name: move the checkout from {ROOT} to "
            "another folder and run the same command again."
        )
    odoo = get_odoo()
    venv = get_venv("odoo", *REQUIREMENTS)
    return Databases(get_cluster(venv), odoo, venv)


def _set_up_lock():
    return lock(LOCAL / "set-up.lock", "is setting this checkout up")


def _demo_database(bases: Databases, address: str) -> None:
    """Bring the demo's database up to date; a server on older code is stopped before.

    `address` is where it will be served.
    """
    modules = f"{APPS},{add_on_modules()}"
    if not bases.needs_work("demo", modules):
        return
    if server.stop():
        say("The add-on changed: the running server was stopped.")
    if not bases.upgrade("demo", modules):
        _made, said = bases.copy("demo", modules, script=SERVED_AT.format(address) + NIGHT)
        say("The night's job reports:")
        said = said or "nothing was due, or today is not a working day"
        say("\n".join(f"  {line}" for line in said.splitlines()))
    bases.script("demo", SCREENS, "Making the scripts and styles of the screens")


def demo(_args: list[str]) -> int:
    """Serve Odoo with the add-on and its demo data on http://localhost:8069 (PORT= for another)."""
    with _set_up_lock():
        port = server.wanted_port()
        up = server.running()
        if (up is None or up.port != port) and not server.is_free(port):
            raise Problem(
                f"Port {port} is taken by another program: choose another one, as in "
                f"`PORT={port + 1} make demo`."
            )
        bases = _set_up()
        _demo_database(bases, server.address(port))
        up = server.running()
        if up and up.port != port:
            server.stop()
            up = None
        if up:
            say("Odoo is running already.")
        else:
            bases.write_config("demo", port)
            bases.set_address("demo", server.address(port))
            up = server.start(bases.server_command("demo"), bases.env("demo"), port)
    say()
    say(f"Follow-up:  {up.address(FOLLOW_UP)}")
    for login, who in LOGINS:
        say(f"Log in as:  {login} / {login}  ({who})")
    say("Stop with `make stop`.")
    return 0


def _workers() -> list[str]:
    """Return pytest's options that run the whole suite on all processors, four at most.

    Each worker has a copy of the database; tests of one class stay together, so that what they
    share is made once.
    """
    processors = min(4, len(os.sched_getaffinity(0)))
    return ["-n", str(processors), "--dist", "loadscope"] if processors > 1 else []


def test(args: list[str]) -> int:
    """Run the whole test suite, browser tests included (ARGS= and K= go to pytest)."""
    lacking = [package for command, package in TEST_PROGRAMS if shutil.which(command) is None]
    if lacking:
        say(
            f"Tests that need {', '.join(lacking)} will fail here: as root, "
            f"`apt install {' '.join(lacking)}` brings them."
        )
    with lock(LOCAL / "test.lock", "is running the tests"):
        with _set_up_lock():
            bases = _set_up()
            bases.copy("test", f"{TEST_MODULES},{APPS},{add_on_modules()}")
            bases.write_config("test")
        pytest = [bases.venv / "bin" / "python", "-m", "pytest", "--odoo-http", *args]
        named = any((ROOT / arg.split("::")[0]).exists() for arg in args if not arg.startswith("-"))
        if named:
            parts = [[]]
        elif args:
            parts = [["tests"]]
        else:
            # A browser that has to share the processors with other tests loses patience.
            parts = [["tests", "--ignore=tests/tours", *_workers()], ["tests/tours"]]
        results = [hand_over([*pytest, *part], bases.env("test"), ROOT) for part in parts]
        return next((result for result in results if result), 0)


def bench(args: list[str]) -> int:
    """Measure time, queries and memory on a large ledger (ARGS= go to bench/run.py)."""
    with lock(LOCAL / "bench.lock", "is running the benchmark"):
        with _set_up_lock():
            bases = _set_up()
            bases.copy("bench", add_on_modules(), demo=False)
            bases.write_config("bench")
            without = f"--without={bases.base()}"
        return hand_over(
            [bases.venv / "bin" / "python", ROOT / "bench" / "run.py", without, *args],
            bases.env("bench"),
            ROOT,
        )


def shell(args: list[str]) -> int:
    """Open Odoo's Python shell on the demo's database."""
    with _set_up_lock():
        bases = _set_up()
        _demo_database(bases, server.address(server.wanted_port()))
        if server.running() is None:
            bases.write_config("demo")
    return hand_over([*bases.shell_command("demo"), *args], bases.env("demo"), LOCAL)


def screenshots(args: list[str]) -> int:
    """Take the pictures of docs/screenshots from the running demo (ARGS=NAME for some of them)."""
    demo([])
    up = server.running()
    if up is None:
        raise Problem("The demo's server stopped: run `make demo`, then `make screenshots` again.")
    venv = get_venv("screenshots", "requirements-screenshots.txt")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return hand_over(
        [venv / "bin" / "python", "-m", "tools.screenshots", up.address(""), *args], env, ROOT
    )


def run_lint(args: list[str]) -> int:
    """Check style and rules (ARGS=--fix mends what can be): ruff, pylint-odoo, OCA's hooks, XML."""
    with lock(LOCAL / "lint.lock", "is checking the code"):
        return lint.check(get_venv("lint", "requirements-lint.txt"), "--fix" in args)


def stop(_args: list[str]) -> int:
    """Stop the demo's server and the embedded PostgreSQL of this checkout."""
    with _set_up_lock():
        return _stop()


def _stop() -> int:
    with Step("Stopping"):
        served = server.stop()
        stored = Embedded(None).stop()
    say(
        f"Odoo {'is stopped' if served else 'was not running'}, "
        f"PostgreSQL {'is stopped' if stored else 'was not running'}."
    )
    return 0


def clean(_args: list[str]) -> int:
    """Stop, and remove the databases and everything else that this checkout made."""
    with _set_up_lock():
        _stop()
        if os.environ.get("PGHOST"):
            venv = get_venv("odoo", *REQUIREMENTS)
            Databases(get_cluster(venv), get_odoo(), venv).drop_all()
        Embedded(None).remove()
        shutil.rmtree(LOCAL, ignore_errors=True)
    say(f"Removed {LOCAL}.")
    say(
        f"Odoo itself and the Python packages stay in {cache()}, for other checkouts: "
        "remove that folder to be rid of them."
    )
    return 0


def show_help(_args: list[str]) -> int:
    """List the targets."""
    say("make demo   shows a wholesaler's Odoo 19 with this add-on; make test   passes its tests.")
    say()
    for name, verb in VERBS.items():
        say(f"  make {name:<12} {(verb.__doc__ or '').splitlines()[0]}")
    return 0


VERBS = {
    "demo": demo,
    "test": test,
    "stop": stop,
    "clean": clean,
    "shell": shell,
    "lint": run_lint,
    "bench": bench,
    "screenshots": screenshots,
    "help": show_help,
}


def run_verb(argv: list[str]) -> int:
    """Run one verb; whatever stops it is told in one sentence. Returns the exit code."""
    name, *args = argv or ["help"]
    verb = VERBS.get(name)
    if verb is None:
        say(f"There is no `{name}`: `make help` lists what there is.")
        return 1
    try:
        return verb(args)
    except Problem as problem:
        text = str(problem)
    except KeyboardInterrupt:
        text = "Stopped; the same command goes on from here."
    except OSError as error:
        if is_disk_full(error):
            text = "A disk is full: free some room and run the same command again."
        else:
            where = f" ({error.filename})" if error.filename else ""
            text = (
                f"The system refused a step{where}: {error.strerror}; put it right and try again."
            )
    sys.stdout.flush()
    print(f"make {name}: {text}", file=sys.stderr, flush=True)
    return 1
