"""A run on its page: rows under their parents, bars where they were, memories named."""

import pytest

from audit.models import Run
from audit.provenance import Access, AccessKind, record_accesses
from audit.timelines.axis import DAY
from audit.timelines.touched import first_marks
from audit.timelines.waterfall import Waterfall, waterfall_of
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


def rows(drawn: Waterfall) -> list[tuple[str, int]]:
    return list(zip(drawn.name, drawn.tree.depth, strict=True))


def place(drawn: Waterfall, row: int) -> tuple[float, float]:
    offset = drawn.axis.position(drawn.start[row])
    return offset, drawn.axis.position(drawn.end[row]) - offset


def test_rows_stand_under_their_agent_with_their_kinds_and_bars(acme: Tenant, ingest: Ingest):
    ingest(*the_case(moment_ns()))
    with tenant_scope(acme.id):
        drawn = waterfall_of(Run.objects.get())
    assert rows(drawn) == [("answer", 0), ("search_memory", 1), ("chat", 1), ("create_memory", 1)]
    assert drawn.op == ["agent", "memory_read", "model", "memory_write"]
    assert drawn.agent[0] == "clerk"
    assert place(drawn, 0) == (0, pytest.approx(1))
    assert place(drawn, 2) == (pytest.approx(0.2), pytest.approx(0.5))
    assert drawn.hidden == 0


def test_a_run_tells_each_memory_once_as_it_was_first_touched(acme: Tenant, ingest: Ingest):
    with tenant_scope(acme.id):
        read = {"memory_id": "m9", "access": AccessKind.READ, "version": 2, "trace_id": TRACE}
        record_accesses([Access(**read, span_id=span) for span in (ROOT, READ)])
    ingest(*the_case(moment_ns()))
    with tenant_scope(acme.id):
        marks = first_marks(Run.objects.get(), 10)
        assert len(first_marks(Run.objects.get(), 2)) == 2
    assert sorted((mark.memory_id, mark.access, mark.source) for mark in marks) == [
        ("m1", "read", "span"),
        ("m2", "write", "span"),
        ("m9", "read", "api"),
    ]


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
    assert [one.label for one in drawn.axis.segments if one.is_idle] == ["1 day idle"]
    assert place(drawn, 1)[1] == place(drawn, 2)[1] == pytest.approx(0.485)


def test_orphans_stand_under_a_row_for_the_parent_that_is_missing(acme: Tenant, ingest: Ingest):
    start = moment_ns()
    inside = {"trace_id": TRACE, "parent": ROOT}
    ingest(a_span(start=start, **inside), a_span(start=start + 3 * SECOND, **inside))
    with tenant_scope(acme.id):
        drawn = waterfall_of(Run.objects.get())
    assert [drawn.is_missing(row) for row in range(3)] == [True, False, False]
    assert drawn.tree.key[0] == TRACE + ROOT
    assert place(drawn, 0) == (0, pytest.approx(1))
    assert drawn.tree.depth == [0, 1, 1]


def test_a_running_step_reaches_to_the_end_of_what_is_known(acme: Tenant, ingest: Ingest):
    start = moment_ns()
    ingest(
        a_span("answer", trace_id=TRACE, span_id=ROOT, start=start, seconds=0),
        a_span("chat", trace_id=TRACE, parent=ROOT, start=start + SECOND, seconds=3),
    )
    with tenant_scope(acme.id):
        run = Run.objects.get()
        drawn = waterfall_of(run)
    assert run.status == "running"
    assert drawn.running == [True, False]
    assert place(drawn, 0) == (0, pytest.approx(1))


def test_a_long_run_costs_one_query_and_says_what_it_hides(
    acme: Tenant, ingest: Ingest, django_assert_num_queries
):
    start = moment_ns()
    ingest(*(a_span(trace_id=TRACE, start=start + n) for n in range(300)))
    with tenant_scope(acme.id):
        run = Run.objects.get()
        with django_assert_num_queries(1):
            drawn = waterfall_of(run, limit=100)
    assert (len(drawn.name), drawn.hidden) == (100, 200)
