"""`python -m tests.e2e.screenshots` takes the pictures of the documentation anew."""

import sys

from playwright.sync_api import Page, sync_playwright

from tests.e2e.chromium import MISSING, find_chromium
from tests.e2e.demonstrated import demonstrated_instance
from tests.e2e.people import FLAGS, Desks
from tests.instance import PROJECT

FOLDER = PROJECT / "docs" / "screenshots"
SUFFIXES = {"light": "", "dark": "-dark"}
MOST_BYTES = 300_000


def main() -> None:
    chromium = find_chromium() or sys.exit(MISSING)
    with demonstrated_instance() as instance, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        desks = Desks(browser, instance)
        for theme, suffix in SUFFIXES.items():
            page = desks.sit("reviewer", theme=theme)
            page.goto("/review/?kind=contradiction")
            page.locator(".item-title").click()
            page.get_by_role("complementary", name="Decide").wait_for()
            page.keyboard.press("a")
            take(page, f"review{suffix}.png")
            page.get_by_role("link", name="Open in the timeline").click()
            page.get_by_role("complementary", name="Step").wait_for()
            take(page, f"run{suffix}.png")
        complaints = desks.clear()
        browser.close()
    if complaints:
        sys.exit("\n".join(complaints))


def take(page: Page, name: str) -> None:
    picture = page.screenshot(path=FOLDER / name)
    if len(picture) > MOST_BYTES:
        sys.exit(f"{name} has {len(picture):,} bytes: too large for a README.")


if __name__ == "__main__":
    main()
