"""Spans over OTLP/HTTP, committed and queryable, beside a process that only decodes and COPYs.

The floor is naive: one process, one connection, the same bytes decoded by upb and binary-COPYed
as jsonb into one table with three indexes; no HTTP, no keys, no tenants, no uniqueness, no runs.
The product's client shares the cores with its server and database.
"""

import gzip
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice, repeat

import httpx
import orjson
import psycopg
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from psycopg.types.json import Jsonb

from audit.ingest.decode_protobuf import decode_protobuf
from benchmarks.corpus import sentences
from benchmarks.processor_time import seconds_of
from benchmarks.table import Table, percentile
from tests.instance import Instance, running_instance

CONNECTIONS = 4
SPANS_PER_REQUEST = 100
REQUESTS = 300
CONVERSATIONS = 60
WARM_UP = 20
SMALLEST, LARGEST = 1500, 2500
SECOND = 10**9
IDLE_SECONDS = 0.1  # of processor time in a second
OPERATIONS = ("chat", "execute_tool", "search_memory", "create_memory", "invoke_agent")
SENTENCES = 9  # to each side of a step, each with a code that does not compress: 900 bytes
FLOOR_TABLE = """
CREATE TABLE span_floor (trace_id bytea, span_id bytea, started timestamptz, document jsonb);
CREATE INDEX ON span_floor (trace_id);
CREATE INDEX ON span_floor (span_id);
CREATE INDEX ON span_floor (started);
"""
STORED = """
SELECT (SELECT count(*) FROM audit_span WHERE conversation LIKE 'case-%'),
       (SELECT sum(span_count)::int8 FROM audit_run WHERE key LIKE 'case-%')
"""
BYTES = """
SELECT sum(pg_total_relation_size(oid))::int8 FROM pg_class
WHERE relkind = 'r' AND relname ~ '^audit_(span|spancontent|memoryaccess|trace|run)(_|$)'
"""


def a_request(number: int, *, started: int) -> bytes:
    """100 spans of one trace, about 2 kB each; five traces to a conversation, one after another."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    _attribute(group.resource, "service.name", "support-desk")
    spans = group.scope_spans.add()
    spans.scope.name = "benchmark"
    trace_id = os.urandom(16)
    root = os.urandom(8)
    said = partial(_text, sentences(number))
    for index in range(SPANS_PER_REQUEST):
        operation = OPERATIONS[index % len(OPERATIONS)]
        begins = started + index * SECOND // 100
        span = spans.spans.add(
            trace_id=trace_id,
            span_id=os.urandom(8) if index else root,
            parent_span_id=root if index else b"",
            name=operation,
            kind=3,
            start_time_unix_nano=begins,
            end_time_unix_nano=begins + SECOND // 50,
        )
        _attribute(span, "gen_ai.operation.name", operation)
        _attribute(span, "gen_ai.agent.name", f"agent-{number % 7}")
        _attribute(span, "gen_ai.conversation.id", f"case-{number % CONVERSATIONS}")
        _attribute(span, "gen_ai.request.model", "gpt-5")
        _attribute(span, "gen_ai.input.messages", said(SENTENCES))
        _attribute(span, "gen_ai.output.messages", said(SENTENCES))
        _attribute(span, "gen_ai.memory.record.id", f"memory-{index * number % 997}")
        if not index:
            _attribute(span, "user.id", f"customer-{number % CONVERSATIONS}")
        tokens = span.attributes.add(key="gen_ai.usage.input_tokens")
        tokens.value.int_value = 100 + index
    body: bytes = request.SerializeToString()
    return body


def _text(said: Iterator[str], count: int) -> str:
    return " ".join(f"{sentence} {os.urandom(8).hex()}" for sentence in islice(said, count))


def _attribute(owner: object, key: str, text: str) -> None:
    attribute = owner.attributes.add()  # type: ignore[attr-defined]
    attribute.key, attribute.value.string_value = key, text


def measure_floor(database: "psycopg.Connection", bodies: list[bytes]) -> tuple[float, float]:
    """Spans per second, and bytes per span."""
    database.execute(FLOOR_TABLE)
    _copy(database, bodies[:WARM_UP])
    started = time.perf_counter()
    count = _copy(database, bodies[WARM_UP:])
    rate = count / (time.perf_counter() - started)
    size = one(database, "SELECT pg_total_relation_size('span_floor')")
    database.execute("DROP TABLE span_floor")
    return rate, size / (len(bodies) * SPANS_PER_REQUEST)


def _copy(floor: "psycopg.Connection", bodies: list[bytes]) -> int:
    count = 0
    statement = "COPY span_floor FROM STDIN (FORMAT binary)"
    for body in bodies:
        spans = decode_protobuf(body).spans
        with floor.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(["bytea", "bytea", "timestamptz", "jsonb"])
            for span in spans:
                started = datetime.fromtimestamp(span.start_ns / SECOND, UTC)
                document = Jsonb(
                    {"name": span.name, "attributes": dict(span.attributes)}, dumps=orjson.dumps
                )
                copy.write_row((span.trace_id, span.span_id, started, document))
        count += len(spans)
    return count


def one(database: "psycopg.Connection", query: str) -> int:
    row = database.execute(query).fetchone()
    assert row is not None
    value: int = row[0]
    return value


@dataclass(slots=True)
class Sender:
    """Requests over a few connections at once; `latencies` are milliseconds of the last round."""

    client: httpx.Client
    latencies: list[float] = field(default_factory=list)

    def rate(self, bodies: list[bytes], encoding: str = "identity") -> float:
        """Spans per second."""
        self.latencies = []
        started = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(self._send, bodies, repeat(encoding)))
        return len(bodies) * SPANS_PER_REQUEST / (time.perf_counter() - started)

    def _send(self, body: bytes, encoding: str) -> None:
        started = time.perf_counter()
        headers = {"Content-Encoding": encoding}
        self.client.post("/v1/traces", content=body, headers=headers).raise_for_status()
        self.latencies.append((time.perf_counter() - started) * 1000)


@contextmanager
def sending(instance: Instance) -> Iterator[httpx.Client]:
    """As the demo's exporter."""
    headers = {
        "Authorization": f"Bearer {instance.demo['ingest_key']}",
        "Content-Type": "application/x-protobuf",
    }
    with httpx.Client(base_url=instance.url, headers=headers, timeout=60) as client:
        yield client


