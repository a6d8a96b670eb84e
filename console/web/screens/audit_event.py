"""One event whole: who, what, why, by which request, and what else belongs to it."""

from dataclasses import dataclass
from uuid import UUID

from audit.kinds import KINDS
from audit.models import AuditEvent, Trace
from console.web.screens.audit import Sentence, sentence
from console.web.text import pretty


@dataclass(frozen=True, slots=True)
class EventScreen:
    """`run_id` is that of the trace the request came in, where its spans are known."""

    event: AuditEvent
    sentence: Sentence
    meaning: str
    payload: str
    run_id: UUID | None


def event_screen(event: AuditEvent) -> EventScreen:
    trace = None
    if event.trace_id is not None:
        trace = Trace.objects.filter(trace_id=bytes(event.trace_id)).first()
    return EventScreen(
        event=event,
        sentence=sentence(event),
        meaning=KINDS.get(event.kind, ""),
        payload=pretty(event.payload) if event.payload else "",
        run_id=trace.run_id if trace else None,
    )
