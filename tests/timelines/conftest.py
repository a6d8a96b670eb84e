from collections.abc import Callable

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from audit.ingest.receive import receive_protobuf
from console.tenancy.models import Tenant
from tests.ingest.messages import protobuf_body

Ingest = Callable[..., None]


@pytest.fixture
def ingest(acme: Tenant) -> Ingest:
    def store(*spans: Message) -> None:
        receipt = receive_protobuf(acme.id, protobuf_body(*spans))
        assert receipt.stored == len(spans)

    return store
