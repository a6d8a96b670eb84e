"""An agent's turns are traces of their own, each linked to one before: they are one run."""

from itertools import permutations

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from audit.ingest import links
from audit.ingest.receive import receive_protobuf
from audit.models import FacetKind, Run, RunFacet, Span, Trace
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import a_span, moment_ns, protobuf_body

pytestmark = pytest.mark.django_db

A, B, C, D = (bytes([number]) * 16 for number in (0xA, 0xB, 0xC, 0xD))
ROOT = b"\1" * 8
START = moment_ns()


def a_turn(trace: bytes, *linked: bytes, **attributes: str) -> Message:
    return a_span(
        f"turn {trace.hex()[1]}",
        trace_id=trace,
        span_id=ROOT,
        start=START + trace[0],
        attributes={"gen_ai.operation.name": "chat"} | attributes,
        links=[Message.Link(trace_id=other, span_id=ROOT) for other in linked],
    )


def said(conversation: str) -> dict[str, str]:
    return {"gen_ai.conversation.id": conversation}


def ingest(tenant: Tenant, *spans: Message) -> None:
    receive_protobuf(tenant.id, protobuf_body(*spans))


def runs_of(tenant: Tenant) -> dict[str, set[str]]:
    """The traces of each run, by what it is known by; all three tables must agree on it."""
    with tenant_scope(tenant.id):
        known: dict[str, set[str]] = {}
        for run in Run.objects.all():
            traces = Trace.objects.filter(run_id=run.id, has_spans=True)
            ids = {bytes(trace.trace_id) for trace in traces}
            spans = Span.objects.filter(run_id=run.id)
            assert {bytes(span.trace_id) for span in spans} == ids
            assert (run.span_count, run.open_traces) == (len(spans), 0)
            known[run.key] = {trace_id.hex()[1] for trace_id in ids}
        return known


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_turns_linked_one_to_the_other_are_one_run_in_whatever_order_they_come(
    acme: Tenant, order: tuple[int, ...]
):
    turns = [a_turn(A), a_turn(B, A), a_turn(C, B)]
    for index in order:
        ingest(acme, turns[index])
    assert runs_of(acme) == {A.hex(): {"a", "b", "c"}}
    with tenant_scope(acme.id):
        run = Run.objects.get()
    assert (run.name, run.status) == ("turn a", "finished")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_all_follow_when_one_turns_out_to_be_of_a_conversation(
    acme: Tenant, order: tuple[int, ...]
):
    turns = [a_turn(A, **said("case-7")), a_turn(B, A), a_turn(C, B)]
    for index in order:
        ingest(acme, turns[index])
    assert runs_of(acme) == {"case-7": {"a", "b", "c"}}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_conversation_of_its_own_is_stronger_than_a_link(acme: Tenant, order: tuple[int, ...]):
    turns = [
        a_turn(A, **said("case-1")),
        a_turn(B, A, **said("case-2")),
        a_turn(C, B),
        a_turn(D, A),
    ]
    for index in order:
        ingest(acme, turns[index])
    assert runs_of(acme) == {"case-1": {"a", "d"}, "case-2": {"b", "c"}}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_traces_that_link_in_a_circle_are_one_run(acme: Tenant, order: tuple[int, ...]):
    turns = [a_turn(B, C), a_turn(C, D), a_turn(D, B)]
    for index in order:
        ingest(acme, turns[index])
    assert runs_of(acme) == {B.hex(): {"b", "c", "d"}}


def test_a_trace_that_links_to_itself_is_a_run_by_itself(acme: Tenant):
    ingest(acme, a_turn(A, A))
    assert runs_of(acme) == {A.hex(): {"a"}}


def test_two_that_link_to_what_never_arrives_are_one_run_that_is_over(acme: Tenant):
    ingest(acme, a_turn(A, D))
    ingest(acme, a_turn(B, D))
    assert runs_of(acme) == {D.hex(): {"a", "b"}}
    with tenant_scope(acme.id):
        assert Run.objects.get().status == "finished"


def test_a_link_to_a_trace_of_another_tenant_joins_nothing(acme: Tenant, globex: Tenant):
    ingest(globex, a_turn(A, **said("secret")))
    ingest(acme, a_turn(B, A))
    assert runs_of(acme) == {A.hex(): {"b"}}
    assert runs_of(globex) == {"secret": {"a"}}


def test_a_link_of_a_step_below_the_root_joins_nothing(acme: Tenant):
    below = a_turn(B, A)
    below.parent_span_id, below.span_id = ROOT, b"\2" * 8
    ingest(acme, a_turn(A), a_turn(B), below)
    assert runs_of(acme) == {A.hex(): {"a"}, B.hex(): {"b"}}


def test_a_root_that_comes_late_with_its_link_brings_what_lies_below_it(acme: Tenant):
    below = a_turn(B)
    below.parent_span_id, below.span_id = ROOT, b"\2" * 8
    ingest(acme, a_turn(A, **said("case-7")), below)
    ingest(acme, a_turn(B, A))
    assert runs_of(acme) == {"case-7": {"a", "b"}}


def test_what_a_run_is_found_by_goes_with_the_trace_that_leaves(acme: Tenant):
    session = {"session.id": "s-1"}
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "refund"}
    below = a_turn(A, **session, **tool)
    below.parent_span_id, below.span_id = ROOT, b"\2" * 8
    ingest(acme, below, a_turn(B, **session, **{"gen_ai.request.model": "gpt-5"}))
    ingest(acme, a_turn(A, **session, **said("case-7")))
    with tenant_scope(acme.id):
        stayed, went = Run.objects.get(key="s-1"), Run.objects.get(key="case-7")
        assert RunFacet.objects.get(kind=FacetKind.TOOL).run_id == went.id
        assert RunFacet.objects.get(kind=FacetKind.MODEL).run_id == stayed.id
    assert (stayed.tool_calls, went.tool_calls) == (0, 1)
    assert (stayed.name, went.name) == ("turn b", "turn a")


def test_a_tail_longer_than_the_bound_stays_where_it_is(acme: Tenant, monkeypatch):
    monkeypatch.setattr(links, "MOST_FOLLOWERS", 2)
    for turn in (a_turn(A, D), a_turn(B, D), a_turn(C, D)):
        ingest(acme, turn)
    ingest(acme, a_turn(D, **said("case-7")))
    found = runs_of(acme)
    assert len(found["case-7"]) == 2
    assert len(found[D.hex()]) == 2
