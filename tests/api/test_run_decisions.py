"""The decisions of a run, and two runs compared, over REST."""

import json

import pytest

from audit.ingest.receive import receive_protobuf
from audit.models import Run
from console.accounts.permissions import Permission
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, problem_of
from tests.cast import a_memory, an_agent
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

ROOT = b"\xff" * 8


@pytest.fixture
def run(acme, robo):
    """Stores a run: so often a recall, a model call that says something, and a call of a tool."""

    def store(number, turns, says="On its way."):
        memory = a_memory(robo, "Ada's orders come by boat.")
        trace, start = bytes([number]) * 16, moment_ns()
        agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}
        spans = [a_span("case", trace_id=trace, span_id=ROOT, start=start, seconds=90,
                        attributes=agent)]  # fmt: skip
        parts = [
            {"type": "text", "content": says},
            {"type": "tool_call", "id": "1", "name": "track", "arguments": {}},
        ]
        steps = [
            (
                "recall",
                {
                    "gen_ai.operation.name": "search_memory",
                    "gen_ai.memory.record.id": str(memory.id),
                },
            ),
            (
                "chat",
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": parts}]),
                },
            ),
            (
                "track",
                {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.tool.name": "track",
                    "gen_ai.tool.call.result": "lost",
                },
            ),
        ]
        for at in range(3 * turns):
            name, attributes = steps[at % 3]
            spans.append(
                a_span(name, trace_id=trace, span_id=(at + 1).to_bytes(8, "big"), parent=ROOT,
                       start=start + (at + 1) * SECOND // 10, seconds=0.01, attributes=attributes)
            )  # fmt: skip
        assert receive_protobuf(acme.id, protobuf_body(*spans)).stored == len(spans)
        with tenant_scope(acme.id):
            return Run.objects.get(key=trace.hex()), memory

    return store


def test_each_decision_tells_what_it_had_chose_and_got_back(carol, run):
    stored, memory = run(1, 2)
    answer = door_of(carol).get(f"runs/{stored.id}/decisions").json()
    assert answer["next_cursor"] is None
    first, _second = answer["results"]
    assert first["step"]["name"] == "chat"
    assert first["agent"] == "clerk"
    assert first["said"] == "On its way."
    assert first["asked_for"] == ["track"]
    assert [step["name"] for step in first["looked_up"]] == ["recall"]
    assert [touch["memory_id"] for touch in first["recalled"]] == [str(memory.id)]
    assert [(call["name"], call["result"]) for call in first["calls"]] == [("track", "lost")]


def test_pages_lose_no_decision(carol, run):
    stored, _ = run(1, 7)
    door, cursor, found = door_of(carol), "", []
    while cursor is not None:
        answer = door.get(f"runs/{stored.id}/decisions?limit=3{cursor and f'&cursor={cursor}'}")
        page = answer.json()
        found += page["results"]
        cursor = page["next_cursor"]
    assert len({one["step"]["span_id"] for one in found}) == len(found) == 7
    assert all(len(one["recalled"]) == len(one["calls"]) == 1 for one in found)
    problem_of(door.get(f"runs/{stored.id}/decisions?cursor=nonsense"), 422, "invalid")


def test_what_was_said_is_masked(carol, run):
    stored, _ = run(1, 1, says="I wrote to jonas.weber@acme.example.")
    [told] = door_of(carol).get(f"runs/{stored.id}/decisions").json()["results"]
    assert told["said"] == "I wrote to [email address]."


def test_two_runs_are_compared(carol, run):
    left, memory = run(1, 1)
    right, _ = run(2, 2)
    answer = door_of(carol).get(f"runs/{left.id}/comparison/{right.id}").json()
    assert (answer["left"]["id"], answer["right"]["id"]) == (str(left.id), str(right.id))
    assert [pair["same"] for pair in answer["pairs"]] == [True] * 4 + [False] * 3
    assert answer["divergence"] == 4
    assert answer["pairs"][4]["left"] is None
    called = {(one["kind"], one["name"]): (one["left"], one["right"]) for one in answer["called"]}
    assert called[("tool", "track")] == (1, 2)
    recalled = {one["memory_id"]: (one["left"], one["right"]) for one in answer["recalled"]}
    assert recalled[str(memory.id)] == (1, 0)


@pytest.mark.parametrize("path", ["decisions", "comparison/{other}"])
def test_mallory_finds_neither_and_a_key_without_the_scope_is_refused(
    acme, mallory, carol, run, path
):
    stored, _ = run(1, 1)
    address = f"runs/{stored.id}/{path.format(other=stored.id)}"
    assert door_of(carol).get(address).status_code == 200
    problem_of(door_of(mallory).get(address), 404, "not_found")
    writer = an_agent(acme, "writer", scopes=frozenset({Permission.MEMORY_WRITE}))
    problem_of(door_of(writer).get(address), 403, "not_permitted")
