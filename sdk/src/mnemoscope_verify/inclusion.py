"""One event's proof, as the API gives it: that the event is in the log that a checkpoint signed."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnemoscope_verify.entries import words_hold
from mnemoscope_verify.errors import UnreadableError
from mnemoscope_verify.merkle import is_included, leaf_hash
from mnemoscope_verify.notes import Checkpoint, Key, parse_checkpoint
from mnemoscope_verify.pack import MOST_LINE, read_object
from mnemoscope_verify.trust import KeyRing, Standing

MOST_HASHES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    entry: bytes
    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint
    words_hold: bool  # or there are none: forgotten, or not given


def read_proof(path: Path) -> Proof:
    """Raises UnreadableError."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_LINE + 1)
    except OSError as error:
        raise UnreadableError(f"The proof cannot be read: {error}.") from error
    if len(raw) > MOST_LINE:
        raise UnreadableError("The proof is larger than any proof.")
    return parse_proof(read_object(raw, str(path)))


def parse_proof(said: dict[str, Any]) -> Proof:
    """Raises UnreadableError."""
    try:
        sealed = said["checkpoint"]  # the API tells more of it than its note
        note = sealed["note"] if isinstance(sealed, dict) else sealed
        return Proof(
            entry=said["entry"].encode(),
            words_hold=_words_hold(said),
            index=int(said["index"]),
            hashes=tuple(b64decode(one, validate=True) for one in said["hashes"][:MOST_HASHES]),
            checkpoint=parse_checkpoint(note),
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise UnreadableError(
            "This is no proof of an event: it is read from /api/v1/audit/events/ID/proof."
        ) from error


def _words_hold(said: dict[str, Any]) -> bool:
    if said.get("words") is None:
        return True
    return words_hold(json.dumps(said["words"]).encode(), json.loads(said["entry"])["words"])


def fault_in(proof: Proof, keys: list[Key]) -> str | None:
    """What is wrong with it, or None."""
    checkpoint = proof.checkpoint
    standing = KeyRing(keys).standing(checkpoint.note)
    if standing is Standing.UNKNOWN:
        return "Its checkpoint is signed by a key that you did not name."
    if standing is Standing.FORGED:
        return "Its checkpoint was altered: the signature does not fit."
    if all(key.name != checkpoint.origin for key in keys):
        return "Its checkpoint is of another log than the key."
    held = is_included(
        leaf=leaf_hash(proof.entry),
        index=proof.index,
        size=checkpoint.size,
        hashes=proof.hashes,
        root=checkpoint.root,
    )
    if not held:
        return "The event is not in the log that the checkpoint signed."
    return None if proof.words_hold else "The event's words are not those that were logged."
