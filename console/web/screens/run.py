"""A run's waterfall as it is drawn: every length in percent, every kind with a word and an icon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.urls import reverse

from audit.models import AccessKind, Run, RunOutcome
from audit.outcomes import outcomes_of
from audit.timelines.axis import Segment
from audit.timelines.memory_mark import MemoryMark
from audit.timelines.step import Step
from audit.timelines.waterfall import Row, Waterfall, waterfall_of
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.web.quantities import took
from console.web.screens.versions import versions_by_number
from console.web.text import excerpt
from memory.access import visible_memories
from memory.agents import agents_named
from memory.models import MemoryVersion

DEEPEST = 9
MOST_OUTCOMES = 10
# A bar that is thinner cannot be seen; labels that begin closer together run into each other.
THINNEST = 0.003
START_LABEL = 0.2
IDLE_LABEL = 0.1
LAST_LABEL = 0.85


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
    "approval": Lane("Approval", "check", "ok"),
    "other": Lane("Other", "step", "neutral"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the waterfall. `x` and `width` are percent, as SVG takes them."""

    row: Row
    step: Step | None
    lane: Lane
    depth: int
    href: str
    x: str
    width: str
    middle: str

    @property
    def thickness(self) -> tuple[str, str]:
        """Top and height: what encloses others is thin, and what a dot marks is a thread."""
        if self.step is not None and self.step.is_memory:
            return "44%", "12%"
        return ("40%", "20%") if self.row.children else ("28%", "44%")


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
class Touch:
    """A memory this run used. `id` is None for one that has no page here, or not for this actor."""

    mark: MemoryMark
    id: UUID | None
    excerpt: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class RunScreen:
    run: Run
    elapsed_ns: int
    bars: list[Bar]
    stretches: list[Stretch]
    lanes: list[Lane]
    touches: list[Touch]
    outcomes: list[RunOutcome]
    hidden: int
    agents: dict[str, UUID]


def run_screen(actor: Actor, run: Run) -> RunScreen:
    waterfall = waterfall_of(run)
    address = reverse("run-detail", args=[run.id])
    bars = [_bar(row, address) for row in waterfall.rows]
    used = {bar.lane.name for bar in bars}
    return RunScreen(
        run=run,
        elapsed_ns=(run.last_seen - run.first_seen) // timedelta(microseconds=1) * 1000,
        bars=bars,
        stretches=list(_stretches(waterfall.segments)),
        lanes=[lane for lane in LANES.values() if lane.name in used],
        touches=touches_of(actor, _first_touches(waterfall)),
        outcomes=list(outcomes_of(run)[:MOST_OUTCOMES]),
        hidden=waterfall.hidden,
        agents=agents_named(actor, [run.agent]),
    )


def lane_of(step: Step | None) -> Lane:
    return LANES[step.lane] if step else LANES["other"]


def touches_of(actor: Actor, marks: Iterable[MemoryMark]) -> list[Touch]:
    """Each with the beginning of the version touched; of the one in force for who sees no other."""
    marks = list(marks)
    ids = {mark: _identifier(mark) for mark in marks}
    known = {one.id: one for one in visible_memories(actor).filter(id__in=set(ids.values()))}
    sees_held = actor.may(Permission.MEMORY_READ_HELD)
    touched = {
        mark: (memory.id, (sees_held and mark.version) or memory.version)
        for mark in marks
        if (memory := known.get(ids[mark])) is not None
    }
    texts = versions_by_number(touched.values())
    return [_touch(mark, texts.get(touched[mark]) if mark in touched else None) for mark in marks]


def _touch(mark: MemoryMark, version: MemoryVersion | None) -> Touch:
    lane = LANES["memory_read" if mark.access == AccessKind.READ else "memory_write"]
    if version is None:
        return Touch(mark, None, "", lane)
    return Touch(mark, version.memory_id, excerpt(version.content, 120), lane)


def _identifier(mark: MemoryMark) -> UUID:
    """Another store's record id need not be a UUID; then nothing here has it."""
    try:
        return UUID(mark.memory_id)
    except ValueError:
        return UUID(int=0)


def _bar(row: Row, run_address: str) -> Bar:
    """`run_address` is that of the run, below which each step has its own."""
    width = max(row.width, THINNEST)
    x = min(row.offset, 1 - width)
    return Bar(
        row,
        row.step,
        lane_of(row.step),
        min(row.depth, DEEPEST),
        f"{run_address}/{row.trace_id}/{row.span_id}",
        _percent(x),
        _percent(width),
        _percent(x + width / 2),
    )


def _stretches(segments: Iterable[Segment]) -> Iterable[Stretch]:
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


def _first_touches(waterfall: Waterfall) -> list[MemoryMark]:
    """Each memory once per kind of access, as it was first touched."""
    first: dict[tuple[str, str], MemoryMark] = {}
    for row in waterfall.rows:
        for mark in row.memories:
            first.setdefault((mark.memory_id, mark.access), mark)
    return list(first.values())


def _percent(share: float) -> str:
    return f"{share * 100:.4f}".rstrip("0").rstrip(".") + "%"
