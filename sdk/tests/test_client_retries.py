from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from mnemoscope_client import (
    ConnectionFailedError,
    RateLimitedError,
    RetryPolicy,
    ServerError,
    ServerUnavailableError,
)
from mnemoscope_client.retry import retry_after
from sdk_fakes import MEMORY_ID, Ask, ScriptedServer, answer, problem, written_json

WRITTEN = answer(201, written_json())
REVISED = answer(200, written_json(version=2))


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("no answer"),
        httpx.RemoteProtocolError("closed"),
        problem(429, "rate_limited"),
        problem(503, "unavailable"),
        httpx.Response(502, text="<html>Bad gateway</html>"),
        httpx.Response(504),
    ],
    ids=repr,
)
def test_a_write_is_repeated_under_the_same_idempotency_key(
    ask: Ask, naps: list[float], failure: httpx.Response | Exception
) -> None:
    server = ScriptedServer(failure, failure, WRITTEN)
    result = ask(server, lambda client: client.memories.write("x"))
    assert result.is_active
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 1
    assert len({request.content for request in server.requests}) == 1
    assert len(naps) == 2
    assert 0 <= naps[0] <= 0.25
    assert 0 <= naps[1] <= 0.5


def test_two_writes_have_two_idempotency_keys(ask: Ask) -> None:
    server = ScriptedServer(WRITTEN)
    for _ in range(2):
        ask(server, lambda client: client.memories.write("the same text"))
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 2


@pytest.mark.parametrize("change", ["revise", "delete"])
@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), problem(503, "unavailable")], ids=repr
)
def test_a_change_that_surely_was_not_made_is_repeated(
    ask: Ask, naps: list[float], failure: httpx.Response | Exception, change: str
) -> None:
    server = ScriptedServer(failure, REVISED)
    ask(server, lambda client: _change(client, change))
    assert len(server.requests) == 2
    assert len(naps) == 1


@pytest.mark.parametrize("change", ["revise", "delete"])
@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.ReadTimeout("no answer"), ConnectionFailedError),
        (httpx.ReadError("reset"), ConnectionFailedError),
        (httpx.Response(502), ServerUnavailableError),
        (httpx.Response(504), ServerUnavailableError),
    ],
    ids=repr,
)
def test_a_change_that_may_have_been_made_is_not(
    ask: Ask,
    naps: list[float],
    failure: httpx.Response | Exception,
    error: type[Exception],
    change: str,
) -> None:
    server = ScriptedServer(failure, REVISED)
    with pytest.raises(error):
        ask(server, lambda client: _change(client, change))
    assert len(server.requests) == 1
    assert naps == []


def test_a_failure_of_the_server_itself_is_not_repeated(ask: Ask, naps: list[float]) -> None:
    server = ScriptedServer(problem(500, "error"), WRITTEN)
    with pytest.raises(ServerError):
        ask(server, lambda client: client.memories.write("x"))
    assert len(server.requests) == 1
    assert naps == []


def test_the_attempts_are_bounded_and_the_last_answer_is_told(ask: Ask, naps: list[float]) -> None:
    server = ScriptedServer(problem(503, "unavailable", "The database is away.", retry_after=None))
    with pytest.raises(ServerUnavailableError, match="The database is away"):
        ask(server, lambda c: c.recall("x"), retry=RetryPolicy(attempts=3))
    assert len(server.requests) == 3
    assert len(naps) == 2


def test_a_request_that_can_never_be_sent_is_not_tried_again(ask: Ask, naps: list[float]) -> None:
    server = ScriptedServer(httpx.LocalProtocolError("illegal header"))
    with pytest.raises(ConnectionFailedError):
        ask(server, lambda client: client.recall("x"))
    assert len(server.requests) == 1
    assert naps == []


def test_no_server_at_all_is_one_sentence(ask: Ask, naps: list[float]) -> None:
    server = ScriptedServer(httpx.ConnectError("[Errno 111] refused"))
    with pytest.raises(ConnectionFailedError, match=r"No answer from memory\.example:8000"):
        ask(server, lambda client: client.memories.get(MEMORY_ID))
    assert len(server.requests) == 5
    assert len(naps) == 4


def test_retry_after_in_seconds_is_waited_out(ask: Ask, naps: list[float]) -> None:
    server = ScriptedServer(answer(429, {}, retry_after="7"), WRITTEN)
    ask(server, lambda client: client.memories.write("x"))
    assert 7 <= naps[0] <= 7.25


def test_retry_after_as_a_date_is_waited_out(ask: Ask, naps: list[float]) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=9), usegmt=True)
    server = ScriptedServer(answer(503, {}, retry_after=until), WRITTEN)
    ask(server, lambda client: client.memories.write("x"))
    assert 7 <= naps[0] <= 9.5


def test_a_wait_past_the_budget_is_the_callers_to_decide(ask: Ask, naps: list[float]) -> None:
    server = ScriptedServer(answer(429, {"code": "rate_limited"}, retry_after="3600"), WRITTEN)
    with pytest.raises(RateLimitedError) as caught:
        ask(server, lambda client: client.memories.write("x"))
    assert caught.value.retry_after == 3600
    assert len(server.requests) == 1
    assert naps == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("-3", None),
        ("0", 0.0),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0),
        ("Mon, 01 Jan 2001 00:00:00 -0000", 0.0),
    ],
)
def test_a_senseless_or_past_retry_after_does_no_harm(header: str, seconds: float | None) -> None:
    assert retry_after(httpx.Response(503, headers={"retry-after": header})) == seconds


def test_a_fleet_does_not_come_back_in_step() -> None:
    policy = RetryPolicy(base=1, cap=4)
    waits = {policy.backoff(attempt=10) for _ in range(50)}
    assert len(waits) > 40
    assert max(waits) <= 4


def test_whoever_wants_no_retry_gets_none(ask: Ask, naps: list[float]) -> None:
    server = ScriptedServer(problem(503, "unavailable"))
    with pytest.raises(ServerUnavailableError):
        ask(server, lambda client: client.recall("x"), retry=RetryPolicy.never())
    assert len(server.requests) == 1
    assert naps == []


def _change(client: object, change: str) -> object:
    memories = client.memories  # type: ignore[attr-defined]
    if change == "delete":
        return memories.delete(MEMORY_ID)
    return memories.revise(MEMORY_ID, expected_version=1, content="new")
