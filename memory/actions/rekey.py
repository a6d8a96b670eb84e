"""Moving what stands under retired keys, some rows at a time, so that the keys can be destroyed.

Rows are locked, and those that somebody else is changing are left for the next time: a write and
a rotation must not undo one another.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Max, Q

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.keys.keyring import Keyring, keyring_for, opening_keys
from console.keys.models import DataKey, Purpose
from console.platform.crypto.envelope import SealBrokenError
from console.tenancy.rows import execute
from console.tenancy.scope import current_tenant_id
from memory.models import (
    Memory,
    MemoryFingerprint,
    MemoryVersion,
    RecallIndex,
    SealedContent,
    SubjectName,
)
from memory.retrieval.index import entries_of
from memory.retrieval.terms import blind_terms
from memory.screening.fingerprints import keep_fingerprints
from memory.screening.simhash import fingerprint, scope_of
from memory.screening.words import words_of
from memory.sealing import open_said, open_versions, seal_said
from memory.subject_names import open_name, set_name

RESEAL = """
UPDATE memory_sealedcontent AS old SET key_id = new.key_id, ciphertext = new.ciphertext
FROM json_populate_recordset(NULL::memory_sealedcontent, %s::json) AS new
WHERE old.tenant_id = %s AND old.id = new.id
"""
REHASH = """
UPDATE memory_recallindex AS old SET key_generation = new.key_generation, terms = new.terms
FROM json_to_recordset(%s::json) AS new(id uuid, key_generation int2, terms int4[])
WHERE old.tenant_id = %s AND old.id = new.id
"""
RENAME = """
UPDATE memory_subjectname AS old SET name_hash = new.name_hash,
  key_generation = new.key_generation, key_id = new.key_id, sealed = new.sealed
FROM json_populate_recordset(NULL::memory_subjectname, %s::json) AS new
WHERE old.tenant_id = %s AND old.id = new.id
"""


class Moved(Changes[Any]):
    """`rows` were moved; `broken` do not open, and stay. `last` is where to go on, if anywhere."""

    rows = 0
    broken = 0
    last: UUID | None = None


@audited("memory.resealed")
def reseal_memories(*, actor: Actor, key: DataKey, after: UUID, limit: int) -> Moved:
    """Seals what stands under the retired `key` anew, under its subject's current one."""
    actor.require(Permission.KEYS_MANAGE)
    moved = Moved()
    held = SealedContent.objects.filter(key_id=key.id, id__gt=after).order_by("id")
    rows = list(held.select_for_update(of=("self",), skip_locked=True)[:limit])
    opening = opening_keys([key.id]).get(key.id)
    keyring = keyring_for([key.subject_id])
    # An erasure meanwhile: there is nothing to save.
    if not rows or opening is None or not keyring.has(Purpose.CONTENT, key.subject_id):
        return moved
    moved.last = rows[-1].id
    current = keyring.current(Purpose.CONTENT, key.subject_id)
    versions = {v.id: v for v in MemoryVersion.objects.filter(id__in=[row.id for row in rows])}
    sealed = []
    for row in rows:
        version = versions[row.id]
        try:
            said = open_said(version, row, key=opening)
        except SealBrokenError:
            moved.broken += 1  # verify_memories tells which
            continue
        anew = seal_said(version, said, key=current)
        sealed.append({"id": anew.id, "key_id": anew.key_id, "ciphertext": _hex(anew.ciphertext)})
    execute(RESEAL, [orjson.dumps(sealed).decode(), current_tenant_id()])
    moved.rows = len(sealed)
    moved.add(key, {"rows": moved.rows, "broken": moved.broken, "to": str(current.id)})
    return moved


@audited("memory.rehashed")
def rehash_memories(*, actor: Actor, after: UUID, limit: int) -> Moved:
    """Hashes the words of memories anew, under the current index key: index and fingerprints."""
    actor.require(Permission.KEYS_MANAGE)
    moved = Moved()
    keyring = keyring_for()
    current = keyring.current(Purpose.INDEX)
    ids = list(
        Memory.objects.filter(id__gt=after).order_by("id").values_list("id", flat=True)[:limit]
    )
    if not ids:
        return moved
    moved.last = ids[-1]
    moved.rows = _rehash_index(ids, keyring) + _rehash_fingerprints(ids, keyring)
    if moved.rows:
        [key] = DataKey.objects.filter(id=current.id)
        moved.add(key, {"rows": moved.rows})
    return moved


