"""What an agent is told when it asks: the decisions about what it wrote.

A position is a transaction and an event of it; ids of transactions are given as they begin to
write, and need not follow their commits. Only what lies before every transaction that still
runs is told: whoever goes on from a position misses nothing that commits late.
"""

from uuid import UUID

from django.db import models
from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.webhooks.kinds import EventKind
from console.webhooks.models import OutgoingEvent

Position = tuple[int, UUID]

START: Position = (0, UUID(int=0))
TOLD = (
    EventKind.REVIEW_DECIDED,
    EventKind.MEMORY_STATE_CHANGED,
    EventKind.SUBJECT_ERASED,
)
HORIZON: models.Func = models.Func(
    template="pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
    output_field=models.BigIntegerField(),
)


def decisions_for(
    actor: Actor, *, after: Position = START, memory_id: UUID | None = None
) -> QuerySet[OutgoingEvent]:
    """About what this agent wrote, with whichever of its keys; for a person, with this very key."""
    xid, event_id = after
    events = OutgoingEvent.objects.filter(kind__in=TOLD, xid__gte=xid, xid__lt=HORIZON)
    if actor.agent_id is not None:
        events = events.filter(agent_id=actor.agent_id)
    else:
        events = events.filter(agent_id=None, api_key_id=actor.api_key_id)
    if memory_id is not None:
        events = events.filter(memory_id=memory_id)
    return events.exclude(xid=xid, id__lte=event_id).order_by("xid", "id")
