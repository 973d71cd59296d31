"""The keys of the customer's screen: each has one meaning, and its tooltip says it."""

import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

import pytest

VIEWS = Path(__file__).resolve().parents[2] / "account_dunning_plus" / "views"
FILES = ("account_dunning_followup_views.xml", "account_dunning_followup_money_views.xml")
#: What Odoo itself does on a form: back, menu, discard, next, previous, save; and in dialogs.
TAKEN = set("bhjnpsqx") | set("123456789")
#: Two that are never there together share a key.
TOGETHER = {frozenset({"action_hold", "action_resume"})}
#: Nothing that should happen by a slip of the finger.
WITHOUT = {"action_revoke_links"}


def _buttons():
    for name in FILES:
        for record in ET.parse(VIEWS / name).getroot().iter("record"):
            if "_view_form" in record.get("id"):
                for button in record.iter("button"):
                    # Those of the bar; the box of links and lists in the form need no keys.
                    if not ({"position", "icon"} & set(button.keys())):
                        yield button


BUTTONS = list(_buttons())


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.get("name"))
def test_a_button_has_a_key_that_its_tooltip_says(button):
    key = button.get("data-hotkey")
    if button.get("name") in WITHOUT:
        assert key is None
        return
    assert key, "an action of the bar without a key"
    assert button.get("title").endswith(f"(Alt+{key.upper()})")


def test_no_key_means_two_things():
    actions = defaultdict(set)
    for button in BUTTONS:
        if button.get("data-hotkey"):
            actions[button.get("data-hotkey")].add(button.get("name"))
    assert len(actions) > 12
    doubled = {key: names for key, names in actions.items() if len(names) > 1}
    assert all(frozenset(names) in TOGETHER for names in doubled.values()), doubled
    assert not TAKEN & set(actions), "Odoo's own meaning of the key comes first"
