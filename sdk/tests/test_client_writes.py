from __future__ import annotations

import inspect
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from mnemoscope_client import UNSET, MnemoscopeClient, NewMemory, ValidationError
from sdk_fakes import KEY, MEMORY_ID, Ask, ScriptedServer, answer, problem, written_json


def test_an_agent_writes_a_memory_and_it_is_active(ask: Ask) -> None:
    server = ScriptedServer(answer(201, written_json()))
    result = ask(
        server,
        lambda client: client.memories.write(
            "prefers e-mail",
            kind="preference",
            namespace=("support", "eu"),
            subject="customer-4711",
            confidence=0.9,
            ttl=timedelta(days=2),
            valid_from=datetime(2026, 11, 1, tzinfo=UTC),
        ),
    )
    assert result.is_active
    assert not result.is_waiting
    assert result.id == MEMORY_ID
    assert result.namespace == ("support", "eu")
    assert result.created_at == datetime(2026, 11, 1, 9, 0, 0, 500_000, tzinfo=UTC)
    assert server.request.method == "POST"
    assert str(server.request.url) == "http://memory.example:8000/api/v1/memories"
    assert server.request.headers["authorization"] == f"Bearer {KEY}"
    assert uuid.UUID(server.request.headers["idempotency-key"]).version == 4
    assert server.body() == {
        "content": "prefers e-mail",
        "kind": "preference",
        "namespace": ["support", "eu"],
        "subject": "customer-4711",
        "confidence": 0.9,
        "ttl": 172800,
        "valid_from": "2026-11-01T00:00:00+00:00",
    }


@pytest.mark.parametrize("state", ["pending", "quarantined"])
def test_an_agent_learns_that_its_write_waits_and_why(ask: Ask, state: str) -> None:
    body = {
        "id": MEMORY_ID,
        "state": state,
        "version": 1,
        "review_id": "r-1",
        "reasons": [{"code": "contradiction", "detail": "Another address is approved."}],
    }
    result = ask(
        ScriptedServer(answer(202, body)), lambda client: client.memories.write("moved to Dresden")
    )
    assert result.state == state
    assert result.is_waiting
    assert not result.is_active
    assert result.review_id == "r-1"
    assert [(reason.code, reason.detail) for reason in result.reasons] == [
        ("contradiction", "Another address is approved.")
    ]


def test_a_write_with_bad_fields_raises_with_each_of_them(ask: Ask) -> None:
    errors = [
        {"field": "confidence", "code": "out_of_range", "detail": "At most 1."},
        {"field": "tier", "code": "invalid_choice", "detail": "Choose one."},
    ]
    server = ScriptedServer(
        problem(422, "invalid", "confidence: At most 1. 1 more.", errors=errors)
    )
    sentence = r"^confidence: At most 1\. tier: Choose one\. \(invalid\)$"
    with pytest.raises(ValidationError, match=sentence) as caught:
        ask(server, lambda client: client.memories.write("x", confidence=7))
    assert caught.value.errors[0].field == "confidence"
    assert caught.value.code == "invalid"
    assert caught.value.request_id == "req-1"


def test_one_refused_memory_of_a_batch_does_not_hide_the_others(ask: Ask) -> None:
    refused = {"status": 422, "code": "secret_found", "title": "Refused", "detail": "A password."}
    waiting = written_json(
        status=202, state="pending", reasons=[{"code": "low_confidence", "detail": ""}]
    )
    server = ScriptedServer(
        answer(200, {"results": [{**written_json(), "status": 201}, refused, waiting]})
    )
    items = [NewMemory(content="a"), NewMemory(content="b"), NewMemory(content="c", ttl=60)]
    results = ask(server, lambda client: client.memories.batch(items))
    assert [result.state for result in results] == ["active", "rejected", "pending"]
    assert results[1].is_rejected
    assert results[1].problem.code == "secret_found"
    assert server.body() == {
        "memories": [{"content": "a"}, {"content": "b"}, {"content": "c", "ttl": 60}]
    }
    assert server.request.headers["idempotency-key"]


