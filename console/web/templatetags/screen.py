"""How values read on a screen. A builtin of every template: `settings.TEMPLATES`."""

from collections.abc import Container, Mapping
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.kinds import KINDS
from audit.models import AuditEvent
from audit.timelines.step import Step
from console.platform.clock import now
from console.web.addresses import as_asked
from console.web.quantities import bounded, compact, dollars, relative, took
from console.web.screens.lanes import Lane, lane_of
from console.web.text import pretty, show_unseen
from memory.agents import freezes_over
from memory.reviews.reasons import DecisionReason
from memory.reviews.skipping import SkipReason

register = template.Library()
SAID = {code: str(label) for code, label in [*SkipReason.choices, *DecisionReason.choices]}

SHORT_ID = 8

register.filter(bounded)
register.filter(dollars)
register.filter(compact)
register.filter(pretty)
register.filter("moment", as_asked)


@register.simple_tag
@cache  # a long timeline asks thousands of times for the same few
def icon(name: str) -> SafeString:
    """A symbol of the sprite. It never stands alone: a word or a label is beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag
def when(moment: datetime | None, absent: str = "never") -> str:
    """How long ago, or in how long; the exact instant on hover and for machines."""
    if moment is None:
        return absent
    return _time(moment, relative(moment - now()))


@register.simple_tag
def instant(moment: datetime | None, absent: str = "never") -> str:
    """The exact second, where order and evidence matter more than distance."""
    if moment is None:
        return absent
    return _time(moment, moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"), kind="instant")


@register.simple_tag
def clock(moment: datetime) -> str:
    """The exact second of a day that stands above."""
    return _time(moment, moment.astimezone(UTC).strftime("%H:%M:%S"))


def _time(moment: datetime, text: str, *, kind: str = "relative") -> SafeString:
    """On paper what is not an instant has its own beside it (print.css)."""
    exact = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return format_html(
        '<time datetime="{}" title="{}" data-kind="{}">{}</time>', exact, exact, kind, text
    )


@register.simple_tag
def lane(step: Step) -> Lane:
    return lane_of(step)


@register.filter
def payload(event: AuditEvent) -> str:
    """All that an event says beyond its row."""
    span = event.span_id and hexadecimal(event.span_id)
    trace = event.trace_id and hexadecimal(event.trace_id)
    known = {
        "meaning": KINDS.get(event.kind),
        "payload": event.payload,
        "note": event.note,
        "actor_id": event.actor_id,
        "api_key_id": event.api_key_id,
        "request_id": event.request_id,
        "trace_id": trace,
        "span_id": span,
        "event_id": event.id,
    }
    return pretty({name: value for name, value in known.items() if value})


@register.filter
def is_frozen(agent_id: UUID | None) -> bool:
    """One query: for pages about one agent's doing, never for the rows of a list."""
    return agent_id is not None and freezes_over(agent_id).exists()


@register.filter
def duration(nanoseconds: int | None) -> str:
    return "running" if nanoseconds is None else took(nanoseconds)


@register.filter
def short(identifier: UUID | str) -> str:
    """The end of a UUIDv7, whose beginning is a clock that neighbours share."""
    text = str(identifier)
    return text if len(text) <= SHORT_ID else f"…{text[-SHORT_ID:]}"


@register.filter
def reveal(text: str) -> SafeString:
    """Escaped, with every character that hides made visible."""
    return show_unseen(str(text))


@register.filter
def agent_link(name: str, known: Mapping[str, UUID]) -> SafeString:
    """A name that a trace gave, leading to the agent of that name where it is `known`."""
    if name not in known:
        return reveal(name)
    return format_html(
        '<a href="{}">{}</a>', reverse("agent-detail", args=[known[name]]), reveal(name)
    )


@register.filter
def hexadecimal(raw: bytes | memoryview | None) -> str:
    return bytes(raw).hex() if raw else ""


@register.filter
def words(code: str) -> str:
    """`low_confidence` as `Low confidence`."""
    return str(code).replace("_", " ").capitalize()


@register.filter
def reason(code: str) -> str:
    """Why somebody acted, as it was offered to them."""
    return SAID.get(code) or words(code)


@register.filter
def percent(share: float) -> str:
    """A share of one as a number for SVG, never localised."""
    return f"{share * 100:.4g}"


@register.filter
def figure(number: int) -> str:
    """With its thousands apart."""
    return f"{number:,}"


@register.filter
def holds(permissions: Container[str], name: str) -> bool:
    return name in permissions
