"""Files of Debian packages, fetched and unpacked into a folder as an ordinary user.

apt itself fetches and checks (signature and checksums), with lists and caches of our own, so the
machine's package state is neither needed nor touched. The address of the mirror is the machine's.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import unquote

from tools.places import LOGS
from tools.run import ask, run
from tools.say import Problem

#: Names of releases in a sources list that are Debian itself, besides the machine's own code name.
RELEASES = ("stable", "oldstable", "testing", "unstable", "sid")
KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")
LOG = LOGS / "packages.log"


def _no_debian(reason: str) -> Problem:
    return Problem(
        f"Odoo 19 comes from Debian's package `odoo-19`, and {reason}: use a Debian machine, or "
        "set ODOO_HOME to the folder that holds the `odoo/` of an Odoo 19 you have."
    )


def read_targets(text: str, codename: str) -> tuple[str, str] | None:
    """Pick (mirror address, release name) of Debian's main archive from `apt-get indextargets`.

    `text` has lines `repository|component|release|identifier`; `codename` is the machine's release.
    Third parties' and security archives are passed over.
    """
    for line in text.splitlines():
        parts = line.split("|")
        if len(parts) != 4:
            continue
        uri, component, release, identifier = parts
        if identifier != "Packages" or component != "main" or "security" in uri:
            continue
        if release == codename or release in RELEASES:
            return uri.rstrip("/"), release
    return None


def machine_codename(os_release: Path = Path("/etc/os-release")) -> str:
    """Return the code name of this machine's Debian release; empty for another distribution."""
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    facts = {name: value.strip("\"'") for name, value in facts.items()}
    own = "VERSION_CODENAME" if facts.get("ID") == "debian" else "DEBIAN_CODENAME"
    return facts.get(own, "")


class Archive:
    """Debian's archive seen from a private folder: the machine's own release, and sid."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._options: list[str] = []
        self._ready = False

    def _update(self) -> None:
        """Fetch the package lists into the private folder."""
        if self._ready:
            return
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise _no_debian(f"this machine has no `{tool}`")
        # --no-release-info: a fresh machine has no lists yet, only sources.
        code, said, _err = ask(
            [
                "apt-get",
                "indextargets",
                "--no-release-info",
                "--format",
                "$(REPO_URI)|$(COMPONENT)|$(RELEASE)|$(IDENTIFIER)",
            ]
        )
        found = read_targets(said, machine_codename()) if code == 0 else None
        if found is None:
            raise _no_debian("apt on this machine knows no Debian mirror")
        keyring = next(
            (p for name in KEYRINGS if (p := Path("/usr/share/keyrings", name)).exists()), None
        )
        if keyring is None:
            raise _no_debian(
                "Debian's keys are missing here (package `debian-archive-keyring`), so that its "
                "signature cannot be checked"
            )
        mirror, release = found
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        sources = self.folder / "sources.list"
        sources.write_text(
            "".join(
                f"deb [signed-by={keyring}] {mirror} {suite} main\n"
                for suite in dict.fromkeys((release, "sid"))
            ),
            encoding="utf-8",
        )
        self._options = [
            option
            for pair in (
                f"Dir::Etc::sourcelist={sources}",
                "Dir::Etc::sourceparts=/dev/null",
                "Dir::Etc::preferences=/dev/null",
                "Dir::Etc::preferencesparts=/dev/null",
                f"Dir::State::Lists={self.folder / 'lists'}",
                f"Dir::Cache={self.folder / 'cache'}",
                f"APT::Default-Release={release}",
                "Debug::NoLocking=1",
                "Acquire::Retries=3",
                "Acquire::Languages=none",
                # root's private folder is closed to apt's own download user
                *(["APT::Sandbox::User=root"] if os.geteuid() == 0 else []),
            )
            for option in ("-o", pair)
        ]
        run(
            ["apt-get", *self._options, "--error-on=any", "update"],
            LOG,
            "Reading Debian's package lists",
        )
        self._ready = True

    def unpack(self, wanted: dict[str, str], target: Path, what: str) -> None:
        """Unpack packages into `target`; `wanted` maps a name to "sid" or "" (this release).

        Files already fetched by an interrupted call are kept, checked by apt and used.
        """
        self._update()
        debs = self.folder / "debs"
        debs.mkdir(exist_ok=True)
        names = [f"{name}/{suite}" if suite else name for name, suite in wanted.items()]
        run(
            ["apt-get", *self._options, "download", *names],
            LOG,
            f"Downloading {what} from Debian",
            cwd=debs,
        )
        for name in wanted:
            for deb in debs.glob(f"{name}_*.deb"):
                run(["dpkg-deb", "-x", deb, target], LOG, f"Unpacking {deb.name}")

    def version(self, name: str) -> str:
        """Return the version of a package in sid."""
        self._update()
        _code, said, err = ask(
            ["apt-get", *self._options, "--print-uris", "download", f"{name}/sid"]
        )
        for word in said.split():
            if word.startswith(f"{name}_") and word.endswith(".deb"):
                return unquote(word.split("_")[1])
        raise _no_debian(f"its archive has no `{name}` (apt says: {err.strip()[:200]})")
