"""The client library against the real door, so that neither drifts from the other."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from mnemoscope_client import (
    MnemoscopeClient,
    NotFoundError,
    PermissionDeniedError,
    SignatureError,
    StaleVersionError,
    ValidationError,
)
from mnemoscope_client.retry import RetryPolicy

from console.tenancy.scope import tenant_scope
from memory.desk import set_desk
from memory.models import SubjectRequest
from tests.erasure.carrying import gone_on
from tests.signing.signer import a_signer


@pytest.fixture
def same_connection():
    """As Django's own test client does: a request must not end the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def client_of(same_connection):
    opened = []

    def client(holder, **options):
        made = MnemoscopeClient(
            "http://localhost",
            holder.key,
            retry=RetryPolicy.never(),
            transport=httpx.WSGITransport(app=WSGIHandler()),
            **options,
        )
        opened.append(made)
        return made

    yield client
    for client in opened:
        client.close()


def test_what_the_library_signs_the_door_verifies(client_of, robo):
    client = client_of(robo, signing_key=a_signer(robo).text)
    made = client.memories.write("Jonas prefers “E-Mail”.", value={"é": 1.0, "Z": [0.1, 1e-7]})
    client.memories.revise(made.id, expected_version=1, content="By post.", confidence=1.0)
    client.memories.restore(made.id, version=1, reason="wrong")
    results = client.memories.batch([{"content": "One."}, {"content": "Two."}])
    assert not any(result.is_rejected for result in results)
    merged = client.memories.merge([result.id for result in results], "One and two.")
    assert merged.is_active
    signed = [version.raw["signed"]["valid"] for version in client.memories.versions(made.id)]
    assert signed == [True, True, True]
    with pytest.raises(SignatureError) as refused:
        client_of(robo).memories.revise(made.id, expected_version=3, content="Unsigned.")
    assert refused.value.code == "signature_downgraded"


def test_an_agent_remembers_and_recalls(client_of, robo):
    client = client_of(robo)
    made = client.memories.write(
        "Jonas prefers to be called after 16:00.",
        value={"after": "16:00"},
        kind="preference",
        tier="semantic",
        namespace=["support", "eu"],
        key="contact/time",
        subject="customer-4711",
        metadata={"channel": "phone"},
        confidence=0.92,
        ttl=timedelta(days=90),
        valid_from=datetime.now(UTC) - timedelta(days=1),
        source="crm",
        visibility="workspace",
    )
    assert made.is_active
    read = client.memories.get(made.id)
    assert read.content == "Jonas prefers to be called after 16:00."
    assert read.metadata == {"channel": "phone"}
    assert read.namespace == ("support", "eu")
    recalled = client.recall(
        "When to call Jonas?",
        subject="customer-4711",
        namespace=["support"],
        filters={"kind": "preference"},
        top_k=3,
        token_budget=500,
        purpose="a call",
    )
    assert [hit.id for hit in recalled] == [made.id]
    listed = client.memories.list(namespace=["support"], subject="customer-4711", page_size=1)
    assert [memory.id for memory in listed] == [made.id]


def test_an_agent_changes_its_mind_and_goes_back(client_of, robo):
    client = client_of(robo)
    made = client.memories.write("Bonn.")
    changed = client.memories.revise(made.id, expected_version=1, content="Kiel.", confidence=0.9)
    assert changed.version == 2
    with pytest.raises(StaleVersionError):
        client.memories.revise(made.id, expected_version=1, content="Ulm.")
    assert [version.version for version in client.memories.versions(made.id)] == [2, 1]
    restored = client.memories.restore(made.id, version=1, reason="mistaken")
    assert restored.version == 3
    assert client.memories.expire(made.id, reason="outdated").state == "expired"
    client.memories.delete(made.id)
    with pytest.raises(NotFoundError):
        client.memories.get(made.id)


def test_a_batch_tells_what_became_of_each(client_of, robo):
    results = client_of(robo).memories.batch(
        [{"content": "One."}, {"content": "Two.", "confidence": 0.1}, {"content": ""}]
    )
    assert [result.state for result in results] == ["active", "pending", "rejected"]
    assert [error.code for error in results[2].problem.errors] == ["blank"]


