"""What was signed can be verified again, until its subject is erased."""

import json
from contextlib import suppress
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command

from console.accounts.actor import system_actor
from console.administration import create_tenant, revoke_signing_key
from console.keys.models import DataKey, Purpose, SigningKey
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.signing.stored import stored_signatures, verify_stored_signature
from tests.api.door import door_of
from tests.cast import an_agent, versions
from tests.database import DATABASE
from tests.signing.signer import Signer, a_signer, a_signing_key

BODY = {"content": "Jonas prefers e-mail.", "subject": "jonas"}


def run(name, **options):
    out = StringIO()
    with suppress(CommandError):  # tells of what it found by its exit code too
        call_command(name, json=True, stdout=out, **options)
    return json.loads(out.getvalue())["acme"]


@pytest.fixture
def stored(committed_db):
    """acme with a signed and an unsigned memory, committed."""
    tenant = create_tenant(slug="acme", name="Acme")
    robo = an_agent(tenant, "robo")
    door = door_of(robo)
    assert door.post("memories", a_signer(robo).signed(BODY)).status_code == 201
    assert door.post("memories", {"content": "Unsigned."}).status_code == 201
    return tenant


def validities(tenant):
    with tenant_scope(tenant.id):
        found = versions()
        signatures = stored_signatures(found)
        return [signatures[v.id].is_valid if v.id in signatures else "unsigned" for v in found]


def test_a_stored_signature_verifies_and_an_unsigned_version_has_none(stored):
    assert validities(stored) == [True, "unsigned"]
    assert run("verify_memories")["problems"] == []


def test_a_revoked_key_still_proves_what_it_signed(acme, robo):
    issued = a_signing_key(robo)
    door_of(robo).post("memories", Signer(issued.text).signed(BODY))
    with tenant_scope(acme.id):
        revoke_signing_key(actor=system_actor(acme.id, "cast"), key=issued.key)
        [version] = versions()
        signature = verify_stored_signature(version)
    assert (signature.is_valid, signature.key_id) == (True, issued.key.key_id)


def test_many_are_verified_together(acme, robo, django_assert_num_queries):
    signers = [a_signer(robo) for _ in range(3)]
    sent = [signer.signed(BODY) for signer in signers for _ in range(3)]
    door_of(robo).post("memories/batch", {"memories": sent})
    with tenant_scope(acme.id):
        found = versions()
        with django_assert_num_queries(1):  # and a prepared one for the keys
            signatures = stored_signatures(found)
    assert [signature.is_valid for signature in signatures.values()] == [True] * 9


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM memory_writesignature",
        "UPDATE memory_writesignature SET value = sha256('forged')",
        "UPDATE memory_writesignature SET signed_at = signed_at + interval '1 second'",
        "UPDATE memory_writesignature SET nonce = 'AAAAAAAAAAAAAAAAAAAAAAAA'",
    ],
)
def test_what_somebody_did_to_a_signature_is_found(stored, postgres, tampering):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(tampering)
    assert validities(stored) == [False, "unsigned"]
    assert [p["code"] for p in run("verify_memories")["problems"]] == ["signature_broken"]


def test_a_signature_moved_to_another_memory_does_not_verify(stored, postgres):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "UPDATE memory_writesignature SET id ="
            " (SELECT id FROM memory_memoryversion ORDER BY id DESC LIMIT 1)"
        )
    assert validities(stored) == [False, False]


def test_a_signature_outlives_no_erasure(acme, robo):
    door_of(robo).post("memories", a_signer(robo).signed(BODY))
    with tenant_scope(acme.id):
        DataKey.objects.filter(subject_id__isnull=False).update(wrapped=None, destroyed_at=now())
        [version] = versions()
        signature = verify_stored_signature(version)
    assert version.opened.statement is None
    assert signature.is_valid is None


def test_signing_keys_are_wrapped_anew_with_the_others(stored):
    with tenant_scope(stored.id):
        before = SigningKey.objects.get()
    run("rotate_keys", level="tenant")
    with tenant_scope(stored.id):
        after = SigningKey.objects.get()
        newest = DataKey.objects.filter(purpose=Purpose.WRAP).latest("generation")
    assert after.wrapped_by_id == newest.id != before.wrapped_by_id
    assert validities(stored) == [True, "unsigned"]
