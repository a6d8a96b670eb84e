"""The influence of one memory recalled in 1,000 runs of 200 spans: server time of API and page.

Each run is a trace of its own within the last thirty days, and recalls the memory early on; a model
or a tool is called in most steps after that, every tenth run writes a memory, and another run
recalls that one. Four times as many runs recall another memory. MNEMOSCOPE_BENCH_RUNS makes it
smaller. Through Django's test client: middleware,
view, database, template, and no network.
"""

import os
import time
from collections.abc import Callable
from uuid import UUID

import psycopg
from django.db import connection
from django.test import Client

from audit.partitions import ensure_partitions
from benchmarks.database import DATABASE, embedded_database
from benchmarks.table import Table, percentile
from console.accounts.actor import system_actor
from console.accounts.authentication import actor_of_member
from console.accounts.models import User
from console.accounts.permissions import Role
from console.administration import add_member, create_tenant, issue_personal_key
from console.tenancy.scope import tenant_scope
from memory.actions import write_memory
from memory.writes import Write

RUNS = int(os.environ.get("MNEMOSCOPE_BENCH_RUNS", "1000"))
SPANS = 200
BEFORE = 10  # steps before the recall
WRITERS = 10  # every such run writes
DAYS = 29
BESIDE = 4  # times as many runs have nothing to do with it
WARM_UP, TIMES = 2, 15

# Half a second a step. What an agent does in a turn: two of three steps are decisions.
FILL = """
WITH made AS (
  SELECT n, uuidv7(-age) AS id, now() - age AS at FROM generate_series(1, %(runs)s) AS n,
  LATERAL (SELECT make_interval(secs => 3600 + %(seconds)s * (1 - n::float8 / %(runs)s)) AS age)
    AS ages
), runs AS (
  INSERT INTO audit_run (
    tenant_id, id, key, stitched_by, name, agent, service, first_seen, last_seen, span_count,
    error_count, input_tokens, output_tokens, memory_reads, memory_writes, open_spans, open_traces,
    root_ended_at, root_failed)
  SELECT %(tenant)s, id, 'conversation-' || n, 2, 'answer a customer', 'agent-' || n %% 7, 'desk',
    at, at + interval '110 s', %(spans)s, 0, 900, 120, 1, 0, 0, 0, at + interval '110 s', false
  FROM made RETURNING 1
), traces AS (
  INSERT INTO audit_trace (tenant_id, trace_id, run_id, stitched_by, has_root)
  SELECT %(tenant)s, uuid_send(id), id, 2, true FROM made RETURNING 1
), recalls AS (
  INSERT INTO audit_memoryaccess (
    tenant_id, id, at, memory_id, version, rank, store, access, source, trace_id, span_id, agent,
    purpose)
  SELECT %(tenant)s, uuidv7(), at + %(before)s * interval '500 ms' + interval '100 ms', memory_id,
    1, 1, '', access, 'api', uuid_send(id), int8send(%(before)s + later), 'agent-' || n %% 7,
    'answer'
  FROM made, LATERAL (
    SELECT %(memory)s AS memory_id, 'read' AS access, 0::int8 AS later
    UNION ALL SELECT 'note-' || %(memory)s || n, 'write', 50 WHERE n %% %(writers)s = 0
    UNION ALL SELECT 'note-' || %(memory)s || (n - n %% %(writers)s), 'read', 20
      WHERE n %% %(writers)s = 1) AS touch
  RETURNING 1
)
INSERT INTO audit_span (
  tenant_id, trace_id, span_id, start_time, start_ns, duration_ns, run_id, kind, mapping_version,
  parent_id, name, op, state, status, error_type, service, agent, conversation, tool, model,
  provider, memory_store, cost_source, dialect, received_at)
SELECT %(tenant)s, uuid_send(id), int8send(step), began, (extract(epoch FROM began) * 1e9)::int8,
  CASE WHEN step = 1 THEN 110 * 10^9 ELSE 400000000 END, id, 1, 1,
  CASE WHEN step > 1 THEN int8send(1) END, op || ' ' || step, op, 'done', 'ok', '', 'desk',
  'agent-' || n %% 7, 'conversation-' || n, CASE WHEN op = 'tool' THEN 'refund' ELSE '' END,
  CASE WHEN op = 'model' THEN 'small' ELSE '' END, '', '', '', 'otel',
  at
FROM made, generate_series(1::int8, %(spans)s) AS step,
LATERAL (SELECT at + step * interval '500 ms' AS began,
  CASE WHEN step = 1 THEN 'agent'
    ELSE (ARRAY['model', 'tool', 'other'])[1 + step %% 3] END AS op) AS kind
"""
NAIVE = """
SELECT count(*) FROM audit_span s
JOIN audit_memoryaccess a ON a.tenant_id = s.tenant_id AND a.trace_id = s.trace_id
WHERE a.tenant_id = %s AND a.memory_id = %s AND s.start_time > a.at AND s.op IN ('model', 'tool')
"""


