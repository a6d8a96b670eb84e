"""Signed writes through every door that changes what a memory says."""

import pytest

from audit.models import AuditEvent
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from memory.actions import activate_policy, save_policy, write_memory
from memory.models import Memory, MemoryVersion, WriteSignature
from memory.signing.errors import SignatureReplayedError, SignatureRequiredError
from memory.signing.statement import Signed, parse_signature
from memory.writes import Write
from tests.api.door import door_of, problem_of
from tests.cast import a_write, an_agent
from tests.signing.signer import a_signer
from tests.threads import at_once

BODY = {"content": "Jonas prefers e-mail.", "subject": "customer-4711"}


@pytest.fixture
def signer(robo):
    return a_signer(robo)


@pytest.fixture
def everybody_signs(acme, alice):
    with tenant_scope(acme.id):
        rule = {"name": "agents_sign", "when": "true", "must_sign": True}
        version = save_policy(actor=alice.actor, body={"rules": [rule]})
        activate_policy(actor=alice.actor, version=version)


def signatures(tenant):
    with tenant_scope(tenant.id):
        return WriteSignature.objects.count()


def test_where_policy_demands_it_an_unsigned_write_is_refused(acme, robo, signer, everybody_signs):
    door = door_of(robo)
    problem_of(door.post("memories", BODY), 403, "signature_required")
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()
        event = AuditEvent.objects.get(kind="request.refused")
    assert (event.reason, event.actor_id) == ("signature_required", robo.agent.id)
    memory_id = door.post("memories", signer.signed(BODY)).json()["id"]
    change = {"content": "By post.", "expected_version": 1}
    problem_of(door.patch(f"memories/{memory_id}", change), 403, "signature_required")
    problem_of(
        door.post(f"memories/{memory_id}/restore", {"version": 1}), 403, "signature_required"
    )
    assert signatures(acme) == 1


def test_no_door_into_the_domain_is_spared(acme, robo, everybody_signs):
    with tenant_scope(acme.id), pytest.raises(SignatureRequiredError):
        write_memory(actor=robo.actor, write=a_write())
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()


def test_a_person_writes_unsigned_all_the_same(bob, everybody_signs):
    assert door_of(bob).post("memories", BODY).status_code in {201, 202}


def test_of_a_batch_each_is_signed_and_refused_by_itself(acme, robo, signer):
    good, other, altered = (signer.signed(BODY | {"key": key}) for key in ("a", "b", "c"))
    altered["content"] = "Jonas prefers to be called at night."
    sent = [good, altered, other, good, BODY]
    response = door_of(robo).post("memories/batch", {"memories": sent})
    results = response.json()["results"]
    codes = [result.get("code", result["status"]) for result in results]
    assert codes == [201, "signature_invalid", 201, "signature_replayed", 201], results
    assert signatures(acme) == 2
    with tenant_scope(acme.id):
        assert Memory.objects.count() == 3
        refused = AuditEvent.objects.filter(kind="request.refused").values_list("reason", flat=True)
        assert sorted(refused) == ["signature_invalid", "signature_replayed"]


def test_a_batch_asks_for_its_keys_and_nonces_once(
    robo, signer, django_assert_max_num_queries, django_assert_num_queries
):
    door = door_of(robo)

    def batch(size):
        return {"memories": [signer.signed({"content": f"Note {n}."}) for n in range(size)]}

    door.post("memories/batch", batch(1))  # makes keys and notes their first use
    with django_assert_max_num_queries(10_000) as few:
        door.post("memories/batch", batch(2))
    with django_assert_num_queries(len(few.captured_queries)):
        door.post("memories/batch", batch(20))


def test_a_change_and_a_restoration_carry_signatures_of_their_own(acme, robo, signer):
    door = door_of(robo)
    memory_id = door.post("memories", signer.signed(BODY)).json()["id"]
    path = f"memories/{memory_id}"
    change = signer.signed_change(memory_id, {"content": "By post."}, version=1)
    assert door.patch(path, change, If_Match='"1"').status_code in {200, 202}
    restore = signer.signed({"version": 1}, operation="restore", memory_id=memory_id)
    response = door.post(f"{path}/restore", restore)
    assert response.status_code in {200, 202}, response.json()
    assert signatures(acme) == 3


def test_a_repetition_signed_anew_is_told_what_the_first_one_was(acme, robo, signer):
    door = door_of(robo)
    first = door.post("memories", signer.signed(BODY), Idempotency_Key="one")
    again = door.post("memories", signer.signed(BODY), Idempotency_Key="one")
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    batch = [{"memories": [signer.signed(BODY)]} for _ in range(2)]
    results = [door.post("memories/batch", body, Idempotency_Key="many").json() for body in batch]
    assert results[0] == results[1]
    assert signatures(acme) == 2
    other = door.post("memories", signer.signed({"content": "Other."}), Idempotency_Key="one")
    problem_of(other, 409, "idempotency_mismatch")


def test_a_refused_write_leaves_its_nonce_unused(acme, robo, signer):
    stale_change = signer.signed(BODY | {"derived_from": ["019aa5a2-5c1e-7d52-9f2b-0f5f4f1f2a3b"]})
    for _ in range(2):
        problem_of(door_of(robo).post("memories", stale_change), 422, "invalid")
    assert signatures(acme) == 0


def test_of_two_equal_writes_at_once_one_is_stored(committed_db):
    tenant = create_tenant(slug="acme", name="Acme")
    robo = an_agent(tenant, "robo")
    sent = a_signer(robo).signed({"content": "Jonas prefers e-mail."})
    signed = Signed({"content": sent["content"]}, parse_signature(sent["signature"]))
    write = Write(content=sent["content"], signed=signed)
    results = at_once(tenant, lambda _: write_memory(actor=robo.actor, write=write), times=4)
    refused = [result for result in results if isinstance(result, SignatureReplayedError)]
    assert (len(results), len(refused)) == (4, 3), results
    with tenant_scope(tenant.id):
        assert (WriteSignature.objects.count(), MemoryVersion.objects.count()) == (1, 1)


def test_whoever_reads_a_memory_is_told_its_signature(bob, robo, signer):
    memory_id = door_of(robo).post("memories", signer.signed(BODY)).json()["id"]
    unsigned = door_of(robo).post("memories", {"content": "Unsigned."}).json()["id"]
    door = door_of(bob)
    told = door.get(f"memories/{memory_id}").json()["signed"]
    assert (told["key_id"], told["valid"]) == (signer.key_id, True)
    assert door.get(f"memories/{unsigned}").json()["signed"] is None
    [version] = door.get(f"memories/{memory_id}/versions").json()["results"]
    assert version["signed"] == told
    listed = {one["id"]: one["signed"] for one in door.get("memories").json()["results"]}
    assert listed == {memory_id: told, unsigned: None}
