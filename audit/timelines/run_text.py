"""Words sought in what runs and their steps are called.

What steps said is sealed and has no index. A name is found by any part of it. The names that a
tenant's steps go by are few, and are read through first; a run's own name and key are read in the
newest runs alone (`runs.MOST_READ`).
"""

from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q

from audit.dialects.otel_genai import OPERATION, OTEL_GENAI
from audit.models import FacetKind, RunFacet
from console.tenancy.scope import current_tenant_id

MOST_WORDS = 8
MOST_NAMES = 5_000  # that are read through
MOST_MATCHES = 200  # of one word
SOUGHT = (
    FacetKind.TOOL,
    FacetKind.MODEL,
    FacetKind.AGENT,
    FacetKind.ERROR_TYPE,
    FacetKind.NAME,
)

# One step down the index for each name, however many runs have it: DISTINCT would read them all.
# https://wiki.postgresql.org/wiki/Loose_indexscan
NAMES_WITH = """
WITH RECURSIVE known AS (
  SELECT kind, (
    SELECT min(value) FROM audit_runfacet WHERE tenant_id = %(tenant)s AND kind = sought.kind
  ) AS value FROM unnest(%(kinds)s::int2[]) AS sought(kind)
  UNION ALL
  SELECT kind, (
    SELECT min(value) FROM audit_runfacet AS facet
    WHERE tenant_id = %(tenant)s AND facet.kind = known.kind AND facet.value > known.value
  ) FROM known WHERE value IS NOT NULL
)
SELECT word, kind, value
FROM (SELECT kind, value, lower(value) AS name FROM known LIMIT %(most)s) AS read
JOIN unnest(%(words)s::text[]) AS word ON strpos(name, word) > 0
"""

OPERATIONS = OTEL_GENAI.kinds[OPERATION]

Name = tuple[FacetKind, str]


def called(text: str) -> Q:
    """Runs that each word of the text is part of a name of, in whatever case."""
    words = text.lower().split()[:MOST_WORDS]
    named = _names_with(words)
    wanted = Q()
    for word in words:
        wanted &= Q(name__icontains=word) | Q(key__icontains=word) | _has_step(named[word])
    return wanted


def _names_with(words: list[str]) -> dict[str, list[Name]]:
    """By each word what holds it; an operation goes by OpenTelemetry's name for it."""
    named: dict[str, list[Name]] = {
        word: [(FacetKind.OP, OPERATIONS[word])] if word in OPERATIONS else [] for word in words
    }
    told: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "kinds": [int(kind) for kind in SOUGHT],
        "words": list(named),
        "most": MOST_NAMES,
    }
    with connection.cursor() as cursor:
        cursor.execute(NAMES_WITH, told)
        for word, kind, value in cursor.fetchall():
            named[word].append((FacetKind(kind), value))
    return named


def _has_step(names: list[Name]) -> Q:
    values: dict[FacetKind, list[str]] = {}
    for kind, value in names[:MOST_MATCHES]:
        values.setdefault(kind, []).append(value)
    if not values:
        return Q()
    either = reduce(or_, (Q(kind=kind, value__in=of_kind) for kind, of_kind in values.items()))
    return Q(id__in=RunFacet.objects.filter(either).values("run_id"))
