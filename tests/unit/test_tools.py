"""The tools behind `make`: what they decide, and the sentences they end with."""

import ast
import errno
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import __main__ as entry
from tools import addon, cli, debian, lint, odoo_home, places, run, server, venv
from tools.database import Databases
from tools.postgres import Cluster
from tools.say import Problem

ROOT = Path(__file__).resolve().parents[2]


def write_program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


# --- which Python ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_read_the_entry(name):
    ast.parse((ROOT / "tools" / name).read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("version", "fits"),
    [((3, 6), False), ((3, 9), False), ((3, 10), True), ((3, 13), True), ((3, 14), False)],
)
def test_versions_of_python_that_fit(version, fits):
    assert entry.fits(version) is fits


def test_a_python_on_path_must_really_run(tmp_path, monkeypatch):
    write_program(tmp_path / "python3.12", "echo 'not installed' >&2; exit 127")
    write_program(tmp_path / "python3.11", "echo 3.11")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert entry.find_other() == "python3.11"


def test_no_python_that_fits_is_told_in_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(entry, "fits", lambda version: False)
    assert entry.main() == 1
    assert "Python 3.10 or newer is needed" in capsys.readouterr().err


# --- where Debian is ---------------------------------------------------------------------------


def test_the_mirror_is_the_machines_and_debians_own():
    text = "\n".join(
        [
            "http://third.example/node_20.x/|main|nodistro|Packages",
            "http://mirror.example/debian-security/|main|bookworm-security|Packages",
            "http://mirror.example/debian/|contrib|bookworm|Packages",
            "http://mirror.example/debian/|main|bookworm|Translations",
            "http://mirror.example/debian/|main|bookworm|Packages",
        ]
    )
    assert debian.read_targets(text, "bookworm") == ("http://mirror.example/debian", "bookworm")


def test_another_distribution_has_no_debian_mirror():
    text = "http://mirror.example/ubuntu/|main|noble|Packages"
    assert debian.read_targets(text, "") is None
    assert debian.read_targets("", "bookworm") is None


def test_the_release_of_the_machine(tmp_path):
    file = tmp_path / "os-release"
    file.write_text('ID=debian\nVERSION_CODENAME="bookworm"\n', encoding="utf-8")
    assert debian.machine_codename(file) == "bookworm"
    assert debian.machine_codename(tmp_path / "none") == ""


def test_ubuntus_release_is_not_taken_for_debians(tmp_path):
    file = tmp_path / "os-release"
    file.write_text("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n", encoding="utf-8")
    assert debian.machine_codename(file) == ""


def test_without_apt_get_a_sentence_says_what_else(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match=r"no `apt-get`.*ODOO_HOME"):
        debian.Archive(tmp_path).version("odoo-19")


# --- places ------------------------------------------------------------------------------------


def test_a_deep_checkout_gets_a_short_socket(tmp_path):
    near = Path("/srv/dunning/.local/postgresql/socket")
    assert places.socket_folder(near) == near
    deep = Path("/srv", *["a-long-name"] * 10)
    short = places.socket_folder(deep)
    assert len(str(short / ".s.PGSQL.5432")) < places.SOCKET_LIMIT
    assert short != places.socket_folder(deep / "other")


def test_a_socket_is_not_put_where_settings_would_take_its_name_apart():
    assert places.socket_folder(Path("/srv/my books, 2026")).parent == Path("/tmp")


def test_two_checkouts_have_two_keys():
    assert places.checkout_key(Path("/a")) != places.checkout_key(Path("/b"))


def test_a_closed_parent_folder_is_seen(tmp_path):
    inside = tmp_path / "closed" / "open"
    inside.mkdir(parents=True)
    for folder in (inside, *inside.parents):
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith(str(tmp_path)):
            folder.chmod(0o755)
    inside.parent.chmod(0o700)
    assert not places.everyone_passes(inside)


def test_a_folder_of_another_user_is_refused(tmp_path):
    place = tmp_path / "taken"
    place.symlink_to(tmp_path)
    with pytest.raises(Problem, match="belongs to another user"):
        places.make_private_folder(place, os.geteuid())


