"""The texts of a page's rows, fetched together."""

from collections.abc import Iterable
from uuid import UUID

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


def passages_of(version: MemoryVersion) -> list[Passage]:
    """What it says, with findings marked; what was taken out is not there to be marked."""
    redacted = "content" in version.opened.original
    return mark(version.content, () if redacted else version.findings)


def original_of(version: MemoryVersion) -> list[Passage]:
    """What was first written, with what was taken out marked; empty where nothing was."""
    original = version.opened.original.get("content")
    return [] if original is None else mark(original, version.findings)
