"""Two runs side by side, in a browser."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.receive import receive_protobuf
from audit.models import Run
from audit.timelines import comparison
from console.tenancy.scope import tenant_scope
from tests.cast import a_memory
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

OTHER = "01990000-0000-7000-8000-000000000000"


@pytest.fixture
def run(acme):
    """Stores a run of clerk's: `chat`, a tool by its name, `!` and a tool that failed, or ids."""

    def store(number, *steps, model="gpt-5"):
        trace, start = bytes([number]) * 16, moment_ns()
        agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}
        spans = [a_span(f"case {number}", trace_id=trace, span_id=b"\xff" * 8, start=start,
                        seconds=100, attributes=agent)]  # fmt: skip
        for at, step in enumerate(steps, start=1):
            told, status = {}, Status()
            if step == "chat":
                told = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
            elif isinstance(step, list):
                records = json.dumps([{"id": str(one)} for one in step])
                told = {
                    "gen_ai.operation.name": "search_memory",
                    "gen_ai.memory.records": records,
                }
            else:
                tool = step.removeprefix("!")
                told = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
                status = Status(code=2 if step.startswith("!") else 0)
            spans.append(
                a_span(str(step)[:40], trace_id=trace, span_id=at.to_bytes(8, "big"), status=status,
                       parent=b"\xff" * 8, start=start + at * SECOND // 100, attributes=told)
            )  # fmt: skip
        assert receive_protobuf(acme.id, protobuf_body(*spans)).stored == len(spans)
        with tenant_scope(acme.id):
            return Run.objects.get(key=trace.hex())

    return store


def compared(client, left, right):
    response = client.get(f"/runs/{left.id}/compare/{right.id}")
    assert response.status_code == 200
    return response


def steps_of(screen):
    return [
        tuple(cell.side.name if cell else None for cell in (row.left, row.right))
        for stretch in screen.stretches
        for row in stretch.rows
        if not row.is_same
    ]


def test_steps_are_aligned_and_the_first_that_differs_is_marked(desk, carol, run):
    left = run(1, "chat", "track", "chat", "mail", "chat")
    right = run(2, "chat", "track", "chat", "call", "chat", model="gpt-6")
    response = compared(desk(carol), left, right)
    screen, page = response.context["screen"], response.content.decode()
    # The roots' names differ; a model's own name does not make a step another one.
    assert steps_of(screen) == [("case 1", "case 2"), ("mail", "call")]
    assert screen.differences == 2
    assert page.count('id="divergence"') == 1
    assert "gpt-5" in page
    assert "gpt-6" in page


def test_a_step_that_failed_on_one_side_only_is_a_difference(desk, carol, run):
    screen = compared(desk(carol), run(1, "track"), run(2, "!track")).context["screen"]
    assert ("track", "!track") in steps_of(screen)
    errors = next(figure for figure in screen.figures if figure.label == "Errors")
    assert (errors.left, errors.right, errors.change, errors.worse) == ("0", "1", "new", True)


def test_a_run_beside_itself_is_the_same_and_long_sameness_is_folded(desk, carol, run):
    left = run(1, *["chat", "track"] * 30)
    response = compared(desk(carol), left, left)
    screen = response.context["screen"]
    assert screen.differences == 0
    assert [stretch.is_folded for stretch in screen.stretches] == [True]
    assert "61 steps the same" in response.content.decode()
    assert "The same steps in the same order" in response.content.decode()


def test_what_each_recalled_is_told_apart(desk, carol, robo, run):
    boats, trains, cars = (
        a_memory(robo, f"Orders come by {vehicle}.") for vehicle in ("boat", "train", "car")
    )
    left = run(1, [boats.id, trains.id])
    right = run(2, [trains.id, cars.id], ["other-store"])
    sets = dict(compared(desk(carol), left, right).context["screen"].recalled)
    assert [row.text for row in sets["Only on the left"]] == ["Orders come by boat."]
    assert [row.text for row in sets["In both"]] == ["Orders come by train."]
    only_right = {(row.id, row.text) for row in sets["Only on the right"]}
    assert only_right == {(cars.id, "Orders come by car."), (None, "")}


def test_runs_too_long_to_align_are_compared_by_what_they_called(desk, carol, run, monkeypatch):
    monkeypatch.setattr(comparison, "MAX_ALIGNED", 5)
    response = compared(desk(carol), run(1, *["poll"] * 6), run(2, "chat"))
    assert "too long to be aligned" in response.content.decode()
    [poll] = [row.mix for row in response.context["screen"].mix if row.mix.name == "poll"]
    assert (poll.left, poll.right) == (6, 0)


def test_hostile_names_harm_no_comparison(desk, carol, run):
    page = compared(desk(carol), run(1, "<script>x", "\u202egnp"), run(2, "chat")).content.decode()
    assert "<script>x" not in page
    assert "\u202e" not in page


def test_the_other_run_is_picked_from_the_agents_own_or_by_its_address(desk, carol, run):
    left, right = run(1, "chat"), run(2, "chat")
    client = desk(carol)
    page = client.get(f"/runs/{left.id}/compare").content.decode()
    assert f"/runs/{left.id}/compare/{right.id}" in page
    assert f"/runs/{left.id}/compare/{left.id}" not in page
    for asked in (str(right.id), f"https://desk.example/runs/{right.id}?row=3"):
        response = client.get(f"/runs/{left.id}/compare", {"run": asked})
        assert response["Location"] == f"/runs/{left.id}/compare/{right.id}"
    for asked, why in (("case 2", "Give the id of a run"), (OTHER, "There is no such run.")):
        response = client.get(f"/runs/{left.id}/compare", {"run": asked})
        assert response.status_code == 422
        assert why in response.content.decode()


def test_mallory_compares_nothing_of_acmes(desk, mallory, run):
    left, right = run(1, "chat"), run(2, "chat")
    client = desk(mallory)
    assert client.get(f"/runs/{left.id}/compare").status_code == 404
    assert client.get(f"/runs/{left.id}/compare/{right.id}").status_code == 404


def test_longer_runs_ask_no_more_of_the_database(desk, carol, robo, run):
    memories = [a_memory(robo, f"Fact {number}.") for number in range(8)]
    few = run(1, "chat", [memories[0].id]), run(2, "chat", [memories[1].id])
    many = run(3, *["chat"] * 40, [one.id for one in memories]), run(4, *["track"] * 40)
    client, asked = desk(carol), []
    for left, right in (few, many):
        with CaptureQueriesContext(connection) as queries:
            compared(client, left, right)
        asked.append(len(queries))
    assert asked[0] == asked[1]