def test_bob_decides_and_dana_sees_it(client_of, robo, bob, dana):
    waiting = client_of(robo).memories.write("Jonas is moving.", confidence=0.3)
    assert waiting.is_waiting
    client = client_of(bob)
    (listed,) = client.reviews.list()
    assert listed.id == waiting.review_id
    review = client.reviews.get(listed.id)
    assert review.proposed.content == "Jonas is moving."
    decided = client.reviews.decide(
        review.id, "approve", reason="accurate", content_digest=review.content_digest
    )
    assert (decided.status, decided.memory_state) == ("approved", "active")
    (event,) = client_of(dana).audit.events(
        kind="review.approved", since=datetime.now(UTC) - timedelta(hours=1)
    )
    assert event.actor == str(bob.user.id)


def test_bob_tries_out_decides_and_takes_back_many(client_of, robo, bob):
    writer, client = client_of(robo), client_of(bob)
    ids = [writer.memories.write(f"Fact {n}.", confidence=0.1).review_id for n in range(3)]
    tried = client.reviews.decide_many(ids, "approve", reason="accurate", dry_run=True)
    assert (tried.batch_id, tried.done, tried.refused) == (None, 3, 0)
    assert [review.id for review in client.reviews.list()] == ids
    decided = client.reviews.decide_many(ids, "approve", reason="accurate")
    assert [result.status for result in decided.results] == ["approved"] * 3
    assert client.reviews.undo(ids[0], reason="slip").memory_state == "pending"
    undone = client.reviews.undo_many(decided.batch_id)
    assert (undone.done, undone.refused) == (2, 1)
    assert client.reviews.decide(ids[0], "quarantine", reason="suspicious").status == "open"


def test_a_person_is_erased_by_two_through_the_library(client_of, acme, robo, alice, bob, dana):
    client_of(robo).memories.write("Jonas prefers e-mail.", subject="customer-7")
    desk = client_of(bob).subject_requests
    taken = desk.receive("erasure", "customer-7", asked_by="He", identity_check="Called back")
    with pytest.raises(PermissionDeniedError) as refused:
        desk.move(taken.id, "approve")
    assert refused.value.code == "own_proposal"
    with tenant_scope(acme.id):
        set_desk(actor=alice.actor, cool_off_hours=0)
    assert client_of(alice).subject_requests.move(taken.id, "approve").status == "approved"
    followed = client_of(dana).subject_requests
    with pytest.raises(NotFoundError):
        followed.certificate(taken.id)
    with tenant_scope(acme.id):
        gone_on(SubjectRequest.objects.get(id=taken.id))
    assert [one.is_certified for one in followed.list(kind="erasure")] == [True]
    certificate = followed.certificate(taken.id)
    assert (certificate.reference, certificate.found) == (taken.reference, 0)
    assert "customer-7" not in certificate.note


def test_a_refusal_is_told_by_its_meaning(client_of, robo):
    client = client_of(robo)
    with pytest.raises(ValidationError) as refusal:
        client.memories.write("x", confidence=7)
    assert refusal.value.errors[0].field == "confidence"
    with pytest.raises(PermissionDeniedError):
        list(client.reviews.list())


def test_a_person_debugs_on_a_snapshot_by_the_library(client_of, robo, bob):
    memory = client_of(robo).memories.write(
        "Jonas lives in Bonn.", subject="jonas", importance=0.9, run="call-7"
    )
    client = client_of(bob)
    made = client.snapshots.create("before", subject="jonas", ttl=timedelta(days=1), reason="x")
    client.memories.revise(memory.id, expected_version=1, content="Jonas lives in Kiel.")
    [item] = client.snapshots.items(made.id)
    assert (item.id, item.version, item.state, made.item_count) == (memory.id, 1, "active", 1)
    [hit] = client.recall("Where does Jonas live?", snapshot="before")
    assert (hit.content, hit.is_weak) == ("Jonas lives in Bonn.", False)
    assert [one.id for one in client.snapshots.list()] == [made.id]
    shown = client.memories.get(memory.id)
    assert (shown.importance, shown.run) == (0.9, "call-7")
    client.snapshots.delete(made.id)
    with pytest.raises(NotFoundError):
        client.snapshots.get(made.id)
