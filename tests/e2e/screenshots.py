"""`make screenshots` takes the pictures of the documentation anew: every screen, in both themes."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Literal

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.chromium import MISSING, find_chromium
from tests.e2e.demonstrated import demonstrated_instance, operate
from tests.e2e.desk import set_desk
from tests.e2e.people import FLAGS, PATIENCE_MS, Desks
from tests.e2e.scene import Scene, set_scene
from tests.instance import PROJECT

Theme = Literal["light", "dark"]
FOLDER = PROJECT / "docs" / "screenshots"
SUFFIXES: dict[Theme, str] = {"light": "", "dark": "-dark"}
MOST_BYTES = 200_000
TELEPHONE = 360
SCREENS = {
    "overview": "/",
    "memories": "/memories/?kind=preference",
    "memory": "/memories/{memory}",
    "time-travel": "/memories/?at={moment}&subject=customer-4820",
    "runs": "/runs/",
    "agents": "/agents/",
    "agent": "/agents/{agent}",
    "subjects": "/subjects/",
    "subject": "/subjects/{subject}",
    "review-quality": "/review/quality/",
    "policies": "/policies/",
    "policy-edit": "/policies/0/edit",
    "policy-try": "/policies/0/try",
    "holds": "/holds/",
    "requests": "/requests/",
    "request": "/requests/{erasure}",
    "snapshots": "/snapshots/",
    "isolation": "/isolation/",
    "audit": "/audit/?actor=Owner+of+Acme",
    "settings": "/settings/",
    "members": "/settings/members/",
    "keys": "/settings/keys/",
    "webhooks": "/settings/webhooks/",
    "webhook": "/settings/webhooks/{webhook}",
    "queues": "/settings/queues/",
    "notices": "/notices/",
    "help": "/help/review",
}
BY_THE_OPERATOR = ("probe_tenants", "verify_memories")
ON_A_TELEPHONE = {"overview": "/", "queue": "/review/", "review": "/review/{item}"}


def main() -> None:
    chromium = find_chromium() or sys.exit(MISSING)
    FOLDER.mkdir(exist_ok=True)
    with demonstrated_instance() as instance, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        desks, scene = Desks(browser, instance), set_scene(instance)
        erased = set_desk(desks, instance, rectified="customer-4820").erased
        for command in BY_THE_OPERATOR:
            operate(instance, command)
        for theme, suffix in SUFFIXES.items():
            shoot(desks, scene, theme, lambda page, name, suffix=suffix: take(page, name + suffix))
            alice = desks.sit("owner", theme=theme)
            alice.goto(f"/requests/{erased}/certificate")
            take(alice, f"certificate{suffix}")
            verifies_an_event(alice)
            take(alice, f"proof{suffix}")
        complaints = desks.clear()
        browser.close()
    if complaints:
        sys.exit("\n".join(complaints))


def shoot(desks: Desks, scene: Scene, theme: Theme, picture: Callable[[Page, str], None]) -> None:
    bob = desks.sit("reviewer", theme=theme)
    bob.goto("/review/?kind=contradiction")
    bob.locator(".item-title").first.click()
    bob.get_by_role("complementary", name="Decide").wait_for()
    bob.keyboard.press("a")
    picture(bob, "review")
    bob.get_by_role("link", name="Open in the timeline").click()
    bob.get_by_role("complementary", name="Step").wait_for()
    picture(bob, "run")
    bob.goto("/review/")
    bob.get_by_label("All on this page").check()
    bob.get_by_label("Decide those ticked").select_option("reject")
    bob.get_by_role("button", name="Preview").click()
    bob.get_by_role("heading", name="together?").wait_for()
    picture(bob, "review-together")
    alice = desks.sit("owner", theme=theme)
    for name, address in SCREENS.items():
        alice.goto(address.format(**asdict(scene)))
        picture(alice, name)
    tries_a_recall(alice)
    picture(alice, "try")
    opens_an_access_review(alice)
    picture(alice, "access-review")
    alice.goto("/")
    alice.keyboard.press("Control+k")
    alice.locator("#palette_q").fill("re")
    expect(alice.locator(".found-link").first).to_be_visible()
    alice.wait_for_load_state("networkidle")
    picture(alice, "palette")
    telephone = desks.sit("reviewer", theme=theme, width=TELEPHONE)
    for name, address in ON_A_TELEPHONE.items():
        telephone.goto(address.format(**asdict(scene)))
        picture(telephone, f"{name}-360")


def verifies_an_event(page: Page) -> None:
    page.goto("/audit/?kind=subject_request.approved")
    page.get_by_title("All about this event").first.click()
    page.get_by_role("button", name="Verify in the browser").click()
    page.get_by_text("This event verifies.").scroll_into_view_if_needed()


def tries_a_recall(page: Page) -> None:
    page.goto("/memories/try")
    page.get_by_label("As the agent").select_option(label="support-agent")
    page.get_by_label("What it asks").fill("When should Mara Berg be called?")
    page.get_by_label("About").fill("customer-4820")
    page.get_by_role("button", name="Try").click()
    page.get_by_text("Mara Berg prefers to be called").first.wait_for()


def opens_an_access_review(page: Page) -> None:
    page.goto("/settings/access-review/")
    begin = page.get_by_role("button", name="Begin a review")
    if begin.count():
        begin.click()
    else:
        page.get_by_role("link", name="Go on with it").click()
    page.get_by_role("heading", name="Access review of").wait_for()
    page.goto(page.url)  # without the toast


def take(page: Page, name: str) -> None:
    picture = page.screenshot(path=FOLDER / f"{name}.png")
    if len(picture) > MOST_BYTES:
        sys.exit(f"{name}.png has {len(picture):,} bytes, more than {MOST_BYTES:,}.")


if __name__ == "__main__":
    main()
