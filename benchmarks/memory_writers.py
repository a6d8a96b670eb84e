"""Agents that write memories over the API and never give one up: each is sent until acknowledged.

A repetition carries the same idempotency key, so that none may be written twice.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import uuid4

import httpx
from typing_extensions import override

from tests.instance import Instance

PAUSE_SECONDS = 0.2
TIMEOUT_SECONDS = 10
LAST_WORD_SECONDS = 60
TAKEN = {httpx.codes.CREATED, httpx.codes.ACCEPTED}
RETRYABLE = {409, 429, 502, 503, 504}  # 409: the first attempt is still under way

_numbers = itertools.count()


class Writer(Thread):
    """`acknowledged` are the ids of its memories."""

    def __init__(self, name: str, api: httpx.Client, *, pause: float = 0) -> None:
        super().__init__(name=name, daemon=True)
        self.api, self.pause = api, pause
        self.acknowledged: list[str] = []
        self.wrong: list[str] = []
        self.repeats = 0
        self.stopping = Event()

    @override
    def run(self) -> None:
        while not self.stopping.wait(self.pause) and not self.wrong:
            self._write({"content": f"Order {next(_numbers)} goes to Kiel."}, str(uuid4()))

    def _write(self, body: dict[str, str], key: str) -> None:
        while not self.stopping.is_set():
            try:
                answer = self.api.post("/memories", json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code in TAKEN:
                self.acknowledged.append(answer.json()["id"])
                return
            if answer is not None and answer.status_code not in RETRYABLE:
                self.wrong.append(f"{self.name}: {answer.status_code} {answer.text[:200]}")
                return
            self.repeats += 1
            self.stopping.wait(PAUSE_SECONDS)


@contextmanager
def writing(instance: Instance, count: int, *, pause: float = 0) -> Iterator[list[Writer]]:
    """Writers at work; afterwards they have stopped."""
    with httpx.Client(
        base_url=f"{instance.url}/api/v1",
        headers={"Authorization": f"Bearer {instance.demo['agent_key']}"},
        timeout=TIMEOUT_SECONDS,
    ) as api:
        writers = [Writer(f"writer {number}", api, pause=pause) for number in range(count)]
        for writer in writers:
            writer.start()
        try:
            yield writers
        finally:
            for writer in writers:
                writer.stopping.set()
            for writer in writers:
                writer.join(LAST_WORD_SECONDS)
