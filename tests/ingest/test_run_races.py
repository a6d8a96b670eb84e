"""Batches meet: runs come out as if one had come after the other."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event, current_thread
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from audit.ingest import run_tables, store
from audit.ingest.receive import receive_protobuf
from audit.ingest.statements import send
from audit.ingest.stitch import Claim
from audit.ingest.trace_facts import TraceFacts
from audit.models import AgentMinute, FacetKind, Run, RunFacet, Span, Trace
from console.administration import create_tenant
from console.tenancy.models import Tenant
from console.tenancy.scope import current_tenant_id, tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

A, B = b"\x0a" * 16, b"\x0b" * 16
ROOT = b"\1" * 8
START = moment_ns() // (60 * SECOND) * 60 * SECOND
CASE = {"gen_ai.conversation.id": "case-7"}
SESSION = {"session.id": "s-1"}
REFUND = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "refund"}
PATIENCE = 20.0


@pytest.fixture
def tenant(committed_db: None) -> Iterator[Tenant]:
    yield create_tenant(slug="acme", name="Acme")
    connection.close()


class Meeting:
    """The first of two batches stops at one of its calls until the second is done, or waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self.reached, self.go_on = Event(), Event()
        real: Callable[..., Any] = getattr(module, name)

        def stopping(*given: Any) -> Any:
            answer = real(*given)
            if current_thread().name.startswith("first"):
                self.reached.set()
                self.go_on.wait(2)
            return answer

        monkeypatch.setattr(module, name, stopping)

    def hold(self, tenant: Tenant, first: bytes, second: bytes) -> None:
        with (
            ThreadPoolExecutor(1, thread_name_prefix="first") as one,
            ThreadPoolExecutor(1, thread_name_prefix="second") as other,
        ):
            began = one.submit(send_body, tenant, first)
            assert self.reached.wait(PATIENCE)
            ended = other.submit(send_body, tenant, second)
            ended.add_done_callback(lambda _: self.go_on.set())
            began.result(PATIENCE)
            ended.result(PATIENCE)


def send_body(tenant: Tenant, body: bytes) -> int:
    try:
        return receive_protobuf(tenant.id, body).stored
    finally:
        connection.close()


def claim_without_target(
    facts: Mapping[bytes, TraceFacts], subjects: Mapping[bytes, UUID]
) -> dict[bytes, Claim]:
    """As somebody might write it: the run of the trace linked to is looked up, and not held."""
    links = {trace_id: fact.link for trace_id, fact in facts.items()}
    for fact in facts.values():
        fact.link = None
    claims = REAL_CLAIM(facts, subjects)
    for trace_id, link in links.items():
        target = Trace.objects.filter(trace_id=link).first() if link else None
        if target is not None:
            claims[trace_id].run_id = target.run_id
        if link is not None:
            sql = "UPDATE audit_trace SET link = %s WHERE tenant_id = %s AND trace_id = %s"
            send(sql, [link, current_tenant_id(), trace_id])
    return claims


REAL_CLAIM = store.claim_traces


@pytest.mark.parametrize("holds_target", [False, True], ids=["control", "as it is"])
def test_a_trace_and_the_one_it_links_to_do_not_miss_each_other(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, *, holds_target: bool
):
    if not holds_target:
        monkeypatch.setattr(store, "claim_traces", claim_without_target)
    turn = a_span("turn", trace_id=B, span_id=ROOT, start=START)
    turn.links.add(trace_id=A, span_id=ROOT)
    answer = a_span("answer", trace_id=A, span_id=ROOT, start=START, attributes=CASE)
    meeting = Meeting(monkeypatch, store, "keep_run_tables")
    meeting.hold(tenant, protobuf_body(turn), protobuf_body(answer))
    with tenant_scope(tenant.id):
        runs = dict(Run.objects.values_list("key", "span_count"))
    assert (runs == {"case-7": 2}) == holds_target


