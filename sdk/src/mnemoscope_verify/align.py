"""Laying the lines of a pack beside the leaves of its log, to say where they part.

Needed only once it is certain that something was touched, and only to name the place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from mnemoscope_verify.entries import Line

LOOK_AHEAD = 8192  # lines within which the two must meet again
MOST_APART = 1000

Lines = deque[tuple[int, Line]]
Leaves = deque[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Added:
    """A line that is not what the log has at its place."""

    index: int
    line: Line
    instead: int | None  # the index of the leaf that it replaces


@dataclass(slots=True)
class Apart:
    """`removed` are leaves of the log, by index, for which no line stands at their place."""

    added: list[Added] = field(default_factory=list)
    removed: dict[int, bytes] = field(default_factory=dict)
    tail: tuple[int, int] | None = None  # from which index on no lines follow, and how many leaves
    lost: int | None = None  # the index from which on nothing fits any more


def align(lines: Iterator[tuple[int, Line]], leaves: Iterator[tuple[int, bytes]]) -> Apart:
    """Greedy: where they part, it goes on at the nearest place at which they meet again."""
    apart = Apart()
    said: Lines = deque()
    true: Leaves = deque()
    while True:
        said.extend(islice(lines, LOOK_AHEAD - len(said)))
        true.extend(islice(leaves, LOOK_AHEAD - len(true)))
        if not said:
            if true:
                apart.tail = (true[0][0], len(true) + sum(1 for _ in leaves))
            return apart
        if true and said[0][1].leaf == true[0][1]:
            _pass_equal(said, true)
            continue
        begin = said[0][0]
        _part(apart, said, true)
        if len(apart.added) > MOST_APART or len(apart.removed) > MOST_APART:
            apart.lost = begin
            return apart


def _pass_equal(said: Lines, true: Leaves) -> None:
    while said and true and said[0][1].leaf == true[0][1]:
        said.popleft()
        true.popleft()


def _part(apart: Apart, said: Lines, true: Leaves) -> None:
    lines, leaves = _meeting(said, true)
    replaced = min(lines, leaves)
    for step in range(lines):
        index, line = said.popleft()
        instead = true[step][0] if step < replaced else None
        apart.added.append(Added(index, line, instead))
    for _ in range(leaves):
        index, leaf = true.popleft()
        apart.removed[index] = leaf


def _meeting(said: Lines, true: Leaves) -> tuple[int, int]:
    """How many lines and leaves to skip: the fewest together, then as many of each as can be.

    Between a line too much and a leaf too few, the line: a replay must not look like a swap.
    """
    places: dict[bytes, int] = {}
    for place, (_, leaf) in enumerate(true):
        places.setdefault(leaf, place)
    best, cost = (len(said), len(true)), (len(said) + len(true), 0, 0)
    for skipped, (_, line) in enumerate(said):
        if skipped > cost[0]:
            break
        met = places.get(line.leaf)
        if met is None:
            continue
        costs = (skipped + met, abs(skipped - met), met)
        if costs < cost:
            best, cost = (skipped, met), costs
    return best
