"""An event's entry: exact bytes, made of its row, and without what a person said."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from audit.models import AuditEvent
from audit.proof.entry import entry_of
from audit.trail import append, forget_words, words_digest
from tests.cast import a_memory

NOBODY = UUID(int=0)
EXACT = (
    b'{"action":"memory.written","actor":"00000000-0000-0000-0000-000000000003",'
    b'"actor_kind":"agent","api_key":null,"at":"2026-11-21T10:00:00.000000Z",'
    b'"id":"00000000-0000-0000-0000-000000000002","object":null,"object_kind":"","outcome":"done",'
    b'"payload":{"a":[1,2.5,null],"z":"\xc3\xa9"},"reason":"",'
    b'"request":"00000000-0000-0000-0000-000000000004","span":"0102030405060708",'
    b'"tenant":"00000000-0000-0000-0000-000000000001","trace":null,"v":1,"words":"'
    + b"ab" * 32
    + b'"}'
)


def an_event(**fields):
    return AuditEvent(
        **{
            "tenant_id": UUID(int=1),
            "id": UUID(int=2),
            "kind": "memory.written",
            "actor_kind": "agent",
            "actor_id": UUID(int=3),
            "request_id": UUID(int=4),
            "payload": {"z": "é", "a": [1, 2.5, None]},
            "span_id": memoryview(bytes(range(1, 9))),
            "words_digest": b"\xab" * 32,
            "recorded_at": datetime(2026, 11, 21, 10, tzinfo=UTC),
            **fields,
        }
    )


def test_the_bytes_of_an_entry_are_these():
    assert entry_of(an_event()) == EXACT


def test_numbers_no_action_writes_do_not_stop_the_log():
    entry = entry_of(an_event(payload={"n": 10**30}))
    assert json.loads(entry)["payload"] == {"n": 10**30}


def test_an_entry_holds_a_digest_of_the_words_and_not_the_words(in_acme, alice):
    append(kind="tenant.second_factor_set", actor=alice.actor, text="Ms Miller asked for it")
    event = AuditEvent.objects.get(kind="tenant.second_factor_set")
    entry = entry_of(event)
    assert b"Miller" not in entry
    assert alice.actor.label.encode() not in entry
    digest = words_digest(bytes(event.salt), alice.actor.label, "Ms Miller asked for it")
    assert json.loads(entry)["words"] == digest.hex() == bytes(event.words_digest).hex()


def test_the_same_words_of_two_events_do_not_look_alike(in_acme, robo):
    a_memory(robo)
    digests = [
        bytes(digest) for digest in AuditEvent.objects.values_list("words_digest", flat=True)
    ]
    assert len(set(digests)) == len(digests)


def test_words_can_be_forgotten_once_and_the_entry_stays(in_acme, alice):
    append(kind="tenant.second_factor_set", actor=alice.actor, text="Ms Miller asked for it")
    event = AuditEvent.objects.get(kind="tenant.second_factor_set")
    before = entry_of(event)
    assert forget_words([event.id]) == 1
    assert forget_words([event.id]) == 0
    event = AuditEvent.objects.get(id=event.id)
    assert (event.actor_label, event.note, event.salt) == ("", "", None)
    assert entry_of(event) == before


@pytest.mark.parametrize(
    "change",
    [
        "actor_label = ''",
        "actor_label = 'Mallory', note = '', salt = NULL",
        "note = 'She agreed.', actor_label = '', salt = NULL",
        "actor_label = '', note = '', salt = '\\x00'",
    ],
)
def test_words_are_forgotten_wholly_or_not_changed(in_acme, alice, change):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE audit_auditevent SET {change}")
    assert AuditEvent.objects.exclude(actor_label="").exists()


@pytest.mark.parametrize("column", ["payload", "recorded_at", "words_digest", "xid"])
def test_no_other_column_may_be_set(in_acme, alice, column):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE audit_auditevent SET {column} = {column}")
    assert AuditEvent.objects.exists()
