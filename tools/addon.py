"""Facts about the add-ons of this checkout: their folders, and whether they changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tools.places import ADDON, ROOT

#: Made while running, or of no effect on a database.
PASSED_OVER = ("__pycache__", "description")


def addon_folders(root: Path = ROOT) -> list[Path]:
    """Return the folders of the add-on and its bridges, sorted by name."""
    return sorted(path.parent for path in root.glob(f"{ADDON}*/__manifest__.py"))


def addons_hash(root: Path = ROOT) -> str:
    """Return a hash of everything in the add-ons' folders, which changes whenever a file does."""
    digest = hashlib.sha256()
    for folder in addon_folders(root):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(part in PASSED_OVER for part in path.parts):
                digest.update(str(path.relative_to(root)).encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
