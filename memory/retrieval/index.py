"""Keeping the recall index: an active memory is in it, any other is not."""

from collections.abc import Sequence

from django.db import connection
from pgvector import Vector

from memory.models import Memory, MemoryVersion, RecallIndex, State
from memory.retrieval.embedding import embedding_provider

CONFIGURATION = "english"
# A tsvector holds 1 MiB; this many characters of anything fit.
MAX_INDEXED_CHARACTERS = 200_000


def indexed_text(memory: Memory, version: MemoryVersion) -> str:
    """What a query is compared with: the content, and the key's words, which name it."""
    words = memory.key.replace("_", " ").replace(".", " ")
    return f"{version.content}\n{words}"[:MAX_INDEXED_CHARACTERS]


UPSERT = """
INSERT INTO memory_recallindex (tenant_id, id, version, model, embedding, lexemes)
VALUES (%s, %s, %s, %s, %s, to_tsvector(%s, %s))
ON CONFLICT (tenant_id, id) DO UPDATE SET version = excluded.version, model = excluded.model,
  embedding = excluded.embedding, lexemes = excluded.lexemes
"""


def index_memories(active: Sequence[tuple[Memory, MemoryVersion]]) -> None:
    """Makes newly written memories findable, in the same transaction."""
    for memory, version in active:
        refresh_index(memory, version)


def refresh_index(memory: Memory, version: MemoryVersion) -> None:
    """Called by whatever changes a memory's state or version, in the same transaction."""
    if memory.state != State.ACTIVE:
        RecallIndex.objects.filter(id=memory.id).delete()
        return
    provider = embedding_provider()
    text = indexed_text(memory, version)
    embedding = Vector(provider.embed([text])[0])
    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT,
            [
                memory.tenant_id,
                memory.id,
                version.number,
                provider.name,
                embedding.to_text(),
                CONFIGURATION,
                text,
            ],
        )
