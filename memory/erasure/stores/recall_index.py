"""Embeddings and index terms: one row each memory, gone first, so that no recall finds it."""

from memory.erasure.stores.store import Store

TABLE = "memory_recallindex"
LEFT = "x.id IN (SELECT id FROM about)"

EMBEDDINGS = Store(
    name="embeddings",
    label="Embeddings",
    what_happens="Deleted, and out of every index over them.",
    table=TABLE,
    left=LEFT,
    figure="count(*) FILTER (WHERE x.embedding IS NOT NULL)",
)
INDEX_TERMS = Store(
    name="index_terms",
    label="Words of the search index",
    what_happens="Deleted with the embeddings.",
    table=TABLE,
    left=LEFT,
    figure="coalesce(sum(cardinality(x.terms)), 0)",
    goes_with="embeddings",
)
FINGERPRINTS = Store(
    name="fingerprints",
    label="Fingerprints",
    what_happens="Deleted: near copies are told by them.",
    table="memory_memoryfingerprint",
    left=LEFT,
)
