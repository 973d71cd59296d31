"""Who has an Odoo or a PostgreSQL uses that: the user's own database server, and `pip install`."""

import runpy
from pathlib import Path
from unittest.mock import patch

import pytest

from tools import postgres
from tools.say import Problem

ROOT = Path(__file__).resolve().parents[2]


def own(tmp_path, monkeypatch, psql, user="keeper"):
    """The cluster of PGHOST, whose psql does what is given."""
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", user)
    program = tmp_path / "psql"
    program.write_text(f"#!/bin/sh\n{psql}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(postgres, "bundled", lambda venv: tmp_path)
    monkeypatch.setattr(postgres, "Embedded", lambda venv: pytest.fail("Its own was started."))
    return postgres.get_cluster(tmp_path)


def test_the_users_postgresql_is_used(tmp_path, monkeypatch):
    cluster = own(tmp_path, monkeypatch, "echo t")
    assert cluster.env == {"PGUSER": "keeper"}
    assert len(cluster.suffix) == len("_12345678"), "Other checkouts may have databases there."


@pytest.mark.parametrize(
    ("psql", "user", "sentence"),
    [
        ("echo f", "keeper", "may not make databases: allow it with `ALTER ROLE keeper CREATEDB`"),
        (
            "echo refused >&2; exit 2",
            "keeper",
            r"PGHOST=db.example cannot be used as keeper: check PGHOST, .*\(.*refused",
        ),
        ("echo t", "postgres", "set PGUSER=NAME"),
    ],
)
def test_a_postgresql_that_cannot_be_used_is_told(tmp_path, monkeypatch, psql, user, sentence):
    with pytest.raises(Problem, match=sentence):
        own(tmp_path, monkeypatch, psql, user)


def test_pip_installs_every_file_where_odoo_finds_it():
    with patch("setuptools.setup") as setup:
        runpy.run_path(str(ROOT / "setup.py"))
    given = setup.call_args.kwargs
    assert all(name.startswith("odoo.addons.") for name in given["packages"])
    installed = {
        ROOT / folder / file
        for name, folder in given["package_dir"].items()
        for file in given["package_data"][name]
    }
    for name in given["packages"]:
        folder = ROOT.joinpath(*name.split(".")[2:])
        installed |= set(folder.glob("*.py"))
    files = {
        path
        for add_on in ROOT.glob("account_dunning_plus*")
        for path in add_on.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert len(files) > 300
    assert not files - installed
