"""The figures of a benchmark as a table, with what was to be reached."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

# What is to be reached on two cores.
ITEMS = 100_000
SECONDS_PREPARE = 10.0
PEAK_PREPARE = 300
ITEMS_A_QUERY = 50
LINEAR = 1.2
OVER_FLOOR = 1.3
SECONDS_SCREEN = 0.3
OVER_BARE = 1.05

# Name of a step, and what it is.
ROWS = (
    ("aggregate", "bare SQL sum by customer"),
    ("prepare", "prepare"),
    ("floor_plain", "send_mail_batch, plain text"),
    ("floor_own", "send_mail_batch, own text"),
    ("deliver", "deliver"),
    ("worklist", "worklist: needs me today"),
    ("worklist_all", "worklist: everybody"),
    ("worklist_everywhere", "the same, all companies"),
    ("customer", "customer with 500 items"),
    ("prepare_steady", "prepare, 5% due"),
    ("deliver_steady", "deliver, 5% due"),
)


@dataclass
class Figures:
    """What was measured on one ledger.

    :param steps: dict of step to its figures: seconds, cpu (of Python alone), queries,
        peak and growth in MB, and counts of what was done
    """

    items: int
    customers: int
    steps: dict[str, dict] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One target and what came of it."""

    title: str
    target: str
    measured: str
    met: bool


def render(all_figures: list[Figures], beside: dict | None = None) -> tuple[str, bool]:
    """The report, and whether no target was missed.

    :param all_figures: the smaller ledger first
    :param beside: rounds of posting and matching, "with" and "without" the add-on
    """
    parts = [_table(figures) for figures in all_figures]
    checks = [*_checks(all_figures), *_beside(beside or {})]
    parts.append(_targets(checks))
    parts.append(
        "send_mail_batch: Odoo alone, a mail for each of the same notices, the ids of their\n"
        "stored PDFs known beforehand; with a plain text of ten lines, and with the notices'\n"
        "own text and its table of items. Facts read again and notices written: deliver only.\n"
        "python s: processor time of Python. growth: peak above the memory just before."
    )
    return "\n\n".join(parts), all(check.met for check in checks)


def _table(figures):
    lines = [
        f"{figures.items:,} open items over {figures.customers:,} customers",
        f"{'':30}{'what':>22}{'s':>9}{'python s':>10}{'queries':>9}{'peak MB':>9}{'growth':>8}",
    ]
    for name, title in ROWS:
        if not (step := figures.steps.get(name)):
            continue
        lines.append(
            f"{title:30}{_what(step):>22}{step['seconds']:9.2f}{step['cpu']:10.2f}"
            f"{step['queries']:9,}{step['peak']:9.0f}{step['growth']:8.0f}"
        )
    return "\n".join(lines)


def _what(step):
    """What a step did, in a few words."""
    if "mails" in step:
        return f"{step['mails']:,} mails"
    if "notices" in step:
        return f"{step['items']:,} in {step['notices']:,}"
    return f"{step['count']:,} rows"


def _targets(checks):
    lines = [f"{'target':44}{'at most':>12}{'measured':>12}"]
    for check in checks:
        verdict = "met" if check.met else "MISSED"
        lines.append(f"{check.title:44}{check.target:>12}{check.measured:>12}  {verdict}")
    return "\n".join(lines)


def _checks(all_figures):
    large = all_figures[-1]
    prepare, deliver = large.steps["prepare"], large.steps["deliver"]
    items = large.items
    share = items / ITEMS
    checks = [
        _check("prepare: seconds", SECONDS_PREPARE * share, prepare["seconds"], "{:.1f} s"),
        _check("prepare: peak memory", PEAK_PREPARE, prepare["peak"], "{:.0f} MB"),
        _check("prepare: queries", items // ITEMS_A_QUERY, prepare["queries"], "{:,.0f}"),
    ]
    if len(all_figures) > 1:
        small = all_figures[0]
        ratio = (prepare["seconds"] / items) / (small.steps["prepare"]["seconds"] / small.items)
        checks.append(
            _check(f"prepare: cost an item, to that at {small.items:,}", LINEAR, ratio, "x {:.2f}")
        )
    for step, title in (
        ("worklist", "worklist, needs me today"),
        ("worklist_all", "worklist, everybody"),
        ("customer", "customer with 500 items"),
    ):
        seconds = large.steps[step]["seconds"]
        checks.append(_check(f"{title}: seconds", SECONDS_SCREEN, seconds, "{:.2f} s"))
    for floor, title in (("floor_plain", "plain text"), ("floor_own", "own text")):
        ratio = _a_mail(deliver) / _a_mail(large.steps[floor])
        checks.append(_check(f"deliver: seconds a mail, to {title}", OVER_FLOOR, ratio, "x {:.2f}"))
    return checks


def _beside(rounds):
    """What posting and matching cost with the add-on, to what they cost without.

    In processor time of Python and PostgreSQL, of the half of the rounds that was least disturbed.
    """
    for what, title in (("post", "posting invoices"), ("match", "booking and matching payments")):
        if rounds:
            ratio = _undisturbed(rounds["with"], what) / _undisturbed(rounds["without"], what)
            yield _check(f"{title}, to Odoo alone", OVER_BARE, ratio, "x {:.2f}")


def _undisturbed(rounds, what):
    seconds = sorted(own[what]["cpu"] for own in rounds)
    return statistics.mean(seconds[: (len(seconds) + 1) // 2])


def _a_mail(step):
    return step["seconds"] / max(1, step["mails"])


def _check(title, limit, measured, pattern):
    return Check(title, pattern.format(limit), pattern.format(measured), measured <= limit)
