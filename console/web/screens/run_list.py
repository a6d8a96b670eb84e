"""The list of runs: found, narrowed, ordered, with the views people named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from audit.models import Run, RunStatus
from audit.timelines.run_facets import count_runs
from audit.timelines.runs import MOST_READ, RunFilter, RunOrder, find_runs, in_order, oldest_read
from console.web.addresses import asked
from console.web.forms.run import ERRORS, RunFilterForm
from console.web.middleware import TenantRequest
from console.web.paging import AFTER, BEFORE, PAGE_SIZE, Page, paginate
from console.web.screens.facets import Chip, Facet, FacetValue
from console.web.screens.saved_views import View, views_of
from memory.agents import agents_named
from memory.facets import MOST_COUNTED, Count
from memory.models import Listing

SEEN = "seen"  # when the run that stands first was last seen
MOST_NEWER = 99
LABELS = {
    "status": "Status",
    "agent": "Agent",
    "tool": "Tool",
    "model": "Model",
    "error_type": "Error type",
}
NAMES: Mapping[str, Mapping[str, str]] = {
    "status": {value: str(label) for value, label in RunStatus.choices},
    "error": dict(ERRORS),
}


@dataclass(frozen=True, slots=True)
class RunList:
    """`agents` are the ids of those that are known by name.

    `read` is of how many of the newest runs this is told, or None where it is of all.

    `newer` is where a list that begins with the newest asks what has come since, `narrow` where
    it asks what it can be narrowed by: that is counted after the list is on the screen.
    """

    filters: RunFilterForm
    page: Page[Run]
    count: Count
    chips: list[Chip]
    views: list[View]
    agents: Mapping[str, UUID]
    read: int | None
    newer: str | None
    narrow: str

    @property
    def is_named(self) -> bool:
        return any(view.is_shown for view in self.views)


def run_list_of(request: TenantRequest) -> RunList:
    filters = RunFilterForm(request.GET)
    wanted, order = filters.wanted(), filters.order
    found = find_runs(wanted)
    page = paginate(request, in_order(found, order), order=order.fields)
    return RunList(
        filters=filters,
        page=page,
        count=_found(found, page, wanted),
        chips=_chips(request.GET, filters),
        views=views_of(request.actor, Listing.RUNS, filters.chosen),
        agents=agents_named(request.actor, (run.agent for run in page.items)),
        read=MOST_READ if _is_bounded(wanted, order) else None,
        newer=_newer(request, page) if order is RunOrder.NEWEST else None,
        narrow=reverse("run-facets") + asked(request.GET),
    )


def _found(found: QuerySet[Run], page: Page[Run], wanted: RunFilter) -> Count:
    """What stands on one page is counted by looking at it; words are not sought twice."""
    if page.previous is None and page.next is None:
        return Count(len(page.items))
    if wanted.text is not None:
        return Count(PAGE_SIZE, at_least=True)
    return _count(found.order_by()[: MOST_COUNTED + 1].count())


def _is_bounded(wanted: RunFilter, order: RunOrder) -> bool:
    is_read_through = order is not RunOrder.NEWEST or wanted.text is not None
    return is_read_through and oldest_read() is not None


def runs_since(request: TenantRequest) -> tuple[int, bool]:
    """How many of the list are newer than the one that stood first, and whether there are more."""
    filters = RunFilterForm(request.GET)
    found = find_runs(filters.wanted())
    since = _moment(request.GET.get(SEEN, ""))
    if since is not None:
        found = found.filter(last_seen__gt=since)
    count = found[: MOST_NEWER + 1].count()
    return min(count, MOST_NEWER), count > MOST_NEWER


def save_address(request: TenantRequest) -> str:
    """Where a name for what is on the screen is sent: its filters, from the first page."""
    return reverse("run-view-save") + asked(request.GET, **{AFTER: None, BEFORE: None})


def _newer(request: TenantRequest, page: Page[Run]) -> str | None:
    if page.previous is not None:
        return None
    seen = page.items[0].last_seen.isoformat() if page.items else None
    return reverse("run-newer") + asked(request.GET, **{SEEN: seen})


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def run_facets_of(query: QueryDict) -> list[Facet]:
    """Of those that nothing is chosen of, and that would tell runs apart."""
    filters = RunFilterForm(query)
    counts = count_runs(find_runs(filters.wanted()))
    page = reverse("run-list")
    return [
        Facet(
            label,
            [
                FacetValue(
                    NAMES.get(facet, {}).get(value, value),
                    _count(times, cut=counts.is_cut),
                    page + asked(query, **{facet: value}),
                )
                for value, times in counts.values[facet].items()
            ],
        )
        for facet, label in LABELS.items()
        if facet not in filters.chosen and counts.values[facet]
    ]


def _chips(query: QueryDict, filters: RunFilterForm) -> list[Chip]:
    return [
        Chip(
            str(filters[name].label),
            NAMES.get(name, {}).get(str(value), str(value)),
            asked(query, **{name: None}),
        )
        for name, value in filters.narrowing.items()
    ]


def _count(times: int, *, cut: bool = False) -> Count:
    return Count(min(times, MOST_COUNTED), cut or times > MOST_COUNTED)
