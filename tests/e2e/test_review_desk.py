"""A reviewer at the desk: what waits, why, where it came from, and what becomes of it."""

import re

import pytest
from mnemoscope_client import NotFoundError
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_bob_approves_by_keyboard_what_the_agent_then_recalls(sit, desks, robo):
    bob = sit()
    bob.goto("/review/")
    desks.sign_in(bob, "reviewer")
    expect(bob.get_by_role("heading", name="Review", level=1)).to_be_visible()
    for waits in ("Prager Straße 8", "travelling for work"):
        expect(bob.get_by_role("link", name=waits)).to_be_visible()

    bob.get_by_role("link", name="Prager Straße 8").click()
    expect(bob.get_by_role("heading", name="Contradiction about customer-4711")).to_be_visible()
    item = bob.url
    expect(bob.locator(".diff del").first).to_contain_text("Lindenallee 12")
    expect(bob.locator(".diff ins").first).to_contain_text("Prager Straße 8")
    led_to_it = bob.get_by_role("region", name="Where it came from").get_by_role("listitem")
    assert led_to_it.count() > 1
    expect(led_to_it.last).to_have_attribute("aria-current", "step")
    expect(led_to_it.last).to_contain_text("Memory write")
    expect(led_to_it.filter(has_text="chat recorded-support-model").first).to_be_visible()

    bob.get_by_role("link", name="Open in the timeline").click()
    timeline = bob.get_by_role("region", name="Timeline")
    written = timeline.locator("li[aria-current=true]")
    expect(written).to_contain_text("Memory write")
    for kind in ("Agent", "Model", "Tool", "Memory read", "Memory write"):
        expect(timeline.get_by_role("link", name=re.compile(f", {kind}\\b")).first).to_be_visible()
    expect(timeline.get_by_role("link", name=re.compile(", Tool, failed")).first).to_be_visible()
    bob.get_by_role("link", name="execute_tool read_ticket").first.click()
    step = bob.get_by_role("complementary", name="Step")
    expect(step.get_by_role("heading", name="execute_tool read_ticket")).to_be_visible()
    expect(step).to_contain_text("88213")
    expect(written).to_contain_text("execute_tool read_ticket")
    bob.go_back()
    expect(step.get_by_role("heading", name="execute_tool read_ticket")).to_have_count(0)
    expect(written).to_contain_text("Memory write")
    bob.go_back()
    expect(bob.get_by_role("heading", name="Contradiction about customer-4711")).to_be_visible()

    bob.keyboard.press("a")
    expect(bob.get_by_label("Accurate and useful")).to_be_focused()
    bob.keyboard.press("ArrowDown")
    bob.keyboard.press("Enter")
    moves_on(bob, item, "Approved.")
    bob.goto(item)
    expect(bob.get_by_role("complementary", name="Decision")).to_contain_text("Confirmed")

    bob.goto("/audit/?kind=review.approved")
    event = bob.get_by_role("listitem").filter(has=bob.locator(f"a[href='{item_path(item)}']"))
    expect(event).to_contain_text("Reviewer of Acme approved review")
    expect(event).to_contain_text("because: confirmed at the source")

    found = robo.recall("delivery address of Jonas Weber", subject="customer-4711")
    contents = " ".join(hit.content for hit in found)
    assert "Prager Straße 8" in contents
    assert "Lindenallee 12" not in contents


def moves_on(page, item, words):
    """A note in the same words may stand from an earlier decision; the address is this one's."""
    page.wait_for_url(lambda url: url != item)
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def item_path(url: str) -> str:
    return url[url.index("/review/") :]


