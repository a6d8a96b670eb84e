"""What is used or approved rises to a tier that lasts; what nobody recalls sinks to the archive."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.administration import create_tenant
from console.platform.clock import now
from console.platform.errors import NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import decide_review, place_hold, promote_memories, revise_memory
from memory.actions.decide import Decision
from memory.keeping import sweeps
from memory.keeping.tiers import Move
from memory.models import Memory, MemoryTransition, Tier
from memory.retrieval.history import versions_in_force
from memory.tasks import move_tiers
from tests.cast import a_memory, a_write, an_agent, remember
from tests.lifecycle.using import recall_in_run
from tests.threads import at_once

TEXT = "Jonas prefers e-mail."


def fresh(tenant, memory):
    with tenant_scope(tenant.id):
        return Memory.objects.get(id=memory.id)


def test_a_working_memory_recalled_in_two_runs_becomes_episodic_and_lives_longer(acme, robo):
    memory = a_memory(robo, TEXT, tier=Tier.WORKING)
    recall_in_run(robo, "Jonas", 1, times=5)
    move_tiers()
    assert fresh(acme, memory).tier == Tier.WORKING
    recall_in_run(robo, "Jonas", 2)
    move_tiers()
    moved = fresh(acme, memory)
    assert moved.tier == Tier.EPISODIC
    assert moved.expires_at - now() > timedelta(days=179)
    assert recall_in_run(robo, "Jonas", 3) == [TEXT]
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="memory.promoted")
        assert (event.object_id, event.reason) == (memory.id, "recalled_in_several_runs")
        assert event.payload == {"from": "working", "to": "episodic", "version": 1}
        last = MemoryTransition.objects.order_by("-id").first()
        assert (last.state, last.tier, last.reason) == (
            "active",
            "episodic",
            "recalled_in_several_runs",
        )
        assert last.expires_at == moved.expires_at


def test_an_end_that_the_writer_chose_stays_through_a_promotion(acme, robo):
    ends = now() + timedelta(hours=3)
    memory = a_memory(robo, TEXT, tier=Tier.WORKING, expires_at=ends)
    for run in (1, 2):
        recall_in_run(robo, "Jonas", run)
    move_tiers()
    assert (fresh(acme, memory).tier, fresh(acme, memory).expires_at) == (Tier.EPISODIC, ends)


def test_an_episode_recalled_in_three_runs_becomes_semantic(acme, robo):
    memory = a_memory(robo, TEXT, tier=Tier.EPISODIC)
    for run in (1, 2):
        recall_in_run(robo, "Jonas", run)
    move_tiers()
    assert fresh(acme, memory).tier == Tier.EPISODIC
    recall_in_run(robo, "Jonas", 3)
    move_tiers()
    assert fresh(acme, memory).tier == Tier.SEMANTIC


def test_an_episode_that_bob_approved_becomes_semantic(acme, rookie, bob):
    held = remember(rookie, TEXT, tier=Tier.EPISODIC)
    with tenant_scope(acme.id):
        decide_review(
            actor=bob.actor, review=held.review, decision=Decision.APPROVE, reason="accurate"
        )
    move_tiers()
    assert fresh(acme, held.memory).tier == Tier.SEMANTIC
    with tenant_scope(acme.id):
        assert AuditEvent.objects.get(kind="memory.promoted").reason == "approved_by_a_person"


def test_what_nobody_recalls_for_ninety_days_is_archived_and_returns_when_recalled(acme, robo):
    unused = a_memory(robo, "The parcel 77 was lost.")
    with time_machine.travel(now() + timedelta(days=91), tick=False):
        used = a_memory(robo, TEXT)
        move_tiers()
        assert fresh(acme, unused).tier == Tier.ARCHIVAL
        assert fresh(acme, used).tier == Tier.SEMANTIC
        move_tiers()
        assert fresh(acme, unused).tier == Tier.ARCHIVAL  # not recalled since: nothing flaps
    with time_machine.travel(now() + timedelta(days=92), tick=False):
        recall_in_run(robo, "parcel", 1)
        move_tiers()
        assert fresh(acme, unused).tier == Tier.SEMANTIC
    with tenant_scope(acme.id):
        steps = MemoryTransition.objects.filter(memory_id=unused.id).order_by("id")
        assert [(step.tier, step.reason) for step in steps] == [
            ("semantic", ""),
            ("archival", "not_recalled"),
            ("semantic", "recalled_again"),
        ]
        demoted = AuditEvent.objects.get(kind="memory.demoted")
        assert demoted.object_id == unused.id


def test_a_sweep_run_twice_or_late_moves_each_once(acme, robo):
    memory = a_memory(robo, TEXT, tier=Tier.WORKING, expires_at=now() + timedelta(days=9))
    for run in (1, 2):
        recall_in_run(robo, "Jonas", run)
    with time_machine.travel(now() + timedelta(hours=20)):
        assert sweeps.move_tiers(acme.id) == 1
        assert sweeps.move_tiers(acme.id) == 0
    with tenant_scope(acme.id):
        assert AuditEvent.objects.filter(kind="memory.promoted").count() == 1
        assert MemoryTransition.objects.filter(memory_id=memory.id).count() == 2


def test_two_sweeps_at_once_move_each_once(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    robo = an_agent(acme, "robo")
    memories = [a_memory(robo, f"{TEXT} {n}", tier=Tier.EPISODIC) for n in range(5)]
    moves = [
        Move(memory.id, Tier.EPISODIC, Tier.SEMANTIC, "recalled_in_several_runs")
        for memory in memories
    ]
    at_once(acme, lambda _: promote_memories(actor=robo.actor, moves=moves, reason="x"))
    with tenant_scope(acme.id):
        assert Memory.objects.filter(tier=Tier.SEMANTIC).count() == 5
        assert AuditEvent.objects.filter(kind="memory.promoted").count() == 5
        assert MemoryTransition.objects.count() == 10


def test_a_memory_that_moved_meanwhile_is_left_alone(in_acme, robo):
    memory = a_memory(robo, TEXT, tier=Tier.SEMANTIC)
    stale = Move(memory.id, Tier.WORKING, Tier.EPISODIC, "recalled_in_several_runs")
    assert promote_memories(actor=robo.actor, moves=[stale], reason=stale.reason).changed == []
    assert Memory.objects.get().tier == Tier.SEMANTIC
    assert not AuditEvent.objects.filter(kind="memory.promoted").exists()


def test_what_an_agents_own_spans_claim_moves_nothing(acme, robo):
    from audit.models import AccessSource, MemoryAccess  # noqa: PLC0415

    memory = a_memory(robo, TEXT, tier=Tier.WORKING)
    with tenant_scope(acme.id):
        for run in (1, 2, 3):
            MemoryAccess.objects.create(
                memory_id=str(memory.id),
                access="read",
                source=AccessSource.SPAN,
                rank=1,
                trace_id=run.to_bytes(16, "big"),
            )
    move_tiers()
    assert fresh(acme, memory).tier == Tier.WORKING


def test_a_reader_moves_nothing(in_acme, robo, carol):
    memory = a_memory(robo, TEXT, tier=Tier.WORKING)
    move = Move(memory.id, Tier.WORKING, Tier.EPISODIC, "x")
    with pytest.raises(NotPermittedError):
        promote_memories(actor=carol.actor, moves=[move], reason="x")


def test_a_held_memory_still_changes_its_tier(acme, robo, alice):
    memory = a_memory(robo, TEXT)
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, memory=memory, ground="case")
    with time_machine.travel(now() + timedelta(days=91)):
        move_tiers()
    assert fresh(acme, memory).tier == Tier.ARCHIVAL


def test_as_of_tells_the_same_before_and_after_a_move(acme, robo):
    memory = a_memory(robo, "Jonas lives in Bonn.", tier=Tier.EPISODIC)
    before = now()
    with time_machine.travel(before + timedelta(hours=1)):
        for run in (1, 2, 3):
            recall_in_run(robo, "Jonas", run)
        move_tiers()
        with tenant_scope(acme.id):
            revise_memory(
                actor=robo.actor,
                memory=memory,
                write=a_write("Jonas lives in Kiel."),
                expected_version=1,
            )
            at = now()
            told = [
                versions_in_force(Memory.objects.all(), moment, valid_at=moment)[memory.id].content
                for moment in (before, at)
            ]
    assert told == ["Jonas lives in Bonn.", "Jonas lives in Kiel."]
