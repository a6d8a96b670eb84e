"""What a person should hear of comes to them, once, and only what they may know."""

import re

from audit.trail import append
from console.accounts.actor import system_actor
from console.tenancy.scope import tenant_scope
from console.web.screens.notices import NEWS
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


def breaches(tenant, count):
    with tenant_scope(tenant.id):
        beat = system_actor(tenant.id, "beat")
        for _ in range(count):
            append(kind="review.breached", actor=beat)


def lines(client):
    page = client.get("/notices/").content.decode()
    return re.findall(r'<a class="item-title" href="([^"]+)">([^<]+)</a>', page)


def test_a_flood_of_one_kind_is_a_line_and_buries_nothing(desk, acme, alice, bob, robo):
    bobs = desk(bob)
    a_hold(alice, a_memory(robo))
    breaches(acme, 37)
    flood, hold, *_ = lines(bobs)
    assert flood == ("/review/?due=overdue", "37 reviews were not decided in time")
    assert hold[0] == "/audit/?kind=hold.placed"
    breaches(acme, 90)
    flood, again, *_ = lines(bobs)
    assert flood[1] == "100+ reviews were not decided in time"
    assert again == hold
    assert unread(bobs) == "9+"


def test_what_came_between_keeps_its_place_and_what_is_new_its_mark(desk, acme, alice, bob, robo):
    bobs = desk(bob)
    breaches(acme, 2)
    a_hold(alice, a_memory(robo))
    breaches(acme, 3)
    newest = re.search(r'value="([^"]+)"[^>]*>Mark', bobs.get("/notices/").content.decode()).group(
        1
    )
    told = [words for _, words in lines(bobs)]
    assert told[0] == "3 reviews were not decided in time"
    assert told[2] == "2 reviews were not decided in time"
    bobs.post("/notices/seen", {"through": newest})
    breaches(acme, 2)
    page = bobs.get("/notices/").content.decode()
    assert page.count(">new<") == 1
    assert [words for _, words in lines(bobs)][:2] == [
        "2 reviews were not decided in time",
        "3 reviews were not decided in time",
    ]


def test_each_list_that_a_line_leads_to_opens(desk, acme, bob):
    bobs = desk(bob)
    with tenant_scope(acme.id):
        for kind in NEWS:
            for _ in range(2):
                append(kind=kind, actor=system_actor(acme.id, "beat"))
    told = lines(bobs)
    assert len(told) >= len(NEWS)
    for href, _ in told:
        assert bobs.get(href).status_code == 200


def test_nonsense_for_a_mark_is_refused(desk, bob):
    assert desk(bob).post("/notices/seen", {"through": "all"}).status_code == 422
