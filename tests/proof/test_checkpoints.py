"""Signed checkpoints, proofs under them, and how far an event has come."""

from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.completeness import reconcile
from audit.models import AuditEvent, Checkpoint
from audit.proof.checkpoints import signers
from audit.proof.notes import Signer, key_ids_of
from audit.proof.proofs import NotSealedError, consistency, inclusion_of
from audit.proof.states import Stage, log_state, states_of
from console.accounts.actor import system_actor
from console.administration import create_tenant
from console.keys.keyring import standing_keys
from console.keys.models import DataKey, Purpose
from console.platform.errors import InvalidInputError
from console.tenancy.scope import tenant_scope
from tests.keys.stored import run
from tests.proof import rfc9162
from tests.proof.log import checkpoint_of, events, leaves, sequence_all, some_events


@pytest.fixture
def tenant(committed_db):
    return create_tenant(slug="acme", name="Acme")


def vkeys(tenant):
    with tenant_scope(tenant.id):
        return [signer.vkey for signer in signers()]


def verified_by(note, vkey):
    """As any C2SP verifier does it: of a note, whether the key signed it. Independent of ours."""
    name, key_id, public = vkey.split("+", 2)
    key = b64decode(public)
    assert key[:1] == b"\x01"
    assert sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id
    body, separator, signatures = note.rpartition("\n\n")
    assert separator
    for line in signatures.splitlines():
        dash, signer, text = line.split(" ")
        assert (dash, signer) == ("\u2014", name)
        signature = b64decode(text)
        if signature[:4].hex() == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(
                    signature[4:], f"{body}\n".encode()
                )
            except InvalidSignature:
                return False
            return True
    return False


def test_a_checkpoint_is_a_signed_note_of_c2sp(tenant):
    some_events(tenant, 4)
    sequence_all(tenant)
    first = checkpoint_of(tenant)
    origin, size, root, extension, *_ = first.note.split("\n")
    assert origin == f"mnemoscope/{tenant.id}"
    assert (size, first.size, first.number) == ("5", 5, 1)
    hashes = [bytes(leaf.leaf_hash) for leaf in leaves(tenant)]
    assert b64decode(root) == bytes(first.root)
    assert b64decode(root) == root_of(hashes)
    label, number, at, previous = extension.split(" ")
    assert (label, number, b64decode(previous)) == ("mnemoscope-checkpoint", "1", bytes(32))
    assert at == first.made_at.isoformat().replace("+00:00", "Z")
    assert verified_by(first.note, vkeys(tenant)[0])

    sequence_all(tenant)  # the event of the key that was made
    second = checkpoint_of(tenant)
    assert second.number == 2
    assert (
        b64decode(second.note.split("\n")[3].split(" ")[3]) == sha256(first.note.encode()).digest()
    )
    assert checkpoint_of(tenant) is None, "nothing happened"


def root_of(leaf_hashes):
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    k = rfc9162.split(len(leaf_hashes))
    return rfc9162.node(root_of(leaf_hashes[:k]), root_of(leaf_hashes[k:]))


def test_a_signature_is_of_exactly_this_text(tenant):
    sequence_all(tenant)
    note, (vkey,) = checkpoint_of(tenant).note, vkeys(tenant)
    assert verified_by(note, vkey)
    assert not verified_by(note.replace("\n1\n", "\n2\n", 1), vkey)
    other = Signer(f"mnemoscope/{tenant.id}", bytes(32)).vkey
    assert not verified_by(note, other)


# RFC 8032 §7.1, test 1: a seed, its public key; and the id that C2SP signed notes give it.
SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_the_key_of_a_published_seed():
    signer = Signer("mnemoscope/x", bytes.fromhex(SEED))
    assert signer.public.hex() == "01" + PUBLIC
    assert signer.vkey.split("+", 2)[2] == b64encode(signer.public).decode()
    assert signer.key_id == sha256(b"mnemoscope/x\n" + signer.public).digest()[:4]
    assert SEED not in repr(signer)


def test_a_new_key_takes_over_under_both_signatures_and_then_signs_alone(tenant):
    sequence_all(tenant)
    first = checkpoint_of(tenant)
    (old,) = vkeys(tenant)
    assert run("rotate_keys", level="log")["acme"]["rotated"] == 1
    new, kept = vkeys(tenant)
    assert kept == old != new
    sequence_all(tenant)
    second = checkpoint_of(tenant)
    assert [verified_by(second.note, key) for key in (old, new)] == [True, True]
    some_events(tenant, 1)
    sequence_all(tenant)
    third = checkpoint_of(tenant)
    assert [verified_by(third.note, key) for key in (old, new)] == [False, True]
    assert key_ids_of(first.note).isdisjoint(key_ids_of(third.note))


