"""Reading and changing memories in a browser."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent, MemoryAccess, Outcome
from audit.trail import append
from console.keys.models import DataKey
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory import lifecycle
from memory.actions import expire_memory, revise_memory
from memory.models import Memory, MemoryVersion, State
from memory.retention.sweep import carry_out
from tests.cast import a_memory, a_write, remember, versions


def in_store(tenant, memory):
    with tenant_scope(tenant.id):
        return Memory.objects.get(id=memory.id)


@pytest.fixture
def known(robo):
    return a_memory(robo, "Jonas prefers e-mail.", subject="customer-1", key="contact")


def test_bob_reads_a_memory_and_the_access_log_says_so(desk, acme, bob, known):
    page = desk(bob).get(f"/memories/{known.id}").content.decode()
    assert "Jonas prefers e-mail." in page
    with tenant_scope(acme.id):
        access = MemoryAccess.objects.get(memory_id=str(known.id), agent=bob.actor.label)
        assert (access.access, access.version) == ("read", 1)


def test_words_are_sought_in_what_is_active(desk, bob, robo, rookie, known):
    a_memory(robo, "Parcels go to Lindenallee 12.")
    remember(rookie, "Jonas prefers the phone.")
    page = desk(bob).get("/memories/?q=prefer").content.decode()
    assert "Jonas prefers e-mail." in page
    assert "Lindenallee" not in page
    assert "phone" not in page


@pytest.mark.parametrize("query", ["'", '"', "a & | !", "\\", "%_", "🙂" * 50, "<->"])
def test_odd_words_find_nothing_and_break_nothing(desk, bob, known, query):
    response = desk(bob).get("/memories/", {"q": query})
    assert response.status_code == 200
    assert "Nothing matches" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=active", True),
        ("state=expired", False),
        ("kind=fact", True),
        ("kind=event", False),
        ("tier=semantic", True),
        ("subject=customer-1", True),
        ("subject=customer-10", False),
        ("expiry=week", False),
        ("expiry=never", False),
    ],
)
def test_facets_narrow_the_list(desk, bob, known, query, found):
    assert ("Jonas prefers" in desk(bob).get(f"/memories/?{query}").content.decode()) is found


def test_what_has_lapsed_is_listed_as_expired_without_any_sweep(desk, acme, bob, known):
    with tenant_scope(acme.id):
        lapsed = now() - timedelta(minutes=1)
        Memory.objects.filter(id=known.id).update(expires_at=lapsed)
    client = desk(bob)
    assert "Jonas" in client.get("/memories/?state=expired").content.decode()
    assert "Jonas" not in client.get("/memories/?state=active").content.decode()


def test_a_revision_that_an_erasure_overtakes_is_refused_in_words(
    desk, acme, bob, known, monkeypatch
):
    sealed = lifecycle.new_version

    def erased_meanwhile(**asked):
        written = sealed(**asked)
        keys = DataKey.objects.filter(subject_id=known.subject_id)
        keys.update(wrapped=None, destroyed_at=now(), destroyed_reason="erased")
        return written

    monkeypatch.setattr(lifecycle, "new_version", erased_meanwhile)
    sent = {"content": "Jonas prefers the phone.", "version": 1}
    answer = desk(bob).post(f"/memories/{known.id}/revise", sent)
    assert answer.status_code == 410
    assert "This subject was erased" in answer.content.decode()
    with tenant_scope(acme.id):
        refused = AuditEvent.objects.get(outcome=Outcome.REFUSED)
        assert (refused.actor_id, refused.reason) == (bob.user.id, "subject_erased")
    assert in_store(acme, known).version == 1


def test_bobs_revision_becomes_the_next_version(desk, acme, bob, known):
    client = desk(bob)
    response = client.post(
        f"/memories/{known.id}/revise", {"content": "Jonas prefers the phone.", "version": 1}
    )
    assert response["Location"] == f"/memories/{known.id}"
    assert in_store(acme, known).version == 2
    page = client.get(f"/memories/{known.id}").content.decode()
    assert "<del>" in page
    assert "Restore version 1" in page


def test_a_revision_keeps_what_the_form_does_not_ask(desk, acme, bob, robo):
    said = {"metadata": {"ticket": 7}, "confidence": 0.9, "importance": 0.8, "source": "crm"}
    known = a_memory(robo, kind="event", key="k", run="call-7", **said)
    before = in_store(acme, known)
    desk(bob).post(f"/memories/{known.id}/revise", {"content": "Another text.", "version": 1})
    after = in_store(acme, known)
    for name in ("kind", "tier", "key", "run", "namespace", "expires_at", *list(said)[:3]):
        assert getattr(after, name) == getattr(before, name)
    with tenant_scope(acme.id):
        [first, second] = versions(memory_id=known.id)
    assert (first.source, second.source) == ("crm", "crm")


def test_a_revision_of_what_is_no_longer_in_force_is_void(desk, acme, bob, known):
    client = desk(bob)
    address = f"/memories/{known.id}/revise"
    client.post(address, {"content": "First.", "version": 1})
    assert client.post(address, {"content": "Second.", "version": 1}).status_code == 409
    with tenant_scope(acme.id):
        assert MemoryVersion.objects.filter(memory_id=known.id).count() == 2


@pytest.mark.parametrize("fields", [{"content": ""}, {"version": "x"}, {"content": "y" * 32_001}])
def test_a_revision_that_does_not_hold_changes_nothing(desk, acme, bob, known, fields):
    sent = {"content": "New.", "version": 1, **fields}
    assert desk(bob).post(f"/memories/{known.id}/revise", sent).status_code == 422
    assert in_store(acme, known).version == 1


def test_an_earlier_version_comes_back_as_a_new_one(desk, acme, bob, known):
    client = desk(bob)
    client.post(f"/memories/{known.id}/revise", {"content": "Jonas is away.", "version": 1})
    assert client.post(f"/memories/{known.id}/versions/1/restore").status_code == 302
    assert in_store(acme, known).version == 3
    assert client.post(f"/memories/{known.id}/versions/9/restore").status_code == 404


def test_bob_expires_a_memory_with_a_reason(desk, acme, bob, known):
    client = desk(bob)
    assert client.post(f"/memories/{known.id}/expire", {"reason": "no"}).status_code == 422
    assert in_store(acme, known).state == State.ACTIVE
    client.post(f"/memories/{known.id}/expire", {"reason": "outdated", "comment": "He moved."})
    assert in_store(acme, known).state == State.EXPIRED
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="memory.expired")
        assert (event.reason, event.note) == ("outdated", "He moved.")


def test_deleting_is_a_page_of_its_own_and_leaves_evidence(desk, acme, bob, dana, carol, known):
    client = desk(bob)
    assert "Delete this memory?" in client.get(f"/memories/{known.id}/delete").content.decode()
    assert in_store(acme, known).state == State.ACTIVE
    client.post(f"/memories/{known.id}/delete", {"reason": "mistake"})
    assert in_store(acme, known).state == State.RETIRED
    assert "Jonas" in desk(dana).get(f"/memories/{known.id}").content.decode()
    assert desk(carol).get(f"/memories/{known.id}").status_code == 404


def test_carol_reads_and_is_offered_no_change(desk, acme, carol, known):
    client = desk(carol)
    page = client.get(f"/memories/{known.id}").content.decode()
    assert "Jonas prefers e-mail." in page
    assert "/revise" not in page
    for verb in ("revise", "expire", "delete"):
        sent = {"reason": "outdated", "content": "x", "version": 1}
        assert client.post(f"/memories/{known.id}/{verb}", sent).status_code == 404
    assert client.post(f"/memories/{known.id}/versions/1/restore").status_code == 404
    assert in_store(acme, known).version == 1


def test_carol_sees_nothing_of_what_is_held(desk, carol, rookie):
    held = remember(rookie, "Jonas is perhaps away.")
    client = desk(carol)
    assert "perhaps away" not in client.get("/memories/").content.decode()
    assert client.get(f"/memories/{held.memory.id}").status_code == 404


def test_mallory_cannot_tell_another_tenants_memory_from_none(desk, acme, mallory, known):
    client = desk(mallory)
    assert "Jonas" not in client.get("/memories/").content.decode()
    assert client.get(f"/memories/{known.id}").status_code == 404
    sent = {"reason": "outdated", "content": "x", "version": 1}
    for verb in ("revise", "expire", "delete"):
        assert client.post(f"/memories/{known.id}/{verb}", sent).status_code == 404
    assert in_store(acme, known).state == State.ACTIVE


def test_a_changing_address_answers_no_plain_visit(desk, bob, known):
    client = desk(bob)
    for address in (f"/memories/{known.id}/expire", f"/memories/{known.id}/versions/1/restore"):
        assert client.get(address).status_code == 405


def test_a_memory_under_many_waiting_revisions_still_shows_what_is_in_force(desk, bob, robo, known):
    with tenant_scope(robo.actor.tenant_id):
        for number in range(25):
            revise_memory(
                actor=robo.actor,
                memory=known,
                write=a_write(f"Perhaps {number}.", confidence=0.1),
                expected_version=1,
            )
    page = desk(bob).get(f"/memories/{known.id}").content.decode()
    assert "Jonas prefers e-mail." in page


def test_a_memory_whose_words_were_deleted_says_so(desk, acme, robo, bob):
    memory = a_memory(robo)
    with tenant_scope(acme.id):
        expire_memory(actor=bob.actor, memory=memory, reason="outdated")
        Memory.objects.update(expires_at=now() - timedelta(days=91))
        append(kind="memory.expired", actor=bob.actor)
    assert carry_out(acme.id, {}).removed == 1
    client = desk(bob)
    assert "Its words were deleted" in client.get("/memories/").content.decode()
    page = client.get(f"/memories/{memory.id}").content.decode()
    assert "Its words were deleted" in page
    assert "prefers e-mail" not in page
