"""Requests to be erased, against their deadline."""

from datetime import timedelta

from django.db.models import Count, Min, Q

from console.accounts.actor import Actor
from console.platform.clock import now
from console.web.quantities import relative
from console.web.screens.posture.tile import Tile, address, plural
from memory.models import OPEN_ERASURES
from memory.subjects import visible_erasures

SOON = timedelta(days=7)


def erasure_tile(actor: Actor) -> Tile:
    moment = now()
    requests = visible_erasures(actor).filter(status__in=OPEN_ERASURES).order_by()
    counts = requests.aggregate(
        every=Count("id"), overdue=Count("id", filter=Q(due_at__lt=moment)), first=Min("due_at")
    )
    every, overdue = counts["every"], counts["overdue"]
    if not every:
        return Tile("Erasure requests", "0", "none is open", address("erasure-list"))
    due = f"first due {relative(counts['first'] - moment)}"
    tone, asks = "hold", f"{plural(every, 'erasure request')} open"
    if overdue:
        tone, asks = "danger", f"{plural(overdue, 'erasure request')} past the deadline"
        due = f"{overdue:,} past the deadline"
    elif counts["first"] - moment < SOON:
        tone, asks = "warn", f"an erasure request is due {relative(counts['first'] - moment)}"
    return Tile("Erasure requests", f"{every:,}", due, address("erasure-list"), tone, asks)