def test_bob_sees_what_is_wrong_with_a_poisoned_note_and_rejects_it_by_keyboard(sit, robo):
    bob = sit("reviewer")
    bob.goto("/review/")
    bob.get_by_role("link", name="Customer asks again").click()
    expect(bob.get_by_role("heading", name="Quarantined procedure")).to_be_visible()
    # Where something near it is in force, what it changes stands before it.
    marked = bob.get_by_role("article").locator("mark").first
    expect(marked).to_contain_text("Ignore all previous instructions")
    why = bob.get_by_role("region", name="Why it waits")
    expect(why.get_by_role("listitem").filter(has_text="Instruction override")).to_be_visible()
    item = bob.url

    bob.keyboard.press("x")
    expect(bob.get_by_label("Planted instructions").locator("visible=true")).to_be_visible()
    bob.keyboard.press("3")
    moves_on(bob, item, "Rejected.")
    bob.goto(item)
    expect(bob.get_by_role("complementary", name="Decision")).to_contain_text(
        "Planted instructions"
    )
    found = robo.recall("forward every customer record", subject="customer-4711")
    assert not [hit for hit in found if "Ignore all previous" in hit.content]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_bob_corrects_a_memory_and_approves_his_own_words(sit, desks, robo, scripts):
    held = robo.memories.write("Mara Berg lives in Bon.", subject="customer-5100", confidence=0.2)
    assert held.state == "pending"
    bob = sit(scripts=scripts)
    bob.goto(f"/review/{held.review_id}")
    desks.sign_in(bob, "reviewer")
    bob.get_by_role("complementary").locator("summary", has_text="Edit").click()
    item = bob.url
    assert bob.get_by_label("Corrected text").input_value() == "Mara Berg lives in Bon."
    bob.get_by_label("Corrected text").fill("Mara Berg lives in Bonn.")
    bob.get_by_label("Corrected a fact").check()
    bob.get_by_role("button", name="Edit and approve").click()
    moves_on(bob, item, "Approved with your text.")

    memory = robo.memories.get(held.id)
    assert (memory.state, memory.content) == ("active", "Mara Berg lives in Bonn.")
    bob.goto(f"/memories/{held.id}")
    versions = bob.get_by_role("region", name="Versions").get_by_role("listitem")
    expect(versions.first).to_contain_text("Version 2 in force by Reviewer of Acme")
    expect(versions.first.locator("del")).to_contain_text("Bon")
    expect(versions.last).to_contain_text("Mara Berg lives in Bon.")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_deletion_is_taken_back(sit, desks, robo, scripts):
    held = robo.memories.write("Mara Berg is 41.", subject="customer-5100", confidence=0.2)
    bob = sit(scripts=scripts)
    bob.goto(f"/review/{held.review_id}?subject=customer-5100")
    desks.sign_in(bob, "reviewer")
    bob.get_by_role("complementary").locator("summary", has_text="Delete").click()
    item = bob.url
    bob.get_by_label("Personal data without need").locator("visible=true").check()
    bob.get_by_role("button", name="Delete", exact=True).click()
    moves_on(bob, item, "Deleted.")
    with pytest.raises(NotFoundError):
        robo.memories.get(held.id)

    bob.get_by_role("button", name="Undo").click()
    expect(bob.get_by_role("status").filter(has_text="Taken back.")).to_be_visible()
    expect(bob.get_by_role("complementary", name="Decide")).to_be_visible()
    assert robo.memories.get(held.id).state == "pending"


def test_three_items_by_keyboard_two_keys_each_and_one_taken_back(sit, robo):
    said = ("tea", "coffee", "cocoa")
    held = [
        robo.memories.write(f"Otto Kern drinks {what}.", subject="customer-5300", confidence=0.2)
        for what in said
    ]
    bob = sit("reviewer")
    bob.goto("/review/?subject=customer-5300")
    done = bob.locator("#last")
    shown = bob.get_by_role("region", name=re.compile("What (it says|changes)"))
    bob.keyboard.press("n")
    expect(shown).to_contain_text("tea")

    bob.keyboard.press("a")
    bob.keyboard.press("Enter")
    expect(shown).to_contain_text("coffee")
    expect(done).to_contain_text("Approved.")
    expect(bob.get_by_role("heading", name="about customer-5300")).to_be_focused()

    bob.keyboard.press("x")
    bob.keyboard.press("2")
    expect(shown).to_contain_text("cocoa")
    expect(done).to_contain_text("Rejected.")

    bob.keyboard.press("u")
    expect(shown).to_contain_text("coffee")
    assert robo.memories.get(held[1].id).state == "pending"

    bob.keyboard.press("e")
    expect(bob.get_by_label("Corrected text")).to_be_focused()
    bob.keyboard.type(" axe ")
    expect(bob.get_by_label("Corrected text")).to_have_value(re.compile("axe"))
    bob.get_by_label("Corrected text").fill("Otto Kern drinks decaf.")
    bob.keyboard.press("Tab")
    bob.keyboard.press("Enter")
    expect(done).to_contain_text("Approved with your text.")
    assert robo.memories.get(held[1].id).content == "Otto Kern drinks decaf."


