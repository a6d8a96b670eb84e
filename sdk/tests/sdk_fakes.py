"""A scripted server, and one way to ask it through either client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
from mnemoscope_client import AsyncMnemoscopeClient, MnemoscopeClient

URL = "http://memory.example:8000"
KEY = "mns_robo_5f1d0c2b7a"
MEMORY_ID = "0199f0aa-0000-7000-8000-000000000001"

Step = httpx.Response | Exception


class ScriptedServer:
    """Answers with the given steps in turn, repeating the last, and remembers what was asked."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, Exception):
            raise step
        # A fresh one each time: httpx binds a response to the client that received it.
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)

    @property
    def request(self) -> httpx.Request:
        assert len(self.requests) == 1
        return self.requests[0]

    def body(self, index: int = -1) -> Any:
        return json.loads(self.requests[index].content)


class Ask:
    """Runs one act through the blocking or the async client: one test states both."""

    def __init__(self, flavour: str) -> None:
        self.flavour = flavour

    def __call__(
        self,
        server: Callable[[httpx.Request], httpx.Response],
        act: Callable[[Any], Any],
        **options: Any,
    ) -> Any:
        options.setdefault("url", URL)
        options.setdefault("api_key", KEY)
        options.setdefault("transport", httpx.MockTransport(server))
        if self.flavour == "async":
            return asyncio.run(self._ask_async(act, options))
        with MnemoscopeClient(**options) as client:
            answer = act(client)
            return list(answer) if isinstance(answer, Iterator) else answer

    @staticmethod
    async def _ask_async(act: Callable[[Any], Any], options: dict[str, Any]) -> Any:
        async with AsyncMnemoscopeClient(**options) as client:
            answer = act(client)
            if isinstance(answer, AsyncIterator):
                return [item async for item in answer]
            return await answer


def memory_json(**changes: Any) -> dict[str, Any]:
    return {
        "id": MEMORY_ID,
        "state": "active",
        "version": 1,
        "content": "prefers e-mail",
        "value": None,
        "kind": "preference",
        "tier": "semantic",
        "visibility": "workspace",
        "namespace": ["support", "eu"],
        "key": None,
        "subject": "customer-4711",
        "agent": "0199f0aa-0000-7000-8000-0000000000a9",
        "agent_name": "robo",
        "metadata": {"channel": "e-mail"},
        "confidence": 0.9,
        "source": None,
        "valid_from": None,
        "valid_to": None,
        "derived_from": [],
        "supersedes": None,
        "content_digest": "ab" * 32,
        "provenance": {
            "author": {"kind": "agent", "id": "0199f0aa", "label": "robo"},
            "trace_id": "c" * 32,
            "span_id": "d" * 16,
        },
        "expires_at": "2027-02-01T10:00:00Z",
        "created_at": "2026-11-01T10:00:00.5+01:00",
        "updated_at": "2026-11-02T10:00:00Z",
        **changes,
    }


def written_json(**changes: Any) -> dict[str, Any]:
    return {
        "id": MEMORY_ID,
        "state": "active",
        "version": 1,
        "reasons": [],
        "review_id": None,
        "kind": "preference",
        "namespace": ["support", "eu"],
        "key": None,
        "subject": "customer-4711",
        "expires_at": "2027-02-01T10:00:00Z",
        "created_at": "2026-11-01T10:00:00.5+01:00",
        **changes,
    }


def review_json(**changes: Any) -> dict[str, Any]:
    return {
        "id": "r-1",
        "status": "open",
        "kind": "contradiction",
        "risk": 0.6,
        "reasons": [{"code": "contradiction", "detail": "Another address is approved."}],
        "memory_id": MEMORY_ID,
        "memory_state": "pending",
        "version": 1,
        "contradicts_id": None,
        "content_digest": "ab" * 32,
        "agent": None,
        "agent_name": None,
        "subject": "customer-4711",
        "created_at": "2026-11-01T10:00:00Z",
        "closed_at": None,
        **changes,
    }


def hit_json(**changes: Any) -> dict[str, Any]:
    body = memory_json(score=0.5, scores={"dense": 0.5, "lexical": 0.5}, weak=False)
    return {**body, **changes}


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def problem(status: int, code: str, detail: str = "No.", **more: Any) -> httpx.Response:
    body = {"type": "about:blank", "title": "Refused", "status": status, "code": code}
    return httpx.Response(
        status,
        content=json.dumps({**body, "detail": detail, "request_id": "req-1", **more}),
        headers={"content-type": "application/problem+json"},
    )


def paged(*pages: tuple[list[Any], str | None]) -> list[httpx.Response]:
    return [answer(200, {"results": results, "next_cursor": cursor}) for results, cursor in pages]
