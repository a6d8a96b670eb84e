"""Every step stands once, under its parent, whatever is missing or wrong."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from audit.dialects.dialect import Op
from audit.timelines.step import Step
from audit.timelines.tree import in_tree_order

STEP = Step(
    trace_id="t",
    span_id="a",
    parent_id=None,
    run_id=UUID(int=1),
    name="",
    op=Op.OTHER,
    is_running=False,
    is_error=False,
    error_type="",
    agent="",
    service="",
    tool="",
    model="",
    input_tokens=None,
    output_tokens=None,
    memory_store="",
    memory_count=None,
    started_at=datetime(2026, 11, 21, tzinfo=UTC),
    start_ns=0,
    duration_ns=1,
)


def step(span_id: str, parent_id: str | None = None, start: int = 0, **fields: object) -> Step:
    return replace(STEP, span_id=span_id, parent_id=parent_id, start_ns=start, **fields)


def shape(*steps: Step) -> list[tuple[str, int, bool]]:
    return [(b.key[1], b.depth, b.step is not None) for b in in_tree_order(steps)]


def test_children_follow_their_parent_in_the_order_they_started():
    found = shape(step("c", "a", 3), step("a"), step("b", "a", 1), step("d", "b", 2))
    assert found == [("a", 0, True), ("b", 1, True), ("d", 2, True), ("c", 1, True)]


def test_orphans_of_one_parent_stand_together_under_its_placeholder():
    found = shape(step("x", "gone", 5), step("y", "gone", 9), step("a", None, 7))
    assert found == [("gone", 0, False), ("x", 1, True), ("y", 1, True), ("a", 0, True)]


def test_a_step_that_is_its_own_parent_is_a_root():
    assert shape(step("a", "a")) == [("a", 0, True)]


def test_a_circle_of_parents_is_cut():
    found = shape(step("a", "b", 1), step("b", "a", 2))
    assert found == [("a", 0, True), ("b", 1, True)]


def test_the_same_span_id_in_two_traces_is_two_steps():
    assert len(shape(step("a"), step("a", trace_id="u"))) == 2


def test_a_trace_deeper_than_pythons_stack_is_laid_out():
    chain = [step("0")] + [step(str(n), str(n - 1), n) for n in range(1, 5000)]
    assert in_tree_order(chain)[-1].depth == 4999


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12), st.integers(0, 5)), max_size=12))
def test_any_set_of_steps_is_placed_whole_and_once(edges: list[tuple[int, int, int]]):
    steps = [step(str(own), str(parent), start) for own, parent, start in edges]
    placed = [b.key for b in in_tree_order(steps) if b.step is not None]
    assert sorted(placed) == sorted({("t", s.span_id) for s in steps})
