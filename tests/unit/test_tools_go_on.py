"""An interrupted set-up: the next call goes on from where it was, and takes nothing half-made."""

import os
import re
from pathlib import Path

import pytest

from tools import cli, database, debian, odoo_home, places, postgres, run, server, venv
from tools.database import Databases
from tools.postgres import Cluster
from tools.say import Problem


class Interrupted(BaseException):
    """Stands for Ctrl-C, a kill or a power cut: nothing of the tools catches it."""


def write_program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A checkout and a cache of its own, on a disk with room."""
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setenv("DUNNING_CACHE", str(tmp_path / "cache"))
    for module in (places, database, server, debian, venv):
        if hasattr(module, "LOCAL"):
            monkeypatch.setattr(module, "LOCAL", tmp_path / "local")
    monkeypatch.setattr(database, "DATA", tmp_path / "local" / "data")
    for module in (debian, venv):
        monkeypatch.setattr(module, "LOG", tmp_path / "log" / "step.log")
    monkeypatch.setattr(places.shutil, "disk_usage", lambda path: type("U", (), {"free": 10**11}))
    return tmp_path


# --- Odoo --------------------------------------------------------------------------------------

APT = """
case "$*" in
*indextargets*) echo 'http://mirror.example/debian|main|stable|Packages' ;;
*update*) ;;
*--print-uris*) echo "'http://mirror.example/x' odoo-19_19.0.0-1_all.deb 1 SHA256:0" ;;
*download*)
    echo asked >> {log}
    if [ ! -e {log}.up ]; then
        echo half > odoo-19_19.0.0-1_all.deb.partial
        echo "E: Failed to fetch http://mirror.example/x  Connection timed out"
        exit 100
    fi
    touch odoo-19_19.0.0-1_all.deb ;;
esac
"""
#: `dpkg-deb -x DEB TARGET`; stops half-way while {log}.torn is there, and its child writes on.
DPKG = """
mkdir -p "$3/{inside}/odoo"
if [ -e {log}.torn ]; then
    rm {log}.torn
    (part=0; while [ $part -lt 400 ]; do part=$((part + 1)); mkdir -p "$3/usr/late/$part"; done) &
    exit 2
