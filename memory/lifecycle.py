"""How a memory changes state: the row, the transition and the recall index, together.

Called by actions only, inside their transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson
from django.db.models import Max, QuerySet

from console.accounts.actor import Actor
from console.keys.keyring import Keyring, keyring_for
from console.keys.models import Purpose
from console.platform.clock import now
from console.platform.errors import StaleVersionError
from console.platform.requests import current_request
from console.tenancy.rows import execute, insert_rows
from console.tenancy.scope import current_tenant_id
from memory.announcing import announce_states
from memory.holds import refuse_held
from memory.models import (
    Memory,
    MemoryTransition,
    MemoryVersion,
    RecallIndex,
    Said,
    SealedContent,
    State,
)
from memory.retrieval.index import refresh_index
from memory.reviews import journal
from memory.screening import Finding
from memory.sealing import content_digest, open_numbered, seal_said, sign_row
from memory.signing.verify import Proof, keep_proofs, refusing_replays
from memory.writes import Write


def lock(memory: Memory) -> Memory:
    """The memory as it is now, held until commit, so that two deciders queue up."""
    return Memory.objects.select_for_update(of=("self",)).get(id=memory.id)


def version_of(memory: Memory, number: int | None = None) -> MemoryVersion:
    """The version in force, or the one of that number, opened."""
    wanted = memory.version if number is None else number
    [version] = open_numbered([(memory.id, wanted)])
    return version


def new_version(
    *,
    actor: Actor,
    memory: Memory,
    write: Write,
    findings: Sequence[Finding],
    number: int,
    keyring: Keyring,
    original: Mapping[str, Any] = MappingProxyType({}),
    proof: Proof | None = None,
) -> tuple[MemoryVersion, SealedContent]:
    """A version by this actor, in the span the request came from, and its sealed words.

    Neither is saved yet. Raises ErasedSubjectError where nothing may be kept about the subject.
    """
    trace = current_request().trace
    version = MemoryVersion(
        memory_id=memory.id,
        number=number,
        content_digest=content_digest(
            keyring.current(Purpose.DIGEST, memory.subject_id), write.content, write.value
        ),
        finding_codes=sorted({finding.code for finding in findings}),
        metadata=write.metadata,
        confidence=write.confidence,
        importance=write.importance,
        valid_from=write.valid_from,
        valid_to=write.valid_to,
        derived_from=list(write.derived_from),
        author_kind=str(actor.kind),
        author_id=actor.id,
        author_label=actor.label[:200],
        api_key_id=actor.api_key_id,
        trace_id=trace.trace_id if trace else None,
        span_id=trace.span_id if trace else None,
    )
    sign_row(version, memory, keyring)
    version.said = Said(
        content=write.content,
        value=write.value,
        source=write.source,
        findings=[finding.as_json() for finding in findings],
        original=dict(original),
        statement=proof.statement.decode() if proof else None,
    )
    key = keyring.current(Purpose.CONTENT, memory.subject_id)
    return version, seal_said(version, version.said, key=key)


def append_version(
    *,
    actor: Actor,
    memory: Memory,
    write: Write,
    findings: Sequence[Finding],
    original: Mapping[str, Any] = MappingProxyType({}),
    proof: Proof | None = None,
) -> MemoryVersion:
    """Saves the next version of a memory that has some already.

    Raises SignatureReplayedError.
    """
    version, sealed = new_version(
        actor=actor,
        memory=memory,
        write=write,
        findings=findings,
        number=_newest_number(memory) + 1,
        keyring=keyring_for([memory.subject_id]),
        original=original,
        proof=proof,
    )
    insert_rows([version])
    insert_rows([sealed])
    with refusing_replays():
        keep_proofs([(proof, version)])
    return version


def _newest_number(memory: Memory) -> int:
    numbers = MemoryVersion.objects.filter(memory_id=memory.id)
    newest: int = numbers.aggregate(newest=Max("number"))["newest"]
    return newest


def enter(
    *,
    actor: Actor,
    memory: Memory,
    state: State,
    version: MemoryVersion | None = None,
    expires_at: datetime | None = None,
    ttl: int | None = None,
    reason: str = "",
) -> Memory:
    """Puts a memory into `state`, at `version` if given; `ttl` with an end that policy granted.

    Raises StaleVersionError on a race, and LegalHoldError where a hold forbids it.
    """
    refuse_held(memory, state, actor=actor)
    # Unopened: what no longer opens, because somebody changed it, must not stay in force for it.
    in_force = version or MemoryVersion.objects.get(memory_id=memory.id, number=memory.version)
    journal.changing(memory)
    was = State(memory.state)
    _store(
        memory,
        {
            "state": state,
            "expires_at": expires_at or memory.expires_at,
            # Who names another end than policy's chooses it.
            "ttl": ttl or (memory.ttl if expires_at in {None, memory.expires_at} else None),
        },
        in_force=in_force,
    )
    step = transition(actor=actor, memory=memory, reason=reason)
    insert_rows([step])
    journal.entered(step)
    refresh_index(memory, in_force)
    announce_states([memory], was=was, actor=actor, reason=reason)
    return memory


def put_back(*, actor: Actor, memory: Memory, before: journal.Before) -> None:
    """As it was before what is undone, whatever that was. Raises what `enter` raises."""
    refuse_held(memory, before.state, actor=actor)
    in_force = MemoryVersion.objects.get(memory_id=memory.id, number=before.version)
    columns = {"state": before.state, "expires_at": before.expires_at, "ttl": before.ttl}
    was = State(memory.state)
    _store(memory, columns, in_force=in_force)
    step = transition(actor=actor, memory=memory, reason="undone")
    step.undoes_id = before.transition_id
    insert_rows([step])
    refresh_index(memory, in_force)
    announce_states([memory], was=was, actor=actor, reason="undone")


def _store(memory: Memory, columns: Mapping[str, Any], *, in_force: MemoryVersion) -> None:
    changes = {
        **columns,
        "version": in_force.number,
        "content_digest": bytes(in_force.content_digest),
        "metadata": in_force.metadata,
        "confidence": in_force.confidence,
        "importance": in_force.importance,
        "valid_from": in_force.valid_from,
        "valid_to": in_force.valid_to,
        "updated_at": now(),
    }
    # Two writers at once must not silently drop one change.
    changed = Memory.objects.filter(id=memory.id, version=memory.version, state=memory.state)
    if not changed.update(**changes):
        raise StaleVersionError
    for name, value in changes.items():
        setattr(memory, name, value)


UPDATE = """
UPDATE memory_memory AS m
SET state = n.state, tier = n.tier, expires_at = n.expires_at, ttl = n.ttl,
  updated_at = n.updated_at
