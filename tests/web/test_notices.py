"""What a person should hear of comes to them, once, and only what they may know."""

import re

from console.tenancy.scope import tenant_scope
from memory.actions import place_hold
from tests.cast import a_memory


def unread(client):
    page = client.get("/memories/").content.decode()
    found = re.search(r'Notices</span><span class="rail-count">(\S+?)<', page)
    return found and found.group(1)


def a_hold(alice, memory):
    with tenant_scope(alice.actor.tenant_id):
        place_hold(actor=alice.actor, memory=memory, ground="Ada v. Acme")


def test_bob_hears_of_a_hold_alice_placed_until_he_has_read_it(desk, alice, bob, robo):
    bobs = desk(bob)
    before = unread(bobs)
    a_hold(alice, a_memory(robo))
    assert unread(bobs) != before
    page = bobs.get("/notices/").content.decode()
    assert "hold.placed" in page
    newest = re.search(r'name="through" value="([^"]+)"', page).group(1)
    assert bobs.post("/notices/seen", {"through": newest}).status_code == 302
    assert unread(bobs) is None
    a_hold(alice, a_memory(robo, "Ada moved."))
    assert unread(bobs) == "1"


def test_alice_is_not_told_what_she_did_herself(desk, alice, robo):
    alices = desk(alice)
    before = unread(alices)
    a_hold(alice, a_memory(robo))
    assert unread(alices) == before


def test_carol_who_reads_no_audit_hears_of_no_hold(desk, alice, carol, robo):
    a_hold(alice, a_memory(robo))
    page = desk(carol).get("/notices/").content.decode()
    assert "hold.placed" not in page
    assert "Nothing to tell" in page


def test_mallory_hears_nothing_of_acme(desk, alice, mallory, robo):
    a_hold(alice, a_memory(robo))
    assert "hold.placed" not in desk(mallory).get("/notices/").content.decode()


def test_an_older_window_does_not_make_read_notices_new_again(desk, alice, bob, robo):
    bobs = desk(bob)
    a_hold(alice, a_memory(robo))
    older = re.search(r'value="([^"]+)"[^>]*>Mark', bobs.get("/notices/").content.decode()).group(1)
    a_hold(alice, a_memory(robo, "Ada moved."))
    newer = re.search(r'value="([^"]+)"[^>]*>Mark', bobs.get("/notices/").content.decode()).group(1)
    bobs.post("/notices/seen", {"through": newer})
    bobs.post("/notices/seen", {"through": older})
    assert unread(bobs) is None


def test_nonsense_for_a_mark_is_refused(desk, bob):
    assert desk(bob).post("/notices/seen", {"through": "all"}).status_code == 422
