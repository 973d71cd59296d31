"""What the suite itself keeps to: it fails for a skipped test, an error logged, a failed check."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Tests with what becomes of them: outcome of the session, words of its report.
SUITES = {
    "passes": ("def test(): pass", 0, "1 passed"),
    "skips": (
        "import pytest\ndef test(): pytest.skip('no browser')",
        1,
        "no browser\nA skipped test proves nothing",
    ),
    "skips by a mark": (
        "import pytest\n@pytest.mark.skipif(True, reason='no browser')\ndef test(): pass",
        1,
        "A skipped test proves nothing",
    ),
    "skips as unittest does": (
        "import unittest\nclass Test(unittest.TestCase):\n"
        "    @unittest.skip('no browser')\n    def test(self): pass",
        1,
        "A skipped test proves nothing",
    ),
    "skips as a whole": (
        "import pytest\npytest.skip('no browser', allow_module_level=True)",
        2,
        "A skipped test proves nothing",
    ),
    "logs an error": (
        "import logging\ndef test(): logging.getLogger('odoo.x').error('it broke')",
        1,
        "ERROR odoo.x: it broke",
    ),
    "logs an error between tests": (
        "import logging\nlogging.getLogger('odoo.x').error('it broke')\ndef test(): pass",
        1,
        "outside of a test: ERROR odoo.x: it broke",
    ),
    "logs an error that it expects": (
        "import logging, unittest\nclass Test(unittest.TestCase):\n    def test(self):\n"
        "        with self.assertLogs('odoo.x', 'ERROR'):\n"
        "            logging.getLogger('odoo.x').error('it broke')",
        0,
        "1 passed",
    ),
    "warns": (
        "import logging\ndef test(): logging.getLogger('odoo.x').warning('beware')",
        0,
        "1 passed",
    ),
}


@pytest.mark.parametrize("name", SUITES)
def test_what_fails_a_suite(name, tmp_path):
    text, code, words = SUITES[name]
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "unit" / "test_some.py").write_text(text + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:odoo", "-p", "no:cacheprovider", "tests/unit"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert words in done.stdout


@pytest.mark.parametrize(
    ("lint", "test", "code"), [(0, 0, 0), (1, 0, 1), (0, 2, 2), (1, 2, 2)], ids=str
)
def test_the_ci_script_fails_with_lint_and_with_tests(tmp_path, lint, test, code):
    done, calls = run_ci(tmp_path, f'case "$1" in lint) exit {lint} ;; *) exit {test} ;; esac')
    assert done.returncode == code, done.stderr
    assert calls == ["make lint", "make test"], "Both are run, whatever the first one says."


def test_the_ci_script_installs_what_is_missing(tmp_path):
    done, calls = run_ci(tmp_path, "exit 0", missing=("chromium", "pdftotext"))
    assert done.returncode == 0, done.stderr
    assert calls[0] == "apt-get -q update"
    assert set(calls[1].partition("--no-install-recommends ")[2].split()) == {
        "chromium",
        "poppler-utils",
    }
    assert calls[2:] == ["make lint", "make test"]


def run_ci(tmp_path, make, missing=()):
    """Run .ci/run on a machine without some programs, where `make` does what is given.

    :return: the process, and a list of the calls of make and apt-get
    """
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    programs, log = tmp_path / "bin", tmp_path / "calls"
    programs.mkdir()
    for name in ("bash", "env", "dirname", "id", "sh"):
        (programs / name).symlink_to(shutil.which(name))
    fakes = {
        "chromium": "",
        "wkhtmltopdf": "",
        "pdftotext": "",
        "python3": "",
        "find": "echo DejaVuSans.ttf",
        "sudo": 'shift; exec "$@"',
        "make": f'echo "make $*" >> {log}; {make}',
        "apt-get": f'echo "apt-get $*" >> {log}',
    }
    for name in fakes.keys() - set(missing):
        (programs / name).write_text(f"#!/bin/sh\n{fakes[name]}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [tmp_path / ".ci" / "run"],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, log.read_text(encoding="utf-8").splitlines()
