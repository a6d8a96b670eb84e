"""What a query is answered with: one way for a recall and for a trial of it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import orjson

from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from memory.models import MemoryVersion
from memory.retrieval.asking import ask
from memory.retrieval.conflicts import with_conflicts
from memory.retrieval.current import current_versions
from memory.retrieval.history import rank_versions, versions_in_force
from memory.retrieval.query import Hit, RecallQuery, Scores
from memory.retrieval.ranking import rank
from memory.retrieval.scope import Scope, in_scope, scope_of
from memory.retrieval.search import find
from memory.retrieval.setting import weights_in_force

CHARACTERS_PER_TOKEN = 4


def answer(query: RecallQuery, *, actor: Actor) -> list[Hit]:
    """The hits for this actor, best first, within the query's limit and budget.

    Raises InvalidInputError for an `as_of` to come, or of too large a scope.
    """
    return answer_of(ranked_hits(query, actor=actor), query)


def answer_of(ranked: list[Hit], query: RecallQuery) -> list[Hit]:
    return with_conflicts(within_budget(ranked, query.token_budget))


def ranked_hits(query: RecallQuery, *, actor: Actor) -> list[Hit]:
    """The best `top_k`, whatever their length. Raises InvalidInputError as `answer` does."""
    if query.as_of is not None:
        return _at(query, query.as_of, actor=actor)
    return hits_now(query, scope=scope_of(query, actor=actor))


def hits_now(query: RecallQuery, *, scope: Scope) -> list[Hit]:
    asked = ask(query.query, scope=scope, at=now(), valid_at=query.valid_at)
    ranked = rank(
        asked.terms, find(asked), at=asked.at, weights=weights_in_force(), limit=query.top_k
    )
    versions = current_versions([memory_id for memory_id, _ in ranked])
    return hits_of(versions, ranked)


def _at(query: RecallQuery, at: datetime, *, actor: Actor) -> list[Hit]:
    if at > now():
        raise InvalidInputError.on("as_of", "in_the_future", "Nobody knows yet what will be.")
    memories = in_scope(query, actor=actor)
    versions = versions_in_force(memories, at, valid_at=query.valid_at or at, filters=query.filters)
    return hits_of(versions, rank_versions(query, list(versions.values()), at=at))


def hits_of(versions: Mapping[UUID, MemoryVersion], ranked: list[tuple[UUID, Scores]]) -> list[Hit]:
    """In the order of `ranked`; what is not among the versions is none."""
    return [
        Hit(versions[memory_id].memory, versions[memory_id], scores)
        for memory_id, scores in ranked
        if memory_id in versions
    ]


def within_budget(hits: list[Hit], tokens: int | None) -> list[Hit]:
    """The best hits that fit: one that is too long does not crowd out a shorter one."""
    if tokens is None:
        return hits
    kept, left = [], tokens * CHARACTERS_PER_TOKEN
    for hit in hits:
        size = _characters(hit.version)
        if size <= left:
            kept.append(hit)
            left -= size
    return kept


def _characters(version: MemoryVersion) -> int:
    """Of what an answer carries of it: its text, and its value as JSON."""
    value = b"" if version.value is None else orjson.dumps(version.value)
    return len(version.content) + len(value)
