"""Two runs side by side."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.urls import reverse

from audit.models import Run, RunOutcome
from audit.outcomes import outcomes_of
from audit.timelines.comparison import Comparison, Mix, Recalled, Side, comparison_of
from console.accounts.actor import Actor
from console.web.masking import Mask
from console.web.quantities import dollars, took
from console.web.screens.lanes import Lane, lane_of_op
from console.web.screens.versions import versions_by_number
from console.web.text import excerpt
from memory.access import visible_memories, visible_numbers
from memory.agents import agents_named

MOST_CHOICES = 20
# Equal steps in a row beyond so many are folded, and of those folded so many are drawn.
FOLDED_FROM, FOLDED_SHOWN = 5, 30
MOST_PAIRS = 500
MOST_MIX = 40
MOST_RECALLED = 100
EXCERPT = 140


@dataclass(frozen=True, slots=True)
class Figure:
    """`change` is from left to right, blank where there is none; `worse` where it is bad news."""

    label: str
    left: str
    right: str
    change: str = ""
    worse: bool = False


@dataclass(frozen=True, slots=True)
class SideCell:
    side: Side
    lane: Lane
    href: str


@dataclass(frozen=True, slots=True)
class PairRow:
    left: SideCell | None
    right: SideCell | None
    is_same: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pairs one after another. Of a folded one `count` pairs are equal and some are drawn."""

    rows: list[PairRow]
    count: int
    is_folded: bool


@dataclass(frozen=True, slots=True)
class MixRow:
    mix: Mix
    lane: Lane


@dataclass(frozen=True, slots=True)
class RecalledRow:
    """`id` is None for a memory that has no page here, or not for this actor; `text` is masked."""

    recalled: Recalled
    id: UUID | None
    text: str

    @property
    def is_in_both(self) -> bool:
        return bool(self.recalled.left and self.recalled.right)

    @property
    def has_changed(self) -> bool:
        return self.is_in_both and self.recalled.left_versions != self.recalled.right_versions


@dataclass(frozen=True, slots=True)
class ComparisonScreen:
    left: Run
    right: Run
    figures: list[Figure]
    stretches: list[Stretch]
    is_aligned: bool
    hidden_pairs: int
    differences: int
    mix: list[MixRow]
    recalled: list[tuple[str, list[RecalledRow]]]
    agents: dict[str, UUID]


def comparison_screen(actor: Actor, left: Run, right: Run) -> ComparisonScreen:
    comparison = comparison_of(left, right)
    rows = _pair_rows(comparison)
    drawn = rows[:MOST_PAIRS] if sum(not row.is_same for row in rows) > MOST_PAIRS else rows
    return ComparisonScreen(
        left=left,
        right=right,
        figures=list(_figures(left, right)),
        stretches=list(_stretches(drawn)),
        is_aligned=comparison.pairs is not None,
        hidden_pairs=len(rows) - len(drawn),
        differences=sum(not row.is_same for row in rows),
        mix=[MixRow(one, lane_of_op(one.op)) for one in comparison.mix[:MOST_MIX]],
        recalled=_recalled(actor, comparison),
        agents=agents_named(actor, [left.agent, right.agent]),
    )


def runs_to_compare(run: Run) -> list[Run]:
    """The latest others of the same agent."""
    others = Run.objects.filter(agent=run.agent).exclude(id=run.id)
    return list(others.order_by("-last_seen", "-id")[:MOST_CHOICES])


def _figures(left: Run, right: Run) -> Iterator[Figure]:
    yield Figure("State", left.status, right.status)
    yield Figure("Outcome", _outcome(left), _outcome(right))
    yield Figure(
        "Took", took(left.took_ns), took(right.took_ns), _changed(left.took_ns, right.took_ns)
    )
    yield Figure(
        "Cost",
        dollars(left.cost_nanos),
        dollars(right.cost_nanos),
        _changed(left.cost_nanos, right.cost_nanos),
    )
    for label, name in (
        ("Steps", "span_count"),
        ("Errors", "error_count"),
        ("Model calls", "model_calls"),
        ("Tool calls", "tool_calls"),
        ("Tokens in", "input_tokens"),
        ("Tokens out", "output_tokens"),
        ("Memory reads", "memory_reads"),
        ("Memory writes", "memory_writes"),
    ):
        one, other = getattr(left, name), getattr(right, name)
        worse = name == "error_count" and other > one
        yield Figure(label, f"{one:,}", f"{other:,}", _changed(one, other), worse)


def _outcome(run: Run) -> str:
    standing: RunOutcome | None = outcomes_of(run).first()
    if standing is None:
        return "not reported"
    return standing.result if standing.score is None else f"{standing.result} ({standing.score:g})"


def _changed(left: int, right: int) -> str:
    """`+50 %`; `new` where there was none before."""
    if left == right:
        return ""
    if not left:
        return "new"
    percent = (right - left) * 100 / left
    return f"{percent:+.0f} %" if abs(percent) >= 1 else f"{percent:+.1g} %"


def _pair_rows(comparison: Comparison) -> list[PairRow]:
    addresses = [
        reverse("run-detail", args=[run.id]) for run in (comparison.left, comparison.right)
    ]
    first = comparison.divergence
    return [
        PairRow(
            _cell(pair.left, addresses[0]),
            _cell(pair.right, addresses[1]),
            pair.is_same,
            at == first,
        )
        for at, pair in enumerate(comparison.pairs or ())
    ]


def _cell(side: Side | None, address: str) -> SideCell | None:
    if side is None:
        return None
    return SideCell(side, lane_of_op(side.op), f"{address}/{side.trace_id}/{side.span_id}")


def _stretches(rows: Iterable[PairRow]) -> Iterator[Stretch]:
    for is_same, group in groupby(rows, key=lambda row: row.is_same):
        together = list(group)
        if is_same and len(together) >= FOLDED_FROM:
            yield Stretch(together[:FOLDED_SHOWN], len(together), is_folded=True)
        else:
            yield Stretch(together, len(together), is_folded=False)


def _recalled(actor: Actor, comparison: Comparison) -> list[tuple[str, list[RecalledRow]]]:
    found = comparison.recalled
    ids = {one.memory_id: _identifier(one.memory_id) for one in found}
    known = {one.id: one for one in visible_memories(actor).filter(id__in=set(ids.values()))}
    wanted = {
        (memory.id, (one.right_versions or one.left_versions or (memory.version,))[-1])
        for one in found[: 3 * MOST_RECALLED]
        if (memory := known.get(ids[one.memory_id])) is not None
    }
    texts = versions_by_number(visible_numbers(actor, wanted))
    mask = Mask()
    said = {
        memory_id: excerpt(mask.content(version)[0], EXCERPT)
        for (memory_id, _), version in texts.items()
    }
    rows = [
        RecalledRow(
            one,
            ids[one.memory_id] if ids[one.memory_id] in known else None,
            said.get(ids[one.memory_id], ""),
        )
        for one in found
    ]
    return [
        ("Only on the left", [row for row in rows if not row.recalled.right][:MOST_RECALLED]),
        ("In both", [row for row in rows if row.is_in_both][:MOST_RECALLED]),
        ("Only on the right", [row for row in rows if not row.recalled.left][:MOST_RECALLED]),
    ]


def _identifier(memory_id: str) -> UUID:
    """Another store's record id need not be a UUID; then nothing here has it."""
    try:
        return UUID(memory_id)
    except ValueError:
        return UUID(int=0)
