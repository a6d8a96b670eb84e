"""What was in force at a moment: the state, version and expiry of each memory then."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_bytes
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from console.accounts.actor import ActorKind
from console.platform.errors import InvalidInputError
from console.tenancy.rows import select
from console.tenancy.scope import current_tenant_id
from memory.models import HELD_STATES, Memory, MemoryTransition, MemoryVersion, State
from memory.retrieval.embedding import local_provider
from memory.retrieval.filters import EVERYTHING, Filter
from memory.retrieval.index import run_number, text_of
from memory.retrieval.narrowing import version_satisfying
from memory.retrieval.query import RecallQuery, Scores
from memory.retrieval.ranking import rank
from memory.retrieval.rows import Rows
from memory.retrieval.search import Found
from memory.retrieval.setting import weights_in_force
from memory.retrieval.terms import asked_terms, blind_terms
from memory.sealing import open_versions

# Opening and ranking what stands in no index takes time: more is asked to be narrowed.
MAX_CANDIDATES = 5_000
STEPS_AT = """
FROM unnest(%s::uuid[], %s::timestamptz[]) WITH ORDINALITY AS asked (memory_id, at, number)
LEFT JOIN LATERAL (
  SELECT * FROM memory_memorytransition past
  WHERE past.tenant_id = %s AND past.memory_id = asked.memory_id AND past.at <= asked.at
  ORDER BY past.at DESC, past.id DESC LIMIT 1
) t ON true
ORDER BY asked.number
"""


def versions_in_force(
    memories: QuerySet[Memory], at: datetime, *, valid_at: datetime, filters: Filter = EVERYTHING
) -> dict[UUID, MemoryVersion]:
    """The version of each of `memories` that a recall at `at` could have returned, opened.

    What was deleted since, or is held now, comes back for no moment. Raises InvalidInputError
    where there are more than MAX_CANDIDATES.
    """
    memories = memories.exclude(state__in=[*HELD_STATES, State.RETIRED, State.ERASED])
    fits = version_satisfying(filters)
    numbers = _numbers_in_force(memories, at)
    if len(numbers) > MAX_CANDIDATES and filters != EVERYTHING:
        # Only those that ever fitted are worth the limit; which of them did then is told below.
        ever = MemoryVersion.objects.filter(fits, memory_id=OuterRef("id"))
        numbers = _numbers_in_force(memories.filter(Exists(ever)), at)
    if len(numbers) > MAX_CANDIDATES:
        raise InvalidInputError.on(
            "as_of", "scope_too_large", f"More than {MAX_CANDIDATES} memories: narrow the scope."
        )
    valid = Q(valid_from__isnull=True) | Q(valid_from__lte=valid_at)
    valid &= Q(valid_to__isnull=True) | Q(valid_to__gt=valid_at)
    versions = with_memory(MemoryVersion.objects.filter(valid, fits, memory_id__in=numbers))
    in_force = [v for v in versions if v.number == numbers[v.memory_id]]
    return {version.memory_id: version for version in open_versions(in_force)}


def _numbers_in_force(memories: QuerySet[Memory], at: datetime) -> dict[UUID, int]:
    """The version in force then, of at most one more than MAX_CANDIDATES."""
    active = last_steps(at).filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=at),
        memory_id__in=memories.values("id"),
        state=State.ACTIVE,
    )
    return dict(active.values_list("memory_id", "version")[: MAX_CANDIDATES + 1])


def last_steps(at: datetime) -> QuerySet[MemoryTransition]:
    """What every memory was at a moment: the last of its transitions till then."""
    later = MemoryTransition.objects.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), id__gt=OuterRef("id")),
        memory_id=OuterRef("memory_id"),
        at__lte=at,
    )
    return MemoryTransition.objects.filter(~Exists(later), at__lte=at)


def steps_at(asked: Sequence[tuple[UUID, datetime]]) -> list[MemoryTransition | None]:
    """What each memory was at a moment of its own; None where it was not there yet."""
    if not asked:
        return []
    ids, moments = zip(*asked, strict=True)
    parameters = [list(ids), list(moments), current_tenant_id()]
    return [step for (step,) in select({"t": MemoryTransition}, STEPS_AT, parameters)]


def with_memory(versions: QuerySet[MemoryVersion]) -> QuerySet[MemoryVersion]:
    """What ranking and answering ask of each version's memory, fetched along."""
    return versions.select_related("memory__subject", "memory__agent")


def rank_versions(
    query: RecallQuery, versions: list[MemoryVersion], *, at: datetime
) -> list[tuple[UUID, Scores]]:
    """The same ranking over versions that are in no index, by a key of the moment.

    `versions` as of `with_memory`, opened. Weights and approvals are those of `at`.
    """
    provider = local_provider()
    texts = [text_of(version.memory, version) for version in versions]
    vectors = provider.embed([query.query, *texts])
    key = token_bytes(32)
    terms = [blind_terms(text, key) for text in texts]
    sizes = [len(of_one) for of_one in terms]
    approved = _approved(versions, at)
    rows = Rows(
        ids=np.frombuffer(b"".join(version.memory_id.bytes for version in versions), "V16"),
        run=np.array([run_number(version.memory.run) or 0 for version in versions], np.int64),
        similarity=(vectors[1:] @ vectors[0]).astype(np.float64),
        generation=np.zeros(len(versions), np.int16),
        recorded_at=np.array([version.recorded_at.timestamp() for version in versions]),
        confidence=np.array([version.confidence for version in versions], np.float64),
        is_approved=np.array([(v.memory_id, v.number) in approved for v in versions], np.bool_),
        length=np.array(sizes, np.float64),
        words=np.array([term for of_one in terms for term in of_one], np.int32),
        word_row=np.repeat(np.arange(len(versions)), sizes),
    )
    return rank(
        asked_terms(query.query, [key]),
        Found(rows, len(rows)),
        at=at,
        weights=weights_in_force(at),
        limit=query.top_k,
    )


def _approved(versions: list[MemoryVersion], at: datetime) -> set[tuple[UUID, int]]:
    """Which of them a person had written or approved by then, by memory and number."""
    steps = MemoryTransition.objects.standing(at=at).filter(
        memory_id__in=[version.memory_id for version in versions],
        state=State.ACTIVE,
        actor_kind=ActorKind.USER,
        at__lte=at,
    )
    return set(steps.values_list("memory_id", "version"))
