"""Ranking the memories in scope by meaning and by words, and fusing the two."""

import re
from uuid import UUID

import numpy as np
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet
from pgvector.django import CosineDistance

from memory.models import Memory, MemoryVersion, RecallIndex
from memory.retrieval.embedding import embedding_provider
from memory.retrieval.index import CONFIGURATION
from memory.retrieval.query import Scores

# Each half proposes this many; what neither half proposes cannot win.
PROPOSED = 100
MAX_QUERY_WORDS = 64
WORD = re.compile(r"\w+")
# ts_rank: divide by 1 + log(length), then rank / (rank + 1) into 0..1.
NORMALIZATION = 1 | 32


def words_query(text: str) -> SearchQuery | None:
    """Any of the words: a memory need not hold all of a question's."""
    words = WORD.findall(text)[:MAX_QUERY_WORDS]
    if not words:
        return None
    return SearchQuery(" or ".join(words), search_type="websearch", config=CONFIGURATION)


def rank(text: str, memories: QuerySet[Memory], *, limit: int) -> list[tuple[UUID, Scores]]:
    """The best `limit` of `memories` by the recall index, best first."""
    vector = embedding_provider().embed([text])[0]
    distance = CosineDistance("embedding", vector)
    rows = RecallIndex.objects.filter(id__in=memories.values("id"))
    dense = rows.annotate(distance=distance).order_by("distance")[:PROPOSED]
    distances = dict(dense.values_list("id", "distance"))
    words = words_query(text)
    ranks: dict[UUID, float] = {}
    if words is not None:
        score = SearchRank(F("lexemes"), words, normalization=NORMALIZATION)
        lexical = rows.filter(lexemes=words).annotate(score=score).order_by("-score")[:PROPOSED]
        ranks = dict(lexical.values_list("id", "score"))
    if missing := ranks.keys() - distances.keys():
        rest = rows.filter(id__in=missing).annotate(distance=distance)
        distances |= dict(rest.values_list("id", "distance"))
    return _fuse(distances, ranks, limit=limit)


def rank_versions(
    text: str, versions: list[MemoryVersion], *, limit: int
) -> list[tuple[UUID, Scores]]:
    """The same ranking over versions that are in no index: history, for `as_of`."""
    if not versions:
        return []
    vectors = embedding_provider().embed([text, *(version.content for version in versions)])
    similarity = vectors[1:] @ vectors[0]
    distances = {v.memory_id: float(1 - s) for v, s in zip(versions, similarity, strict=True)}
    wanted = set(WORD.findall(text.lower())[:MAX_QUERY_WORDS])
    ranks = {
        version.memory_id: float(len(wanted & set(WORD.findall(version.content.lower()))))
        for version in versions
    }
    return _fuse(distances, ranks, limit=limit)


def _fuse(
    distances: dict[UUID, float], ranks: dict[UUID, float], *, limit: int
) -> list[tuple[UUID, Scores]]:
    top = max(ranks.values(), default=0.0) or 1.0
    scored = [
        (memory_id, Scores(dense=_similarity(distance), lexical=ranks.get(memory_id, 0.0) / top))
        for memory_id, distance in distances.items()
    ]
    # Newer first among equals: UUIDv7 orders by time.
    scored.sort(key=lambda pair: (pair[1].fused, pair[0]), reverse=True)
    return scored[:limit]


def _similarity(distance: float) -> float:
    # A text without words has no direction, and its distance is not a number.
    return 0.0 if np.isnan(distance) else float(min(1.0, max(0.0, 1.0 - distance)))