def main() -> Table:
    table = Table(
        f"The influence of a memory recalled in {RUNS:,} runs of {SPANS} spans, at most 500 ms",
        "one statement that counts the spans of these traces later than the recall",
    )
    with embedded_database() as server:
        tenant = create_tenant(slug="large", name="Large")
        with tenant_scope(tenant.id):
            user = User.objects.create_user("owner@large.example", "correct horse", "Owner")
            add_member(actor=system_actor(tenant.id, "benchmark"), user=user, role=Role.OWNER)
            actor = actor_of_member(user, tenant.id)
            if actor is None:
                raise RuntimeError("The owner is no member.")
            key = issue_personal_key(actor=actor, label="benchmark").text
            write = Write(content="Refunds go to the account that the customer names.")
            memory = write_memory(actor=actor, write=write).memory
        ensure_partitions(days_back=DAYS + 1)
        with psycopg.connect(server.dsn(), dbname=DATABASE, autocommit=True) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(
                "UPDATE memory_memory SET created_at = now() - interval '31 days' WHERE id = %s",
                [memory.id],
            )
            for runs, recalled in ((RUNS, str(memory.id)), (RUNS * BESIDE, "other")):
                superuser.execute(
                    FILL,
                    {
                        "tenant": tenant.id,
                        "memory": recalled,
                        "runs": runs,
                        "spans": SPANS,
                        "before": BEFORE,
                        "writers": WRITERS,
                        "seconds": DAYS * 86_400,
                    },
                )
            superuser.execute("VACUUM ANALYZE")
        client = Client(headers={"host": "localhost"})
        floor = _timed(lambda: _naive(tenant.id, str(memory.id)))
        headers = {"Authorization": f"Bearer {key}"}
        path = f"/api/v1/memories/{memory.id}/influence"
        figures = client.get(path, headers=headers).json()["figures"]
        if figures["runs"] < RUNS or figures["model_calls"] < RUNS * SPANS / 4:
            raise RuntimeError(f"Not all of it was found: {figures}")
        api = _timed(lambda: client.get(path, headers=headers))
        client.force_login(user)
        shown = f"/memories/{memory.id}/influence?show=runs"
        if "more runs" not in client.get(shown).content.decode():
            raise RuntimeError("The page does not tell of the runs.")
        page = _timed(lambda: client.get(shown))
        for what, samples in (("API", api), ("page", page)):
            table.add(f"{what}, p50", percentile(samples, 50), "ms", percentile(floor, 50))
            table.add(f"{what}, p95", percentile(samples, 95), "ms", percentile(floor, 95))
        table.add("recalls followed", figures["recalls"], "recalls")
        table.add("steps after them", figures["model_calls"] + figures["tool_calls"], "steps")
    return table


def _naive(tenant_id: UUID, memory_id: str) -> None:
    with tenant_scope(tenant_id), connection.cursor() as cursor:
        cursor.execute(NAIVE, [tenant_id, memory_id])
        cursor.fetchone()


def _timed(act: Callable[[], object]) -> list[float]:
    for _ in range(WARM_UP):
        act()
    samples = []
    for _ in range(TIMES):
        began = time.perf_counter()
        act()
        samples.append((time.perf_counter() - began) * 1000)
    return samples
