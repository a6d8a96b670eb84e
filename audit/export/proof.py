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
from audit.proof.tiles import MissingTileError
from console.platform.errors import ConflictError


class BrokenLogError(ConflictError):
    code = "log_broken"
    title = "A part of the log is missing: run verify_audit"


@dataclass(frozen=True, slots=True)
class Proof:
    """`words` is JSON, `null` where they were forgotten; `inclusion` None until it is sealed.

    `keys` are vkeys (https://c2sp.org/signed-note), that which signs now first. `is_broken`: the
    log lacks what would prove it, which nobody but somebody with the database in hand brings about.
    """

    entry: str
    words: str
    inclusion: Inclusion | None
    keys: list[str]
    is_broken: bool = False


def proof_of(event: AuditEvent) -> Proof:
    inclusion, is_broken = None, False
    try:
        inclusion = inclusion_of(event.id)
    except NotSealedError:
        pass
    except MissingTileError:
        is_broken = True
    return Proof(
        entry=entry_of(event).decode(),
        words=words_of(event).decode(),
        inclusion=inclusion,
        keys=[signer.vkey for signer in signers()] if inclusion else [],
        is_broken=is_broken,
    )


def proof_json(event: AuditEvent) -> dict[str, Any]:
    """As the API answers it: hashes as base64; `entry` as text, whose UTF-8 was hashed.

    Raises NotSealedError and BrokenLogError.
    """
    proof = proof_of(event)
    if proof.is_broken:
        raise BrokenLogError
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
