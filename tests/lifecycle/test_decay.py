"""A scope past its budget lets go of what it can spare, and of nothing that somebody keeps."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from console.platform.clock import now
from console.platform.errors import InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold, revise_memory, set_lifecycle_rules
from memory.keeping import sweeps
from memory.keeping.decay import surplus_memories
from memory.keeping.rules import LifecycleRules
from memory.keeping.setting import rules_in_force
from memory.models import LifecycleSetting, Memory, MemoryTransition, RecallIndex, State
from memory.retrieval.history import versions_in_force
from memory.tasks import evict_surplus
from tests.cast import a_memory, a_write
from tests.lifecycle.using import recall_in_run


@pytest.fixture
def budget(acme, alice):
    """Lets each subject keep so many memories, and each namespace without one."""

    def allow(per_subject, per_namespace=0):
        rules = LifecycleRules(budget_per_subject=per_subject, budget_per_namespace=per_namespace)
        with tenant_scope(acme.id):
            set_lifecycle_rules(actor=alice.actor, rules=rules)

    return allow


def living(tenant):
    with tenant_scope(tenant.id):
        memories = Memory.objects.filter(state=State.ACTIVE).order_by("id")
        return [memory.key for memory in memories]


def test_the_score_is_the_documented_one(acme, robo):
    sure = a_memory(robo, "Jonas is left-handed.", subject="jonas", confidence=1.0)
    unsaid = a_memory(robo, "The parcel 77 was lost.", subject="jonas")
    used = a_memory(robo, "Ada prefers e-mail.", subject="jonas")
    assert recall_in_run(robo, "Ada e-mail", 1, times=4, top_k=1) == ["Ada prefers e-mail."]
    with time_machine.travel(now() + timedelta(days=30), tick=False), tenant_scope(acme.id):
        told = [
            surplus_memories(at=now(), rules=LifecycleRules(budget_per_subject=budget))
            for budget in (1, 2, 3)
        ]
    # Thirty days halve recency, four recalls halve what use lacks; 0.5 stands for no confidence.
    worth = {unsaid.id: 0.2 + 0.0 + 0.1, sure.id: 0.2 + 0.0 + 0.2}
    assert {one.memory_id: one.score for one in told[0]} == {
        memory_id: pytest.approx(score, abs=0.001) for memory_id, score in worth.items()
    }
    assert [one.memory_id for one in told[1]] == [unsaid.id]
    assert told[2] == []
    assert used.id not in worth


def test_the_least_recent_least_used_and_least_sure_go_first(acme, robo, budget):
    facts = {"subject": "jonas", "confidence": 0.9}
    a_memory(robo, "Ships on Friday.", key="old", **facts)
    a_memory(robo, "Jonas drinks tea.", key="old, recalled", **facts)
    a_memory(robo, "Lives in Bonn.", key="another's", subject="ada", confidence=0.9)
    with time_machine.travel(now() + timedelta(days=60), tick=False):
        recall_in_run(robo, "Jonas tea", 1, times=3, top_k=1)
        a_memory(robo, "Plays chess.", key="new", **facts)
        a_memory(robo, "Knows Ada.", key="new, unsure", subject="jonas")
        gone = []
        for left in (3, 2, 1):
            budget(left)
            before = set(living(acme))
            evict_surplus()
            gone += before - set(living(acme))
        assert gone == ["old", "new, unsure", "new"]
        assert living(acme) == ["old, recalled", "another's"]


def test_an_eviction_leaves_history_and_evidence(acme, robo, budget):
    old = a_memory(robo, "Ships on Friday.", subject="jonas")
    budget(1)
    with time_machine.travel(now() + timedelta(days=60), tick=False):
        a_memory(robo, "Jonas drinks tea.", subject="jonas")
        evict_surplus()
        evict_surplus()
        evicted_at = now()
    with tenant_scope(acme.id):
        evicted = Memory.objects.get(id=old.id)
        assert (evicted.state, evicted.expires_at) == (State.EXPIRED, evicted_at)
        event = AuditEvent.objects.get(kind="memory.expired")
        assert (event.object_id, event.reason) == (old.id, "evicted")
        last = MemoryTransition.objects.filter(memory_id=old.id).order_by("-id").first()
        assert (last.state, last.reason) == ("expired", "evicted")
        assert not RecallIndex.objects.filter(id=old.id).exists()
        told = [
            old.id in versions_in_force(Memory.objects.all(), moment, valid_at=moment)
            for moment in (evicted_at - timedelta(days=1), evicted_at + timedelta(seconds=1))
        ]
        assert told == [True, False]


def test_what_is_about_nobody_counts_by_namespace(acme, robo, budget):
    for place in (("a",), ("a",), ("b",), ("a", "deeper")):
        a_memory(robo, namespace=place, key="/".join(place))
    budget(0, per_namespace=1)
    evict_surplus()
    assert sorted(living(acme)) == ["a", "a/deeper", "b"]


def test_what_a_hold_keeps_or_a_review_waits_about_is_never_evicted(acme, robo, alice, budget):
    held, waiting, free = (
        a_memory(robo, f"Fact {key}.", key=key, subject="jonas", confidence=0.9)
        for key in ("held", "waiting", "free")
    )
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, memory=held, ground="case")
        revise_memory(
            actor=robo.actor,
            memory=waiting,
            write=a_write("Not so sure.", key="waiting", confidence=0.1),
            expected_version=1,
        )
    assert free.state == State.ACTIVE
    budget(1)
    evict_surplus()
    assert sorted(living(acme)) == ["held", "waiting"]


def test_within_the_budget_nothing_goes(acme, robo, budget):
    for number in range(3):
        a_memory(robo, f"Fact {number}.", subject="jonas")
    budget(3)
    assert sweeps.evict_surplus(acme.id) == 0
    assert len(living(acme)) == 3


def test_the_command_says_what_it_would_evict_and_then_does(acme, robo, budget):
    for number in range(3):
        a_memory(robo, f"Fact {number}.", subject="jonas")
    budget(1)
    out = StringIO()
    call_command("evict_memories", "--tenant", "acme", "--dry-run", "--json", stdout=out)
    [told] = json.loads(out.getvalue())["tenants"]
    assert (told["tenant"], told["evicted"], len(told["memories"])) == ("acme", 2, 2)
    assert len(living(acme)) == 3
    out = StringIO()
    call_command("evict_memories", "--tenant", "acme", stdout=out)
    assert "acme: 2 evicted." in out.getvalue()
    assert len(living(acme)) == 1
    with pytest.raises(CommandError, match="no tenant"):
        call_command("evict_memories", "--tenant", "nobody")


def test_only_an_owner_sets_the_rules_and_what_was_stays_on_record(in_acme, alice, bob, robo):
    set_lifecycle_rules(actor=alice.actor, rules=LifecycleRules(budget_per_subject=7), reason="a")
    set_lifecycle_rules(actor=alice.actor, rules=LifecycleRules(budget_per_subject=8), reason="b")
    for other in (bob, robo):
        with pytest.raises(NotPermittedError):
            set_lifecycle_rules(actor=other.actor, rules=LifecycleRules())
    assert rules_in_force().budget_per_subject == 8
    assert [row.rules["budget_per_subject"] for row in LifecycleSetting.objects.order_by("id")] == [
        7,
        8,
    ]
    event = AuditEvent.objects.filter(kind="lifecycle.rules_set").order_by("-id").first()
    assert event.payload["before"]["budget_per_subject"] == 7


@pytest.mark.parametrize(
    "wrong",
    [
        {"refresh_share": 1.1},
        {"refresh_share": float("nan")},
        {"budget_per_subject": -1},
        {"archive_after_days": 0},
    ],
)
def test_a_rule_out_of_its_bounds_is_refused(wrong):
    with pytest.raises(InvalidInputError) as refused:
        LifecycleRules(**wrong)
    assert [problem.field for problem in refused.value.problems] == list(wrong)
