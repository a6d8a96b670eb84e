"""What a person should hear of without looking for it: events of a few kinds, by others."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from audit.kinds import KINDS
from audit.models import AuditEvent
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

MOST_SHOWN = 50
MOST_COUNTED = 9

_P = Permission
# Which kinds are news, and for whom.
NEWS: dict[str, Permission] = {
    "memory.quarantined": _P.REVIEW_READ,
    "review.breached": _P.REVIEW_READ,
    "review.escalated": _P.REVIEW_READ,
    "policy.activated": _P.POLICY_READ,
    "agent.frozen": _P.REVIEW_READ,
    "agent.thawed": _P.REVIEW_READ,
    "hold.placed": _P.AUDIT_READ,
    "hold.released": _P.AUDIT_READ,
    "key.destroyed": _P.AUDIT_READ,
    "tenant.leaked": _P.AUDIT_READ,
    "erasure.received": _P.AUDIT_READ,
    "erasure.carried_out": _P.AUDIT_READ,
    "member.added": _P.AUDIT_READ,
    "member.role_changed": _P.AUDIT_READ,
    "member.removed": _P.AUDIT_READ,
    "webhook.disabled": _P.SETTINGS_READ,
}
PAGES = {
    "memory": "memory-detail",
    "review": "review-detail",
    "agent": "agent-detail",
    "webhook": "webhook-detail",
}


@dataclass(frozen=True, slots=True)
class Notice:
    event: AuditEvent
    meaning: str
    href: str
    is_new: bool


# Each kind by its own index: together they would be sought among all events.
LATEST = """
SELECT latest.id, latest.id > mark.through
FROM (SELECT coalesce(
    (SELECT through FROM accounts_noticesseen WHERE tenant_id = %(tenant)s AND id = %(person)s),
    '00000000-0000-0000-0000-000000000000') AS through) AS mark,
  unnest(%(kinds)s::text[]) AS news(kind)
CROSS JOIN LATERAL (
  SELECT id FROM audit_auditevent
  WHERE tenant_id = %(tenant)s AND kind = news.kind AND actor_id <> %(person)s
  ORDER BY id DESC LIMIT %(most)s) AS latest
ORDER BY latest.id DESC LIMIT %(most)s
"""


def notices(actor: Actor) -> list[Notice]:
    """The newest first."""
    latest = _latest(actor, MOST_SHOWN)
    events = {event.id: event for event in AuditEvent.objects.filter(id__in=list(latest))}
    return [
        Notice(events[one], KINDS[events[one].kind], _page_of(events[one]), is_new)
        for one, is_new in latest.items()
    ]


def unread(actor: Actor) -> int:
    """How many, counted to one past MOST_COUNTED."""
    return sum(_latest(actor, MOST_COUNTED + 1).values())


def _latest(actor: Actor, most: int) -> dict[UUID, bool]:
    """Ids of events, and whether each is new to this person."""
    kinds = [kind for kind, permission in NEWS.items() if actor.may(permission)]
    asked = {
        "tenant": current_tenant_id(),
        "person": actor.id,
        "kinds": kinds,
        "most": most,
    }
    return dict(fetch(LATEST, asked))


def _page_of(event: AuditEvent) -> str:
    """Where to look at it: its object's own page, else what the audit trail says of it."""
    page = PAGES.get(event.object_kind)
    if page is None or event.object_id is None:
        return f"{reverse('audit-list')}?kind={event.kind}"
    return reverse(page, args=[event.object_id])
