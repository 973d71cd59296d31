"""The pure core, imported by itself.

Importing the add-on's own package would import Odoo; the core must work without
it, so its folder is found beside the tests and imported as ``engine``.
"""

import importlib
import sys
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2] / "account_dunning_plus"


def load_engine():
    """The ``engine`` package; the path is taken back so that nothing else leaks in."""
    sys.path.insert(0, str(ADDON))
    try:
        return importlib.import_module("engine")
    finally:
        sys.path.remove(str(ADDON))


engine = load_engine()
