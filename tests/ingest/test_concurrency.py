"""Senders repeat and overtake each other; the database goes away. Nothing is lost or doubled."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from audit.ingest.receive import receive_protobuf
from audit.models import Run, Span, Trace
from console.administration import create_tenant
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.cast import an_agent
from tests.ingest.messages import a_span, protobuf_body

THREADS = 4


@pytest.fixture
def tenant(committed_db: None) -> Iterator[Tenant]:
    yield create_tenant(slug="acme", name="Acme")
    connection.close()


def at_once(tenant: Tenant, bodies: list[bytes]) -> list[int]:
    """Sends all bodies at the same moment, each on a connection of its own; what each stored."""
    gate = Barrier(len(bodies))

    def send(body: bytes) -> int:
        gate.wait()
        try:
            return receive_protobuf(tenant.id, body).stored
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


def a_trace(number: int, conversation: str) -> list[Message]:
    trace_id = number.to_bytes(16)
    root = a_span(
        "root",
        trace_id=trace_id,
        span_id=b"\1" * 8,
        attributes={"gen_ai.conversation.id": conversation},
    )
    return [root, *(a_span(trace_id=trace_id, parent=b"\1" * 8) for _ in range(40))]


def test_the_same_batch_from_four_threads_is_stored_once(tenant: Tenant):
    spans = [span for number in range(1, 6) for span in a_trace(number, f"case-{number}")]
    for _ in range(5):
        bodies = [protobuf_body(*spans), protobuf_body(*reversed(spans))] * (THREADS // 2)
        at_once(tenant, bodies)
    with tenant_scope(tenant.id):
        assert Span.objects.count() == len(spans)
        assert sum(Run.objects.values_list("span_count", flat=True)) == len(spans)


def test_parts_of_one_conversation_that_arrive_at_once_make_one_true_sum(tenant: Tenant):
    traces = [a_trace(number, "case-7") for number in range(1, 9)]
    children = [protobuf_body(*trace[1:]) for trace in traces]
    roots = [protobuf_body(trace[0]) for trace in traces]
    mixed = [body for pair in zip(children, roots, strict=True) for body in pair]
    for start in range(0, len(mixed), THREADS):
        at_once(tenant, mixed[start : start + THREADS])
    with tenant_scope(tenant.id):
        run = Run.objects.get()
        assert (run.key, run.span_count, run.open_traces) == ("case-7", 8 * 41, 0)
        assert set(Span.objects.values_list("run_id", flat=True)) == {run.id}
        assert set(Trace.objects.values_list("run_id", flat=True)) == {run.id}


def test_a_connection_killed_in_the_middle_acknowledges_nothing_and_the_retry_stores_it(
    tenant: Tenant, postgres, monkeypatch
):
    key = an_agent(tenant, "robo").key
    body = protobuf_body(*a_trace(1, "case-1"))
    headers = {"Authorization": f"Bearer {key}"}

    def killed(*_: object) -> set[UUID]:
        with psycopg.connect(postgres.dsn(), autocommit=True) as server:
            pid = connection.connection.info.backend_pid
            server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return set()

    with monkeypatch.context() as patch:
        patch.setattr("audit.ingest.run_tables.change_runs", killed)
        answer = Client().post("/v1/traces", body, "application/x-protobuf", headers=headers)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    connection.close()
    with tenant_scope(tenant.id):
        assert Span.objects.count() == 0
    again = Client().post("/v1/traces", body, "application/x-protobuf", headers=headers)
    assert again.status_code == 200
    with tenant_scope(tenant.id):
        assert Span.objects.count() == Run.objects.get().span_count == 41


def test_a_database_that_cannot_be_reached_is_an_operational_error(tenant: Tenant):
    connection.close()
    host, connection.settings_dict["HOST"] = connection.settings_dict["HOST"], "/nowhere"
    try:
        with pytest.raises(OperationalError):
            receive_protobuf(tenant.id, protobuf_body(a_span()))
    finally:
        connection.settings_dict["HOST"] = host
