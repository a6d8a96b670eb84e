"""The list of memories: searched, narrowed, ordered; now, or as it was at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from console.accounts.permissions import Permission
from console.keys.subjects import known_subjects
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from console.web.addresses import asked
from console.web.forms.memory import BEST, ENDING, MemoryFilter
from console.web.masking import Mask
from console.web.middleware import TenantRequest
from console.web.paging import Page, numbered, paginate
from console.web.screens.explained import why
from console.web.screens.facets import Chip, Facet
from console.web.screens.memory_facets import chips_of, facets_of
from console.web.screens.memory_rows import EXCERPT, MemoryRow, memory_rows
from console.web.screens.moments import Link, moments_of
from console.web.screens.versions import versions_by_number
from console.web.text import excerpt
from memory.browsing import (
    SOON,
    Expiry,
    Wanted,
    memories_now,
    memories_then,
    recallable_then,
)
from memory.facets import Count, count_facets
from memory.models import HELD_STATES, MemoryTransition, State
from memory.retrieval.filters import Filter, parse_filter
from memory.retrieval.looking import Found, all_weak, found_by_reading, found_in_force, found_then

# Where words are sought besides what is in force: those are opened and read.
READ_STATES = (State.PENDING, State.QUARANTINED, State.EXPIRED, State.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class MemoryList:
    rows: list[MemoryRow]
    page: Page[Any]
    count: Count
    facets: list[Facet]
    chips: list[Chip]
    elsewhere: list[Link]
    moments: list[Link]
    is_weak: bool
    at: datetime | None
    back: str


def memory_list_of(request: TenantRequest, filters: MemoryFilter) -> MemoryList:
    at = filters.moment
    try:
        rows, found = _then(request, filters, at) if at else _now(request, filters)
    except InvalidInputError as error:
        filters.add_error("at", error.detail)
        rows, found = memories_then(request.actor, filters.wanted, at=now()).none(), None
    key = "memory_id" if at else "id"
    if filters.order == ENDING:
        rows = rows.filter(state=State.ACTIVE, expires_at__gt=at or now())
    counted = count_facets(rows, newest=key)
    page = _page(request, filters, rows, key=key, found=found)
    return MemoryList(
        rows=_rows(page.items, found or {}, filters),
        page=page,
        count=counted.total,
        facets=facets_of(request.GET, filters, counted),
        chips=chips_of(request.GET, filters),
        elsewhere=_elsewhere(request, filters),
        moments=moments_of(request.GET, _last_change()),
        is_weak=found is not None and all_weak(found),
        at=at,
        back=asked(request.GET, at=None, valid_at=None),
    )


def _now(request: TenantRequest, filters: MemoryFilter) -> tuple[QuerySet[Any], Found | None]:
    moment, wanted = now(), filters.wanted
    rows = memories_now(request.actor, wanted, at=moment)
    text = filters.chosen.get("q")
    if not text:
        return rows, None
    if wanted.state not in {None, State.ACTIVE} or wanted.expiry is Expiry.PAST:
        found = found_by_reading(text, rows, at=moment)
    else:
        found = found_in_force(
            text,
            actor=request.actor,
            filters=_filter_of(wanted, at=moment),
            subject_id=_subject_id(wanted),
            at=moment,
        )
    return rows.filter(id__in=list(found)), found


def _then(
    request: TenantRequest, filters: MemoryFilter, at: datetime
) -> tuple[QuerySet[Any], Found | None]:
    wanted, text = filters.wanted, filters.chosen.get("q")
    rows = memories_then(request.actor, wanted, at=at)
    if not text:
        return rows, None
    # What a memory is for good narrows before it is opened; the rest was otherwise then.
    lasting = replace(wanted, state=None, tier=None, expiry=None, signed=None)
    memories = memories_now(request.actor, lasting, at=at)
    valid_at = filters.chosen.get("valid_at") or at
    found = found_then(text, memories, at=at, valid_at=valid_at)
    return rows.filter(memory_id__in=list(found)), found


def _filter_of(wanted: Wanted, *, at: datetime) -> Filter:
    """What narrows before ranking, so that the best of what is wanted is found."""
    asked_for: dict[str, Any] = {}
    if wanted.kind is not None:
        asked_for["kind"] = str(wanted.kind)
    if wanted.tier is not None:
        asked_for["tier"] = str(wanted.tier)
    if wanted.agent_id is not None:
        asked_for["agent"] = str(wanted.agent_id)
    if wanted.expiry is Expiry.NEVER:
        asked_for["expires_at"] = {"exists": False}
    if wanted.expiry is Expiry.SOON:
        asked_for["expires_at"] = {"lte": (at + SOON).isoformat()}
    return parse_filter(asked_for)


def _subject_id(wanted: Wanted) -> UUID | None:
    known = known_subjects([wanted.subject]).get(wanted.subject) if wanted.subject else None
    return known.id if known else None


def _page(
    request: TenantRequest,
    filters: MemoryFilter,
    rows: QuerySet[Any],
    *,
    key: str,
    found: Found | None,
) -> Page[Any]:
    if filters.order == ENDING:
        return paginate(request, rows, order=("expires_at", key))
    if found is None or filters.order != BEST:
        return paginate(request, rows, order=(f"-{key}",))
    # So many at most were found that their ids are no burden.
    left = set(rows.values_list(key, flat=True))
    page = numbered(request, [one for one in found if one in left])
    of_page = {getattr(row, key): row for row in rows.filter(**{f"{key}__in": page.items})}
    return Page([of_page[one] for one in page.items if one in of_page], page.previous, page.next)


def _rows(items: list[Any], found: Found, filters: MemoryFilter) -> list[MemoryRow]:
    at = filters.moment
    if at is not None:
        return _rows_then(items, found, at=at, valid_at=filters.chosen.get("valid_at") or at)
    rows = memory_rows(items)
    return [replace(row, why=_why(found, row.memory.id)) for row in rows]


def _rows_then(
    steps: Iterable[MemoryTransition], found: Found, *, at: datetime, valid_at: datetime
) -> list[MemoryRow]:
    steps, mask = list(steps), Mask()
    texts = versions_by_number((step.memory_id, step.version) for step in steps)
    return [
        MemoryRow(
            memory=step.memory,
            state=State(step.told_state),  # type: ignore[attr-defined]
            excerpt=excerpt(mask.content(version)[0], EXCERPT),
            why=_why(found, step.memory_id),
            expires_at=step.expires_at,
            recallable=recallable_then(step, version, at=at, valid_at=valid_at),
        )
        for step in steps
        if (version := texts.get((step.memory_id, step.version))) is not None
    ]


def _why(found: Found, memory_id: UUID) -> str:
    return why(found[memory_id]) if memory_id in found else ""


def _elsewhere(request: TenantRequest, filters: MemoryFilter) -> list[Link]:
    """Where a search did not look: what is not in force."""
    if "q" not in filters.chosen or filters.moment or filters.wanted.state:
        return []
    held = request.actor.may(Permission.MEMORY_READ_HELD)
    states = [state for state in READ_STATES if held or state not in HELD_STATES]
    return [Link(str(state), asked(request.GET, state=state)) for state in states]


def _last_change() -> datetime | None:
    latest = MemoryTransition.objects.order_by("-id").first()
    return latest.at if latest else None
