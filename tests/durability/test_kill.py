"""Somebody pulls the plug on one process after another, while an agent goes on writing."""

import threading
import time

import httpx
import psutil
import pytest

from tests.instance import Instance, running_instance

pytestmark = pytest.mark.slow
VICTIMS = ("granian", "postgres", "celery")
RECOVERS_WITHIN = 60


class Writer(threading.Thread):
    """An agent that writes without pause and keeps every id it was promised."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(daemon=True)
        self.api = httpx.Client(
            base_url=f"{instance.url}/api/v1",
            headers={"Authorization": f"Bearer {instance.demo['agent_key']}"},
            timeout=10,
        )
        self.acknowledged: list[str] = []
        self.failures = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            number = len(self.acknowledged)
            try:
                answer = self.api.post("/memories", json={"content": f"memory {number}"})
            except httpx.TransportError:
                self.failures += 1
                time.sleep(0.1)
                continue
            if answer.status_code == httpx.codes.CREATED:
                self.acknowledged.append(answer.json()["id"])
            else:
                # What is away for a moment asks for a retry; it never claims to have worked.
                assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
                self.failures += 1
                time.sleep(0.1)

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + RECOVERS_WITHIN
        while len(self.acknowledged) < count:
            assert time.monotonic() < deadline, "the instance did not recover"
            assert self.is_alive(), "the writer met an answer it must never see"
            time.sleep(0.05)


def processes(instance: Instance, name: str) -> list[psutil.Process]:
    children = psutil.Process(instance.pid).children(recursive=True)
    return [child for child in children if name in " ".join(child.cmdline())]


def test_whatever_is_killed_nothing_acknowledged_is_lost():
    with running_instance() as instance:
        writer = Writer(instance)
        writer.start()
        for victim in VICTIMS:
            writer.wait_for(len(writer.acknowledged) + 20)
            killed = processes(instance, victim)
            assert killed, victim
            for process in killed:
                process.kill()
            writer.wait_for(len(writer.acknowledged) + 20)
        writer.stopping.set()
        writer.join(20)
        lost = [known for known in writer.acknowledged if not is_there(writer.api, known)]
        writer.api.close()
        assert lost == []
        assert writer.failures > 0, "nothing was killed while it mattered"
        owner = next(u["key"] for u in instance.demo["users"] if u["role"] == "owner")
        events = count_events(instance, owner)
        assert events >= len(writer.acknowledged)


def is_there(api: httpx.Client, memory_id: str) -> bool:
    return api.get(f"/memories/{memory_id}").status_code == httpx.codes.OK


def count_events(instance: Instance, key: str) -> int:
    """How many writes the audit trail knows of, page by page."""
    known, cursor = 0, None
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=10) as api:
        while True:
            query = {
                "kind": "memory.written",
                "limit": 200,
                **({"cursor": cursor} if cursor else {}),
            }
            page = api.get(f"{instance.url}/api/v1/audit/events", params=query).json()
            known += len(page["results"])
            cursor = page["next_cursor"]
            if cursor is None:
                return known
