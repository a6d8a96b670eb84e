"""Keys of every level are rotated while agents read and write, and nobody notices."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Event
from uuid import UUID

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from audit.models import AuditEvent
from audit.trail import append
from console.accounts.actor import system_actor
from console.accounts.models import Subject
from console.accounts.permissions import Role
from console.keys.keyring import keyring_for
from console.keys.models import DataKey, Purpose
from console.platform.clock import now
from console.platform.crypto import root_keys as roots
from console.platform.crypto.root_keys import LocalRootKeys
from console.platform.errors import ErasedSubjectError, NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import (
    destroy_retired_keys,
    name_subject,
    order_rotation,
    recall_memories,
    rehash_memories,
    reseal_memories,
    rotate_due_keys,
)
from memory.actions.rotate_keys import SAFE_AFTER
from memory.models import MemoryFingerprint, MemoryVersion, RecallIndex, SealedContent, SubjectName
from memory.retrieval.query import RecallQuery
from memory.sealing import open_versions
from memory.tasks import finish_rotations_in
from tests.cast import a_person, an_agent, remember
from tests.database import DATABASE
from tests.keys.stored import keys_of, run, words

FIRST = UUID(int=0)


def test_every_level_rotates_and_everything_reads_as_before(stored, monkeypatch):
    before = words(stored)
    old, new = next(iter(settings.ROOT_KEYS.items())), ("next", bytes(reversed(range(32))))
    monkeypatch.setattr(roots, "root_keys", lambda: LocalRootKeys(dict([new, old])))
    monkeypatch.setattr("console.keys.keyring.root_keys", roots.root_keys)
    monkeypatch.setattr("memory.actions.rotate_keys.root_keys", roots.root_keys)
    assert run("rotate_keys", level="root")["acme"]["rewrapped"] == 1
    assert [key.wrapped_by for key in keys_of(stored, purpose=Purpose.WRAP)] == ["next"]
    assert run("rotate_keys", level="tenant")["acme"]["rewrapped"] == 8
    assert run("rotate_keys", level="content")["acme"]["resealed"] == 3
    assert run("rotate_keys", level="index")["acme"]["rehashed"] == 6
    assert run("rotate_keys", level="seal")["acme"]["rotated"] == 1
    assert words(stored) == before
    assert run("verify_memories")["acme"]["problems"] == []
    with tenant_scope(stored.id):
        kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert {"key.rotated", "key.rewrapped", "memory.resealed", "memory.verified"} <= kinds


def test_retired_keys_are_destroyed_once_nobody_can_seal_under_them(stored):
    run("rotate_keys", level="content")
    retired = keys_of(stored, purpose=Purpose.CONTENT, generation=1)
    assert [key.destroyed_at for key in retired] == [None, None, None]
    with time_machine.travel(now() + 2 * SAFE_AFTER):
        assert run("rotate_keys", level="finish")["acme"]["destroyed"] == 3
    for key in keys_of(stored, purpose=Purpose.CONTENT, generation=1):
        assert (key.wrapped, key.destroyed_reason) == (None, "rotated")
    assert words(stored) == {"Likes tea.", "Lives in Kiel.", "Noted."}


def test_an_interrupted_rotation_goes_on_where_it_stopped(stored):
    """Between two subjects, and within what one of them is remembered by."""
    alice = a_person(stored, "alice", Role.OWNER).actor
    with tenant_scope(stored.id):
        order_rotation(actor=alice, purpose=Purpose.CONTENT)
        assert rotate_due_keys(actor=alice, limit=1).rows == 1
    assert words(stored) == {"Likes tea.", "Lives in Kiel.", "Noted."}
    answer = run("rotate_keys", level="finish")["acme"]
    assert (answer["rotated"], answer["resealed"]) == (2, 3)
    assert run("rotate_keys", level="finish")["acme"]["rotated"] == 0
    assert [
        key.generation for key in keys_of(stored, purpose=Purpose.CONTENT, retired_at=None)
    ] == [2] * 3


def test_the_hourly_sweep_ends_a_rotation_and_destroys_what_is_no_longer_used(stored):
    with tenant_scope(stored.id):
        order_rotation(actor=system_actor(stored.id, "test"), purpose=Purpose.CONTENT)
    finish_rotations_in(tenant_id=str(stored.id))
    assert len(keys_of(stored, purpose=Purpose.CONTENT, generation=2)) == 3
    assert not keys_of(stored, destroyed_at__isnull=False)
    with time_machine.travel(now() + 2 * SAFE_AFTER):
        finish_rotations_in(tenant_id=str(stored.id))
    assert len(keys_of(stored, destroyed_at__isnull=False)) == 3
    assert words(stored) == {"Likes tea.", "Lives in Kiel.", "Noted."}


def test_a_key_under_which_something_still_stands_is_not_destroyed(stored):
    with tenant_scope(stored.id):
        order_rotation(actor=system_actor(stored.id, "test"), purpose=Purpose.CONTENT)
        rotate_due_keys(actor=system_actor(stored.id, "test"), limit=10)
        retired = DataKey.objects.filter(purpose=Purpose.CONTENT, generation=1)
        held = SealedContent.objects.filter(key_id__in=retired.values("id"))
        assert held.count() == 3
    with time_machine.travel(now() + 2 * SAFE_AFTER), tenant_scope(stored.id):
        assert destroy_retired_keys(actor=system_actor(stored.id, "test"), limit=10).rows == 0
    assert words(stored) == {"Likes tea.", "Lives in Kiel.", "Noted."}


def test_words_that_do_not_open_stop_nobody_elses_rotation(stored, postgres):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "UPDATE memory_sealedcontent SET ciphertext = ciphertext || '\\x00'"
            " WHERE id = (SELECT min(id::text)::uuid FROM memory_sealedcontent)"
        )
    out = StringIO()
    with pytest.raises(CommandError, match="1 do not open"):
        call_command("rotate_keys", level="content", stdout=out)
    assert "resealed 2" in out.getvalue()
    with tenant_scope(stored.id):
        retired = DataKey.objects.filter(purpose=Purpose.CONTENT, retired_at__isnull=False)
        assert SealedContent.objects.filter(key_id__in=retired.values("id")).count() == 1


def test_a_rotation_leaves_what_somebody_is_changing_for_the_next_time(stored):
    alice = a_person(stored, "alice", Role.OWNER).actor
    with tenant_scope(stored.id):
        order_rotation(actor=alice, purpose=Purpose.CONTENT)
        rotate_due_keys(actor=alice, limit=10)
        subject = Subject.objects.get(external_id="jonas")
        key = DataKey.objects.get(purpose=Purpose.CONTENT, subject_id=subject.id, generation=1)

    def reseal():
        try:
            with tenant_scope(stored.id):
                return reseal_memories(actor=alice, key=key, after=FIRST, limit=10).rows
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with tenant_scope(stored.id):
            list(SealedContent.objects.filter(key_id=key.id).select_for_update(of=("self",)))
            assert pool.submit(reseal).result() == 0
        assert pool.submit(reseal).result() == 1


def recalled(actor, query):
    found = recall_memories(actor=actor, query=RecallQuery(query=query))
    return {(hit.version.content, hit.scores.matched) for hit in found.hits if hit.scores.matched}


def test_while_the_index_key_rotates_words_and_names_of_both_generations_are_known(stored):
    bob = a_person(stored, "bob", Role.OWNER)
    robo = an_agent(stored, "second")
    system = system_actor(stored.id, "test")
    text = "Mia's parcels go to the back door on Friday mornings, before nine and never later."
    remember(robo, text, subject="mia")
    with tenant_scope(stored.id):
        mia = Subject.objects.get(external_id="mia")
        name_subject(actor=bob.actor, subject=mia, names=["Mia Weber"])
        order_rotation(actor=system, purpose=Purpose.INDEX)
        rotate_due_keys(actor=system, limit=10)
    remember(robo, "Kiel is by the sea.")

    def found():
        with tenant_scope(stored.id):
            again = remember(robo, text, subject="mia").version
            named = remember(robo, "Mia Weber called.", subject="jonas").version
            hits = recalled(robo.actor, "kiel")
            transaction.set_rollback(True)  # else the repetition were found the next time
        codes = {one["code"] for one in [*again.findings, *named.findings]}
        return hits, codes

    in_both = {("Lives in Kiel.", 1), ("Kiel is by the sea.", 1)}
    codes = {"near_duplicate", "personal_data"}
    assert found() == (in_both, codes)
    with tenant_scope(stored.id):
        assert set(RecallIndex.objects.values_list("key_generation", flat=True)) == {1, 2}
        rehash_memories(actor=system, after=FIRST, limit=2)
    assert found() == (in_both, codes)
    answer = run("rotate_keys", level="finish")["acme"]
    assert (answer["renamed"], answer["rehashed"] > 0) == (1, True)
    for model in (RecallIndex, MemoryFingerprint, SubjectName):
        with tenant_scope(stored.id):
            assert set(model.objects.values_list("key_generation", flat=True)) == {2}
    with time_machine.travel(now() + 2 * SAFE_AFTER):
        assert run("rotate_keys", level="finish")["acme"]["destroyed"] == 1
    [old] = keys_of(stored, purpose=Purpose.INDEX, generation=1)
    assert (old.wrapped, old.destroyed_reason) == (None, "rotated")
    assert found() == (in_both, codes)


def test_a_name_moves_with_its_subjects_key_and_dies_with_it(stored):
    bob = a_person(stored, "bob", Role.OWNER)
    robo = an_agent(stored, "second")
    with tenant_scope(stored.id):
        mia = Subject.objects.get(external_id="mia")
        name_subject(actor=bob.actor, subject=mia, names=["Mia Weber"])
        sealed = bytes(SubjectName.objects.get().sealed)
    assert b"Mia" not in sealed
    assert run("rotate_keys", level="content", subject="mia")["acme"]["renamed"] == 1
    with time_machine.travel(now() + 2 * SAFE_AFTER):
        assert run("rotate_keys", level="finish")["acme"]["destroyed"] == 1
    assert run("rotate_keys", level="index")["acme"]["renamed"] == 1
    named = remember(robo, "Mia Weber called.", subject="jonas").version
    assert [one["code"] for one in named.findings] == ["personal_data"]
    with tenant_scope(stored.id):
        DataKey.objects.filter(subject_id=mia.id).update(wrapped=None, destroyed_at=now())
        append(
            kind="key.destroyed",
            actor=system_actor(stored.id, "test"),
            payload={"subject_id": str(mia.id)},
        )
    assert run("rotate_keys", level="index")["acme"]["renamed"] == 0
    with tenant_scope(stored.id), pytest.raises(ErasedSubjectError):
        name_subject(actor=bob.actor, subject=mia, names=["Mia Weber"])


def test_one_subjects_key_rotates_alone_and_an_unknown_one_is_named(stored):
    answer = run("rotate_keys", level="content", subject="jonas")["acme"]
    assert (answer["rotated"], answer["resealed"]) == (1, 1)
    with pytest.raises(CommandError, match="no subject 'nobody'"):
        run("rotate_keys", level="content", subject="nobody")
    with pytest.raises(CommandError, match="goes with --level content"):
        run("rotate_keys", level="seal", subject="jonas")


def test_a_reader_during_rotation_sees_no_failed_read(stored):
    wanted, over = words(stored), Event()

    def read():
        reads = []
        try:
            while not over.is_set():
                reads.append(words(stored))
        finally:
            connection.close()
        return reads

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for level in ("content", "tenant", "index", "content", "seal"):
            run("rotate_keys", level=level)
        over.set()
        reads = [read for reader in readers for read in reader.result()]
    assert len(reads) > 2
    assert all(read == wanted for read in reads)


def test_a_reviewer_rotates_nothing(stored):
    bob = a_person(stored, "bob", Role.REVIEWER).actor
    with tenant_scope(stored.id), pytest.raises(NotPermittedError):
        order_rotation(actor=bob, purpose=Purpose.SEAL)
    assert [key.due_at for key in keys_of(stored, purpose=Purpose.SEAL)] == [None]


def test_a_destroyed_key_opens_nothing_and_nothing_new_is_sealed(in_acme, robo):
    memory = remember(robo, "Likes tea.", subject="jonas").memory
    DataKey.objects.filter(subject_id=memory.subject_id).update(wrapped=None, destroyed_at=now())
    [version] = open_versions(MemoryVersion.objects.all())
    assert (version.content, version.opened.is_erased) == ("", True)
    with pytest.raises(ErasedSubjectError):
        remember(robo, "Likes coffee.", subject="jonas")
    assert SealedContent.objects.count() == 1


def test_two_first_writers_about_one_subject_share_its_keys(in_acme):
    first = keyring_for([None])
    again = keyring_for([None])
    assert first.current(Purpose.CONTENT).id == again.current(Purpose.CONTENT).id
