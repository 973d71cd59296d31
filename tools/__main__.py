"""Entry point of `python3 -m tools VERB`: finds a Python that fits, then runs the verb.

This file alone must be readable by any Python 3, so that an old one gets a sentence instead of a
syntax error: no f-strings with `=`, no annotations of newer kinds, no walrus here.
"""

import os
import subprocess
import sys

OLDEST = (3, 10)
NEWEST = (3, 13)
#: Tried in this order when `python3` itself does not fit.
OTHERS = ("python3.12", "python3.13", "python3.11", "python3.10")


def fits(version):
    """Tell whether Odoo 19 and its requirements run on this (major, minor)."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def find_other(names=OTHERS):
    """Return the first command of `names` that really runs and is the Python it says, else None.

    Being on PATH is not enough: version managers leave commands there that only print an error.
    """
    for name in names:
        code = "import ctypes, ssl, venv, sys; print('%d.%d' % sys.version_info[:2])"
        try:
            child = subprocess.Popen(
                [name, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            said = child.communicate()[0].decode().strip()
        except OSError:
            continue
        if child.returncode == 0 and said == name[len("python") :]:
            return name
    return None


def main():
    """Run the verb under a Python that fits; exit with 1 and a sentence when there is none."""
    if not fits(sys.version_info):
        other = find_other()
        if other is None:
            sys.stderr.write(
                "Python 3.10 or newer is needed (up to 3.13), and python3 is %d.%d: install one, "
                "for example with `apt install python3.12`, and run the same command again.\n"
                % sys.version_info[:2]
            )
            return 1
        os.execvp(other, [other, "-m", "tools"] + sys.argv[1:])
    from tools.cli import run_verb

    return run_verb(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
