"""What is recalled near its end lives on, within bounds; what is not ends at its time."""

from datetime import timedelta

import time_machine

from audit.models import AuditEvent
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import set_lifecycle_rules
from memory.keeping import sweeps
from memory.keeping.rules import LifecycleRules
from memory.models import Memory, MemoryTransition, RecallIndex, State
from memory.retrieval.history import versions_in_force
from memory.tasks import expire_due, refresh_recalled
from tests.cast import a_memory
from tests.lifecycle.using import recall_in_run

TEXT = "Jonas prefers e-mail."
LIFE = timedelta(days=180)  # what policy grants a fact


def only(tenant):
    with tenant_scope(tenant.id):
        return Memory.objects.get()


def test_a_recall_in_the_second_half_of_its_life_gives_it_a_whole_one(acme, robo):
    memory = a_memory(robo, TEXT)
    born = memory.created_at
    with time_machine.travel(born + timedelta(days=100), tick=False):
        recall_in_run(robo, "Jonas", 1)
        refresh_recalled()
        assert only(acme).expires_at == now() + LIFE
        refresh_recalled()  # once more: there is nothing left to do
    with time_machine.travel(born + timedelta(days=200), tick=False):
        expire_due()
        assert recall_in_run(robo, "Jonas", 2) == [TEXT]
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="memory.refreshed")
        assert event.object_id == memory.id
        assert event.payload["expired_at"] == memory.expires_at.isoformat()
        steps = MemoryTransition.objects.order_by("id")
        assert [step.reason for step in steps] == ["", "recalled"]
        assert RecallIndex.objects.get().expires_at == Memory.objects.get().expires_at


def test_a_recall_in_its_first_half_changes_nothing(acme, robo):
    memory = a_memory(robo, TEXT)
    with time_machine.travel(memory.created_at + timedelta(days=80)):
        recall_in_run(robo, "Jonas", 1)
        assert sweeps.refresh_recalled(acme.id) == 0
    assert only(acme).expires_at == memory.expires_at


def test_an_end_that_somebody_chose_is_not_put_off(acme, robo):
    memory = a_memory(robo, TEXT, expires_at=now() + timedelta(days=2))
    with time_machine.travel(now() + timedelta(days=1, hours=20)):
        recall_in_run(robo, "Jonas", 1)
        assert sweeps.refresh_recalled(acme.id) == 0
    assert only(acme).expires_at == memory.expires_at


def test_none_lives_past_the_cap(acme, robo, alice):
    with tenant_scope(acme.id):
        set_lifecycle_rules(actor=alice.actor, rules=LifecycleRules(refresh_cap_days=200))
    memory = a_memory(robo, TEXT)
    born = memory.created_at
    with time_machine.travel(born + timedelta(days=150)):
        recall_in_run(robo, "Jonas", 1)
        refresh_recalled()
        assert only(acme).expires_at == born + timedelta(days=200)
    with time_machine.travel(born + timedelta(days=199)):
        recall_in_run(robo, "Jonas", 2)
        assert sweeps.refresh_recalled(acme.id) == 0


def test_a_tenant_may_switch_it_off(acme, robo, alice):
    with tenant_scope(acme.id):
        set_lifecycle_rules(actor=alice.actor, rules=LifecycleRules(refresh_share=0))
    memory = a_memory(robo, TEXT)
    with time_machine.travel(memory.created_at + timedelta(days=179)):
        recall_in_run(robo, "Jonas", 1)
        assert sweeps.refresh_recalled(acme.id) == 0


def test_an_expired_memory_is_not_woken(acme, robo):
    memory = a_memory(robo, TEXT)
    with time_machine.travel(memory.expires_at - timedelta(minutes=5), tick=False):
        recall_in_run(robo, "Jonas", 1)
    with time_machine.travel(memory.expires_at + timedelta(minutes=5), tick=False):
        assert sweeps.refresh_recalled(acme.id) == 0
        assert sweeps.expire_due(acme.id) == 1
        assert only(acme).state == State.EXPIRED
        assert only(acme).expires_at == memory.expires_at


def test_as_of_knows_which_end_it_had_then(acme, robo):
    memory = a_memory(robo, TEXT)
    born, first_end = memory.created_at, memory.expires_at
    with time_machine.travel(born + timedelta(days=100)):
        recall_in_run(robo, "Jonas", 1)
        refresh_recalled()
    with tenant_scope(acme.id):
        everything = Memory.objects.all()
        for moment, known in (
            (born + timedelta(days=99), True),
            (first_end + timedelta(days=1), True),
            (born + timedelta(days=281), False),
        ):
            told = versions_in_force(everything, moment, valid_at=moment)
            assert (memory.id in told) == known, moment
