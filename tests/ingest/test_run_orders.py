"""Senders split, repeat and reorder what they send. What is kept of it does not tell how."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.receive import receive_protobuf
from audit.models import AgentMinute, Run, RunFacet, Span, Trace
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, protobuf_body

pytestmark = pytest.mark.django_db

BEFORE = timedelta(hours=2)
MINUTE = 60 * SECOND
TRACES = [bytes([number]) * 16 for number in range(1, 6)]
OPERATIONS = {
    "chat": {"gen_ai.request.model": "gpt-5", "gen_ai.usage.input_tokens": 7},
    "execute_tool": {"gen_ai.tool.name": "refund"},
    "search_memory": {},
    "delete_memory": {},
    "invoke_agent": {},
}
# These tell of the arrival: when a trace left the run, and when a step was last sent that runs.
OF_ARRIVAL = {"recounted_at", "heartbeat_at", "pk"}


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def kept_of(
    tenant: Tenant, batches: Sequence[Sequence["Sent"]], *, now: datetime
) -> dict[str, Any]:
    """What lies in the tables after these batches, and after nothing else."""
    starts = int((now - BEFORE).timestamp()) * SECOND
    with time_machine.travel(now, tick=False), undone():
        for batch in batches:
            receive_protobuf(tenant.id, protobuf_body(*(span.message(starts) for span in batch)))
        with tenant_scope(tenant.id):
            return {
                "runs": rows(Run.objects.order_by("id")),
                "traces": rows(Trace.objects.filter(has_spans=True).order_by("trace_id")),
                "facets": rows(RunFacet.objects.order_by("kind", "value", "run_id")),
                "minutes": rows(AgentMinute.objects.order_by("agent", "minute", "op", "tool")),
                "spans": list(
                    Span.objects.order_by("trace_id", "span_id").values_list("span_id", "run_id")
                ),
            }


def rows(found: Any) -> list[dict[str, Any]]:
    names = [field.attname for field in found.model._meta.fields if field.attname not in OF_ARRIVAL]
    return list(found.values(*names))


@dataclass(frozen=True, slots=True)
class Sent:
    """One span as it ended, or as it began. A failing example prints few of these."""

    trace: int
    number: int
    minute: int
    name: str
    operation: str
    said: tuple[tuple[str, object], ...]
    is_root: bool
    link: int | None
    seconds: int
    code: int
    has_ended: bool = True

    def message(self, starts: int) -> Message:
        linked = [] if self.link is None else [TRACES[self.link]]
        return a_span(
            self.name,
            trace_id=TRACES[self.trace],
            span_id=bytes([self.number + 1]) * 8,
            parent=b"" if self.is_root else b"\x09" * 8,
            start=starts + self.minute * MINUTE + self.number * 300,
            seconds=self.seconds if self.has_ended else 0,
            attributes={
                "gen_ai.operation.name": self.operation,
                **OPERATIONS[self.operation],
                **dict(self.said),
            },
            links=[Message.Link(trace_id=trace, span_id=b"\1" * 8) for trace in linked],
            status=Status(code=self.code if self.has_ended else 0),
        )


def rarely(*choices: tuple[str, object]) -> st.SearchStrategy[tuple[tuple[str, object], ...]]:
    return st.sampled_from([*[()] * 2 * len(choices), *((choice,) for choice in choices)])


SAID = st.tuples(
    rarely(("gen_ai.conversation.id", "a"), ("gen_ai.conversation.id", "b")),
    rarely(("session.id", "s")),
    rarely(("gen_ai.agent.name", "clerk"), ("gen_ai.agent.name", "cook")),
    rarely(("error.type", "timeout"), ("error.type", "GraphInterrupt")),
    rarely(("mnemoscope.run.waiting", True)),
).map(lambda parts: tuple(pair for part in parts for pair in part))


@st.composite
def spans(draw: st.DrawFn) -> list[Sent]:
    """A few traces of a few spans each: some named by a conversation, some linked, some open."""
    made: list[Sent] = []
    for trace in range(draw(st.integers(1, 5))):
        for number in range(draw(st.integers(1, 3))):
            span = Sent(
                trace=trace,
                number=number,
                minute=draw(st.integers(0, 90)),
                name=draw(st.sampled_from(["answer", "think"])),
                operation=draw(st.sampled_from(sorted(OPERATIONS))),
                said=draw(SAID),
                is_root=draw(st.booleans()),
                link=draw(st.none() | st.integers(0, 4)),
                seconds=draw(st.integers(1, 200)),
                code=draw(st.sampled_from([0, 0, 2])),
            )
            begun = replace(span, has_ended=False)
            made += draw(st.sampled_from([[span], [span], [begun], [begun, span]]))
    return made


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Sent], list[list[Sent]]]:
    """Spans, and batches that hold each of them at least once."""
    sent = draw(spans())
    again = draw(st.lists(st.sampled_from(sent), max_size=4))
    order = draw(st.permutations(sent + again))
    cuts = sorted(draw(st.sets(st.integers(1, 20), max_size=8)))
    edges = [0, *(cut for cut in cuts if cut < len(order)), len(order)]
    return sent, [order[start:end] for start, end in pairwise(edges)]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # one example takes long enough: it is not made shorter
    suppress_health_check=list(HealthCheck),
)
@given(arrivals())
def assert_order_is_nothing(tenant: Tenant, arrival: tuple[list[Sent], list[list[Sent]]]) -> None:
    sent, batches = arrival
    # Read anew: a context signed at the time of the import would have expired in a long session.
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    at_once, one_by_one = kept_of(tenant, [sent], now=now), kept_of(tenant, batches, now=now)
    for table, kept in at_once.items():
        assert [row for row in one_by_one[table] if row not in kept] == [], table
        assert [row for row in kept if row not in one_by_one[table]] == [], table


def test_what_is_kept_is_the_same_in_whatever_order_and_parts_spans_arrive(acme: Tenant):
    assert_order_is_nothing(acme)
