"""What agents did by the minute: a step counts when it ends, in the minute in which it ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from audit.dialects.dialect import Op
from audit.ingest import columns
from audit.ingest.row import SpanRow
from audit.ingest.run_delta import WRITES
from audit.ingest.statements import send
from console.tenancy.scope import current_tenant_id

MINUTE_NS = 60 * 10**9
# Of one step: a clock gone wild must not make a sum overflow, which would refuse its minute's
# batches for ever.
MOST_US = 30 * 86_400 * 10**6
MOST_NANOS = 2**62

# Agent, minute since 1970, kind of step, tool.
MinuteKey: TypeAlias = tuple[str, int, str, str]

ADD = """
INSERT INTO audit_agentminute AS kept (
  tenant_id, agent, minute, op, tool, span_count, error_count, duration_us, input_tokens,
  output_tokens, cost_nanos, memory_reads, memory_writes)
SELECT %s::uuid, batch.* FROM unnest(
  %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::int8[], %s::int8[], %s::int8[],
  %s::int8[], %s::int8[], %s::int8[], %s::int8[], %s::int8[]) AS batch
ON CONFLICT (tenant_id, agent, minute, op, tool) DO UPDATE SET
  span_count = kept.span_count + excluded.span_count,
  error_count = kept.error_count + excluded.error_count,
  duration_us = kept.duration_us + excluded.duration_us,
  input_tokens = kept.input_tokens + excluded.input_tokens,
  output_tokens = kept.output_tokens + excluded.output_tokens,
  cost_nanos = kept.cost_nanos + least(excluded.cost_nanos, 4611686018427387904 - kept.cost_nanos),
  memory_reads = kept.memory_reads + excluded.memory_reads,
  memory_writes = kept.memory_writes + excluded.memory_writes
"""


TAKE_BACK = """
UPDATE audit_agentminute AS kept SET
  span_count = kept.span_count - batch.span_count,
  error_count = kept.error_count - batch.error_count,
  duration_us = kept.duration_us - batch.duration_us,
  input_tokens = kept.input_tokens - batch.input_tokens,
  output_tokens = kept.output_tokens - batch.output_tokens,
  cost_nanos = kept.cost_nanos - batch.cost_nanos,
  memory_reads = kept.memory_reads - batch.memory_reads,
  memory_writes = kept.memory_writes - batch.memory_writes
FROM (SELECT %s::uuid AS tenant_id, b.* FROM unnest(
  %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::int8[], %s::int8[], %s::int8[],
  %s::int8[], %s::int8[], %s::int8[], %s::int8[], %s::int8[]) AS b (
  agent, minute, op, tool, span_count, error_count, duration_us, input_tokens, output_tokens,
  cost_nanos, memory_reads, memory_writes)) AS batch
WHERE kept.tenant_id = %s AND kept.agent = batch.agent AND kept.minute = batch.minute
  AND kept.op = batch.op AND kept.tool = batch.tool
"""
FORGET_EMPTY = """
DELETE FROM audit_agentminute
WHERE tenant_id = %s AND minute = ANY(%s::timestamptz[]) AND span_count <= 0
"""


@dataclass(slots=True)
class MinuteCount:
    span_count: int = 0
    error_count: int = 0
    duration_us: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_nanos: int = 0
    memory_reads: int = 0
    memory_writes: int = 0


def count_minutes(rows: Iterable[SpanRow]) -> None:
    """Adds rows that are new. In one order for every writer; call it late, its rows are hot."""
    counts = _counted(rows)
    if counts:
        send(ADD, _parameters(counts))


def take_back_minutes(rows: Iterable[SpanRow]) -> None:
    """Of rows that were counted and are read otherwise now. A minute that is pruned stays so."""
    counts = _counted(rows)
    if counts:
        send(TAKE_BACK, [*_parameters(counts), current_tenant_id()])
        send(FORGET_EMPTY, [current_tenant_id(), _parameters(counts)[2]])


def _counted(rows: Iterable[SpanRow]) -> dict[MinuteKey, MinuteCount]:
    counts: dict[MinuteKey, MinuteCount] = {}
    for row in rows:
        if row.is_running:
            continue
        meaning, op = row.meaning, row.meaning.op
        key = (meaning.agent or "", row.end_ns // MINUTE_NS, op.value, meaning.tool or "")
        count = counts.get(key)
        if count is None:
            count = counts[key] = MinuteCount()
        count.span_count += 1
        count.error_count += meaning.is_error
        count.duration_us += min((row.end_ns - row.span.start_ns) // 1000, MOST_US)
        count.input_tokens += meaning.input_tokens or 0
        count.output_tokens += meaning.output_tokens or 0
        count.cost_nanos += row.cost_nanos or 0
        count.memory_reads += op is Op.MEMORY_READ
        count.memory_writes += op in WRITES
    return counts


def _parameters(counts: dict[MinuteKey, MinuteCount]) -> list[Any]:
    keys = sorted(counts)
    ordered = [counts[key] for key in keys]
    return [
        current_tenant_id(),
        columns.texts([agent for agent, _, _, _ in keys]),
        columns.instants([minute * MINUTE_NS for _, minute, _, _ in keys]),
        columns.texts([op for _, _, op, _ in keys]),
        columns.texts([tool for _, _, _, tool in keys]),
        columns.bigints([c.span_count for c in ordered]),
        columns.bigints([c.error_count for c in ordered]),
        columns.bigints([c.duration_us for c in ordered]),
        columns.bigints([c.input_tokens for c in ordered]),
        columns.bigints([c.output_tokens for c in ordered]),
        columns.bigints([min(c.cost_nanos, MOST_NANOS) for c in ordered]),
        columns.bigints([c.memory_reads for c in ordered]),
        columns.bigints([c.memory_writes for c in ordered]),
    ]
