"""What is remembered, by state and kind, and for how long."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.charts import Category, Datum, Rows, Series, rows
from console.web.screens.posture.tile import Tile, address, plural
from memory.access import visible_memories
from memory.models import Kind, State

SOON = timedelta(days=7)
TONES = {
    State.ACTIVE: "ok",
    State.PENDING: "hold",
    State.QUARANTINED: "danger",
    State.REJECTED: "danger",
    State.EXPIRED: "warn",
}


@dataclass(frozen=True, slots=True)
class MemoryPosture:
    tiles: list[Tile]
    by_state: Rows
    by_kind: Rows


@dataclass(slots=True)
class _Counts:
    """Exact, by one statement: a share of a count that stopped would be of nothing."""

    states: Counter[str]
    kinds: Counter[str]  # of active ones, as the two that follow
    endless: int = 0
    ending: int = 0


def memory_posture(actor: Actor) -> MemoryPosture:
    counts = _count(actor)
    return MemoryPosture(_tiles(actor, counts), _by_state(counts), _by_kind(counts))


def _count(actor: Actor) -> _Counts:
    moment = now()
    grouped = (
        visible_memories(actor)
        .order_by()
        .values_list("state", "kind")
        .annotate(
            every=Count("*"),
            lapsed=Count("kind", filter=Q(expires_at__lte=moment)),
            endless=Count("kind", filter=Q(expires_at__isnull=True)),
            ending=Count("kind", filter=Q(expires_at__gt=moment, expires_at__lte=moment + SOON)),
        )
    )
    counts = _Counts(Counter(), Counter())
    for state, kind, every, lapsed, endless, ending in grouped:
        if state != State.ACTIVE:
            counts.states[state] += every
        else:
            # As a reader is told: an active memory past its expiry is expired already.
            counts.states[State.EXPIRED] += lapsed
            counts.states[State.ACTIVE] += every - lapsed
            counts.kinds[kind] += every - lapsed
            counts.endless += endless
            counts.ending += ending
    return counts


def _tiles(actor: Actor, counts: _Counts) -> list[Tile]:
    active = counts.states[State.ACTIVE]
    href = address("memory-list", state=State.ACTIVE)
    tiles = [Tile("Active memories", f"{active:,}", "agents can recall them", href)]
    if actor.may(Permission.MEMORY_READ_HELD):
        tiles.append(_quarantined(counts.states[State.QUARANTINED]))
    share = f"{100 * counts.endless // active} % of the active" if active else "none is active"
    tiles += [
        Tile(
            "Without expiry",
            f"{counts.endless:,}",
            share,
            address("memory-list", state=State.ACTIVE, expiry="never"),
            "info" if counts.endless else "neutral",
        ),
        Tile(
            "Expiring",
            f"{counts.ending:,}",
            "within 7 days",
            address("memory-list", state=State.ACTIVE, expiry="week"),
            "info" if counts.ending else "neutral",
        ),
    ]
    return tiles


def _quarantined(held: int) -> Tile:
    return Tile(
        "Quarantined",
        f"{held:,}",
        "kept from agents",
        address("memory-list", state=State.QUARANTINED),
        "danger" if held else "neutral",
        f"{plural(held, 'memory', 'memories')} in quarantine",
    )


def _by_state(counts: _Counts) -> Rows:
    shown = [state for state in State if counts.states[state]]
    return rows(
        id="states",
        title="Memories by state",
        description=_described(counts.states, shown),
        first="State",
        categories=[
            Category(
                str(state.label), address("memory-list", state=state), TONES.get(state, "neutral")
            )
            for state in shown
        ],
        series=[Series("Memories", "neutral", [Datum(counts.states[state]) for state in shown])],
    )


def _by_kind(counts: _Counts) -> Rows:
    shown = sorted((kind for kind in Kind if counts.kinds[kind]), key=lambda k: -counts.kinds[k])
    return rows(
        id="kinds",
        title="Active memories by kind",
        description=_described(counts.kinds, shown),
        first="Kind",
        categories=[
            Category(str(kind.label), address("memory-list", state=State.ACTIVE, kind=kind))
            for kind in shown
        ],
        series=[Series("Memories", "accent", [Datum(counts.kinds[kind]) for kind in shown])],
    )


def _described(counts: Counter[str], shown: Sequence[State | Kind]) -> str:
    return ", ".join(f"{counts[one]:,} {one.label.lower()}" for one in shown)
