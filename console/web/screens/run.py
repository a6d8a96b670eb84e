"""A run's waterfall as it is drawn: every length in percent, every kind with a word and an icon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from audit.models import Run
from audit.timelines.axis import Segment
from audit.timelines.memory_mark import MemoryMark
from audit.timelines.step import Step
from audit.timelines.waterfall import Row, Waterfall, waterfall_of

DEEPEST = 9
# A bar that is thinner cannot be seen, a label on a stretch that is narrower not be read.
THINNEST = 0.003
NARROWEST = 0.12


@dataclass(frozen=True, slots=True)
class Lane:
    """What a kind of step looks like, and what it is called."""

    name: str
    icon: str
    tone: str


LANES = {
    "agent": Lane("Agent", "agent", "neutral"),
    "model": Lane("Model", "model", "info"),
    "tool": Lane("Tool", "tool", "warn"),
    "memory_read": Lane("Memory read", "memory-read", "accent"),
    "memory_write": Lane("Memory write", "memory-write", "rose"),
    "other": Lane("Other", "step", "neutral"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the waterfall. `x` and `width` are percent, as SVG takes them."""

    row: Row
    step: Step | None
    lane: Lane
    depth: int
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the axis: idle ones are folded and say for how long; others when they begin."""

    x: str
    width: str
    middle: str
    is_idle: bool
    label: str


@dataclass(frozen=True, slots=True)
class Touch:
    """A memory this run used. `id` is None for another store's record that has no page here."""

    mark: MemoryMark
    id: UUID | None
    step: Step | None
    lane: Lane


@dataclass(frozen=True, slots=True)
class RunScreen:
    run: Run
    elapsed_ns: int
    bars: list[Bar]
    stretches: list[Stretch]
    lanes: list[Lane]
    touches: list[Touch]
    hidden: int


def run_screen(run: Run) -> RunScreen:
    waterfall = waterfall_of(run)
    bars = [_bar(row) for row in waterfall.rows]
    used = {bar.lane.name for bar in bars}
    return RunScreen(
        run=run,
        elapsed_ns=(run.last_seen - run.first_seen) // timedelta(microseconds=1) * 1000,
        bars=bars,
        stretches=list(_stretches(waterfall.segments)),
        lanes=[lane for lane in LANES.values() if lane.name in used],
        touches=list(_touches(waterfall)),
        hidden=waterfall.hidden,
    )


def lane_of(step: Step | None) -> Lane:
    return LANES[step.lane] if step else LANES["other"]


def touches_of(marks: Iterable[MemoryMark]) -> list[Touch]:
    return [_touch(mark, None) for mark in marks]


def _bar(row: Row) -> Bar:
    width = max(row.width, THINNEST)
    x = min(row.offset, 1 - width)
    return Bar(
        row, row.step, lane_of(row.step), min(row.depth, DEEPEST), _percent(x), _percent(width)
    )


def _stretches(segments: Iterable[Segment]) -> Iterable[Stretch]:
    day = None
    for segment in segments:
        label = segment.label
        if not segment.is_idle:
            begins = datetime.fromtimestamp(segment.start_ns / 1e9, UTC)
            wide = segment.width >= NARROWEST or day is None
            label = begins.strftime("%H:%M:%S" if begins.date() == day else "%d %b %H:%M")
            label, day = (label, begins.date()) if wide else ("", day)
        yield Stretch(
            _percent(segment.offset),
            _percent(segment.width),
            _percent(segment.offset + segment.width / 2),
            segment.is_idle,
            label,
        )


def _touches(waterfall: Waterfall) -> Iterable[Touch]:
    """Each memory once per kind of access, where it was first touched."""
    seen = set()
    for row in waterfall.rows:
        for mark in row.memories:
            key = (mark.memory_id, mark.access)
            if key not in seen:
                seen.add(key)
                yield _touch(mark, row.step)


def _touch(mark: MemoryMark, step: Step | None) -> Touch:
    try:
        identifier = UUID(mark.memory_id)
    except ValueError:
        identifier = None
    lane = LANES["memory_read" if mark.access == "read" else "memory_write"]
    return Touch(mark, identifier, step, lane)


def _percent(share: float) -> str:
    return f"{share * 100:.4f}".rstrip("0").rstrip(".") + "%"
