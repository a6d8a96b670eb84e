import json
from hashlib import sha256

import pytest

from audit.models import AuditEvent
from console.accounts.models import IdempotentAnswer
from console.tenancy.scope import tenant_scope
from memory.models import Memory, ReviewItem, ReviewStatus
from tests.api.door import door_of, problem_of
from tests.cast import a_memory, an_agent, remember

WRITE = {"content": "Jonas prefers e-mail.", "subject": "customer-4711"}
KEY = "5f3c9a0e-retry"


def test_a_repeated_write_is_told_the_same_and_writes_nothing(acme, robo):
    door = door_of(robo)
    first = door.post("memories", WRITE, Idempotency_Key=KEY)
    again = door.post("memories", WRITE, Idempotency_Key=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    with tenant_scope(acme.id):
        assert Memory.objects.count() == 1
        assert AuditEvent.objects.filter(kind="memory.written").count() == 1


def test_what_is_kept_of_a_request_confirms_no_guess_of_it(acme, robo):
    door = door_of(robo)
    door.post("memories", WRITE, Idempotency_Key=KEY)
    with tenant_scope(acme.id):
        kept = IdempotentAnswer.objects.get()
    guess = b"POST /api/v1/memories\n" + json.dumps(WRITE).encode()
    assert bytes(kept.request_digest) != sha256(guess).digest()
    assert "Jonas" not in str(kept.body)


def test_a_held_write_is_held_once(acme, robo):
    door = door_of(robo)
    doubtful = {**WRITE, "confidence": 0.2}
    first = door.post("memories", doubtful, Idempotency_Key=KEY)
    again = door.post("memories", doubtful, Idempotency_Key=KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    with tenant_scope(acme.id):
        assert ReviewItem.objects.count() == 1


def test_the_same_key_for_another_request_is_a_mismatch(acme, robo):
    door = door_of(robo)
    door.post("memories", WRITE, Idempotency_Key=KEY)
    other = door.post("memories", {**WRITE, "content": "Other."}, Idempotency_Key=KEY)
    problem_of(other, 409, "idempotency_mismatch")
    elsewhere = door.post("memories/batch", {"memories": [WRITE]}, Idempotency_Key=KEY)
    problem_of(elsewhere, 409, "idempotency_mismatch")
    with tenant_scope(acme.id):
        assert Memory.objects.count() == 1


def test_a_refusal_is_not_kept_and_the_key_may_be_used_again(acme, robo):
    door = door_of(robo)
    problem_of(door.post("memories", {"content": ""}, Idempotency_Key=KEY), 422, "invalid")
    with tenant_scope(acme.id):
        assert not IdempotentAnswer.objects.exists()
    assert door.post("memories", WRITE, Idempotency_Key=KEY).status_code == 201


def test_each_api_key_has_idempotency_keys_of_its_own(acme, robo):
    other = an_agent(acme, "other")
    first = door_of(robo).post("memories", WRITE, Idempotency_Key=KEY)
    second = door_of(other).post("memories", WRITE, Idempotency_Key=KEY)
    assert first.json()["id"] != second.json()["id"]


def test_without_the_header_every_request_counts(acme, robo):
    door_of(robo).post("memories", WRITE)
    door_of(robo).post("memories", WRITE)
    with tenant_scope(acme.id):
        assert Memory.objects.count() == 2
        assert not IdempotentAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "two words", "k" * 201, "caf\u00e9", "a\tb"])
def test_an_idempotency_key_that_is_none_is_refused(acme, robo, key):
    response = door_of(robo).post("memories", WRITE, Idempotency_Key=key)
    problem_of(response, 400, "bad_idempotency_key")
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()


def test_what_is_kept_of_an_answer_holds_no_content(acme, robo, bob):
    door_of(robo).post("memories", {**WRITE, "value": {"secret": 1}}, Idempotency_Key="a")
    review = remember(robo, "Jonas is ill.", confidence=0.1).review
    edited = {"decision": "edit_and_approve", "reason": "corrected", "content": "Jonas is well."}
    decided = door_of(bob).post(f"reviews/{review.id}/decide", edited, Idempotency_Key="b")
    assert decided.status_code == 200
    with tenant_scope(acme.id):
        kept = str(list(IdempotentAnswer.objects.values_list("body", flat=True)))
    for word in ("e-mail", "secret", "ill", "well"):
        assert word not in kept


def test_every_post_that_changes_is_repeatable(acme, robo, bob):
    memory = a_memory(robo, "One.")
    door_of(robo).patch(f"memories/{memory.id}", {"content": "Two.", "expected_version": 1})
    review = remember(robo, "Doubtful.", confidence=0.1).review
    repeated = [
        (robo, "memories/batch", {"memories": [WRITE]}),
        (robo, f"memories/{memory.id}/restore", {"version": 1}),
        (robo, f"memories/{memory.id}/expire", {}),
        (bob, f"reviews/{review.id}/decide", {"decision": "approve", "reason": "accurate"}),
    ]
    for number, (who, path, body) in enumerate(repeated):
        first = door_of(who).post(path, body, Idempotency_Key=f"key-{number}")
        again = door_of(who).post(path, body, Idempotency_Key=f"key-{number}")
        assert first.status_code == 200, first.json()
        assert again.json() == first.json()
        assert again["Idempotent-Replayed"] == "true"
    with tenant_scope(acme.id):
        assert ReviewItem.objects.get().status == ReviewStatus.APPROVED
