"""Turns of agents, made of spans a second or two long around a recall."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from audit.models import AccessKind
from audit.provenance import Access, record_accesses
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns
from tests.timelines.conftest import Ingest, ingest
from tests.web.conftest import desk

__all__ = ["desk", "ingest"]

MINUTE = 60 * SECOND


@dataclass
class Turn:
    """One trace under one agent span of a minute; steps are named by the second they start at."""

    tenant: Tenant
    ingest: Ingest
    agent: str = "clerk"
    start: int = field(default_factory=lambda: moment_ns() - MINUTE)
    seconds: float = 60
    about: str = ""
    trace_id: bytes = field(default_factory=lambda: os.urandom(16))
    root_id: bytes = field(default_factory=lambda: os.urandom(8))
    spans: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add("invoke_agent", 0, self.seconds, span_id=self.root_id, parent=b"")

    def add(
        self,
        operation: str,
        at: float,
        seconds: float = 1,
        *,
        span_id: bytes | None = None,
        parent: bytes | None = None,
        **attributes: object,
    ) -> bytes:
        span_id = span_id or os.urandom(8)
        self.spans.append(
            a_span(
                operation,
                trace_id=self.trace_id,
                span_id=span_id,
                parent=self.root_id if parent is None else parent,
                start=self.start + int(at * SECOND),
                seconds=seconds,
                attributes=self._meaning(operation, attributes),
            )
        )
        return span_id

    def _meaning(self, operation: str, attributes: dict[str, object]) -> dict[str, object]:
        if operation == "http":
            return {"http.request.method": "POST"}
        named = {f"gen_ai.{name.replace('__', '.')}": value for name, value in attributes.items()}
        about = {"user.id": self.about} if operation == "invoke_agent" and self.about else {}
        return {
            "gen_ai.operation.name": operation,
            "gen_ai.agent.name": self.agent,
            **named,
            **about,
        }

    def model(self, at: float, **fields: object) -> bytes:
        return self.add("chat", at, request__model="gpt-5", **fields)  # type: ignore[arg-type]

    def tool(self, at: float, name: str = "refund", **fields: object) -> bytes:
        return self.add("execute_tool", at, tool__name=name, **fields)  # type: ignore[arg-type]

    def claims_recall(self, at: float, memory_id: object, **fields: object) -> bytes:
        return self.add("search_memory", at, memory__record__id=str(memory_id), **fields)  # type: ignore[arg-type]

    def claims_write(self, at: float, memory_id: object, **fields: object) -> bytes:
        return self.add("create_memory", at, memory__record__id=str(memory_id), **fields)  # type: ignore[arg-type]

    def touched(
        self,
        at: float,
        memory_id: UUID,
        access: AccessKind = AccessKind.READ,
        version: int = 1,
        *,
        stamped_ns: int | None = None,
    ) -> bytes:
        """As our API records it, in a span of the agent's own."""
        span_id = self.add("http", at)
        with tenant_scope(self.tenant.id):
            record_accesses(
                [
                    Access(
                        memory_id=str(memory_id),
                        access=access,
                        version=version,
                        rank=1 if access is AccessKind.READ else None,
                        trace_id=self.trace_id,
                        span_id=span_id,
                        agent=self.agent,
                        at_ns=stamped_ns or self.start + int((at + 0.5) * SECOND),
                    )
                ]
            )
        return span_id

    def send(self) -> "Turn":
        self.ingest(*self.spans)
        return self


@pytest.fixture
def turn(acme: Tenant, ingest: Ingest) -> Callable[..., Turn]:
    def begin(**fields: object) -> Turn:
        return Turn(acme, ingest, **fields)  # type: ignore[arg-type]

    return begin
