"""Bad input, one kind after the other: a code of its own for each, and nothing stored."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.models import Memory, MemoryVersion, PolicyVersion, ReviewItem
from tests.api.door import Door, door_of
from tests.cast import a_memory

ABSENT = "00000000-0000-7000-8000-000000000000"
PAST = (now() - timedelta(days=1)).isoformat()
SIGNATURE = {
    "algorithm": "none",
    "key_id": "mns_sign_" + "0" * 26,
    "timestamp": int(now().timestamp()),
    "nonce": "n" * 22,
    "value": "0" * 64,
}
WRITES = {
    "a signature that is none": ({"signature": "x"}, "signature_malformed"),
    "a signature by nothing": ({"signature": SIGNATURE}, "signature_downgraded"),
    "an end in the past": ({"expires_at": PAST}, "in_the_past"),
    "a life of no seconds": ({"ttl": 0}, "out_of_range"),
    "a life and an end": ({"ttl": 60, "expires_at": "2999-01-01T00:00:00Z"}, "conflicting_fields"),
    "a time without its zone": ({"valid_from": "2026-11-21T09:30:00"}, "naive_datetime"),
    "a world that ends before it begins": (
        {"valid_from": "2026-11-21T09:30:00Z", "valid_to": "2026-11-20T09:30:00Z"},
        "ends_before_it_begins",
    ),
    "an ancestor nobody knows": ({"derived_from": [ABSENT]}, "unknown_memory"),
    "an unknown kind": ({"kind": "rumour"}, "invalid_choice"),
    "an unknown field": ({"knd": "fact"}, "unknown_field"),
    "100 kB of content": ({"content": "word " * 20_000}, "too_long"),
    "no content": ({"content": " \n"}, "blank"),
    "content that nobody can see": ({"content": "\u200b\u2060\ufeff \u3164"}, "blank"),
    "half a surrogate pair": (b'{"content": "\\ud800"}', "unstorable_text"),
    "a NUL": ({"content": "a\0b"}, "unstorable_text"),
    "a number beyond 2^53": ({"value": 2**53 + 1}, "number_out_of_range"),
    "a member named twice": (b'{"content": "x", "content": "y"}', "duplicate_key"),
    "a text for a number": ({"confidence": "0.9"}, "wrong_type"),
}
QUESTIONS = {
    "an unknown field to filter by": ({"filters": {"colour": "red"}}, "unknown_field"),
    "an unknown operator": ({"filters": {"key": {"like": "x"}}}, "unknown_operator"),
    "a filter that is none": ({"filters": []}, "wrong_type"),
    "a time to filter by without its zone": (
        {"filters": {"created_at": {"gt": "2026-11-21T09:30:00"}}},
        "naive_datetime",
    ),
    "a moment without its zone": ({"as_of": "2026-11-21T09:30:00"}, "naive_datetime"),
}


def codes(response):
    body = response.json()
    return {body["code"], *(error["code"] for error in body.get("errors", ()))}


def stored(tenant):
    with tenant_scope(tenant.id):
        return [
            Memory.objects.count(),
            MemoryVersion.objects.count(),
            ReviewItem.objects.count(),
            PolicyVersion.objects.count(),
        ]


@pytest.mark.parametrize(("body", "code"), WRITES.values(), ids=WRITES)
def test_a_bad_write_is_refused_by_its_own_code_and_nothing_is_stored(acme, robo, body, code):
    before = stored(acme)
    sent = body if isinstance(body, bytes) else {"content": "A fact."} | body
    response = door_of(robo).post("memories", sent)
    assert response.status_code in {400, 401, 403, 422}, response.content
    assert code in codes(response), response.content
    assert stored(acme) == before
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="memory.written").exists()


@pytest.mark.parametrize(("body", "code"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_bad_question_is_refused_by_its_own_code(acme, robo, body, code):
    response = door_of(robo).post("recall", {"query": "x"} | body)
    assert response.status_code == 422
    assert code in codes(response), response.content


def test_a_memory_is_not_derived_from_itself_over_any_steps(acme, robo):
    first = a_memory(robo, "The invoice was paid.")
    second = a_memory(robo, "The case is closed.", derived_from=(first.id,))
    before = stored(acme)
    for parents in ([str(first.id)], [str(second.id)]):
        change = {"derived_from": parents, "expected_version": 1}
        response = door_of(robo).patch(f"memories/{first.id}", change)
        assert response.status_code == 422
        assert "cyclic_lineage" in codes(response)
    assert stored(acme) == before


@pytest.mark.parametrize(
    "body",
    [
        {"rules": "all"},
        {"rules": [{"name": "x", "when": "this is not CEL (", "then": "review"}]},
        {"rules": [{"name": "x", "when": "true", "then": "applaud"}]},
    ],
    ids=["no rules", "no condition", "no outcome"],
)
def test_a_policy_that_does_not_hold_is_refused_and_not_saved(acme, alice, body):
    before = stored(acme)
    response = Door(alice.key).post("policies", body)
    assert response.status_code == 422, response.content
    assert response.json()["errors"]
    assert stored(acme) == before
