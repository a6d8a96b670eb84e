"""Does a write say otherwise than an approved memory of the same subject, place and key?"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from console.platform.clock import now
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, MemoryVersion
from memory.writes import Write, content_digest


@dataclass(frozen=True, slots=True)
class Contradiction:
    memory_id: UUID
    version: int


def contradicted_by(
    write: Write, *, subject_id: UUID | None, beside: UUID | None = None
) -> Contradiction | None:
    """The approved memory that `write` contradicts; `beside` is the one it revises, if any."""
    if not write.key:
        return None
    _queue_up(write, subject_id)
    others = Memory.objects.in_force(now()).filter(
        subject_id=subject_id, key=write.key, namespace=list(write.namespace)
    )
    if beside is not None:
        others = others.exclude(id=beside)
    current = others.order_by("-id").first()
    if current is None:
        return None
    held = MemoryVersion.objects.filter(memory_id=current.id, number=current.version).get()
    if bytes(held.content_sha256) == content_digest(write.content, write.value):
        return None
    return Contradiction(current.id, current.version)


def _queue_up(write: Write, subject_id: UUID | None) -> None:
    """Two writes to one place wait for each other: at once, neither would see the other."""
    place = f"{current_tenant_id()}/{subject_id}/{write.namespace!r}/{write.key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [place])
