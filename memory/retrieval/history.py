"""What was in force at a moment: the state, version and expiry of each memory then."""

from datetime import datetime
from secrets import token_bytes
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from memory.models import HELD_STATES, Memory, MemoryTransition, MemoryVersion, State
from memory.retrieval.embedding import local_provider
from memory.retrieval.filters import EVERYTHING, Filter
from memory.retrieval.narrowing import version_satisfying
from memory.retrieval.query import RecallQuery, Scores
from memory.retrieval.ranking import rank
from memory.retrieval.rows import Rows
from memory.retrieval.search import Found
from memory.retrieval.setting import weights_in_force
from memory.retrieval.terms import asked_terms, blind_terms
from memory.sealing import open_versions

# Ranking history scans: a scope larger than this is asked to be narrower by its own results.
MAX_CANDIDATES = 5_000


def versions_in_force(
    memories: QuerySet[Memory], at: datetime, *, valid_at: datetime, filters: Filter = EVERYTHING
) -> dict[UUID, MemoryVersion]:
    """The version of each of `memories` that a recall at `at` could have returned.

    What was deleted since, or is held now, comes back for no moment.
    """
    memories = memories.exclude(state__in=[*HELD_STATES, State.RETIRED, State.ERASED])
    fits = version_satisfying(filters)
    if filters != EVERYTHING:
        # Only those that ever fitted are worth the limit; which of them did then is told below.
        ever = MemoryVersion.objects.filter(fits, memory_id=OuterRef("id"))
        memories = memories.filter(Exists(ever))
    latest = (
        MemoryTransition.objects.filter(memory_id__in=memories.values("id"), at__lte=at)
        .order_by("memory_id", "-at", "-id")
        .distinct("memory_id")[:MAX_CANDIDATES]
    )
    numbers = {
        transition.memory_id: transition.version
        for transition in latest
        if transition.state == State.ACTIVE
        and (transition.expires_at is None or transition.expires_at > at)
    }
    wanted = Q(memory_id__in=numbers)
    valid = Q(valid_from__isnull=True) | Q(valid_from__lte=valid_at)
    valid &= Q(valid_to__isnull=True) | Q(valid_to__gt=valid_at)
    versions = MemoryVersion.objects.filter(wanted & valid, fits)
    in_force = [v for v in versions if v.number == numbers[v.memory_id]]
    return {version.memory_id: version for version in open_versions(in_force)}


def rank_versions(
    query: RecallQuery, versions: list[MemoryVersion], *, at: datetime
) -> list[tuple[UUID, Scores]]:
    """The same ranking over versions that are in no index, by a key of the moment."""
    provider = local_provider()
    vectors = provider.embed([query.query, *(version.content for version in versions)])
    key = token_bytes(32)
    terms = [blind_terms(version.content, key) for version in versions]
    sizes = [len(of_one) for of_one in terms]
    rows = Rows(
        ids=np.frombuffer(b"".join(version.memory_id.bytes for version in versions), "V16"),
        run=np.zeros(len(versions), np.int64),
        similarity=(vectors[1:] @ vectors[0]).astype(np.float64),
        generation=np.zeros(len(versions), np.int16),
        recorded_at=np.array([version.recorded_at.timestamp() for version in versions]),
        confidence=np.array([version.confidence for version in versions], np.float64),
        is_approved=np.zeros(len(versions), np.bool_),
        length=np.array(sizes, np.float64),
        words=np.array([term for of_one in terms for term in of_one], np.int32),
        word_row=np.repeat(np.arange(len(versions)), sizes),
    )
    return rank(
        asked_terms(query.query, [key]),
        Found(rows, len(rows)),
        at=at,
        weights=weights_in_force(),
        limit=query.top_k,
    )
