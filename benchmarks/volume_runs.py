"""Runs of a size that is not waited for: made set-wise by a superuser, as ingest would have.

Spread over four weeks, and the same each time but for their ids. Content is left out: no list and
no timeline opens it.
"""

from dataclasses import dataclass
from uuid import UUID

import psycopg

from audit.partitions import ensure_partitions
from console.accounts.models import Subject
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope

DAYS = 28
SUBJECTS = 1_000

# One run in twenty fails; one in five hundred uses the rare tool; each subject has twenty runs.
MAKE_RUNS = """
CREATE TEMPORARY TABLE made AS
SELECT n, uuidv7(-age) AS id, now() - age AS at, %(steps)s::int8 AS steps,
  'agent-' || lpad((n %% 20)::text, 2, '0') AS agent,
  (n %% 20 = 0) AS failed,
  make_interval(secs => 1 + (n * 7919 %% 3600)) AS took
FROM generate_series(1, %(runs)s) AS n,
LATERAL (SELECT make_interval(secs => %(seconds)s * (1 - n::float8 / %(runs)s)) AS age) AS aged
"""
RUNS = """
INSERT INTO audit_run (
  tenant_id, id, key, stitched_by, name, agent, service, first_seen, last_seen, span_count,
  error_count, input_tokens, output_tokens, cost_nanos, memory_reads, memory_writes, open_spans,
  open_traces, root_ended_at, root_failed)
SELECT %(tenant)s, id, 'conversation-' || n, 2, 'answer customer ' || n %% 997, agent, 'desk', at,
  at + took, steps, failed::int, 900, 120, (n * 7919 %% 1000) * 1000000,
  4, 1, 0, 0, at + took, failed
FROM made
"""
TRACES = """
INSERT INTO audit_trace (tenant_id, trace_id, run_id, stitched_by, has_root)
SELECT %(tenant)s, uuid_send(id), id, 2, true FROM made
"""
SPANS = """
INSERT INTO audit_span (
  tenant_id, trace_id, span_id, start_time, start_ns, duration_ns, run_id, kind, mapping_version,
  parent_id, name, op, state, status, error_type, service, agent, conversation, tool, model,
  provider, memory_store, cost_source, dialect, received_at, input_tokens, output_tokens)
SELECT %(tenant)s, uuid_send(id), int8send(step), start, (extract(epoch FROM start) * 1e9)::int8,
  (extract(epoch FROM took) * 9e8 / steps)::int8, id, 1, 1,
  CASE WHEN step > 1 THEN int8send(greatest(1, step / 2)) END,
  CASE step %% 5 WHEN 0 THEN 'execute_tool lookup_' || n %% 30 WHEN 1 THEN 'chat small'
    WHEN 2 THEN 'search_memory' WHEN 3 THEN 'step ' || step ELSE 'invoke_agent clerk' END,
  CASE step %% 5 WHEN 0 THEN 'tool' WHEN 1 THEN 'model' WHEN 2 THEN 'memory_read' ELSE 'agent' END,
  'done', CASE WHEN failed AND step = 5 THEN 'error' ELSE 'ok' END,
  CASE WHEN failed AND step = 5 THEN 'TimeoutError' ELSE '' END, 'desk', agent,
  'conversation-' || n, CASE step %% 5 WHEN 0 THEN 'lookup_' || n %% 30 ELSE '' END,
  CASE step %% 5 WHEN 1 THEN 'small' ELSE '' END, '', '', '', 'otel_genai', at,
  CASE step %% 5 WHEN 1 THEN 900 END, CASE step %% 5 WHEN 1 THEN 120 END
FROM made, LATERAL generate_series(1, steps) AS step,
LATERAL (SELECT at + took * (step::float8 / steps) AS start) AS timed
"""
FACETS = """
INSERT INTO audit_runfacet (tenant_id, run_id, kind, value)
SELECT %(tenant)s, id, kind, value FROM made, LATERAL (VALUES
  (0, 'lookup_' || n %% 30), (0, 'search'), (0, CASE WHEN n %% 500 = 0 THEN 'refund_all' END),
  (1, 'small'), (1, CASE WHEN n %% 3 = 0 THEN 'large' END), (2, agent), (2, 'clerk'),
  (3, CASE WHEN failed THEN 'TimeoutError' END), (3, CASE WHEN n %% 777 = 0 THEN 'RateLimit' END),
  (4, (%(subjects)s::text[])[1 + n %% %(subject_count)s]),
  (7, 'weigh the evidence of ' || n %% 400), (7, 'step ' || n %% 50),
  (5, 'tool'), (5, 'model'), (5, 'memory_read'), (5, 'agent'), (6, 'acme')) AS told(kind, value)
WHERE value IS NOT NULL
"""
ACCESSES = """
INSERT INTO audit_memoryaccess (
  tenant_id, id, at, memory_id, version, rank, store, access, source, trace_id, span_id, agent,
  purpose)
SELECT %(tenant)s, uuidv7(), at, CASE WHEN part = 0 AND n %% 20 = 0 THEN %(memory)s
    ELSE 'memory-' || (n * 31 + part) %% 5000 END,
  1, 1 + part, '', 'read', 'span', uuid_send(id), int8send(2), agent, 'answer'
FROM made, generate_series(0, 3) AS part
"""
MEMORY = "11111111-1111-7111-8111-111111111111"


@dataclass(frozen=True, slots=True)
class RunVolume:
    runs: int
    steps: int

    @property
    def spans(self) -> int:
        return self.runs * self.steps


def fill_runs(superuser: psycopg.Connection, tenant: Tenant, volume: RunVolume) -> None:
    """`superuser` is a connection to the same database, in autocommit."""
    ensure_partitions(days_back=DAYS, days_ahead=1)
    told = {
        "tenant": tenant.id,
        "runs": volume.runs,
        "steps": volume.steps,
        "seconds": DAYS * 86_400,
        "subjects": [str(subject_id) for subject_id in _subjects(tenant)],
        "subject_count": SUBJECTS,
        "memory": MEMORY,
    }
    superuser.execute("SET session_replication_role = replica")
    for statement in (MAKE_RUNS, RUNS, TRACES, SPANS, FACETS, ACCESSES):
        superuser.execute(statement, told)
    superuser.execute("DROP TABLE made")
    superuser.execute("RESET session_replication_role")


def _subjects(tenant: Tenant) -> list[UUID]:
    with tenant_scope(tenant.id):
        made = (Subject(external_id=f"customer-{n}") for n in range(SUBJECTS))
        Subject.objects.bulk_create(made, ignore_conflicts=True)
        named = Subject.objects.filter(external_id__startswith="customer-")
        return list(named.order_by("id").values_list("id", flat=True)[:SUBJECTS])
