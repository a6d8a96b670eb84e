"""What somebody changed in the database behind the application's back is found."""

import json
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
import time_machine
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from console.keys.keyring import keyring_for
from console.keys.models import Purpose
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory import verification
from memory.actions import retire_memory
from memory.models import Memory, MemoryVersion
from memory.sealing import FOR_GOOD, row_seal
from memory.verification import check_memories
from memory.verifying import verify_if_due
from tests.api.door import door_of, problem_of
from tests.cast import a_memory, an_agent
from tests.database import DATABASE
from tests.keys.stored import run

DESTROY = "UPDATE keys_datakey SET wrapped = NULL, destroyed_at = now() WHERE purpose = '{}'"
KIEL = "(SELECT memory_id FROM memory_memoryversion ORDER BY id LIMIT 1 OFFSET 1)"


@pytest.fixture
def tamper(postgres):
    """Does what only a superuser can: no privilege and no trigger stands in the way."""

    def execute(*statements):
        with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
            superuser.execute("SET session_replication_role = replica")
            for statement in statements:
                superuser.execute(statement)

    return execute


def found():
    out = StringIO()
    with pytest.raises(CommandError, match="do not hold"):
        call_command("verify_memories", json=True, stdout=out)
    return [one["code"] for one in json.loads(out.getvalue())["acme"]["problems"]]


@pytest.mark.parametrize(
    ("tampering", "code"),
    [
        ("UPDATE memory_memoryversion SET author_label = 'somebody else'", "row_changed"),
        ("UPDATE memory_memoryversion SET metadata = '{\"a\": 1}'", "row_changed"),
        ("UPDATE memory_sealedcontent SET ciphertext = ciphertext || '\\x00'", "words_changed"),
        ("UPDATE memory_memory SET metadata = '{\"a\": 1}'", "memory_differs"),
        ("UPDATE memory_memory SET importance = 1", "memory_differs"),
        ("UPDATE memory_memory SET valid_from = now()", "memory_differs"),
        ("UPDATE memory_memory SET visibility = 'agent'", "row_changed"),
        ("UPDATE memory_memory SET namespace = '{elsewhere}'", "row_changed"),
        ("UPDATE memory_memory SET key = 'system.prompt'", "row_changed"),
        ("UPDATE memory_memory SET agent_id = gen_random_uuid()", "row_changed"),
        ("UPDATE memory_memory SET state = 'pending'", "state_differs"),
        ("UPDATE memory_memory SET state = 'erased'", "state_differs"),
        ("UPDATE memory_memory SET expires_at = now() + interval '9 years'", "state_differs"),
        ("UPDATE memory_memory SET tier = 'archival'", "state_differs"),
        ("DELETE FROM memory_memorytransition", "state_differs"),
        ("DELETE FROM memory_sealedcontent", "words_missing"),
        ("UPDATE memory_memoryversion SET number = 2", "version_missing"),
        (
            "UPDATE keys_datakey SET wrapped = NULL, destroyed_at = now() WHERE purpose = 'digest'",
            "words_missing",
        ),
        (DESTROY.format("content"), "words_missing"),
        (DESTROY.format("seal"), "row_changed"),
    ],
)
def test_what_somebody_changed_behind_our_back_is_found(stored, tamper, tampering, code):
    tamper(tampering)
    assert found().count(code) == 3


def test_one_changed_memory_is_named_and_the_others_hold(stored, tamper):
    tamper(f"UPDATE memory_memory SET state = 'retired' WHERE id = {KIEL}")
    with tenant_scope(stored.id):
        kiel = Memory.objects.get(subject__external_id="mia")
    [problem] = check_memories(stored.id, lambda _: None).problems
    assert (problem.code, problem.memory_id) == ("state_differs", kiel.id)
    assert found() == ["state_differs"]
    with tenant_scope(stored.id):
        event = AuditEvent.objects.filter(kind="memory.verified").latest("id")
    assert event.payload == {"versions": 3, "problems": 1}


def test_words_of_one_version_do_not_open_as_anothers(stored, tamper):
    tamper(
        "UPDATE memory_sealedcontent s SET ciphertext = o.ciphertext, key_id = o.key_id"
        " FROM memory_sealedcontent o WHERE o.id <> s.id"
    )
    assert found() == ["words_changed"] * 3


def test_a_memory_deleted_whole_is_missed_by_its_event(stored, tamper):
    tables = ("sealedcontent", "memoryversion", "memory")
    tamper(*(f"DELETE FROM memory_{table}" for table in tables))
    assert found() == ["memory_missing"] * 3


