"""What an agent decided, step by step: what it had, what it chose, and what came of it.

A decision is a call of a model, made in the scope of the agent, or the tool, right above it. What
was recalled in that scope since the decision before is what it had; the tools and agents called
there until the next one are what it chose. Where no model call was told, an agent's turn is one
decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.dialects.dialect import Op
from audit.ingest.columns import instant_ns
from audit.models import AccessKind
from audit.timelines.memory_mark import MemoryMark
from audit.timelines.tree import NO_ROW
from audit.timelines.waterfall import Waterfall

CALLS = frozenset({Op.TOOL, Op.AGENT, Op.APPROVAL})
RECALLS = frozenset({Op.MEMORY_READ, Op.RETRIEVAL})
WRITES = frozenset({Op.MEMORY_WRITE, Op.MEMORY_UPDATE, Op.MEMORY_DELETE})
SCOPES = frozenset({Op.AGENT, Op.TOOL})
PLAN = "plan"

Marks = Mapping[bytes, Sequence[MemoryMark]]  # by trace id and span id


@dataclass(slots=True)
class Decision:
    """Rows of a waterfall, each in the order they started. `scope` is NO_ROW at the top.

    `recalled` are memories that the steps above it touched, `wrote` those it wrote after.
    """

    row: int
    scope: int
    plans: list[int] = field(default_factory=list)
    looked_up: list[int] = field(default_factory=list)
    recalled: list[MemoryMark] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    wrote: list[MemoryMark] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Scope:
    """What a scope has gathered for its next decision, and its latest."""

    next: Decision
    latest: Decision | None = None


def decisions_in(waterfall: Waterfall, marks: Marks, unit: Op = Op.MODEL) -> list[Decision]:
    """Pure: the same rows and marks give the same decisions, in the order they started.

    `unit` is the kind of step that decides: MODEL, or AGENT where no model call was told.
    """
    above = _scopes(waterfall)
    scopes: dict[int, _Scope] = {}
    decisions = []
    for row, mark in _happenings(waterfall, marks):
        if waterfall.is_missing(row):
            continue
        op = waterfall.op[row]
        if mark is None and op == unit and not _is_inside(waterfall, row, unit):
            home = row if unit is Op.AGENT else above[row]
            scope = scopes.setdefault(home, _Scope(Decision(NO_ROW, home)))
            scope.next.row = row
            decisions.append(scope.next)
            scope.latest, scope.next = scope.next, Decision(NO_ROW, home)
        if mark is None and op in CALLS and not (op == unit and above[row] == NO_ROW):
            _called(scopes, above[row], row)
            continue
        for home in _homes(waterfall, above, row):
            scope = scopes.setdefault(home, _Scope(Decision(NO_ROW, home)))
            _gather(waterfall, scope, row, mark)
    return decisions


def _happenings(waterfall: Waterfall, marks: Marks) -> list[tuple[int, MemoryMark | None]]:
    """Rows as they started, and what they touched as it was touched.

    An access is stamped by our clock and its step by the agent's: one outside its step counts
    as of the step's beginning.
    """
    found: list[tuple[int, int, int, MemoryMark | None]] = []
    for row, (key, start, end) in enumerate(
        zip(waterfall.tree.key, waterfall.start, waterfall.end, strict=True)
    ):
        found.append((start, row, 0, None))
        for number, mark in enumerate(marks.get(key, ()), start=1):
            at = instant_ns(mark.at)
            found.append((at if start <= at <= end else start, row, number, mark))
    found.sort(key=lambda one: one[:3])
    return [(row, mark) for _, row, _, mark in found]


def _scopes(waterfall: Waterfall) -> list[int]:
    """For each row the nearest agent or tool above it."""
    scope = [NO_ROW] * len(waterfall.op)
    for row, parent in enumerate(waterfall.tree.parent):
        if parent != NO_ROW:
            scope[row] = parent if waterfall.op[parent] in SCOPES else scope[parent]
    return scope


def _is_inside(waterfall: Waterfall, row: int, op: Op) -> bool:
    """A client's own span within that of a framework: the same call told twice."""
    parent = waterfall.tree.parent[row]
    while parent != NO_ROW and waterfall.op[parent] not in SCOPES:
        if waterfall.op[parent] == op:
            return True
        parent = waterfall.tree.parent[parent]
    return False


def _homes(waterfall: Waterfall, above: list[int], row: int) -> list[int]:
    """The scopes that learn of it: through a tool its caller does too, through an agent nobody."""
    home = row if waterfall.op[row] == Op.AGENT else above[row]
    homes = [home]
    while home != NO_ROW and waterfall.op[home] == Op.TOOL:
        home = above[home]
        homes.append(home)
    return homes


def _called(scopes: dict[int, _Scope], home: int, row: int) -> None:
    """Within a tool nobody decided on, a tool is how that one works."""
    scope = scopes.get(home)
    if scope and scope.latest:
        scope.latest.calls.append(row)


def _gather(waterfall: Waterfall, scope: _Scope, row: int, mark: MemoryMark | None) -> None:
    op = waterfall.op[row]
    if mark is not None and mark.access == AccessKind.READ:
        scope.next.recalled.append(mark)
    elif mark is not None and scope.latest:
        scope.latest.wrote.append(mark)
    elif mark is not None:
        return
    elif op in RECALLS:
        scope.next.looked_up.append(row)
    elif op in WRITES and scope.latest:
        scope.latest.writes.append(row)
    elif op == Op.WORKFLOW and waterfall.name[row].casefold().startswith(PLAN):
        scope.next.plans.append(row)
