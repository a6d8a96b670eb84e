"""Robo signs; whatever else arrives under a signature is refused, by a code of its own."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent, Outcome
from console.accounts.actor import system_actor
from console.administration import revoke_signing_key
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.models import Memory, MemoryVersion, WriteSignature
from memory.signing.statement import MAX_TIMESTAMP
from tests.api.door import door_of, problem_of
from tests.signing.signer import Signer, a_signer, a_signing_key

BODY = {"content": "Jonas prefers e-mail.", "subject": "customer-4711", "kind": "preference"}


@pytest.fixture
def signer(robo):
    return a_signer(robo)


@pytest.fixture
def refused(acme, robo):
    """Sends as robo; the answer is that problem, nothing is stored, and the trail says so."""

    def check(code, body, *, status=403, path="memories", method="POST"):
        with tenant_scope(acme.id):
            before = MemoryVersion.objects.count(), WriteSignature.objects.count()
            versions = list(Memory.objects.values_list("id", "version", "state"))
        problem = problem_of(door_of(robo).send(method, path, body), status, code)
        with tenant_scope(acme.id):
            assert (MemoryVersion.objects.count(), WriteSignature.objects.count()) == before
            assert list(Memory.objects.values_list("id", "version", "state")) == versions
            event = AuditEvent.objects.filter(kind="request.refused").latest("id")
        assert event.outcome == Outcome.REFUSED
        assert event.reason == code
        assert event.actor_id == robo.agent.id
        return problem

    return check


def test_a_signed_write_is_stored_with_its_signature(acme, robo, signer):
    sent = signer.signed(BODY)
    response = door_of(robo).post("memories", sent)
    assert response.status_code == 201, response.json()
    with tenant_scope(acme.id):
        row = WriteSignature.objects.get()
        version = MemoryVersion.objects.get()
        event = AuditEvent.objects.get(kind="memory.written")
    assert row.id == version.id
    assert row.nonce == sent["signature"]["nonce"]
    assert bytes(row.value).hex() == sent["signature"]["value"]
    assert row.signed_at.timestamp() == sent["signature"]["timestamp"]
    assert event.payload["signing_key_id"] == str(row.signing_key_id)


@pytest.mark.parametrize(
    "altered",
    [
        {"content": "Jonas prefers to be called at night."},
        {"subject": "customer-4712"},
        {"confidence": 1},
        {"metadata": {}},
    ],
)
def test_an_altered_body_is_refused(refused, signer, altered):
    refused("signature_invalid", signer.signed(BODY) | altered)


def test_a_body_that_lost_a_member_is_refused(refused, signer):
    sent = signer.signed(BODY)
    del sent["kind"]
    refused("signature_invalid", sent)


@pytest.mark.parametrize("member", ["timestamp", "nonce", "value"])
def test_an_altered_signature_is_refused(refused, signer, member):
    sent = signer.signed(BODY)
    other = signer.signed(BODY, timestamp=int(now().timestamp()) - 5)
    sent["signature"][member] = other["signature"][member]
    refused("signature_invalid", sent)


def test_a_signature_made_for_one_thing_does_not_do_for_another(refused, robo, signer):
    ids = [door_of(robo).post("memories", signer.signed(BODY)).json()["id"] for _ in range(2)]
    change = {"content": "Jonas prefers letters.", "expected_version": 1}
    for_the_first = signer.signed_change(ids[0], change)
    refused("signature_invalid", for_the_first, method="PATCH", path=f"memories/{ids[1]}")
    as_a_write = signer.signed(change)
    refused("signature_invalid", as_a_write, method="PATCH", path=f"memories/{ids[0]}")
    of_another_version = signer.signed_change(ids[0], change, version=2)
    refused("signature_invalid", of_another_version, method="PATCH", path=f"memories/{ids[0]}")
    of_a_write = signer.signed_change(ids[0], BODY)
    refused("signature_invalid", of_a_write)


def test_a_replayed_write_is_refused(refused, robo, signer):
    sent = signer.signed(BODY)
    assert door_of(robo).post("memories", sent).status_code == 201
    refused("signature_replayed", sent, status=409)


def test_a_replayed_change_is_refused_as_replayed(refused, robo, signer):
    memory_id = door_of(robo).post("memories", signer.signed(BODY)).json()["id"]
    sent = signer.signed_change(memory_id, {"content": "By post.", "expected_version": 1})
    response = door_of(robo).patch(f"memories/{memory_id}", sent)
    assert response.status_code in {200, 202}, response.json()
    refused("signature_replayed", sent, status=409, method="PATCH", path=f"memories/{memory_id}")


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_stale_signature_is_refused(refused, signer, seconds):
    with time_machine.travel(now(), tick=False):
        at = int(now().timestamp()) + seconds
        refused("signature_stale", signer.signed(BODY, timestamp=at))


@pytest.mark.parametrize("timestamp", [0, MAX_TIMESTAMP])
def test_a_signature_of_another_age_is_stale(refused, signer, timestamp):
    refused("signature_stale", signer.signed(BODY, timestamp=timestamp))


@pytest.mark.parametrize("seconds", [-299, 299])
def test_within_the_window_clocks_may_differ(robo, signer, seconds):
    with time_machine.travel(now(), tick=False):
        sent = signer.signed(BODY, timestamp=int(now().timestamp()) + seconds)
        assert door_of(robo).post("memories", sent).status_code == 201


def test_a_key_of_another_tenant_is_told_apart_without_a_look(refused, spybot):
    refused("signature_wrong_tenant", a_signer(spybot).signed(BODY))


def test_a_key_of_another_agent_is_refused(refused, rookie):
    refused("signature_wrong_agent", a_signer(rookie).signed(BODY))


def test_a_person_cannot_lend_an_agents_signature(bob, signer):
    problem_of(door_of(bob).post("memories", signer.signed(BODY)), 403, "signature_wrong_agent")


def test_an_unknown_key_is_refused(refused, signer):
    unknown = Signer(signer.text[:27] + "00000000" + signer.text[35:])
    refused("signature_unknown_key", unknown.signed(BODY))


def test_an_expired_key_is_refused(refused, robo):
    signer = a_signer(robo, expires_at=now() + timedelta(minutes=5))
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1)):
        refused("signature_key_expired", signer.signed(BODY))


def test_a_revoked_key_is_refused(refused, acme, robo):
    issued = a_signing_key(robo)
    with tenant_scope(acme.id):
        revoke_signing_key(actor=system_actor(acme.id, "cast"), key=issued.key)
    refused("signature_key_revoked", Signer(issued.text).signed(BODY))


def test_the_state_of_a_key_is_told_only_to_who_holds_it(refused, acme, robo):
    issued = a_signing_key(robo)
    with tenant_scope(acme.id):
        revoke_signing_key(actor=system_actor(acme.id, "cast"), key=issued.key)
    guessed = Signer(issued.text[:35] + "0" * 38)
    refused("signature_invalid", guessed.signed(BODY))


@pytest.mark.parametrize("algorithm", ["none", "hmac-sha1", "hmac-md5", "HMAC-SHA256", "", None, 1])
def test_another_algorithm_is_a_downgrade(refused, signer, algorithm):
    refused("signature_downgraded", signer.signed(BODY, algorithm=algorithm))


def test_an_unsigned_change_of_a_signed_memory_is_a_downgrade(refused, robo, signer):
    memory_id = door_of(robo).post("memories", signer.signed(BODY)).json()["id"]
    change = {"content": "By post.", "expected_version": 1}
    refused("signature_downgraded", change, method="PATCH", path=f"memories/{memory_id}")
    restore = {"version": 1}
    refused("signature_downgraded", restore, path=f"memories/{memory_id}/restore")


def test_a_person_may_correct_what_was_signed(bob, robo, signer):
    memory_id = door_of(robo).post("memories", signer.signed(BODY)).json()["id"]
    change = {"content": "Jonas prefers the telephone.", "expected_version": 1}
    assert door_of(bob).patch(f"memories/{memory_id}", change).status_code in {200, 202}


@pytest.mark.parametrize(
    ("signature", "field"),
    [
        (None, "signature"),
        ("abc", "signature"),
        ([], "signature"),
        ({}, "signature.algorithm"),
        ({"value": "A" * 64}, "signature.value"),
        ({"value": "a" * 63}, "signature.value"),
        ({"value": "é" * 64}, "signature.value"),
        ({"value": None}, "signature.value"),
        ({"nonce": "short"}, "signature.nonce"),
        ({"nonce": "=" * 22}, "signature.nonce"),
        ({"nonce": "a" * 87}, "signature.nonce"),
        ({"nonce": 1}, "signature.nonce"),
        ({"timestamp": "1763719200"}, "signature.timestamp"),
        ({"timestamp": 1763719200.5}, "signature.timestamp"),
        ({"timestamp": -1}, "signature.timestamp"),
        ({"timestamp": True}, "signature.timestamp"),
        ({"timestamp": 2**53}, "signature.timestamp"),
        ({"timestamp": MAX_TIMESTAMP + 1}, "signature.timestamp"),
        ({"key_id": "msk_x_y"}, "signature.key_id"),
        ({"key_id": "msk_" + "z" * 22 + "_" + "0" * 8}, "signature.key_id"),
        ({"key_id": {}}, "signature.key_id"),
        ({"comment": ""}, "signature.comment"),
    ],
)
def test_what_has_not_the_form_of_a_signature_is_refused_beside_its_field(
    refused, signer, signature, field
):
    sent = signer.signed(BODY)
    if isinstance(signature, dict) and signature:
        sent["signature"] |= signature
    else:
        sent["signature"] = signature
    problem = refused("signature_malformed", sent, status=422)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_number_that_has_no_canonical_form_cannot_be_signed(refused, signer):
    refused("signature_malformed", signer.signed(BODY | {"value": 2**53}), status=422)