def test_a_revision_names_the_version_it_was_decided_on(ask: Ask) -> None:
    server = ScriptedServer(answer(200, written_json(version=4)))
    result = ask(
        server,
        lambda client: client.memories.revise(
            MEMORY_ID,
            expected_version=3,
            content="prefers letters",
            valid_to=None,
            source=UNSET,
            reason="he wrote",
        ),
    )
    assert result.version == 4
    assert server.request.method == "PATCH"
    assert server.request.headers["if-match"] == '"3"'
    assert server.body() == {
        "content": "prefers letters",
        "valid_to": None,
        "expected_version": 3,
        "reason": "he wrote",
    }


def test_deleting_answers_nothing(ask: Ask) -> None:
    server = ScriptedServer(answer(204))
    assert ask(server, lambda c: c.memories.delete(MEMORY_ID, reason="not_needed")) is None
    assert server.request.method == "DELETE"
    assert server.request.url.path == f"/api/v1/memories/{MEMORY_ID}"
    assert server.request.url.query == b"reason=not_needed"


def test_a_version_is_restored_and_a_memory_expired_for_a_reason(ask: Ask) -> None:
    server = ScriptedServer(answer(200, written_json(version=5)))
    ask(server, lambda c: c.memories.restore(MEMORY_ID, version=2, reason="wrong_edit"))
    assert server.requests[0].url.path.endswith(f"{MEMORY_ID}/restore")
    assert server.body() == {"version": 2, "reason": "wrong_edit"}
    ask(server, lambda c: c.memories.expire(MEMORY_ID, reason="moved"))
    assert server.requests[1].url.path.endswith(f"{MEMORY_ID}/expire")
    assert server.body() == {"reason": "moved"}
    keys = {request.headers["idempotency-key"] for request in server.requests}
    assert len(keys) == 2


def test_an_agent_that_restarts_may_bring_its_own_idempotency_key(ask: Ask) -> None:
    server = ScriptedServer(answer(201, written_json()))
    ask(server, lambda c: c.memories.write("x", idempotency_key="case-1/step-3"))
    assert server.request.headers["idempotency-key"] == "case-1/step-3"


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX-Forged: 1", "ä", "x" * 201])
def test_an_idempotency_key_that_no_header_holds_never_leaves_the_process(
    ask: Ask, key: str
) -> None:
    server = ScriptedServer(answer(201, written_json()))
    with pytest.raises(ValueError, match="printable ASCII"):
        ask(server, lambda c: c.memories.write("x", idempotency_key=key))
    assert not server.requests


@pytest.mark.parametrize("memory_id", ["", "../audit/events", "a/b", "a?b", "."])
def test_an_id_that_is_none_never_leaves_the_process(ask: Ask, memory_id: str) -> None:
    server = ScriptedServer(answer(204))
    with pytest.raises(ValueError, match="An id is"):
        ask(server, lambda client: client.memories.delete(memory_id))
    assert not server.requests


def test_a_misspelt_field_a_bare_namespace_and_a_naive_time_never_leave_the_process(
    ask: Ask,
) -> None:
    server = ScriptedServer(answer(201, written_json()))
    with pytest.raises(TypeError, match="no field 'confidance'"):
        ask(server, lambda client: client.memories.write("x", confidance=1))
    with pytest.raises(TypeError, match="list of segments"):
        ask(server, lambda client: client.memories.write("x", namespace="acme"))
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the mistake
    with pytest.raises(ValueError, match="zone"):
        ask(server, lambda client: client.memories.write("x", expires_at=naive))
    assert not server.requests


def test_a_developer_sees_the_real_parameters_in_the_help() -> None:
    with MnemoscopeClient("http://memory.example", KEY) as client:
        parameters = inspect.signature(client.memories.revise).parameters
        assert list(parameters)[:2] == ["memory_id", "expected_version"]
        assert client.memories.write.__doc__ is not None
        assert "Propose one memory" in client.memories.write.__doc__
