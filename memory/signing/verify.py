"""Whether writes were signed by whom they say, just now, for this, and for the first time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError

from console.accounts.actor import Actor, ActorKind
from console.keys.signing import OpenSigningKey, note_signing, signing_keys
from console.platform.clock import now
from console.tenancy.rows import fetch, insert_rows
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, MemoryVersion, WriteSignature
from memory.models.write_signature import NONCE_ONCE
from memory.signing.errors import (
    SignatureDowngradedError,
    SignatureError,
    SignatureInvalidError,
    SignatureKeyExpiredError,
    SignatureKeyRevokedError,
    SignatureReplayedError,
    SignatureRequiredError,
    SignatureStaleError,
    SignatureUnknownKeyError,
    SignatureWrongAgentError,
    SignatureWrongTenantError,
)
from memory.signing.statement import ALGORITHM, Signature, Signed, Target, authentic, statement

# Either way: a signer's clock may run ahead as well as behind.
WINDOW = timedelta(seconds=300)
USED = """
SELECT signing_key_id, nonce FROM memory_writesignature
WHERE tenant_id = %s AND signing_key_id = ANY(%s::uuid[]) AND nonce = ANY(%s::text[])
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """A signature that held, the key it was made with, and the bytes that were signed."""

    signature: Signature
    key: OpenSigningKey
    statement: bytes

    def row(self, version: MemoryVersion) -> WriteSignature:
        """The proof as it is kept with the version, yet to be saved."""
        return WriteSignature(
            id=version.id,
            tenant_id=version.tenant_id,
            signing_key_id=self.key.id,
            algorithm=ALGORITHM,
            signed_at=signed_at(self.signature),
            nonce=self.signature.nonce,
            value=self.signature.value,
        )


def signed_at(signature: Signature) -> datetime:
    return datetime.fromtimestamp(signature.timestamp, UTC)


def verify_signatures(
    given: Sequence[Signed | None],
    *,
    actor: Actor,
    target: Target,
    required: bool,
    at: datetime,
) -> list[Proof | SignatureError | None]:
    """For each its proof, what refuses it, or None where it is unsigned and may be.

    Asks the database nothing unless something is signed, and then twice for all.
    """
    signed = [one for one in given if one is not None]
    keys = signing_keys({one.signature.prefix for one in signed}) if signed else {}
    used = _used(signed, keys)
    results: list[Proof | SignatureError | None] = []
    for one in given:
        if one is None:
            results.append(_unsigned(actor) if required else None)
            continue
        try:
            proof = _prove(one, keys, actor=actor, target=target, at=at)
            _refuse_replay(proof, used)
        except SignatureError as error:
            results.append(error)
        else:
            results.append(proof)
    return results


def verify_signature(
    signed: Signed | None, *, actor: Actor, target: Target, required: bool, at: datetime
) -> Proof | None:
    """Of one. Raises SignatureError."""
    [result] = verify_signatures([signed], actor=actor, target=target, required=required, at=at)
    if isinstance(result, SignatureError):
        raise result
    return result


def refuse_downgrade(actor: Actor, memory: Memory) -> None:
    """An agent's unsigned change of what was signed would make it worth less than it was.

    Raises SignatureDowngradedError.
    """
    if actor.kind is not ActorKind.AGENT:
        return
    in_force = MemoryVersion.objects.filter(memory_id=memory.id, number=memory.version)
    if WriteSignature.objects.filter(id__in=in_force.values("id")).exists():
        raise SignatureDowngradedError(
            f"Version {memory.version} of this memory is signed: sign its change too."
        )


def keep_proofs(proofs: Iterable[tuple[Proof | None, MemoryVersion]]) -> None:
    """Saves the signatures of versions just saved, and that their keys were used.

    Belongs inside `refusing_replays`.
    """
    kept = [(proof, version) for proof, version in proofs if proof is not None]
    insert_rows([proof.row(version) for proof, version in kept])
    note_signing([proof.key for proof, _ in kept], at=now())


@contextmanager
def refusing_replays() -> Iterator[None]:
    """Two requests with one signature may both find its nonce unused: the database lets one pass.

    Raises SignatureReplayedError, and the transaction is lost.
    """
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) != NONCE_ONCE:
            raise
        raise _replayed() from error


def _unsigned(actor: Actor) -> SignatureRequiredError:
    return SignatureRequiredError(
        f"The policy here asks that {actor.label} signs its writes: send a signature."
    )


def _prove(
    signed: Signed,
    keys: Mapping[str, OpenSigningKey],
    *,
    actor: Actor,
    target: Target,
    at: datetime,
) -> Proof:
    """Raises SignatureError. What is said of a key's state is said only to who holds it."""
    signature = signed.signature
    if signature.tenant_id != actor.tenant_id:
        raise SignatureWrongTenantError("Sign with a key of the tenant that the API key is of.")
    key = keys.get(signature.prefix)
    if key is None:
        raise SignatureUnknownKeyError("Make a signing key under Settings, API keys.")
    if key.agent_id != actor.agent_id:
        raise SignatureWrongAgentError("Sign with a key of the agent that the API key is of.")
    said = statement(signed, target)
    if not authentic(key.secret, said, signature.value):
        raise SignatureInvalidError(
            "The body, its target or its signature was altered, or made canonical another way."
        )
    if key.revoked_at is not None:
        raise SignatureKeyRevokedError("Make a new signing key under Settings, API keys.")
    if key.expires_at is not None and key.expires_at <= at:
        raise SignatureKeyExpiredError("Sign with its successor, or make a new one.")
    if abs(at - signed_at(signature)) > WINDOW:
        raise SignatureStaleError(
            f"Its timestamp is more than {WINDOW.seconds} seconds off: set the clock, sign again."
        )
    return Proof(signature, key, said)


def _used(signed: Sequence[Signed], keys: Mapping[str, OpenSigningKey]) -> set[tuple[UUID, str]]:
    if not keys:
        return set()
    ids = [key.id for key in keys.values()]
    nonces = [one.signature.nonce for one in signed]
    return {(key_id, nonce) for key_id, nonce in fetch(USED, [current_tenant_id(), ids, nonces])}


def _refuse_replay(proof: Proof, used: set[tuple[UUID, str]]) -> None:
    nonce = (proof.key.id, proof.signature.nonce)
    if nonce in used:
        raise _replayed()
    used.add(nonce)


def _replayed() -> SignatureReplayedError:
    return SignatureReplayedError("Each signature counts once: sign again with a new nonce.")
