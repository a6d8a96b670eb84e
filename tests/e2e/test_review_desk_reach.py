"""The review desk without a script, without a mouse, and on a telephone."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_reading_and_deciding_need_no_script(sit, desks, robo):
    for what in ("jazz", "folk"):
        robo.memories.write(f"Ida hears {what}.", subject="customer-5800", confidence=0.2)
    bob = sit(scripts=False)
    bob.goto("/review/?subject=customer-5800")
    desks.sign_in(bob, "reviewer")
    bob.get_by_role("link", name="Ida hears jazz.").click()
    expect(bob.locator(".review-body")).to_contain_text("jazz")
    bob.get_by_role("complementary").locator("summary", has_text="Approve").click()
    bob.get_by_role("button", name="Approve", exact=True).click()
    expect(bob.locator(".review-body")).to_contain_text("folk")
    expect(bob.get_by_role("status").filter(has_text="Approved.")).to_be_visible()
    bob.get_by_role("button", name="Undo").click()
    expect(bob.locator(".review-body")).to_contain_text("jazz")


def test_on_a_telephone_one_thing_is_shown_at_a_time(sit, robo):
    for what in ("red", "blue"):
        robo.memories.write(f"Ida likes {what}.", subject="customer-5900", confidence=0.2)
    bob = sit("reviewer", width=360)
    bob.goto("/review/?subject=customer-5900")
    queue = bob.get_by_role("region", name="Review", exact=True)
    bob.get_by_role("link", name="Ida likes red.").click()
    expect(bob.get_by_role("complementary", name="Decide")).to_be_visible()
    expect(queue).to_be_hidden()
    bob.get_by_role("complementary").locator("summary", has_text="Reject").click()
    bob.get_by_role("button", name="Reject", exact=True).click()
    expect(bob.locator(".review-body")).to_contain_text("blue")
    bob.get_by_role("link", name="Back to the queue").click()
    expect(queue).to_be_visible()
    expect(bob.get_by_role("complementary", name="Decide")).to_be_hidden()


def test_bob_comes_to_an_item_with_no_mouse_and_always_sees_where_he_is(sit, desks, robo):
    for content in ("Mara Berg may like tea.", "Mara Berg may like coffee."):
        robo.memories.write(content, subject="customer-5200", confidence=0.2)
    bob = sit()
    bob.goto("/review/?subject=customer-5200")
    login, password = desks.credentials("reviewer")
    bob.keyboard.press("Tab")
    bob.keyboard.type(login)
    bob.keyboard.press("Tab")
    bob.keyboard.type(password)
    bob.keyboard.press("Enter")
    items = bob.get_by_role("main").get_by_role("list").get_by_role("link")
    expect(items).to_have_count(2)

    for key, at in (("j", 0), ("j", 1), ("k", 0)):
        bob.keyboard.press(key)
        expect(items.nth(at)).to_have_attribute("aria-current", "true")
        expect(bob.get_by_role("heading", name="about customer-5200")).to_be_focused()
    expect(bob.get_by_role("complementary", name="Decide")).to_be_visible()

    bob.keyboard.press("?")
    expect(bob.get_by_role("dialog", name="Keys")).to_be_visible()
    bob.keyboard.press("Escape")
    expect(bob.get_by_role("dialog", name="Keys")).to_be_hidden()
    bob.goto(bob.url)
    stops = stops_by_tab(bob)
    assert {"Skip to the page", "Overview", "Approve"} <= stops.keys()
    assert [stop for stop, visible in stops.items() if not visible] == []


def stops_by_tab(page):
    """What Tab reaches from the top of the page to its end, and whether one sees being there."""
    page.evaluate("document.activeElement.blur()")
    stops = {}
    for _ in range(100):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => {
                const at = document.activeElement;
                if (at === document.body || at.hasAttribute("data-been")) return null;
                at.setAttribute("data-been", "");
                const text = at.innerText || at.ariaLabel || at.name || at.tagName;
                return text.trim().split("\\n")[0];
            }"""
        )
        if name is None:
            return stops
        stops[name] = focus_is_visible(page)
    raise AssertionError("Tab does not come to an end")


def focus_is_visible(page):
    """The ring is the element's own, or drawn around all that a press of Enter would open."""
    return page.evaluate(
        """async () => {
            await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
            const at = document.activeElement, label = at.closest("label");
            const styles = [getComputedStyle(at), getComputedStyle(at, "::after")];
            if (label) styles.push(getComputedStyle(label));
            const { bottom, top } = at.getBoundingClientRect();
            const ring = (style) => style.outlineStyle !== "none" && style.outlineWidth !== "0px";
            return styles.some(ring) && bottom > 0 && top < innerHeight;
        }"""
    )
