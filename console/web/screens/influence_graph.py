"""The influence of a memory as a drawing: what fed it, what wrote it, who recalled it, and on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from audit.influence.before import Writing
from audit.models import AccessSource, Run
from console.web.charts import Edge, Flow, Layer, Node, flow
from console.web.screens.lanes import lane_of_op
from console.web.screens.memory_rows import MemoryRow
from console.web.screens.posture.tile import plural
from memory.influence.reached import Evidence, Influence, InfluencedRun, Reached

MOST_BOXES = 6
MOST_WRITING = 3
STATE_TONES = {
    "active": "ok",
    "pending": "hold",
    "quarantined": "danger",
    "rejected": "danger",
    "expired": "warn",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What has a box of its own; the rest stands in a box that counts."""

    writings: list[Writing]
    roots: list[Reached]
    runs: list[InfluencedRun]
    derived: list[Reached]

    @property
    def run_ids(self) -> set[UUID]:
        return {one.run_id for one in self.writings} | {one.run_id for one in self.runs}

    @property
    def memory_ids(self) -> set[str]:
        return {one.memory_id for one in [*self.roots, *self.derived]}


def drawn_of(influence: Influence, writings: Sequence[Writing]) -> Drawn:
    """Of the derived the nearest, of the runs those that wrote one of these, then the latest.

    Runs that recalled what was derived stand in no column: they are counted, and listed.
    """
    roots = [one for one in influence.memories.values() if one.level == 0][:MOST_BOXES]
    derived = sorted(influence.derived, key=lambda one: (one.level, one.since))[:MOST_BOXES]
    wrote = {one.run_id for one in derived}
    nearest = [run for run in influence.runs if run.level == 0]
    runs = sorted(nearest, key=lambda run: run.run_id not in wrote)[:MOST_BOXES]
    return Drawn(list(writings[:MOST_WRITING]), roots, runs, derived)


def graph_of(
    influence: Influence,
    drawn: Drawn,
    *,
    rows: Mapping[str, MemoryRow],
    runs: Mapping[UUID, Run],
    lists: Mapping[str, str],
) -> Flow:
    """`lists` are the addresses of the lists of memories and of runs."""
    more_roots = len(influence.origin.root_ids) - len(drawn.roots)
    more_derived = len(influence.derived) - len(drawn.derived)
    layers = [
        Layer("Before it", _feeding(drawn.writings)),
        Layer("Written in", _writing_runs(drawn.writings, runs)),
        Layer("Memory", _memories(drawn.roots, rows, more_roots, lists["memories"])),
        Layer("Recalled in", _recalling_runs(influence, drawn, runs, lists["runs"])),
        Layer("Derived", _memories(drawn.derived, rows, more_derived, lists["memories"])),
    ]
    return flow(
        id="influence",
        title="What led to it, and what it led to",
        description="From the left to the right: the steps before it was written, the runs that"
        " wrote it, the memory, the runs that recalled it, and what was derived. The lists below"
        " tell the same.",
        layers=layers,
        edges=_edges(drawn),
    )


def _feeding(writings: Sequence[Writing]) -> list[Node]:
    return [
        Node(
            f"step/{step.trace_id}/{step.span_id}",
            step.tool or step.model or step.name,
            lane_of_op(step.op).name,
            reverse("run-span", args=[writing.run_id, step.trace_id, step.span_id]),
            lane_of_op(step.op).tone,
        )
        for writing in writings
        for step in writing.fed
    ]


def _writing_runs(writings: Sequence[Writing], runs: Mapping[UUID, Run]) -> list[Node]:
    by_run = {one.run_id: one for one in writings}
    return [
        Node(
            f"wrote/{run_id}",
            runs[run_id].title if run_id in runs else str(run_id),
            f"by {writing.agent or 'unnamed'}",
            reverse("run-detail", args=[run_id]),
        )
        for run_id, writing in by_run.items()
    ]


def _memories(
    memories: Sequence[Reached], rows: Mapping[str, MemoryRow], more: int, address: str
) -> list[Node]:
    nodes = []
    for one in memories:
        row = rows.get(one.memory_id)
        if row is None:
            detail = f"in {one.store}" if one.store else "in another store"
            nodes.append(Node(f"memory/{one.memory_id}", one.memory_id, detail))
            continue
        nodes.append(
            Node(
                f"memory/{one.memory_id}",
                row.excerpt or "Its words were deleted",
                row.state,
                reverse("memory-detail", args=[row.memory.id]),
                STATE_TONES.get(row.state, "neutral"),
            )
        )
    if more:
        told = plural(more, "more memory", "more memories")
        nodes.append(Node(f"more/{memories[0].level}", told, "", address, is_many=True))
    return nodes


def _recalling_runs(
    influence: Influence, drawn: Drawn, runs: Mapping[UUID, Run], address: str
) -> list[Node]:
    nodes = [
        Node(
            f"run/{run.run_id}",
            runs[run.run_id].title if run.run_id in runs else str(run.run_id),
            _after(run),
            reverse("run-detail", args=[run.run_id]),
        )
        for run in drawn.runs
    ]
    if more := len(influence.runs) - len(drawn.runs):
        nodes.append(Node("more runs", plural(more, "more run"), "", address, is_many=True))
    return nodes


def _after(run: InfluencedRun) -> str:
    return f"{plural(run.decisions, 'step')} after, {run.readers[0] or 'unnamed'}"


def _edges(drawn: Drawn) -> list[Edge]:
    edges = []
    roots = {one.memory_id for one in drawn.roots}
    for writing in drawn.writings:
        said = Evidence.RECORDED if writing.source is AccessSource.API else Evidence.CLAIMED
        edges.append(Edge(f"wrote/{writing.run_id}", f"memory/{writing.memory_id}", said))
        edges += [
            Edge(f"step/{step.trace_id}/{step.span_id}", f"wrote/{writing.run_id}", Evidence.AFTER)
            for step in writing.fed
        ]
    for run in drawn.runs:
        edges += [
            Edge(f"memory/{memory_id}", f"run/{run.run_id}", run.evidence)
            for memory_id in sorted(run.recalled & roots)
        ]
    shown = {run.run_id for run in drawn.runs}
    for one in drawn.derived:
        if one.link is Evidence.DECLARED:
            edges += [
                Edge(f"memory/{parent}", f"memory/{one.memory_id}", Evidence.DECLARED)
                for parent in sorted(one.parents)
            ]
        if one.run_id is not None:
            start = f"run/{one.run_id}" if one.run_id in shown else "more runs"
            edges.append(Edge(start, f"memory/{one.memory_id}", Evidence.AFTER))
    return edges
