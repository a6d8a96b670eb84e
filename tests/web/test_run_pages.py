"""What an agent did, as a timeline in a browser."""

import re

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
CURRENT = re.compile('<li class="waterfall-row"[^>]* aria-current="true">')


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
    for bar in response.context["screen"].rows.bars:
        left, width = float(bar.x.rstrip("%")), float(bar.width.rstrip("%"))
        assert left >= 0
        assert width > 0
        assert left + width <= 100.001


@pytest.fixture
def many(acme):
    """A root with 400 steps below it: ten alike, then each by its own name."""
    start = moment_ns()
    inside = {"trace_id": TRACE, "parent": ROOT}
    spans = [a_span("long case", trace_id=TRACE, span_id=ROOT, start=start, seconds=600)]
    for number in range(400):
        name = "read_file" if number < 10 else f"step {number}"
        own, at = number.to_bytes(8, "big"), start + (number + 1) * SECOND
        spans.append(a_span(name, span_id=b"\x09" + own[1:], start=at, **inside))
    assert receive_protobuf(acme.id, protobuf_body(*spans)).stored == 401
    with tenant_scope(acme.id):
        return Run.objects.get()


def test_a_long_run_is_read_page_by_page_without_a_script(desk, carol, many):
    client = desk(carol)
    first = client.get(f"/runs/{many.id}").content.decode()
    assert first.count("read_file</span>") == 1
    assert "&times;&nbsp;10" in first
    assert "step 307" in first
    assert "step 308" not in first
    assert f'href="/runs/{many.id}?row=300"' in first
    second = client.get(f"/runs/{many.id}?row=300").content.decode()
    assert "step 308" in second
    assert "step 307" not in second


def test_what_repeats_is_unfolded_by_its_link_and_around_the_opened_step(desk, carol, many):
    client = desk(carol)
    first = (b"\x09" + bytes(7)).hex()
    unfolded = client.get(f"/runs/{many.id}?unfold={first}").content.decode()
    assert unfolded.count("read_file</span>") == 10
    opened = client.get(f"/runs/{many.id}/{TRACE.hex()}/{first}").content.decode()
    assert opened.count("read_file</span>") == 10
    assert len(CURRENT.findall(opened)) == 1
    assert f'data-selected="{first}"' in opened


def test_a_step_far_down_is_on_the_page_that_opens_it(desk, carol, many):
    last = b"\x09" + (399).to_bytes(8, "big")[1:]
    page = desk(carol).get(f"/runs/{many.id}/{TRACE.hex()}/{last.hex()}").content.decode()
    assert len(CURRENT.findall(page)) == 1


def test_nonsense_in_the_address_is_no_error(desk, carol, many):
    for asked in ("row=-1", "row=9999999", "row=x", "row=900", "unfold=zz", "unfold="):
        assert desk(carol).get(f"/runs/{many.id}?{asked}").status_code == 200


def test_more_steps_ask_no_more_statements(desk, carol, many, django_assert_max_num_queries):
    client = desk(carol)
    client.get(f"/runs/{many.id}")
    with django_assert_max_num_queries(25):
        client.get(f"/runs/{many.id}")


def test_the_scripts_are_given_every_step_in_columns(desk, carol, run):
    response = desk(carol).get(f"/runs/{run.id}/steps.json")
    told = response.json()
    assert [told["words"][at] for at in told["name"]] == [
        "the case",
        "<b>track</b>",
        "search_memory",
    ]
    assert told["up"] == [0, 1, 2]
    assert told["flags"] == [0, 1, 0]
    assert told["start"] == [0, SECOND, DAY]
    assert told["length"] == [SECOND] * 3
    assert told["span"] == (ROOT + TOOL + RECALL).hex()
    assert [told["traces"][at] for at in told["trace"]] == [TRACE.hex()] * 3
    assert [told["lanes"][at]["key"] for at in told["lane"]] == ["agent", "tool", "memory_read"]
    assert told["run"]["errors"] == 1
    assert [is_idle for *_, is_idle in told["axis"]] == [False, True, False]


def test_the_scripts_are_told_when_nothing_has_changed(desk, acme, carol, run):
    client = desk(carol)
    etag = client.get(f"/runs/{run.id}/steps.json")["ETag"]
    unchanged = client.get(f"/runs/{run.id}/steps.json", headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    receive_protobuf(acme.id, protobuf_body(a_span(trace_id=TRACE, parent=ROOT)))
    changed = client.get(f"/runs/{run.id}/steps.json", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert len(changed.json()["start"]) == 4


def test_mallory_is_given_no_steps(desk, mallory, run):
    for part in ("steps.json", "time"):
        assert desk(mallory).get(f"/runs/{run.id}/{part}").status_code == 404


def test_carol_sees_where_the_time_went(desk, carol, run):
    response = desk(carol).get(f"/runs/{run.id}/time")
    page = response.content.decode()
    assert "style=" not in page
    assert "&lt;b&gt;track&lt;/b&gt;" in page
    assert f'href="/runs/{run.id}?q=search_memory"' in page
    costs = {cost.spent.name: cost.spent for cost in response.context["screen"].costs}
    assert (costs["track"].self_ns, costs["track"].errors) == (SECOND, 1)
    assert costs["search_memory"].total_ns == SECOND


def test_hidden_characters_are_named_to_the_scripts_too(desk, acme, carol):
    assert receive_protobuf(acme.id, protobuf_body(a_span("pay\u202ecod.exe"))).stored == 1
    with tenant_scope(acme.id):
        address = f"/runs/{Run.objects.get().id}/steps.json"
    assert "pay[U+202E]cod.exe" in desk(carol).get(address).json()["words"]


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
