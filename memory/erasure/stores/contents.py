"""What the steps of their traces said: whole blocks of theirs, and their part of others'.

A trace names the person at some step. What it said before lies in blocks about nobody, beside
steps of other traces: it is cut out of them.
"""

from collections import defaultdict
from uuid import UUID

from django.db import connection

from audit.ingest.content import cut_out
from audit.models import SpanContent
from console.accounts.actor import Actor
from console.keys.keyring import opening_keys
from memory.erasure.person import Person
from memory.erasure.stores.store import IN_THEIR_DAYS, SCOPE, Store, run

BLOCKS = 50

BESIDE_OTHERS = f"""
{IN_THEIR_DAYS} AND x.block_id IS NOT NULL AND EXISTS (
  SELECT FROM audit_spancontent c
  WHERE c.tenant_id = x.tenant_id AND c.id = x.block_id
    AND c.day = (x.start_time AT TIME ZONE 'UTC')::date
    AND (c.subject_id IS NULL OR c.subject_id NOT IN (SELECT id FROM subjects)))
"""
PLACES = f"""
{SCOPE}, blocks AS MATERIALIZED (
  SELECT DISTINCT x.block_id FROM audit_span x
  WHERE x.tenant_id = %(t)s AND {BESIDE_OTHERS} LIMIT {BLOCKS})
SELECT x.block_id, x.block_index FROM audit_span x
WHERE x.tenant_id = %(t)s AND {IN_THEIR_DAYS}
  AND x.block_id IN (SELECT block_id FROM blocks)
"""
NOWHERE = f"""
{SCOPE} UPDATE audit_span x SET block_id = NULL, block_index = NULL
WHERE x.tenant_id = %(t)s AND {IN_THEIR_DAYS} AND x.block_id = ANY(%(blocks)s::uuid[])
"""


def _cut_out(person: Person, actor: Actor) -> int:  # noqa: ARG001 - as of every store
    places: dict[UUID, list[int]] = defaultdict(list)
    for block_id, index in run(PLACES, person):
        places[block_id].append(index)
    rows = list(SpanContent.objects.filter(id__in=places).select_for_update().order_by("id"))
    keys = opening_keys({row.key_id for row in rows})
    for row in rows:
        same = SpanContent.objects.filter(id=row.id, day=row.day)
        # Under a destroyed key it says nothing any more, of whomever.
        key = keys.get(row.key_id)
        body = cut_out(row, key, places[row.id]) if key else None
        if body is None:
            same.delete()
        else:
            same.update(body=body)
    with connection.cursor() as cursor:
        cursor.execute(NOWHERE, person.parameters | {"blocks": list(places)})
        return int(cursor.rowcount)


CONTENTS = Store(
    name="span_contents",
    label="What the steps of their traces said",
    what_happens="Deleted, with its key.",
    table="audit_spancontent",
    key=("id", "day"),
    left="x.subject_id IN (SELECT id FROM subjects)",
    figure="coalesce(sum(x.span_count), 0)",
)
BESIDE = Store(
    name="span_contents_beside_others",
    label="What their traces said before they named anybody",
    what_happens="Cut out of the blocks in which it lies beside other traces.",
    table="audit_span",
    left=BESIDE_OTHERS,
    erase=_cut_out,
    also_in=("audit_spancontent",),
)
