"""A tenant of a size that is not waited for: rows made here and copied in past the application.

Every row is as the product would have written it: sealed, signed by the server, indexed for recall,
under row security. Only the triggers are silent while they are copied (session_replication_role),
so a superuser fills and the application's role serves. Spread over sixty days, and the same on each
run but for its keys.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, models
from psycopg import sql

from audit.activity import count_days
from audit.trail import Event, append_events
from benchmarks.volume_memories import DAYS, Maker, Remembered
from console.accounts.actor import Actor, system_actor
from console.accounts.models import Agent, Subject
from console.administration import register_agent, trust_agent
from console.keys.keyring import Keyring, keyring_for
from console.keys.models import DataKey
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.models import State
from memory.retrieval.graph import settle
from memory.retrieval.index import IndexEntry, store_entries

BATCH = 2_000
EVENTS = """
INSERT INTO audit_auditevent (
  tenant_id, id, kind, outcome, actor_kind, actor_id, actor_label, object_kind, object_id, reason,
  note, words_digest, payload, request_id, recorded_at)
SELECT %(tenant)s, uuidv7(-age), kind, CASE WHEN refused THEN 'refused' ELSE 'done' END, 'agent',
  agents.id, agents.name, CASE WHEN refused THEN '' ELSE 'memory' END,
  CASE WHEN NOT refused THEN memories.id END,
  CASE WHEN refused THEN (ARRAY['rejected_by_policy', 'not_permitted', 'signature_required'])
    [1 + n %% 3] ELSE '' END,
  '', sha256(''), CASE WHEN refused THEN '{"door": "POST api/v1/memories", "status": 422}'
    ELSE '{"version": 1, "state": "active"}' END::jsonb,
  uuidv7(-age), now() - age
FROM generate_series(1, %(count)s) AS n
JOIN (SELECT id, row_number() OVER () - 1 AS number FROM memory_memory
      WHERE tenant_id = %(tenant)s) AS memories ON memories.number = n %% %(memories)s
JOIN (SELECT id, name, row_number() OVER () - 1 AS number FROM accounts_agent
      WHERE tenant_id = %(tenant)s) AS agents ON agents.number = n %% %(agents)s,
LATERAL (SELECT make_interval(secs => %(seconds)s * (1 - n::float8 / %(count)s)) AS age,
  (n / %(agents)s) %% 50 = 0 AS refused) AS made,
LATERAL (SELECT CASE WHEN refused THEN 'request.refused' ELSE (ARRAY['memory.recalled',
  'memory.written', 'memory.recalled', 'memory.revised', 'memory.recalled', 'memory.refreshed',
  'memory.recalled', 'memory.expired', 'memory.recalled', 'review.opened'])
  [1 + (n / %(agents)s) %% 10] END AS kind) AS named
"""
ACCESSES = """
INSERT INTO audit_memoryaccess (
  tenant_id, id, at, memory_id, version, rank, store, access, source, agent, purpose)
SELECT tenant_id, uuidv7(-age), now() - age, id::text, version, 1 + step, '', 'read', 'api',
  'agent-' || lpad((step %% %(agents)s)::text, 2, '0'), 'answer'
FROM memory_memory, generate_series(0, 2) AS step,
LATERAL (SELECT make_interval(hours => abs(hashtext(id::text || step)) %% (24 * 28)) AS age) AS made
WHERE tenant_id = %(tenant)s AND state = 'active'
"""
RUNS = """
WITH made AS (
  SELECT uuidv7(-age) AS id, now() - age AS at, n FROM generate_series(1, %(count)s) AS n,
  LATERAL (SELECT make_interval(secs => %(seconds)s * (1 - n::float8 / %(count)s)) AS age) AS made
), runs AS (
  INSERT INTO audit_run (
    tenant_id, id, key, stitched_by, name, agent, service, first_seen, last_seen, span_count,
    error_count, input_tokens, output_tokens, memory_reads, memory_writes, open_spans, open_traces,
    root_ended_at, root_failed)
  SELECT %(tenant)s, id, 'conversation-' || n, 2, 'answer a customer',
    'agent-' || lpad((n %% %(agents)s)::text, 2, '0'), 'desk', at, at + interval '10 s', 10,
    (n %% 20 = 0)::int, 900, 120, 4, 1, 0, 0, at + interval '10 s', n %% 20 = 0
  FROM made RETURNING 1
), traces AS (
  INSERT INTO audit_trace (tenant_id, trace_id, run_id, stitched_by, has_root)
  SELECT %(tenant)s, uuid_send(id), id, 2, true FROM made RETURNING 1
), facets AS (
  INSERT INTO audit_runfacet (tenant_id, run_id, kind, value)
  SELECT %(tenant)s, id, 2, 'agent-' || lpad((n %% %(agents)s)::text, 2, '0') FROM made RETURNING 1
)
INSERT INTO audit_span (
  tenant_id, trace_id, span_id, start_time, start_ns, duration_ns, run_id, kind, mapping_version,
  parent_id, name, op, state, status, error_type, service, agent, conversation, tool, model,
  provider, cost_source, memory_store, dialect, received_at)
