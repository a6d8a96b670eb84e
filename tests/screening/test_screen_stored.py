"""When the rules change, what is stored is screened again, and goes on where it was ended."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.platform.errors import NotPermittedError, WrongStateError
from console.tenancy.scope import tenant_scope
from memory import rescreening, screening
from memory.actions import begin_screening, decide_review, recall_memories, revise_memory
from memory.actions.decide import Decision
from memory.models import (
    Memory,
    MemoryFingerprint,
    MemoryVersion,
    RecallIndex,
    ReviewItem,
    ReviewKind,
    ScreeningRun,
    State,
)
from memory.rescreening import ScreeningBrokenError
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


class Killed(BaseException):
    """What no except clause of ours would catch."""


def test_a_sweep_that_is_killed_goes_on_where_it_was(acme, robo, new_rules):
    ids = [a_memory(robo, f"Crimson door number {n}, crimson.").id for n in range(COUNT)]
    seen = []

    def dying(content):
        seen.append(content)
        if len(seen) == 4:  # in the second batch of two
            raise Killed
        return colours(content)

    new_rules(dying)
    with pytest.raises(Killed):
        sweep(acme)
    with tenant_scope(acme.id):
        run = the_run()
        assert (run.looked_at, run.quarantined, run.total) == (2, 2, COUNT)
        assert not run.is_ended
        states = dict(Memory.objects.values_list("id", "state"))
        assert [states[one] == State.QUARANTINED for one in ids] == [True] * 2 + [False] * 5
    sweep(acme)
    with tenant_scope(acme.id):
        run = the_run()
        assert run.is_ended
        assert (run.looked_at, run.quarantined) == (COUNT, COUNT)
        assert ScreeningRun.objects.count() == 1
        assert ReviewItem.objects.count() == COUNT
        assert AuditEvent.objects.filter(kind="memory.quarantined").count() == COUNT
    # What was not committed was looked at again; what was is not.
    assert len(seen) == COUNT + 2


def test_the_same_rules_look_once(acme, robo, new_rules):
    a_memory(robo, "The crimson door is open.")
    new_rules()
    sweep(acme)
    sweep(acme)
    with tenant_scope(acme.id):
        assert ScreeningRun.objects.count() == 1


def test_a_detector_that_breaks_does_not_empty_the_memory(acme, robo, new_rules):
    memory = a_memory(robo)

    def broken(_content):
        raise RuntimeError("boom")

    new_rules(broken)
    with pytest.raises(ScreeningBrokenError):
        sweep(acme)
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == State.ACTIVE
        assert not ReviewItem.objects.exists()


def test_an_operator_sees_the_progress_after_each_batch(acme, robo, new_rules):
    for n in range(3):
        a_memory(robo, f"Crimson door number {n}, crimson.")
    a_memory(robo, "The purple door is open.")
    new_rules()
    steps = told(tenant="acme")
    assert [(one["looked_at"], one["quarantined"], one["reviews"]) for one in steps] == [
        (2, 2, 0),
        (4, 3, 1),
        (4, 3, 1),
    ]
    assert [one["ended"] for one in steps] == [False, False, True]
    assert {one["total"] for one in steps} == {4}


def test_a_dry_run_tells_the_same_and_changes_nothing(acme, robo, new_rules):
    memory = a_memory(robo, "The crimson door is open.")
    new_rules()
    assert "1 of 1 looked at, 1 would be quarantined" in command(tenant="acme", dry_run=True)
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == State.ACTIVE
        assert not ScreeningRun.objects.exists()
        assert not AuditEvent.objects.filter(kind__startswith="screening.").exists()
    assert told(tenant="acme")[-1]["quarantined"] == 1


def test_since_leaves_the_older_ones_alone(acme, robo, new_rules):
    a_memory(robo, "The crimson door is open.")
    new_rules()
    call_command("screen_memories", "--since=2999-01-01T00:00:00Z", stdout=io.StringIO())
    with tenant_scope(acme.id):
        assert the_run().total == 0
        assert Memory.objects.get().state == State.ACTIVE
    # And it does not count as a look at all of them.
    sweep(acme)
    with tenant_scope(acme.id):
        assert Memory.objects.get().state == State.QUARANTINED


@pytest.mark.parametrize("options", [{"tenant": "nobody"}, {"since": "yesterday"}])
def test_what_the_command_cannot_obey_it_refuses(acme, options):
    arguments = [f"--{name}={value}" for name, value in options.items()]
    with pytest.raises(CommandError):
        call_command("screen_memories", *arguments)


def test_another_tenants_memories_are_not_looked_at(acme, robo, globex, spybot, new_rules):
    theirs = a_memory(spybot, "The crimson door is open.")
    new_rules()
    sweep(acme)
    with tenant_scope(globex.id):
        assert Memory.objects.get(id=theirs.id).state == State.ACTIVE


def test_what_lost_its_fingerprint_has_one_again(acme, robo, new_rules):
    text = "Jonas likes his parcels delivered to the back door on Friday mornings."
    a_memory(robo, text)
    with tenant_scope(acme.id):
        MemoryFingerprint.objects.all().delete()
    new_rules()
    sweep(acme)
    codes = [one["code"] for one in remember(robo, text).version.findings]
    assert codes == ["near_duplicate"]


def test_the_system_may_and_a_reader_may_not(acme, robo, carol, in_acme):
    with pytest.raises(NotPermittedError):
        begin_screening(actor=carol.actor)
    assert begin_screening(actor=system_actor(acme.id, "test")).total == 0
