"""What fed a memory, and the drawing of what led to what."""

from collections.abc import Callable

from audit.influence.before import MOST_FEEDING, writings_of
from audit.influence.recalls import Sought
from audit.models import AccessKind
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from console.web.charts import Edge, Layer, Node, flow
from tests.cast import Machine, a_memory
from tests.influence.conftest import Turn

Begin = Callable[..., Turn]


def drawn(edges: list[Edge]):
    layers = [
        Layer("One", [Node("a", "A" * 40), Node("b", "B\u202eB")]),
        Layer("Nothing", []),
        Layer("Two", [Node("c", "C")]),
        Layer("Three", [Node("d", "D")]),
    ]
    return flow(id="f", title="t", description="d", layers=layers, edges=edges)


def test_a_memory_was_fed_by_the_latest_steps_that_had_ended_before_it_was_written(
    acme: Tenant, robo: Machine, turn: Begin
):
    memory = a_memory(robo)
    one = turn()
    for second in range(1, 6):
        one.tool(second, f"tool-{second}")
    one.add("execute_tool", 8, 30, tool__name="still-running")
    one.touched(10, memory.id, AccessKind.WRITE)
    one.tool(20, "afterwards")
    one.send()
    with tenant_scope(acme.id):
        [writing] = writings_of([Sought(str(memory.id), memory.created_at.replace(year=2000))])
    assert len(writing.fed) == MOST_FEEDING
    assert [step.tool for step in writing.fed] == ["tool-3", "tool-4", "tool-5"]


def test_boxes_stand_in_layers_and_an_empty_layer_has_none():
    shown = drawn([Edge("a", "c", "recorded")])
    assert [heading.text for heading in shown.headings] == ["One", "Two", "Three"]
    columns = {box.node.key: box.x for box in shown.boxes}
    assert columns["a"] == columns["b"] < columns["c"] < columns["d"]
    assert all(box.x + box.width <= shown.width for box in shown.boxes)
    assert all(box.y + box.height <= shown.height for box in shown.boxes)


def test_what_leads_past_a_layer_runs_below_the_boxes():
    near, past = drawn([Edge("a", "c", "after")]), drawn([Edge("a", "d", "declared")])
    assert "H" not in near.lines[0].path
    assert "H" in past.lines[0].path
    assert past.height > near.height


def test_a_line_to_what_is_not_drawn_is_left_out_and_one_said_twice_is_drawn_once():
    shown = drawn([Edge("a", "z", "after"), Edge("a", "c", "after"), Edge("a", "c", "after")])
    assert len(shown.lines) == 1
    assert shown.evidences == ["after"]


def test_a_box_shows_what_nobody_sees_and_cuts_what_is_long():
    labels = {box.node.key: box.label for box in drawn([]).boxes}
    assert labels["b"] == "B\ufffdB"
    assert labels["a"].endswith("…")
    assert len(labels["a"]) < 40
