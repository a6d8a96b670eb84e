"""Whether a page can be read by anybody: in both themes, on a telephone and on a desk."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

TELEPHONE, DESK = 360, 1440
# A browser takes on another theme with its next frames; axe would read old colours before.
NEXT_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Of a page that is at work it may give some elements theirs later still.
IN_ITS_INK = """() => {
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
  const heading = document.querySelector("h1");
  return !ink || !heading || getComputedStyle(heading).color === ink;
}"""
MOST_LOOKS, BETWEEN_LOOKS_MS = 30, 100
# Who else looks at a review is told a second after it was opened, and not in the midst of this.
PRESENCE_MS = 2_000
RUN_AXE = "(options) => axe.run(options).then(({ violations }) => violations)"
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all that a second theme can break
SCREENS = [(theme, width) for theme in ("light", "dark") for width in (TELEPHONE, DESK)]


def reads_well(page: Page, nuisances: frozenset[str] = frozenset()) -> None:
    """On every screen, with all that folds unfolded."""
    expect(page.get_by_role("heading").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    if page.locator(".presences").count():
        page.wait_for_timeout(PRESENCE_MS)
    found = list(flaws(page, nuisances))
    assert found == [], "\n".join(found)


def wait_for_theme(page: Page) -> None:
    """For a while: what never comes is for axe to tell."""
    for _ in range(MOST_LOOKS):
        if page.evaluate(IN_ITS_INK):
            return
        page.wait_for_timeout(BETWEEN_LOOKS_MS)


def flaws(page: Page, nuisances: frozenset[str]) -> Iterator[str]:
    page.evaluate(Axe().axe_script)
    for theme, width in SCREENS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(NEXT_FRAMES)
        wait_for_theme(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{width} px: the page is {wide} px wide"
        checks = {} if theme == "light" else {"runOnly": OF_COLOUR}
        for found in page.evaluate(RUN_AXE, {"resultTypes": ["violations"], **checks}):
            if found["id"] not in nuisances:
                where = [node["target"] for node in found["nodes"]]
                yield f"{theme} {width} px: {found['impact']} {found['id']} at {where}"
