"""Locks between calls: two `make` in one checkout, or two checkouts filling the shared cache."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from tools.places import make_folder
from tools.say import Step


@contextlib.contextmanager
def lock(path: Path, what: str) -> Iterator[None]:
    """Hold `path` alone for the block; wait, and say for whom, while another process holds it.

    The kernel lets go of the lock when its process ends, however it ends.
    """
    make_folder(path.parent)
    with open(path, "a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            with Step(f"Another make (process {holder}) {what}: waiting for it"):
                fcntl.flock(handle, fcntl.LOCK_EX)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
