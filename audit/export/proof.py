"""All that proves one event, as `mnemoscope-verify --inclusion` and browsers read it."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import orjson

from audit.export.log_lines import words_of
from audit.models import AuditEvent
from audit.proof.checkpoints import signers
from audit.proof.entry import entry_of
from audit.proof.proofs import Inclusion, NotSealedError, inclusion_of


@dataclass(frozen=True, slots=True)
class Proof:
    """`words` is JSON, `null` where they were forgotten; `inclusion` None until it is sealed.

    `keys` are vkeys (https://c2sp.org/signed-note), that which signs now first.
    """

    entry: str
    words: str
    inclusion: Inclusion | None
    keys: list[str]


def proof_of(event: AuditEvent) -> Proof:
    try:
        inclusion = inclusion_of(event.id)
    except NotSealedError:
        inclusion = None
    return Proof(
        entry=entry_of(event).decode(),
        words=words_of(event).decode(),
        inclusion=inclusion,
        keys=[signer.vkey for signer in signers()] if inclusion else [],
    )


def proof_json(event: AuditEvent) -> dict[str, Any]:
    """As the API answers it: hashes as base64; `entry` as text, whose UTF-8 was hashed.

    Raises NotSealedError.
    """
    proof = proof_of(event)
    if proof.inclusion is None:
        raise NotSealedError
    inclusion = proof.inclusion
    return {
        "entry": proof.entry,
        "words": orjson.loads(proof.words),
        "index": inclusion.index,
        "leaf_hash": base64(inclusion.leaf_hash),
        "hashes": [base64(one) for one in inclusion.hashes],
        "checkpoint": {
            "number": inclusion.checkpoint.number,
            "size": inclusion.size,
            "root": base64(bytes(inclusion.checkpoint.root)),
            "note": inclusion.checkpoint.note,
        },
        "keys": proof.keys,
    }


def base64(value: bytes) -> str:
    return b64encode(value).decode()
