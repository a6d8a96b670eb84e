"""How far a memory reaches: figures, a drawing, and lists of all of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest

from audit.influence.after import Decision, decisions_in
from audit.influence.before import Writing, writings_of
from audit.influence.recalls import Sought
from audit.models import Run
from console.accounts.actor import Actor
from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.web.addresses import asked
from console.web.charts import Columns, Datum, Flow, Series, columns
from console.web.forms.influence import SHOWS, InfluenceForm
from console.web.paging import numbered
from console.web.screens.influence_graph import drawn_of, graph_of
from console.web.screens.lanes import Lane, lane_of_op
from console.web.screens.memory_rows import MemoryRow, memory_rows
from console.web.screens.posture.tile import Tile, plural
from memory.agents import agents_named
from memory.influence.origins import Origin, OriginKind
from memory.influence.reached import Cut, Evidence, Influence, InfluencedRun, Reached
from memory.influence.spread import DEPTH, MOST_MEMORIES, MOST_RECALLS, MOST_RUNS
from memory.influence.told import Told, told_of
from memory.models import Memory

FEWEST_DAYS, MOST_DAYS = timedelta(days=13), timedelta(days=59)
MOST_STEPS = 100
CUTS = {
    Cut.DEPTH: f"It goes on beyond {DEPTH} derivations: those are not followed.",
    Cut.RECALLS: f"There are more than {MOST_RECALLS:,} recalls: the latest are followed.",
    Cut.RUNS: f"There are more than {MOST_RUNS:,} runs: those of the latest recalls are followed.",
    Cut.MEMORIES: f"More than {MOST_MEMORIES:,} memories are reached: the nearest are followed.",
    Cut.ROOTS: "It starts from more memories than are followed: the latest are.",
}
EVIDENCE = {
    Evidence.DECLARED: "declared: it names its source",
    Evidence.RECORDED: "recorded by our API",
    Evidence.CLAIMED: "claimed by an agent's span",
    Evidence.AFTER: "after it in the same turn: possible, not proven",
}


@dataclass(frozen=True, slots=True)
class ReachedRow:
    """`row` is None for a record of another store."""

    reached: Reached
    row: MemoryRow | None
    can_quarantine: bool

    @property
    def by(self) -> str:
        agent = self.row.memory.agent if self.row else None
        return self.reached.agent or (agent.name if agent else "")


@dataclass(frozen=True, slots=True)
class RunRow:
    """`run` is None where it was forgotten since."""

    influenced: InfluencedRun
    run: Run | None


@dataclass(frozen=True, slots=True)
class StepRow:
    decision: Decision
    lane: Lane


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    count: int
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class InfluenceScreen:
    """Of `memories`, `runs` and `steps` one is filled: the list that was asked for."""

    influence: Influence
    root: MemoryRow | None
    agent: Agent | None
    tiles: list[Tile]
    cuts: list[str]
    by_day: Columns
    graph: Flow
    legend: list[tuple[str, str]]
    tabs: list[Tab]
    memories: list[ReachedRow]
    runs: list[RunRow]
    steps: list[StepRow]
    previous: str | None
    next: str | None
    quarantinable: int
    query: str
    agents: dict[str, UUID]


def influence_screen(request: HttpRequest, actor: Actor, form: InfluenceForm) -> InfluenceScreen:
    """The same number of queries however much there is. Raises NotFoundError."""
    influence = form.influence(actor)
    told = told_of(influence)
    drawn = drawn_of(influence, _writings(influence.origin))
    shown = _shown(request, form.shown, told)
    rows = _memory_rows(told, [*drawn.memory_ids, *(one.memory_id for one in shown.memories)])
    runs = _runs([*drawn.run_ids, *(one.run_id for one in shown.runs)])
    lists = {show: f"{asked(request.GET, show=show)}#lists" for show, _ in SHOWS}
    graph = graph_of(influence, drawn, rows=rows, runs=runs, lists=lists)
    can = set(told.can_be_quarantined()) if actor.may(Permission.REVIEW_DECIDE) else set()
    turns = influence.latest_turns(MOST_STEPS) if form.shown == "steps" else []
    decisions = decisions_in(turns, most=MOST_STEPS)
    return InfluenceScreen(
        influence=influence,
        root=_root(told, rows),
        agent=_agent(influence),
        tiles=_tiles(told, lists),
        cuts=[CUTS[cut] for cut in sorted(influence.cut)],
        by_day=_by_day(influence),
        graph=graph,
        legend=[(name, EVIDENCE[Evidence(name)]) for name in graph.evidences],
        tabs=_tabs(told, form.shown, lists),
        memories=[_reached_row(one, rows, can) for one in shown.memories],
        runs=[RunRow(one, runs.get(one.run_id)) for one in shown.runs],
        steps=[StepRow(one, lane_of_op(one.op)) for one in decisions],
        previous=shown.previous,
        next=shown.next,
        quarantinable=len(can),
        query=form.query,
        agents=agents_named(actor, {name for run in shown.runs for name in run.agents}),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page of one of the two lists; the other is empty."""

    memories: list[Reached]
    runs: list[InfluencedRun]
    previous: str | None
    next: str | None