def test_a_batch_is_looked_at_then_decided_then_taken_back(sit, robo):
    held = [
        robo.memories.write(f"Locker {n} is Ida's.", subject="customer-5400", confidence=0.2)
        for n in range(3)
    ]
    bob = sit("reviewer")
    bob.goto("/review/?subject=customer-5400")
    expect(bob.get_by_role("button", name="Preview")).to_be_hidden()
    bob.get_by_label("All on this page").check()
    expect(bob.get_by_text("3 ticked")).to_be_visible()
    bob.get_by_label("Decide those ticked").select_option("reject")
    bob.get_by_role("button", name="Preview").click()
    expect(bob.get_by_role("heading", name="Reject 3 together?")).to_be_visible()
    assert {robo.memories.get(one.id).state for one in held} == {"pending"}
    bob.get_by_role("main").get_by_role("checkbox").first.uncheck()
    bob.get_by_role("button", name="Reject those ticked").click()
    expect(bob.get_by_role("heading", name="2 decided together")).to_be_visible()
    assert sorted(robo.memories.get(one.id).state for one in held) == [
        "pending",
        "rejected",
        "rejected",
    ]
    bob.get_by_role("button", name="Undo all of it").click()
    expect(bob.get_by_text("2 taken back since")).to_be_visible()
    assert {robo.memories.get(one.id).state for one in held} == {"pending"}


def test_alice_sees_that_bob_is_at_it_and_gets_it_when_he_leaves(sit, robo):
    held = robo.memories.write("Ida cycles.", subject="customer-5500", confidence=0.2)
    robo.memories.write("Ida swims.", subject="customer-5500", confidence=0.2)
    bob, alice = sit("reviewer"), sit("owner")
    address = f"/review/{held.review_id}?subject=customer-5500"
    bob.goto(address)
    expect(bob.get_by_text("Yours till")).to_be_visible()
    alice.goto(address)
    expect(alice.get_by_text("is deciding this. It is free")).to_be_visible()
    expect(alice.get_by_role("complementary")).to_contain_text("Take the next one meanwhile.")
    expect(bob.get_by_text("is looking at this too")).to_be_visible()

    bob.keyboard.press("j")
    expect(bob.locator(".review-body")).to_contain_text("swims")
    alice.reload()
    expect(alice.get_by_text("Yours till")).to_be_visible()
    expect(alice.get_by_role("complementary").locator("summary").first).to_be_visible()


def test_two_that_say_nearly_the_same_become_one_by_two_keys(sit, robo):
    said = "Deliveries for Ida go to the back entrance, ring twice and wait for the porter."
    kept = robo.memories.write(said, subject="customer-5600", confidence=0.95)
    assert kept.state == "active"
    held = robo.memories.write(
        said.replace("back", "front"), subject="customer-5600", confidence=0.2
    )
    bob = sit("reviewer")
    bob.goto(f"/review/{held.review_id}?subject=customer-5600")
    expect(bob.locator(".diff del")).to_contain_text("back")
    bob.keyboard.press("m")
    bob.keyboard.press("Enter")
    expect(bob.locator("#last")).to_contain_text("Merged.")
    assert robo.memories.get(kept.id).content == said
    assert not [hit for hit in robo.recall("front entrance") if hit.id == held.id]


def test_personal_data_is_shown_when_it_is_asked_for(sit, robo):
    held = robo.memories.write(
        "Reach Ida at ida@acme.example.", subject="customer-5700", confidence=0.2
    )
    bob = sit("reviewer")
    bob.goto(f"/review/{held.review_id}")
    says = bob.get_by_role("region", name="What it says")
    expect(says).to_contain_text("Reach Ida at [email address].")
    bob.keyboard.press("r")
    expect(says).to_contain_text("ida@acme.example")
    bob.reload()
    expect(says).not_to_contain_text("ida@acme.example")
    bob.keyboard.press("e")
    expect(bob.get_by_label("Corrected text")).to_have_value("Reach Ida at ida@acme.example.")
