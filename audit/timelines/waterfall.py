"""One run as rows and bars: what happened when, under what, touching which memories."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.dialects.dialect import Op
from audit.models import Run, Span
from audit.timelines.axis import Segment, fold
from audit.timelines.memory_mark import MemoryMark, marks_in_run
from audit.timelines.step import Key, Step, step_of
from audit.timelines.tree import Branch, in_tree_order

MAX_ROWS = 2000
ENCLOSING = frozenset({Op.AGENT, Op.WORKFLOW})


@dataclass(frozen=True, slots=True)
class Row:
    """`offset` and `width` are fractions of the axis. `step` is None for a parent not received.

    `agent` is the step's own, or that of the nearest step above it that names one.
    """

    step: Step | None
    span_id: str
    trace_id: str
    depth: int
    children: int
    offset: float
    width: float
    agent: str
    memories: tuple[MemoryMark, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """`hidden` counts the steps past the bound, the latest ones."""

    run: Run
    rows: tuple[Row, ...]
    segments: tuple[Segment, ...]
    hidden: int

    @property
    def idle(self) -> tuple[Segment, ...]:
        return tuple(segment for segment in self.segments if segment.is_idle)


def waterfall_of(run: Run, *, limit: int = MAX_ROWS) -> Waterfall:
    """Two queries, however long the run."""
    spans = Span.objects.filter(
        run_id=run.id, start_time__gte=run.first_seen, start_time__lte=run.last_seen
    ).order_by("start_time", "start_ns")[:limit]
    return lay_out(run, [step_of(span) for span in spans], marks_in_run(run))


def lay_out(run: Run, steps: Sequence[Step], marks: dict[Key, list[MemoryMark]]) -> Waterfall:
    """Pure: the same steps and marks give the same rows."""
    branches = in_tree_order(steps)
    last = max((step.end_ns for step in steps), default=0)
    axis = fold(_activities(branches, last))
    extents = _extents(branches, last)
    rows: list[Row] = []
    agents: list[str] = []
    for branch in branches:
        del agents[branch.depth :]
        own = branch.step.agent if branch.step else ""
        agents.append(own or (agents[-1] if agents else ""))
        start, end = extents[branch.key]
        offset = axis.position(start)
        rows.append(
            Row(
                step=branch.step,
                trace_id=branch.key[0],
                span_id=branch.key[1],
                depth=branch.depth,
                children=branch.children,
                offset=offset,
                width=axis.position(end) - offset,
                agent=agents[-1],
                memories=tuple(marks.get(branch.key, ())),
            )
        )
    hidden = max(0, run.span_count - len(steps))
    return Waterfall(run, tuple(rows), axis.segments, hidden)


def _activities(branches: Iterable[Branch], last: int) -> Iterable[tuple[int, int]]:
    """When something was really going on.

    A step that encloses others, an agent's above all, may be open for days in which nothing
    happens: it counts where it begins and where it ends.
    """
    for branch in branches:
        step = branch.step
        if step is None:
            continue
        end = last if step.is_running else step.end_ns
        if branch.children or step.op in ENCLOSING or step.is_running:
            yield (step.start_ns, step.start_ns)
            yield (end, end)
        else:
            yield (step.start_ns, end)


def _extents(branches: Sequence[Branch], last: int) -> dict[Key, tuple[int, int]]:
    """Start and end of each row; a parent not received spans what is known of its children."""
    extents: dict[Key, tuple[int, int]] = {}
    missing: Key | None = None
    for branch in branches:
        step = branch.step
        if step is None:
            missing = branch.key
            continue
        end = last if step.is_running else step.end_ns
        extents[branch.key] = (step.start_ns, end)
        if branch.depth and missing is not None:
            start, until = extents.get(missing, (step.start_ns, end))
            extents[missing] = (min(start, step.start_ns), max(until, end))
        elif not branch.depth:
            missing = None
    return extents
