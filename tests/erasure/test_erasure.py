"""Erasing a person: by two people, under no hold, all of it, and for good."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.ingest.content import content_of
from audit.ingest.decode_protobuf import decode_protobuf
from audit.ingest.store import store_spans
from audit.models import AuditEvent, Span
from console.accounts.models import Subject
from console.keys.models import DataKey
from console.platform.clock import now
from console.platform.errors import (
    ErasedSubjectError,
    InvalidInputError,
    LegalHoldError,
    NotPermittedError,
    OwnProposalError,
    RestrictedSubjectError,
    WrongStateError,
)
from memory.actions import (
    name_subject,
    place_hold,
    recall_memories,
    release_hold,
    write_memories,
    write_memory,
)
from memory.desk import (
    approve_request,
    begin_request,
    receive_request,
    refuse_request,
    set_desk,
    withdraw_request,
)
from memory.erasure.preview import preview_of
from memory.models import (
    LegalHold,
    Memory,
    ReviewItem,
    SubjectRequest,
)
from memory.retrieval.query import RecallQuery
from memory.verification import check_memories
from tests.cast import a_memory, a_write, remember, versions
from tests.erasure.carrying import carried_out
from tests.ingest.messages import a_span, protobuf_body

SAYS = {"asked_by": "The customer, by letter", "identity_check": "Called back on file number"}


def held(subject):
    return {one.store: one.count for one in preview_of(subject) if one.count}


def about(name):
    return Subject.objects.get(external_id=name)


@pytest.fixture
def written(in_acme, alice, robo, rookie):
    """About customer-7: one in force, one revised by nobody, one that waits; one of customer-8."""
    a_memory(robo, "Jonas prefers e-mail.", subject="customer-7")
    remember(rookie, "Jonas may move house.", subject="customer-7")
    a_memory(robo, "Ada prefers the phone.", subject="customer-8")
    name_subject(actor=alice.actor, subject=about("customer-7"), names=["Jonas Weber"])
    set_desk(actor=alice.actor, cool_off_hours=0)
    return about("customer-7")


def asked(person, subject, **more):
    return receive_request(actor=person.actor, subject=subject, **{**SAYS, **more})


def test_what_two_people_agree_on_is_erased_and_nothing_of_it_is_found_again(
    in_acme, alice, bob, robo, written
):
    before = held(written)
    assert (before["memories"], before["versions"], before["known_names"]) == (2, 2, 1)
    assert (before["embeddings"], before["reviews"]) == (1, 1)
    assert before["index_terms"] > 0
    request = approve_request(actor=alice.actor, request=asked(bob, written))
    done = carried_out(alice, request)
    assert done.status == "completed"
    assert done.outcome["memories"] == done.outcome["versions"] == 2
    assert (done.asked_by, done.named, done.identity_check) == ("", "", "")
    assert held(written) == {}
    assert not ReviewItem.objects.filter(subject_id=written.id, status="open").exists()
    assert not DataKey.objects.filter(subject_id=written.id, wrapped__isnull=False).exists()
    assert {memory.state for memory in Memory.objects.filter(subject_id=written.id)} == {"erased"}
    for version in versions(memory__subject_id=written.id):
        assert version.opened.is_erased
        assert version.content == ""
    found = recall_memories(actor=robo.actor, query=RecallQuery(query="Jonas e-mail phone"))
    assert [hit.version.content for hit in found.hits] == ["Ada prefers the phone."]
    assert DataKey.objects.filter(subject=about("customer-8"), wrapped__isnull=False).exists()


def test_what_traces_said_about_them_goes_and_of_others_stays(in_acme, alice, bob, written):
    for user in ("customer-7", "customer-8"):
        step = a_span(attributes={"user.id": user, "input.value": "Call me Jonas."})
        store_spans(decode_protobuf(protobuf_body(step)).spans)
    assert held(written)["span_contents"] == 1
    request = approve_request(actor=alice.actor, request=asked(bob, written))
    assert carried_out(alice, request).outcome["span_contents"] == 1
    assert "span_contents" not in held(written)
    left = [content_of(span).get("attributes") for span in Span.objects.all()]
    assert sorted(said["user.id"] for said in left if said) == ["customer-8"]


def test_the_evidence_names_the_deed_and_not_a_word(in_acme, alice, bob, written):
    request = approve_request(actor=alice.actor, request=asked(bob, written))
    carried_out(bob, request)
    kinds = list(AuditEvent.objects.order_by("id").values_list("kind", flat=True))
    for kind, times in (
        ("subject_request.received", 1),
        ("subject_request.approved", 1),
        ("subject_request.completed", 1),
        ("erasure.certified", 1),
        ("key.destroyed", 2),
        ("memory.erased", 2),
    ):
        assert kinds.count(kind) == times, kind
    event = AuditEvent.objects.get(kind="subject_request.completed")
    assert event.payload["outcome"]["versions"] == 2
    assert "Jonas" not in str(list(AuditEvent.objects.values_list("payload", "note")))
    assert check_memories(in_acme.id, lambda count: None).problems == []


def test_a_late_write_about_them_is_refused_and_about_others_is_not(
    in_acme, alice, bob, robo, written
):
    request = approve_request(actor=alice.actor, request=asked(bob, written))
    carried_out(alice, request)
    with pytest.raises(ErasedSubjectError):
        write_memory(actor=robo.actor, write=a_write("Jonas again.", subject="customer-7"))
    with pytest.raises(ErasedSubjectError):
        name_subject(actor=alice.actor, subject=written, names=["Jonas"])
    both = [a_write("Jonas.", subject="customer-7"), a_write("Ada.", subject="customer-8")]
    refused, kept = write_memories(actor=robo.actor, writes=both).results
    assert isinstance(refused, ErasedSubjectError)
    assert kept.memory.state == "active"


def test_a_restriction_ends_with_what_it_kept(in_acme, alice, bob, robo, written):
    approve_request(actor=alice.actor, request=asked(bob, written, kind="restriction"))
    again = a_write("Jonas again.", subject="customer-7")
    with pytest.raises(RestrictedSubjectError):
        write_memory(actor=robo.actor, write=again)
    carried_out(alice, approve_request(actor=alice.actor, request=asked(bob, written)))
    with pytest.raises(ErasedSubjectError):
        write_memory(actor=robo.actor, write=again)
    lifted = AuditEvent.objects.get(kind="subject.restriction_lifted")
    assert lifted.payload["subject_id"] == str(written.id)


def test_one_nobody_wrote_about_yet_is_erased_in_advance(in_acme, alice, bob, robo):
    nobody = Subject.objects.create(external_id="customer-9")
    set_desk(actor=alice.actor, cool_off_hours=0)
    request = approve_request(actor=alice.actor, request=asked(bob, nobody))
    carried_out(alice, request)
    with pytest.raises(ErasedSubjectError):
        write_memory(actor=robo.actor, write=a_write(subject="customer-9"))


def test_whoever_took_it_in_cannot_approve_it_not_even_in_the_database(in_acme, alice, written):
    request = asked(alice, written)
    with pytest.raises(OwnProposalError):
        approve_request(actor=alice.actor, request=request)
    with pytest.raises(WrongStateError):
        carried_out(alice, request)
    approved = {"status": "approved", "approved_by_kind": "user", "carry_out_after": now()}
    with pytest.raises(IntegrityError, match="approved_by_another_person"), transaction.atomic():
        SubjectRequest.objects.update(**approved, approved_by_id=alice.actor.id)
    assert Memory.objects.get(subject_id=written.id, state="active")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE memory_subjectrequest SET status = 'completed'",
        "UPDATE memory_subjectrequest SET asked_by = 'x'",
        "UPDATE memory_subjectrequest SET due_at = due_at + '1 year'",
        "UPDATE memory_subjectrequest SET status = 'approved'",
        "DELETE FROM memory_subjectrequest",
    ],
)
def test_the_database_lets_a_request_go_one_way_only(in_acme, bob, written, statement):
    asked(bob, written)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert SubjectRequest.objects.get().status == "ready"


def test_it_is_not_carried_out_in_name_only(in_acme, alice, bob, written):
    request = approve_request(actor=alice.actor, request=asked(bob, written))
    begin_request(actor=alice.actor, request=request)
    with pytest.raises(IntegrityError, match="still opens"), transaction.atomic():
        SubjectRequest.objects.update(status="completed", closed_at="2026-01-01T00:00Z")


@pytest.mark.parametrize("on", ["subject", "memory"])
def test_a_legal_hold_stands_in_the_way_and_says_which(in_acme, alice, bob, written, on):
    memory = Memory.objects.get(subject_id=written.id, state="active")
    over = {"memory": memory} if on == "memory" else {"subject": "customer-7"}
    place_hold(actor=alice.actor, ground="Case 7 O 12/26", **over)
    request = approve_request(actor=alice.actor, request=asked(bob, written))
    with pytest.raises(LegalHoldError, match="Case 7 O 12/26"):
        carried_out(alice, request)
    assert SubjectRequest.objects.get().status == "approved"
    assert held(written)["versions"] == 2
    release_hold(actor=alice.actor, hold=LegalHold.objects.get(), reason="Settled.")
    assert carried_out(alice, request).status == "completed"


def test_a_refusal_and_a_withdrawal_end_it_with_a_reason(in_acme, alice, bob, written):
    for end in (refuse_request, withdraw_request):
        request = asked(bob, written)
        with pytest.raises(InvalidInputError):
            end(actor=alice.actor, request=request, comment=" ")
        ended = end(actor=alice.actor, request=request, comment="We must keep invoices.")
        assert ended.close_reason == "We must keep invoices."
        with pytest.raises(WrongStateError):
            approve_request(actor=alice.actor, request=request)
    assert held(written)["versions"] == 2


def test_a_second_request_is_kept_as_a_duplicate_of_the_first(in_acme, bob, written):
    request, again = asked(bob, written), asked(bob, written)
    assert (again.status, again.duplicate_of_id) == ("duplicate", request.id)
    assert SubjectRequest.objects.get(id=request.id).status == "ready"


def test_others_do_not_erase(in_acme, dana, carol, robo, bob, alice, written):
    for person in (dana, carol, robo):
        with pytest.raises(NotPermittedError):
            asked(person, written)
    request = asked(bob, written)
    for person in (dana, carol, robo):
        with pytest.raises(NotPermittedError):
            approve_request(actor=person.actor, request=request)
    approve_request(actor=alice.actor, request=request)
    with pytest.raises(NotPermittedError):
        carried_out(robo, request)


def test_what_was_made_from_it_is_asked_about(in_acme, alice, bob, robo, written):
    source = Memory.objects.get(subject_id=written.id, state="active")
    other = Memory.objects.get(subject__external_id="customer-8")
    summary = a_memory(robo, "Two customers.", derived_from=(source.id, other.id))
    request = approve_request(actor=alice.actor, request=asked(bob, written))
    carried_out(alice, request)
    doubt = ReviewItem.objects.get(kind="doubt", status="open")
    assert doubt.memory_id == summary.id
    assert doubt.reasons[0]["code"] == "source_erased"
