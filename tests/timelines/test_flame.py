"""Where the time of a run went, by name; and what repeats itself told once."""

import pytest

from audit.timelines.axis import DAY, HOUR
from audit.timelines.flame import flame, own_times, spent
from audit.timelines.repeats import repeats
from tests.timelines.laid_out import laid_out, told


def test_a_steps_own_time_is_what_no_child_covers():
    run = laid_out(
        told("root", None, 0, 100, op="agent"),
        told("a", "root", 10, 50),
        told("b", "root", 30, 60),
        told("late", "root", 90, 200),
    )
    assert own_times(run) == [40, 40, 30, 110]


def test_days_of_sleep_are_nobodys_time():
    run = laid_out(
        told("agent", None, 0, 2 * DAY, op="agent"),
        told("a", "agent", 0, HOUR),
        told("b", "agent", 2 * DAY - HOUR, 2 * DAY),
    )
    assert own_times(run) == [0, HOUR, HOUR]


def test_steps_of_one_name_below_the_same_steps_are_one_frame():
    run = laid_out(
        told("turn", None, 0, 100, id="t1", op="agent"),
        told("chat", "t1", 10, 40, id="c1", op="model"),
        told("turn", None, 100, 150, id="t2", op="agent"),
        told("chat", "t2", 100, 130, id="c2", op="model", error_type="timeout"),
    )
    top = flame(run, own_times(run))
    [turn] = top.below.values()
    [chat] = turn.below.values()
    assert (turn.calls, turn.self_ns, turn.total_ns) == (2, 90, 150)
    assert (chat.calls, chat.self_ns, chat.errors) == (2, 60, 1)
    assert top.total_ns == 150


def test_time_is_told_by_tool_and_by_model_what_took_longest_first():
    run = laid_out(
        told("agent", None, 0, 100, op="agent"),
        told("chat 1", "agent", 0, 30, op="model", model="m-1"),
        told("chat 2", "agent", 30, 60, op="model", model="m-1"),
        told("execute", "agent", 60, 95, tool="read", error_type="timeout"),
    )
    costs = spent(run, own_times(run))
    assert [(one.name, one.calls, one.self_ns, one.errors) for one in costs] == [
        ("m-1", 2, 60, 0),
        ("read", 1, 35, 1),
        ("agent", 1, 5, 0),
    ]


def test_work_side_by_side_counts_for_each_and_was_waited_for_once():
    run = laid_out(
        told("agent", None, 0, 100, op="agent"),
        told("slow", "agent", 0, 90, tool="slow"),
        told("quick", "agent", 0, 60, tool="quick"),
    )
    costs = {one.name: (one.total_ns, one.waited_ns) for one in spent(run, own_times(run))}
    assert costs == {"slow": (90, 90), "quick": (60, 0), "agent": (100, 10)}


@pytest.mark.parametrize(("count", "heads"), [(4, [-1, 1, 1, 1, 1]), (3, [-1] * 4)])
def test_four_alike_in_a_row_are_told_once(count: int, heads: list[int]):
    reads = (told("read", "root", at, at + 1, id=f"r{at}") for at in range(count))
    assert repeats(laid_out(told("root", None, 0, 10), *reads)) == heads


def test_another_step_between_them_parts_what_repeats():
    steps = [told("read", "root", at, at + 1, id=f"r{at}") for at in range(6)]
    between = told("write", "root", 3, 4)
    assert set(repeats(laid_out(told("root", None, 0, 10), *steps[:3], between, *steps[4:]))) == {
        -1
    }


def test_turns_with_steps_below_them_are_told_each():
    turns = [told("turn", None, at, at + 5, id=f"t{at}") for at in range(0, 50, 10)]
    inside = [told("chat", f"t{at}", at, at + 1, id=f"c{at}") for at in range(0, 50, 10)]
    assert set(repeats(laid_out(*turns, *inside))) == {-1}
