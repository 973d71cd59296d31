"""The screens take their colours from the theme, so that a dark one is readable as well."""

import re
from pathlib import Path

import pytest

SCREENS = Path(__file__).resolve().parents[2] / "account_dunning_plus" / "static" / "src"
#: The one place with colours of its own: a message is dark on white paper.
PAPER = SCREENS / "paper" / "paper.scss"
#: A colour that is written out, or one of Bootstrap's classes that a theme does not change.
WRITTEN = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(\s*\d|:\s*(?:white|black|red|green|blue|gray|grey|orange)\b"
    r"|\b(?:bg|text)-(?:white|black|light|dark)\b",
    re.IGNORECASE,
)
FILES = sorted(
    path
    for path in SCREENS.rglob("*")
    if path.suffix in {".scss", ".css", ".xml", ".js"} and path != PAPER
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_colour_is_written_out(path):
    found = WRITTEN.findall(path.read_text(encoding="utf-8"))
    assert not found, f"{path.name}: use a variable of the theme instead of {found}"


def test_all_screens_are_looked_at():
    assert len(FILES) > 20
    assert WRITTEN.search(PAPER.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "words", ["color: #333;", "background: white", "rgba(0, 0, 0, 0.5)", 'class="bg-white"']
)
def test_a_written_colour_is_found(words):
    assert WRITTEN.search(words)


@pytest.mark.parametrize(
    "words", ["rgba($success, 0.75)", "$border-color", 'class="text-bg-info"', "#{$prefix}"]
)
def test_one_of_the_theme_is_not(words):
    assert not WRITTEN.search(words)
