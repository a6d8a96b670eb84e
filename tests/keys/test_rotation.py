"""Keys are rotated while agents read, and what an intruder changed in the database is found."""

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Event

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from audit.models import AuditEvent
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.keys.keyring import keyring_for
from console.keys.models import DataKey, Purpose
from console.platform.clock import now
from console.platform.crypto import root_keys as roots
from console.platform.crypto.root_keys import LocalRootKeys
from console.platform.errors import ErasedSubjectError, NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import rotate_key
from memory.actions.rotate_keys import SAFE_AFTER
from memory.models import MemoryVersion, SealedContent
from memory.sealing import open_versions
from tests.cast import a_person, an_agent, remember, versions

DATABASE = "mnemoscope_test"


def run(name, **options):
    out = StringIO()
    call_command(name, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def stored(committed_db):
    """acme with three memories, committed: two about subjects, one about nobody."""
    tenant = create_tenant(slug="acme", name="Acme")
    robo = an_agent(tenant, "robo")
    for content, subject in (("Likes tea.", "jonas"), ("Lives in Kiel.", "mia"), ("Noted.", "")):
        remember(robo, content, subject=subject)
    return tenant


def words(tenant):
    with tenant_scope(tenant.id):
        return {version.content for version in versions()}


def keys_of(tenant, **about):
    with tenant_scope(tenant.id):
        return list(DataKey.objects.filter(**about).order_by("generation"))


def test_at_rest_nothing_a_memory_says_can_be_read(stored, postgres):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        tables = superuser.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND relname ~ '^(memory|audit|keys)_'"
        ).fetchall()
        kept = "".join(
            str(superuser.execute(f"SELECT t::text FROM {table} t").fetchall())
            for (table,) in tables
        )
    assert "memory_sealedcontent" in str(tables)
    assert "jonas" not in kept.lower()
    for word in ("tea", "Kiel", "kiel", "Noted"):
        assert word not in kept


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
    with tenant_scope(stored.id):
        robo_key = DataKey.objects.filter(purpose=Purpose.CONTENT).first()
        alice = a_person(stored, "alice", Role.OWNER).actor
        rotate_key(actor=alice, purpose=Purpose.CONTENT, subject_id=robo_key.subject_id)
    assert words(stored) == {"Likes tea.", "Lives in Kiel.", "Noted."}
    answer = run("rotate_keys", level="finish")["acme"]
    assert (answer["rotated"], answer["resealed"]) == (0, 1)


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
        for level in ("content", "tenant", "content", "seal"):
            run("rotate_keys", level=level)
        over.set()
        reads = [read for reader in readers for read in reader.result()]
    assert len(reads) > 2
    assert all(read == wanted for read in reads)


def test_a_reviewer_rotates_nothing(stored):
    bob = a_person(stored, "bob", Role.REVIEWER).actor
    with tenant_scope(stored.id), pytest.raises(NotPermittedError):
        rotate_key(actor=bob, purpose=Purpose.SEAL)
    assert len(keys_of(stored, purpose=Purpose.SEAL)) == 1


@pytest.mark.parametrize(
    ("tampering", "code"),
    [
        ("UPDATE memory_memoryversion SET author_label = 'somebody else'", "row_changed"),
        ("UPDATE memory_memoryversion SET metadata = '{\"a\": 1}'", "row_changed"),
        ("UPDATE memory_sealedcontent SET ciphertext = ciphertext || '\\x00'", "words_changed"),
        ("UPDATE memory_memory SET metadata = '{\"a\": 1}'", "memory_differs"),
        ("DELETE FROM memory_sealedcontent", "words_missing"),
        ("UPDATE memory_memoryversion SET number = 2", "version_missing"),
    ],
)
def test_what_somebody_changed_behind_our_back_is_found(stored, postgres, tampering, code):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")  # no trigger stands in the way
        superuser.execute(tampering)
    out = StringIO()
    with pytest.raises(CommandError, match="do not hold"):
        call_command("verify_memories", json=True, stdout=out)
    found = {problem["code"] for problem in json.loads(out.getvalue())["acme"]["problems"]}
    assert code in found


def test_words_of_one_version_do_not_open_as_anothers(stored, postgres):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "UPDATE memory_sealedcontent s SET ciphertext = o.ciphertext, key_id = o.key_id"
            " FROM memory_sealedcontent o WHERE o.id <> s.id"
        )
    with pytest.raises(CommandError):
        run("verify_memories")


def test_a_memory_deleted_whole_is_missed_by_its_event(stored, postgres):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for table in ("sealedcontent", "memoryversion", "memory"):
            superuser.execute(f"DELETE FROM memory_{table}")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_memories", json=True, stdout=out)
    problems = json.loads(out.getvalue())["acme"]["problems"]
    assert [problem["code"] for problem in problems] == ["memory_missing"] * 3


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
