"""The texts of a page's rows, fetched together."""

from collections.abc import Iterable
from uuid import UUID

from console.web.masking import Mask
from console.web.text import Passage, mark
from memory.models import MemoryVersion
from memory.sealing import open_versions

Numbered = tuple[UUID, int]


def versions_by_number(pairs: Iterable[Numbered]) -> dict[Numbered, MemoryVersion]:
    """Opened, by three queries. For memories that the caller was given by `memory.access`."""
    numbers = set(pairs)
    versions = MemoryVersion.objects.filter(
        memory_id__in={memory_id for memory_id, _ in numbers},
        number__in={number for _, number in numbers},
    )
    found = {(version.memory_id, version.number): version for version in versions}
    wanted = {key: version for key, version in found.items() if key in numbers}
    open_versions(wanted.values())
    return wanted


def passages_of(version: MemoryVersion, mask: Mask) -> list[Passage]:
    """What it says, with findings marked, and personal data masked unless the mask is lifted."""
    return mark(*mask.content(version))