FROM json_populate_recordset(NULL::memory_memory, %s::json) AS n
WHERE m.tenant_id = n.tenant_id AND m.id = n.id
"""
UPDATE_INDEX = """
UPDATE memory_recallindex AS i SET expires_at = m.expires_at
FROM memory_memory AS m
WHERE i.id = ANY(%s::uuid[]) AND i.tenant_id = %s AND m.tenant_id = i.tenant_id AND m.id = i.id
  AND i.expires_at IS DISTINCT FROM m.expires_at
"""
STORED = ("tenant_id", "id", "state", "tier", "expires_at", "ttl", "updated_at")


def lock_all(memories: QuerySet[Memory]) -> list[Memory]:
    """Those that nobody else is changing now, held until commit. The others come next time."""
    return list(memories.select_for_update(of=("self",), skip_locked=True).order_by("id"))


def store_all(memories: Sequence[Memory], *, actor: Actor, reason: str) -> list[MemoryTransition]:
    """Saves what was set on locked memories: rows, transitions and index, by one statement each.

    Of state, tier and expiry only. Answers the transitions. The database refuses what a hold
    forbids.
    """
    if not memories:
        return []
    documents = [{name: getattr(memory, name) for name in STORED} for memory in memories]
    execute(UPDATE, [orjson.dumps(documents).decode()])
    steps = [transition(actor=actor, memory=memory, reason=reason) for memory in memories]
    insert_rows(steps)
    execute(UPDATE_INDEX, [[memory.id for memory in memories], current_tenant_id()])
    gone = [memory for memory in memories if memory.state != State.ACTIVE]
    RecallIndex.objects.filter(id__in=[memory.id for memory in gone]).delete()
    announce_states(gone, was=None, actor=actor, reason=reason)
    return steps


def transition(*, actor: Actor, memory: Memory, reason: str = "") -> MemoryTransition:
    """What `memory` is from now on, as a row yet to be saved."""
    return MemoryTransition(
        memory_id=memory.id,
        state=memory.state,
        tier=memory.tier,
        version=memory.version,
        expires_at=memory.expires_at,
        actor_kind=str(actor.kind),
        actor_id=actor.id,
        reason=reason[:60],
    )