def test_a_wrapping_key_rotates_and_the_log_goes_on_under_its_own(tenant):
    sequence_all(tenant)
    checkpoint_of(tenant)
    before = vkeys(tenant)
    assert run("rotate_keys", level="tenant")["acme"]["rewrapped"] >= 1
    assert vkeys(tenant) == before


def test_what_the_log_does_to_its_keys_and_says_of_itself_matches_its_events(tenant):
    sequence_all(tenant)
    checkpoint_of(tenant)
    run("rotate_keys", level="log")
    run("verify_audit")
    actor = system_actor(tenant.id, "test")
    assert reconcile(tenant.id, actor=actor).findings == []


def test_no_request_is_handed_the_key_of_the_log(tenant):
    sequence_all(tenant)
    checkpoint_of(tenant)
    with tenant_scope(tenant.id):
        assert DataKey.objects.filter(purpose=Purpose.LOG).count() == 1
        assert standing_keys(Purpose.LOG) == []


def test_an_event_is_recorded_then_sequenced_and_under_a_checkpoint(tenant):
    some_events(tenant, 1)
    with tenant_scope(tenant.id):
        ids = [*AuditEvent.objects.order_by("id").values_list("id", flat=True)]
        assert {state.name for state in states_of(ids).values()} == {Stage.RECORDED}
        waiting = log_state()
        assert (waiting.size, waiting.checkpoint) == (0, None)
        assert waiting.waiting_since == AuditEvent.objects.order_by("id")[0].recorded_at
    sequence_all(tenant)
    with tenant_scope(tenant.id):
        state = states_of(ids)[ids[1]]
        assert (state.name, state.index, state.checkpoint) == (Stage.SEQUENCED, 1, None)
        assert log_state().waiting_since is None
        with pytest.raises(NotSealedError):
            inclusion_of(ids[1])
    checkpoint_of(tenant)
    some_events(tenant, 3)
    sequence_all(tenant)
    checkpoint_of(tenant)
    with tenant_scope(tenant.id):
        assert states_of(ids)[ids[1]].checkpoint == 1
        assert log_state().checkpoint.number == 2


def test_every_event_is_proved_under_the_newest_checkpoint(tenant):
    some_events(tenant, 300)
    sequence_all(tenant)
    checkpoint = checkpoint_of(tenant)
    placed = leaves(tenant)
    with tenant_scope(tenant.id):
        for leaf in (*placed[:3], *placed[254:258], *placed[-2:]):
            proof = inclusion_of(leaf.id)
            assert proof.checkpoint.number == checkpoint.number
            assert rfc9162.includes(
                proof.index, proof.size, bytes(leaf.leaf_hash), proof.hashes, bytes(checkpoint.root)
            )


def test_each_log_continues_the_one_before(tenant):
    for count in (1, 5, 250, 300):
        some_events(tenant, count)
        sequence_all(tenant)
        checkpoint_of(tenant)
    with tenant_scope(tenant.id):
        made = list(Checkpoint.objects.order_by("number"))
        for first in made:
            for second in made[first.number - 1 :]:
                hashes = consistency(first.size, second.size)
                assert rfc9162.continues(
                    first.size, second.size, bytes(first.root), bytes(second.root), hashes
                )


@pytest.mark.parametrize(("first", "second"), [(0, 1), (2, 1), (1, 99)])
def test_a_log_that_never_was_is_not_compared(tenant, first, second):
    sequence_all(tenant)
    with tenant_scope(tenant.id), pytest.raises(InvalidInputError):
        consistency(first, second)


def test_a_proof_takes_the_same_few_statements_in_a_long_log(tenant, django_assert_max_num_queries):
    some_events(tenant, 5_000)
    sequence_all(tenant)
    checkpoint_of(tenant)
    event_ids = [*events(tenant)]
    with tenant_scope(tenant.id):
        with django_assert_max_num_queries(3):
            inclusion_of(event_ids[17])
        with django_assert_max_num_queries(3):
            assert len(states_of(event_ids)) == len(event_ids)
