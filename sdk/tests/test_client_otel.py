from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from mnemoscope_client import NotFoundError
from opentelemetry.context import attach, detach
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    TraceState,
    set_span_in_context,
)
from sdk_fakes import (
    MEMORY_ID,
    Ask,
    ScriptedServer,
    answer,
    hit_json,
    memory_json,
    problem,
    written_json,
)

SOURCE = Path(__file__).parents[1] / "src"


class Telescope:
    """A tracer provider whose spans can be looked at."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    def only(self) -> tuple[ReadableSpan, dict[str, Any]]:
        (span,) = self.spans
        return span, dict(span.attributes or {})


@pytest.fixture
def telescope() -> Telescope:
    return Telescope()


def test_a_write_is_a_client_span_whose_context_travels_with_it(
    ask: Ask, telescope: Telescope
) -> None:
    server = ScriptedServer(answer(201, written_json()))
    ask(
        server,
        lambda client: client.memories.write("prefers e-mail", namespace=["support", "eu"]),
        tracer_provider=telescope.provider,
    )
    span, attributes = telescope.only()
    assert span.name == "create_memory"
    assert span.kind is SpanKind.CLIENT
    assert attributes == {
        "gen_ai.operation.name": "create_memory",
        "gen_ai.provider.name": "mnemoscope",
        "gen_ai.memory.store.id": "support/eu",
        "gen_ai.memory.record.id": MEMORY_ID,
        "gen_ai.memory.record.count": 1,
        "server.address": "memory.example",
        "server.port": 8000,
    }
    assert span.context is not None
    own = span.context
    assert server.request.headers["traceparent"] == (
        f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"
    )


@pytest.mark.parametrize(
    ("act", "body", "name", "expected"),
    [
        (
            lambda client: client.recall("secret question"),
            {"results": [hit_json(id="a"), hit_json(id="b")]},
            "search_memory",
            {"gen_ai.memory.record.count": 2, "gen_ai.memory.store.id": "default"},
        ),
        (
            lambda client: client.recall("secret question", namespace=["a"]),
            {"results": [hit_json(id="a")]},
            "search_memory",
            {
                "gen_ai.memory.record.count": 1,
                "gen_ai.memory.record.id": "a",
                "gen_ai.memory.store.id": "a",
            },
        ),
        (
            lambda client: client.memories.revise("m-1", expected_version=1, content="secret"),
            written_json(id="m-1"),
            "update_memory",
            {
                "gen_ai.memory.record.count": 1,
                "gen_ai.memory.record.id": "m-1",
                "gen_ai.memory.store.id": "support/eu",
            },
        ),
        (
            lambda client: client.memories.delete("m-1"),
            {},
            "delete_memory",
            {"gen_ai.memory.record.count": 1, "gen_ai.memory.record.id": "m-1"},
        ),
        (
            lambda client: client.memories.batch([{"content": "secret"}, {"content": "b"}]),
            {"results": [written_json(status=201), written_json(status=201)]},
            "create_memory",
            {"gen_ai.memory.record.count": 2, "gen_ai.memory.store.id": "default"},
        ),
    ],
)
def test_each_operation_counts_its_records_and_tells_no_content(
    ask: Ask,
    telescope: Telescope,
    *,
    act: Callable[[Any], Any],
    body: Any,
    name: str,
    expected: dict[str, Any],
) -> None:
    ask(ScriptedServer(answer(200, body)), act, tracer_provider=telescope.provider)
    span, attributes = telescope.only()
    assert span.name == name
    memory = {k: v for k, v in attributes.items() if k.startswith("gen_ai.memory.")}
    assert memory == expected
    assert "secret" not in span.to_json()


def test_the_question_is_on_the_span_only_when_asked_for(ask: Ask, telescope: Telescope) -> None:
    ask(
        ScriptedServer(answer(200, {"results": []})),
        lambda client: client.recall("how to reach him"),
        tracer_provider=telescope.provider,
        capture_content=True,
    )
    _, attributes = telescope.only()
    assert attributes["gen_ai.memory.query.text"] == "how to reach him"


def test_a_refusal_marks_the_span_with_its_code_and_no_sentence(
    ask: Ask, telescope: Telescope
) -> None:
    with pytest.raises(NotFoundError):
        ask(
            ScriptedServer(problem(404, "not_found", "private sentence")),
            lambda client: client.memories.delete(MEMORY_ID),
            tracer_provider=telescope.provider,
        )
    span, attributes = telescope.only()
    assert attributes["error.type"] == "not_found"
    assert span.status.status_code is StatusCode.ERROR
    assert "private sentence" not in span.to_json()


def test_retries_are_one_operation_in_one_span(
    ask: Ask, telescope: Telescope, naps: list[float]
) -> None:
    server = ScriptedServer(problem(503, "unavailable"), answer(201, written_json()))
    ask(server, lambda c: c.memories.write("x"), tracer_provider=telescope.provider)
    span, _ = telescope.only()
    assert span.status.status_code is StatusCode.UNSET
    assert len({request.headers["traceparent"] for request in server.requests}) == 1
    assert len(naps) == 1


def test_a_plain_read_makes_no_span_and_still_carries_the_callers_context(
    ask: Ask, telescope: Telescope
) -> None:
    context = SpanContext(
        trace_id=0xABC,
        span_id=0xDEF,
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
        trace_state=TraceState([("vendor", "1")]),
    )
    token = attach(set_span_in_context(NonRecordingSpan(context)))
    server = ScriptedServer(answer(200, memory_json()))
    try:
        ask(server, lambda c: c.memories.get(MEMORY_ID), tracer_provider=telescope.provider)
    finally:
        detach(token)
    assert not telescope.spans
    assert server.request.headers["traceparent"] == f"00-{0xABC:032x}-{0xDEF:016x}-01"
    assert server.request.headers["tracestate"] == "vendor=1"


def test_without_a_span_or_a_configured_sdk_no_context_is_made_up(ask: Ask) -> None:
    server = ScriptedServer(answer(200, memory_json()))
    ask(server, lambda client: client.memories.get(MEMORY_ID))
    assert "traceparent" not in server.request.headers


def test_the_client_works_where_opentelemetry_is_not_installed() -> None:
    program = """
import sys
sys.modules["opentelemetry"] = None
import httpx
from mnemoscope_client import MnemoscopeClient
def server(request):
    assert "traceparent" not in request.headers
    return httpx.Response(201, json={"id": "m-1", "state": "active", "version": 1})
transport = httpx.MockTransport(server)
with MnemoscopeClient("http://memory.example", "key", transport=transport) as client:
    print(client.memories.write("x").state)
assert "django" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "active\n", done.stderr
