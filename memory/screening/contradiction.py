"""Does a text say otherwise than what is approved at the same place: subject, namespace and key?"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from console.platform.clock import now
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, MemoryVersion

# What stands at one place agrees, so it is one memory and its repetitions; more are not looked at.
MAX_AT_ONE_PLACE = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where one fact has its seat. Without a key there is none: nothing can be contradicted."""

    subject_id: UUID | None
    namespace: Sequence[str]
    key: str


def contradicted_at(
    place: Place, *, content_sha256: bytes, beside: UUID | None = None
) -> list[Memory]:
    """The memories in force at `place` with another text, the newest first.

    `beside` is the memory the text belongs to. Whoever asks holds the place until commit.
    """
    if not place.key:
        return []
    _queue_up(place)
    standing = {
        memory.id: memory
        for memory in Memory.objects.in_force(now())
        .filter(subject_id=place.subject_id, key=place.key, namespace=list(place.namespace))
        .order_by("-id")[:MAX_AT_ONE_PLACE]
        if memory.id != beside
    }
    versions = MemoryVersion.objects.filter(memory_id__in=standing) if standing else ()
    differing = {
        version.memory_id
        for version in versions
        if version.number == standing[version.memory_id].version
        and bytes(version.content_sha256) != content_sha256
    }
    return [memory for memory in standing.values() if memory.id in differing]


def _queue_up(place: Place) -> None:
    """Two writes to one place wait for each other: at once, neither would see the other."""
    name = f"{current_tenant_id()}/{place.subject_id}/{list(place.namespace)!r}/{place.key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
