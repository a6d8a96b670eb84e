"""The frame around every page: light to load, steady while it loads, and driven by the keyboard."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

MOST_BYTES = 120_000  # gzip, of a first visit with an empty cache
# Chromium's own measure of what jumped while the page came: 0.1 is called good. A long table may
# settle by a pixel while its last rows arrive.
MOST_SHIFTED = 0.005
CLOSER = "(before) => document.querySelector('.item').getBoundingClientRect().height < before"
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(sum), 100));
})"""


def transferred(page: Page, path: str) -> int:
    """Bytes over the wire for one page and all that it asks for, with nothing cached."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    assert len(sizes) > 5
    return int(sum(sizes))


@pytest.mark.parametrize("path", ["/", "/review/", "/memories/", "/runs/", "/audit/"])
def test_a_first_visit_is_light(sit, path):
    assert transferred(sit("owner"), path) <= MOST_BYTES


@pytest.mark.parametrize("path", ["/", "/review/", "/memories/", "/audit/", "/settings/"])
@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_jumps_while_a_page_comes(sit, path, width):
    page = sit("owner", width=width)
    page.goto(path, wait_until="networkidle")
    assert page.evaluate(SHIFTS) < MOST_SHIFTED


def test_bob_goes_anywhere_without_touching_the_mouse(sit):
    bob = sit("reviewer")
    bob.goto("/")
    bob.keyboard.press("Control+k")
    palette = bob.get_by_role("dialog", name="Go to")
    expect(palette.get_by_text("Memories", exact=True)).to_be_visible()
    bob.keyboard.type("audi")
    expect(palette.get_by_role("link").first).to_contain_text("Audit")
    expect(palette.get_by_text("Memories", exact=True)).to_be_hidden()
    bob.keyboard.press("Enter")
    expect(bob.get_by_role("heading", name="Audit", level=1)).to_be_visible()


def test_bob_walks_the_answers_and_comes_back_to_what_he_typed(sit):
    bob = sit("reviewer")
    bob.goto("/memories/")
    bob.keyboard.press("Control+k")
    palette = bob.get_by_role("dialog", name="Go to")
    expect(palette.get_by_text("Memories", exact=True)).to_be_visible()
    bob.keyboard.press("ArrowDown")
    expect(palette.get_by_role("link").first).to_be_focused()
    bob.keyboard.press("ArrowUp")
    expect(palette.get_by_role("searchbox")).to_be_focused()
    bob.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_without_a_script_the_palette_is_a_page(sit):
    bob = sit("reviewer", scripts=False)
    bob.goto("/memories/")
    bob.get_by_role("link", name="Go to").click()
    bob.get_by_label("What").fill("audit")
    bob.get_by_role("button", name="Go", exact=True).click()
    bob.get_by_role("main").get_by_role("link", name="Audit").first.click()
    expect(bob.get_by_role("heading", name="Audit", level=1)).to_be_visible()


def test_rows_stand_closer_when_bob_says_so_and_stay_so(sit):
    bob = sit("reviewer")
    bob.goto("/memories/")
    row = bob.locator(".item").first
    before = row.bounding_box()["height"]
    bob.locator(".account summary").click()
    bob.get_by_label("Compact").check()
    expect(bob.locator("html")).to_have_attribute("data-density", "compact")
    bob.wait_for_function(CLOSER, arg=before)
    bob.reload()
    expect(bob.locator("html")).to_have_attribute("data-density", "compact")


def test_help_on_a_page_opens_from_the_page(sit):
    bob = sit("reviewer")
    bob.goto("/review/")
    bob.get_by_role("link", name="Help on Review").click()
    expect(bob.get_by_role("heading", name="Deciding")).to_be_visible()


def test_on_paper_a_page_says_where_it_comes_from_and_unfolds(sit):
    alice = sit("owner")
    alice.goto("/")
    source = alice.get_by_text("read by")
    expect(source).to_be_hidden()
    alice.emulate_media(media="print")
    expect(source).to_be_visible()
    expect(alice.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(alice.locator("details table").first).to_be_visible()
