"""What a batch makes of spans, runs and memory accesses, and that a repeated one makes nothing."""

from itertools import permutations

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.content import content_of
from audit.ingest.receive import Receipt, receive_protobuf
from audit.models import AccessSource, MemoryAccess, Run, RunStatus, Span, Trace
from audit.provenance import Access, AccessKind, record_accesses
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

pytestmark = pytest.mark.django_db
TRACE, ROOT, CHILD = b"\1" * 16, b"\2" * 8, b"\3" * 8
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
}


def ingest(tenant: Tenant, *spans: Message, **fields: object) -> Receipt:
    return receive_protobuf(tenant.id, protobuf_body(*spans, **fields))


def the_run(tenant: Tenant) -> Run:
    with tenant_scope(tenant.id):
        return Run.objects.get()


def a_root(**fields: object) -> Message:
    given = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}
    given |= fields.pop("attributes", {})
    return a_span("answer", trace_id=TRACE, span_id=ROOT, attributes=given, **fields)


def a_child(**fields: object) -> Message:
    given = {"trace_id": TRACE, "span_id": CHILD, "parent": ROOT, "attributes": CHAT} | fields
    return a_span("chat gpt-5", **given)


def test_a_span_is_stored_typed_with_its_content_beside_it(acme: Tenant):
    ingest(acme, a_child(start=moment_ns() + 123, seconds=2))
    with tenant_scope(acme.id):
        span = Span.objects.get()
        content = content_of(span)
    assert (span.op, span.name, span.service) == ("model", "chat gpt-5", "support-desk")
    assert (span.input_tokens, span.output_tokens) == (100, 20)
    assert (span.state, span.status, span.duration_ns) == ("done", "unset", 2 * SECOND)
    assert span.start_ns % 1000 == 123
    assert bytes(span.parent_id or b"") == ROOT
    assert content["attributes"] == CHAT


def test_a_run_sums_up_its_spans(acme: Tenant):
    start = moment_ns()
    ingest(
        acme,
        a_root(start=start, seconds=60),
        a_child(start=start + 5 * SECOND),
        a_child(span_id=b"\4" * 8, status=Status(code=2)),
        a_span(trace_id=TRACE, parent=ROOT, attributes={"gen_ai.operation.name": "search_memory"}),
        a_span(trace_id=TRACE, parent=ROOT, attributes={"gen_ai.operation.name": "create_memory"}),
    )
    run = the_run(acme)
    assert (run.name, run.agent, run.service) == ("answer", "clerk", "support-desk")
    assert (run.span_count, run.error_count) == (5, 1)
    assert (run.input_tokens, run.output_tokens) == (200, 40)
    assert (run.memory_reads, run.memory_writes) == (1, 1)
    assert (run.last_seen - run.first_seen).total_seconds() == 60
    assert run.status == RunStatus.FINISHED


def test_a_repeated_batch_changes_nothing(acme: Tenant):
    spans = [a_root(), a_child()]
    assert ingest(acme, *spans).stored == 2
    before = the_run(acme)
    assert ingest(acme, *spans).stored == 0
    after = the_run(acme)
    assert (after.span_count, after.input_tokens) == (before.span_count, before.input_tokens)


def test_a_batch_that_overlaps_stores_only_what_is_new(acme: Tenant):
    first, second, third = a_root(), a_child(), a_child(span_id=b"\5" * 8)
    assert ingest(acme, first, second).stored == 2
    assert ingest(acme, second, third).stored == 1
    assert the_run(acme).span_count == 3
    assert the_run(acme).input_tokens == 200


def test_a_span_twice_in_one_batch_is_one_span(acme: Tenant):
    child = a_child()
    assert ingest(acme, child, child).stored == 1
    assert the_run(acme).input_tokens == 100


def test_a_running_span_is_shown_and_then_replaced_by_its_end_once(acme: Tenant):
    start = moment_ns()
    ingest(acme, a_root(start=start, seconds=0))
    running = the_run(acme)
    assert (running.status, running.span_count, running.open_spans) == ("running", 1, 1)
    ended = a_root(start=start, seconds=9, status=Status(code=2))
    assert [ingest(acme, ended).stored, ingest(acme, ended).stored] == [1, 0]
    assert ingest(acme, a_root(start=start, seconds=0)).stored == 0
    with tenant_scope(acme.id):
        span = Span.objects.get()
        assert (span.state, span.duration_ns) == ("done", 9 * SECOND)
        assert content_of(Span.objects.get())["status"]["code"] == 2
    run = the_run(acme)
    assert (run.status, run.span_count, run.open_spans, run.error_count) == ("failed", 1, 0, 1)


def test_a_run_whose_root_has_not_arrived_is_running_until_it_does(acme: Tenant):
    ingest(acme, a_child())
    early = the_run(acme)
    assert (early.status, early.name, early.open_traces) == ("running", "", 1)
    assert early.title == f"trace {TRACE.hex()}"
    ingest(acme, a_root())
    late = the_run(acme)
    assert (late.status, late.title, late.open_traces) == ("finished", "answer", 0)


