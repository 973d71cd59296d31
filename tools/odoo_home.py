"""Which Odoo 19 is used: the user's own (ODOO_HOME), or Debian's package unpacked in the cache."""

from __future__ import annotations

import ast
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from tools.debian import Archive
from tools.lock import lock
from tools.places import CACHE_ROOM, cache, check_room, make_folder
from tools.say import Problem, Step

PACKAGE = "odoo-19"
#: What Debian's Odoo links to by relative links. Font Awesome must be the 4.7 of the machine's own
#: release: sid's is another major version and leaves the web client without icons.
WITH_IT = {
    "libjs-jquery": "sid",
    "libjs-jquery-form": "sid",
    "libjs-underscore": "sid",
    "fonts-roboto-unhinted": "sid",
    "fonts-montserrat": "sid",
    "fonts-inconsolata": "sid",
    "fonts-ocr-b": "sid",
    "fonts-font-awesome": "",
}
INSIDE = Path("usr/lib/python3/dist-packages")
#: Left out of Debian's package for its licence; its absence is an error in every page's console.
MISSING = Path("odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")


@dataclass(frozen=True)
class Odoo:
    """An Odoo on disk: `path` holds `odoo/`; `version` names exactly what it is."""

    path: Path
    version: str


def read_release(path: Path) -> tuple[int, ...]:
    """Return (19, 0, 0) from `odoo/release.py` below `path`; raise Problem where there is none."""
    try:
        tree = ast.parse((path / "odoo" / "release.py").read_text(encoding="utf-8"))
    except (OSError, SyntaxError) as error:
        raise Problem(
            f"ODOO_HOME={path} holds no `odoo/` of Odoo 19: set it to the folder that holds "
            "`odoo/`, or unset it to have Odoo fetched."
        ) from error
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(name, ast.Name) and name.id == "version_info" for name in node.targets
        ):
            first = node.value.elts[:3] if isinstance(node.value, ast.Tuple) else []
            return tuple(
                item.value
                for item in first
                if isinstance(item, ast.Constant) and isinstance(item.value, int)
            )
    return ()


def _users_own(home: str) -> Odoo:
    path = Path(home).expanduser().absolute()
    release = read_release(path)
    if release[:2] != (19, 0):
        shown = ".".join(map(str, release)) or "another version"
        raise Problem(
            f"ODOO_HOME={path} is Odoo {shown}, and this add-on needs 19.0: set it to an Odoo 19, "
            "or unset it to have one fetched."
        )
    return Odoo(path, f"{'.'.join(map(str, release))} at {path}")


def _unpacked(place: Path) -> Odoo | None:
    """Return the newest complete Odoo of the cache; only a complete one has its final name."""
    trees = sorted(place.glob("odoo-[0-9]*"), key=lambda tree: tree.stat().st_mtime)
    trees = [
        tree for tree in trees if tree.suffix != ".partial" and (tree / INSIDE / "odoo").is_dir()
    ]
    if not trees:
        return None
    return Odoo(trees[-1] / INSIDE, trees[-1].name.removeprefix("odoo-"))


def _sweep(place: Path) -> None:
    """Remove what interrupted calls left half unpacked."""
    for stale in place.glob("odoo-*.partial"):
        shutil.rmtree(stale, ignore_errors=True)


def get_odoo() -> Odoo:
    """Return the Odoo to use; fetch and unpack it when this user's cache has none."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return _users_own(home)
    place = make_folder(cache())
    with lock(place / "odoo.lock", "is fetching Odoo 19"):
        found = _unpacked(place)
        if found:
            return found
        check_room(place, CACHE_ROOM)
        archive = Archive(make_folder(place / "debian.partial"))
        with Step("Reading Debian's package lists"):
            version = archive.version(PACKAGE)
        _sweep(place)
        # Of this call alone: what an interrupted one started may still be writing into its own.
        partial = Path(mkdtemp(prefix=f"odoo-{version}.", suffix=".partial", dir=place))
        partial.chmod(0o755)
        with Step(f"Downloading and unpacking Odoo {version} (123 MB)"):
            archive.unpack({PACKAGE: "sid", **WITH_IT}, partial, "Odoo 19")
            mended = partial / INSIDE / MISSING
            mended.parent.mkdir(parents=True, exist_ok=True)
            if not mended.exists():
                mended.touch()
            partial.rename(place / f"odoo-{version}")
        shutil.rmtree(archive.folder, ignore_errors=True)
        _sweep(place)
        found = _unpacked(place)
        if found is None:
            raise Problem(
                f"Debian's package {PACKAGE} {version} is not laid out as expected: set ODOO_HOME "
                "to the folder that holds the `odoo/` of an Odoo 19 you have."
            )
        return found
