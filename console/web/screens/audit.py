"""The trail: found, narrowed, by days, each event as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import groupby
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from audit.models import AuditEvent
from audit.proof.pruned import Pruned, pruned_log
from audit.proof.states import ProofState, states_of
from audit.sentences import OBJECT, noun_of, said_of
from console.web.addresses import asked, without
from console.web.forms.audit import AuditFilter, called
from console.web.middleware import TenantRequest
from console.web.paging import Page, paginate
from console.web.screens.facets import Chip
from console.web.screens.saved_views import View, views_of
from memory.models import Listing

# Where an object is looked at: its own page, else the list it stands in.
PAGES = {
    "access_review": "access-review",
    "agent": "agent-detail",
    "subject_request": "request-detail",
    "memory": "memory-detail",
    "opinion": "opinion",
    "review": "review-detail",
    "review_batch": "review-batch",
    "run": "run-detail",
    "snapshot": "snapshot-detail",
    "subject": "subject-detail",
    "webhook": "webhook-detail",
}
LISTS = {
    "api_key": "key-list",
    "hold": "hold-list",
    "invitation": "member-list",
    "isolation_probe": "isolation-list",
    "lifecycle_setting": "lifecycle-setting",
    "membership": "member-list",
    "policy": "policy-list",
    "queue": "queue-list",
    "recall_setting": "recall-setting",
    "signing_key": "key-list",
    "trace_replay": "trace-replay",
    "trace_retention": "retention",
    "retention_rules": "retention",
    "trace_rules": "trace-setting",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """`{actor} {before} {object} {after}`; the object is a link where `href` says so."""

    before: str
    noun: str
    object_id: UUID | None
    href: str
    after: str


@dataclass(frozen=True, slots=True)
class EventRow:
    event: AuditEvent
    sentence: Sentence
    state: ProofState


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    rows: list[EventRow]


@dataclass(frozen=True, slots=True)
class AuditList:
    """`narrow` is where it asks, once on the screen, what it can be narrowed by.

    `export` is where all that is found is taken away, `save` where a name for it is sent. At the
    end of the list, `pruned` is what stood before it.
    """

    filters: AuditFilter
    page: Page[AuditEvent]
    days: list[Day]
    chips: list[Chip]
    narrow: str
    export: str
    pruned: Pruned | None
    save: str
    views: list[View]

    @property
    def is_named(self) -> bool:
        return any(view.is_shown for view in self.views)


def audit_list_of(request: TenantRequest) -> AuditList:
    filters = AuditFilter(request.GET)
    page = paginate(request, filters.found(), order=("-id",))
    return AuditList(
        filters=filters,
        page=page,
        days=_days(page.items),
        chips=chips_of(request.GET, filters),
        narrow=reverse("audit-facets") + asked(request.GET),
        export=reverse("audit-export") + asked(request.GET),
        pruned=None if page.next else pruned_log(),
        save=reverse("audit-view-save") + asked(request.GET),
        views=views_of(request.actor, Listing.AUDIT, filters.chosen),
    )


def event_rows(events: Sequence[AuditEvent]) -> list[EventRow]:
    states = states_of([event.id for event in events])
    return [EventRow(event, sentence(event), states[event.id]) for event in events]


def sentence(event: AuditEvent) -> Sentence:
    said = said_of(event.kind)
    if event.outcome == "refused" and event.kind != "request.refused":
        said = f"was refused: {said}"
    before, names_object, after = said.partition(OBJECT)
    if not names_object or event.object_id is None:
        noun = noun_of(event.object_kind) if names_object else ""
        return Sentence(before, noun, None, "", after)
    return Sentence(before, noun_of(event.object_kind), event.object_id, page_of(event), after)


def page_of(event: AuditEvent) -> str:
    """Where its object is to be seen; nothing where there is no such page."""
    if event.object_kind in PAGES and event.object_id is not None:
        return reverse(PAGES[event.object_kind], args=[event.object_id])
    if event.object_kind in LISTS:
        return reverse(LISTS[event.object_kind])
    return ""


def _days(events: Sequence[AuditEvent]) -> list[Day]:
    days = groupby(event_rows(events), key=lambda row: row.event.recorded_at.astimezone(UTC).date())
    return [Day(day, list(rows)) for day, rows in days]


def chips_of(query: QueryDict, filters: AuditFilter) -> list[Chip]:
    """One for each kind of events, too: each goes away by itself."""
    return [
        Chip(str(filters[name].label), called(name, str(value)), without(query, name, str(value)))
        for name, chosen in filters.chosen.items()
        for value in (chosen if isinstance(chosen, list) else [chosen])
    ]
