"""The steps of a run in the order of a tree, whatever is missing from it.

Columns of numbers, not objects: a run may have 100,000 steps, and is laid out while it goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

NO_ROW = -1
NOT_RECEIVED = -1
SPAN_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Tree:
    """Column by column; row by row parents stand before their children.

    `key` is trace id and span id, `step` the place of the step among those given (NOT_RECEIVED for
    a parent that has not arrived), `parent` a row or NO_ROW.
    """

    key: list[bytes]
    step: list[int]
    parent: list[int]
    depth: list[int]

    def children(self) -> list[list[int]]:
        """The rows right below each row, by start."""
        below: list[list[int]] = [[] for _ in self.key]
        for row, parent in enumerate(self.parent):
            if parent != NO_ROW:
                below[parent].append(row)
        return below


def in_tree_order(
    keys: Sequence[bytes],
    parents: Sequence[bytes | None],
    starts: Sequence[int],
    durations: Sequence[int | None],
) -> Tree:
    """Parents before their children, brothers and sisters by start.

    `parents` are span ids, of the same trace. A child whose parent has not arrived stands under a
    placeholder for it; a circle of parents, which only a broken or hostile sender makes, is cut
    where it is first met. Of a key given twice the earlier step stands.
    """
    # Of two that start together the longer one goes first: it may enclose the other.
    by_start = sorted(range(len(keys)), key=lambda at: (starts[at], -(durations[at] or 0)))
    place: dict[bytes, int] = {}
    for at in by_start:
        place.setdefault(keys[at], at)
    children: dict[bytes, list[bytes]] = {}
    roots: dict[bytes, None] = {}  # in the order of their first step
    for key, at in place.items():
        parent, own = parents[at], key[-SPAN_ID_BYTES:]
        if parent is None or parent == own:
            roots[key] = None
            continue
        above = key[:-SPAN_ID_BYTES] + parent
        children.setdefault(above, []).append(key)
        if above not in place:
            roots[above] = None
    tree = Tree([], [], [], [])
    placed: set[bytes] = set()
    for root in (*roots, *place):
        if root not in placed:
            _place(root, place, children, tree, placed)
    return tree


def _place(
    root: bytes,
    place: dict[bytes, int],
    children: dict[bytes, list[bytes]],
    tree: Tree,
    placed: set[bytes],
) -> None:
    """Depth first with a stack of our own: a trace may be deeper than Python's."""
    waiting = [(root, NO_ROW, 0)]
    while waiting:
        key, parent, depth = waiting.pop()
        if key in placed:
            continue
        placed.add(key)
        row = len(tree.key)
        tree.key.append(key)
        tree.step.append(place.get(key, NOT_RECEIVED))
        tree.parent.append(parent)
        tree.depth.append(depth)
        if below := children.get(key):
            waiting.extend((child, row, depth + 1) for child in reversed(below))
