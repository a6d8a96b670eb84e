"""Checking what is stored against its seals: was anything changed behind the application's back?

Each problem has a code:
`row_changed`      a version's row is not the one the server sealed
`words_changed`    its sealed words do not open as its own
`digest_differs`   its words are not those its row names
`words_missing`    its words or their keys are gone, and nobody erased them
`signature_broken` what its writer signed is not what stands there, or its signature is gone
`version_missing`  a number between 1 and a memory's newest version is not there
`memory_differs`   a memory's row says otherwise than its version in force
`state_differs`    a memory's row says otherwise than the last step of its history
`memory_missing`   the audit trail tells of a memory that is not there
"""

import hmac
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from audit.models import AuditEvent, Outcome
from console.keys.keyring import Key, opening_keys
from console.keys.models import DataKey, Purpose
from console.platform.crypto.envelope import SealBrokenError
from console.tenancy.scope import tenant_scope
from memory.models import Memory, MemoryTransition, MemoryVersion, SealedContent, State
from memory.sealing import content_digest, open_said, row_seal
from memory.signing.stored import stored_signatures

BATCH = 500
FIRST = UUID(int=0)


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


def check_memories(tenant_id: UUID, progress: Callable[[int], None]) -> Report:
    """Every memory of a tenant, `BATCH` at a time; `progress` hears how many versions.

    Each batch is a transaction: one long one would outlive the database's context, in which
    nothing is found any more, broken or not.
    """
    report = Report(tenant_id)
    last: UUID | None = FIRST
    while last is not None:
        with tenant_scope(tenant_id):
            last = _check_batch(report, after=last)
        progress(report.versions)
    with tenant_scope(tenant_id):
        report.problems += _missing()
    return report


def problems_of_versions(memory: Memory, versions: Sequence[MemoryVersion]) -> dict[int, list[str]]:
    """The codes of what does not hold, by version; one that holds is left out. Opens them."""
    codes: dict[int, list[str]] = {}
    for problem in _broken_versions([memory], {memory.id: list(versions)}):
        codes.setdefault(problem.version, []).append(problem.code)
    return codes


def _check_batch(report: Report, *, after: UUID) -> UUID | None:
    """Adds what it finds; the last memory it looked at, None past the end."""
    memories = list(Memory.objects.filter(id__gt=after).order_by("id")[:BATCH])
    if not memories:
        return None
    report.memories += len(memories)
    checked, problems = _check(memories)
    report.versions += checked
    if problems:
        # Somebody may have changed them while we looked: now nobody can.
        doubted = Memory.objects.filter(id__in={problem.memory_id for problem in problems})
        locked = doubted.select_for_update(of=("self",)).order_by("id")
        report.problems += _check(list(locked))[1]
    return memories[-1].id


def _check(memories: Sequence[Memory]) -> tuple[int, list[Problem]]:
    """How many versions they have, and what does not hold."""
    by_memory: dict[UUID, list[MemoryVersion]] = {memory.id: [] for memory in memories}
    every = MemoryVersion.objects.filter(memory_id__in=by_memory).order_by("memory_id", "number")
    for version in every:
        by_memory[version.memory_id].append(version)
    problems = list(_broken_versions(memories, by_memory))
    latest = _latest_transitions(by_memory)
    for memory in memories:
        problems += _broken_memory(memory, by_memory[memory.id])
        problems += _broken_state(memory, latest.get(memory.id))
    return len(every), problems


def _missing() -> Iterator[Problem]:
    written = AuditEvent.objects.filter(kind="memory.written", outcome=Outcome.DONE)
    here = Memory.objects.filter(id=OuterRef("object_id"))
    for memory_id in written.filter(~Exists(here)).values_list("object_id", flat=True):
        if memory_id is not None:
            yield Problem("memory_missing", memory_id, 0)


