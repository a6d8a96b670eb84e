"""Frozen bytes: what is sealed, hashed and wrapped today opens and is found in ten years."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from console.keys.keyring import Key
from console.keys.models import DataKey, Purpose, SigningKey
from console.platform.crypto.envelope import unseal
from console.platform.crypto.root_keys import LocalRootKeys
from memory.models import Memory, MemoryVersion, Said, SealedContent, SubjectName
from memory.retrieval.terms import blind_terms
from memory.screening.names import hash_of_name
from memory.screening.simhash import fingerprint, scope_of
from memory.screening.words import words_of
from memory.sealing import content_digest, open_said, row_seal
from memory.subject_names import open_name

PATH = Path(__file__).parents[1] / "vectors" / "sealing.json"
FROZEN = json.loads(PATH.read_text(encoding="utf-8"))
TENANT, SUBJECT, AGENT = UUID(int=1), UUID(int=2), UUID(int=3)
KEY = Key(UUID(int=4), 1, bytes(range(32)))
OF_A_SUBJECT = {Purpose.CONTENT, Purpose.DIGEST, Purpose.TRACE, Purpose.ERASE}
TEXT = "Jonas Weber prefers e-mail, and never a call before nine in the morning. Ünïcode too."
SAID = Said(TEXT, {"channel": "e-mail"}, "call 17", [], {"content": "as written"}, "signed")


def bytes_of(name):
    return bytes.fromhex(FROZEN[name])


@pytest.fixture
def memory():
    return Memory(
        tenant_id=TENANT,
        id=UUID(int=5),
        namespace=["crm", "de"],
        key="channel",
        run="run-1",
        kind="preference",
        visibility="workspace",
        subject_id=SUBJECT,
        agent_id=AGENT,
        api_key_id=UUID(int=6),
        created_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    )


@pytest.fixture
def version(memory):
    return MemoryVersion(
        tenant_id=TENANT,
        id=UUID(int=7),
        memory_id=memory.id,
        number=1,
        content_digest=bytes_of("content_digest"),
        finding_codes=["near_duplicate"],
        metadata={"b": 1.0, "a": [100.0, 0.5, "ü"]},
        confidence=0.9,
        importance=1.0,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        derived_from=[UUID(int=8)],
        author_kind="agent",
        author_id=AGENT,
        author_label="robo",
        trace_id=bytes(range(16)),
        span_id=bytes(range(8)),
        recorded_at=datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC),
        seal_key_id=KEY.id,
    )


def test_the_words_of_a_version_open(version):
    row = SealedContent(
        tenant_id=TENANT, id=version.id, key_id=KEY.id, ciphertext=bytes_of("sealed_words")
    )
    assert open_said(version, row, key=KEY) == SAID


def test_the_digest_of_words_is_as_it_was():
    assert content_digest(KEY, SAID.content, SAID.value).hex() == FROZEN["content_digest"]


def test_the_servers_seal_is_as_it_was(version, memory):
    assert row_seal(version, memory, KEY).hex() == FROZEN["row_seal"]


@pytest.mark.parametrize("purpose", Purpose)
def test_a_wrapped_key_opens(purpose):
    subject = SUBJECT if purpose in OF_A_SUBJECT else None
    row = DataKey(tenant_id=TENANT, id=UUID(int=9), purpose=purpose, subject_id=subject)
    wrapped = bytes_of(f"wrapped_{purpose}")
    if purpose == Purpose.WRAP:
        root = LocalRootKeys({"first": KEY.secret})
        assert root.unwrap(wrapped, row.associated, root="first") == bytes(32)
    else:
        assert unseal(KEY.secret, wrapped, row.associated) == bytes(32)


def test_a_wrapped_signing_key_opens():
    row = SigningKey(tenant_id=TENANT, id=UUID(int=10), agent_id=AGENT, prefix="abcdefgh")
    assert unseal(KEY.secret, bytes_of("wrapped_signing_key"), row.associated) == b"msk_x"


def test_the_words_of_the_index_are_hashed_as_they_were():
    assert blind_terms(TEXT, KEY.secret) == FROZEN["terms"]


def test_a_fingerprint_is_as_it_was():
    scope = scope_of(SUBJECT, ["crm", "de"])
    made = fingerprint(
        words_of(TEXT, KEY.secret), scope=scope, key=KEY.secret, generation=KEY.generation
    )
    assert [made.simhash, *made.bands] == FROZEN["fingerprint"]


def test_a_name_is_recognised_and_opens():
    row = SubjectName(tenant_id=TENANT, id=UUID(int=11), subject_id=SUBJECT)
    row.sealed = bytes_of("sealed_name")
    assert hash_of_name("Jonas Weber", KEY.secret) == FROZEN["name_hash"]
    assert open_name(row, key=KEY) == "Jonas Weber"
