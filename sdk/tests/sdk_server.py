"""A small real server on the loopback: enough of the API and of OTLP for an agent to work with."""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from sdk_fakes import KEY

INJECTION = re.compile("ignore all previous instructions", re.IGNORECASE)


class SmallServer(ThreadingHTTPServer):
    """Holds back what a reviewer should see, and recalls what is active by a word in common."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.memories: list[dict[str, Any]] = []
        self.spans: list[Span] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.answers_to_traces = 200
        self.forgets = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def write(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        reasons = list(self._reasons(body))
        state = "pending" if reasons else "active"
        if any(reason["code"] == "injection" for reason in reasons):
            state = "quarantined"
        memory = {"id": str(uuid4()), "state": state, "version": 1, **body}
        self.memories.append(memory)
        answer = {name: memory[name] for name in ("id", "state", "version")}
        return (202 if reasons else 201), {**answer, "reasons": reasons}

    def _reasons(self, body: dict[str, Any]) -> Iterator[dict[str, str]]:
        if INJECTION.search(body["content"]):
            yield {"code": "injection", "detail": "It gives instructions."}
        if body.get("confidence", 1) < 0.8:
            yield {"code": "low_confidence", "detail": "Below 0.8."}
        for known in self.memories:
            if known.get("key") and known["key"] == body.get("key"):
                yield {"code": "contradiction", "detail": "Says otherwise."}

    def recall(self, query: str) -> dict[str, Any]:
        words = set(query.lower().split())
        if self.forgets:
            return {"results": []}
        hits = [
            {**memory, "score": 1.0, "scores": {}}
            for memory in self.memories
            if memory["state"] == "active" and words & set(memory["content"].lower().split())
        ]
        return {"results": hits}


class _Handler(BaseHTTPRequestHandler):
    server: SmallServer

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        if self.headers["authorization"] != f"Bearer {KEY}":
            self._answer(401, {"code": "not_authenticated", "detail": "Send a valid key."})
        elif self.path == "/v1/traces":
            self._take_traces(gzip.decompress(sent))
        elif self.path == "/api/v1/memories":
            self._answer(*self.server.write(json.loads(sent)))
        else:
            self._answer(200, self.server.recall(json.loads(sent)["query"]))

    def _take_traces(self, sent: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(sent)
        if self.server.answers_to_traces == 200:
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    self.server.spans.extend(scope.spans)
        self._answer(self.server.answers_to_traces, None)

    def _answer(self, status: int, body: Any) -> None:
        payload = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        kind = "application/problem+json" if status >= 400 else "application/json"
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep the test's output clean."""


@contextmanager
def small_server() -> Iterator[SmallServer]:
    with SmallServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