@pytest.mark.parametrize("looks_again", [False, True], ids=["control", "as it is"])
def test_what_a_run_is_found_by_is_not_lost_to_a_trace_that_leaves(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, *, looks_again: bool
):
    """One batch finds the facet there; another drops it with the trace that it was of."""
    below = a_span("refund", trace_id=A, parent=ROOT, start=START, attributes=SESSION | REFUND)
    stays = a_span("aside", trace_id=B, span_id=ROOT, start=START, attributes=SESSION)
    receive_protobuf(tenant.id, protobuf_body(below, stays))
    if not looks_again:
        real = run_tables.change_runs
        monkeypatch.setattr(run_tables, "change_runs", lambda deltas: set(real(deltas)) and set())
    again = a_span("refund", trace_id=B, parent=ROOT, start=START, attributes=SESSION | REFUND)
    root = a_span("root", trace_id=A, span_id=ROOT, start=START, attributes=SESSION | CASE)
    meeting = Meeting(monkeypatch, run_tables, "count_minutes")
    meeting.hold(tenant, protobuf_body(again), protobuf_body(root))
    with tenant_scope(tenant.id):
        stayed = Run.objects.get(key="s-1")
        found = RunFacet.objects.filter(kind=FacetKind.TOOL, run_id=stayed.id).exists()
        assert (stayed.span_count, stayed.tool_calls) == (2, 1)
    assert found == looks_again


def test_batches_of_one_run_and_minute_wait_for_each_other_and_none_is_refused(tenant: Tenant):
    """Four exporters of one agent: the same run, minutes and facets, in different orders."""
    bodies = []
    for number in range(24):
        order = Random(number)  # noqa: S311 - an order, no secret
        spans = [
            a_span(
                trace_id=bytes([order.randrange(1, 9)]) * 16,
                parent=ROOT,
                start=START + order.randrange(5) * 60 * SECOND,
                attributes=CASE | REFUND | {"gen_ai.tool.name": f"tool-{order.randrange(9)}"},
            )
            for _ in range(30)
        ]
        bodies.append(protobuf_body(*spans))
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda body: send_body(tenant, body), bodies)) == 24 * 30
    with tenant_scope(tenant.id):
        run = Run.objects.get()
        assert (run.span_count, run.tool_calls, run.open_traces) == (720, 720, 8)
        assert sum(AgentMinute.objects.values_list("span_count", flat=True)) == 720
        assert RunFacet.objects.filter(kind=FacetKind.TOOL).count() == 9


def test_traces_that_move_at_once_come_out_as_if_one_after_the_other(tenant: Tenant):
    """Links, sessions and conversations in four threads; who is refused sends again."""
    order = Random(7)  # noqa: S311
    spans = [a_random_span(order, number) for number in range(160)]
    once = create_tenant(slug="globex", name="Globex")
    for span in spans:
        send_body(once, protobuf_body(span))
    order.shuffle(spans)
    batches = [spans[at : at + 5] for at in range(0, len(spans), 5)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda batch: until_stored(tenant, protobuf_body(*batch)), batches))
    assert told(tenant) == told(once)


def a_random_span(order: Random, number: int) -> Message:
    trace = bytes([order.randrange(1, 16)]) * 16
    attributes = dict(REFUND)
    attributes |= order.choice([{}, {}, {}, SESSION, {"gen_ai.conversation.id": "b"}])
    parent = order.choice([b"", ROOT, ROOT])
    span = a_span(
        "step",
        trace_id=trace,
        span_id=(number + 1).to_bytes(8, "big"),
        parent=parent,
        start=START + number * 1000,
        attributes=attributes,
    )
    if order.random() < 0.5:
        span.links.add(trace_id=bytes([order.randrange(1, 16)]) * 16, span_id=ROOT)
    return span


def until_stored(tenant: Tenant, body: bytes) -> None:
    """As an exporter does that is told 503."""
    for _ in range(20):
        try:
            send_body(tenant, body)
        except OperationalError:
            continue
        return
    raise AssertionError("never stored")


def told(tenant: Tenant) -> dict[str, Any]:
    with tenant_scope(tenant.id):
        keys = dict(Run.objects.values_list("id", "key"))
        spans = Span.objects.order_by("span_id").values_list("span_id", "run_id")
        facets = RunFacet.objects.values_list("kind", "value", "run_id")
        return {
            "runs": sorted(
                Run.objects.values_list(
                    "key", "name", "span_count", "tool_calls", "open_traces", "first_seen", "pulse"
                )
            ),
            "spans": [(bytes(span_id), keys[run_id]) for span_id, run_id in spans],
            "facets": sorted((kind, value, keys[run_id]) for kind, value, run_id in facets),
        }
