"""Does a text say otherwise than what is approved at the same place: subject, namespace and key?"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q

from console.platform.clock import now
from console.tenancy.scope import current_tenant_id
from memory.models import Memory

# What stands at one place agrees, so it is one memory and its repetitions; more are not looked at.
MAX_AT_ONE_PLACE = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where one fact has its seat. Without a key there is none: nothing can be contradicted."""

    subject_id: UUID | None
    namespace: tuple[str, ...]
    key: str


Standing = dict[Place, list[Memory]]


def standing_at(places: Iterable[Place]) -> Standing:
    """The memories in force at each of `places`, the newest first, by two statements.

    Whoever asks holds the places until commit.
    """
    wanted = {place for place in places if place.key}
    standing: Standing = defaultdict(list)
    if not wanted:
        return standing
    _queue_up(wanted)
    subjects = {place.subject_id for place in wanted}
    about = Q(subject_id__in=subjects - {None})
    if None in subjects:
        about |= Q(subject_id__isnull=True)
    found = (
        Memory.objects.in_force(now())
        .filter(about, key__in={place.key for place in wanted})
        .order_by("-id")[: MAX_AT_ONE_PLACE * len(wanted)]
    )
    for memory in found:
        place = Place(memory.subject_id, tuple(memory.namespace), memory.key)
        if place in wanted:
            standing[place].append(memory)
    return standing


def contradicted(
    standing: Iterable[Memory], *, digest: bytes, beside: Collection[UUID] = ()
) -> list[Memory]:
    """Those of `standing` that say otherwise; `beside` are those the text is to replace."""
    return [
        memory
        for memory in standing
        if memory.id not in beside and bytes(memory.content_digest) != digest
    ]


def _queue_up(places: Iterable[Place]) -> None:
    """Two writes to one place wait for each other: at once, neither would see the other.

    Always in the same order, so that two batches cannot wait for one another in a ring.
    """
    names = sorted(
        f"{current_tenant_id()}/{place.subject_id}/{list(place.namespace)!r}/{place.key}"
        for place in places
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0))"
            " FROM unnest(%s::text[]) AS name",
            [names],
        )
