"""Measure a dunning night on a large ledger, beside what it costs at least.

    make bench                      100,000 open items over 12,000 customers, a tenth of it, and
                                    two years of 300 customers against the tests' oracle
    make bench ARGS=--quick         10,000 over 1,200 only
    make bench ARGS="--items 50000 --customers 6000"

Works on copies of the database, which are removed at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import report
from odoo_process import configure
from work_copy import WorkCopy

MEASURE = Path(__file__).resolve().parent / "measure.py"
POSTING = MEASURE.parent / "posting.py"
ROOT = MEASURE.parents[1]
ITEMS, CUSTOMERS = 100_000, 12_000

# Rounds of posting and matching, with the add-on and without it.
POSTING_ROUNDS = 20

# How a measurement is called in the figures, and what is done, in this order.
STEPS = (
    ("aggregate", "aggregate"),
    ("prepare", "prepare"),
    ("floor_plain", "floor_plain"),
    ("floor_own", "floor_own"),
    ("deliver", "deliver"),
    ("worklist", "worklist"),
    ("worklist_all", "worklist_all"),
    ("worklist_everywhere", "worklist_everywhere"),
    ("customer", "customer"),
    ("age", "age"),
    ("prepare_steady", "prepare"),
    ("deliver_steady", "deliver"),
)


def main() -> int:
    options = _options()
    database = configure(options.database)
    if not database:
        print("Say which database to copy: --database NAME, or db_name in Odoo's settings file.")
        return 2
    sizes = [(options.items, options.customers)]
    tenth = (options.items // 10, options.customers // 10)
    sizes = [tenth] if options.quick else [tenth, *sizes]
    options.replay &= not options.quick
    try:
        figures = [_measure(database, *size, options.keep) for size in sizes]
        beside = _posting(database, options.without) if options.without else None
        if options.replay:
            _replay()
    except subprocess.CalledProcessError as error:
        print(f"The benchmark stopped: {' '.join(map(str, error.cmd))} failed, as it says above.")
        return 1
    text, met = report.render(figures, beside)
    print(f"\n{text}")
    return 0 if met or not options.strict else 1


def _options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-d", "--database", help="copied; else the one of Odoo's settings file")
    parser.add_argument("--items", type=int, default=ITEMS, help="open items (%(default)s)")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="(%(default)s)")
    parser.add_argument("--quick", action="store_true", help="a tenth of it only")
    parser.add_argument(
        "--no-replay", dest="replay", action="store_false", help="leave the two years out"
    )
    parser.add_argument("--without", help="a database without the add-on, to post beside")
    parser.add_argument("--strict", action="store_true", help="fail when a target is missed")
    parser.add_argument("--keep", action="store_true", help="keep the copies")
    return parser.parse_args()


def _measure(database: str, items: int, customers: int, keep: bool) -> report.Figures:
    """All that is measured on a ledger of one size, each in a process of its own."""
    figures = report.Figures(items, customers)
    with WorkCopy(database, f"{database}_{items}", keep) as copy:
        with _step(f"{items:,} items, {customers:,} customers: building the ledger"):
            _child("build", copy.name, f"--items={items}", f"--customers={customers}")
            copy.settle()
        for name, step in STEPS:
            with _step(f"{items:,} items, {customers:,} customers: {name}"):
                figures.steps[name] = _child(step, copy.name)
    return figures


def _child(step: str, database: str, *more: str) -> dict:
    result = subprocess.run(
        [sys.executable, MEASURE, step, database, *more],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(result.stdout)


def _posting(database: str, without: str) -> dict[str, list[dict]]:
    """Posting and matching with the add-on and without it, in turns.

    :return: the figures of each round of ``posting.py``, "with" and "without"
    """
    rounds = {"with": [], "without": []}
    with (
        _step("posting invoices and matching payments, with and without the add-on"),
        WorkCopy(database, f"{database}_with") as own,
        WorkCopy(without, f"{database}_without", install=False) as bare,
        _poster(own.name) as ask_own,
        _poster(bare.name) as ask_bare,
    ):
        turns = [("with", ask_own), ("without", ask_bare)]
        for _turn in range(POSTING_ROUNDS):
            for kind, ask in turns:
                rounds[kind].append(ask())
            # Whoever comes first finds the processor's caches as the other left them.
            turns.reverse()
    return rounds


@contextmanager
def _poster(database: str):
    """A process that posts, as a function that has it do one round."""
    command = [sys.executable, POSTING, database]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:

        def ask() -> dict:
            process.stdin.write("\n")
            process.stdin.flush()
            if not (answer := process.stdout.readline()):
                raise subprocess.CalledProcessError(process.wait(), command)
            return json.loads(answer)

        yield ask


def _replay() -> None:
    """Two years of 300 customers, day by day, against the independent oracle of the tests."""
    with _step("two years replayed against the oracle"):
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--no-header", "tests/replay"],
            check=True,
            cwd=ROOT,
            env={**os.environ, "DUNNING_REPLAY": "long"},
            stdout=sys.stderr,
        )


@contextmanager
def _step(title: str):
    start = time.monotonic()
    print(f"{title} ...", end=" ", flush=True)
    yield
    print(f"{time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
