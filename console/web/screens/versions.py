"""The texts of a page's rows, fetched together."""

from collections.abc import Iterable
from uuid import UUID

from console.tenancy.rows import select
from console.tenancy.scope import current_tenant_id
from console.web.masking import Mask
from console.web.text import Passage, mark
from memory.models import MemoryVersion, SealedContent
from memory.sealing import open_sealed

Numbered = tuple[UUID, int]

NUMBERED = """
FROM unnest(%s::uuid[], %s::integer[]) AS wanted (memory_id, number)
JOIN memory_memoryversion v ON v.tenant_id = %s
  AND v.memory_id = wanted.memory_id AND v.number = wanted.number
LEFT JOIN memory_sealedcontent s ON s.tenant_id = v.tenant_id AND s.id = v.id
"""


def versions_by_number(pairs: Iterable[Numbered]) -> dict[Numbered, MemoryVersion]:
    """Opened, by two queries. For memories that the caller was given by `memory.access`."""
    wanted = set(pairs)
    if not wanted:
        return {}
    ids, numbers = zip(*wanted, strict=True)
    pair = {"v": MemoryVersion, "s": SealedContent}
    found = select(pair, NUMBERED, [list(ids), list(numbers), current_tenant_id()])
    open_sealed(found)
    return {(version.memory_id, version.number): version for version, _ in found}


def passages_of(version: MemoryVersion, mask: Mask) -> list[Passage]:
    """What it says, with findings marked, and personal data masked unless the mask is lifted."""
    return mark(*mask.content(version))
