"""The databases: a base with Odoo's own modules, and copies of it with this add-on.

A database is made under another name and renamed when it is complete; its comment says what it was
made from. So an interrupted call leaves nothing that a later one would take for finished.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from tools.addon import addon_folders, addons_hash
from tools.odoo_home import Odoo
from tools.places import ADDON, LOCAL, LOCAL_ROOM, LOGS, ROOT, check_room, make_folder
from tools.postgres import Cluster
from tools.run import run, tail
from tools.say import Problem, Step

#: Installed with demo data in the base: the Belgian chart of accounts is there for our demo data.
BASE_MODULES = "account,l10n_be"
#: Customers are written to in their own language. The first becomes everyone's default.
LANGUAGES = "en_US,nl_NL,fr_FR,de_DE"
DATA = LOCAL / "data"
_LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
_TROUBLE = re.compile(
    # Odoo only warns of a module or folder that it does not find, and goes on without.
    r"^\S+ \S+ \d+ (?:(?:ERROR|CRITICAL) .*|WARNING .*invalid (?:module names|addons dir).*)$",
    re.M,
)


class Databases:
    """Makes and finds the databases of this checkout on one PostgreSQL, with one Odoo and venv."""

    def __init__(self, cluster: Cluster, odoo: Odoo, venv: Path):
        self.cluster = cluster
        self.odoo = odoo
        self.venv = venv

    def name(self, kind: str) -> str:
        """Return the name of the database for "base", "demo", "test" or "bench"."""
        return f"dunning_{kind}{self.cluster.suffix}"

    def env(self, kind: str = "demo") -> dict[str, str]:
        """Return the environment in which Odoo, pytest or a script works on a database."""
        path = os.pathsep.join(
            [str(self.venv / "bin"), str(self.cluster.programs), os.environ["PATH"]]
        )
        return {
            **os.environ,
            **self.cluster.env,
            "PATH": path,
            "PYTHONPATH": str(self.odoo.path),
            "ODOO_RC": str(self.config(kind)),
            "PYTHONUNBUFFERED": "1",
        }

    def config(self, kind: str) -> Path:
        """Return the settings file of Odoo for a database."""
        return LOCAL / f"odoo-{kind}.cfg"

    def write_config(self, kind: str, port: int = 8069) -> Path:
        """Write the settings file of Odoo for a database and return it."""
        make_folder(DATA)
        env = {**os.environ, **self.cluster.env}
        lines = {
            "db_name": self.name(kind),
            "dbfilter": f"^{self.name(kind)}(-gw[0-9]+)?$",
            "db_host": env["PGHOST"],
            "db_port": env.get("PGPORT", "5432"),
            "db_user": env["PGUSER"],
            "data_dir": DATA,
            "addons_path": ROOT if addon_folders() else "",
            "http_interface": "127.0.0.1",
            "http_port": port,
            "list_db": False,
            # Nothing is sent from here: no queue is worked, so no mail server is needed.
            "max_cron_threads": 0,
            # A click that makes many letters may take its time on a small machine.
            "limit_time_real": 600,
            "limit_time_cpu": 600,
        }
        path = self.config(kind)
        text = "[options]\n" + "".join(
            f"{name} = {str(value).replace('%', '%%')}\n"
            for name, value in lines.items()
            if value != ""
        )
        path.write_text(text, encoding="utf-8")
        return path

    def base(self) -> str:
        """Make the base where it is missing or made from something else; return its name."""
        name = self.name("base")
        key = self._key(BASE_MODULES, LANGUAGES)
        if self.cluster.comment(name) == key:
            return name
        check_room(LOCAL, LOCAL_ROOM)
        partial = self._fresh("base")
        log = LOGS / "base.log"
        self._install(
            "base",
            partial,
            ["-i", BASE_MODULES, "--with-demo", f"--load-language={LANGUAGES}"],
            log,
            "Making an Odoo database with Belgian accounts (once, about 2 minutes)",
        )
        self._finish("base", partial, key)
        return name

    def copy(
        self, kind: str, modules: str, *, demo: bool = True, script: str = ""
    ) -> tuple[bool, str]:
        """Make the database `kind` from the base with `modules`, where it is not up to date.

        `script` is run in Odoo's shell before the database counts as complete. Returns whether it
        was made now, and what the script printed.
        """
        key = self._key(BASE_MODULES, LANGUAGES, modules, str(demo)) + " " + addons_hash()
        if self.cluster.comment(self.name(kind)) == key:
            return False, ""
        base = self.base()
        check_room(LOCAL, LOCAL_ROOM)
        with Step(f"Copying the Odoo database for {kind}"):
            partial = self._fresh(kind, base)
        log = LOGS / f"{kind}-install.log"
        flag = "--with-demo" if demo else "--without-demo"
        self._install(kind, partial, ["-i", modules, flag], log, f"Installing {modules}")
        said = ""
        if script:
            said = self.script(kind, script, "Running the night's job", partial)
        self._finish(kind, partial, key)
        return True, said

    def needs_work(self, kind: str, modules: str, *, demo: bool = True) -> bool:
        """Tell whether a database is missing, or was made from something else than is here."""
        key = self._key(BASE_MODULES, LANGUAGES, modules, str(demo)) + " " + addons_hash()
        return self.cluster.comment(self.name(kind)) != key

    def upgrade(self, kind: str, modules: str, *, demo: bool = True) -> bool:
        """Upgrade the add-on in a database that is older than its code; tell if it was needed."""
        name = self.name(kind)
        made_from = self._key(BASE_MODULES, LANGUAGES, modules, str(demo))
        comment = self.cluster.comment(name) or ""
        now = f"{made_from} {addons_hash()}"
        if comment == now or not comment.startswith(made_from + " "):
            return False
        log = LOGS / f"{kind}-upgrade.log"
        self._install(
            kind,
            name,
            ["-u", ",".join(folder.name for folder in addon_folders())],
            log,
            "Upgrading the add-on, whose code changed",
        )
        self.cluster.sql(f"COMMENT ON DATABASE \"{name}\" IS '{now}'")
        return True

    def set_address(self, kind: str, address: str) -> None:
        """Have Odoo's links lead to where a database is served; no server may be running on it."""
        self.cluster.sql(
            f"UPDATE ir_config_parameter SET value = '{address}' WHERE key = 'web.base.url'",
            self.name(kind),
        )

    def script(self, kind: str, code: str, title: str, database: str = "") -> str:
        """Run Python in Odoo's shell on a database; return the lines it printed after `> `."""
        log = LOGS / f"{kind}-shell.log"
        with Step(title):
            said = run(
                [*self._odoo("shell"), "-c", self.config(kind), "-d", database or self.name(kind)],
                log,
                title,
                env=self.env(kind),
                cwd=LOCAL,
                stdin=code,
            )
        self._refuse_trouble(said, title, log)
        return "\n".join(line[2:] for line in said.splitlines() if line.startswith("> "))

    def drop_all(self) -> None:
        """Remove every database of this checkout."""
        for kind in ("base", "demo", "test", "bench"):
            for name in (self.name(kind), self._partial(kind)):
                self.cluster.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _odoo(self, *command: str) -> list[str | Path]:
        return [self.venv / "bin" / "python", "-m", "odoo", *command]

    def server_command(self, kind: str) -> list[str | Path]:
        """Return the command that serves a database."""
        return [*self._odoo("server"), "-c", self.config(kind)]

    def shell_command(self, kind: str) -> list[str | Path]:
        """Return the command that opens Odoo's shell on a database."""
        return [*self._odoo("shell"), "-c", self.config(kind), "-d", self.name(kind), "--no-http"]

    def _key(self, *parts: str) -> str:
        text = "\0".join((self.odoo.version, *parts))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _partial(self, kind: str) -> str:
        return f"{self.name(kind)}_partial"

    def _fresh(self, kind: str, template: str = "template0") -> str:
        """Make a new database under the partial name, copied from `template` with its filestore."""
        name = self._partial(kind)
        self.cluster.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        files = DATA / "filestore"
        shutil.rmtree(files / name, ignore_errors=True)
        if template == "template0":
            how = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        else:
            how = f'TEMPLATE "{template}"'
            if (files / template).is_dir():
                # Odoo never changes a stored file, so a link is as good as a copy.
                shutil.copytree(files / template, files / name, copy_function=os.link)
        self.cluster.sql(f'CREATE DATABASE "{name}" {how}')
        return name

    def _finish(self, kind: str, partial: str, key: str) -> None:
        """Give a complete database its name: the very last step."""
        name = self.name(kind)
        files = DATA / "filestore"
        self.cluster.sql(f"COMMENT ON DATABASE \"{partial}\" IS '{key}'")
        self.cluster.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(files / name, ignore_errors=True)
        if (files / partial).is_dir():
            (files / partial).rename(files / name)
        self.cluster.sql(f'ALTER DATABASE "{partial}" RENAME TO "{name}"')

    def _install(self, kind: str, database: str, args: list[str], log: Path, title: str) -> None:
        self.write_config(kind)
        start = log.stat().st_size if log.exists() else 0

        def detail() -> str:
            found = _LOADING.findall(tail(log, start, 5000))
            return "module {} {}/{}".format(*found[-1]) if found else ""

        with Step(title, detail):
            said = run(
                [
                    *self._odoo("server"),
                    *("-c", self.config(kind), "-d", database),
                    *("--stop-after-init", "--no-http", *args),
                ],
                log,
                title.split(" (", maxsplit=1)[0],
                env=self.env(kind),
                cwd=LOCAL,
            )
        self._refuse_trouble(said, title.split(" (", maxsplit=1)[0], log)

    @staticmethod
    def _refuse_trouble(said: str, title: str, log: Path) -> None:
        trouble = _TROUBLE.search(said)
        if trouble:
            raise Problem(
                f"{title} logged an error; put it right and run the same command again "
                f"(details in {log}): {trouble.group()[:300]}"
            )


def add_on_modules() -> str:
    """Return the add-ons to install by name; bridges install themselves where their apps are."""
    if not (ROOT / ADDON / "__manifest__.py").exists():
        raise Problem(
            f"The add-on {ADDON} is not in this checkout: fetch the whole of it and try again."
        )
    return ADDON