def _rehash_index(ids: Sequence[UUID], keyring: Keyring) -> int:
    current = keyring.current(Purpose.INDEX)
    stale = RecallIndex.objects.filter(id__in=ids).exclude(key_generation=current.generation)
    locked = stale.select_for_update(of=("self",), skip_locked=True)
    entries = entries_of(dict(locked.order_by("id").values_list("id", "version")))
    documents = [
        {
            "id": entry.memory.id,
            "key_generation": current.generation,
            "terms": blind_terms(entry.text, current.secret),
        }
        for entry in entries
    ]
    execute(REHASH, [orjson.dumps(documents).decode(), current_tenant_id()])
    return len(documents)


def _rehash_fingerprints(ids: Sequence[UUID], keyring: Keyring) -> int:
    """Of what a memory last said, as it was written: before anything was taken out of it."""
    current = keyring.current(Purpose.INDEX)
    stale = MemoryFingerprint.objects.filter(id__in=ids).exclude(key_generation=current.generation)
    locked = stale.select_for_update(of=("self",), skip_locked=True)
    memories = Memory.objects.in_bulk_by_id(locked.order_by("id").values_list("id", flat=True))
    if not memories:
        return 0
    every = MemoryVersion.objects.filter(memory_id__in=memories)
    newest = dict(every.values_list("memory_id").annotate(newest=Max("number")))
    versions = open_versions(one for one in every if one.number == newest[one.memory_id])
    prints = []
    for version in versions:
        memory = memories[version.memory_id]
        text = version.opened.original.get("content", version.content)
        words = words_of(text, current.secret)
        scope = scope_of(memory.subject_id, memory.namespace)
        prints.append(
            (
                memory.id,
                fingerprint(words, scope=scope, key=current.secret, generation=current.generation),
            )
        )
    # What says nothing any more resembles nothing.
    MemoryFingerprint.objects.filter(id__in=[id_ for id_, made in prints if made is None]).delete()
    keep_fingerprints(prints)
    return len(prints)


@audited("subject.renamed")
def rekey_names(*, actor: Actor, after: UUID, limit: int) -> Moved:
    """Seals and hashes known names anew that stand under keys no longer in use."""
    actor.require(Permission.KEYS_MANAGE)
    moved = Moved()
    current = keyring_for().current(Purpose.INDEX)
    every = SubjectName.objects.filter(id__gt=after).order_by("id")
    stale = every.filter(~Q(key_generation=current.generation) | Q(key__retired_at__isnull=False))
    rows = list(stale.select_for_update(of=("self",), skip_locked=True)[:limit])
    if not rows:
        return moved
    moved.last = rows[-1].id
    opening = opening_keys({row.key_id for row in rows})
    keyring = keyring_for({row.subject_id for row in rows if row.key_id in opening})
    documents = []
    subjects = set()
    for row in rows:
        key = opening.get(row.key_id)
        if key is None or not keyring.has(Purpose.CONTENT, row.subject_id):
            continue  # the subject's keys are destroyed: the name with them
        try:
            set_name(row, open_name(row, key=key), keyring=keyring)
        except SealBrokenError:
            moved.broken += 1
            continue
        documents.append(
            {
                "id": row.id,
                "name_hash": row.name_hash,
                "key_generation": row.key_generation,
                "key_id": row.key_id,
                "sealed": _hex(row.sealed),
            }
        )
        subjects.add(row.subject_id)
    execute(RENAME, [orjson.dumps(documents).decode(), current_tenant_id()])
    moved.rows = len(documents)
    for subject in Subject.objects.filter(id__in=subjects):
        moved.add(subject, {"names": sum(row.subject_id == subject.id for row in rows)})
    return moved


def _hex(raw: bytes | memoryview) -> str:
    return "\\x" + bytes(raw).hex()