def _broken_versions(
    memories: Sequence[Memory], by_memory: Mapping[UUID, list[MemoryVersion]]
) -> Iterator[Problem]:
    versions = [version for numbered in by_memory.values() for version in numbered]
    words = {row.id: row for row in SealedContent.objects.filter(id__in=[v.id for v in versions])}
    wanted = {v.seal_key_id for v in versions} | {row.key_id for row in words.values()}
    keys = opening_keys(wanted)
    digests = _digest_keys(memories)
    for memory in memories:
        for version in by_memory[memory.id]:
            key = keys.get(version.seal_key_id)
            if key is None or not _is_sealed(version, memory, key):
                yield Problem("row_changed", memory.id, version.number)
            if memory.state == State.ERASED:
                continue
            code = _broken_words(version, words.get(version.id), keys, digests.get(memory.id))
            if code:
                yield Problem(code, memory.id, version.number)
    opened = [version for version in versions if version.said is not None]
    signatures = stored_signatures(opened)
    for version in opened:
        signature = signatures.get(version.id)
        if signature is not None and signature.is_valid is False:
            yield Problem("signature_broken", version.memory_id, version.number)


def _is_sealed(version: MemoryVersion, memory: Memory, key: Key) -> bool:
    return hmac.compare_digest(row_seal(version, memory, key), bytes(version.seal))


def _broken_words(
    version: MemoryVersion,
    words: SealedContent | None,
    keys: Mapping[UUID, Key],
    digest_key: Key | None,
) -> str:
    """The code of what is wrong with a version's words; nothing when all is well. Opens them."""
    key = keys.get(words.key_id) if words else None
    if words is None or key is None or digest_key is None:
        return "words_missing"
    try:
        said = open_said(version, words, key=key)
    except SealBrokenError:
        return "words_changed"
    version.said = said
    digest = content_digest(digest_key, said.content, said.value)
    return "" if hmac.compare_digest(digest, bytes(version.content_digest)) else "digest_differs"


def _digest_keys(memories: Sequence[Memory]) -> dict[UUID, Key]:
    """The digest key of each memory, where it has not been destroyed."""
    rows = DataKey.objects.filter(purpose=Purpose.DIGEST, wrapped__isnull=False)
    subjects = {memory.subject_id for memory in memories if memory.subject_id is not None}
    about = rows.filter(Q(subject_id__in=subjects) | Q(subject_id__isnull=True))
    by_subject = {subject_id: id_ for id_, subject_id in about.values_list("id", "subject_id")}
    keys = opening_keys(list(by_subject.values()))
    return {
        memory.id: keys[by_subject[memory.subject_id]]
        for memory in memories
        if memory.subject_id in by_subject
    }


def _broken_memory(memory: Memory, versions: Sequence[MemoryVersion]) -> Iterator[Problem]:
    newest = versions[-1].number if versions else memory.version
    known = {version.number: version for version in versions}
    for number in range(1, max(newest, memory.version) + 1):
        if number not in known:
            yield Problem("version_missing", memory.id, number)
    in_force = known.get(memory.version)
    if in_force is not None and _repeated(memory) != _repeated(in_force):
        yield Problem("memory_differs", memory.id, memory.version)


def _repeated(row: Memory | MemoryVersion) -> tuple[object, ...]:
    """What a memory's row repeats of its version in force."""
    return (
        bytes(row.content_digest),
        row.metadata,
        row.confidence,
        row.importance,
        row.valid_from,
        row.valid_to,
    )


def _latest_transitions(memory_ids: Collection[UUID]) -> dict[UUID, MemoryTransition]:
    steps = MemoryTransition.objects.filter(memory_id__in=memory_ids)
    latest = steps.order_by("memory_id", "-at", "-id").distinct("memory_id")
    return {step.memory_id: step for step in latest}


def _broken_state(memory: Memory, entered: MemoryTransition | None) -> Iterator[Problem]:
    now = (memory.state, memory.version, memory.expires_at, memory.tier)
    if entered is None or now != (
        entered.state,
        entered.version,
        entered.expires_at,
        entered.tier or memory.tier,
    ):
        yield Problem("state_differs", memory.id, memory.version)