fi
echo "version_info = (19, 0, 0, 'final', 0, '')" > "$3/{inside}/odoo/release.py"
"""


@pytest.fixture
def apt(local, monkeypatch):
    """A machine whose apt is `APT`; returns the file that has a line for each download."""
    if not any(Path("/usr/share/keyrings", name).exists() for name in debian.KEYRINGS):
        monkeypatch.setattr(debian, "KEYRINGS", ("../../../etc/os-release",))
    log = local / "apt.log"
    programs = local / "bin"
    programs.mkdir()
    write_program(programs / "apt-get", APT.replace("{log}", str(log)))
    unpack = DPKG.replace("{log}", str(log)).replace("{inside}", str(odoo_home.INSIDE))
    write_program(programs / "dpkg-deb", unpack)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return log


def test_an_interrupted_download_goes_on(apt):
    with pytest.raises(Problem, match=r"could not reach the network.*run the same command again"):
        odoo_home.get_odoo()
    kept = list(places.cache().glob("debian.partial/debs/*.partial"))
    assert kept, "What apt had fetched is kept, so that it goes on from there."
    assert not list(places.cache().glob(f"odoo-*/{odoo_home.INSIDE}/odoo/release.py"))
    Path(f"{apt}.up").touch()
    odoo = odoo_home.get_odoo()
    assert (odoo.version, odoo_home.read_release(odoo.path)) == ("19.0.0-1", (19, 0, 0))
    assert not list(places.cache().glob("*.partial"))
    assert odoo_home.get_odoo() == odoo
    assert apt.read_text(encoding="utf-8").count("asked") == 2, "Then it is not asked for again."


def test_an_interrupted_unpacking_begins_anew_from_what_was_fetched(apt):
    Path(f"{apt}.up").touch()
    Path(f"{apt}.torn").touch()
    with pytest.raises(Problem, match=r"Unpacking .* failed.*run the same command again"):
        odoo_home.get_odoo()
    assert list(places.cache().glob("odoo-*.partial"))
    odoo = odoo_home.get_odoo()
    assert odoo_home.read_release(odoo.path) == (19, 0, 0)


# --- Python packages ---------------------------------------------------------------------------


def test_a_half_made_environment_is_made_anew(local, monkeypatch):
    def make(folder, _requirements):
        (folder / "bin").mkdir(parents=True)
        write_program(folder / "bin" / "python", "exit 0")
        if not stopped:
            stopped.append(folder)
            raise Interrupted

    stopped = []
    monkeypatch.setattr(venv, "_make", make)
    with pytest.raises(Interrupted):
        venv.get_venv("odoo", "requirements.txt")
    assert stopped[0].is_dir()
    made = venv.get_venv("odoo", "requirements.txt")
    assert (made / "bin" / "python").exists()
    assert list(made.parent.glob(f"{made.name}.*")) == [made.resolve()]


def test_an_environment_whose_python_is_gone_is_made_anew(local, monkeypatch):
    made = []

    def make(folder, _requirements):
        (folder / "bin").mkdir(parents=True)
        write_program(folder / "bin" / "python", "exit 0")
        made.append(folder)

    monkeypatch.setattr(venv, "_make", make)
    first = venv.get_venv("odoo", "requirements.txt")
    assert venv.get_venv("odoo", "requirements.txt") == first
    assert len(made) == 1
    (first / "bin" / "python").unlink()
    venv.get_venv("odoo", "requirements.txt")
    assert len(made) == 2


# --- databases ---------------------------------------------------------------------------------


class Names(Cluster):
    """A PostgreSQL that only keeps the names and comments of its databases."""

    def sql(self, query, database="postgres"):
        kept = self.env["databases"]
        names = re.findall(r"\"(\w+)\"", query)
        if query.startswith("CREATE"):
            kept[names[0]] = ""
        elif query.startswith("DROP"):
            kept.pop(names[0], None)
        elif query.startswith("COMMENT"):
            kept[names[0]] = re.search(r"IS '(.*)'", query)[1]
        elif query.startswith("ALTER"):
            kept[names[1]] = kept.pop(names[0])
        else:
            name = re.search(r"datname = '(\w+)'", query)[1]
            return f"found {kept[name]}" if name in kept else ""
        return ""


@pytest.fixture
def bases(local, monkeypatch):
    """Databases on `Names`, which holds each step of Odoo in `bases.steps`."""
    cluster = Names({"databases": {}}, Path("/pg"), "")
    found = Databases(cluster, odoo_home.Odoo(Path("/odoo"), "19.0"), Path("/venv"))
    steps = []
    monkeypatch.setattr(Databases, "_install", lambda self, kind, *rest: steps.append(kind))
    monkeypatch.setattr(Databases, "script", lambda *args: steps.append("night") or "")
    object.__setattr__(cluster, "steps", steps)
    return found


def stop_in(monkeypatch, name):
    """Have the next call of a step of `Databases` be interrupted."""
    step = getattr(Databases, name)

    def stopped(self, *args):
        monkeypatch.setattr(Databases, name, step)
        raise Interrupted

    monkeypatch.setattr(Databases, name, stopped)


@pytest.mark.parametrize("step", ["_install", "script", "_finish"])
def test_a_half_made_database_is_made_anew(bases, monkeypatch, step):
    bases.base()
    stop_in(monkeypatch, step)
    with pytest.raises(Interrupted):
        bases.copy("demo", "x", script="night")
    assert bases.needs_work("demo", "x")
    assert bases.copy("demo", "x", script="night")[0]
    assert not bases.needs_work("demo", "x")
    assert set(bases.cluster.env["databases"]) == {"dunning_base", "dunning_demo"}
    assert bases.cluster.steps.count("base") == 1, "The base is kept."
    assert bases.copy("demo", "x", script="night") == (False, "")


def test_a_half_made_base_is_made_anew(bases, monkeypatch):
    stop_in(monkeypatch, "_install")
    with pytest.raises(Interrupted):
        bases.base()
    assert set(bases.cluster.env["databases"]) == {"dunning_base_partial"}
    bases.base()
    assert set(bases.cluster.env["databases"]) == {"dunning_base"}


def test_an_interrupted_upgrade_is_done_again(bases, monkeypatch):
    bases.copy("demo", "x")
    bases.cluster.env["databases"]["dunning_demo"] += "of older code"
    stop_in(monkeypatch, "_install")
    with pytest.raises(Interrupted):
        bases.upgrade("demo", "x")
    assert bases.needs_work("demo", "x")
    assert bases.upgrade("demo", "x")
    assert not bases.needs_work("demo", "x")


def test_a_half_made_postgresql_is_made_anew(local, monkeypatch):
    def initdb(argv, *_args, **_kwargs):
        data = Path(argv[argv.index("-D") + 1])
        (data / "postgresql.conf").touch()
        if not stopped:
            stopped.append(data)
            raise Interrupted

    stopped = []
    monkeypatch.setattr(postgres, "run", initdb)
    server_of = postgres.Embedded(None)
    server_of.user, server_of.place = None, local
    data = local / "data-18"
    with pytest.raises(Interrupted):
        server_of._make(Path("/pg"), data)
    assert not data.exists()
    server_of._make(Path("/pg"), data)
    assert "listen_addresses = ''" in (data / "postgresql.conf").read_text(encoding="utf-8")
    assert not stopped[0].exists()


def test_a_full_disk_that_stops_postgresql_is_told(local):
    write_program(
        local / "psql",
        'echo "ERROR:  could not extend file: No space left on device" >&2; exit 1',
    )
    with pytest.raises(Problem, match="because a disk is full: free some room and run the same"):
        Cluster({}, local, "").sql('CREATE DATABASE "x"')


# --- the verbs ---------------------------------------------------------------------------------


def test_a_taken_port_is_told_before_anything_is_fetched(local, monkeypatch):
    monkeypatch.setattr(cli, "LOCAL", local)
    monkeypatch.setenv("PORT", "8070")
    monkeypatch.setattr(server, "running", lambda: None)
    monkeypatch.setattr(server, "is_free", lambda port: False)
    monkeypatch.setattr(cli, "_set_up", lambda: pytest.fail("The set-up began."))
    with pytest.raises(Problem, match=r"Port 8070 is taken.*`PORT=8071 make demo`"):
        cli.demo([])


def test_an_old_python_is_told_in_a_sentence_and_runs_nothing(local, monkeypatch, capsys):
    from tools import __main__ as entry

    monkeypatch.setattr(entry.sys, "version_info", (3, 9, 18))
    monkeypatch.setattr(entry, "find_other", lambda: None)
    monkeypatch.setattr(entry.os, "execvp", lambda *args: pytest.fail("It went on."))
    assert entry.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("Python 3.10 or newer is needed (up to 3.13), and python3 is 3.9:")
    assert "run the same command again" in said
    assert len(said.splitlines()) == 1


def test_a_child_without_a_network_is_told(local):
    with pytest.raises(Problem, match=r"could not reach the network.*run the same command again"):
        run.run(
            ["sh", "-c", "echo 'E: Failed to fetch http://x'; exit 100"], local / "log", "Fetching"
        )
