"""Which rows of the recall index enter the graph and the inverted index: the old ones of many.

Inserting into either costs more than all else of a write, and a small scope needs neither. So a
row is born outside; of a tenant with many, this moves the oldest in, a batch at a time. Till then
they are searched exactly: nothing is missed, only slower.
"""

from audit.ingest.statements import run
from console.tenancy.scope import current_tenant_id
from memory.models.recall_index import GRAPH_WIDTHS
from memory.retrieval.search import WHOLE

KEPT = WHOLE // 2
COUNT = """
SELECT count(*) FROM (
  SELECT FROM memory_recallindex
  WHERE tenant_id = %s AND graph = 0 AND vector_dims(embedding) = ANY(%s::int4[]) LIMIT %s
) AS fresh
"""
MOVE = """
UPDATE memory_recallindex SET graph = vector_dims(embedding)
WHERE tenant_id = %s AND id = ANY(ARRAY(
  SELECT id FROM memory_recallindex
  WHERE tenant_id = %s AND graph = 0 AND vector_dims(embedding) = ANY(%s::int4[])
  ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING 1
"""


def settle(batch: int) -> int:
    """Moves up to `batch` rows of the tenant at hand; how many it moved."""
    tenant_id, widths = current_tenant_id(), list(GRAPH_WIDTHS)
    [(fresh,)] = run(COUNT, [tenant_id, widths, WHOLE + batch])
    if fresh < WHOLE:
        return 0
    return len(run(MOVE, [tenant_id, tenant_id, widths, min(batch, fresh - KEPT)]))
