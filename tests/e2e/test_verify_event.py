"""A person sees for themselves that an event was not changed, and what was where it was."""

import time

import pytest
from playwright.sync_api import expect

from tests.e2e.people import PATIENCE_MS

pytestmark = pytest.mark.e2e

# The first letter of an element's text becomes another.
CHANGE = """(selector) => {
  const one = document.querySelector(selector);
  const at = Math.floor(one.textContent.length / 2);
  const letter = one.textContent[at] === "0" ? "1" : "0";
  one.textContent = one.textContent.slice(0, at) + letter + one.textContent.slice(at + 1);
}"""
VERDICT = "[data-verdict]"


@pytest.fixture(scope="module")
def event(robo, auditor):
    """One that a checkpoint covers, with others after it in the log."""
    memory = robo.memories.write("Ada prefers e-mail.", subject="customer-6", confidence=0.95)
    robo.recall("What does Ada prefer?", subject="customer-6")
    [event] = auditor.audit.events(object=memory.id)
    until = time.monotonic() + PATIENCE_MS / 1000
    while auditor.audit.get(event.id).proof.checkpoint is None:
        assert time.monotonic() < until, "no checkpoint was made"
        time.sleep(0.2)
    return event


def checks(page):
    """What each check says, once all were made."""
    page.get_by_role("button", name="Verify in the browser").press("Enter")
    expect(page.locator(".check")).to_have_count(6)
    expect(page.locator(VERDICT)).not_to_be_empty()
    return dict(
        page.locator(".check").evaluate_all(
            """(checks) => checks.map((one) => [
                one.querySelector("b").textContent, one.querySelector(".badge").textContent])"""
        )
    )


def test_dana_verifies_an_event_by_keyboard_and_sees_what_was_changed(sit, event):
    dana = sit("auditor")
    dana.goto(f"/audit/{event.id}")
    assert set(checks(dana).values()) == {"holds"}
    expect(dana.locator(VERDICT)).to_have_text("This event verifies.")
    changed = {
        "[data-entry]": {"The leaf", "The path"},
        "[data-words]": {"Names and words"},
        "[data-leaf]": {"The leaf"},
        "[data-hash]": {"The path"},
        "[data-note]": {"The signature"},
        "[data-key]": {"The signature"},
    }
    for selector, expected in changed.items():
        dana.goto(f"/audit/{event.id}")
        dana.evaluate(CHANGE, selector)
        found = checks(dana)
        failed = {name for name, verdict in found.items() if verdict == "fails"}
        assert expected <= failed, selector
        assert failed < set(found), selector
        expect(dana.locator(VERDICT)).to_have_text("This event does not verify.")


def test_one_letter_changed_on_the_way_is_found(sit, event):
    dana = sit("auditor")

    def altered(route):
        answer = route.fetch()
        body = answer.text().replace(
            "memory.written&quot;,&quot;actor&quot;", "memory.writteN&quot;,&quot;actor&quot;"
        )
        assert body != answer.text()
        route.fulfill(response=answer, body=body)

    dana.route(f"**/audit/{event.id}", altered)
    dana.goto(f"/audit/{event.id}")
    found = checks(dana)
    assert {found[name] for name in ("The event", "The leaf", "The path")} == {"fails"}
    assert found["The signature"] == "holds"


def test_without_scripts_the_page_says_how_to_verify(sit, event):
    dana = sit("auditor", scripts=False)
    dana.goto(f"/audit/{event.id}")
    expect(dana.get_by_role("button", name="Verify in the browser")).to_have_count(0)
    expect(dana.get_by_text("mnemoscope-verify --inclusion proof.json")).to_be_visible()
    expect(dana.get_by_role("link", name="Download the proof")).to_be_visible()
