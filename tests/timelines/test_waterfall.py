"""A run on its page: rows under their parents, bars where they were, memories named."""

import pytest

from audit.models import Run
from audit.provenance import Access, AccessKind, record_accesses
from audit.timelines.axis import DAY
from audit.timelines.waterfall import waterfall_of
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns
from tests.timelines.conftest import Ingest

pytestmark = pytest.mark.django_db
TRACE, ROOT, READ, WRITE = b"\1" * 16, b"\1" * 8, b"\2" * 8, b"\3" * 8
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}


def op(name: str, **more: object) -> dict[str, object]:
    return {"gen_ai.operation.name": name} | more


def the_case(start: int) -> list[object]:
    inside = {"trace_id": TRACE, "parent": ROOT}
    return [
        a_span("answer", trace_id=TRACE, span_id=ROOT, start=start, seconds=10, attributes=AGENT),
        a_span(
            "search_memory",
            span_id=READ,
            start=start + SECOND,
            attributes=op("search_memory", **{"gen_ai.memory.records": [{"id": "m1"}]}),
            **inside,
        ),
        a_span("chat", start=start + 2 * SECOND, seconds=5, attributes=op("chat"), **inside),
        a_span(
            "create_memory",
            span_id=WRITE,
            start=start + 8 * SECOND,
            attributes=op("create_memory", **{"gen_ai.memory.record.id": "m2"}),
            **inside,
        ),
    ]


def test_rows_stand_under_their_agent_with_lanes_bars_and_memories(acme: Tenant, ingest: Ingest):
    ingest(*the_case(moment_ns()))
    with tenant_scope(acme.id):
        drawn = waterfall_of(Run.objects.get())
    assert [(row.step.name, row.depth) for row in drawn.rows if row.step] == [
        ("answer", 0),
        ("search_memory", 1),
        ("chat", 1),
        ("create_memory", 1),
    ]
    root, read, chat, write = drawn.rows
    assert [row.step.lane for row in drawn.rows if row.step] == [
        "agent",
        "memory_read",
        "model",
        "memory_write",
    ]
    assert {row.agent for row in drawn.rows} == {"clerk"}
    assert (root.offset, root.width, root.children) == (0, pytest.approx(1), 3)
    assert (chat.offset, chat.width) == (pytest.approx(0.2), pytest.approx(0.5))
    assert [mark.memory_id for mark in read.memories] == ["m1"]
    assert [(mark.memory_id, mark.access) for mark in write.memories] == [("m2", "write")]
    assert drawn.hidden == 0


def test_what_the_memory_api_did_stands_on_the_step_that_called_it(acme: Tenant, ingest: Ingest):
    with tenant_scope(acme.id):
        record_accesses(
            [
                Access(
                    memory_id="m9",
                    access=AccessKind.READ,
                    version=2,
                    trace_id=TRACE,
                    span_id=ROOT,
                )
            ]
        )
    ingest(*the_case(moment_ns()))
    with tenant_scope(acme.id):
        [mark] = waterfall_of(Run.objects.get()).rows[0].memories
    assert (mark.memory_id, mark.version, mark.source) == ("m9", 2, "api")


def test_days_of_sleep_inside_an_open_agent_are_folded(acme: Tenant, ingest: Ingest):
    start = moment_ns() - 2 * DAY
    inside = {"trace_id": TRACE, "parent": ROOT, "attributes": op("chat")}
    ingest(
        a_span("answer", trace_id=TRACE, span_id=ROOT, start=start, seconds=2 * 86_400),
        a_span("chat", start=start, seconds=30, **inside),
        a_span("chat", start=start + 2 * DAY - 30 * SECOND, seconds=30, **inside),
    )
    with tenant_scope(acme.id):
        drawn = waterfall_of(Run.objects.get())
    assert [segment.label for segment in drawn.idle] == ["1 day idle"]
    _, first, second = drawn.rows
    assert first.width == second.width == pytest.approx(0.485)


def test_orphans_stand_under_a_row_for_the_parent_that_is_missing(acme: Tenant, ingest: Ingest):
    start = moment_ns()
    inside = {"trace_id": TRACE, "parent": ROOT}
    ingest(a_span(start=start, **inside), a_span(start=start + 3 * SECOND, **inside))
    with tenant_scope(acme.id):
        missing, *children = waterfall_of(Run.objects.get()).rows
    assert missing.step is None
    assert missing.span_id == ROOT.hex()
    assert (missing.children, missing.offset, missing.width) == (2, 0, pytest.approx(1))
    assert [child.depth for child in children] == [1, 1]


def test_a_running_step_reaches_to_the_end_of_what_is_known(acme: Tenant, ingest: Ingest):
    start = moment_ns()
    ingest(
        a_span("answer", trace_id=TRACE, span_id=ROOT, start=start, seconds=0),
        a_span("chat", trace_id=TRACE, parent=ROOT, start=start + SECOND, seconds=3),
    )
    with tenant_scope(acme.id):
        run = Run.objects.get()
        root, _ = waterfall_of(run).rows
    assert run.status == "running"
    assert root.step is not None and root.step.is_running and root.step.ended_at is None
    assert (root.offset, root.width) == (0, pytest.approx(1))


def test_a_long_run_costs_two_queries_and_says_what_it_hides(
    acme: Tenant, ingest: Ingest, django_assert_num_queries
):
    start = moment_ns()
    ingest(*(a_span(trace_id=TRACE, start=start + n) for n in range(300)))
    with tenant_scope(acme.id):
        run = Run.objects.get()
        with django_assert_num_queries(2):
            drawn = waterfall_of(run, limit=100)
    assert (len(drawn.rows), drawn.hidden) == (100, 200)
