from __future__ import annotations

from collections.abc import Iterator

import pytest
from sdk_fakes import Ask
from sdk_server import SmallServer, small_server


@pytest.fixture(params=["blocking", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    return Ask(request.param)


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with small_server() as serving:
        yield serving


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds slept between attempts, without sleeping them."""
    slept: list[float] = []

    async def nap(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("mnemoscope_client.client.time.sleep", slept.append)
    monkeypatch.setattr("mnemoscope_client.async_client.asyncio.sleep", nap)
    return slept


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNEMOSCOPE_URL", raising=False)
    monkeypatch.delenv("MNEMOSCOPE_API_KEY", raising=False)
