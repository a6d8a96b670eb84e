"""Stopping an agent: at once, in every process, and never by halves."""

import threading
import time

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.models import AuditEvent
from console.accounts.authentication import actor_of_key
from console.accounts.key_text import parse_key
from console.accounts.models import AgentFreeze, Stops
from console.accounts.permissions import Role
from console.administration import create_tenant, freeze_agent, thaw_agent
from console.platform.errors import (
    AgentFrozenError,
    InvalidInputError,
    NotPermittedError,
    WrongStateError,
)
from console.tenancy.scope import tenant_scope
from memory.actions import recall_memories, write_memory
from memory.models import Memory
from memory.retrieval.query import RecallQuery
from tests.cast import a_memory, a_person, a_write, an_agent

WHY = "It writes what nobody told it."


def now_as(machine):
    """The agent as its next request would find itself."""
    return actor_of_key(parse_key(machine.key))


@pytest.mark.parametrize(
    ("stops", "reads", "writes"),
    [(Stops.READS, False, True), (Stops.WRITES, True, False), (Stops.BOTH, False, False)],
)
def test_bob_stops_reads_writes_or_both(in_acme, bob, robo, stops, reads, writes):
    freeze_agent(actor=bob.actor, agent=robo.agent, comment=WHY, stops=stops)
    actor = now_as(robo)
    for may, act in (
        (writes, lambda: write_memory(actor=actor, write=a_write())),
        (reads, lambda: recall_memories(actor=actor, query=RecallQuery(query="mail"))),
    ):
        if may:
            act()
        else:
            with pytest.raises(AgentFrozenError):
                act()
    event = AuditEvent.objects.get(kind="agent.frozen")
    assert (event.object_id, event.note, event.actor_id) == (robo.agent.id, WHY, bob.actor.id)
    assert event.payload["stops"] == stops


def test_two_freezes_together_stop_what_either_stops(in_acme, alice, robo):
    freeze_agent(actor=alice.actor, agent=robo.agent, comment=WHY, stops=Stops.READS)
    freeze_agent(actor=alice.actor, agent=None, comment=WHY, stops=Stops.WRITES)
    assert {str(one) for one in now_as(robo).permissions} == {"traces.ingest"}


def test_every_agent_is_stopped_those_to_come_too_and_no_person(in_acme, alice, bob, robo):
    freeze_agent(actor=bob.actor, agent=None, comment=WHY)
    late = an_agent(in_acme, "late")
    for machine in (robo, late):
        with pytest.raises(AgentFrozenError):
            write_memory(actor=now_as(machine), write=a_write())
    write_memory(actor=now_as(alice), write=a_write())
    assert Memory.objects.count() == 1


def test_an_agent_of_another_tenant_goes_on(acme, globex, bob, spybot):
    with tenant_scope(acme.id):
        freeze_agent(actor=bob.actor, agent=None, comment=WHY)
    assert a_memory(spybot).state == "active"


def test_only_an_owner_thaws_with_a_reason_and_both_stay_on_record(in_acme, alice, bob, robo):
    freeze_agent(actor=bob.actor, agent=robo.agent, comment=WHY)
    with pytest.raises(NotPermittedError):
        thaw_agent(actor=bob.actor, agent=robo.agent, comment="Fixed.")
    with pytest.raises(InvalidInputError):
        thaw_agent(actor=alice.actor, agent=robo.agent, comment=" ")
    thaw_agent(actor=alice.actor, agent=robo.agent, comment="Fixed.")
    write_memory(actor=now_as(robo), write=a_write())
    kept = AgentFreeze.objects.get()
    assert (kept.reason, kept.thaw_reason, kept.thawed_by_id) == (WHY, "Fixed.", alice.actor.id)
    with pytest.raises(WrongStateError):
        thaw_agent(actor=alice.actor, agent=robo.agent, comment="Fixed.")


@pytest.mark.parametrize("who", ["dana", "carol", "robo"])
def test_others_stop_nobody(in_acme, request, robo, who):
    actor = request.getfixturevalue(who).actor
    with pytest.raises(NotPermittedError):
        freeze_agent(actor=actor, agent=robo.agent, comment=WHY)
    assert not AgentFreeze.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_agentfreeze SET reason = 'none'",
        "UPDATE accounts_agentfreeze SET thawed_at = now(), thaw_reason = 'x', stops = 'reads'",
        "DELETE FROM accounts_agentfreeze",
    ],
)
def test_the_database_keeps_a_freeze_as_it_was(in_acme, bob, robo, statement):
    freeze_agent(actor=bob.actor, agent=robo.agent, comment=WHY)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AgentFreeze.objects.get().reason == WHY


@pytest.fixture
def raced(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    return acme, a_person(acme, "bob", Role.REVIEWER), an_agent(acme, "robo")


def test_a_write_that_began_before_the_freeze_does_not_commit_after_it(raced):
    acme, bob, robo = raced
    begun, frozen = threading.Event(), threading.Event()
    outcome: list[BaseException | None] = []

    def write_slowly():
        try:
            with tenant_scope(acme.id):
                actor = now_as(robo)  # let in: nobody has frozen it yet
                write_memory(actor=actor, write=a_write())
                begun.set()
                frozen.wait(10)
            outcome.append(None)
        except IntegrityError as error:
            outcome.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert begun.wait(10)
    started = time.monotonic()
    with tenant_scope(acme.id):  # it does not wait for the write it stops
        freeze_agent(actor=bob.actor, agent=robo.agent, comment=WHY)
    assert time.monotonic() - started < 5
    frozen.set()
    writer.join(20)
    assert "is frozen" in str(outcome[0])
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()


@pytest.mark.parametrize("guarded", [True, False])
def test_nothing_of_a_stream_commits_after_the_freeze(raced, guarded):
    """The control, without the database's look at the commit, lets some through."""
    if not guarded:
        _guard("DISABLE")
    try:
        late = _late_commits(*raced)
    finally:
        _guard("ENABLE")
    assert (late == 0) is guarded


def _late_commits(acme, bob, robo):
    """How many writes of four streams were committed after the freeze was."""
    with tenant_scope(acme.id):
        stale = now_as(robo)
    ready, frozen, stop = threading.Barrier(5), threading.Event(), threading.Event()
    committed_late: list[int] = []

    def stream(number):
        ready.wait(10)
        try:
            while not stop.is_set():
                after = frozen.is_set()
                try:
                    with tenant_scope(acme.id):
                        write_memory(actor=stale, write=a_write(f"{number} {time.time()}"))
                except IntegrityError:
                    return
                if after:
                    committed_late.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=stream, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    ready.wait(10)
    time.sleep(0.3)
    with tenant_scope(acme.id):
        freeze_agent(actor=bob.actor, agent=robo.agent, comment=WHY)
    frozen.set()
    time.sleep(0.7)
    stop.set()
    for thread in threads:
        thread.join(20)
    return len(committed_late)


def _guard(verb):
    from django.db import connections  # noqa: PLC0415

    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE audit_auditevent {verb} TRIGGER frozen")
    connections["owner"].close()
