"""Checking what is stored against its seals: was anything changed behind the application's back?

Each problem has a code:
`row_changed`      a version's row is not the one the server sealed
`words_changed`    its sealed words do not open as its own
`digest_differs`   its words are not those its row names
`words_missing`    its words are gone, and nobody erased them
`signature_broken` what its writer signed is not what stands there, or its signature is gone
`version_missing`  a number between 1 and a memory's newest version is not there
`memory_differs`   a memory's row says otherwise than its version in force
`memory_missing`   the audit trail tells of a memory that is not there
"""

import hmac
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from django.db.models import Exists, OuterRef

from audit.models import AuditEvent, Outcome
from console.keys.keyring import Key, opening_keys
from console.keys.models import DataKey, Purpose
from console.platform.crypto.envelope import SealBrokenError
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, MemoryVersion, SealedContent, State
from memory.sealing import content_digest, open_said, row_seal
from memory.signing.stored import stored_signatures

BATCH = 500


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    memory_id: UUID
    version: int


@dataclass(slots=True)
class Report:
    """What a check of one tenant found; `id` is the tenant's."""

    id: UUID
    versions: int = 0
    memories: int = 0
    problems: list[Problem] = field(default_factory=list)

    audit_kind: ClassVar = "tenant"


def check_memories(progress: Callable[[int], None]) -> Report:
    """Every memory of the tenant at hand, `BATCH` at a time; `progress` hears how many versions."""
    report = Report(current_tenant_id())
    last = UUID(int=0)
    while memories := list(Memory.objects.filter(id__gt=last).order_by("id")[:BATCH]):
        last = memories[-1].id
        report.memories += len(memories)
        versions = MemoryVersion.objects.filter(memory_id__in=[memory.id for memory in memories])
        by_memory: dict[UUID, list[MemoryVersion]] = {memory.id: [] for memory in memories}
        for version in versions.order_by("number"):
            by_memory[version.memory_id].append(version)
        every = [version for numbered in by_memory.values() for version in numbered]
        report.problems += _broken_versions(every)
        for memory in memories:
            report.problems += _broken_memory(memory, by_memory[memory.id])
        report.versions += len(every)
        progress(report.versions)
    report.problems += _missing()
    return report


def _missing() -> Iterator[Problem]:
    written = AuditEvent.objects.filter(kind="memory.written", outcome=Outcome.DONE)
    here = Memory.objects.filter(id=OuterRef("object_id"))
    for memory_id in written.filter(~Exists(here)).values_list("object_id", flat=True):
        if memory_id is not None:
            yield Problem("memory_missing", memory_id, 0)


def _broken_versions(versions: Collection[MemoryVersion]) -> Iterator[Problem]:
    words = {row.id: row for row in SealedContent.objects.filter(id__in=[v.id for v in versions])}
    wanted = {v.seal_key_id for v in versions} | {row.key_id for row in words.values()}
    keys = opening_keys(wanted)
    digests = _digest_keys(versions)
    for version in versions:
        key = keys.get(version.seal_key_id)
        if key is None or not hmac.compare_digest(row_seal(version, key), bytes(version.seal)):
            yield Problem("row_changed", version.memory_id, version.number)
        code = _broken_words(version, words.get(version.id), keys, digests.get(version.memory_id))
        if code:
            yield Problem(code, version.memory_id, version.number)
    opened = [version for version in versions if version.said is not None]
    signatures = stored_signatures(opened)
    for version in opened:
        signature = signatures.get(version.id)
        if signature is not None and signature.is_valid is False:
            yield Problem("signature_broken", version.memory_id, version.number)


def _broken_words(
    version: MemoryVersion,
    words: SealedContent | None,
    keys: dict[UUID, Key],
    digest_key: Key | None,
) -> str:
    """The code of what is wrong with a version's words; nothing when all is well. Opens them.

    Without a digest key the subject was erased: there is nothing left to hold the words to.
    """
    if digest_key is None:
        return ""
    if words is None:
        return "words_missing"
    key = keys.get(words.key_id)
    if key is None:
        return "words_missing"
    try:
        said = open_said(version, words, key=key)
    except SealBrokenError:
        return "words_changed"
    version.said = said
    digest = content_digest(digest_key, said.content, said.value)
    return "" if hmac.compare_digest(digest, bytes(version.content_digest)) else "digest_differs"


def _digest_keys(versions: Collection[MemoryVersion]) -> dict[UUID, Key]:
    """The digest key of each memory whose subject was not erased."""
    of_memory = dict(
        Memory.objects.filter(id__in={v.memory_id for v in versions})
        .exclude(state=State.ERASED)
        .values_list("id", "subject_id")
    )
    rows = DataKey.objects.filter(purpose=Purpose.DIGEST, wrapped__isnull=False)
    subjects = {subject for subject in of_memory.values() if subject is not None}
    about = rows.filter(subject_id__in=subjects) | rows.filter(subject_id__isnull=True)
    by_subject = {
        subject_id: key_id for key_id, subject_id in about.values_list("id", "subject_id")
    }
    keys = opening_keys(list(by_subject.values()))
    return {
        memory_id: keys[by_subject[subject_id]]
        for memory_id, subject_id in of_memory.items()
        if subject_id in by_subject
    }


def _broken_memory(memory: Memory, versions: list[MemoryVersion]) -> Iterator[Problem]:
    newest = versions[-1].number if versions else memory.version
    known = {version.number: version for version in versions}
    for number in range(1, max(newest, memory.version) + 1):
        if number not in known:
            yield Problem("version_missing", memory.id, number)
    in_force = known.get(memory.version)
    if in_force is None:
        return
    said = (bytes(in_force.content_digest), in_force.metadata, in_force.confidence)
    if (bytes(memory.content_digest), memory.metadata, memory.confidence) != said:
        yield Problem("memory_differs", memory.id, memory.version)
