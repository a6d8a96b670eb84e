"""What a batch says of each of its traces: by what it goes, whether it waits, whether it lives.

Each is a greatest, a least or an "or", so that repeated and reordered batches come to the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.ingest.columns import instant_ns
from audit.ingest.record import SpanEvent, SpanRecord
from audit.ingest.row import SpanRow
from audit.ingest.run_key import RunKey
from audit.models import StitchedBy
from console.platform.clock import now
from console.tenancy.scope import current_tenant_id

# On a span that is a wait for a person, or on the event that begins one.
WAITING = "mnemoscope.run.waiting"
WAITING_EVENTS = frozenset({WAITING, "interrupt", "langgraph.interrupt"})
# LangGraph leaves a graph by these when it asks a person; the run goes on in a later trace.
INTERRUPTS = frozenset({"GraphInterrupt", "NodeInterrupt"})
HEARTBEAT = "heartbeat"
MICROSECOND = 1000


@dataclass(slots=True)
class TraceFacts:
    """Unix nanoseconds, but for `keyed_us`: microseconds, None where the trace goes by itself."""

    key: RunKey
    keyed_us: int | None = None
    link: bytes | None = None
    has_root: bool = False
    waiting_ns: int | None = None
    stepped_ns: int | None = None
    heartbeat_ns: int | None = None

    def offer_key(self, row: SpanRow) -> None:
        """Of several keys the strongest stands; of equals, that of the earliest span."""
        meaning, start_us = row.meaning, row.key[2]
        if meaning.conversation:
            strength, text = StitchedBy.CONVERSATION, meaning.conversation
        elif meaning.session:
            strength, text = StitchedBy.SESSION, meaning.session
        else:
            return
        kept = self.key
        if strength == kept.stitched_by and text == kept.key:
            self.keyed_us = min(start_us, self.keyed_us or start_us)
        elif (strength, -start_us) >= (kept.stitched_by, -(self.keyed_us or 0)):
            offered = RunKey(strength, text)
            tenant_id = current_tenant_id()
            equal = strength == kept.stitched_by and start_us == self.keyed_us
            if not equal or offered.run_id(tenant_id) < kept.run_id(tenant_id):
                self.key, self.keyed_us = offered, start_us

    def offer_root(self, span: SpanRecord) -> None:
        self.has_root = True
        for link in span.links:
            if link.trace_id != span.trace_id:
                self.link = min(link.trace_id, self.link or link.trace_id)
                break

    def wait(self, at_ns: int) -> None:
        self.waiting_ns = max(at_ns, self.waiting_ns or 0)

    def step(self, at_ns: int) -> None:
        self.stepped_ns = max(at_ns, self.stepped_ns or 0)

    def beat(self, at_ns: int) -> None:
        self.heartbeat_ns = max(at_ns, self.heartbeat_ns or 0)


def facts_of(rows: Iterable[SpanRow]) -> dict[bytes, TraceFacts]:
    arrived_ns = instant_ns(now())
    facts: dict[bytes, TraceFacts] = {}
    for row in rows:
        span = row.span
        fact = facts.get(span.trace_id)
        if fact is None:
            key = RunKey(StitchedBy.TRACE, span.trace_id.hex())
            fact = facts[span.trace_id] = TraceFacts(key)
        fact.offer_key(row)
        if span.parent_id is None:
            fact.offer_root(span)
        _read_signs(fact, row, arrived_ns)
    return facts


def _read_signs(fact: TraceFacts, row: SpanRow, arrived_ns: int) -> None:
    start_ns, end_ns = row.span.start_ns, row.end_ns
    if row.span.attributes.get(WAITING):
        fact.wait(start_ns)
        if not row.is_running:
            fact.step(end_ns + MICROSECOND)  # later than it began to wait, as PostgreSQL keeps it
    else:
        fact.step(start_ns)
    if row.is_running:  # whoever sends an open span is alive, also when it sends it again
        fact.beat(arrived_ns)
    elif _is_heartbeat(row.span.name):
        fact.beat(min(end_ns, arrived_ns))
    if row.meaning.error_type and row.meaning.error_type.rpartition(".")[2] in INTERRUPTS:
        fact.wait(end_ns)
    for event in row.span.events:
        _read_event(fact, event, arrived_ns)


def _read_event(fact: TraceFacts, event: SpanEvent, arrived_ns: int) -> None:
    at_ns = min(event.time_ns, arrived_ns)
    if event.name in WAITING_EVENTS:
        fact.wait(at_ns)
    elif _is_heartbeat(event.name):
        fact.beat(at_ns)


def _is_heartbeat(name: str) -> bool:
    return name[-9:].lower() == HEARTBEAT and name[-10:-9] in {"", ".", "_", " ", "/"}
