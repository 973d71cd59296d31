"""Child processes: their output goes to a log file, their failure becomes one sentence."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from tools.places import make_folder
from tools.say import Problem

PR_SET_PDEATHSIG = 1
_FULL = re.compile(
    r"No space left on device|Disk quota exceeded|not enough free (disk )?space", re.I
)
_OFFLINE = re.compile(
    r"Temporary failure (in name resolution|resolving)|Could not (resolve|connect)|"
    r"Network is unreachable|Name or service not known|NewConnectionError|Failed to fetch",
    re.I,
)
_MISTRUSTED = re.compile(r"CERTIFICATE_VERIFY_FAILED|certificate verify failed", re.I)


def _end_with_parent() -> None:
    """In the child: be ended when these tools are killed, so that nothing is written on."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def tail(path: Path, start: int = 0, size: int = 20_000) -> str:
    """Return at most the last `size` bytes that a log file got since the offset `start`."""
    if not path.exists():
        return ""
    with open(path, "rb") as handle:
        end = handle.seek(0, os.SEEK_END)
        handle.seek(max(start, end - size))
        return handle.read().decode("utf-8", "replace")


def ran_out_of_room(said: str) -> bool:
    """Tell whether the output of a child says that a disk or a quota is used up."""
    return bool(_FULL.search(said))


def explain(said: str, what: str, log: Path) -> Problem:
    """Turn the output of a failed child into the sentence for the person."""
    if ran_out_of_room(said):
        return Problem(
            f"{what} stopped because a disk is full: free some room and run the same command again "
            f"(details in {log})."
        )
    if _MISTRUSTED.search(said):
        return Problem(
            f"{what} does not trust the network: where a gateway signs with a certificate "
            "of its own, set PIP_CERT to the file that holds it and run the same command again "
            f"(details in {log})."
        )
    if _OFFLINE.search(said):
        return Problem(
            f"{what} could not reach the network: check the connection and run the same command "
            f"again (details in {log})."
        )
    return Problem(
        f"{what} failed: see the end of {log}, put it right and run the same command again."
    )


def run(
    argv: list[str | Path],
    log: Path,
    what: str,
    *,
    env: dict[str, str] | None = None,
    cwd: Path | str | None = None,
    stdin: str | None = None,
    user: tuple[int, int] | None = None,
) -> str:
    """Run a child to its end with its output appended to `log`; return that output.

    `user` is the (uid, gid) to run as, for root only. Raises Problem when the child fails.
    """
    make_folder(log.parent)
    with open(log, "ab") as out:
        start = out.tell()
        who = {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}
        try:
            child = subprocess.Popen(
                [str(arg) for arg in argv],
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                preexec_fn=_end_with_parent,
                **who,
            )
        except FileNotFoundError as error:
            raise Problem(f"{what} needs `{argv[0]}`, which is not on this machine.") from error
        try:
            child.communicate(None if stdin is None else stdin.encode())
        except BaseException:
            child.kill()
            child.wait()
            raise
    said = tail(log, start, 200_000)
    if child.returncode:
        raise explain(said, what, log)
    return said


def ask(
    argv: list[str | Path], *, env: dict[str, str] | None = None, cwd: Path | str | None = None
) -> tuple[int, str, str]:
    """Run a short child; return its exit code (127: not on this machine), output and errors."""
    try:
        done = subprocess.run(
            [str(arg) for arg in argv],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=env,
            cwd=cwd,
            check=False,
        )
    except FileNotFoundError:
        return 127, "", f"{argv[0]} is not on this machine"
    return done.returncode, done.stdout, done.stderr


def hand_over(argv: list[str | Path], env: dict[str, str], cwd: Path | str | None = None) -> int:
    """Run a child on this terminal and return its exit code; Ctrl-C goes to the child."""
    sys.stdout.flush()
    child = subprocess.Popen(
        [str(arg) for arg in argv], env=env, cwd=cwd, preexec_fn=_end_with_parent
    )
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue
