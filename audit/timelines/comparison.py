"""Two runs beside each other: their steps, what they called how often, what they recalled."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, Sum

from audit.dialects.dialect import Op
from audit.models import AccessKind, MemoryAccess, Run, SpanStatus, Trace
from audit.timelines.alignment import aligned
from audit.timelines.memory_mark import CLOCK_SKEW
from audit.timelines.started import BY_START, spans_of
from audit.timelines.step import NOISE

# Of a longer run only what it called how often is compared.
MAX_ALIGNED = 4_000
MAX_MIX = 200
MAX_RECALLED = 500
NAMED_BY_TOOL = frozenset({Op.TOOL})
# Their names often carry the model or the agent, which may be what differs.
ALIKE = frozenset({Op.MODEL, Op.EMBEDDING})


@dataclass(frozen=True, slots=True)
class Side:
    """One step, as far as it is compared. Ids are hexadecimal."""

    trace_id: str
    span_id: str
    op: Op
    name: str
    tool: str
    model: str
    failed: bool
    duration_ns: int | None

    @property
    def token(self) -> tuple[str, str]:
        """What makes two steps the same: their kind, and what they call."""
        if self.op in ALIKE or self.op.is_memory:
            return self.op, ""
        return self.op, (self.op in NAMED_BY_TOOL and self.tool) or self.name


@dataclass(frozen=True, slots=True)
class PairOfSteps:
    left: Side | None
    right: Side | None

    @property
    def is_same(self) -> bool:
        return (
            self.left is not None
            and self.right is not None
            and self.left.token == self.right.token
            and self.left.failed == self.right.failed
        )


@dataclass(frozen=True, slots=True)
class Mix:
    """How often something was called in each run, and for how long in all."""

    op: Op
    name: str
    left: int = 0
    right: int = 0
    left_ns: int = 0
    right_ns: int = 0


@dataclass(frozen=True, slots=True)
class Recalled:
    """How often a memory was recalled, and in which versions, where that is known."""

    memory_id: str
    left: int = 0
    right: int = 0
    left_versions: tuple[int, ...] = ()
    right_versions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`pairs` is None where a run is too long to be aligned step by step."""

    left: Run
    right: Run
    pairs: list[PairOfSteps] | None
    mix: list[Mix]
    recalled: list[Recalled]

    @property
    def divergence(self) -> int | None:
        """The first pair that differs."""
        different = (at for at, pair in enumerate(self.pairs or ()) if not pair.is_same)
        return next(different, None)


def comparison_of(left: Run, right: Run) -> Comparison:
    """Six queries."""
    return Comparison(left, right, _pairs(left, right), _mix(left, right), _recalled(left, right))


def align(left: Sequence[Side], right: Sequence[Side]) -> list[PairOfSteps]:
    """Pure: in the order they started, each step once; what took another's place, beside it."""
    places = aligned([one.token for one in left], [one.token for one in right])
    pairs: list[PairOfSteps] = []
    for _, group in groupby(places, key=lambda pair: None not in pair):
        together = list(group)
        ours = [left[at] for at, _ in together if at is not None]
        theirs = [right[at] for _, at in together if at is not None]
        pairs += [PairOfSteps(*pair) for pair in zip_longest(ours, theirs)]
    return pairs


def _pairs(left: Run, right: Run) -> list[PairOfSteps] | None:
    sides = [_sides(run) for run in (left, right)]
    if any(len(side) > MAX_ALIGNED for side in sides):
        return None
    return align(*sides)


def _sides(run: Run) -> list[Side]:
    """One more than MAX_ALIGNED where there are more."""
    columns = ("trace_id", "span_id", "op", "name", "tool", "model", "status", "duration_ns")
    steps = spans_of(run).exclude(op__in=NOISE).order_by(*BY_START).values_list(*columns)
    return [
        Side(
            bytes(trace).hex(),
            bytes(span).hex(),
            Op(op),
            name,
            tool,
            model,
            status == SpanStatus.ERROR,
            duration,
        )
        for trace, span, op, name, tool, model, status, duration in steps[: MAX_ALIGNED + 1]
    ]


def _mix(left: Run, right: Run) -> list[Mix]:
    """Models and tools, the most called first."""
    called = Q(op__in=[Op.MODEL, Op.EMBEDDING, Op.TOOL, Op.RETRIEVAL])
    counted: dict[tuple[str, str], list[int]] = {}
    for place, run in enumerate((left, right)):
        rows = (
            spans_of(run)
            .filter(called)
            .values_list("op", "tool", "model")
            .annotate(times=Count("*"), took=Sum("duration_ns"))
            .order_by("-times")[:MAX_MIX]
        )
        for op, tool, model, times, took in rows:
            totals = counted.setdefault((op, tool or model), [0, 0, 0, 0])
            totals[place] += times
            totals[place + 2] += int(took or 0)
    mixed = [Mix(Op(op), name, *totals) for (op, name), totals in counted.items()]
    return sorted(mixed, key=lambda one: (-(one.left + one.right), one.op, one.name))


def _recalled(left: Run, right: Run) -> list[Recalled]:
    found: dict[str, dict[str, tuple[int, tuple[int, ...]]]] = {}
    for place, run in (("left", left), ("right", right)):
        rows = (
            MemoryAccess.objects.filter(
                trace_id__in=Trace.objects.filter(run_id=run.id).values("trace_id"),
                at__gte=run.first_seen - CLOCK_SKEW,
                access=AccessKind.READ,
            )
            .values_list("memory_id")
            .annotate(
                times=Count("*"),
                versions=ArrayAgg("version", distinct=True, filter=Q(version__isnull=False)),
            )
            .order_by("-times", "memory_id")[:MAX_RECALLED]
        )
        for memory_id, times, versions in rows:
            found.setdefault(memory_id, {})[place] = times, tuple(versions or ())
    nothing: tuple[int, tuple[int, ...]] = (0, ())
    recalled = []
    for memory_id, of in found.items():
        (left_times, before), (right_times, after) = (
            of.get("left", nothing),
            of.get("right", nothing),
        )
        recalled.append(Recalled(memory_id, left_times, right_times, before, after))
    return recalled
