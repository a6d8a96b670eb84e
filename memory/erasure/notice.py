"""Telling those who may hold copies (GDPR, Article 19): agents that wrote or read, and webhooks.

By a pseudonym, which is the subject's id in every answer we gave about memories of theirs.
"""

from uuid import UUID

from django.db import models

from console.accounts.models import Agent
from console.platform.clock import now
from console.webhooks.kinds import EventKind
from console.webhooks.models import OutgoingEvent, WebhookDelivery
from console.webhooks.outbox import announce
from memory.erasure.stores.store import SCOPE, run
from memory.erasure.work import Done, Work
from memory.models import SubjectRequest

NOTICE = "notice"
CONCERNED = f"""
{SCOPE}
SELECT DISTINCT m.agent_id FROM memory_memory m JOIN about ON about.id = m.id
WHERE m.tenant_id = %(t)s AND m.agent_id IS NOT NULL
UNION
SELECT a.id FROM accounts_agent a WHERE a.tenant_id = %(t)s AND a.name IN (
  SELECT DISTINCT x.agent FROM audit_memoryaccess x
  WHERE x.tenant_id = %(t)s AND x.memory_id IN (SELECT id FROM about_texts))
"""


def tell(work: Work) -> Done:
    agents: list[UUID] = [agent_id for (agent_id,) in run(CONCERNED, work.person)]
    known = set(Agent.objects.filter(id__in=agents).values_list("id", flat=True))
    told: list[UUID | None] = [None, *sorted(known)]
    events = [_event(work, agent_id) for agent_id in told]
    announce(events)
    return Done({"agents": len(known), "webhooks": deliveries_of(work.request).count()})


def deliveries_of(request: SubjectRequest) -> models.QuerySet[WebhookDelivery]:
    """The receipts: who was told, and who has taken it. The days spare a look at all messages."""
    events = OutgoingEvent.objects.filter(
        kind=EventKind.SUBJECT_ERASED, data__request=request.reference, at__gte=request.started_at
    )
    if request.closed_at is not None:
        events = events.filter(at__lte=request.closed_at)
    return WebhookDelivery.objects.filter(event_id__in=events.values("id"))


def _event(work: Work, agent_id: UUID | None) -> OutgoingEvent:
    return OutgoingEvent(
        kind=EventKind.SUBJECT_ERASED,
        agent_id=agent_id,
        data={
            "request": work.request.reference,
            "subject_ids": [str(id_) for id_ in work.person.subject_ids],
            "agent_id": str(agent_id) if agent_id else None,
            "erased_at": now().isoformat(),
        },
    )
