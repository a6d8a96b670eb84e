"""Active time is to scale; long idle time is a stub with a label."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.timelines.axis import DAY, HOUR, MINUTE, SECOND, fold, spoken

INTERVALS = st.lists(
    st.tuples(st.integers(0, 10 * DAY), st.integers(0, HOUR)).map(lambda p: (p[0], p[0] + p[1])),
    min_size=1,
    max_size=30,
)


def test_two_hours_of_work_around_two_days_of_sleep_fill_the_axis():
    axis = fold([(0, HOUR), (HOUR + 2 * DAY, 2 * HOUR + 2 * DAY)])
    first, idle, second = axis.segments
    assert idle.label == "2 days idle"
    assert idle.width == pytest.approx(0.03)
    assert first.width == second.width == pytest.approx(0.485)
    assert axis.position(HOUR // 2) == pytest.approx(0.2425)
    assert axis.position(HOUR + DAY) == pytest.approx(0.485 + 0.015)


def test_a_pause_that_is_short_beside_the_work_is_to_scale():
    axis = fold([(0, HOUR), (HOUR + 2 * MINUTE, 2 * HOUR)])
    [only] = axis.segments
    assert not only.is_idle
    assert axis.position(HOUR) == pytest.approx(0.5)


def test_overlapping_work_is_counted_once():
    assert len(fold([(0, 10), (5, 20), (20, 30)]).segments) == 1


def test_stubs_never_take_more_than_their_share():
    axis = fold([(day * DAY, day * DAY + SECOND) for day in range(200)])
    assert sum(s.width for s in axis.segments if s.is_idle) == pytest.approx(0.3)


def test_an_axis_of_one_instant_has_a_place_for_it():
    assert 0 <= fold([(5, 5)]).position(5) <= 1


def test_an_axis_of_nothing_has_no_segments():
    assert fold([]).segments == ()
    assert fold([]).position(7) == 0


@given(INTERVALS)
def test_the_axis_is_whole_and_keeps_the_order_of_time(intervals: list[tuple[int, int]]):
    axis = fold(intervals)
    assert sum(segment.width for segment in axis.segments) == pytest.approx(1)
    instants = sorted(instant for pair in intervals for instant in pair)
    places = [axis.position(instant) for instant in instants]
    assert all(0 <= place <= 1 + 1e-9 for place in places)
    assert all(before <= after + 1e-9 for before, after in pairwise(places))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (DAY, "1 day"),
        (3 * DAY - 1, "2 days"),
        (90 * MINUTE, "1 hour"),
        (2 * MINUTE, "2 minutes"),
        (1500 * 10**6, "1 second"),
        (40 * 10**6, "40 ms"),
    ],
)
def test_a_length_is_spoken_in_its_largest_unit(length: int, words: str):
    assert spoken(length) == words
