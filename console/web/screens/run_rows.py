"""The first rows of a run's waterfall as they are drawn: every length in percent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from audit.timelines.axis import Segment
from audit.timelines.repeats import repeats
from audit.timelines.tree import NO_ROW
from audit.timelines.waterfall import Waterfall
from console.web.quantities import took
from console.web.screens.lanes import Lane, lane_of_op

FIRST_ROWS = 300
ABOVE_THE_OPENED = 20
DEEPEST = 9
SPAN_ID = 16  # where it begins in a key
# A bar that is thinner cannot be seen; labels that begin closer together run into each other.
THINNEST = 0.003
START_LABEL = 0.2
IDLE_LABEL = 0.1
LAST_LABEL = 0.85


@dataclass(frozen=True, slots=True)
class Bar:
    """One row. `x` and `width` are percent, as SVG takes them.

    `repeated` counts the steps that one row stands for, of which `errors` failed.
    """

    name: str
    lane: Lane
    depth: int
    href: str
    x: str
    width: str
    middle: str
    has_children: bool
    is_missing: bool
    is_running: bool
    is_current: bool
    errors: int
    repeated: int
    took_ns: int

    @property
    def is_memory(self) -> bool:
        return self.lane.key.startswith("memory_")

    @property
    def thickness(self) -> tuple[str, str]:
        """Top and height: what encloses others is thin, and what a dot marks is a thread."""
        if self.is_memory and self.repeated == 1:
            return "44%", "12%"
        return ("40%", "20%") if self.has_children else ("28%", "44%")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the axis: idle ones are folded and say for how long; others when they begin."""

    x: str
    width: str
    middle: str
    is_idle: bool
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Some of the `count` rows there are, the first of them at `begin`."""

    bars: list[Bar]
    begin: int
    count: int

    @property
    def end(self) -> int:
        return self.begin + len(self.bars)

    @property
    def previous(self) -> int | None:
        return max(0, self.begin - FIRST_ROWS) if self.begin else None

    @property
    def next(self) -> int | None:
        return self.end if self.end < self.count else None


def rows_of(
    waterfall: Waterfall,
    address: str,
    *,
    begin: int | None = None,
    current: bytes | None = None,
    unfolded: frozenset[bytes] = frozenset(),
) -> Rows:
    """`address` is that of the run, below which each step has its own.

    Repeated steps are one row, but for those of which one is `current` or whose first has its span
    id among the `unfolded`. With `begin` unsaid the rows begin where `current` is to be seen.
    """
    head = repeats(waterfall)
    keys = waterfall.tree.key
    opened = {head[row] for row, key in enumerate(keys) if key == current}
    opened |= {row for row, key in enumerate(keys) if key[SPAN_ID:] in unfolded}
    shown = _shown(waterfall, head, opened)
    if begin is None:
        at = next((at for at, row in enumerate(shown) if keys[row] == current), 0)
        begin = at - ABOVE_THE_OPENED if at >= FIRST_ROWS else 0
    begin = min(begin, max(0, len(shown) - 1))
    members = _members(head)
    encloses = set(waterfall.tree.parent)
    bars = []
    for row in shown[begin : begin + FIRST_ROWS]:
        folded = head[row] == row and row not in opened
        of = members[row] if folded else [row]
        is_current = keys[row] == current
        bars.append(_bar(waterfall, of, address, is_current=is_current, encloses=row in encloses))
    return Rows(bars, begin, len(shown))


def _shown(waterfall: Waterfall, head: Sequence[int], opened: set[int]) -> list[int]:
    """The rows that no folded row stands for, nor hides below it."""
    shown, hidden = [], set()
    for row, parent in enumerate(waterfall.tree.parent):
        first = head[row]
        is_folded = first not in {NO_ROW, *opened}
        if parent in hidden or (is_folded and first != row):
            hidden.add(row)
            continue
        shown.append(row)
        if is_folded:
            hidden.add(row)
    return shown


def _members(head: Sequence[int]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for row, first in enumerate(head):
        if first != NO_ROW:
            members.setdefault(first, []).append(row)
    return members


def _bar(
    waterfall: Waterfall, rows: Sequence[int], address: str, *, is_current: bool, encloses: bool
) -> Bar:
    row = rows[0]
    begins, ends = waterfall.start[row], max(waterfall.end[one] for one in rows)
    offset = waterfall.axis.position(begins)
    width = max(waterfall.axis.position(ends) - offset, THINNEST)
    x = min(offset, 1 - width)
    key = waterfall.tree.key[row].hex()
    is_folded = len(rows) > 1
    return Bar(
        name=waterfall.name[row],
        lane=lane_of_op(waterfall.op[row]),
        depth=min(waterfall.tree.depth[row], DEEPEST),
        href=f"{address}?unfold={key[32:]}" if is_folded else f"{address}/{key[:32]}/{key[32:]}",
        x=_percent(x),
        width=_percent(width),
        middle=_percent(x + width / 2),
        has_children=encloses,
        is_missing=waterfall.is_missing(row),
        is_running=any(waterfall.running[one] for one in rows),
        is_current=is_current,
        errors=sum(waterfall.failed[one] for one in rows),
        repeated=len(rows),
        took_ns=ends - begins,
    )


def stretches(segments: Iterable[Segment]) -> Iterable[Stretch]:
    """A label that would run into the one before it is left out; hovering still tells it."""
    day, told, idle_told = None, -1.0, -1.0
    for segment in segments:
        label, middle = "", segment.offset + segment.width / 2
        if segment.is_idle and middle - idle_told >= IDLE_LABEL:
            label, idle_told = took(segment.end_ns - segment.start_ns, units=1), middle
        elif not segment.is_idle and told + START_LABEL <= segment.offset <= LAST_LABEL:
            begins = datetime.fromtimestamp(segment.start_ns / 1e9, UTC)
            label = begins.strftime("%H:%M:%S" if begins.date() == day else "%d %b %H:%M")
            day, told = begins.date(), segment.offset
        yield Stretch(
            _percent(segment.offset),
            _percent(segment.width),
            _percent(middle),
            segment.is_idle,
            label,
            segment.label,
        )


def _percent(share: float) -> str:
    return f"{share * 100:.4f}".rstrip("0").rstrip(".") + "%"
