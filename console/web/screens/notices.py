"""What a person should hear of without looking for it: events of a few kinds, by others."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby, islice
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse

from audit.kinds import KINDS
from audit.models import AuditEvent
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

MOST_SHOWN = 50
# Of one kind so many are looked at: a flood of one kind is a line, and hides no other.
MOST_OF_A_KIND = 100
MOST_COUNTED = 9


@dataclass(frozen=True, slots=True)
class News:
    """Whom a kind of event is news for, and what is said of several."""

    permission: Permission
    several: str


_P = Permission
NEWS = {
    "memory.quarantined": News(_P.REVIEW_READ, "memories were quarantined"),
    "review.breached": News(_P.REVIEW_READ, "reviews were not decided in time"),
    "review.escalated": News(_P.REVIEW_READ, "reviews were escalated"),
    "policy.activated": News(_P.POLICY_READ, "policies were switched on"),
    "agent.frozen": News(_P.REVIEW_READ, "times agents were stopped"),
    "agent.thawed": News(_P.REVIEW_READ, "times agents were let go on"),
    "hold.placed": News(_P.AUDIT_READ, "legal holds were placed"),
    "hold.review_due": News(_P.AUDIT_READ, "legal holds are due for review"),
    "hold.release_asked": News(_P.AUDIT_READ, "releases of legal holds were asked for"),
    "hold.released": News(_P.AUDIT_READ, "legal holds were released"),
    "key.destroyed": News(_P.AUDIT_READ, "keys were destroyed"),
    "audit.incomplete": News(_P.AUDIT_READ, "times changes and events did not match"),
    "tenant.leaked": News(_P.AUDIT_READ, "probes saw through a wall between tenants"),
    "subject_request.overdue": News(_P.SUBJECT_READ, "requests of people are overdue"),
    "subject_request.due_soon": News(_P.SUBJECT_READ, "requests of people are due soon"),
    "subject_request.received": News(_P.SUBJECT_READ, "requests of people came in"),
    "subject_request.completed": News(_P.SUBJECT_READ, "requests of people were carried out"),
    "member.added": News(_P.AUDIT_READ, "members were added"),
    "member.role_changed": News(_P.AUDIT_READ, "roles were changed"),
    "member.second_factor_reset": News(_P.AUDIT_READ, "times second factors were taken away"),
    "member.removed": News(_P.AUDIT_READ, "members were removed"),
    "log.forked": News(_P.AUDIT_READ, "times the log was found rewritten"),
    "anchor.file_cut": News(_P.AUDIT_READ, "times the file of checkpoints had lost some"),
    "stream.behind": News(_P.AUDIT_READ, "times an audit stream was far behind"),
    "webhook.disabled": News(_P.SETTINGS_READ, "times webhooks were switched off"),
}
PAGES = {
    "memory": "memory-detail",
    "review": "review-detail",
    "agent": "agent-detail",
    "subject_request": "request-detail",
    "webhook": "webhook-detail",
    "reconciliation": "completeness-detail",
    "audit_stream": "stream-detail",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One event, or several of a kind in a row: `event` is then the newest of them."""

    event: AuditEvent
    meaning: str
    href: str
    is_new: bool
    is_several: bool


class Latest(NamedTuple):
    """Of an event; `is_new` to the person at hand."""

    id: UUID
    kind: str
    is_new: bool


# Each kind by its own index: together they would be sought among all events.
LATEST = """
SELECT latest.id, news.kind, latest.id > mark.through
FROM (SELECT coalesce(
    (SELECT through FROM accounts_noticesseen WHERE tenant_id = %(tenant)s AND id = %(person)s),
    '00000000-0000-0000-0000-000000000000') AS through) AS mark,
  unnest(%(kinds)s::text[]) AS news(kind)
CROSS JOIN LATERAL (
  SELECT id FROM audit_auditevent
  WHERE tenant_id = %(tenant)s AND kind = news.kind AND actor_id <> %(person)s
  ORDER BY id DESC LIMIT %(most)s) AS latest
ORDER BY latest.id DESC LIMIT %(all)s
"""


def notices(actor: Actor) -> list[Notice]:
    """The newest first."""
    latest = _latest(actor, MOST_OF_A_KIND, MOST_OF_A_KIND * len(NEWS))
    found = Counter(one.kind for one in latest)
    # The oldest that was looked at, where there are older ones.
    cut = {one.kind: one for one in latest if found[one.kind] == MOST_OF_A_KIND}
    in_a_row = groupby(latest, key=lambda one: (one.kind, one.is_new))
    lines = [list(ones) for _, ones in islice(in_a_row, MOST_SHOWN)]
    newest = AuditEvent.objects.filter(id__in=[line[0].id for line in lines])
    events = {event.id: event for event in newest}
    return [
        _notice(events[line[0].id], line, goes_on=cut.get(line[0].kind) == line[-1])
        for line in lines
    ]


def unread(actor: Actor) -> int:
    """How many events, counted to one past MOST_COUNTED."""
    latest = _latest(actor, MOST_COUNTED + 1, MOST_COUNTED + 1)
    return sum(one.is_new for one in latest)


def _latest(actor: Actor, most: int, of_all: int) -> list[Latest]:
    """At most so many of each kind, and of all of them; the newest first."""
    kinds = [kind for kind, news in NEWS.items() if actor.may(news.permission)]
    asked = {
        "tenant": current_tenant_id(),
        "person": actor.id,
        "kinds": kinds,
        "most": most,
        "all": of_all,
    }
    return [Latest(*row) for row in fetch(LATEST, asked)]


def _notice(event: AuditEvent, line: list[Latest], *, goes_on: bool) -> Notice:
    count, is_new = len(line), line[0].is_new
    if count == 1:
        return Notice(event, KINDS[event.kind], _page_of(event), is_new, is_several=False)
    told = f"{count}{'+' if goes_on else ''} {NEWS[event.kind].several}"
    return Notice(event, told, _list_of(event.kind), is_new, is_several=True)


def _list_of(kind: str) -> str:
    """What still waits, else what the audit trail says."""
    if kind == "review.breached":
        return f"{reverse('review-list')}?due=overdue"
    return f"{reverse('audit-list')}?kind={kind}"


def _page_of(event: AuditEvent) -> str:
    """Where to look at it: its object's own page, else what the audit trail says of it."""
    page = PAGES.get(event.object_kind)
    if page is None or event.object_id is None:
        return _list_of(event.kind)
    return reverse(page, args=[event.object_id])
