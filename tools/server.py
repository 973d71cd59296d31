"""The demo's web server: started in the background, found again, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tools.places import LOCAL, LOGS
from tools.run import explain, tail
from tools.say import Problem, Step

STATE = LOCAL / "server.json"
LOG = LOGS / "server.log"
#: Seconds that the server may take to answer.
PATIENCE = 180


def wanted_port() -> int:
    """Return the port to serve on: PORT, or 8069."""
    text = os.environ.get("PORT") or "8069"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Problem(
            f"PORT={text} is no port: use a number from 1024 to 65535, as in `PORT=8070 make demo`."
        )
    return int(text)


def address(port: int, path: str = "") -> str:
    """Return the address of a page that is served on a port of this machine."""
    return f"http://localhost:{port}{path}"


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Problem(
                f"Port {port} may be used by the administrator only: choose another, as in "
                "`PORT=8070 make demo`."
            ) from error
        except OSError:
            return False
        return True


def started_at(pid: int) -> str | None:
    """Return when a process started (in the kernel's ticks), or None when there is none.

    A number is given again after its process has ended; number and start together are not.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


@dataclass(frozen=True)
class Server:
    """A server of this checkout: its process and its port."""

    pid: int
    start: str
    port: int

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return started_at(self.pid) == self.start

    def address(self, path: str = "/") -> str:
        """Return the address of a page."""
        return address(self.port, path)


def running() -> Server | None:
    """Return this checkout's server when it runs."""
    try:
        server = Server(**json.loads(STATE.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return server if server.alive() else None


def start(command: list[str | Path], env: dict[str, str], port: int) -> Server:
    """Start the server in the background and wait until its first page comes."""
    if not is_free(port):
        raise Problem(
            f"Port {port} is taken by another program: choose another one, as in "
            f"`PORT={port + 1} make demo`."
        )
    offset = LOG.stat().st_size if LOG.exists() else 0
    with Step("Starting Odoo"), open(LOG, "ab") as out:
        child = subprocess.Popen(
            [str(arg) for arg in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=LOCAL,
            start_new_session=True,
        )
        server = Server(child.pid, started_at(child.pid) or "", port)
        partial = STATE.with_suffix(".partial")
        partial.write_text(json.dumps(server.__dict__), encoding="utf-8")
        partial.rename(STATE)
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            if child.poll() is not None:
                raise explain(tail(LOG, offset), "Starting Odoo", LOG)
            if time.monotonic() > deadline:
                stop()
                raise Problem(
                    f"Odoo did not answer within {PATIENCE} seconds: see the end of {LOG} and run "
                    "the same command again."
                )
            time.sleep(0.3)
    return server


def _answers(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/web/login", timeout=60) as page:
            return page.status == 200
    except urllib.error.HTTPError as error:
        raise Problem(f"Odoo answers with error {error.code}: see the end of {LOG}.") from error
    except OSError:
        return False


def stop() -> bool:
    """Stop this checkout's server; tell whether one was running."""
    server = running()
    STATE.unlink(missing_ok=True)
    if server is None:
        return False
    # Odoo ends at once on a second signal of the kind, so that no long request holds it up.
    for sign, patience in ((signal.SIGTERM, 8), (signal.SIGTERM, 4), (signal.SIGKILL, 5)):
        try:
            os.kill(server.pid, sign)
        except ProcessLookupError:
            return True
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not server.alive():
                return True
            time.sleep(0.1)
    return True
