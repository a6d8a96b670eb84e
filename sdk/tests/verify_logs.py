"""Honest logs and their packs, made from RFC 9162, C2SP and the description of the export alone.

Nothing here is the server's or the verifier's: the tree is the recursive definition of §2.1.1.
"""

from __future__ import annotations

import hmac
import json
import random
import zipfile
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BEGAN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def written(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def leaf(entry: bytes) -> bytes:
    return sha256(b"\0" + entry).digest()


def subtree(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, over leaf hashes."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + subtree(leaves[:split]) + subtree(leaves[split:])).digest()


def left_of(leaves: Sequence[bytes]) -> list[bytes]:
    """The compact range over all of them."""
    if not leaves:
        return []
    width = 1 << (len(leaves).bit_length() - 1)
    return [subtree(leaves[:width]), *left_of(leaves[width:])]


def path_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of §2.1.3.1."""
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*path_of(index, leaves[:split]), subtree(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), subtree(leaves[:split])]


@dataclass(frozen=True)
class LogKey:
    origin: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return b"\1" + self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return sha256(self.origin.encode() + b"\n" + self.public).digest()[:4]

    @property
    def text(self) -> str:
        return f"{self.origin}+{self.id.hex()}+{base64(self.public)}"

    def line(self, body: str) -> str:
        signature = self.private.sign(body.encode())
        return f"\N{EM DASH} {self.origin} {base64(self.id + signature)}\n"


def a_key(origin: str, rng: random.Random) -> LogKey:
    return LogKey(origin, Ed25519PrivateKey.from_private_bytes(rng.randbytes(32)))


def signed(body: str, *keys: LogKey) -> str:
    return f"{body}\n" + "".join(key.line(body) for key in keys)


@dataclass(frozen=True)
class Event:
    entry: dict[str, Any]
    words: dict[str, str] | None

    @property
    def raw(self) -> bytes:
        return json.dumps(
            self.entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()

    @property
    def line(self) -> bytes:
        words = json.dumps(self.words, separators=(",", ":"), ensure_ascii=False).encode()
        return b'{"entry":' + self.raw + b',"words":' + words + b"}\n"

    def but(self, **said: Any) -> Event:
        return replace(self, entry={**self.entry, **said})


def an_event(rng: random.Random, tenant: UUID, at: datetime) -> Event:
    milliseconds = int(at.timestamp() * 1000)
    random_part = rng.getrandbits(74)
    identifier = milliseconds << 80 | 7 << 76 | (random_part >> 62) << 64 | 2 << 62
    identifier |= random_part & ((1 << 62) - 1)
    label, note = rng.choice(["alice", "bób"]), rng.choice(["", 'she said ","words":" twice', "…"])
    salt = rng.randbytes(16)
    digest = hmac.digest(salt, f"{label}\0{note}".encode(), "sha256").hex()
    return Event(
        {
            "action": rng.choice(["memory.written", "memory.recalled", "review.decided"]),
            "actor": str(UUID(int=rng.getrandbits(128), version=4)),
            "actor_kind": "agent",
            "api_key": None,
            "at": written(at + timedelta(microseconds=rng.randrange(1500))),
            "id": str(UUID(int=identifier)),
            "object": str(UUID(int=rng.getrandbits(128), version=4)),
            "object_kind": "memory",
            "outcome": "done",
            "payload": {"state": "active", "n": rng.randrange(10**6), "z": [1.5, None, "ü"]},
            "reason": "",
            "request": str(UUID(int=rng.getrandbits(128), version=4)),
            "span": None,
            "tenant": str(tenant),
            "trace": rng.randbytes(16).hex(),
            "v": 1,
            "words": digest,
        },
        {"actor_label": label, "note": note, "salt": salt.hex()} if rng.random() < 0.9 else None,
    )


@dataclass
class Log:
    """A log as its server holds it; `export` is what comes out of it, tampered with or not."""

    tenant: UUID
    key: LogKey
    rng: random.Random
    events: list[Event] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)  # the server's own
    notes: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)  # of the notes
    now: datetime = BEGAN

    @property
    def origin(self) -> str:
        return self.key.origin

    def record(self, count: int) -> None:
        for _ in range(count):
            self.now += timedelta(milliseconds=self.rng.randrange(1, 4000))
            event = an_event(self.rng, self.tenant, self.now)
            self.events.append(event)
            self.leaves.append(leaf(event.raw))

    def prune(self, number: int) -> dict[str, Any]:
        """Tells of it, and gives what a manifest says."""
        size = self.sizes[number - 1]
        event = an_event(self.rng, self.tenant, self.now).but(
            action="log.pruned",
            payload={"first": 0, "size": size, "count": size, "checkpoint": number},
        )
        self.events.append(event)
        self.leaves.append(leaf(event.raw))
        return {"size": size, "at": event.entry["at"], "event": event.entry["id"]}

    def seal(self, *keys: LogKey, names: Sequence[LogKey] = ()) -> None:
        self.now += timedelta(seconds=self.rng.randrange(1, 30))
        previous = sha256(self.notes[-1].encode()).digest() if self.notes else bytes(32)
        body = (
            f"{self.origin}\n{len(self.leaves)}\n{base64(subtree(self.leaves))}\n"
            f"mnemoscope-checkpoint {len(self.notes) + 1} {written(self.now)} {base64(previous)}\n"
        ) + "".join(f"mnemoscope-key {key.text}\n" for key in names)
        self.notes.append(signed(body, *(keys or (self.key,))))
        self.sizes.append(len(self.leaves))

    def export(self, begin: int = 0, end: int | None = None) -> Export:
        """From checkpoint number `begin` (0: all) to checkpoint number `end`."""
        end = len(self.notes) if end is None else end
        first = self.sizes[begin - 1] if begin else 0
        size = self.sizes[end - 1]
        return Export(
            key=self.key,
            tenant=self.tenant,
            first=first,
            size=size,
            left=left_of(self.leaves[:first]),
            lines=[event.line for event in self.events[first:size]],
            leaves=self.leaves[first:size],
            notes=self.notes[max(begin - 1, 0) : end],
            until=None,
            made_at=self.now + timedelta(hours=1),
            outside=list(self.notes),
        )


@dataclass
class Export:
    key: LogKey
    tenant: UUID
    first: int
    size: int
    left: list[bytes]
    lines: list[bytes]
    leaves: list[bytes] | None
    notes: list[str]
    until: datetime | None
    made_at: datetime
    outside: list[str]
    others: dict[str, bytes] = field(default_factory=dict)
    signers: list[LogKey] = field(default_factory=list)  # of the manifest; else the key alone
    pruned: dict[str, Any] | None = None

    def files(self) -> dict[str, bytes]:
        files = {
            "events.jsonl": b"".join(self.lines),
            "checkpoints.jsonl": b"".join(
                json.dumps({"note": note}).encode() + b"\n" for note in self.notes
            ),
            "keys.txt": f"{self.key.text}\n".encode(),
            **self.others,
        }
        if self.leaves is not None:
            files["leaves.bin"] = b"".join(self.leaves)
        manifest = json.dumps(
            {
                "format": "mnemoscope.evidence/1",
                "origin": self.key.origin,
                "tenant": str(self.tenant),
                "from": None,
                "to": written(self.until) if self.until else None,
                "created_at": written(self.made_at),
                "first": self.first,
                "size": self.size,
                "left": [base64(one) for one in self.left],
                "pruned": self.pruned,
                "files": [
                    {"path": path, "sha256": sha256(raw).hexdigest(), "bytes": len(raw)}
                    for path, raw in files.items()
                ],
            }
        ).encode()
        digest = base64(sha256(manifest).digest())
        signers = self.signers or [self.key]
        named = "".join(f"mnemoscope-key {key.text}\n" for key in signers)
        note = signed(f"mnemoscope-pack/v1\n{self.key.origin}\n{digest}\n{named}", *signers)
        return {**files, "manifest.json": manifest, "manifest.note": note.encode()}

    def write(self, path: Path) -> Path:
        write_pack(path, self.files())
        return path

    def write_outside(self, path: Path) -> Path:
        path.write_text("".join(json.dumps({"note": note}) + "\n" for note in self.outside))
        return path


def write_pack(path: Path, files: dict[str, bytes]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, raw in files.items():
                archive.writestr(name, raw)
        return
    for name, raw in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(raw)


def a_log(rng: random.Random, *, checkpoints: int = 8, each: int = 12) -> Log:
    tenant = UUID(int=rng.getrandbits(128), version=4)
    log = Log(tenant, a_key(f"mnemoscope/{tenant}", rng), rng)
    for _ in range(checkpoints):
        log.record(rng.randrange(1, 2 * each))
        log.seal()
    return log