SELECT %(tenant)s, uuid_send(id), int8send(step), at + step * interval '1 s',
  (extract(epoch FROM at + step * interval '1 s') * 1e9)::int8, 800000000, id, 1, 1,
  CASE WHEN step > 1 THEN int8send(1) END, 'step ' || step, 'model', 'done', 'ok', '', 'desk',
  'agent-' || lpad((n %% %(agents)s)::text, 2, '0'), 'conversation-' || n, '', 'small', '',
  '', '', 'otel', at
FROM made, generate_series(1::int8, 10) AS step
"""


@dataclass(frozen=True, slots=True)
class Volume:
    """How much of what. `reviews` stay open; as many again were decided."""

    memories: int = 100_000
    reviews: int = 5_000
    events: int = 1_000_000
    runs: int = 5_000
    agents: int = 20
    subjects: int = 1_000

    def of(self, share: float) -> "Volume":
        """The same tenant, smaller."""
        return Volume(
            memories=int(self.memories * share),
            reviews=int(self.reviews * share),
            events=int(self.events * share),
            runs=max(20, int(self.runs * share)),
            agents=self.agents,
            subjects=max(20, int(self.subjects * share)),
        )


def fill(superuser: psycopg.Connection, tenant: Tenant, volume: Volume) -> None:
    """Fills a tenant. `superuser` is a connection to the same database, in autocommit."""
    superuser.execute("SET session_replication_role = replica")
    maker = _maker(tenant, volume)
    for batch in maker.batches(BATCH):
        _copy_in(superuser, batch)
        active = [one for one in batch if one.memory.state == State.ACTIVE]
        with tenant_scope(tenant.id):
            store_entries(
                [IndexEntry(one.memory, one.version) for one in active], keyring=maker.keyring
            )
    told = {
        "tenant": tenant.id,
        "agents": volume.agents,
        "memories": volume.memories,
        "seconds": DAYS * 86_400,
    }
    superuser.execute(EVENTS, {**told, "count": volume.events})
    with tenant_scope(tenant.id):
        count_days()  # as the hourly sweep has, of days that are over
    superuser.execute(ACCESSES, told)
    superuser.execute(RUNS, {**told, "count": volume.runs})
    _settle(tenant)
    superuser.execute("RESET session_replication_role")
    superuser.execute("VACUUM ANALYZE")


def _maker(tenant: Tenant, volume: Volume) -> Maker:
    system = system_actor(tenant.id, "benchmark")
    with tenant_scope(tenant.id):
        agents = [_agent(system, number) for number in range(volume.agents)]
        names = (Subject(external_id=f"customer-{n}") for n in range(volume.subjects))
        subjects = Subject.objects.bulk_create(names)
        keyring = _keyring(system, subjects)
    return Maker(volume.memories, volume.reviews, agents, subjects, keyring)


def _keyring(system: Actor, subjects: list[Subject]) -> Keyring:
    """Of new subjects, each key told of by an event: the database lets none be made without."""
    before = set(DataKey.objects.values_list("id", flat=True))
    keyring = keyring_for([None, *(subject.id for subject in subjects)])
    made = DataKey.objects.exclude(id__in=before).order_by("id")
    append_events(
        [
            Event(
                kind="key.made",
                object_kind=key.audit_kind,
                object_id=key.id,
                payload={"purpose": key.purpose, "generation": key.generation},
            )
            for key in made
        ],
        actor=system,
    )
    return keyring


def _agent(system: Actor, number: int) -> Agent:
    agent = register_agent(actor=system, name=f"agent-{number:02}")
    return trust_agent(actor=system, agent=agent) if number % 4 else agent


def _copy_in(superuser: psycopg.Connection, batch: list[Remembered]) -> None:
    with superuser.transaction():
        copy_rows(superuser, [one.memory for one in batch])
        copy_rows(superuser, [one.version for one in batch])
        copy_rows(superuser, [one.words for one in batch])
        copy_rows(superuser, [one.entered for one in batch])
        copy_rows(superuser, [review for one in batch for review in one.reviews])


def copy_rows(superuser: psycopg.Connection, rows: Iterable[models.Model]) -> None:
    """Copies unsaved objects of one model in; columns that the database fills are left to it."""
    rows = list(rows)
    if not rows:
        return
    meta = type(rows[0])._meta  # noqa: SLF001 - Django's documented model API
    fields: list[Any] = [
        field for field in meta.concrete_fields if field.column and not field.has_db_default()
    ]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(meta.db_table),
        sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
    )
    with superuser.cursor().copy(statement) as copy:
        for row in rows:
            values = ((field, getattr(row, field.attname)) for field in fields)
            copy.write_row([field.get_db_prep_save(value, connection) for field, value in values])


def _settle(tenant: Tenant) -> None:
    """As beat would have by now: the old rows of a large tenant stand in the graph."""
    moved = 1
    while moved:
        with tenant_scope(tenant.id):
            moved = settle(5_000)
