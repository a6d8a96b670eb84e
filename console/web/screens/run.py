"""A run's page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from audit.models import AccessKind, Run, RunOutcome
from audit.outcomes import outcomes_of
from audit.timelines.memory_mark import MemoryMark
from audit.timelines.touched import first_marks
from audit.timelines.waterfall import waterfall_of
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.web.masking import Mask
from console.web.screens.lanes import LANES, Lane, lane_of_op
from console.web.screens.run_rows import SPAN_ID, Rows, Stretch, rows_of, stretches
from console.web.screens.versions import versions_by_number
from console.web.text import excerpt
from memory.access import visible_memories
from memory.agents import agents_named
from memory.models import MemoryVersion

MOST_OUTCOMES = 10
MOST_TOUCHES = 100
MOST_LAID_OUT = 20_000  # for the first paint; the scripts ask for all


@dataclass(frozen=True, slots=True)
class Touch:
    """A memory this run used. `id` is None for one that has no page here, or not for this actor."""

    mark: MemoryMark
    id: UUID | None
    excerpt: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class RunAsked:
    """What the address of a run's page asks for: `current` is trace id and span id.

    `unfolded` are the span ids of steps that are the first of repeated ones.
    """

    begin: int | None = None
    current: bytes | None = None
    unfolded: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class RunScreen:
    """`lanes` come with how many steps are in each; `current` is a span id, or ''."""

    run: Run
    rows: Rows
    stretches: list[Stretch]
    lanes: list[tuple[Lane, int]]
    touches: list[Touch]
    outcomes: list[RunOutcome]
    hidden: int
    current: str
    agents: dict[str, UUID]


def run_screen(actor: Actor, run: Run, asked: RunAsked) -> RunScreen:
    waterfall = waterfall_of(run, limit=MOST_LAID_OUT)
    address = reverse("run-detail", args=[run.id])
    steps = Counter(lane_of_op(op).key for op in waterfall.op)
    return RunScreen(
        run=run,
        rows=rows_of(
            waterfall,
            address,
            begin=asked.begin,
            current=asked.current,
            unfolded=asked.unfolded,
        ),
        stretches=list(stretches(waterfall.axis.segments)),
        lanes=[(lane, steps[key]) for key, lane in LANES.items()],
        touches=touches_of(actor, first_marks(run, MOST_TOUCHES)),
        outcomes=list(outcomes_of(run)[:MOST_OUTCOMES]),
        hidden=waterfall.hidden,
        current=asked.current[SPAN_ID:].hex() if asked.current else "",
        agents=agents_named(actor, [run.agent]),
    )


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
    texts, mask = versions_by_number(touched.values()), Mask()
    return [
        _touch(mark, texts.get(touched[mark]) if mark in touched else None, mask) for mark in marks
    ]


def _touch(mark: MemoryMark, version: MemoryVersion | None, mask: Mask) -> Touch:
    lane = LANES["memory_read" if mark.access == AccessKind.READ else "memory_write"]
    if version is None:
        return Touch(mark, None, "", lane)
    return Touch(mark, version.memory_id, excerpt(mask.content(version)[0], 120), lane)


def _identifier(mark: MemoryMark) -> UUID:
    """Another store's record id need not be a UUID; then nothing here has it."""
    try:
        return UUID(mark.memory_id)
    except ValueError:
        return UUID(int=0)