def test_a_key_that_was_changed_is_named(stored, tamper):
    tamper("UPDATE keys_datakey SET wrapped = wrapped || '\\x00' WHERE purpose = 'seal'")
    with pytest.raises(CommandError, match=r"acme: The key \S+ does not open"):
        run("verify_memories")


def test_what_is_changed_rightly_meanwhile_is_no_problem(stored, monkeypatch):
    """Between the look at the memories and the look at their history, one is retired."""
    robo = an_agent(stored, "second")
    latest, looks = verification._latest_transitions, []

    def slowly(memory_ids):
        looks.append(memory_ids)
        if len(looks) == 1:
            memory = Memory.objects.order_by("id").first()
            retire_memory(actor=robo.actor, memory=memory, reason="mistake")
        return latest(memory_ids)

    monkeypatch.setattr(verification, "_latest_transitions", slowly)
    assert check_memories(stored.id, lambda _: None).problems == []
    assert [len(ids) for ids in looks] == [3, 1]


def test_each_batch_is_a_transaction_of_its_own(stored, monkeypatch):
    """One that outlives the database's context would see nothing, and call that good."""
    monkeypatch.setattr(verification, "BATCH", 2)
    told = []

    def progress(versions):
        told.append(versions)
        with pytest.raises(RuntimeError):
            Memory.objects.count()

    report = check_memories(stored.id, progress)
    assert (report.memories, report.versions, told) == (3, 3, [2, 3, 3])


def test_a_changed_memory_is_not_answered_with_and_the_trail_tells(stored, tamper):
    door = door_of(an_agent(stored, "second"))
    tamper("UPDATE memory_sealedcontent SET ciphertext = ciphertext || '\\x00'")
    problem = problem_of(door.post("recall", {"query": "tea"}), 500, "seal_broken")
    assert "does not open" in problem["detail"]
    with tenant_scope(stored.id):
        event = AuditEvent.objects.get(kind="request.refused")
    assert event.reason == "seal_broken"


def _columns(model):
    return [field.attname for field in model._meta.concrete_fields if field.attname != "seal"]


def test_the_servers_seal_is_over_every_column(in_acme, robo):
    memory = a_memory(robo)
    [version] = MemoryVersion.objects.all()
    key = keyring_for().current(Purpose.SEAL)
    assert row_seal(version, memory, key) == bytes(version.seal)
    changes = [(version, name) for name in _columns(MemoryVersion)]
    changes += [(memory, name) for name in FOR_GOOD]
    assert len(changes) > 25
    for row, name in changes:
        before = getattr(row, name)
        setattr(row, name, "something else")
        assert row_seal(version, memory, key) != bytes(version.seal), name
        setattr(row, name, before)


def test_every_column_of_a_memory_is_held_to_something():
    """A new one has to be thought of: sealed, repeated from a version, or a step of its history."""
    compared = {
        "content_digest", "metadata", "confidence", "importance", "valid_from", "valid_to",
        "state", "version", "tier", "expires_at",
    }  # fmt: skip
    free = {"ttl", "retention", "supersedes_id", "replaces", "updated_at"}
    assert {"tenant_id", "id", *FOR_GOOD} | compared | free == set(_columns(Memory))


def test_what_was_changed_can_be_taken_out_of_recall(stored, tamper):
    robo = an_agent(stored, "second")
    door = door_of(robo)
    with tenant_scope(stored.id):
        ids = list(Memory.objects.order_by("id").values_list("id", flat=True))
    tamper("UPDATE memory_sealedcontent SET ciphertext = ciphertext || '\\x00'")
    for memory_id in ids[:2]:
        response = door.delete(f"memories/{memory_id}")
        assert response.status_code in {200, 204}, response.content
    problem_of(door.post("recall", {"query": "noted"}), 500, "seal_broken")
    expired = door.post(f"memories/{ids[2]}/expire", {})
    assert expired.status_code == 200, expired.content
    assert door.post("recall", {"query": "tea in Kiel, noted"}).json()["results"] == []


def test_memories_are_verified_by_themselves_once_a_day(acme, robo):
    with time_machine.travel(now(), tick=False) as clock:
        a_memory(robo)
        assert verify_if_due(acme.id).versions == 1
        assert verify_if_due(acme.id) is None
        clock.shift(timedelta(days=1, minutes=1))
        assert verify_if_due(acme.id).versions == 1
    with tenant_scope(acme.id):
        assert AuditEvent.objects.filter(kind="memory.verified").count() == 2
