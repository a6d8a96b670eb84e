"""A person looks for memories by recall's own ranking. Nothing is recalled by it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.models import Memory, MemoryVersion
from memory.retrieval.asking import ask
from memory.retrieval.filters import Filter
from memory.retrieval.history import rank_versions, versions_in_force, with_memory
from memory.retrieval.query import RecallQuery, Scores, says_little
from memory.retrieval.ranking import rank
from memory.retrieval.scope import Scope
from memory.retrieval.search import find
from memory.retrieval.setting import weights_in_force
from memory.sealing import open_versions

MOST_FOUND = 500
# Of those that stand in no index, which have to be opened and read.
MOST_READ = 300
# Shown where nothing fits well.
MOST_WEAK = 20

Found = dict[UUID, Scores]
"""By memory, best first."""


def found_in_force(
    text: str, *, actor: Actor, filters: Filter, subject_id: UUID | None, at: datetime
) -> Found:
    """Of what is in force. The caller asks `memory.access` which of it the actor may see."""
    actor.require(Permission.MEMORY_READ)
    scope = Scope(
        namespace=(),
        filters=filters,
        agent_id=None,
        subject_named=subject_id is not None,
        subject_id=subject_id,
        unrestricted=True,
    )
    asked = ask(text, scope=scope, at=at)
    weights = weights_in_force()
    return _worth_showing(rank(asked.terms, find(asked), at=at, weights=weights, limit=MOST_FOUND))


def found_by_reading(text: str, memories: QuerySet[Memory], *, at: datetime) -> Found:
    """Of the newest MOST_READ of the memories, in whatever state: each is opened and read."""
    ids = list(memories.order_by("-id").values_list("id", flat=True)[:MOST_READ])
    current = MemoryVersion.objects.filter(memory_id__in=ids, number=F("memory__version"))
    return _ranked(text, open_versions(with_memory(current)), at=at)


def found_then(text: str, memories: QuerySet[Memory], *, at: datetime, valid_at: datetime) -> Found:
    """Of what could be recalled at a moment. Raises InvalidInputError where that is too much."""
    versions = versions_in_force(memories, at, valid_at=valid_at)
    return _ranked(text, list(versions.values()), at=at)


def _ranked(text: str, versions: Collection[MemoryVersion], *, at: datetime) -> Found:
    query = RecallQuery(query=text, top_k=MOST_FOUND)
    return _worth_showing(rank_versions(query, list(versions), at=at))


def _worth_showing(ranked: list[tuple[UUID, Scores]]) -> Found:
    """What fits better than by chance, or holds every word; failing that, the best that hold any.

    What a person typed they look for: the words of a small store tell less than by chance.
    """
    fits = {
        memory_id: scores
        for memory_id, scores in ranked
        if not says_little(scores) or 0 < scores.matched == scores.asked
    }
    return fits or dict([one for one in ranked if one[1].matched][:MOST_WEAK])


def all_weak(found: Found) -> bool:
    """Whether it is what is shown where nothing fits well."""
    weak = [says_little(one) and one.matched < one.asked for one in found.values()]
    return bool(weak) and all(weak)
