"""Requests of people, against their deadline."""

from datetime import timedelta

from django.db.models import Count, Min, Q

from console.accounts.actor import Actor
from console.platform.clock import now
from console.web.quantities import relative
from console.web.screens.posture.tile import Tile, address, plural
from memory.desk.reading import visible_requests
from memory.models import OPEN_REQUESTS

SOON = timedelta(days=7)


def request_tile(actor: Actor) -> Tile:
    moment = now()
    requests = visible_requests(actor).filter(status__in=OPEN_REQUESTS).order_by()
    counts = requests.aggregate(
        every=Count("id"), overdue=Count("id", filter=Q(due_at__lt=moment)), first=Min("due_at")
    )
    every, overdue = counts["every"], counts["overdue"]
    if not every:
        return Tile("People's requests", "0", "none is open", address("request-list"))
    due = f"first due {relative(counts['first'] - moment)}"
    tone, asks = "hold", f"{plural(every, 'request')} open"
    if overdue:
        tone, asks = "danger", f"{plural(overdue, 'request')} past the deadline"
        due = f"{overdue:,} past the deadline"
    elif counts["first"] - moment < SOON:
        tone, asks = "warn", f"a request is due {relative(counts['first'] - moment)}"
    return Tile("People's requests", f"{every:,}", due, address("request-list"), tone, asks)