def test_the_agent_of_a_run_is_its_roots_whichever_arrives_first(acme: Tenant):
    helper = a_child(attributes=CHAT | {"gen_ai.agent.name": "helper"})
    ingest(acme, helper)
    assert the_run(acme).agent == "helper"
    ingest(acme, a_root())
    assert the_run(acme).agent == "clerk"


CONVERSATION = {"gen_ai.conversation.id": "case-7"}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_traces_of_one_conversation_are_one_run_in_whatever_order_they_arrive(
    acme: Tenant, order: tuple[int, ...]
):
    other = b"\x11" * 16
    spans = [
        a_child(),
        a_root(attributes=CONVERSATION),
        a_span(trace_id=other, span_id=CHILD, parent=ROOT, attributes=CHAT),
        a_span("answer", trace_id=other, span_id=ROOT, attributes=CONVERSATION),
    ]
    for index in order:
        ingest(acme, spans[index])
    run = the_run(acme)
    assert run.title == "answer"
    assert run.key == "case-7"
    assert (run.span_count, run.input_tokens, run.open_traces) == (4, 200, 0)
    assert run.status == RunStatus.FINISHED
    with tenant_scope(acme.id):
        assert set(Span.objects.values_list("run_id", flat=True)) == {run.id}
        assert set(Trace.objects.values_list("run_id", flat=True)) == {run.id}


def test_a_trace_leaves_its_session_for_its_conversation_and_the_rest_stays(acme: Tenant):
    session = {"session.id": "s-1"}
    ingest(acme, a_child(attributes=CHAT | session), a_span("aside", attributes=session))
    ingest(acme, a_root(attributes=CONVERSATION | session))
    with tenant_scope(acme.id):
        stayed, moved = Run.objects.get(key="s-1"), Run.objects.get(key="case-7")
    assert (stayed.span_count, stayed.input_tokens, stayed.open_traces) == (1, 0, 0)
    assert (moved.span_count, moved.input_tokens, moved.open_traces) == (2, 100, 0)


def test_the_same_conversation_of_another_tenant_is_another_run(acme: Tenant, globex: Tenant):
    root = a_root(attributes=CONVERSATION)
    ingest(acme, root)
    ingest(globex, root)
    assert the_run(acme).id != the_run(globex).id


def a_search(*ids: str, **fields: object) -> Message:
    attributes = {
        "gen_ai.operation.name": "search_memory",
        "gen_ai.memory.store.id": "support",
        "gen_ai.memory.records": [{"id": i, "score": 0.5} for i in ids],
        "gen_ai.agent.name": "clerk",
    }
    return a_span(trace_id=TRACE, span_id=CHILD, attributes=attributes, **fields)


def test_each_record_a_span_names_becomes_an_access(acme: Tenant):
    search = a_search("m1", "m2")
    ingest(acme, search)
    ingest(acme, search)
    with tenant_scope(acme.id):
        found = list(MemoryAccess.objects.order_by("rank"))
    assert [(a.memory_id, a.rank, a.score) for a in found] == [("m1", 1, 0.5), ("m2", 2, 0.5)]
    assert {(a.access, a.source, a.store, a.agent) for a in found} == {
        ("read", "span", "support", "clerk")
    }
    assert {bytes(a.span_id or b"") for a in found} == {CHILD}


def test_what_our_own_api_did_outweighs_what_the_span_claims(acme: Tenant):
    with tenant_scope(acme.id):
        done = Access(
            memory_id="m1",
            access=AccessKind.READ,
            version=3,
            rank=1,
            purpose="answer",
            trace_id=TRACE,
            span_id=CHILD,
        )
        record_accesses([done])
    ingest(acme, a_search("m1", "m2"))
    with tenant_scope(acme.id):
        mine, claimed = MemoryAccess.objects.order_by("memory_id")
    assert (mine.source, mine.version, mine.purpose) == (AccessSource.API, 3, "answer")
    assert (claimed.memory_id, claimed.source) == ("m2", AccessSource.SPAN)
    assert bytes(claimed.trace_id or b"") == TRACE


def test_two_recalls_in_one_span_are_two_accesses(acme: Tenant):
    access = Access(memory_id="m1", access=AccessKind.READ, trace_id=TRACE, span_id=CHILD)
    with tenant_scope(acme.id):
        record_accesses([access])
        record_accesses([access])
        record_accesses([])
        assert MemoryAccess.objects.filter(memory_id="m1").count() == 2


def test_an_access_of_another_tenant_is_not_seen(acme: Tenant, globex: Tenant):
    ingest(acme, a_search("m1"))
    with tenant_scope(globex.id):
        assert not MemoryAccess.objects.exists()
