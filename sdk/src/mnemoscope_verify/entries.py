"""One line of events.jsonl: `{"entry":<the entry's exact bytes>,"words":{…}|null}`.

The entry is what the log hashed. The words, what people are called and wrote, stand beside it: the
entry holds their HMAC-SHA256 under a salt, so that they can be forgotten and the log still fits.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any, NamedTuple

BEGIN = b'{"entry":'
MIDDLE = b',"words":'
NULL = b"null"
WORDS = ("actor_label", "note", "salt")


class MalformedLineError(ValueError):
    """A line that is not written as the export says."""


def _strict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Exactly these: of a name that stands twice another reader might show the other one."""
    if len(pairs) != len(WORDS):
        raise MalformedLineError("its words are not written as words")
    return dict(pairs)


decode = json.JSONDecoder().decode
decode_strictly = json.JSONDecoder(object_pairs_hook=_strict).decode


class Line(NamedTuple):
    leaf: bytes
    entry: bytes
    id: str
    tenant: str
    at: str
    words_hold: bool | None  # None: forgotten


def parse_line(line: bytes) -> Line:
    """Raises MalformedLineError."""
    end = -2 if line[-1:] == b"\n" else -1
    middle = line.rfind(MIDDLE)
    if not line.startswith(BEGIN) or middle < 0 or line[end:].rstrip(b"\n") != b"}":
        raise MalformedLineError("it does not hold an entry and its words")
    entry, words = line[len(BEGIN) : middle], line[middle + len(MIDDLE) : end]
    try:
        said = decode(entry.decode())
        event, tenant, at, digest = said["id"], said["tenant"], said["at"], said["words"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedLineError("its entry is not an event's") from error
    if type(event) is type(tenant) is type(at) is type(digest) is str:
        held = None if words == NULL else words_hold(words, digest)
        return Line(sha256(b"\x00" + entry).digest(), entry, event, tenant, at, held)
    raise MalformedLineError("its entry is not an event's")


def words_hold(words: bytes, digest: str) -> bool:
    """Whether these are the words that the entry is committed to."""
    try:
        pairs = decode_strictly(words.decode())
        label, note, salt = (pairs[name] for name in WORDS)
        key, text = bytes.fromhex(salt), f"{label}\0{note}".encode()
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedLineError("its words are not written as words") from error
    return hmac.compare_digest(hmac.digest(key, text, "sha256").hex(), digest)


def id_bytes(event: str) -> bytes:
    """Raises MalformedLineError."""
    try:
        raw = bytes.fromhex(event.replace("-", ""))
    except ValueError:
        raw = b""
    if len(raw) != 16:  # noqa: PLR2004
        raise MalformedLineError("its id is no UUID")
    return raw
