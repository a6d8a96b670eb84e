"""What memories were made from, and what was made from them.

Only a revision can close a circle: a new memory cannot be named before it is there. So a revision
walks up from what it names, through every version, so that no restoration closes one later.
"""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from console.platform.errors import InvalidInputError
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, MemoryVersion

# Ancestors looked at. More than that is no lineage a person could follow either.
MOST_ANCESTORS = 10_000

ANCESTORS = """
WITH RECURSIVE ancestor (id) AS (
  SELECT unnest(%(named)s::uuid[])
  UNION
  SELECT named.id FROM ancestor
  JOIN memory_memoryversion v ON v.tenant_id = %(tenant)s AND v.memory_id = ancestor.id
  CROSS JOIN LATERAL unnest(v.derived_from) AS named (id)
)
SELECT id FROM ancestor LIMIT %(most)s
"""


def refuse_circle(memory_id: UUID, derived_from: Collection[UUID]) -> None:
    """Raises InvalidInputError where the memory would come from itself, over however many steps."""
    if not derived_from:
        return
    with connection.cursor() as cursor:
        # Two revisions at once could each close the other's circle: one waits, then sees it.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"lineage/{current_tenant_id()}"],
        )
        cursor.execute(
            ANCESTORS,
            {
                "named": list(derived_from),
                "tenant": current_tenant_id(),
                "most": MOST_ANCESTORS + 1,
            },
        )
        ancestors = {ancestor for (ancestor,) in cursor.fetchall()}
    if memory_id in ancestors:
        raise InvalidInputError.on(
            "derived_from", "cyclic_lineage", "It would be derived from itself, over some steps."
        )
    if len(ancestors) > MOST_ANCESTORS:
        raise InvalidInputError.on(
            "derived_from", "lineage_too_long", f"It has more than {MOST_ANCESTORS} ancestors."
        )


def named_before(memory: Memory) -> set[UUID]:
    """What any version of it was made from: still so where the source has gone since."""
    versions = MemoryVersion.objects.filter(memory_id=memory.id).exclude(derived_from=[])
    return {source for named in versions.values_list("derived_from", flat=True) for source in named}


def derived_from(memory_ids: Collection[UUID]) -> QuerySet[Memory]:
    """The memories whose version in force names any of these as what it was made from."""
    return Memory.objects.filter(id__in=_naming(memory_ids).values("memory_id"))


def children_by_parent(
    memory_ids: Collection[UUID], readable: QuerySet[Memory]
) -> dict[UUID, list[UUID]]:
    """For each, what was made from it, of what the reader may see, the oldest first."""
    children: dict[UUID, list[UUID]] = defaultdict(list)
    versions = _naming(memory_ids).filter(memory_id__in=readable.values("id"))
    for version in versions.order_by("memory_id"):
        for parent in set(memory_ids).intersection(version.derived_from):
            children[parent].append(version.memory_id)
    return children


def _naming(memory_ids: Collection[UUID]) -> QuerySet[MemoryVersion]:
    versions = MemoryVersion.objects.filter(
        derived_from__overlap=list(memory_ids), number=F("memory__version")
    )
    # As the index says it, or the planner would not take it.
    return versions.exclude(derived_from=[])
