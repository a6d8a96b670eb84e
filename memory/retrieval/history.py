"""What was in force at a moment: the state, version and expiry of each memory then."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from memory.models import Memory, MemoryTransition, MemoryVersion, State
from memory.sealing import open_versions

# Ranking history scans: a scope larger than this is asked to be narrower by its own results.
MAX_CANDIDATES = 5_000


def versions_in_force(memories: QuerySet[Memory], at: datetime) -> dict[UUID, MemoryVersion]:
    """The version of each of `memories` that a recall at `at` could have returned."""
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
    valid = Q(valid_from__isnull=True) | Q(valid_from__lte=at)
    valid &= Q(valid_to__isnull=True) | Q(valid_to__gt=at)
    versions = MemoryVersion.objects.filter(wanted & valid)
    in_force = [v for v in versions if v.number == numbers[v.memory_id]]
    return {version.memory_id: version for version in open_versions(in_force)}
