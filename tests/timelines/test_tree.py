"""Every step stands once, under its parent, whatever is missing or wrong."""

from hypothesis import given
from hypothesis import strategies as st

from audit.timelines.tree import NO_ROW, NOT_RECEIVED, Tree, in_tree_order

Edge = tuple[str, str | None, int]


def key(name: str, trace: str = "t") -> bytes:
    return trace.encode().rjust(16, b"_") + name.encode().rjust(8, b"_")


def tree(*steps: Edge) -> Tree:
    names, parents, starts = zip(*steps, strict=True)
    above = [one and key(one)[16:] for one in parents]
    return in_tree_order([key(name) for name in names], above, starts, [1] * len(steps))


def shape(*steps: Edge) -> list[tuple[str, int, bool]]:
    drawn = tree(*steps)
    names = [one[16:].decode().lstrip("_") for one in drawn.key]
    received = [at != NOT_RECEIVED for at in drawn.step]
    return list(zip(names, drawn.depth, received, strict=True))


def test_children_follow_their_parent_in_the_order_they_started():
    found = shape(("c", "a", 3), ("a", None, 0), ("b", "a", 1), ("d", "b", 2))
    assert found == [("a", 0, True), ("b", 1, True), ("d", 2, True), ("c", 1, True)]


def test_each_row_knows_the_row_above_it_and_those_below():
    drawn = tree(("a", None, 0), ("b", "a", 1), ("d", "b", 2), ("c", "a", 3))
    assert drawn.parent == [NO_ROW, 0, 1, 0]
    assert drawn.children() == [[1, 3], [2], [], []]


def test_orphans_of_one_parent_stand_together_under_its_placeholder():
    found = shape(("x", "gone", 5), ("y", "gone", 9), ("a", None, 7))
    assert found == [("gone", 0, False), ("x", 1, True), ("y", 1, True), ("a", 0, True)]


def test_a_step_that_is_its_own_parent_is_a_root():
    assert shape(("a", "a", 0)) == [("a", 0, True)]


def test_a_circle_of_parents_is_cut():
    assert shape(("a", "b", 1), ("b", "a", 2)) == [("a", 0, True), ("b", 1, True)]


def test_the_same_span_id_in_two_traces_is_two_steps():
    both = in_tree_order([key("a"), key("a", "u")], [None, None], [0, 0], [1, 1])
    assert len(both.key) == 2


def test_of_a_span_sent_twice_with_two_starts_the_earlier_stands():
    assert in_tree_order([key("a"), key("a")], [None, None], [9, 4], [1, 1]).step == [1]


def test_of_two_that_start_together_the_longer_goes_first():
    assert in_tree_order([key("a"), key("b")], [None, None], [0, 0], [1, 5]).step == [1, 0]


def test_a_trace_deeper_than_pythons_stack_is_laid_out():
    chain = [("0", None, 0), *((str(n), str(n - 1), n) for n in range(1, 5000))]
    assert tree(*chain).depth[-1] == 4999


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12), st.integers(0, 5)), max_size=12))
def test_any_set_of_steps_is_placed_whole_and_once(edges: list[tuple[int, int, int]]):
    keys = [key(str(own)) for own, _, _ in edges]
    parents = [key(str(parent))[16:] for _, parent, _ in edges]
    drawn = in_tree_order(keys, parents, [start for _, _, start in edges], [1] * len(edges))
    placed = [one for one, at in zip(drawn.key, drawn.step, strict=True) if at != NOT_RECEIVED]
    assert sorted(placed) == sorted(set(keys))
    assert all(parent < row for row, parent in enumerate(drawn.parent))