def test_a_full_disk_is_told_before_the_step(tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 300_000_000})
    monkeypatch.setattr(places.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(
        Problem, match=r"nearly full \(0.3 GB free, 2.5 GB needed\): free some room"
    ):
        places.check_room(tmp_path / "not" / "yet", places.CACHE_ROOM)


def test_the_cache_follows_the_environment(monkeypatch):
    monkeypatch.delenv("DUNNING_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert places.cache() == Path("/x/account_dunning_plus")
    monkeypatch.setenv("DUNNING_CACHE", "/y")
    assert places.cache() == Path("/y")


# --- children ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("write failed (No space left on device)", "a disk is full: free some room"),
        ("Temporary failure resolving 'mirror.example'", "could not reach the network"),
        (
            "SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')",
            "set PIP_CERT",
        ),
        ("Traceback: boom", "see the end of"),
    ],
)
def test_a_failed_child_becomes_one_sentence(tmp_path, said, sentence):
    log = tmp_path / "log" / "step.log"
    with pytest.raises(Problem, match=sentence) as caught:
        run.run(["sh", "-c", f'echo "{said}"; exit 3'], log, "Unpacking")
    assert str(log) in str(caught.value)
    assert said in log.read_text(encoding="utf-8")


def test_a_program_that_is_missing_is_named(tmp_path):
    with pytest.raises(Problem, match="needs `no-such-program`"):
        run.run(["no-such-program"], tmp_path / "log", "Unpacking")
    assert run.ask(["no-such-program"])[0] == 127


def test_children_end_when_the_tools_are_killed(tmp_path):
    mark = tmp_path / "pid"
    code = (
        "from pathlib import Path; from tools.run import run; "
        f"run(['sh', '-c', 'echo $$ > {mark}; exec sleep 60'], "
        f"Path({str(tmp_path / 'log')!r}), 'x')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    deadline = time.monotonic() + 20
    while not (mark.exists() and mark.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.05)
    child = int(mark.read_text())
    assert server.started_at(child)
    parent.kill()
    parent.wait()
    while server.started_at(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.started_at(child) is None


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Problem("Port 8069 is taken."), "make boom: Port 8069 is taken."),
        (OSError(errno.ENOSPC, "No space left on device"), "A disk is full: free some room"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "(/x): Permission denied"),
        (KeyboardInterrupt(), "the same command goes on from here"),
    ],
)
def test_whatever_stops_a_verb_is_one_sentence(monkeypatch, capsys, error, sentence):
    def boom(_args):
        raise error

    monkeypatch.setitem(cli.VERBS, "boom", boom)
    assert cli.run_verb(["boom"]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.strip().splitlines()) == 1


