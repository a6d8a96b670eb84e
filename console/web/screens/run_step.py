"""One step of a run opened: what it said, the memories it touched, and all that is kept of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from audit.models import Run, Span
from audit.timelines.as_text import as_text
from audit.timelines.detail import INPUTS, OUTPUTS, SpanDetail, SpanEvent, SpanLink
from audit.timelines.pace import Pace, pace_of
from audit.timelines.said import exchange_in
from console.accounts.actor import Actor
from console.web.addresses import asked
from console.web.masking import Mask
from console.web.screens.conversation import CLIP, MARGIN, Conversation, conversation_of
from console.web.screens.lanes import Lane, lane_of
from console.web.screens.touched import Touched, touched_by

# A text is shown up to CLIP at first, up to MOST when asked for; past it the API has the rest.
MOST = 100_000
ATTRIBUTES = 500
# Of all values of a table together; each is told at least how it begins.
VALUE, VALUES, BEGINNING = 2_000, 60_000, 80


class Tab(StrEnum):
    SAID = "said"
    MEMORY = "memory"
    ATTRIBUTES = "attributes"
    EVENTS = "events"
    LINKS = "links"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class TabLink:
    label: str
    count: int | None
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as masked text; `left` characters are not shown."""

    key: str
    text: str
    left: int


@dataclass(frozen=True, slots=True)
class EventRow:
    event: SpanEvent
    attributes: list[Shown]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """`run_id` is None until the other step has arrived."""

    link: SpanLink
    run_id: UUID | None
    attributes: list[Shown]


@dataclass(slots=True)
class StepScreen:
    """Only what the tab at hand shows is filled in."""

    run: Run
    detail: SpanDetail
    lane: Lane
    pace: Pace | None
    mask: Mask
    tab: Tab
    tabs: list[TabLink]
    address: str
    query: str
    all_href: str
    status_message: str = ""
    conversation: Conversation | None = None
    said: list[Shown] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    attributes: list[Shown] = field(default_factory=list)
    resource: list[Shown] = field(default_factory=list)
    raw: Shown | None = None
    events: list[EventRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)

    @property
    def traceparent(self) -> str:
        return f"00-{self.detail.step.trace_id}-{self.detail.step.span_id}-01"

    @property
    def more_memories(self) -> int:
        return max(0, len(self.detail.memories) - len(self.touched))


def step_screen(
    actor: Actor, run: Run, detail: SpanDetail, query: QueryDict, *, revealed: bool = False
) -> StepScreen:
    step = detail.step
    tab = _asked_tab(detail, query)
    address = reverse("run-span", args=[run.id, step.trace_id, step.span_id])
    screen = StepScreen(
        run=run,
        detail=detail,
        lane=lane_of(step),
        pace=pace_of(step, run),
        mask=Mask(lifted=revealed),
        tab=tab,
        tabs=list(_tabs(detail, tab)),
        address=address,
        query=query.urlencode(),
        all_href=f"{address}{asked(query, all='yes')}",
    )
    screen.status_message = screen.mask.raw(detail.status_message[:VALUE])
    _FILLED_BY[tab](screen, actor, query)
    return screen


def _asked_tab(detail: SpanDetail, query: QueryDict) -> Tab:
    try:
        return Tab(query.get("tab", ""))
    except ValueError:
        return Tab.MEMORY if detail.step.is_memory and detail.memories else Tab.SAID


def _tabs(detail: SpanDetail, current: Tab) -> Iterator[TabLink]:
    counts = {
        Tab.SAID: ("Said", None),
        Tab.MEMORY: ("Memories", len(detail.memories)),
        Tab.ATTRIBUTES: ("Attributes", len(detail.attributes)),
        Tab.EVENTS: ("Events", len(detail.events)),
        Tab.LINKS: ("Links", len(detail.links)),
        Tab.RAW: ("Raw", None),
    }
    for tab, (label, count) in counts.items():
        if count != 0 or tab is current:
            yield TabLink(label, count, f"?tab={tab}", tab is current)


def _fill_said(screen: StepScreen, _actor: Actor, query: QueryDict) -> None:
    whole, detail = "all" in query, screen.detail
    exchange = exchange_in(detail.document, of_tool=detail.step.op.is_call)
    if exchange:
        screen.conversation = conversation_of(exchange, screen.mask, whole=whole)
        return
    for label, names in (("In", INPUTS), ("Out", OUTPUTS)):
        found = detail.first_of(names)
        if found:
            screen.said.append(_shown(screen.mask, label, found[1], MOST if whole else CLIP))


def _fill_memory(screen: StepScreen, actor: Actor, _query: QueryDict) -> None:
    screen.touched = touched_by(actor, screen.detail.memories, screen.mask)


def _fill_attributes(screen: StepScreen, _actor: Actor, _query: QueryDict) -> None:
    mask, detail = screen.mask, screen.detail
    screen.attributes = _all_shown(mask, detail.attributes)
    screen.resource = _all_shown(mask, detail.resource)


def _fill_events(screen: StepScreen, _actor: Actor, _query: QueryDict) -> None:
    mask, events = screen.mask, screen.detail.events
    screen.events = [EventRow(event, _all_shown(mask, event.attributes)) for event in events]


def _fill_links(screen: StepScreen, _actor: Actor, _query: QueryDict) -> None:
    mask, links = screen.mask, screen.detail.links
    runs = _runs_of(links)
    screen.links = [
        LinkRow(link, runs.get((link.trace_id, link.span_id)), _all_shown(mask, link.attributes))
        for link in links
    ]


def _fill_raw(screen: StepScreen, _actor: Actor, _query: QueryDict) -> None:
    screen.raw = _shown(screen.mask, "JSON", screen.detail.document, MOST)


_FILLED_BY: dict[Tab, Callable[[StepScreen, Actor, QueryDict], None]] = {
    Tab.SAID: _fill_said,
    Tab.MEMORY: _fill_memory,
    Tab.ATTRIBUTES: _fill_attributes,
    Tab.EVENTS: _fill_events,
    Tab.LINKS: _fill_links,
    Tab.RAW: _fill_raw,
}


def _runs_of(links: Sequence[SpanLink]) -> dict[tuple[str, str], UUID]:
    """Of the steps that have arrived, by trace id and span id."""
    found = Span.objects.filter(
        trace_id__in={bytes.fromhex(link.trace_id) for link in links},
        span_id__in={bytes.fromhex(link.span_id) for link in links},
    ).values_list("trace_id", "span_id", "run_id")
    return {(bytes(trace).hex(), bytes(span).hex()): run_id for trace, span, run_id in found}


def _all_shown(mask: Mask, attributes: Mapping[str, Any]) -> list[Shown]:
    left, shown = VALUES, []
    for key in sorted(attributes)[:ATTRIBUTES]:
        shown.append(_shown(mask, key, attributes[key], min(VALUE, max(left, BEGINNING))))
        left -= len(shown[-1].text)
    return shown


def _shown(mask: Mask, key: str, value: Any, most: int) -> Shown:
    text = as_text(value)
    return Shown(key, mask.raw(text[: most + MARGIN])[:most], max(0, len(text) - most))
