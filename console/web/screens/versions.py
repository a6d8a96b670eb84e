"""The texts of a page's rows, fetched together."""

from collections.abc import Iterable
from uuid import UUID

from console.web.masking import Mask
from console.web.text import Passage, mark
from memory.models import MemoryVersion
from memory.sealing import open_numbered


def versions_by_number(pairs: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], MemoryVersion]:
    """Opened, by two queries. For memories that the caller was given by `memory.access`."""
    found = open_numbered(set(pairs))
    return {(version.memory_id, version.number): version for version in found}


def passages_of(version: MemoryVersion, mask: Mask) -> list[Passage]:
    """What it says, with findings marked, and personal data masked unless the mask is lifted."""
    return mark(*mask.content(version))
