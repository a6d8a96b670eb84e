"""Finding events: what narrows the trail, and one event by its id.

Every angle has an index (`AuditEvent.Meta`), so that a page costs the same in a trail of any age.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.kinds import KINDS
from audit.models import AuditEvent, MemoryAccess, Trace
from console.accounts.models import ApiKey
from console.platform.errors import NotFoundError
from console.platform.ids import first_id_of
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

# An event's id and its time are taken one after the other: never this far apart.
APART = timedelta(hours=1)
MOST_ACTORS = 1_000
# Recalls that are told of a person or a memory, the newest first: a popular one has no end of them.
MOST_RECALLS = 1_000

# Each actor's newest event, found by stepping from one actor to the next in the index.
ACTORS = """
WITH RECURSIVE stepped AS (
  (SELECT actor_id, actor_label, 1 AS place FROM audit_auditevent
   WHERE tenant_id = %(tenant)s ORDER BY actor_id, id DESC LIMIT 1)
  UNION ALL
  SELECT found.actor_id, found.actor_label, stepped.place + 1 FROM stepped, LATERAL (
    SELECT actor_id, actor_label FROM audit_auditevent
    WHERE tenant_id = %(tenant)s AND actor_id > stepped.actor_id
    ORDER BY actor_id, id DESC LIMIT 1) AS found
  WHERE stepped.place < %(most)s
)
SELECT actor_id FROM stepped WHERE strpos(lower(actor_label), lower(%(name)s)) > 0
"""


@dataclass(frozen=True, slots=True)
class About:
    """What is known to be about something or somebody: their objects, and their memories' ids."""

    objects: Collection[UUID]
    memories: Collection[UUID]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What is None does not narrow.

    `actors` are ids of people and agents; each of `about` is what memory knows to be about a
    person or a memory; `text` is sought in notes, which are all that people write themselves.
    """

    kinds: Collection[str] | None = None
    outcome: str | None = None
    actors: Collection[UUID] | None = None
    actor_kind: str | None = None
    api_key: UUID | None = None
    object: UUID | None = None
    about: Collection[About] | None = None
    run: UUID | None = None
    trace: bytes | None = None
    reason: str | None = None
    request: UUID | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def find_events(wanted: EventFilter) -> QuerySet[AuditEvent]:
    """The newest first. Pages are the doors' affair."""
    asked = ((field.name, getattr(wanted, field.name)) for field in fields(wanted))
    narrowed = [NARROWS[name](value) for name, value in asked if value is not None]
    return AuditEvent.objects.filter(*narrowed).order_by("-id")


def event_of(event_id: UUID) -> AuditEvent:
    """Raises NotFoundError, for another tenant's event as for one that never was."""
    event = AuditEvent.objects.filter(id=event_id).first()
    if event is None:
        raise NotFoundError(event_id, noun="event")
    return event


def kinds_of(chosen: Collection[str]) -> set[str]:
    """The kinds that are meant: `memory` is all that begin with `memory.`."""
    nouns = {f"{name}." for name in chosen if name not in KINDS}
    begun = {kind for kind in KINDS if any(kind.startswith(noun) for noun in nouns)}
    return begun | {kind for kind in chosen if kind in KINDS}


def actors_called(name: str) -> list[UUID]:
    """Whose newest event has `name` as a part of the actor's label; of the first MOST_ACTORS."""
    asked = {"tenant": current_tenant_id(), "name": name, "most": MOST_ACTORS}
    return [actor_id for (actor_id,) in fetch(ACTORS, asked)]


def _by_key(key_id: UUID) -> Q:
    """What its holder did since it was made, with it: an index of keys would burden every write."""
    key = ApiKey.objects.filter(id=key_id).values_list("agent_id", "user_id", "created_at").first()
    if key is None:
        return Q(id__in=[])
    agent_id, user_id, created_at = key
    since = first_id_of(created_at - APART)
    return Q(actor_id=agent_id or user_id, api_key_id=key_id, id__gte=since)


def _about(several: Collection[About]) -> Q:
    """About all of them at once."""
    return reduce(and_, map(_about_one, several))


def _about_one(about: About) -> Q:
    """By their ids: of a condition that either may satisfy, all events would be read."""
    recalls = MemoryAccess.objects.filter(
        memory_id__in=[str(one) for one in about.memories], request_id__isnull=False
    )
    requests = recalls.order_by("-at").values_list("request_id", flat=True)[:MOST_RECALLS]
    recalled = Q(kind="memory.recalled", request_id__in=list(set(requests)))
    events = AuditEvent.objects.order_by()
    done = events.filter(object_id__in=list(about.objects)).values("id")
    return Q(id__in=done.union(events.filter(recalled).values("id"), all=True))


def _in_run(run_id: UUID) -> Q:
    traces = Trace.objects.filter(run_id=run_id).values_list("trace_id", flat=True)
    return Q(trace_id__in=[bytes(trace) for trace in traces])


NARROWS: Mapping[str, Callable[[Any], Q]] = {
    "kinds": lambda kinds: Q(kind__in=sorted(kinds)),
    "outcome": lambda outcome: Q(outcome=outcome),
    "actors": lambda actors: Q(actor_id__in=list(actors)),
    "actor_kind": lambda kind: Q(actor_kind=kind),
    "api_key": _by_key,
    "object": lambda object_id: Q(object_id=object_id),
    "about": _about,
    "run": _in_run,
    "trace": lambda trace_id: Q(trace_id=trace_id),
    "reason": lambda reason: Q(reason=reason) & ~Q(reason=""),
    "request": lambda request_id: Q(request_id=request_id),
    "text": lambda text: ~Q(note="") & Q(note__icontains=text),
    # Found by their ids, which are in the order of time.
    "since": lambda since: Q(recorded_at__gte=since, id__gte=first_id_of(since - APART)),
    "until": lambda until: Q(recorded_at__lt=until, id__lt=first_id_of(until + APART)),
}
