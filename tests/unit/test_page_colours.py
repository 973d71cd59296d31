"""The colours of the customer's page can be read: WCAG 2.2, AA, by its style sheets."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "account_dunning_plus" / "static" / "page"

#: Contrast that WCAG asks for: of text (1.4.3), and of what a control is seen by (1.4.11).
TEXT = 4.5
CONTROL = 3

#: What a rule is of when its border shows where something can be entered, or is wrong.
CONTROLS = ("form-control", "form-select", "form-check", "input", "aria-invalid")


def rules():
    """The rules of the page's style sheets, those within @media among them.

    :return: list of (selectors, dict of property to value)
    """
    found = []
    for sheet in sorted(FOLDER.glob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            pairs = (part.partition(":") for part in body.split(";") if part.strip())
            found.append(
                (" ".join(selectors.split()), {name.strip(): own.strip() for name, _, own in pairs})
            )
    return found


def colours(value):
    """The colours of a value; a variable's is what it falls back on."""
    return re.findall(r"#[0-9a-f]{6}\b", value)


def luminance(colour):
    """How light a colour is, from 0 to 1, as WCAG defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def of_property(*names):
    """(selectors, colour) of each colour that the sheets give a property."""
    return [
        (selectors, colour)
        for selectors, own in rules()
        for name, value in own.items()
        if name in names
        for colour in colours(value)
    ]


BACKGROUNDS = {colour for _where, colour in of_property("background") if luminance(colour) > 0.5}
BRAND = "#1f4e79"


def test_contrast_is_what_wcag_says():
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_the_sheets_are_read():
    assert {"#ffffff", "#f5f5f7", "#eceef1"} <= BACKGROUNDS
    assert len(of_property("color")) > 5


@pytest.mark.parametrize("background", sorted(BACKGROUNDS - {"#eceef1"}))
def test_text_can_be_read_on_whatever_it_stands(background):
    for where, colour in of_property("color"):
        assert contrast(colour, background) >= TEXT, where


def test_heads_of_tables_can_be_read():
    [text] = {colour for where, colour in of_property("color") if where == ".o_dunning_body"}
    [head] = {colour for where, colour in of_property("background") if "thead" in where}
    assert contrast(text, head) >= TEXT


def test_buttons_can_be_read():
    for where, colour in of_property("--btn-color", "--btn-hover-color", "--btn-active-color"):
        own = BRAND if colour == "#ffffff" else "#ffffff"
        assert contrast(colour, own) >= TEXT, where


def test_borders_that_tell_something_can_be_seen():
    told = [
        (where, colour)
        for where, colour in of_property("border", "border-color", "outline")
        if any(word in where for word in (*CONTROLS, "focus", "_good", "_bad"))
    ]
    assert len(told) > 5
    for where, colour in told:
        for background in BACKGROUNDS:
            assert contrast(colour, background) >= CONTROL, where
    bordered = " ".join(where for where, _colour in told)
    assert ".form-control" in bordered and ".form-select" in bordered
    assert ".form-check-input" in bordered and ":focus-visible" in bordered
