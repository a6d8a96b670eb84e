from collections.abc import Callable

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from audit.ingest.receive import receive_protobuf
from console.tenancy.models import Tenant
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

Ingest = Callable[..., None]


@pytest.fixture
def ingest(acme: Tenant) -> Ingest:
    def store(*spans: Message) -> None:
        receipt = receive_protobuf(acme.id, protobuf_body(*spans))
        assert receipt.stored == len(spans)

    return store


@pytest.fixture
def seven_runs(ingest: Ingest) -> None:
    """From run-0, the oldest, to run-6; run-3 failed, run-5 is running and read memory m1."""
    start = moment_ns()
    for number in range(7):
        attributes: dict[str, object] = {"gen_ai.conversation.id": f"case-{number}"}
        attributes["gen_ai.agent.name"] = "clerk" if number % 2 else "cook"
        if number == 3:
            attributes["error.type"] = "timeout"
        spans = [a_span(f"run-{number}", start=start + number * SECOND, attributes=attributes)]
        if number == 5:
            spans[0].end_time_unix_nano = 0
            memory = {"gen_ai.operation.name": "search_memory", "gen_ai.memory.record.id": "m1"}
            spans.append(
                a_span(
                    trace_id=spans[0].trace_id,
                    parent=spans[0].span_id,
                    attributes=memory,
                    start=start + 5 * SECOND,
                )
            )
        ingest(*spans)
