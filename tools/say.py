"""What the tools print: progress with elapsed time, and problems as one sentence."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

#: Seconds between two signs of life of a long step, on a terminal and in a log.
BEAT_TTY = 0.2
BEAT_LOG = 30.0
SPINNER = "|/-\\"


class Problem(Exception):
    """Something that a person must put right: one clear sentence that says what to do."""


def say(text: str = "") -> None:
    """Print a line at once, also when the output is a file or a pipe."""
    print(text, flush=True)


class Step:
    """A named piece of work: shows that it goes on, and how long it took.

    `detail`, when set, is a function that returns a few words on where the work stands.
    """

    def __init__(self, title: str, detail: Callable[[], str] | None = None):
        self.title = title
        self.detail = detail
        self._tty = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._start = 0.0

    def __enter__(self) -> Step:
        self._start = time.monotonic()
        if not self._tty:
            say(f"{self.title} …")
        self._thread.start()
        return self

    def __exit__(self, exc_type, exc, tb) -> None:
        self._done.set()
        self._thread.join()
        took = time.monotonic() - self._start
        end = "done" if exc_type is None else "stopped"
        if self._tty:
            self._redraw(f"{self.title}: {end} ({took:.0f} s)\n")
        elif exc_type is not None or took >= 3:
            say(f"{self.title}: {end} ({took:.0f} s)")

    def _beat(self) -> None:
        turn = 0
        while not self._done.wait(BEAT_TTY if self._tty else BEAT_LOG):
            took = time.monotonic() - self._start
            detail = self.detail() if self.detail else ""
            text = f"{self.title} … {took:.0f} s" + (f" ({detail})" if detail else "")
            if self._tty:
                self._redraw(f"{SPINNER[turn % len(SPINNER)]} {text}")
                turn += 1
            else:
                say(text)

    @staticmethod
    def _redraw(text: str) -> None:
        sys.stdout.write("\r\033[K" + text)
        sys.stdout.flush()
