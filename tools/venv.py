"""Virtual environments in the cache, one for each Python and set of requirements."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from tools.debian import Archive
from tools.lock import lock
from tools.places import LOGS, ROOT, cache, check_room, make_folder
from tools.run import ask, run
from tools.say import Problem, Step

LOG = LOGS / "python-packages.log"
#: Free room wanted for one environment, in bytes.
ROOM = 900_000_000


def venv_key(contents: list[bytes], version: tuple[int, int], machine: str) -> str:
    """Name an environment after its Python, its processor and everything that it is made of."""
    digest = hashlib.sha256(b"\0".join(contents)).hexdigest()[:10]
    return f"py{version[0]}.{version[1]}-{machine}-{digest}"


def get_venv(name: str, *files: str) -> Path:
    """Return the folder of the environment `name` that holds the requirement `files`."""
    contents = [(ROOT / file).read_bytes() for file in files]
    place = make_folder(cache())
    final = place / f"python-{name}-{venv_key(contents, sys.version_info[:2], os.uname().machine)}"
    if _works(final):
        return final
    with lock(place / f"python-{name}.lock", "is installing Python packages"):
        if _works(final):
            return final
        check_room(place, ROOM)
        # An environment has its own path written into its commands, so it cannot be renamed when it
        # is complete: it gets a link of the final name instead.
        for stale in place.glob(f"{final.name}.*"):
            shutil.rmtree(stale, ignore_errors=True)
        final.unlink(missing_ok=True)
        folder = place / f"{final.name}.{os.getpid()}"
        with Step(f"Installing Python packages ({', '.join(files)})"):
            _make(folder, [ROOT / file for file in files])
            final.symlink_to(folder.name)
        return final


def _works(folder: Path) -> bool:
    """Tell whether an environment is complete and its Python still runs."""
    return folder.is_symlink() and ask([folder / "bin" / "python", "-c", ""])[0] == 0


def _make(folder: Path, requirements: list[Path]) -> None:
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    # These would make pip install elsewhere, or refuse to.
    for name in ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PYTHONHOME"):
        env.pop(name, None)
    python = folder / "bin" / "python"
    run([sys.executable, "-m", "venv", "--without-pip", folder], LOG, "Making a Python environment")
    if ask([sys.executable, "-m", "ensurepip", "--version"])[0] == 0:
        run([python, "-m", "ensurepip", "--default-pip"], LOG, "Installing pip", env=env)
        pip: list[str | Path] = [python, "-m", "pip"]
    else:
        pip = [python, _debian_pip(folder)]
    wanted = [arg for file in requirements for arg in ("-r", file)]
    run(
        [*pip, "install", "--prefer-binary", "--no-warn-script-location", *wanted],
        LOG,
        "Installing Python packages",
        env=env,
    )


def _debian_pip(folder: Path) -> Path:
    """Fetch pip from Debian, where Python came without it; return the pip to run."""
    archive = Archive(make_folder(cache() / "debian-pip.partial"))
    archive.unpack({"python3-pip-whl": ""}, folder / "debian", "pip")
    wheels = sorted((folder / "debian/usr/share/python-wheels").glob("pip-*.whl"))
    if not wheels:
        raise Problem(
            "This Python has no pip: install it with `apt install python3-venv` and run the same "
            "command again."
        )
    shutil.rmtree(archive.folder, ignore_errors=True)
    return wheels[-1] / "pip"
