"""What is held about a restricted person is kept, and no agent reads or writes it."""

import re

import pytest
from django.db import DatabaseError, connection, transaction

from audit.ingest.receive import receive_protobuf
from audit.models import Trace
from console.api.urls import V1
from console.api.urls import urlpatterns as api_patterns
from console.platform.errors import NotFoundError, RestrictedSubjectError
from console.tenancy.scope import tenant_scope
from memory.access import memory_for
from memory.actions import recall_memories, revise_memory, write_memories, write_memory
from memory.desk import approve_request
from memory.lifecycle import append_version
from memory.models import Memory, MemoryVersion, SubjectRequest, SubjectRestriction
from memory.retrieval.query import RecallQuery
from tests.api.door import door_of, problem_of
from tests.cast import a_memory, a_write
from tests.desk.desk import about, approved, ready
from tests.ingest.messages import a_span, protobuf_body

CANARY = "Jonas prefers zebras."


@pytest.fixture
def kept(acme, robo):
    memory = a_memory(robo, CANARY, subject="customer-7", key="taste")
    a_memory(robo, "Ada prefers zebras.", subject="customer-8")
    a_memory(robo, "Everybody prefers zebras.")
    return memory


@pytest.fixture
def restricted(acme, alice, bob, kept):
    with tenant_scope(acme.id):
        return approved(bob, alice, about(), kind="restriction")


def told(robo, **asked):
    hits = recall_memories(actor=robo.actor, query=RecallQuery(query="zebras", **asked)).hits
    return {hit.version.content for hit in hits}


OTHERS = {"Ada prefers zebras.", "Everybody prefers zebras."}


def test_it_stands_as_soon_as_a_second_person_agrees(acme, restricted):
    assert (restricted.status, restricted.outcome) == ("completed", {"restricted": 1})
    with tenant_scope(acme.id):
        assert SubjectRestriction.objects.get().subject_id == restricted.subject_id
        assert Memory.objects.get(subject_id=restricted.subject_id).state == "active"


def test_no_recall_finds_it_now_or_as_of_then(acme, robo, kept, restricted):
    with tenant_scope(acme.id):
        assert told(robo) == OTHERS
        assert told(robo, subject="customer-7") == set()
        assert told(robo, as_of=kept.created_at) <= OTHERS


def test_before_it_and_after_it_was_lifted_it_is_found(acme, alice, bob, robo, kept):
    with tenant_scope(acme.id):
        assert told(robo) == OTHERS | {CANARY}
        approved(bob, alice, about(), kind="restriction")
        assert told(robo) == OTHERS
        lifted = ready(alice, about(), kind="restriction", lifts=True)
        done = approve_request(actor=bob.actor, request=lifted)
        assert done.outcome == {"lifted": 1}
        assert told(robo) == OTHERS | {CANARY}
        write_memory(actor=robo.actor, write=a_write("Jonas likes tea.", subject="customer-7"))


def test_no_address_that_an_agent_can_read_says_it(acme, robo, kept, restricted):
    """Every address of the API that answers a GET, with the memory's id in its place."""
    door = door_of(robo)
    for pattern in api_patterns:
        route = str(pattern.pattern)
        if not route.startswith(V1):
            continue
        path = re.sub(r"<(?:\w+:)?\w+>", str(kept.id), route.removeprefix(V1))
        answer = door.get(path)
        said = b"".join(answer) if answer.streaming else answer.content
        assert b"Jonas" not in said, path
        assert b"taste" not in said, path
    problem_of(door.get(f"memories/{kept.id}"), 404, "not_found")
    listed = door.get("memories?subject=customer-7").json()["results"]
    assert listed == []


