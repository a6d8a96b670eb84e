"""manifest.json: what the pack says it is. Nothing in it is believed before the log confirms it."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from mnemoscope_verify.errors import UnreadableError
from mnemoscope_verify.merkle import HASH
from mnemoscope_verify.notes import instant
from mnemoscope_verify.pack import Pack, read_document, read_object, safe_name, shown

NAME = "manifest.json"
FORMAT = "mnemoscope.evidence/1"
ORIGIN = "mnemoscope/"
LARGEST = 1 << 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    origin: str
    tenant: str
    begins: str  # of the period, RFC 3339; empty: from the log's beginning
    ends: str  # of the period; never after the pack was made
    first: int
    size: int
    left: tuple[bytes, ...]
    pruned_at: str  # when retention removed the last of the events before `first`; empty: not said
    files: tuple[Listed, ...]
    digest: bytes


def read_manifest(pack: Pack) -> Manifest:
    """Raises UnreadableError."""
    raw = read_document(pack, NAME)
    said = read_object(raw, NAME)
    if said.get("format") != FORMAT:
        raise UnreadableError(
            f"The manifest's format is {shown(str(said.get('format')))}; this reads {FORMAT}."
        )
    try:
        made, until = instant(said["created_at"]), said.get("to")
        manifest = Manifest(
            origin=_text(said["origin"]),
            tenant=_text(said["tenant"]),
            begins=instant(said["from"]) if said.get("from") else "",
            ends=min(instant(until), made) if until else made,
            first=_whole(said["first"]),
            size=_whole(said["size"]),
            left=tuple(b64decode(one, validate=True) for one in said["left"]),
            pruned_at=instant(said["pruned"]["at"]) if said.get("pruned") else "",
            files=tuple(_listed(one) for one in said["files"]),
            digest=hashlib.sha256(raw).digest(),
        )
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise UnreadableError(
            "The manifest lacks something, or holds it in another form."
        ) from error
    _refuse_nonsense(manifest)
    return manifest


def _refuse_nonsense(manifest: Manifest) -> None:
    if manifest.origin != ORIGIN + manifest.tenant:
        raise UnreadableError("The manifest's origin and tenant are not one and the same.")
    if manifest.size < manifest.first:
        raise UnreadableError("The manifest's size lies before its first index.")
    wide = all(len(one) == HASH for one in manifest.left)
    if not wide or len(manifest.left) != manifest.first.bit_count():
        raise UnreadableError("The manifest's left hashes do not fit its first index.")


def _listed(said: dict[str, Any]) -> Listed:
    return Listed(
        path=safe_name(_text(said["path"])),
        sha256=_text(said["sha256"]).lower(),
        bytes=_whole(said["bytes"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < LARGEST:
        raise TypeError
    return value
