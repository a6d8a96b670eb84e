"""What a run waited for, from its beginning to its end."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from audit.timelines.critical_path import critical_path
from audit.timelines.waterfall import Waterfall
from tests.timelines.laid_out import laid_out, told


def path(waterfall: Waterfall) -> list[tuple[str, int, int]]:
    return [(waterfall.name[s.row], s.start_ns, s.end_ns) for s in critical_path(waterfall)]


def test_of_children_side_by_side_only_the_one_that_ended_last_was_waited_for():
    run = laid_out(
        told("root", None, 0, 100),
        told("quick", "root", 10, 30),
        told("slow", "root", 10, 90),
    )
    assert path(run) == [("root", 0, 10), ("slow", 10, 90), ("root", 90, 100)]


def test_children_one_after_another_are_all_on_the_path_with_the_gaps_between_them():
    run = laid_out(
        told("root", None, 0, 100),
        told("first", "root", 0, 40),
        told("inner", "first", 10, 40),
        told("second", "root", 50, 100),
    )
    assert path(run) == [
        ("first", 0, 10),
        ("inner", 10, 40),
        ("root", 40, 50),
        ("second", 50, 100),
    ]


def test_what_was_fired_and_forgotten_was_not_waited_for():
    run = laid_out(told("root", None, 0, 50), told("later", "root", 50, 500))
    assert path(run) == [("root", 0, 50)]


def test_a_child_that_outlives_its_parent_was_waited_for_until_the_parent_ended():
    run = laid_out(told("root", None, 0, 50), told("child", "root", 20, 500))
    assert path(run) == [("root", 0, 20), ("child", 20, 50)]


def test_a_child_whose_clock_is_behind_counts_from_its_parents_start():
    run = laid_out(told("root", None, 100, 200), told("child", "root", 50, 150))
    assert path(run) == [("child", 100, 150), ("root", 150, 200)]


def test_a_child_that_ended_before_its_parent_began_is_passed_over():
    run = laid_out(told("root", None, 100, 200), told("child", "root", 10, 20))
    assert path(run) == [("root", 100, 200)]


def test_traces_of_one_run_follow_each_other_and_nobody_has_the_time_between():
    run = laid_out(
        told("monday", None, 0, 10), told("beside", None, 5, 25), told("tuesday", None, 20, 30)
    )
    assert path(run) == [("monday", 0, 10), ("tuesday", 20, 30)]


def test_a_chain_deeper_than_pythons_stack_has_a_path():
    chain = [told("0", None, 0, 10_000)]
    chain += [told(str(n), str(n - 1), n, 10_000) for n in range(1, 3000)]
    assert len(path(laid_out(*chain))) == 3000


def test_a_run_of_nothing_has_no_path():
    assert critical_path(laid_out()) == []


SPANS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 50), st.integers(0, 50)), max_size=9)


@given(SPANS)
def test_the_path_is_one_chain_without_overlap(spans: list[tuple[int, int, int]]):
    steps = [
        told(str(at), str(parent) if parent != at else None, start, start + length)
        for at, (parent, start, length) in enumerate(spans)
    ]
    run = laid_out(*steps)
    sections = critical_path(run)
    assert all(one.start_ns < one.end_ns for one in sections)
    assert all(one.end_ns <= other.start_ns for one, other in pairwise(sections))
    for one in sections:
        assert run.start[one.row] <= one.start_ns
        assert one.end_ns <= run.end[one.row]
