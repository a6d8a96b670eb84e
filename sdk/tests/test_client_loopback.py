"""Over a real socket: what a mocked transport would not notice."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from mnemoscope_client import (
    AsyncMnemoscopeClient,
    AuthenticationError,
    ConnectionFailedError,
    MnemoscopeClient,
    RetryPolicy,
)
from sdk_fakes import KEY
from sdk_server import SmallServer


def test_an_agent_writes_and_recalls_past_a_proxy_it_cannot_use(
    server: SmallServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with MnemoscopeClient(server.url, KEY) as client:
        written = client.memories.write("prefers e-mail", subject="customer-4711")
        assert [hit.id for hit in client.recall("e-mail").hits] == [written.id]


def test_threads_share_one_client(server: SmallServer) -> None:
    with MnemoscopeClient(server.url, KEY) as client, ThreadPoolExecutor(4) as pool:
        results = list(pool.map(client.memories.write, [f"note {i}" for i in range(12)]))
    assert len({result.id for result in results}) == 12
    assert len({headers["idempotency-key"] for _, headers in server.seen}) == 12


def test_tasks_share_one_client(server: SmallServer) -> None:
    async def work() -> list[str | None]:
        async with AsyncMnemoscopeClient(server.url, KEY) as client:
            tasks = [asyncio.create_task(client.memories.write(f"note {i}")) for i in range(6)]
            return [(await task).id for task in tasks]

    assert len(set(asyncio.run(work()))) == 6


def test_a_revoked_key_is_told_apart_from_an_absent_server(server: SmallServer) -> None:
    with (
        MnemoscopeClient(server.url, "mns_revoked") as client,
        pytest.raises(AuthenticationError, match="Send a valid key"),
    ):
        client.memories.write("x")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with (
            MnemoscopeClient(url, KEY, retry=RetryPolicy.never()) as client,
            pytest.raises(ConnectionFailedError, match=r"No answer from 127\.0\.0\.1"),
        ):
            client.memories.write("x")
