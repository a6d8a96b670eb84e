"""bob is asked, once, whether what is used or important and near its end should stay."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import decide_review, set_lifecycle_rules
from memory.actions.decide import Decision
from memory.keeping import renewals, sweeps
from memory.keeping.rules import LifecycleRules
from memory.models import Memory, MemoryTransition, RecallIndex, ReviewItem, ReviewKind, State, Tier
from memory.tasks import ask_for_renewals
from tests.cast import a_memory
from tests.lifecycle.using import recall_in_run

LIFE = timedelta(days=180)  # what policy grants a fact
TEXT = "Jonas is allergic to nuts."


def asked(tenant):
    with tenant_scope(tenant.id):
        return list(ReviewItem.objects.filter(kind=ReviewKind.RENEWAL).order_by("id"))


@pytest.fixture
def near_its_end(acme, robo):
    """An important memory, ten days before it ends."""
    memory = a_memory(robo, TEXT, importance=0.9)
    with time_machine.travel(memory.created_at + LIFE - timedelta(days=10), tick=False):
        yield memory


def decide(tenant, person, decision, **fields):
    [item] = asked(tenant)
    with tenant_scope(tenant.id):
        fields = {"reason": "confirmed", **fields}
        decide_review(actor=person.actor, review=item, decision=decision, **fields)
        return Memory.objects.get()


def test_an_important_memory_near_its_end_is_asked_about_once(acme, near_its_end):
    ask_for_renewals()
    ask_for_renewals()
    [item] = asked(acme)
    assert (item.memory_id, item.version, item.status) == (near_its_end.id, 1, "open")
    assert item.reasons[0]["code"] == "ends_soon"
    assert "Its importance is 0.9." in item.reasons[0]["detail"]
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="review.opened")
        assert (event.object_id, event.actor_label) == (item.id, "ask_for_renewals")


def test_approved_it_lives_its_life_anew(acme, robo, bob, near_its_end):
    ask_for_renewals()
    renewed = decide(acme, bob, Decision.APPROVE)
    assert (renewed.state, renewed.version) == (State.ACTIVE, 1)
    assert renewed.expires_at == now() + LIFE
    with tenant_scope(acme.id):
        assert RecallIndex.objects.get().expires_at == renewed.expires_at
        last = MemoryTransition.objects.order_by("-id").first()
        assert (last.state, last.expires_at) == ("active", renewed.expires_at)
    with time_machine.travel(now() + timedelta(days=20)):
        sweeps.expire_due(acme.id)
        assert recall_in_run(robo, "allergic", 1) == [TEXT]


def test_refused_it_ends_at_its_own_time_and_is_not_asked_about_again(acme, bob, near_its_end):
    ask_for_renewals()
    left = decide(acme, bob, Decision.REJECT, reason="outdated")
    assert (left.state, left.expires_at) == (State.ACTIVE, near_its_end.expires_at)
    with time_machine.travel(now() + timedelta(days=5)):
        ask_for_renewals()
        assert len(asked(acme)) == 1
    with time_machine.travel(now() + timedelta(days=11)):
        sweeps.expire_due(acme.id)
    with tenant_scope(acme.id):
        assert Memory.objects.get().state == State.EXPIRED


def test_an_unanswered_question_closes_when_the_memory_ends(acme, near_its_end):
    ask_for_renewals()
    with time_machine.travel(now() + timedelta(days=11)):
        sweeps.expire_due(acme.id)
    assert [item.status for item in asked(acme)] == ["expired"]


def test_corrected_it_is_renewed_with_the_new_text(acme, bob, near_its_end):
    ask_for_renewals()
    text = "Jonas is allergic to peanuts."
    renewed = decide(acme, bob, Decision.EDIT, content=text, reason="corrected")
    assert (renewed.version, renewed.expires_at) == (2, now() + LIFE)


def test_what_is_recalled_often_is_asked_about_too(acme, robo, alice):
    with tenant_scope(acme.id):  # or use alone would keep it
        set_lifecycle_rules(actor=alice.actor, rules=LifecycleRules(refresh_share=0))
    memory = a_memory(robo, TEXT)
    with time_machine.travel(memory.expires_at - timedelta(days=10), tick=False):
        recall_in_run(robo, "allergic", 1, times=4)
        ask_for_renewals()
        assert asked(acme) == []
        recall_in_run(robo, "allergic", 2)
        ask_for_renewals()
        [item] = asked(acme)
    assert "recalled 5 times in 30 days" in item.reasons[0]["detail"]


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"importance": 0.3}, timedelta(days=10)),
        ({"importance": 0.9}, timedelta(days=15)),
        ({"importance": 0.9, "tier": Tier.WORKING}, timedelta(hours=3)),
    ],
)
def test_what_is_unimportant_far_from_its_end_or_working_is_not(acme, robo, fields, left):
    memory = a_memory(robo, TEXT, **fields)
    with time_machine.travel(memory.expires_at - left):
        assert sweeps.ask_for_renewals(acme.id) == 0


def test_a_short_life_is_not_asked_about_in_its_first_half(acme, robo):
    a_memory(robo, TEXT, importance=1.0, expires_at=now() + timedelta(days=4))
    assert sweeps.ask_for_renewals(acme.id) == 0
    with time_machine.travel(now() + timedelta(days=3)):
        assert sweeps.ask_for_renewals(acme.id) == 1


def test_the_queue_has_room_for_so_many_and_takes_the_most_important(acme, robo, monkeypatch):
    monkeypatch.setattr(renewals, "MOST_OPEN", 2)
    memories = [a_memory(robo, f"Fact {n}.", importance=0.7 + n / 10) for n in range(3)]
    with time_machine.travel(memories[0].expires_at - timedelta(days=1)):
        assert sweeps.ask_for_renewals(acme.id) == 2
        assert sweeps.ask_for_renewals(acme.id) == 0
    assert {item.memory_id for item in asked(acme)} == {memories[1].id, memories[2].id}
