"""The chain of steps that made a run last as long as it did.

Jaeger's algorithm (jaeger-ui, CriticalPath): from the end backwards, always into the child that
ended last before the instant reached. A child that outlives its parent was not waited for past the
parent's end; one that began after it was not waited for at all.
"""

from dataclasses import dataclass

from audit.timelines.tree import NO_ROW
from audit.timelines.waterfall import Waterfall


@dataclass(frozen=True, slots=True)
class Section:
    """What the run waited for from `start_ns` to `end_ns`."""

    row: int
    start_ns: int
    end_ns: int


def critical_path(waterfall: Waterfall) -> list[Section]:
    """In the order of time. What lies between two roots is nobody's."""
    start, end = waterfall.start, waterfall.end
    # The last to end is at the end of each list: what is popped is never needed again.
    below = waterfall.tree.children()
    for rows in below:
        rows.sort(key=end.__getitem__)
    roots = [row for row, parent in enumerate(waterfall.tree.parent) if parent == NO_ROW]
    roots.sort(key=end.__getitem__)
    path: list[Section] = []
    reached = max(end, default=0)
    while roots:
        root = roots.pop()
        if end[root] <= reached:
            path.extend(_within(root, waterfall, below))
            reached = start[root]
    path.reverse()
    return path


def _within(root: int, waterfall: Waterfall, below: list[list[int]]) -> list[Section]:
    """The last section first. With a stack of our own: a trace may be deeper than Python's."""
    start, end = waterfall.start, waterfall.end
    path: list[Section] = []
    reached = end[root]
    # Each with the bounds within which its parent waited for it.
    inside = [(root, start[root], end[root])]
    while inside:
        row, since, until = inside[-1]
        child = _last_to_end(below[row], start, end, (since, until, reached))
        if child is None:
            if since < reached:
                path.append(Section(row, since, reached))
                reached = since
            inside.pop()
            continue
        ended = min(end[child], until)
        if ended < reached:
            path.append(Section(row, ended, reached))
            reached = ended
        inside.append((child, max(start[child], since), ended))
    return path


def _last_to_end(
    rows: list[int], start: list[int], end: list[int], bounds: tuple[int, int, int]
) -> int | None:
    """Takes it from `rows`, and with it those that were never waited for."""
    since, until, reached = bounds
    while rows:
        row = rows.pop()
        fired_and_forgotten = end[row] > until and start[row] >= until
        beside_the_path = min(end[row], until) > reached
        before_its_parent = end[row] < since
        if not (fired_and_forgotten or beside_the_path or before_its_parent):
            return row
    return None
