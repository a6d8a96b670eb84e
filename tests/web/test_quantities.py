"""Spans of time as people read them."""

from datetime import timedelta

import pytest

from console.web.quantities import MOST_COUNTED, bounded, dollars, relative, took

SECOND = 10**9


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1_500, "1.5 µs"),
        (999_700, "1000 µs"),
        (840_000_000, "840 ms"),
        (1_240_000_000, "1.24 s"),
        (59_970_000_000, "60 s"),
        (60 * SECOND, "1 min"),
        (192 * SECOND, "3 min 12 s"),
        (86_400 * SECOND + 59 * SECOND, "1 d"),
        (2 * 86_400 * SECOND + 4 * 3_600 * SECOND, "2 d 4 h"),
    ],
)
def test_a_duration_is_told_in_its_largest_units(nanoseconds, words):
    assert took(nanoseconds) == words


def test_a_narrow_place_gets_one_unit():
    assert took(2 * 86_400 * SECOND + 4 * 3_600 * SECOND, units=1) == "2 d"


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=-59), "59 s ago"),
        (timedelta(minutes=-3), "3 min ago"),
        (timedelta(hours=5), "in 5 h"),
        (timedelta(days=59), "in 59 d"),
        (timedelta(days=-90), "3 mo ago"),
        (timedelta(days=3650), "in 10 y"),
    ],
)
def test_a_distance_from_now_is_told_in_its_largest_unit(distance, words):
    assert relative(distance) == words


def test_a_count_stops_where_counting_did():
    assert bounded(MOST_COUNTED) == "1,000"
    assert bounded(MOST_COUNTED + 1) == "1,000+"


@pytest.mark.parametrize(
    ("nanos", "words"),
    [
        (0, "$0.00"),
        (1, "$0.0000000010"),
        (2_100_000, "$0.0021"),
        (50_000_000, "$0.050"),
        (990_000_000, "$0.99"),
        (1_234_567_890_000, "$1,234.57"),
    ],
)
def test_a_cost_has_as_many_digits_as_tell_something(nanos, words):
    assert dollars(nanos) == words
