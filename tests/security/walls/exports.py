"""Exports of traces, by both of OTLP's doors, that name what is another tenant's.

Traces and spans have the same ids in every tenant of the walk, so that whatever joined two tenants'
by them would be seen.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from console.accounts.key_text import KeyText, parse_key
from console.api import otlp_grpc
from console.api.otlp_answers import JSON, PROTOBUF
from console.api.otlp_sender import TENANT_HEADER
from tests.ingest.messages import a_span, export, json_body
from tests.security.walls.doors import Ids, an_id
from tests.security.walls.world import RUN, TRACE, House

if TYPE_CHECKING:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Headers = dict[str, str]
# What instrumentations call the ids that they tell, with the noun of the rows that are named.
TOLD = {
    "gen_ai.agent.id": "agent",
    "gen_ai.conversation.id": "run",
    "session.id": "run",
    "user.id": "subject",
    "enduser.id": "subject",
    "mnemoscope.run.waiting": "review",
    "mnemoscope.memory.id": "memory",
    "mnemoscope.tenant": "tenant",
    "gen_ai.memory.record.id": "memory",
    "gen_ai.tool.call.arguments": "memory",
}


def a_message(chance: Random, ids: Ids) -> "ExportTraceServiceRequest":
    told = {name: an_id(chance, ids, noun) for name, noun in TOLD.items() if chance.random() < 0.5}
    operation = chance.choice(["invoke_agent", "chat", "execute_tool", "search_memory"])
    spans = [
        a_span(
            chance.choice(["recall", "search_memory", "run"]),
            trace_id=TRACE if chance.random() < 0.7 else chance.randbytes(16),
            span_id=RUN if chance.random() < 0.3 else chance.randbytes(8),
            parent=RUN if chance.random() < 0.5 else b"",
            attributes={"gen_ai.operation.name": operation, **told},
            links=[Span.Link(trace_id=TRACE, span_id=RUN)] if chance.random() < 0.3 else [],
        )
        for _ in range(chance.randint(1, 3))
    ]
    return export(*spans, resource={"service.name": "support-desk", **told})


def an_http_body(chance: Random, ids: Ids) -> tuple[str, bytes]:
    """Its media type, and it."""
    message = a_message(chance, ids)
    if chance.random() < 0.5:
        return PROTOBUF, message.SerializeToString()
    [group] = message.resource_spans
    return JSON, json_body(*group.scope_spans[0].spans)


def _bearer(key: str) -> Headers:
    return {"authorization": f"Bearer {key}"}


def _parts(house: House) -> KeyText:
    parts = parse_key(house.robo.key)
    assert parts is not None
    return parts


def _moved(own: House, tenant_id: UUID, prefix: str) -> Headers:
    """One's own secret under a key that is another's in part. The checksum is right."""
    return _bearer(KeyText(tenant_id, prefix, _parts(own).secret).reveal())


# How somebody presents themselves. All but the first two are refused.
CREDENTIALS: dict[str, Callable[[House, House], Headers]] = {
    "own key": lambda own, _other: _bearer(own.robo.key),
    "own key, and its tenant": lambda own, _other: {
        **_bearer(own.robo.key),
        TENANT_HEADER.lower(): str(own.id),
    },
    "another's tenant by id": lambda own, other: {
        **_bearer(own.robo.key),
        TENANT_HEADER.lower(): str(other.id),
    },
    "another's tenant by name": lambda own, other: {
        **_bearer(own.owner.key),
        TENANT_HEADER.lower(): other.tenant.slug,
    },
    "own key in another's tenant": lambda own, other: _moved(own, other.id, _parts(own).prefix),
    "own secret with another's key": lambda own, other: _moved(own, other.id, _parts(other).prefix),
    "another's prefix": lambda own, other: _moved(own, own.id, _parts(other).prefix),
    "no key": lambda _own, other: {TENANT_HEADER.lower(): str(other.id)},
    "basic": lambda own, _other: {
        "authorization": "Basic " + b64encode(own.robo.key.encode()).decode()
    },
}
TAKEN = frozenset(list(CREDENTIALS)[:2])


@contextmanager
def grpc_door() -> Iterator[TraceServiceStub]:
    server, port = otlp_grpc.start("127.0.0.1", 0)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield TraceServiceStub(channel)  # type: ignore[no-untyped-call]
    finally:
        server.stop(None).wait()


def send_by_grpc(
    stub: TraceServiceStub, message: "ExportTraceServiceRequest", headers: Headers
) -> tuple[bool, str]:
    """Whether it was taken, and what was answered."""
    try:
        return True, str(stub.Export(message, metadata=tuple(headers.items()), timeout=30))
    except grpc.RpcError as error:
        return False, f"{error.code()} {error.details()} {error.trailing_metadata()}"