def test_a_second_make_waits_for_the_first(tmp_path):
    path = tmp_path / "set-up.lock"
    code = (
        "import sys; from pathlib import Path; from tools.lock import lock\n"
        f"with lock(Path({str(path)!r}), 'is setting up'): print('in', flush=True); {{}}"
    )
    hold, take = code.format("sys.stdin.readline()"), code.format("pass")
    pipe = {"stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, **pipe) as first:
        assert first.stdout.readline() == "in\n"
        with subprocess.Popen([sys.executable, "-c", take], **pipe) as second:
            waiting = second.stdout.readline()
            assert f"Another make (process {first.pid}) is setting up: waiting" in waiting
            first.communicate("\n")
            assert "in\n" in second.communicate(timeout=20)[0]


# --- Odoo and its Python -----------------------------------------------------------------------


def make_odoo(folder, version):
    (folder / "odoo").mkdir()
    (folder / "odoo" / "release.py").write_text(
        f"FINAL = 'final'\nversion_info = ({version}, FINAL, 0, '')\n", encoding="utf-8"
    )


def test_the_users_odoo_is_used(tmp_path, monkeypatch):
    make_odoo(tmp_path, "19, 0, 0")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    assert odoo_home.get_odoo().path == tmp_path


def test_another_odoo_is_refused_with_its_version(tmp_path, monkeypatch):
    make_odoo(tmp_path, "18, 0, 0")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(Problem, match=r"is Odoo 18\.0\.0, and this add-on needs 19\.0"):
        odoo_home.get_odoo()


def test_a_folder_without_odoo_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(Problem, match="holds no `odoo/`"):
        odoo_home.get_odoo()


def test_an_odoo_half_unpacked_is_not_used(tmp_path, monkeypatch):
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setenv("DUNNING_CACHE", str(tmp_path))
    half = tmp_path / "odoo-19.0.0-2.partial" / odoo_home.INSIDE / "odoo"
    half.mkdir(parents=True)
    whole = tmp_path / "odoo-19.0.0-1" / odoo_home.INSIDE / "odoo"
    whole.mkdir(parents=True)
    assert odoo_home.get_odoo() == odoo_home.Odoo(whole.parent, "19.0.0-1")


def test_an_environment_is_made_anew_for_other_requirements():
    key = venv.venv_key([b"a==1"], (3, 12), "x86_64")
    assert key.startswith("py3.12-x86_64-")
    assert key != venv.venv_key([b"a==2"], (3, 12), "x86_64")
    assert key != venv.venv_key([b"a==1"], (3, 13), "x86_64")


# --- databases and the server ------------------------------------------------------------------


def test_odoos_settings(tmp_path, monkeypatch):
    from tools import database

    monkeypatch.setattr(database, "LOCAL", tmp_path)
    monkeypatch.setattr(database, "DATA", tmp_path / "100%")
    cluster = Cluster({"PGHOST": "/s", "PGUSER": "odoo"}, Path("/pg"), "_ab")
    bases = Databases(cluster, odoo_home.Odoo(Path("/odoo"), "19.0"), Path("/venv"))
    text = bases.write_config("test", 8070).read_text(encoding="utf-8")
    assert "db_name = dunning_test_ab\n" in text
    assert "http_port = 8070\n" in text
    assert "max_cron_threads = 0\n" in text
    assert f"data_dir = {tmp_path}/100%%\n" in text
    assert bases.env("test")["PYTHONPATH"] == "/odoo"


def test_an_error_in_odoos_log_stops_the_set_up(tmp_path):
    fine = "2026-01-01 10:00:00,000 12 INFO db odoo: the word ERROR here is fine\n"
    Databases._refuse_trouble(fine, "Installing", tmp_path)
    with pytest.raises(Problem, match="Installing logged an error"):
        bad = fine + "2026-01-01 10:00:01,000 12 ERROR db odoo.modules: demo failed\n"
        Databases._refuse_trouble(bad, "Installing", tmp_path)
    with pytest.raises(Problem, match="invalid module names"):
        bad = (
            fine + "2026-01-01 10:00:01,000 12 WARNING db odoo: invalid module names, ignored: x\n"
        )
        Databases._refuse_trouble(bad, "Installing", tmp_path)


def test_the_hash_follows_the_code(tmp_path):
    folder = tmp_path / "account_dunning_plus"
    folder.mkdir()
    (folder / "__manifest__.py").write_text("{}", encoding="utf-8")
    before = addon.addons_hash(tmp_path)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("1", encoding="utf-8")
    assert addon.addons_hash(tmp_path) == before
    (folder / "__manifest__.py").write_text("{'a': 1}", encoding="utf-8")
    assert addon.addons_hash(tmp_path) != before


def test_a_process_number_given_again_is_not_our_server(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "STATE", tmp_path / "server.json")
    assert server.running() is None
    start = server.started_at(os.getpid())
    for begun, found in ((start, True), ("1", False)):
        server.STATE.write_text(
            f'{{"pid": {os.getpid()}, "start": "{begun}", "port": 8069}}', encoding="utf-8"
        )
        assert bool(server.running()) is found


def test_a_taken_port_is_told_with_another():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not server.is_free(port)
        with pytest.raises(Problem, match=f"Port {port} is taken.*`PORT={port + 1} make demo`"):
            server.start(["true"], {}, port)
    assert server.is_free(port)


@pytest.mark.parametrize("text", ["x", "0", "70000"])
def test_a_port_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Problem, match="is no port"):
        server.wanted_port()


# --- lint --------------------------------------------------------------------------------------


def test_xml_that_is_not_well_formed_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    (tmp_path / "good.xml").write_text("<odoo/>", encoding="utf-8")
    (tmp_path / "bad.xml").write_text("<odoo>", encoding="utf-8")
    assert [line.split(":")[0] for line in lint.broken_xml([tmp_path])] == ["bad.xml"]


def test_the_ci_script_can_be_run():
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR
