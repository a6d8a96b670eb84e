"""Embedding what waits: rows written while the model is asked over a network, or of a former model.

Which rows wait is told by the rows themselves (`model`), so the work goes on where it stopped,
whatever stopped it. No transaction is open while a model is asked. Meanwhile a row is found by its
words, and by its meaning in the model it has (`memory.retrieval.asking`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from audit.ingest import columns
from audit.ingest.statements import send
from console.tenancy.scope import current_tenant_id, tenant_scope
from memory.models import RecallIndex
from memory.retrieval.embedding import (
    EmbeddingProvider,
    EmbeddingRefusedError,
    Vectors,
    embedding_provider,
)
from memory.retrieval.index import entries_of

BATCH = 128
FIRST = UUID(int=0)
# A row that was revised meanwhile has a newer version, and waits for that one's text; of one that
# left the graph of another width, the graph is told.
STORE = """
UPDATE memory_recallindex i SET
  model = %s, graph = CASE WHEN i.graph = %s THEN i.graph ELSE 0 END,
  embedding = (%s::float4[])[(number - 1) * %s + 1:number * %s]::halfvec
FROM unnest(%s::uuid[], %s::int4[]) WITH ORDINALITY AS made (id, version, number)
WHERE i.tenant_id = %s AND i.id = made.id AND i.version = made.version
RETURNING i.id
"""


@dataclass(frozen=True, slots=True)
class Text:
    """What one row of the index is to be embedded from."""

    id: UUID
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`refused` texts the model will not take: they stay searchable by their words."""

    waiting: int
    embedded: int = 0
    refused: int = 0


def waiting_in(tenant_id: UUID) -> int:
    with tenant_scope(tenant_id):
        return RecallIndex.objects.exclude(model=embedding_provider().name).count()


def embed_waiting(tenant_id: UUID) -> Iterator[Progress]:
    """One progress per batch, until nothing waits. Raises EmbeddingUnavailableError."""
    provider = embedding_provider()
    after, embedded, refused = FIRST, 0, 0
    total = waiting_in(tenant_id)
    while texts := _texts_after(tenant_id, after, provider):
        made, vectors = _embedded(texts, provider)
        if made:
            _store(tenant_id, made, vectors, provider)
        embedded += len(made)
        refused += len(texts) - len(made)
        after = texts[-1].id
        yield Progress(max(0, total - embedded - refused), embedded, refused)


def _texts_after(tenant_id: UUID, after: UUID, provider: EmbeddingProvider) -> list[Text]:
    with tenant_scope(tenant_id):
        rows = RecallIndex.objects.exclude(model=provider.name).filter(id__gt=after)
        ids = dict(rows.order_by("id").values_list("id", "version")[:BATCH])
        entries = entries_of(ids)
    return [Text(entry.memory.id, entry.version.number, entry.text) for entry in entries]


def _embedded(texts: list[Text], provider: EmbeddingProvider) -> tuple[list[Text], Vectors]:
    """One text that the model refuses must not keep the others waiting for ever."""
    try:
        return texts, provider.embed([text.text for text in texts])
    except EmbeddingRefusedError:
        if len(texts) == 1:
            return [], np.zeros((0, 0), np.float32)
    half = len(texts) // 2
    first, first_vectors = _embedded(texts[:half], provider)
    second, second_vectors = _embedded(texts[half:], provider)
    made = [vectors for vectors in (first_vectors, second_vectors) if len(vectors)]
    return first + second, np.concatenate(made) if made else first_vectors


def _store(
    tenant_id: UUID, texts: list[Text], vectors: Vectors, provider: EmbeddingProvider
) -> None:
    width = vectors.shape[1]
    with tenant_scope(tenant_id):
        send(
            STORE,
            [
                provider.name,
                width,
                columns.reals(vectors),
                width,
                width,
                [text.id for text in texts],
                [text.version for text in texts],
                current_tenant_id(),
            ],
        )
