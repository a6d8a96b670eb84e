"""A question's vectors: one for each model whose vectors stand in the tenant's index."""

import structlog

from audit.ingest.statements import run
from console.tenancy.scope import current_tenant_id
from memory.retrieval.embedding import (
    EmbeddingUnavailableError,
    Vectors,
    embedding_provider,
    former_names,
    provider_named,
)

logger = structlog.get_logger(__name__)

PRESENT = """
SELECT name FROM unnest(%s::text[]) AS name
WHERE EXISTS (SELECT FROM memory_recallindex WHERE tenant_id = %s AND model = name)
"""


def vectors_of_query(text: str) -> dict[str, Vectors]:
    """By model. One that cannot be asked now is left out: its rows are found by their words."""
    names = [embedding_provider().name, *_present(former_names())]
    vectors: dict[str, Vectors] = {}
    for name in names:
        provider = provider_named(name)
        if provider is None:
            continue
        try:
            vectors[name] = provider.embed_query(text)
        except EmbeddingUnavailableError as error:
            logger.warning("recall.without_meaning", model=name, why=error.detail)
    return vectors


def _present(names: list[str]) -> list[str]:
    if not names:
        return []
    return [row[0] for row in run(PRESENT, [names, current_tenant_id()])]
