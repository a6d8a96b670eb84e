from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import standardwebhooks
from mnemoscope_client import WebhookVerificationError, verify_webhook
from sdk_fakes import MEMORY_ID, Ask, ScriptedServer, answer

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


def decision_json(**data: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "review.decided",
        "timestamp": "2026-11-21T10:00:00Z",
        "data": {
            "memory_id": MEMORY_ID,
            "review_id": "r-1",
            "outcome": "approved",
            "reason": "accurate",
            "state": "active",
            "version": 1,
            **data,
        },
    }


def told(*decisions: dict[str, Any], after: str | None = "p", **more: Any) -> httpx.Response:
    return answer(
        200, {"results": list(decisions), "next_after": after, "retry_after": None, **more}
    )


def changed_json(state: str) -> dict[str, Any]:
    data = {"memory_id": MEMORY_ID, "was": "active", "state": state}
    return {"id": "msg_2", "type": "memory.state_changed", "timestamp": None, "data": data}


def test_decisions_go_on_from_where_they_were_left(ask: Ask) -> None:
    server = ScriptedServer(told(decision_json()))
    found = ask(server, lambda client: client.decisions(after="x=", wait=10, limit=5))
    assert dict(server.request.url.params) == {"after": "x=", "wait": "10", "limit": "5"}
    [one] = found.results
    assert (one.outcome, one.state, one.is_active, one.review_id) == (
        "approved",
        "active",
        True,
        "r-1",
    )
    assert found.next_after == "p"


def test_waiting_reads_what_is_there_and_then_waits(ask: Ask) -> None:
    server = ScriptedServer(told(after=None), told(), told(decision_json(), after="q"))
    decision = ask(server, lambda client: client.wait_for_decision(MEMORY_ID, timeout=60))
    assert decision.outcome == "approved"
    asked = [dict(request.url.params) for request in server.requests]
    assert asked == [
        {"memory": MEMORY_ID, "wait": "0"},
        {"memory": MEMORY_ID, "wait": "20"},
        {"memory": MEMORY_ID, "wait": "20", "after": "p"},
    ]


def test_of_several_decisions_the_newest_counts_and_with_a_review_its_own(ask: Ask) -> None:
    both = told(decision_json(), decision_json(review_id="r-2", outcome="rejected"))
    steps = (both, told())
    newest = ask(ScriptedServer(*steps), lambda client: client.wait_for_decision(MEMORY_ID))
    assert newest.outcome == "rejected"
    own = ask(
        ScriptedServer(*steps), lambda client: client.wait_for_decision(MEMORY_ID, review_id="r-1")
    )
    assert own.outcome == "approved"


def test_a_decision_that_was_taken_back_is_none(ask: Ask) -> None:
    server = ScriptedServer(told(decision_json(), decision_json(outcome="undone")), told())
    waited = ask(server, lambda client: client.wait_for_decision(MEMORY_ID, timeout=0))
    assert waited is None


def test_a_memory_that_ended_waits_for_nobody_and_one_that_became_active_does(ask: Ask) -> None:
    ended = ScriptedServer(told(changed_json("expired")), told())
    assert ask(ended, lambda client: client.wait_for_decision(MEMORY_ID)).state == "expired"
    active = ScriptedServer(told(changed_json("active")), told())
    waited = ask(active, lambda client: client.wait_for_decision(MEMORY_ID, timeout=0))
    assert waited is None


def test_nobody_decided_in_time(ask: Ask) -> None:
    server = ScriptedServer(told(after=None, retry_after=0.2))
    started = time.monotonic()
    waited = ask(server, lambda client: client.wait_for_decision(MEMORY_ID, timeout=0.5))
    assert waited is None
    assert time.monotonic() - started < 3
    assert 2 <= len(server.requests) <= 4


def signed(body: bytes, *, at: float | None = None) -> dict[str, str]:
    """By an independent implementation."""
    moment = datetime.fromtimestamp(at or time.time(), UTC)
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(moment.timestamp())),
        "Webhook-Signature": standardwebhooks.Webhook(SECRET).sign("msg_1", moment, body.decode()),
    }


BODY = b'{"type":"review.decided","timestamp":"2026-11-21T10:00:00Z","data":{"outcome":"approved"}}'


def test_a_webhook_that_another_implementation_signed_is_verified() -> None:
    message = verify_webhook(signed(BODY), BODY, SECRET)
    assert (message.id, message.type, message.data) == (
        "msg_1",
        "review.decided",
        {"outcome": "approved"},
    )
    assert verify_webhook(signed(BODY), BODY.decode(), SECRET) == message


def test_during_a_rotation_one_signature_of_several_is_enough() -> None:
    headers = signed(BODY)
    others = f"v1,AAAA v2,{headers['Webhook-Signature']} {headers['Webhook-Signature']}"
    assert verify_webhook({**headers, "Webhook-Signature": others}, BODY, SECRET).id == "msg_1"


OTHER = "whsec_" + base64.b64encode(b"x" * 32).decode()


@pytest.mark.parametrize(
    ("change", "body", "secret"),
    [
        ({}, BODY.replace(b"approved", b"rejected"), SECRET),
        ({}, BODY, OTHER),
        ({}, BODY, "whsec_not base64"),
        ({"Webhook-Id": "msg_2"}, BODY, SECRET),
        ({"Webhook-Id": ""}, BODY, SECRET),
        ({"Webhook-Timestamp": "soon"}, BODY, SECRET),
        ({"Webhook-Timestamp": "²"}, BODY, SECRET),
        ({"Webhook-Signature": "v1,"}, BODY, SECRET),
        ({"Webhook-Signature": "v1,ä"}, BODY, SECRET),
        ({"Webhook-Signature": ""}, BODY, SECRET),
    ],
)
def test_what_is_not_surely_ours_is_refused(
    change: dict[str, str], body: bytes, secret: str
) -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook({**signed(BODY), **change}, body, secret)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_message_is_refused_however_well_signed(minutes: int) -> None:
    headers = signed(BODY, at=time.time() + 60 * minutes)
    with pytest.raises(WebhookVerificationError, match="old"):
        verify_webhook(headers, BODY, SECRET)
    assert verify_webhook(headers, BODY, SECRET, tolerance=600).id == "msg_1"


def test_a_body_that_says_nothing_is_refused() -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook(signed(b"[]"), b"[]", SECRET)
