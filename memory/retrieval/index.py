"""Keeping the recall index: an active memory is in it, any other is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from django.db import transaction

from audit.ingest import columns
from audit.ingest.statements import send
from console.keys.keyring import Key, Keyring, keyring_for
from console.keys.models import Purpose
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, MemoryVersion, RecallIndex, State
from memory.retrieval.embedding import embedding_provider
from memory.retrieval.terms import blind_terms
from memory.sealing import open_versions

# The vectors travel apart, as one binary array of which each row takes its part: as text they
# would cost more than all the rest. Each entry's steps are looked up by themselves: of EXISTS the
# planner would hash all of a tenant's.
STORE = """
INSERT INTO memory_recallindex (
  tenant_id, id, version, graph, key_generation, subject_id, agent_id, visibility, namespace,
  expires_at, valid_from, valid_to, run, recorded_at, confidence, model, terms, embedding,
  is_approved)
SELECT %s::uuid, entry.id, version, 0, key_generation, subject_id, agent_id, visibility, namespace,
  expires_at, valid_from, valid_to, run, recorded_at, confidence, model, terms,
  CASE WHEN model <> '' THEN
    (%s::float4[])[(number - 1) * %s + 1:number * %s]::halfvec END,
  coalesce((
    SELECT true FROM memory_memorytransition step
    WHERE step.tenant_id = %s::uuid AND step.memory_id = entry.id AND step.state = 'active'
      AND step.version = entry.version AND step.actor_kind = 'user' AND step.undoes_id IS NULL
      AND NOT EXISTS (
        SELECT FROM memory_memorytransition undo
        WHERE undo.tenant_id = step.tenant_id AND undo.undoes_id = step.id)
    LIMIT 1), false)
FROM ROWS FROM (
  json_to_recordset(%s::json) AS (
    id uuid, version int4, key_generation int2, subject_id uuid, agent_id uuid, visibility text,
    namespace text[], expires_at timestamptz, valid_from timestamptz, valid_to timestamptz,
    run int8, recorded_at timestamptz, confidence float8, model text, terms int4[])
) WITH ORDINALITY AS entry (
  id, version, key_generation, subject_id, agent_id, visibility, namespace, expires_at, valid_from,
  valid_to, run, recorded_at, confidence, model, terms, number)
ON CONFLICT (tenant_id, id) DO UPDATE SET
  version = excluded.version, graph = excluded.graph, key_generation = excluded.key_generation,
  subject_id = excluded.subject_id, agent_id = excluded.agent_id,
  visibility = excluded.visibility, namespace = excluded.namespace,
  expires_at = excluded.expires_at, valid_from = excluded.valid_from,
  valid_to = excluded.valid_to, run = excluded.run, recorded_at = excluded.recorded_at,
  confidence = excluded.confidence, model = excluded.model, terms = excluded.terms,
  embedding = excluded.embedding, is_approved = excluded.is_approved
"""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An active memory and the version of it in force, opened."""

    memory: Memory
    version: MemoryVersion

    @property
    def text(self) -> str:
        return text_of(self.memory, self.version)


def text_of(memory: Memory, version: MemoryVersion) -> str:
    """What a query is compared with: the content, and the key's words, which name it."""
    words = memory.key.replace("_", " ").replace(".", " ")
    return f"{version.content}\n{words}" if words else version.content


def store_entries(entries: Sequence[IndexEntry], *, keyring: Keyring) -> None:
    """Makes active memories findable by what they say now, by one statement for all of them."""
    if not entries:
        return
    key, provider = keyring.current(Purpose.INDEX), embedding_provider()
    texts = [entry.text for entry in entries]
    # No transaction waits for a network: such a row is found by its words until a task embeds it.
    model = provider.name if provider.is_local else ""
    vectors = provider.embed(texts) if provider.is_local else np.zeros((0, 0), np.float32)
    documents = [
        _document(entry, terms=blind_terms(text, key.secret), key=key, model=model)
        for entry, text in zip(entries, texts, strict=True)
    ]
    tenant_id, width = current_tenant_id(), vectors.shape[1]
    send(
        STORE,
        [
            tenant_id,
            columns.reals(vectors),
            width,
            width,
            tenant_id,
            orjson.dumps(documents).decode(),
        ],
    )
    if not provider.is_local:
        # Robust: what is written stays written where the broker is lost, and a sweep finds it.
        transaction.on_commit(partial(_wake_embedding, tenant_id), robust=True)


def _wake_embedding(tenant_id: UUID) -> None:
    # The tasks know the actions, and the actions this.
    from memory.tasks import embed_waiting_in  # noqa: PLC0415

    embed_waiting_in.delay(tenant_id=str(tenant_id))


def entries_of(versions: Mapping[UUID, int]) -> list[IndexEntry]:
    """What rows of the index were made from, by memory and version number, in the order of ids."""
    memories = Memory.objects.in_bulk_by_id(versions)
    every = MemoryVersion.objects.filter(memory_id__in=versions)
    wanted = [one for one in every if one.number == versions[one.memory_id]]
    entries = [IndexEntry(memories[one.memory_id], one) for one in open_versions(wanted)]
    return sorted(entries, key=lambda entry: entry.memory.id)


def refresh_index(memory: Memory, version: MemoryVersion) -> None:
    """Called by whatever changes a memory's state or version, in the same transaction."""
    if memory.state == State.ACTIVE:
        [opened] = open_versions([version])
        store_entries([IndexEntry(memory, opened)], keyring=keyring_for())
    else:
        RecallIndex.objects.filter(id=memory.id).delete()


def _document(entry: IndexEntry, *, terms: list[int], key: Key, model: str) -> dict[str, Any]:
    memory, version = entry.memory, entry.version
    return {
        "id": memory.id,
        "version": version.number,
        "key_generation": key.generation,
        "subject_id": memory.subject_id,
        "agent_id": memory.agent_id,
        "visibility": memory.visibility,
        "namespace": memory.namespace,
        "expires_at": memory.expires_at,
        "valid_from": memory.valid_from,
        "valid_to": memory.valid_to,
        "run": run_number(memory.run),
        "recorded_at": version.recorded_at,
        "confidence": memory.confidence,
        "model": model,
        "terms": terms,
    }


def run_number(run: str) -> int | None:
    """A run's name as a number: neighbours need only be told from strangers."""
    if not run:
        return None
    return int.from_bytes(blake2b(run.encode(), digest_size=8).digest(), "big", signed=True)
