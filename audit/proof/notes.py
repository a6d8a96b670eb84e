"""Checkpoints as text: C2SP signed notes, and the Ed25519 keys that sign them.

https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note. One extension line says the number
of the checkpoint, when it was made, and the digest of the note before it.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.proof.entry import instant

EXTENSION = "mnemoscope-checkpoint"
BEFORE_THE_FIRST = bytes(32)
ED25519 = b"\x01"
KEY_ID_BYTES = 4


def origin_of(tenant_id: UUID) -> str:
    return f"mnemoscope/{tenant_id}"


@dataclass(frozen=True)
class Signer:
    """A key of a log. `seed` is the 32 bytes of RFC 8032; `name` is the log's origin."""

    name: str
    seed: bytes = field(repr=False)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public(self) -> bytes:
        return ED25519 + self._private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.public).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(self.public)}"

    def signature(self, body: str) -> str:
        signed = self._private.sign(body.encode())
        return f"— {self.name} {_base64(self.key_id + signed)}\n"

    def verifies(self, note: str) -> bool:
        """Whether it signed the note."""
        body, _, signatures = note.rpartition("\n\n")
        # Ed25519 signs the same bytes always the same.
        return self.signature(f"{body}\n") in signatures.splitlines(keepends=True)


def key_ids_of(note: str) -> set[bytes]:
    """Of the keys that a note of ours names as its signers."""
    _, _, signatures = note.partition("\n\n")
    return {b64decode(line.split(" ")[2])[:KEY_ID_BYTES] for line in signatures.splitlines()}


def note_of(
    *, origin: str, size: int, root: bytes, number: int, made_at: datetime, before: str | None
) -> str:
    """The body, to be signed. `before` is the whole note of the checkpoint before."""
    previous = BEFORE_THE_FIRST if before is None else sha256(before.encode()).digest()
    extension = f"{EXTENSION} {number} {instant(made_at)} {_base64(previous)}"
    return f"{origin}\n{size}\n{_base64(root)}\n{extension}\n"


def signed(body: str, signers: Iterable[Signer]) -> str:
    return f"{body}\n{''.join(signer.signature(body) for signer in signers)}"


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
