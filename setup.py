"""Installs the add-on (and its bridges) at `odoo/addons/`, where Odoo finds it without a path."""

import ast
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).resolve().parent
ADDON = "account_dunning_plus"


def add_on_parts(folder):
    """Return (packages, package_dir, package_data) of one add-on's folder.

    Whatever is not in a Python package of its own (views, data, scripts of migrations) is data.
    """
    name = f"odoo.addons.{folder.name}"
    packages, data = [name], []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if "__pycache__" in inside.parts or path.suffix == ".pyc":
            continue
        if path.is_dir() and (path / "__init__.py").exists():
            packages.append(".".join((name, *inside.parts)))
        elif path.is_file() and not (
            path.suffix == ".py" and (path.parent / "__init__.py").exists()
        ):
            data.append(inside.as_posix())
    return packages, {name: folder.name}, {name: data}


manifest = ast.literal_eval((ROOT / ADDON / "__manifest__.py").read_text(encoding="utf-8"))
packages, package_dir, package_data = [], {}, {}
for found in sorted(ROOT.glob(f"{ADDON}*/__manifest__.py")):
    some_packages, some_dirs, some_data = add_on_parts(found.parent)
    packages += some_packages
    package_dir.update(some_dirs)
    package_data.update(some_data)

setup(
    name="account-dunning-plus",
    version=manifest["version"],
    description=manifest["summary"],
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=manifest["author"],
    license="LGPL-3.0-or-later",
    classifiers=["Framework :: Odoo :: 19.0", "Programming Language :: Python :: 3"],
    python_requires=">=3.10",
    packages=packages,
    package_dir=package_dir,
    package_data=package_data,
    zip_safe=False,
)
