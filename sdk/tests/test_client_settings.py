from __future__ import annotations

import pytest
from mnemoscope_client import ConfigurationError, MnemoscopeClient
from mnemoscope_client.settings import Settings
from sdk_fakes import KEY, Ask, ScriptedServer, answer, written_json


def test_an_agent_is_configured_by_its_environment(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNEMOSCOPE_URL", "https://memory.example/base/")
    monkeypatch.setenv("MNEMOSCOPE_API_KEY", f"{KEY}\n")
    server = ScriptedServer(answer(201, written_json()))
    ask(server, lambda client: client.memories.write("x"), url=None, api_key=None)
    assert str(server.request.url) == "https://memory.example/base/api/v1/memories"
    assert server.request.headers["authorization"] == f"Bearer {KEY}"


def test_an_argument_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNEMOSCOPE_URL", "https://elsewhere.example")
    assert Settings.read("http://memory.example", KEY).base.host == "memory.example"


def test_an_address_that_names_the_api_already_is_understood() -> None:
    settings = Settings.read("http://memory.example/api/v1/", KEY)
    assert str(settings.base) == "http://memory.example/api/v1/"


@pytest.mark.parametrize(
    ("url", "key", "sentence"),
    [
        (None, KEY, "set MNEMOSCOPE_URL"),
        ("memory.example:8000", KEY, "must begin with http"),
        ("ftp://memory.example", KEY, "must begin with http"),
        ("http://", KEY, "names no host"),
        ("http://user:pass@memory.example", KEY, "nothing else"),
        ("http://memory.example/?a=b", KEY, "nothing else"),
        ("http://memory.example:port", KEY, "not a URL"),
        ("http://memory.example", None, "set MNEMOSCOPE_API_KEY"),
        ("http://memory.example", " \n", "API key is empty"),
        ("http://memory.example", "a\r\nX-Tenant: b", "no key has"),
        ("http://memory.example", "schlüssel", "no key has"),
    ],
)
def test_a_setting_that_cannot_work_stops_before_the_first_call(
    url: str | None, key: str | None, sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        MnemoscopeClient(url, key)
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost", True),
        ("http://10.0.0.5", False),
        ("https://memory.example", False),
    ],
)
def test_only_the_own_machine_is_reached_past_a_proxy(url: str, loopback: bool) -> None:  # noqa: FBT001
    assert Settings.read(url, KEY).is_loopback is loopback