def _shown(request: HttpRequest, show: str, told: Told) -> _Shown:
    if show == "runs":
        runs = numbered(request, told.influence.runs)
        return _Shown([], runs.items, runs.previous, runs.next)
    reached = [one.reached for one in told.memories] if show == "memories" else []
    memories = numbered(request, reached)
    return _Shown(memories.items, [], memories.previous, memories.next)


def _writings(origin: Origin) -> list[Writing]:
    return writings_of(
        [Sought(one.memory_id, one.since - origin.skew, one.version) for one in origin.roots]
    )


def _memory_rows(told: Told, ids: Iterable[str]) -> dict[str, MemoryRow]:
    wanted = set(ids)
    memories: list[Memory] = [
        one.memory
        for one in told.memories
        if one.memory is not None and one.reached.memory_id in wanted
    ]
    return {str(row.memory.id): row for row in memory_rows(memories)}


def _runs(ids: Iterable[UUID]) -> dict[UUID, Run]:
    return {run.id: run for run in Run.objects.filter(id__in=set(ids))}


def _root(told: Told, rows: dict[str, MemoryRow]) -> MemoryRow | None:
    if told.influence.origin.kind not in {OriginKind.MEMORY, OriginKind.VERSION}:
        return None
    return rows.get(told.roots[0].reached.memory_id)


def _agent(influence: Influence) -> Agent | None:
    if influence.origin.kind is not OriginKind.AGENT:
        return None
    return Agent.objects.filter(id=influence.origin.id).first()


def _reached_row(one: Reached, rows: dict[str, MemoryRow], can: set[UUID]) -> ReachedRow:
    row = rows.get(one.memory_id)
    return ReachedRow(one, row, row is not None and row.memory.id in can)


def _tiles(told: Told, lists: dict[str, str]) -> list[Tile]:
    found = told.influence
    subjects = ", ".join(subject.external_id for subject in told.subjects[:2])
    agents = ", ".join(told.agents[:2])
    return [
        Tile("Runs", f"{len(found.runs):,}", plural(found.recalls, "recall"), lists["runs"]),
        Tile(
            "Steps after it",
            f"{found.models + found.tools:,}",
            f"{plural(found.models, 'model call')}, {plural(found.tools, 'tool call')}",
            lists["steps"],
        ),
        Tile(
            "Derived memories",
            f"{len(told.derived):,}",
            f"{_declared(told)} of them declared",
            lists["memories"],
        ),
        Tile("Agents", f"{len(told.agents):,}", agents or "none", lists["runs"]),
        Tile("Subjects", f"{len(told.subjects):,}", subjects or "about nobody", lists["memories"]),
    ]


def _declared(told: Told) -> str:
    count = sum(one.reached.link is Evidence.DECLARED for one in told.derived)
    return f"{count:,}" if count else "none"


def _tabs(told: Told, shown: str, lists: dict[str, str]) -> list[Tab]:
    found = told.influence
    counts = {
        "memories": len(told.memories),
        "runs": len(found.runs),
        "steps": found.models + found.tools,
    }
    return [Tab(label, counts[show], lists[show], show == shown) for show, label in SHOWS]


def _by_day(influence: Influence) -> Columns:
    days = _days(influence)
    return columns(
        id="recalls",
        title="Recalls by day",
        description=f"Recalls of it and of what was derived, {plural(len(days), 'day')}.",
        first="Day",
        labels=[f"{day:%d %b}" for day in days],
        series=[Series("Recalls", "accent", [Datum(influence.by_day[day]) for day in days])],
    )


def _days(influence: Influence) -> list[date]:
    """Every day from the first recall to the last, within these bounds."""
    if not influence.by_day:
        return []
    last = max(influence.by_day)
    first = max(min(*influence.by_day, last - FEWEST_DAYS), last - MOST_DAYS)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
