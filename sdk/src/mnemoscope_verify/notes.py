"""Signed notes and the checkpoints in them.

https://c2sp.org/signed-note and https://c2sp.org/tlog-checkpoint: a text, a blank line, and lines
of signatures. A key is written `name+key id+base64(0x01 || Ed25519 public key)`.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mnemoscope_verify.errors import UnreadableError

ED25519 = b"\x01"
KEY_BYTES = 32
KEY_ID_BYTES = 4
SIGNATURE_BYTES = 64
MOST_NOTE_BYTES = 64 * 1024
MOST_SIGNATURES = 16
ROOT_BYTES = 32
EXTENSION = "mnemoscope-checkpoint"
KEY_EXTENSION = "mnemoscope-key"


class MalformedError(ValueError):
    """A note or key that is not written as the standard says."""


@dataclass(frozen=True)
class Key:
    name: str
    id: bytes
    public: bytes

    @property
    def text(self) -> str:
        raw = b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{raw}"

    @cached_property
    def checker(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public)

    def signed(self, body: bytes, signature: bytes) -> bool:
        try:
            self.checker.verify(signature, body)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Note:
    body: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]  # name, key id, signature
    digest: bytes  # SHA-256 of all its bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    note: Note
    origin: str
    size: int
    root: bytes
    number: int
    made_at: str  # RFC 3339, UTC
    previous: bytes  # SHA-256 of the previous checkpoint's note; zeros for number 1
    keys: tuple[Key, ...]  # named in the text when the log's key was changed


def parse_key(text: str) -> Key:
    try:
        name, key_id, blob = text.strip().split("+", 2)
        identity, raw = bytes.fromhex(key_id), b64decode(blob, validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedError("A key is written name+key id+base64.") from error
    if raw[:1] != ED25519 or len(raw) != 1 + KEY_BYTES:
        raise MalformedError("The key is not an Ed25519 key.")
    if hashlib.sha256(name.encode() + b"\n" + raw).digest()[:KEY_ID_BYTES] != identity:
        raise MalformedError("The key's id does not fit the key: it was not copied whole.")
    return Key(name, identity, raw[1:])


def parse_note(text: str) -> Note:
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > MOST_NOTE_BYTES:
        raise MalformedError("The note is too long.")
    head, blank, tail = text.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise MalformedError("The note has no signatures.")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise MalformedError("The note has too many signatures.")
    return Note(
        body=f"{head}\n".encode("utf-8", "surrogatepass"),
        signatures=tuple(_signature(line) for line in lines),
        digest=hashlib.sha256(raw).digest(),
    )


def _signature(line: str) -> tuple[str, bytes, bytes]:
    try:
        dash, name, encoded = line.split(" ")
        raw = b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedError("A line of signature is not one.") from error
    if dash != "\N{EM DASH}" or len(raw) <= KEY_ID_BYTES:
        raise MalformedError("A line of signature is not one.")
    return name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:]


def parse_checkpoint(text: str) -> Checkpoint:
    note = parse_note(text)
    try:
        origin, size, root, extension, *others = note.body.decode().removesuffix("\n").split("\n")
        word, number, made_at, previous = extension.split(" ")
        checkpoint = Checkpoint(
            note=note,
            origin=origin,
            size=_whole(size),
            root=b64decode(root, validate=True),
            number=_whole(number),
            made_at=instant(made_at),
            previous=b64decode(previous, validate=True),
            keys=named_keys(others),
        )
    except (ValueError, binascii.Error) as error:
        raise MalformedError("The note is not a checkpoint.") from error
    if word != EXTENSION or {len(checkpoint.root), len(checkpoint.previous)} != {ROOT_BYTES}:
        raise MalformedError("The note is not a checkpoint.")
    return checkpoint


def named_keys(lines: Iterable[str]) -> tuple[Key, ...]:
    """Raises MalformedError."""
    mark = f"{KEY_EXTENSION} "
    return tuple(parse_key(line.removeprefix(mark)) for line in lines if line.startswith(mark))


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18 or text != str(int(text)):  # noqa: PLR2004
        raise MalformedError("A number is not written as one.")
    return int(text)


def instant(text: str) -> str:
    """A time in the one form in which times compare as texts. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("A time without an offset.")
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='microseconds')}Z"


def keys_in(text: str) -> list[Key]:
    """Of a key, or of a file with one in each line. Raises UnreadableError, also on none."""
    try:
        keys = [parse_key(line) for line in text.splitlines() if line.strip()]
    except MalformedError as error:
        raise UnreadableError(f"This is no public key of a log: {error}") from error
    if not keys:
        raise UnreadableError("No key was named: --key takes a key, or a file of keys.")
    return keys
