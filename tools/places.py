"""Where things live: the user's cache (shared by checkouts) and this checkout's `.local`."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
from pathlib import Path

from tools.say import Problem

ROOT = Path(__file__).resolve().parent.parent
#: Databases, PostgreSQL's data, filestore, logs, settings and pid files of this checkout.
LOCAL = ROOT / ".local"
LOGS = LOCAL / "log"
ADDON = "account_dunning_plus"

#: Bytes that must be free before a set-up begins: Odoo with its package, and the databases.
CACHE_ROOM = 2_500_000_000
LOCAL_ROOM = 1_000_000_000

#: The longest path of a Unix socket that the kernel takes, in bytes (without the closing zero).
SOCKET_LIMIT = 107


def cache() -> Path:
    """Return the folder for what checkouts share: Odoo unpacked, virtual environments."""
    own = os.environ.get("DUNNING_CACHE")
    if own:
        return Path(own).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache").absolute() / ADDON
    except RuntimeError as error:
        raise Problem(
            "Your home folder cannot be found: set HOME or DUNNING_CACHE to a folder you may write."
        ) from error


def checkout_key(root: Path = ROOT) -> str:
    """Return eight letters that differ between two checkouts on one machine."""
    return hashlib.sha256(str(root).encode()).hexdigest()[:8]


def make_folder(path: Path) -> Path:
    """Make a folder with its parents; a refusal is told in a sentence."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise Problem(
            f"The folder {path} cannot be made: you may not write there; set DUNNING_CACHE to one "
            "you may write, or move the checkout to your home folder."
        ) from error
    return path


def make_private_folder(path: Path, owner: int) -> Path:
    """Make a folder where everyone may write, and refuse one that another user put there."""
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
        raise Problem(f"{path} belongs to another user: remove it and run the same command again.")
    return path


def everyone_passes(path: Path) -> bool:
    """Tell whether any user of the machine can reach `path` through its parent folders."""
    folder = path if path.is_dir() else path.parent
    while True:
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            return False
        if folder == folder.parent:
            return True
        folder = folder.parent


def socket_folder(wanted: Path, port: int = 5432, uid: int | None = None) -> Path:
    """Return `wanted`, or a short folder below /tmp when no socket can be in `wanted`.

    The name may be too long for the kernel, or hold signs that PostgreSQL's settings take apart.
    """
    if len(os.fsencode(wanted / f".s.PGSQL.{port}")) <= SOCKET_LIMIT and re.fullmatch(
        r"[\w/.+-]+", str(wanted), re.ASCII
    ):
        return wanted
    return Path("/tmp") / f"{ADDON}-{os.geteuid() if uid is None else uid}-{checkout_key(wanted)}"


def check_room(path: Path, wanted: int) -> None:
    """Stop before a long step when the disk that holds `path` has less than `wanted` bytes free."""
    while not path.exists():
        path = path.parent
    free = shutil.disk_usage(path).free
    if free < wanted:
        raise Problem(
            f"The disk that holds {path} is nearly full ({free / 1e9:.1f} GB free, "
            f"{wanted / 1e9:.1f} GB needed): free some room and run the same command again."
        )


def is_disk_full(error: OSError) -> bool:
    """Tell whether an error of the system means that a disk or a quota is used up."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
