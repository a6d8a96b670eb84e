from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import httpx

from mnemoscope_client.answers.decision import Decision
from mnemoscope_client.binding import AsyncResource, async_method, async_pages
from mnemoscope_client.calls import Call
from mnemoscope_client.requests import (
    audit,
    decisions,
    memories,
    recall,
    reviews,
    runs,
    snapshots,
    subject_requests,
)
from mnemoscope_client.retry import Attempts, RetryPolicy
from mnemoscope_client.settings import Settings
from mnemoscope_client.tracing import tracing_for
from mnemoscope_client.wire import DEFAULT_TIMEOUT, Wire

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

T = TypeVar("T")


class AsyncMemories(AsyncResource):
    write = async_method(memories.write)
    batch = async_method(memories.batch)
    list = async_pages(memories.list_memories)
    get = async_method(memories.get)
    revise = async_method(memories.revise)
    delete = async_method(memories.delete)
    versions = async_pages(memories.versions)
    restore = async_method(memories.restore)
    expire = async_method(memories.expire)
    merge = async_method(memories.merge)


class AsyncReviews(AsyncResource):
    list = async_pages(reviews.list_reviews)
    get = async_method(reviews.get)
    decide = async_method(reviews.decide)
    undo = async_method(reviews.undo)
    decide_many = async_method(reviews.decide_many)
    undo_many = async_method(reviews.undo_many)
    take_next = async_method(reviews.take_next)
    claim = async_method(reviews.claim)
    heartbeat = async_method(reviews.heartbeat)
    release = async_method(reviews.release)
    skip = async_method(reviews.skip)
    escalate = async_method(reviews.escalate)


class AsyncRuns(AsyncResource):
    list = async_pages(runs.list_runs)
    get = async_method(runs.get)
    spans = async_pages(runs.spans)
    decisions = async_pages(runs.decisions)
    compare = async_method(runs.compare)
    export = async_method(runs.export)
    report = async_method(runs.report)
    heartbeat = async_method(runs.heartbeat)
    outcomes = async_method(runs.outcomes)


class AsyncSnapshots(AsyncResource):
    create = async_method(snapshots.create)
    list = async_pages(snapshots.list_snapshots)
    get = async_method(snapshots.get)
    items = async_pages(snapshots.items)
    delete = async_method(snapshots.delete)


class AsyncAudit(AsyncResource):
    events = async_pages(audit.events)
    get = async_method(audit.get)
    proof = async_method(audit.proof)
    log = async_method(audit.log)
    checkpoints = async_pages(audit.checkpoints)
    consistency = async_method(audit.consistency)


class AsyncSubjectRequests(AsyncResource):
    receive = async_method(subject_requests.receive)
    list = async_pages(subject_requests.list_requests)
    get = async_method(subject_requests.get)
    move = async_method(subject_requests.move)
    certificate = async_method(subject_requests.certificate)


class AsyncMnemoscopeClient(AsyncResource):
    """Remember and recall under asyncio. Close it, or use `async with`; errors as the other's."""

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        signing_key: str | None = None,
        timeout: httpx.Timeout | float = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = None,
        capture_content: bool = False,
        tracer_provider: TracerProvider | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        settings = Settings.read(url, api_key, signing_key)
        self._wire = Wire(settings, timeout)
        self._retry = retry or RetryPolicy()
        self._tracing = tracing_for(
            settings, tracer_provider=tracer_provider, capture_content=capture_content
        )
        self._http = httpx.AsyncClient(transport=transport, **self._wire.client_arguments())
        super().__init__(self)
        self.memories = AsyncMemories(self)
        self.reviews = AsyncReviews(self)
        self.runs = AsyncRuns(self)
        self.snapshots = AsyncSnapshots(self)
        self.audit = AsyncAudit(self)
        self.subject_requests = AsyncSubjectRequests(self)

    recall = async_method(recall.recall)
    decisions = async_method(decisions.list_decisions)

    async def wait_for_decision(
        self,
        memory_id: str,
        *,
        review_id: str | None = None,
        timeout: float = 300,  # noqa: ASYNC109 - None, and no error
    ) -> Decision | None:
        """What a person decided about a held write; None if nobody did within `timeout` seconds.

        Of several decisions about the memory, the newest; with `review_id`, as the write was
        answered, the one about this write.
        """
        awaited = decisions.Awaited(memory_id, review_id=review_id, timeout=timeout)
        while (call := awaited.next_call()) is not None:  # noqa: ASYNC110 - the server waits
            await asyncio.sleep(awaited.take(await self.send(call)))
        return awaited.decision

    async def send(self, call: Call[T]) -> T:
        attempts = Attempts(self._retry, call.replay)
        with self._tracing.observe(call) as observation:
            while True:
                arguments = self._wire.request_arguments(call, observation.headers)
                try:
                    response = await self._http.request(**arguments)
                except httpx.RequestError as error:
                    pause = attempts.pause_after_failure(error)
                    if pause is None:
                        raise self._wire.unreachable(error) from error
                else:
                    pause = attempts.pause_after_answer(response)
                    if pause is None:
                        answer = self._wire.read(call, response)
                        observation.answered(answer)
                        return answer
                await asyncio.sleep(pause)

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._wire.settings.base)!r})"
