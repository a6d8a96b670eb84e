"""An agent says that a run is alive, while it has nothing to export.

Exporters send spans when they end: of a call that takes an hour nothing is heard for an hour.
"""

from datetime import datetime

from audit.ingest.run_key import RunKey
from audit.ingest.statements import run, send
from audit.models import Run, StitchedBy
from console.platform.clock import now
from console.tenancy.scope import current_tenant_id

# The run's row before any span's: a later batch finds it, as it would another batch's.
BEAT_RUN = """
INSERT INTO audit_run AS kept (
  tenant_id, id, key, stitched_by, name, agent, service, first_seen, last_seen, span_count,
  error_count, input_tokens, output_tokens, memory_reads, memory_writes, open_spans, open_traces,
  root_failed, heartbeat_at, told_at)
VALUES (%s, %s, %s, %s, '', '', '', %s, %s, 0, 0, 0, 0, 0, 0, 0, 0, false, %s, %s)
ON CONFLICT (tenant_id, id) DO UPDATE SET
  heartbeat_at = greatest(kept.heartbeat_at, excluded.heartbeat_at),
  told_at = greatest(kept.told_at, excluded.told_at),
  root_given_up = false
"""
BEAT_TRACE = """
INSERT INTO audit_trace AS kept (
  tenant_id, trace_id, run_id, stitched_by, has_root, has_spans, heartbeat_at)
VALUES (%s, %s, %s, %s, false, false, %s)
ON CONFLICT (tenant_id, trace_id) DO UPDATE SET
  heartbeat_at = greatest(kept.heartbeat_at, excluded.heartbeat_at)
RETURNING run_id
"""


def record_heartbeat(key: RunKey) -> Run:
    """In the tenant at hand. The run's spans need not have arrived; it is told by its row."""
    tenant_id, at = current_tenant_id(), now()
    run_id = key.run_id(tenant_id)
    heartbeat_at: datetime | None = None
    told_at: datetime | None = at
    if key.stitched_by is StitchedBy.TRACE:  # of the trace, which may lie in another's run
        trace = [tenant_id, bytes.fromhex(key.key), run_id, key.stitched_by, at]
        [(run_id,)] = run(BEAT_TRACE, trace)
        heartbeat_at, told_at = at, None
    row = [tenant_id, run_id, key.key, key.stitched_by, at, at, heartbeat_at, told_at]
    send(BEAT_RUN, row)
    return Run.objects.get(id=run_id)
