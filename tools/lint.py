"""`make lint`: every check of style and rules, all run even when one fails."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree
from pathlib import Path

from tools.addon import addon_folders
from tools.places import ROOT
from tools.say import say

#: Rules of the plug-in left out: the README is the repository's, not one for each add-on; and a
#: model's workflow has a file of its own.
PYLINT_OFF = "missing-readme,consider-merging-classes-inherited"


def commands(venv: Path, folders: list[Path], fix: bool) -> list[tuple[str, list[str]]]:
    """Return the (name, command) of each check that is a program; `fix` mends what it can."""
    programs = venv / "bin"
    mend = ["--fix"] if fix else []
    names = [folder.name for folder in folders]
    checks = [
        ("ruff", [str(programs / "ruff"), "check", *mend, "."]),
        ("ruff format", [str(programs / "ruff"), "format", *([] if fix else ["--check"]), "."]),
    ]
    if names:
        pylint = [str(programs / "pylint"), "--rcfile=.pylintrc", f"--disable={PYLINT_OFF}"]
        checks += [
            ("pylint-odoo", [*pylint, *names]),
            ("OCA module checks", [str(programs / "oca-checks-odoo-module"), *mend, *names]),
        ]
    po_files = [
        str(path.relative_to(ROOT)) for folder in folders for path in sorted(folder.rglob("*.po"))
    ]
    if po_files:
        checks.append(
            ("OCA translation checks", [str(programs / "oca-checks-po"), *mend, *po_files])
        )
    return checks


def broken_xml(folders: list[Path]) -> list[str]:
    """Return a line for each XML file of the add-ons that is not well-formed."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            try:
                xml.etree.ElementTree.parse(path)
            except xml.etree.ElementTree.ParseError as error:
                found.append(f"{path.relative_to(ROOT)}: {error}")
    return found


def check(venv: Path, fix: bool = False) -> int:
    """Run every check; return 0 when all pass."""
    folders = addon_folders()
    env = {**os.environ, "PATH": os.pathsep.join([str(venv / "bin"), os.environ["PATH"]])}
    failed = []
    for name, command in commands(venv, folders, fix):
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        say(f"{name}: {'passed' if done.returncode == 0 else 'FAILED'}")
        if done.returncode:
            say(done.stdout.rstrip())
            failed.append(name)
    broken = broken_xml(folders)
    say(f"XML well-formed: {'FAILED' if broken else 'passed'}")
    if broken:
        say("\n".join(broken))
        failed.append("XML well-formed")
    if failed:
        say(f"Lint failed: {', '.join(failed)}.")
    return 1 if failed else 0
