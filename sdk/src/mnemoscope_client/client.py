from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import httpx

from mnemoscope_client.answers.decision import Decision
from mnemoscope_client.binding import Resource, method, pages
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


class Memories(Resource):
    write = method(memories.write)
    batch = method(memories.batch)
    list = pages(memories.list_memories)
    get = method(memories.get)
    revise = method(memories.revise)
    delete = method(memories.delete)
    versions = pages(memories.versions)
    restore = method(memories.restore)
    expire = method(memories.expire)
    merge = method(memories.merge)


class Reviews(Resource):
    list = pages(reviews.list_reviews)
    get = method(reviews.get)
    decide = method(reviews.decide)
    undo = method(reviews.undo)
    decide_many = method(reviews.decide_many)
    undo_many = method(reviews.undo_many)
    take_next = method(reviews.take_next)
    claim = method(reviews.claim)
    heartbeat = method(reviews.heartbeat)
    release = method(reviews.release)
    skip = method(reviews.skip)
    escalate = method(reviews.escalate)


class Runs(Resource):
    list = pages(runs.list_runs)
    get = method(runs.get)
    spans = pages(runs.spans)
    decisions = pages(runs.decisions)
    compare = method(runs.compare)
    export = method(runs.export)
    report = method(runs.report)
    heartbeat = method(runs.heartbeat)
    outcomes = method(runs.outcomes)


class Snapshots(Resource):
    create = method(snapshots.create)
    list = pages(snapshots.list_snapshots)
    get = method(snapshots.get)
    items = pages(snapshots.items)
    delete = method(snapshots.delete)


class Audit(Resource):
    events = pages(audit.events)
    get = method(audit.get)
    proof = method(audit.proof)
    log = method(audit.log)
    checkpoints = pages(audit.checkpoints)
    consistency = method(audit.consistency)


class SubjectRequests(Resource):
    receive = method(subject_requests.receive)
    list = pages(subject_requests.list_requests)
    get = method(subject_requests.get)
    move = method(subject_requests.move)
    certificate = method(subject_requests.certificate)


class MnemoscopeClient(Resource):
    """Remember and recall, blocking. Safe to share between threads; close it, or use `with`.

    Raises ConfigurationError here, and from every call ApiError by its meaning,
    ConnectionFailedError or UnexpectedAnswerError.
    """

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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        settings = Settings.read(url, api_key, signing_key)
        self._wire = Wire(settings, timeout)
        self._retry = retry or RetryPolicy()
        self._tracing = tracing_for(
            settings, tracer_provider=tracer_provider, capture_content=capture_content
        )
        self._http = httpx.Client(transport=transport, **self._wire.client_arguments())
        super().__init__(self)
        self.memories = Memories(self)
        self.reviews = Reviews(self)
        self.runs = Runs(self)
        self.snapshots = Snapshots(self)
        self.audit = Audit(self)
        self.subject_requests = SubjectRequests(self)

    recall = method(recall.recall)
    decisions = method(decisions.list_decisions)

    def wait_for_decision(
        self, memory_id: str, *, review_id: str | None = None, timeout: float = 300
    ) -> Decision | None:
        """What a person decided about a held write; None if nobody did within `timeout` seconds.

        Of several decisions about the memory, the newest; with `review_id`, as the write was
        answered, the one about this write.
        """
        awaited = decisions.Awaited(memory_id, review_id=review_id, timeout=timeout)
        while (call := awaited.next_call()) is not None:
            time.sleep(awaited.take(self.send(call)))
        return awaited.decision

    def send(self, call: Call[T]) -> T:
        attempts = Attempts(self._retry, call.replay)
        with self._tracing.observe(call) as observation:
            while True:
                arguments = self._wire.request_arguments(call, observation.headers)
                try:
                    response = self._http.request(**arguments)
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
                time.sleep(pause)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._wire.settings.base)!r})"
