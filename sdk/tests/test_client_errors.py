from __future__ import annotations

import logging
import traceback

import httpx
import pytest
from mnemoscope_client import (
    AgentFrozenError,
    ApiError,
    AuthenticationError,
    ConflictError,
    HeldError,
    MnemoscopeClient,
    MnemoscopeError,
    NotFoundError,
    PayloadTooLargeError,
    PermissionDeniedError,
    RateLimitedError,
    RetryPolicy,
    ServerError,
    ServerUnavailableError,
    StaleVersionError,
    ValidationError,
)
from sdk_fakes import KEY, MEMORY_ID, Ask, ScriptedServer, problem


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "malformed", ValidationError),
        (401, "not_authenticated", AuthenticationError),
        (403, "not_permitted", PermissionDeniedError),
        (403, "agent_frozen", AgentFrozenError),
        (404, "not_found", NotFoundError),
        (409, "stale_version", StaleVersionError),
        (409, "wrong_state", ConflictError),
        (412, "stale_version", StaleVersionError),
        (413, "too_large", PayloadTooLargeError),
        (418, "teapot", ApiError),
        (422, "invalid", ValidationError),
        (423, "legal_hold", HeldError),
        (429, "rate_limited", RateLimitedError),
        (500, "error", ServerError),
        (503, "unavailable", ServerUnavailableError),
        (507, "full", ServerError),
    ],
)
def test_each_refusal_has_its_class(
    ask: Ask, status: int, code: str, error: type[ApiError]
) -> None:
    server = ScriptedServer(problem(status, code, "Read this."))
    with pytest.raises(error, match=rf"Read this\. \({code}\)") as caught:
        ask(server, lambda client: client.memories.get(MEMORY_ID), retry=RetryPolicy.never())
    assert type(caught.value) is error
    assert caught.value.status == status
    assert caught.value.code == code
    assert isinstance(caught.value, MnemoscopeError)


def test_a_stale_version_can_be_caught_as_any_conflict(ask: Ask) -> None:
    server = ScriptedServer(problem(409, "stale_version"))
    with pytest.raises(ConflictError):
        ask(server, lambda client: client.memories.revise(MEMORY_ID, expected_version=1))


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(400, text="<html>nginx</html>"),
        httpx.Response(400, text="{", headers={"content-type": "application/json"}),
        httpx.Response(400, json=[1]),
    ],
)
def test_an_error_page_of_a_gateway_is_not_repeated_to_the_log(
    ask: Ask, response: httpx.Response
) -> None:
    with pytest.raises(ValidationError, match=r"^The server answered 400 \(http_400\)$"):
        ask(ScriptedServer(response), lambda client: client.memories.get(MEMORY_ID))


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), problem(401, "not_authenticated")], ids=repr
)
def test_the_key_shows_nowhere(
    ask: Ask,
    naps: list[float],
    failure: httpx.Response | Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    def act(client: object) -> object:
        shown.extend([repr(client), str(client), repr(vars(client))])
        return client.memories.get(MEMORY_ID)  # type: ignore[attr-defined]

    with pytest.raises(MnemoscopeError) as caught:
        ask(ScriptedServer(failure), act)
    shown += traceback.format_exception(caught.value)
    shown += [repr(caught.value), repr(vars(caught.value)), caplog.text]
    assert "memory.example" in shown[0]
    assert KEY not in "".join(shown)
    assert all(nap >= 0 for nap in naps)


def test_a_closed_client_says_so() -> None:
    client = MnemoscopeClient("http://memory.example", KEY)
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.memories.get(MEMORY_ID)