@pytest.fixture
def runs(acme, robo, kept):
    """One run about customer-7, in which what is about customer-8 was recalled, and one of hers."""
    with tenant_scope(acme.id):
        ada = Memory.objects.get(subject__external_id="customer-8")
    read = {"gen_ai.operation.name": "search_memory", "gen_ai.memory.record.id": str(ada.id)}
    spans = [
        a_span(
            f"serve {name}",
            trace_id=trace_id,
            span_id=trace_id[:8],
            attributes={"user.id": name, "input.value": f"I am {name}", **read},
        )
        for name, trace_id in (("customer-7", b"7" * 16), ("customer-8", b"8" * 16))
    ]
    assert receive_protobuf(acme.id, protobuf_body(*spans)).stored == 2
    with tenant_scope(acme.id):
        ids = dict(Trace.objects.values_list("trace_id", "run_id"))
    return str(ids[b"7" * 16]), str(ids[b"8" * 16]), ada


def test_no_agent_reads_a_run_in_which_they_are_named(acme, robo, carol, runs, restricted):
    theirs, hers, ada = runs
    door = door_of(robo)
    listed = door.get("runs").json()["results"]
    assert [one["id"] for one in listed] == [hers]
    assert door.get("runs?subject=customer-7").json()["results"] == []
    reads = ("", "/spans", "/export", "/decisions", "/outcomes", f"/comparison/{hers}")
    for read in reads:
        problem_of(door.get(f"runs/{theirs}{read}"), 404, "not_found")
    problem_of(door.get(f"runs/{hers}/comparison/{theirs}"), 404, "not_found")
    outcome = {"result": "success", "note": "Jonas was glad."}
    problem_of(door.post(f"runs/{theirs}/outcomes", outcome), 404, "not_found")
    for read in reads[:-1]:
        assert door.get(f"runs/{hers}{read}").status_code == 200, read
    span = f"trace_id={(b'7' * 16).hex()}&span_id={(b'7' * 8).hex()}"
    problem_of(door.get(f"influence?{span}"), 404, "not_found")
    followed = str(door.get(f"memories/{ada.id}/influence").json())
    assert (hers in followed, theirs in followed) == (True, False)
    assert theirs in str(door_of(carol).get(f"memories/{ada.id}/influence").json())
    assert door_of(carol).get(f"runs/{theirs}/spans").json()["results"]


def test_a_run_is_read_again_once_it_was_lifted(acme, alice, bob, robo, runs, restricted):
    theirs, *_ = runs
    with tenant_scope(acme.id):
        lifted = ready(alice, about(), kind="restriction", lifts=True)
        approve_request(actor=bob.actor, request=lifted)
    assert door_of(robo).get(f"runs/{theirs}").status_code == 200


def test_an_agent_writes_nothing_about_them_and_a_person_may(acme, alice, robo, kept, restricted):
    door = door_of(robo)
    says = {"content": "Jonas moved.", "subject": "customer-7"}
    problem_of(door.post("memories", says), 423, "subject_restricted")
    with tenant_scope(acme.id):
        both = [a_write("Jonas.", subject="customer-7"), a_write("Ada.", subject="customer-8")]
        refused, written = write_memories(actor=robo.actor, writes=both).results
        assert isinstance(refused, RestrictedSubjectError)
        assert written.memory.state == "active"
        with pytest.raises(NotFoundError):
            memory_for(robo.actor, kept.id)
        outcome = revise_memory(
            actor=alice.actor,
            memory=kept,
            write=a_write("Jonas prefers tea.", subject="customer-7", key="taste"),
            expected_version=1,
        )
        assert outcome.version.number == 2


def test_the_database_refuses_what_an_agent_says_by_another_way(acme, robo, kept, restricted):
    with tenant_scope(acme.id):
        with pytest.raises(DatabaseError, match="restricted"), transaction.atomic():
            append_version(
                actor=robo.actor,
                memory=Memory.objects.get(id=kept.id),
                write=a_write("Jonas moved."),
                findings=[],
                original=(),
                proof=None,
            )
        assert MemoryVersion.objects.filter(memory_id=kept.id).count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM memory_subjectrestriction",
        "UPDATE memory_subjectrestriction SET lifted_at = now()",
        "UPDATE memory_subjectrestriction SET subject_id = id",
    ],
)
def test_it_ends_by_another_request_only(acme, restricted, statement):
    with tenant_scope(acme.id):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert SubjectRequest.objects.get().kind == "restriction"
