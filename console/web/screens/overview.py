"""A tenant's posture: figures that each lead to the list behind them. Counts stop at a bound."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.urls import reverse

from audit.models import AuditEvent, Outcome, Run
from audit.timelines.runs import RunFilter, find_runs
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.forms.memory import in_state
from console.web.quantities import MOST_COUNTED, bounded, relative
from console.web.screens.review import QUEUE_ORDER, QueueRow, queue_rows
from memory.access import visible_memories, visible_reviews
from memory.models import ReviewItem, ReviewStatus, State

DAY = timedelta(days=1)
MOST_ROWS = 5

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: str
    note: str
    href: str
    tone: str


@dataclass(frozen=True, slots=True)
class OverviewScreen:
    tiles: list[Tile]
    queue: list[QueueRow]
    runs: list[Run]


def overview_screen(actor: Actor) -> OverviewScreen:
    tiles: list[Tile] = []
    queue: list[QueueRow] = []
    runs: list[Run] = []
    if actor.may(Permission.REVIEW_READ):
        waiting = visible_reviews(actor).filter(status=ReviewStatus.OPEN)
        tiles.append(_waiting(waiting))
        queue = queue_rows(list(waiting.order_by(*QUEUE_ORDER)[:MOST_ROWS]))
    tiles += _memories(actor)
    if actor.may(Permission.TRACES_READ):
        tiles.append(_failures())
        runs = list(find_runs(RunFilter())[:MOST_ROWS])
    if actor.may(Permission.AUDIT_READ):
        tiles.append(_refusals())
    return OverviewScreen(tiles, queue, runs)


def _waiting(waiting: QuerySet[ReviewItem]) -> Tile:
    oldest = waiting.order_by("opened_at").first()
    note = f"oldest {relative(oldest.opened_at - now())}" if oldest else "nothing to decide"
    return _tile("Waiting for review", waiting, note, reverse("review-list"), tone="hold")


def _memories(actor: Actor) -> list[Tile]:
    memories = visible_memories(actor)
    active = in_state(memories, State.ACTIVE)
    soon = active.filter(expires_at__lte=now() + 7 * DAY)
    href = reverse("memory-list")
    tiles = [_tile("Active memories", active, "can be recalled", f"{href}?state=active")]
    if actor.may(Permission.MEMORY_READ_HELD):
        held = memories.filter(state=State.QUARANTINED)
        href_held = f"{href}?state=quarantined"
        tiles.append(_tile("Quarantined", held, "kept from agents", href_held, tone="danger"))
    tiles.append(_tile("Expiring", soon, "within 7 days", f"{href}?expiry=week", tone="warn"))
    return tiles


def _failures() -> Tile:
    recent = find_runs(RunFilter(since=now() - DAY))
    failed = recent.filter(error_count__gt=0)
    note = f"of {_count(recent)}, last 24 h"
    href = f"{reverse('run-list')}?error=some"
    return _tile("Runs with errors", failed, note, href, tone="danger")


def _refusals() -> Tile:
    refused = AuditEvent.objects.filter(outcome=Outcome.REFUSED, recorded_at__gte=now() - DAY)
    href = f"{reverse('audit-list')}?outcome=refused"
    return _tile("Refused requests", refused, "last 24 h", href, tone="warn")


def _tile(label: str, rows: QuerySet[M], note: str, href: str, *, tone: str = "neutral") -> Tile:
    """`tone` draws the eye only to a figure that is not nought."""
    count = _count(rows)
    return Tile(label, count, note, href, "neutral" if count == "0" else tone)


def _count(rows: QuerySet[M]) -> str:
    return bounded(rows.order_by()[: MOST_COUNTED + 1].count())
