from __future__ import annotations

import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
import rfc8785
from mnemoscope_client import ConfigurationError, RetryPolicy, SignatureError
from mnemoscope_client.signing import Purpose, SigningKey
from sdk_fakes import MEMORY_ID, Ask, ScriptedServer, answer, problem, written_json

# The same file that the server is held to.
FILE = json.loads((Path(__file__).parent / "vectors" / "signing.json").read_text("utf-8"))
KEY = FILE["key"]


def assert_signed(body: dict[str, Any], purpose: Purpose) -> None:
    """By what docs/api.md says, without the library's own signer."""
    signature = body.pop("signature")
    said = {
        "body": body,
        "expected_version": purpose.expected_version,
        "memory_id": purpose.memory_id,
        "operation": purpose.operation,
        **{name: member for name, member in signature.items() if name != "value"},
    }
    statement = b"mnemoscope-signature-1\n" + rfc8785.dumps(said)
    assert signature["value"] == hmac.new(KEY.encode(), statement, sha256).hexdigest()
    assert signature["key_id"] == FILE["key_id"]


@pytest.mark.parametrize("vector", FILE["vectors"], ids=lambda vector: vector["name"])
def test_a_frozen_vector_is_signed_as_it_was(vector: dict[str, Any]) -> None:
    purpose = Purpose(vector["operation"], vector["memory_id"], vector["expected_version"])
    signed = SigningKey(KEY).signed_as(
        vector["body"], purpose, timestamp=vector["timestamp"], nonce=vector["nonce"]
    )
    assert signed["signature"]["value"] == vector["value"]


def test_a_write_is_signed(ask: Ask) -> None:
    server = ScriptedServer(answer(201, written_json()))
    ask(server, lambda client: client.memories.write("x", confidence=0.9), signing_key=KEY)
    assert_signed(server.body(), Purpose("write"))


def test_each_item_of_a_batch_is_signed_by_itself(ask: Ask) -> None:
    server = ScriptedServer(answer(200, {"results": []}))
    items = [{"content": "x"}, {"content": "y"}]
    ask(server, lambda client: client.memories.batch(items), signing_key=KEY)
    sent = server.body()
    assert set(sent) == {"memories"}
    nonces = {item["signature"]["nonce"] for item in sent["memories"]}
    assert len(nonces) == 2
    for item in sent["memories"]:
        assert_signed(item, Purpose("write"))


def test_a_change_is_signed_for_its_memory_and_version(ask: Ask) -> None:
    server = ScriptedServer(answer(200, written_json()))
    ask(
        server,
        lambda client: client.memories.revise(MEMORY_ID, expected_version=3, content="x"),
        signing_key=KEY,
    )
    assert_signed(server.body(), Purpose("change", MEMORY_ID, 3))


def test_a_restoration_is_signed(ask: Ask) -> None:
    server = ScriptedServer(answer(200, written_json()))
    ask(
        server,
        lambda client: client.memories.restore(MEMORY_ID, version=1, reason="wrong"),
        signing_key=KEY,
    )
    assert_signed(server.body(), Purpose("restore", MEMORY_ID))


def test_every_attempt_is_signed_anew_under_one_idempotency_key(ask: Ask) -> None:
    server = ScriptedServer(httpx.ConnectError("away"), answer(201, written_json()))
    ask(
        server,
        lambda client: client.memories.write("x"),
        signing_key=KEY,
        retry=RetryPolicy(base=0),
    )
    first, second = server.body(0), server.body(1)
    assert first["signature"]["nonce"] != second["signature"]["nonce"]
    assert_signed(first, Purpose("write"))
    assert_signed(second, Purpose("write"))
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 1


def test_what_is_no_write_is_not_signed(ask: Ask) -> None:
    server = ScriptedServer(answer(200, {"id": "1", "results": [], "weak": True}))
    ask(server, lambda client: client.recall("x"), signing_key=KEY)
    assert "signature" not in server.body()


def test_without_a_key_nothing_is_signed(ask: Ask) -> None:
    server = ScriptedServer(answer(201, written_json()))
    ask(server, lambda client: client.memories.write("x"))
    assert "signature" not in server.body()


def test_the_key_may_come_from_the_environment(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNEMOSCOPE_SIGNING_KEY", KEY + "\n")
    server = ScriptedServer(answer(201, written_json()))
    ask(server, lambda client: client.memories.write("x"))
    assert_signed(server.body(), Purpose("write"))


@pytest.mark.parametrize("text", ["mns_x", KEY[:-1], KEY + "0", KEY.replace("_", "-")])
def test_what_is_no_signing_key_is_refused_before_any_call_and_not_repeated(
    ask: Ask, text: str
) -> None:
    server = ScriptedServer(answer(201, written_json()))
    with pytest.raises(ConfigurationError) as refused:
        ask(server, lambda client: client.memories.write("x"), signing_key=text)
    assert text not in str(refused.value)
    assert not server.requests


def test_a_key_does_not_show() -> None:
    assert KEY[35:] not in repr(SigningKey(KEY))


def test_a_refused_signature_says_why(ask: Ask) -> None:
    server = ScriptedServer(problem(403, "signature_stale"))
    with pytest.raises(SignatureError) as refused:
        ask(server, lambda client: client.memories.write("x"), signing_key=KEY)
    assert refused.value.code == "signature_stale"
