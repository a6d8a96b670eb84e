"""Where the time of a run went: its steps added up by what they are called."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from audit.dialects.dialect import Op
from audit.timelines.axis import Axis
from audit.timelines.critical_path import critical_path
from audit.timelines.tree import NO_ROW
from audit.timelines.waterfall import Waterfall


@dataclass(slots=True)
class Frame:
    """Steps of one name and kind below the same frame. Times are nanoseconds.

    A step's own time is what none of its children covers; `total_ns` is its own and that of all
    below it, so work that ran side by side counts for each. Folded idle time does not count.
    """

    name: str
    op: str
    calls: int = 0
    errors: int = 0
    self_ns: int = 0
    total_ns: int = 0
    below: "dict[tuple[str, str], Frame]" = field(default_factory=dict)


@dataclass(slots=True)
class Spent:
    """What one tool, model or kind of step cost.

    `total_ns` adds up their lengths; for `waited_ns` of it the run waited, on its critical path.
    """

    name: str
    op: str
    calls: int = 0
    errors: int = 0
    self_ns: int = 0
    total_ns: int = 0
    waited_ns: int = 0


def own_times(waterfall: Waterfall) -> list[int]:
    """Of each row, the active time that no child covers: children may run side by side."""
    active = _active_time(waterfall.axis)
    start, end = waterfall.start, waterfall.end
    own = []
    for row, children in enumerate(waterfall.tree.children()):
        begins, ends = active(start[row]), active(end[row])
        left, covered = ends - begins, begins
        for child in children:  # by start
            since = max(covered, active(start[child]))
            until = min(ends, active(end[child]))
            if until > since:
                left -= until - since
                covered = until
        own.append(left)
    return own


def flame(waterfall: Waterfall, own: list[int]) -> Frame:
    """All roots below one frame without a name."""
    top = Frame("", "")
    frames: list[Frame] = []
    for row, parent in enumerate(waterfall.tree.parent):
        above = top if parent == NO_ROW else frames[parent]
        kind = (waterfall.name[row], waterfall.op[row])
        frame = above.below.get(kind)
        if frame is None:
            frame = above.below[kind] = Frame(*kind)
        frames.append(frame)
        frame.calls += 1
        frame.errors += waterfall.failed[row]
        frame.self_ns += own[row]
    _add_up(top)
    return top


def _add_up(top: Frame) -> None:
    frames = [top]
    for frame in frames:
        frames.extend(frame.below.values())
    for frame in reversed(frames):
        frame.total_ns = frame.self_ns + sum(one.total_ns for one in frame.below.values())


def spent(waterfall: Waterfall, own: list[int]) -> list[Spent]:
    """By tool, by model, and else by kind of step; what took longest by itself first."""
    found: dict[tuple[str, str], Spent] = {}
    active = _active_time(waterfall.axis)
    for row, op in enumerate(waterfall.op):
        if waterfall.is_missing(row):
            continue
        name = _called(waterfall, row)
        one = found.get((name, op))
        if one is None:
            one = found[name, op] = Spent(name, op)
        one.calls += 1
        one.errors += waterfall.failed[row]
        one.self_ns += own[row]
        one.total_ns += active(waterfall.end[row]) - active(waterfall.start[row])
    for section in critical_path(waterfall):
        row = section.row
        if not waterfall.is_missing(row):
            waited = active(section.end_ns) - active(section.start_ns)
            found[_called(waterfall, row), waterfall.op[row]].waited_ns += waited
    return sorted(found.values(), key=lambda one: (-one.self_ns, -one.total_ns, one.name))


def _called(waterfall: Waterfall, row: int) -> str:
    match waterfall.op[row]:
        case Op.TOOL:
            return waterfall.tool[row] or waterfall.name[row]
        case Op.MODEL | Op.EMBEDDING:
            return waterfall.model[row] or waterfall.name[row]
        case _:
            return waterfall.name[row]


def _active_time(axis: Axis) -> Callable[[int], int]:
    """How much of the time before an instant was active."""
    if not axis.segments:
        return lambda instant_ns: instant_ns
    begins = [segment.start_ns for segment in axis.segments]
    before = list(_running_sum(axis))

    def active(instant_ns: int) -> int:
        at = max(0, bisect_right(begins, instant_ns) - 1)
        segment = axis.segments[at]
        if segment.is_idle:
            return before[at]
        return before[at] + min(instant_ns, segment.end_ns) - segment.start_ns

    return active


def _running_sum(axis: Axis) -> Iterable[int]:
    total = 0
    for segment in axis.segments:
        yield total
        total += 0 if segment.is_idle else segment.end_ns - segment.start_ns
