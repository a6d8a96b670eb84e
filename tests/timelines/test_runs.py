"""The list of runs: newest first, narrowed, page by page, and nobody else's."""

from uuid import uuid4

import pytest

from audit.models import Run, RunStatus
from audit.timelines.runs import RunFilter, list_runs, run_of
from console.platform.errors import InvalidInputError, NotFoundError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns
from tests.timelines.conftest import Ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def seven_runs(ingest: Ingest) -> None:
    """From run-0, the oldest, to run-6; run-3 failed, run-5 is running and read memory m1."""
    start = moment_ns()
    for number in range(7):
        attributes: dict[str, object] = {"gen_ai.conversation.id": f"case-{number}"}
        attributes["gen_ai.agent.name"] = "clerk" if number % 2 else "cook"
        if number == 3:
            attributes["error.type"] = "timeout"
        spans = [a_span(f"run-{number}", start=start + number * SECOND, attributes=attributes)]
        if number == 5:
            spans[0].end_time_unix_nano = 0
            memory = {"gen_ai.operation.name": "search_memory", "gen_ai.memory.record.id": "m1"}
            spans.append(
                a_span(trace_id=spans[0].trace_id, attributes=memory, start=start + 5 * SECOND)
            )
        ingest(*spans)


def names(wanted: RunFilter) -> list[str]:
    return [run.name for run in list_runs(wanted).runs]


def test_runs_come_newest_first_page_by_page_and_each_once(
    acme: Tenant, seven_runs: None, django_assert_num_queries
):
    seen: list[str] = []
    cursor = None
    with tenant_scope(acme.id), django_assert_num_queries(3):
        for _ in range(3):
            page = list_runs(cursor=cursor, limit=3)
            seen += [run.name for run in page.runs]
            cursor = page.next_cursor
    assert seen == [f"run-{number}" for number in range(6, -1, -1)]
    assert cursor is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (RunFilter(status=RunStatus.FAILED), ["run-3"]),
        (RunFilter(status=RunStatus.RUNNING), ["run-5"]),
        (RunFilter(agent="cook"), ["run-6", "run-4", "run-2", "run-0"]),
        (RunFilter(has_errors=True), ["run-3"]),
        (RunFilter(memory_id="m1"), ["run-5"]),
        (RunFilter(text="CASE-2"), ["run-2"]),
        (RunFilter(text="100%"), []),
        (RunFilter(service="elsewhere"), []),
        (RunFilter(agent="clerk", has_errors=False), ["run-5", "run-1"]),
    ],
)
def test_a_filter_narrows_the_list(
    acme: Tenant, seven_runs: None, wanted: RunFilter, found: list[str]
):
    with tenant_scope(acme.id):
        assert names(wanted) == found


def test_a_time_narrows_the_list(acme: Tenant, seven_runs: None):
    with tenant_scope(acme.id):
        middle = Run.objects.get(name="run-4")
        assert names(RunFilter(since=middle.last_seen)) == ["run-6", "run-5", "run-4"]
        assert names(RunFilter(until=middle.first_seen)) == ["run-3", "run-2", "run-1", "run-0"]


@pytest.mark.parametrize("cursor", ["!", "AAAA", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTkuMQ"])
def test_a_cursor_that_is_not_ours_is_refused(acme: Tenant, cursor: str):
    with tenant_scope(acme.id), pytest.raises(InvalidInputError):
        list_runs(cursor=cursor)


def test_another_tenants_run_looks_like_none(acme: Tenant, globex: Tenant, seven_runs: None):
    with tenant_scope(acme.id):
        run = Run.objects.earliest("last_seen")
    with tenant_scope(globex.id):
        assert list_runs().runs == ()
        with pytest.raises(NotFoundError) as theirs:
            run_of(run.id)
        with pytest.raises(NotFoundError) as nobodys:
            run_of(uuid4())
    assert str(theirs.value) == str(nobodys.value)
