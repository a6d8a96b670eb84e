"""The texts of a page's rows, fetched together."""

from collections.abc import Iterable
from uuid import UUID

from memory.models import MemoryVersion

Numbered = tuple[UUID, int]


def versions_by_number(wanted: Iterable[Numbered]) -> dict[Numbered, MemoryVersion]:
    """One query. For memories that the caller was given by `memory.access`."""
    numbers = set(wanted)
    versions = MemoryVersion.objects.filter(
        memory_id__in={memory_id for memory_id, _ in numbers},
        number__in={number for _, number in numbers},
    )
    found = {(version.memory_id, version.number): version for version in versions}
    return {key: version for key, version in found.items() if key in numbers}
