"""A tenant's posture: figures that each lead to the list behind them. Counts stop at a bound."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Model, QuerySet
from django.urls import reverse

from audit.models import AuditEvent, Outcome, Run
from audit.timelines.runs import RunFilter, find_runs
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.forms.memory import in_state
from console.web.screens.review import QUEUE_ORDER, QueueRow, queue_rows
from console.web.templatetags.screen import MOST_COUNTED, bounded, relative
from memory.access import visible_memories, visible_reviews
from memory.models import ReviewStatus, State

DAY = timedelta(days=1)
MOST_ROWS = 5


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
    tiles, queue, runs = [], [], []
    if actor.may(Permission.REVIEW_READ):
        waiting = visible_reviews(actor).filter(status=ReviewStatus.OPEN)
        tiles.append(_waiting(actor))
        queue = queue_rows(list(waiting.order_by(*QUEUE_ORDER)[:MOST_ROWS]))
    tiles += _memories(actor)
    if actor.may(Permission.TRACES_READ):
        tiles.append(_failures())
        runs = list(find_runs(RunFilter())[:MOST_ROWS])
    if actor.may(Permission.AUDIT_READ):
        tiles.append(_refusals())
    return OverviewScreen(tiles, queue, runs)


def _waiting(actor: Actor) -> Tile:
    waiting = visible_reviews(actor).filter(status=ReviewStatus.OPEN)
    oldest = waiting.order_by("opened_at").first()
    note = f"oldest {relative(oldest.opened_at - now())}" if oldest else "nothing to decide"
    tone = "hold" if oldest else "ok"
    return Tile("Waiting for review", _count(waiting), note, reverse("review-list"), tone)


def _memories(actor: Actor) -> list[Tile]:
    memories = visible_memories(actor)
    active = in_state(memories, State.ACTIVE)
    href = reverse("memory-list")
    tiles = [
        Tile("Active memories", _count(active), "can be recalled", f"{href}?state=active", "ok")
    ]
    if actor.may(Permission.MEMORY_READ_HELD):
        held = memories.filter(state=State.QUARANTINED)
        tone = "danger" if held.exists() else "ok"
        tiles.append(
            Tile("Quarantined", _count(held), "kept from agents", f"{href}?state=quarantined", tone)
        )
    soon = active.filter(expires_at__lte=now() + 7 * DAY)
    tiles.append(
        Tile("Expire within 7 days", _count(soon), "unless renewed", f"{href}?expiry=week", "warn")
    )
    return tiles


def _failures() -> Tile:
    recent = find_runs(RunFilter(since=now() - DAY))
    failed = recent.filter(error_count__gt=0)
    note = f"of {_count(recent)} runs, last 24 h"
    tone = "danger" if failed.exists() else "ok"
    return Tile(
        "Runs with errors", _count(failed), note, f"{reverse('run-list')}?errors=some", tone
    )


def _refusals() -> Tile:
    refused = AuditEvent.objects.filter(outcome=Outcome.REFUSED, recorded_at__gte=now() - DAY)
    href = f"{reverse('audit-list')}?outcome=refused"
    return Tile("Refused requests", _count(refused), "last 24 h", href, "neutral")


def _count(rows: QuerySet[Model]) -> str:
    return bounded(rows.order_by()[: MOST_COUNTED + 1].count())
