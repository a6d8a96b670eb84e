"""What a person should hear of without looking for it: events of a few kinds, by others."""

from dataclasses import dataclass
from functools import reduce

from django.db.models import QuerySet
from django.urls import reverse

from audit.kinds import KINDS
from audit.models import AuditEvent
from console.accounts.actor import Actor
from console.accounts.notices import seen_through
from console.accounts.permissions import Permission

MOST_SHOWN = 50
MOST_COUNTED = 9

_P = Permission
# Which kinds are news, and for whom.
NEWS: dict[str, Permission] = {
    "memory.quarantined": _P.REVIEW_READ,
    "review.escalated": _P.REVIEW_READ,
    "policy.activated": _P.POLICY_READ,
    "agent.frozen": _P.REVIEW_READ,
    "agent.thawed": _P.REVIEW_READ,
    "hold.placed": _P.AUDIT_READ,
    "hold.released": _P.AUDIT_READ,
    "key.destroyed": _P.AUDIT_READ,
    "member.added": _P.AUDIT_READ,
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


def notices(actor: Actor) -> list[Notice]:
    """The newest first."""
    seen = seen_through(actor.id)
    return [
        Notice(event, KINDS[event.kind], _page_of(event), event.id > seen)
        for event in _news(actor, MOST_SHOWN)
    ]


def unread(actor: Actor) -> int:
    """How many, counted to one past MOST_COUNTED."""
    seen = seen_through(actor.id)
    return sum(event.id > seen for event in _news(actor, MOST_COUNTED + 1))


def _news(actor: Actor, most: int) -> QuerySet[AuditEvent]:
    """Each kind by its own index: together they would be sought among all events."""
    others = AuditEvent.objects.exclude(actor_id=actor.id)
    by_kind = [
        others.filter(kind=kind).order_by("-id")[:most]
        for kind, permission in NEWS.items()
        if actor.may(permission)
    ]
    if not by_kind:
        return AuditEvent.objects.none()
    return reduce(lambda one, other: one.union(other, all=True), by_kind).order_by("-id")[:most]


def _page_of(event: AuditEvent) -> str:
    """Where to look at it: its object's own page, else what the audit trail says of it."""
    page = PAGES.get(event.object_kind)
    if page is None or event.object_id is None:
        return f"{reverse('audit-list')}?kind={event.kind}"
    return reverse(page, args=[event.object_id])
