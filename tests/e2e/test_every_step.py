"""The pages between two others: previews, questions before the irreversible, what is shown once."""

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import DESK, reads_well

pytestmark = pytest.mark.e2e
ACTIONS = {
    "role of a member": ("/settings/members/", "Change role of Reader"),
    "remove a member": ("/settings/members/", "Remove Reader"),
    "revoke a key": ("/settings/keys/", "Revoke demo"),
    "replace a signing key": ("/settings/keys/", "Replace the key"),
    "revoke a signing key": ("/settings/keys/", "Revoke the signing key"),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_alice_is_asked_before(sit, name):
    address, link = ACTIONS[name]
    alice = sit("owner")
    alice.goto(address)
    alice.get_by_role("link", name=link).first.click()
    alice.wait_for_url(lambda url: not url.endswith(address))
    reads_well(alice)


def test_alice_sees_a_new_secret_once(sit):
    alice = sit("owner")
    alice.goto("/settings/webhooks/new")
    alice.get_by_label("Address").fill("https://hooks.invalid/once")
    alice.get_by_role("button", name="Add").click()
    expect(alice.get_by_text("Copy the secret now.")).to_be_visible()
    reads_well(alice)


def test_bob_decides_some_together(sit, robo):
    for shelf in range(3):
        robo.memories.write(f"Shelf {shelf} is empty.", subject="customer-61", confidence=0.2)
    bob = sit("reviewer")
    bob.goto("/review/?subject=customer-61")
    bob.get_by_label("All on this page").check()
    bob.get_by_role("button", name="Preview").click()
    expect(bob.get_by_role("heading", name="Approve 3 together?")).to_be_visible()
    reads_well(bob)
    bob.set_viewport_size({"width": DESK, "height": 900})
    bob.get_by_role("button", name="Approve those ticked").click()
    expect(bob.get_by_role("heading", name="3 decided together")).to_be_visible()
    reads_well(bob)
    bob.get_by_role("button", name="Undo all of it").click()
    expect(bob.get_by_role("status").filter(has_text="taken back")).to_be_visible()
    reads_well(bob)


def test_alice_holds_an_access_review(sit):
    alice = sit("owner")
    alice.goto("/settings/members/invite")
    alice.get_by_label("E-mail address").fill("eve@acme.example")
    alice.get_by_role("button", name="Make the invitation").click()
    expect(alice.get_by_text("/invitations/mni_")).to_be_visible()
    reads_well(alice)
    link = alice.locator("#secret").inner_text()
    alice.goto("/settings/access-review/")
    alice.get_by_role("button", name="Begin a review").click()
    expect(alice.get_by_role("heading", name="Access review of")).to_be_visible()
    reads_well(alice)
    alice.get_by_role("button", name="Tick all on this page").click()
    alice.get_by_role("button", name="Attest what is ticked").click()
    expect(alice.get_by_role("status").filter(has_text="Attested")).to_be_visible()
    alice.get_by_role("link", name="Revoke").first.click()
    reads_well(alice)
    stranger = sit()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Join")).to_be_visible()
    reads_well(stranger)
