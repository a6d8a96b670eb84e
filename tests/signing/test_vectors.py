"""Frozen bytes: what the client library signs, the server verifies, today and in ten years."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from memory.signing.statement import (
    Operation,
    Signature,
    Signed,
    Target,
    authentic,
    parse_signature,
    statement,
)

# The same file that the client library is held to.
PATH = Path(__file__).resolve().parents[2] / "sdk" / "tests" / "vectors" / "signing.json"
FILE = json.loads(PATH.read_text(encoding="utf-8"))
SECRET = FILE["key"].encode()


def signature_of(vector) -> Signature:
    return parse_signature(
        {
            "algorithm": "hmac-sha256",
            "key_id": FILE["key_id"],
            "timestamp": vector["timestamp"],
            "nonce": vector["nonce"],
            "value": vector["value"],
        }
    )


@pytest.mark.parametrize("vector", FILE["vectors"], ids=lambda vector: vector["name"])
def test_a_frozen_vector_has_its_bytes_and_its_value(vector):
    signature = signature_of(vector)
    target = Target(
        Operation(vector["operation"]),
        UUID(vector["memory_id"]) if vector["memory_id"] else None,
        vector["expected_version"],
    )
    said = statement(Signed(vector["body"], signature), target)
    assert said.decode() == vector["statement"]
    assert authentic(SECRET, said, signature.value)
    assert not authentic(SECRET, said + b" ", signature.value)
    assert not authentic(SECRET[:-1], said, signature.value)
