"""Takes the pictures of docs/screenshots from a running demo, with the Chromium of this machine.

`python -m tools.screenshots ADDRESS [NAME …]`; a screen is a row of SCREENS below.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: A picture larger than this, in bytes, is too much for a README.
LIMIT = 300_000
#: Milliseconds that a screen may take to be there.
PATIENCE = 60_000
#: How large a telephone is.
PHONE: ViewportSize = {"width": 390, "height": 844}
#: True in the browser when nothing is being loaded any more.
CALM = """() => !document.querySelector(".o_loading_indicator, .o_blockUI")
    && [...document.images].every((image) => image.complete)"""


@dataclass(frozen=True)
class Screen:
    """One picture: who looks at which page, what is clicked first, how large the window is.

    `clicks` are CSS selectors clicked one after the other; `wait` is one that must be there before
    the picture is taken. `opens` is what opens a new window, of which the whole is taken, after the
    clicks in it that `inside` names, on a telephone when it says `phone`. `dark` asks for the dark
    colours.
    """

    name: str
    url: str
    login: str = "admin"
    clicks: tuple[str, ...] = ()
    wait: str = ".o_action_manager .o_view_controller"
    width: int = 1280
    height: int = 800
    opens: str = ""
    inside: tuple[str, ...] = ()
    phone: bool = False
    dark: bool = False


ACTION = "/odoo/action-account_dunning_plus."
LIST = ".o_list_view .o_data_row"
FORM = ".o_form_view"

SCREENS = (
    Screen("worklist", "/odoo/follow-up", "accountant", wait=LIST, width=1500),
    Screen(
        "customer",
        "/odoo/follow-up",
        "accountant",
        clicks=(
            f"{LIST}:has-text('Lindenhove') td[name=partner_id]",
            f"{FORM} h2:has-text('What Happened')",
        ),
        wait=LIST,
        width=1500,
        height=900,
    ),
    Screen("promises", "/odoo/promises", "accountant", wait=LIST),
    Screen(
        "discount",
        "/odoo/follow-up",
        "accountant",
        clicks=(
            f"{LIST}:has-text('Parkzicht') td[name=partner_id]",
            f"{FORM} h2:has-text('What Happened')",
        ),
        wait=LIST,
        width=1500,
    ),
    Screen(
        "discounts",
        f"{ACTION}account_discount_report_action",
        "accountant",
        wait=".o_pivot table",
        height=480,
    ),
    Screen(
        "interest",
        "/odoo/follow-up",
        "accountant",
        clicks=(
            f"{LIST}:has-text('Knapzak') td[name=partner_id]",
            f"{FORM} button[name=more]",
            ".o-dropdown--menu button[name=action_interest]",
        ),
        wait=LIST,
        width=1500,
    ),
    Screen(
        "charges",
        f"{ACTION}account_dunning_notice_action",
        "accountant",
        clicks=(f"{LIST}:has-text('De Garde') td[name=partner_id]", "a[name=charges]"),
        wait=LIST,
    ),
    Screen("notices", f"{ACTION}account_dunning_notice_action", "accountant", wait=LIST),
    Screen(
        "preview", f"{ACTION}account_dunning_run_preview_action", "accountant", wait=".o_form_view"
    ),
    Screen(
        "run",
        f"{ACTION}account_dunning_run_action",
        "accountant",
        clicks=(f"{LIST} td[name=date]", "a[name=reasons]"),
        wait=LIST,
    ),
    Screen(
        "notice",
        f"{ACTION}account_dunning_notice_action",
        "accountant",
        clicks=(f"{LIST}:has-text('Second reminder') td[name=partner_id]", "a[name=message]"),
        wait=LIST,
    ),
    Screen(
        "invoice",
        f"{ACTION}account_dunning_notice_action",
        "accountant",
        clicks=(
            f"{LIST}:has-text('Second reminder') td[name=partner_id]",
            f"{FORM} button[name=action_open_move]",
            "a[name=dunning]",
        ),
        wait=LIST,
    ),
    Screen("money", f"{ACTION}account_dunning_money_action", "accountant", wait=LIST, height=480),
    Screen(
        "page",
        "/odoo/follow-up",
        "accountant",
        clicks=(f"{LIST}:has-text('Scheldemeet') td[name=partner_id]",),
        wait=LIST,
        opens=f"{FORM} button[name=action_open_page]",
    ),
    Screen(
        "answer",
        "/odoo/follow-up",
        "accountant",
        clicks=(f"{LIST}:has-text('Scheldemeet') td[name=partner_id]",),
        wait=LIST,
        opens=f"{FORM} button[name=action_open_page]",
        inside=("button[formaction$='/plan']", "form button[type=submit]"),
        phone=True,
    ),
    Screen(
        "policy",
        f"{ACTION}account_dunning_policy_action",
        clicks=(f"{LIST} td[name=name]",),
        wait=LIST,
    ),
)


def find_browser() -> str:
    """Return the path of the machine's Chromium; end with a sentence when there is none."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    sys.exit("make screenshots: Chromium is needed: install it with `apt install chromium`.")


def log_in(page: Page, address: str, login: str) -> None:
    """Log in by the login page; the demo's passwords are the logins."""
    page.goto(f"{address}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".o_main_navbar", timeout=PATIENCE)


def take(page: Page, address: str, screen: Screen) -> Path:
    """Open one screen, make it calm, and write its picture; return the file."""
    page.goto(address + screen.url)
    page.wait_for_selector(screen.wait, timeout=PATIENCE)
    for selector in screen.clicks:
        page.click(selector, timeout=PATIENCE)
    # The bus always has a request open, so the network is never idle.
    page.wait_for_function(CALM, timeout=PATIENCE)
    if screen.opens:
        with page.expect_popup(timeout=PATIENCE) as opened:
            page.click(screen.opens, timeout=PATIENCE)
        # It stands still by itself, and lets nobody add a style.
        page = opened.value
        if screen.phone:
            page.set_viewport_size(PHONE)
        for selector in screen.inside:
            page.click(selector, timeout=PATIENCE)
        page.wait_for_load_state()
    else:
        page.add_style_tag(content="*{animation:none!important;transition:none!important}")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    target = FOLDER / f"{screen.name}.png"
    page.screenshot(path=target, full_page=bool(screen.opens))
    return target


def main(argv: list[str]) -> int:
    """Take all pictures, or those named; return 1 when one is missing or too large."""
    address, *names = argv
    unknown = set(names) - {screen.name for screen in SCREENS}
    if unknown:
        print(
            f"There is no screen {', '.join(sorted(unknown))}: see SCREENS in tools/screenshots.py."
        )
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    arguments = ["--disable-background-networking", "--hide-scrollbars"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
        for screen in SCREENS:
            if names and screen.name not in names:
                continue
            context = browser.new_context(
                viewport={"width": screen.width, "height": screen.height},
                color_scheme="dark" if screen.dark else "light",
                locale="en-GB",
            )
            if screen.dark:
                context.add_cookies([{"name": "color_scheme", "value": "dark", "url": address}])
            page = context.new_page()
            try:
                log_in(page, address, screen.login)
                target = take(page, address, screen)
            except Error as error:
                print(f"{screen.name}: no picture ({str(error).splitlines()[0]})", flush=True)
                failed = True
            else:
                size = target.stat().st_size
                print(f"{target.relative_to(ROOT)}: {size / 1000:.0f} kB", flush=True)
                failed = failed or size > LIMIT
            context.close()
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
