"""What is held about a person, store by store, and that each store lets go of all of it."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.ingest.content import content_of
from audit.ingest.decode_protobuf import decode_protobuf
from audit.ingest.store import store_spans
from audit.models import Span
from console.accounts.actor import system_actor
from console.accounts.models import Subject
from memory.actions import name_subject, record_basis
from memory.erasure.person import person_of
from memory.erasure.preview import preview_of
from memory.erasure.stores import STORES
from memory.models import Basis, Memory, MemoryVersion
from memory.verification import check_memories
from tests.cast import a_memory, remember
from tests.ingest.messages import a_span, protobuf_body

TRACE = bytes([7]) * 16


def sent(*spans):
    store_spans(decode_protobuf(protobuf_body(*spans)).spans)


@pytest.fixture
def jonas(in_acme, alice, robo, rookie):
    a_memory(robo, "Jonas prefers e-mail.", subject="jonas-weber", key="jonas", namespace=("vip",))
    remember(rookie, "Jonas may move house.", subject="jonas-weber", metadata={"of": "Jonas"})
    a_memory(robo, "Ada prefers the phone.", subject="ada-lind")
    subject = Subject.objects.get(external_id="jonas-weber")
    name_subject(actor=alice.actor, subject=subject, names=["Jonas Weber"])
    record_basis(actor=alice.actor, subject=subject, basis=Basis.CONSENT, detail="Jonas said so.")
    sent(
        a_span("greet Jonas", trace_id=TRACE, span_id=b"1" * 8, attributes={"input.value": "Hi"}),
        a_span("talk to Ada", attributes={"user.id": "ada-lind", "input.value": "Hello Ada."}),
        a_span("of nobody", attributes={"input.value": "The weather."}),
    )
    sent(a_span("chat", trace_id=TRACE, span_id=b"2" * 8, attributes={"user.id": "jonas-weber"}))
    return subject


def held(subject):
    return {one.store: one.count for one in preview_of(subject) if one.count}


def test_the_preview_tells_each_store_and_masks_its_samples(jonas):
    counts = held(jonas)
    assert counts["memories"] == counts["versions"] == 2
    assert counts["embeddings"] == counts["known_names"] == counts["legal_bases"] == 1
    assert (counts["span_contents"], counts["span_contents_beside_others"]) == (1, 1)
    assert counts["spans"] == 2
    holdings = {one.store: one for one in preview_of(jonas)}
    assert any("j\u00b7\u00b7\u00b7\u00b7" in text for text in holdings["memories"].samples)
    assert "jonas" not in str([one.samples for one in holdings.values()]).lower()


def test_each_store_lets_go_of_all_of_it_and_of_nothing_of_others(in_acme, jonas):
    ada = Subject.objects.get(external_id="ada-lind")
    before, person = held(ada), person_of([jonas.id])
    actor = system_actor(in_acme.id, "test")
    for store in STORES:
        while not store.goes_with and store.erase_some(person, actor).rows:
            pass
    assert held(jonas) == {}
    assert held(ada) == before
    for memory in Memory.objects.filter(subject_id=jonas.id):
        assert (memory.state, memory.key, memory.namespace) == ("erased", "", [])
        assert memory.metadata == {}
    assert check_memories(in_acme.id, lambda count: None).problems == []
    said = [content_of(span) for span in Span.objects.order_by("start_time", "span_id")]
    assert sorted(one["attributes"].get("input.value") for one in said if one) == [
        "Hello Ada.",
        "The weather.",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE memory_memoryversion SET metadata = '{}'",
        "UPDATE memory_memoryversion SET metadata = '{\"a\": 1}'",
        "UPDATE memory_memoryversion SET number = 9",
        "UPDATE memory_memorytransition SET reason = 'other'",
        "UPDATE memory_legalbasis SET note = 'other'",
        "UPDATE memory_legalbasis SET basis = 'contract', note = ''",
        "DELETE FROM memory_memoryversion",
    ],
)
def test_history_may_be_blanked_and_nothing_else(jonas, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert MemoryVersion.objects.filter(metadata={"of": "Jonas"}).count() == 1


def test_what_was_made_of_nothing_else_goes_with_it_and_of_others_is_asked_about(
    in_acme, jonas, robo
):
    mine = Memory.objects.get(subject_id=jonas.id, state="active")
    hers = Memory.objects.get(subject__external_id="ada-lind")
    summary = a_memory(robo, "One likes mail.", derived_from=(mine.id,))
    again = a_memory(robo, "Mail is liked.", derived_from=(summary.id,))
    both = a_memory(robo, "Both have wishes.", derived_from=(mine.id, hers.id))
    person, actor = person_of([jonas.id]), system_actor(in_acme.id, "test")
    assert set(person.derived) == {summary.id, again.id}
    for store in STORES:
        while not store.goes_with and store.erase_some(person, actor).rows:
            pass
    states = dict(Memory.objects.values_list("id", "state"))
    assert (states[summary.id], states[again.id], states[both.id]) == ("erased", "erased", "active")
    assert both.reviews.filter(kind="doubt", status="open").count() == 1
