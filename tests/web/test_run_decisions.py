"""A run as its decisions, in a browser."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.receive import receive_protobuf
from audit.models import AuditEvent, Run
from console.tenancy.scope import tenant_scope
from tests.cast import a_memory
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

TRACE = b"\1" * 16
EMAIL = "jonas.weber@acme.example"


def a_turn(number, memory_id, *, start, says="On its way."):
    """A recall, a model call that asks for two tools of which one is told, and that one's call."""
    at = start + number * 10 * SECOND
    parts = [
        {"type": "reasoning", "content": "Ada is waiting."},
        {"type": "text", "content": says},
        {"type": "tool_call", "id": "1", "name": "track", "arguments": {"order": number}},
        {"type": "tool_call", "id": "2", "name": "call_ada", "arguments": {}},
    ]
    recall = {
        "gen_ai.operation.name": "search_memory",
        "gen_ai.memory.record.id": str(memory_id),
    }
    model = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": parts}]),
    }
    tool = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "track",
        "gen_ai.tool.call.arguments": json.dumps({"order": number}),
        "gen_ai.tool.call.result": f"order {number} is <i>lost</i>",
    }
    told = {"trace_id": TRACE, "parent": b"\xff" * 8, "seconds": 0.5}
    failed = Status(code=2)
    return [
        a_span("recall", span_id=bytes([number, 1] * 4), start=at, attributes=recall, **told),
        a_span(
            f"chat {number}", span_id=bytes([number, 2] * 4), start=at + SECOND, attributes=model,
            **told,
        ),
        a_span(
            "track", span_id=bytes([number, 3] * 4), start=at + 2 * SECOND, attributes=tool,
            status=failed, **told,
        ),
    ]  # fmt: skip


@pytest.fixture
def run(acme, robo):
    """Stores a run of so many turns, each of which recalled one memory and called one tool."""

    def store(turns, says="On its way."):
        memory = a_memory(robo, "Ada's orders come by boat.")
        agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}
        start = moment_ns()
        root = a_span("the case", trace_id=TRACE, span_id=b"\xff" * 8, start=start, seconds=900,
                      attributes=agent)  # fmt: skip
        steps = [root]
        for number in range(1, turns + 1):
            steps += a_turn(number, memory.id, start=start, says=says)
        assert receive_protobuf(acme.id, protobuf_body(*steps)).stored == len(steps)
        with tenant_scope(acme.id):
            return f"/runs/{Run.objects.get().id}"

    return store


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_carol_reads_what_each_decision_had_chose_and_got_back(desk, carol, run):
    page = page_of(desk(carol), run(2) + "/decisions")
    assert page.count('class="card run-decision"') == 2
    assert "Ada&#x27;s orders come by boat." in page
    assert "On its way." in page
    assert "Ada is waiting." in page
    assert "order 1 is &lt;i&gt;lost&lt;/i&gt;" in page
    assert "<i>lost" not in page
    assert "call_ada" in page
    assert page.count("asked for; no step of it has arrived") == 2
    assert "failed" in page
    assert f"/{TRACE.hex()}/{bytes([2, 3] * 4).hex()}" in page


def test_pages_follow_one_another_and_lose_no_decision(desk, carol, run):
    client, address = desk(carol), run(60) + "/decisions"
    first = client.get(address)
    assert [row.step.name for row in first.context["screen"].rows] == [
        f"chat {number}" for number in range(1, 51)
    ]
    following = client.get(f"{address}{first.context['screen'].next}")
    rows = following.context["screen"].rows
    assert [row.step.name for row in rows] == [f"chat {number}" for number in range(51, 61)]
    assert all(len(row.recalled) == 1 and len(row.calls) == 1 for row in rows)
    assert all(row.agent == "clerk" for row in rows)
    assert following.context["screen"].next is None
    assert "First decisions" in following.content.decode()


@pytest.mark.parametrize("after", ["x", "1.2.3", "9" * 40 + ".00.00", "-1.00.00", "²." * 3])
def test_a_position_that_is_none_of_ours_is_some_page(desk, carol, run, after):
    assert desk(carol).get(f"{run(1)}/decisions?after={after}").status_code == 200


def test_a_page_of_fifty_asks_no_more_of_the_database_than_one_of_ten(desk, carol, run):
    client, address = desk(carol), run(60) + "/decisions"
    following = client.get(address).context["screen"].next
    asked = []
    for page in (address, f"{address}{following}"):
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        asked.append(len(queries))
    assert asked[0] <= asked[1]


def test_personal_data_is_masked_until_it_is_asked_for_on_record(desk, acme, carol, run):
    client, address = desk(carol), run(1, says=f"I wrote to {EMAIL}.") + "/decisions"
    page = page_of(client, address)
    assert "[email address]" in page
    assert EMAIL not in page
    assert EMAIL in client.post(f"{address}/reveal").content.decode()
    with tenant_scope(acme.id):
        [event] = AuditEvent.objects.filter(kind="run.revealed")
    assert event.actor_id == carol.user.id
    assert client.get(f"{address}/reveal").status_code == 405


def test_a_run_without_decisions_says_so(desk, acme, carol):
    plain = a_span("GET", attributes={"http.request.method": "GET"})
    receive_protobuf(acme.id, protobuf_body(plain))
    with tenant_scope(acme.id):
        address = f"/runs/{Run.objects.get().id}"
    assert "No decisions" in page_of(desk(carol), f"{address}/decisions")


def test_mallory_finds_no_decisions(desk, mallory, run):
    address = run(1)
    assert desk(mallory).get(f"{address}/decisions").status_code == 404
    assert desk(mallory).post(f"{address}/decisions/reveal").status_code == 404