def settle(instance: Instance) -> None:
    """Until the worker and beat have loaded: an instance is ready before they are."""
    spent = -1.0
    while (now := sum(seconds_of(instance.pid).values())) - spent > IDLE_SECONDS:
        spent = now
        time.sleep(1)


def measure(instance: Instance) -> Table:
    began = time.time_ns() - 600 * SECOND
    bodies = [a_request(n, started=began + n * SECOND) for n in range(REQUESTS + WARM_UP)]
    zipped = [gzip.compress(a_request(n, started=began), 1) for n in range(REQUESTS // 2)]
    check_size(bodies)
    with (
        psycopg.connect(instance.admin_dsn, dbname="mnemoscope", autocommit=True) as database,
        sending(instance) as client,
    ):
        settle(instance)
        floor, floor_bytes = measure_floor(database, bodies)
        sender = Sender(client)
        empty = one(database, BYTES)
        sender.rate(bodies[:WARM_UP])
        spent = sum(seconds_of(instance.pid).values())
        new = sender.rate(bodies[WARM_UP:])
        spent = sum(seconds_of(instance.pid).values()) - spent
        latencies = sender.latencies
        size = (one(database, BYTES) - empty) / (len(bodies) * SPANS_PER_REQUEST)
        again = sender.rate(bodies[WARM_UP:])
        gzipped = sender.rate(zipped, "gzip")
        check_stored(database, (len(bodies) + len(zipped)) * SPANS_PER_REQUEST)
    new_spans = REQUESTS * SPANS_PER_REQUEST
    table = Table("Spans over OTLP/HTTP", "decode and binary COPY into one jsonb table")
    table.add(f"new spans, {CONNECTIONS} connections", new, "spans/s", floor)
    table.add("new spans, gzip", gzipped, "spans/s", floor)
    table.add("the same spans again", again, "spans/s", floor)
    table.add("processor time per 1,000 spans", spent * 1000 / new_spans, "s")
    table.add(f"a request of {SPANS_PER_REQUEST} spans, p50", percentile(latencies, 50), "ms")
    table.add(f"a request of {SPANS_PER_REQUEST} spans, p95", percentile(latencies, 95), "ms")
    table.add("stored per span, indexes included", size, "bytes", floor_bytes)
    return table


def check_size(bodies: list[bytes]) -> None:
    """Raises RuntimeError: the figures speak of spans of about 2 kB."""
    size = sum(map(len, bodies)) / len(bodies) / SPANS_PER_REQUEST
    if not SMALLEST < size < LARGEST:
        raise RuntimeError(f"A span is {size:.0f} bytes here.")


def check_stored(database: "psycopg.Connection", expected: int) -> None:
    """Raises RuntimeError: a rate of spans that were lost or doubled means nothing."""
    [(spans, counted)] = database.execute(STORED).fetchall()
    if not spans == counted == expected:
        raise RuntimeError(f"Of {expected} spans {spans} are stored and {counted} counted.")


def main() -> Table:
    with running_instance() as instance:
        return measure(instance)
