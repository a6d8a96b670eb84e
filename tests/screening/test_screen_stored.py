"""When the rules change, what is stored is screened again, and goes on where it was ended."""

import io
import json

import pytest
from django.core.management import call_command

from audit.models import AuditEvent
from console.platform.clock import now
from console.platform.errors import WrongStateError
from console.tenancy.scope import tenant_scope
from memory import rescreening, screening
from memory.actions import decide_review, recall_memories, revise_memory
from memory.actions.decide import Decision
from memory.models import (
    Memory,
    MemoryVersion,
    RecallIndex,
    ReviewItem,
    ReviewKind,
    ScreeningRun,
    State,
)
from memory.retrieval.query import RecallQuery
from memory.screening import Finding
from memory.sealing import open_versions
from memory.tasks import screen_stored_memories_of
from tests.cast import a_memory, a_write, remember

COUNT = 7


def colours(content):
    """What the rules of tomorrow see."""
    found = []
    for word, severity in (("crimson", "quarantine"), ("purple", "review"), ("grey", "note")):
        if word in content:
            at = content.index(word)
            found.append(
                Finding(word, f"It is {word}.", severity, 0.5, at, at + len(word), label=word)
            )
    return found


@pytest.fixture
def new_rules(monkeypatch):
    def change(detector=colours):
        monkeypatch.setattr(screening, "DETECTORS", (*screening.DETECTORS, ("new", detector)))
        monkeypatch.setattr(rescreening, "rules_digest", lambda: b"n" * 32)

    monkeypatch.setattr(rescreening, "BATCH", 2)
    return change


def sweep(tenant):
    screen_stored_memories_of(tenant_id=str(tenant.id))


def command(**options):
    out = io.StringIO()
    call_command("screen_memories", stdout=out, **options)
    return out.getvalue()


def told(**options):
    return [json.loads(line) for line in command(json=True, **options).splitlines()]


def the_run():
    return ScreeningRun.objects.latest("id")


def test_a_memory_found_to_be_poison_leaves_recall_at_once_and_waits_for_a_person(
    acme, robo, bob, new_rules
):
    poison = a_memory(robo, "The crimson door is open.")
    plain = a_memory(robo, "The green door is open.")
    new_rules()
    sweep(acme)
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=poison.id).state == State.QUARANTINED
        assert Memory.objects.get(id=plain.id).state == State.ACTIVE
        assert not RecallIndex.objects.filter(id=poison.id).exists()
        hits = recall_memories(actor=robo.actor, query=RecallQuery(query="door")).hits
        assert [hit.memory.id for hit in hits] == [plain.id]
        review = ReviewItem.objects.get(memory_id=poison.id)
        assert (review.kind, review.risk) == ("screened_anew", 0.9)
        assert [reason["code"] for reason in review.reasons] == ["crimson"]
        event = AuditEvent.objects.get(kind="memory.quarantined")
        assert (event.object_id, event.reason) == (poison.id, "screened_anew")
        assert event.payload["reasons"] == ["crimson"]
        assert AuditEvent.objects.filter(kind="review.opened", object_id=review.id).exists()
        [version] = open_versions(MemoryVersion.objects.filter(memory_id=poison.id))
        [finding] = version.findings
        assert version.content[finding["start"] : finding["end"]] == "crimson"
        decide_review(actor=bob.actor, review=review, decision=Decision.APPROVE, reason="fine")
        assert Memory.objects.get(id=poison.id).state == State.ACTIVE


def test_what_a_person_let_stand_is_not_asked_about_again(acme, robo, bob, new_rules, monkeypatch):
    a_memory(robo, "The crimson door is open.")
    new_rules()
    sweep(acme)
    with tenant_scope(acme.id):
        decide_review(
            actor=bob.actor,
            review=ReviewItem.objects.get(),
            decision=Decision.APPROVE,
            reason="fine",
        )
    monkeypatch.setattr(rescreening, "rules_digest", lambda: b"o" * 32)
    sweep(acme)
    with tenant_scope(acme.id):
        assert ScreeningRun.objects.count() == 2
        assert Memory.objects.get().state == State.ACTIVE
        assert ReviewItem.objects.count() == 1


