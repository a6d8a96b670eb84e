"""The stop button, and a person erased by two: in a real browser, felt by a real agent."""

import pytest
from mnemoscope_client import AgentFrozenError, ApiError, MnemoscopeClient
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


@pytest.fixture
def helper(sit, instance):
    """A new agent that the owner registers, and gives a key, in the console."""
    alice = sit("owner")
    alice.goto("/agents/")
    alice.get_by_role("link", name="Register an agent").click()
    alice.get_by_label("Name").fill("stoppable")
    alice.get_by_role("button", name="Register").click()
    expect(alice.get_by_role("heading", name="Connect it")).to_be_visible()
    page = alice.url
    alice.get_by_role("link", name="Make a key").click()
    expect(alice.get_by_label("Acts as").locator("option:checked")).to_have_text("stoppable")
    alice.get_by_label("Name").fill("stoppable, prod")
    alice.get_by_role("button", name="Make the key").click()
    key = alice.locator("#secret").inner_text()
    with MnemoscopeClient(instance.url, key, timeout=30) as client:
        yield page, client


def test_bob_stops_an_agent_and_alice_lets_it_go_on(sit, helper):
    page, client = helper
    client.memories.write("It learned something.", subject="customer-77")
    bob = sit("reviewer")
    bob.goto(page)
    bob.get_by_role("link", name="Freeze…").click()
    expect(bob.get_by_role("heading", name="Freeze stoppable?")).to_be_visible()
    bob.get_by_label("Why").fill("It learned what is not so.")
    bob.get_by_role("button", name="Freeze now").click()
    expect(bob.get_by_text("it reads and writes nothing")).to_be_visible()
    expect(bob.get_by_role("link", name="Thaw…")).to_have_count(0)
    with pytest.raises(AgentFrozenError):
        client.memories.write("It goes on.", subject="customer-77")
    with pytest.raises(AgentFrozenError):
        client.recall("what it learned", subject="customer-77")

    alice = sit("owner")
    alice.goto(page)
    alice.get_by_role("link", name="Thaw…").click()
    alice.get_by_label("Why").fill("Corrected.")
    alice.get_by_role("button", name="Thaw").click()
    expect(alice.get_by_role("status").filter(has_text="Thawed.")).to_be_visible()
    client.recall("what it learned", subject="customer-77")


def test_two_people_export_and_erase_a_person(sit, robo):
    robo.memories.write("Zelda prefers mornings.", subject="customer-78", confidence=0.9)
    alice = sit("owner")
    alice.goto("/subjects/?q=customer-78")
    alice.get_by_role("link", name="customer-78").click()
    alice.get_by_role("link", name="Export…").click()
    alice.get_by_label("Why").fill("She asked for it.")
    with alice.expect_download() as begun:
        alice.get_by_role("button", name="Download").click()
    assert "Zelda prefers mornings." in begun.value.path().read_text()

    bob = sit("reviewer")
    bob.goto("/subjects/?q=customer-78")
    bob.get_by_role("link", name="customer-78").click()
    bob.get_by_role("link", name="Take a request in…").click()
    bob.get_by_label("Who asked, and how").fill("She, by telephone")
    bob.get_by_label("How you know it is them").fill("Called back")
    bob.get_by_role("button", name="Take it in").click()
    expect(bob.get_by_text("somebody else must approve it")).to_be_visible()

    alice.goto("/settings/desk/")
    alice.get_by_label("hours").fill("0")
    alice.get_by_role("button", name="Change it").click()
    alice.goto(bob.url)
    alice.get_by_role("button", name="Approve").click()
    alice.get_by_label("It cannot be undone").check()
    alice.get_by_role("button", name="Erase for good").click()
    expect(alice.get_by_role("status").filter(has_text="Begun.")).to_be_visible()
    alice.get_by_role("link", name="Certificate").click()  # the page renews itself till then
    expect(alice.get_by_text("Nothing was found")).to_be_visible()
    with pytest.raises(ApiError) as refused:
        robo.memories.write("Zelda prefers evenings.", subject="customer-78")
    assert refused.value.code == "subject_erased"
    assert "Zelda" not in str([hit.content for hit in robo.recall("mornings")])
