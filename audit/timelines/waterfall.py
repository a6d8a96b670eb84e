"""One run as rows over time: what happened when, and under what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from audit.dialects.dialect import Op
from audit.models import Run, Span, SpanState, SpanStatus
from audit.timelines.axis import Axis, fold
from audit.timelines.tree import NO_ROW, NOT_RECEIVED, Tree, in_tree_order

MAX_ROWS = 200_000
ENCLOSING = frozenset({Op.AGENT, Op.WORKFLOW})
COLUMNS = (
    "trace_id",
    "span_id",
    "parent_id",
    "start_ns",
    "duration_ns",
    "op",
    "name",
    "agent",
    "tool",
    "model",
    "error_type",
    "status",
    "state",
)
Told = tuple[Any, ...]  # what COLUMNS name, of one step


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The rows of a run, column by column, as `tree` orders them.

    A parent that has not arrived has no words, and spans what is known of its children. A step that
    runs reaches to the latest instant known of. `hidden` counts the steps past the bound, the
    latest ones.
    """

    run: Run
    tree: Tree
    start: list[int]
    end: list[int]
    op: list[str]
    name: list[str]
    agent: list[str]
    tool: list[str]
    model: list[str]
    error_type: list[str]
    failed: list[bool]
    running: list[bool]
    axis: Axis
    hidden: int

    def is_missing(self, row: int) -> bool:
        return self.tree.step[row] == NOT_RECEIVED


def waterfall_of(run: Run, *, limit: int = MAX_ROWS) -> Waterfall:
    """One query, however long the run."""
    steps = Span.objects.filter(
        run_id=run.id, start_time__gte=run.first_seen, start_time__lte=run.last_seen
    ).order_by("start_time", "start_ns")
    return lay_out(run, list(steps.values_list(*COLUMNS)[:limit]))


def lay_out(run: Run, steps: Sequence[Told]) -> Waterfall:
    """Pure: the same steps give the same rows."""
    columns = list(zip(*steps, strict=True)) or [()] * len(COLUMNS)
    trace, span, parents, starts, durations, op, name, agent, tool, model, error, status, state = (
        columns
    )
    keys = [bytes(one) + bytes(other) for one, other in zip(trace, span, strict=True)]
    above = [bytes(one) if one else None for one in parents]
    tree = in_tree_order(keys, above, starts, durations)
    ends = [start + (length or 0) for start, length in zip(starts, durations, strict=True)]
    last = max(ends, default=0)
    running = [one == SpanState.RUNNING for one in state]
    ends = [last if open_ else end for open_, end in zip(running, ends, strict=True)]

    def by_row(column: Sequence[Any], absent: Any) -> list[Any]:
        return [absent if at == NOT_RECEIVED else column[at] for at in tree.step]

    start, end = by_row(starts, 0), by_row(ends, 0)
    _span_what_is_below(tree, start, end)
    ops, running_rows = by_row(op, ""), by_row(running, absent=False)
    return Waterfall(
        run=run,
        tree=tree,
        start=start,
        end=end,
        op=ops,
        name=by_row(name, ""),
        agent=by_row(agent, ""),
        tool=by_row(tool, ""),
        model=by_row(model, ""),
        error_type=by_row(error, ""),
        failed=by_row([one == SpanStatus.ERROR for one in status], absent=False),
        running=running_rows,
        axis=fold(_activities(tree, start, end, ops, running_rows)),
        hidden=max(0, run.span_count - len(steps)),
    )


def _span_what_is_below(tree: Tree, start: list[int], end: list[int]) -> None:
    missing: set[int] = {row for row, at in enumerate(tree.step) if at == NOT_RECEIVED}
    known: set[int] = set()
    for row, parent in enumerate(tree.parent):
        if parent in missing:
            start[parent] = min(start[parent], start[row]) if parent in known else start[row]
            end[parent] = max(end[parent], end[row])
            known.add(parent)


def _activities(
    tree: Tree, start: list[int], end: list[int], op: list[str], running: list[bool]
) -> Iterable[tuple[int, int]]:
    """When something was really going on.

    A step that encloses others, an agent's above all, may be open for days in which nothing
    happens: it counts where it begins and where it ends.
    """
    encloses = set(tree.parent) - {NO_ROW}
    for row, at in enumerate(tree.step):
        if at == NOT_RECEIVED:
            continue
        if row in encloses or op[row] in ENCLOSING or running[row]:
            yield (start[row], start[row])
            yield (end[row], end[row])
        else:
            yield (start[row], end[row])