def test_a_doubtful_memory_stays_in_recall_until_a_person_rejects_it(acme, robo, bob, new_rules):
    memory = a_memory(robo, "The purple door is open.")
    new_rules()
    sweep(acme)
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == State.ACTIVE
        review = ReviewItem.objects.get(memory_id=memory.id)
        decide_review(actor=bob.actor, review=review, decision=Decision.REJECT, reason="poison")
        assert Memory.objects.get(id=memory.id).state == State.REJECTED
        assert not RecallIndex.objects.exists()


def test_what_turns_out_worse_adds_to_the_question_that_is_open(acme, robo, new_rules, monkeypatch):
    memory = a_memory(robo, "The purple and crimson door is open.")
    new_rules(lambda content: [one for one in colours(content) if one.code == "purple"])
    sweep(acme)
    new_rules()
    monkeypatch.setattr(rescreening, "rules_digest", lambda: b"o" * 32)
    sweep(acme)
    with tenant_scope(acme.id):
        review = ReviewItem.objects.get(memory_id=memory.id)
        assert [reason["code"] for reason in review.reasons] == ["purple", "crimson"]
        assert Memory.objects.get(id=memory.id).state == State.QUARANTINED


def test_what_waits_for_a_person_is_looked_at_too(acme, rookie, new_rules):
    held = remember(rookie, "The crimson door is open.")
    assert held.memory.state == State.PENDING
    new_rules()
    sweep(acme)
    with tenant_scope(acme.id):
        assert Memory.objects.get().state == State.QUARANTINED
        review = ReviewItem.objects.get()
        assert review.id == held.review.id
        assert [reason["code"] for reason in review.reasons] == ["unknown_agent", "crimson"]
        assert review.risk == 0.9


def test_a_revision_that_waits_is_looked_at_and_what_is_in_force_stays(acme, robo, new_rules):
    memory = a_memory(robo, "The green door is open.")
    with tenant_scope(acme.id):
        held = revise_memory(
            actor=robo.actor,
            memory=memory,
            write=a_write("The crimson door is open.", confidence=0.1),
            expected_version=1,
        )
    new_rules()
    sweep(acme)
    with tenant_scope(acme.id):
        assert Memory.objects.get().state == State.ACTIVE
        review = ReviewItem.objects.get()
        assert review.id == held.review.id
        assert [reason["code"] for reason in review.reasons] == ["low_confidence", "crimson"]
        assert (the_run().quarantined, the_run().reviews) == (0, 1)


def test_keeping_a_memory_longer_does_not_let_it_out_of_quarantine(acme, robo, bob, new_rules):
    memory = a_memory(robo, "The crimson door is open.")
    with tenant_scope(acme.id):
        renewal = ReviewItem.objects.create(
            memory_id=memory.id,
            version=1,
            kind=ReviewKind.RENEWAL,
            content_digest=bytes(memory.content_digest),
            due_at=now(),
        )
    new_rules()
    sweep(acme)
    with tenant_scope(acme.id):
        assert ReviewItem.objects.get(kind=ReviewKind.SCREENED_ANEW).is_open
        with pytest.raises(WrongStateError):
            decide_review(
                actor=bob.actor, review=renewal, decision=Decision.APPROVE, reason="useful"
            )
        assert Memory.objects.get().state == State.QUARANTINED
        assert ReviewItem.objects.get(kind=ReviewKind.RENEWAL).reasons == []


def test_letting_a_doubt_pass_does_not_bring_back_what_was_said_then(acme, robo, bob, new_rules):
    memory = a_memory(robo, "The purple door is open.")
    new_rules()
    sweep(acme)
    with tenant_scope(acme.id):
        memory = Memory.objects.get()
        write = a_write("The green door is open.")
        revise_memory(actor=robo.actor, memory=memory, write=write, expected_version=1)
        review = ReviewItem.objects.get()
        decide_review(actor=bob.actor, review=review, decision=Decision.APPROVE, reason="fine")
        assert (Memory.objects.get().version, Memory.objects.get().state) == (2, State.ACTIVE)


def test_a_note_changes_nothing(acme, robo, new_rules):
    a_memory(robo, "The grey door is open.")
    new_rules()
    sweep(acme)
    with tenant_scope(acme.id):
        assert not ReviewItem.objects.exists()
        assert Memory.objects.get().state == State.ACTIVE
