"""What an agent did, as a timeline in a browser."""

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.receive import receive_protobuf
from audit.models import Run
from console.tenancy.scope import tenant_scope
from tests.cast import a_memory, an_agent
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

TRACE = b"\1" * 16
ROOT, TOOL, RECALL = b"\1" * 8, b"\2" * 8, b"\3" * 8
DAY = 86_400 * SECOND


@pytest.fixture
def remembered(robo):
    return a_memory(robo, "Jonas prefers e-mail.")


@pytest.fixture
def run(acme, remembered):
    """A root, a tool that failed, and a day later a recall of `remembered`."""
    start = moment_ns()
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "track"}
    recall = {
        "gen_ai.operation.name": "search_memory",
        "gen_ai.memory.record.id": str(remembered.id),
    }
    spans = [
        a_span("the case", trace_id=TRACE, span_id=ROOT, start=start, attributes=agent),
        a_span(
            "<b>track</b>",
            trace_id=TRACE,
            span_id=TOOL,
            parent=ROOT,
            start=start + SECOND,
            attributes=tool,
            status=Status(code=2, message="no answer"),
        ),
        a_span(
            "search_memory",
            trace_id=TRACE,
            span_id=RECALL,
            parent=ROOT,
            start=start + DAY,
            attributes=recall,
        ),
    ]
    assert receive_protobuf(acme.id, protobuf_body(*spans)).stored == 3
    with tenant_scope(acme.id):
        return Run.objects.get()


def span(run, span_id):
    return f"/runs/{run.id}/{TRACE.hex()}/{span_id.hex()}"


def test_carol_sees_the_steps_their_failure_and_the_idle_day(desk, carol, run):
    page = desk(carol).get(f"/runs/{run.id}").content.decode()
    assert "the case" in page
    assert "Tool, failed" in page
    assert "23 hours idle" in page or "1 day idle" in page
    assert "&lt;b&gt;track&lt;/b&gt;" in page
    assert "<b>track" not in page


def test_bars_are_drawn_without_a_style_and_within_the_picture(desk, carol, run):
    response = desk(carol).get(f"/runs/{run.id}")
    assert "style=" not in response.content.decode()
    for bar in response.context["screen"].bars:
        left, width = float(bar.x.rstrip("%")), float(bar.width.rstrip("%"))
        assert left >= 0
        assert width > 0
        assert left + width <= 100.001


def test_a_step_has_an_address_of_its_own(desk, carol, run):
    page = desk(carol).get(span(run, TOOL)).content.decode()
    assert "no answer" in page
    assert "waterfall" in page


def test_htmx_is_given_the_opened_step_alone(desk, carol, run):
    response = desk(carol).get(span(run, TOOL), headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "no answer" in page
    assert "waterfall" not in page
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_link_and_a_restored_page_are_whole(desk, carol, run, header):
    headers = {"HX-Request": "true", header: "true"}
    page = desk(carol).get(span(run, TOOL), headers=headers).content.decode()
    assert "<html" in page


def test_a_step_leads_to_the_memory_it_touched(desk, carol, run, remembered):
    page = desk(carol).get(span(run, RECALL)).content.decode()
    assert f"/memories/{remembered.id}" in page
    assert "Jonas prefers e-mail." in page


def test_the_runs_of_a_memory_are_found_by_it(desk, carol, run, remembered):
    client = desk(carol)
    assert "the case" in client.get(f"/runs/?memory={remembered.id}").content.decode()
    other = "01990000-0000-7000-8000-000000000000"
    assert "Nothing matches" in client.get(f"/runs/?memory={other}").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=case", True), ("q=nobody", False), ("error=some", True), ("error=none", False)],
)
def test_filters_narrow_the_list(desk, carol, run, query, found):
    assert (f"/runs/{run.id}" in desk(carol).get(f"/runs/?{query}").content.decode()) is found


def test_mallory_finds_neither_the_run_nor_its_steps(desk, mallory, run):
    client = desk(mallory)
    assert "the case" not in client.get("/runs/").content.decode()
    assert client.get(f"/runs/{run.id}").status_code == 404
    assert client.get(span(run, TOOL)).status_code == 404


def test_a_step_of_another_run_is_not_there(desk, carol, run):
    address = f"/runs/01990000-0000-7000-8000-000000000000/{TRACE.hex()}/{TOOL.hex()}"
    assert desk(carol).get(address).status_code == 404
    assert desk(carol).get(span(run, b"\7" * 8)).status_code == 404
    assert desk(carol).get(f"/runs/{run.id}/xyz/abc").status_code == 404


def test_a_run_leads_to_its_agent_where_one_has_the_name(desk, acme, carol, run):
    client = desk(carol)
    pages = ("/runs/", f"/runs/{run.id}")
    for page in pages:
        assert "clerk" in client.get(page).content.decode()
        assert "/agents/0" not in client.get(page).content.decode()
    clerk = an_agent(acme, "clerk").agent
    for page in pages:
        assert f'<a href="/agents/{clerk.id}">clerk</a>' in client.get(page).content.decode()
