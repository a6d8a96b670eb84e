from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class ProofState:
    """How far the log vouches for an event: `recorded`, `sequenced` or `anchored`.

    `index` is its place in the log, `checkpoint` the number of the first one that covers it.
    """

    state: str
    index: int | None
    checkpoint: int | None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What someone did (`outcome` done), or was refused; ids, codes and digests, never a text."""

    id: str
    kind: str
    outcome: str
    actor: str | None
    actor_label: str | None
    object: str | None
    object_kind: str | None
    reason: str | None
    note: str | None
    payload: JsonObject
    request_id: str | None
    trace_id: str | None
    at: datetime | None
    proof: ProofState | None
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the log at one moment; `note` is the evidence, signed. See mnemoscope-verify.

    `anchors` are the names of those outside the database who have it.
    """

    number: int
    size: int
    note: str
    made_at: datetime | None
    anchors: tuple[str, ...]
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class AuditLog:
    """`keys` verify its checkpoints, that which signs now first: keep them away from the server.

    Of the first events, retention removed `pruned`.
    """

    origin: str
    size: int
    checkpoint: Checkpoint | None
    anchored: int | None
    pruned: int
    keys: tuple[str, ...]
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class EventProof:
    """That an event is in the log which the checkpoint signed.

    `raw`, written to a file as JSON, is what `mnemoscope-verify --inclusion` reads.
    """

    entry: str
    index: int
    hashes: tuple[str, ...]
    checkpoint: Checkpoint
    raw: JsonObject = field(repr=False, compare=False)


def event(body: JsonObject) -> AuditEvent:
    return AuditEvent(
        id=decode.text(body, "id"),
        kind=decode.text(body, "kind"),
        outcome=decode.text(body, "outcome"),
        actor=decode.text_or_none(body, "actor"),
        actor_label=decode.text_or_none(body, "actor_label"),
        object=decode.text_or_none(body, "object"),
        object_kind=decode.text_or_none(body, "object_kind"),
        reason=decode.text_or_none(body, "reason"),
        note=decode.text_or_none(body, "note"),
        payload=decode.mapping(body, "payload"),
        request_id=decode.text_or_none(body, "request_id"),
        trace_id=decode.text_or_none(body, "trace_id"),
        at=decode.instant(body, "at"),
        proof=_proof_state(decode.mapping(body, "proof")),
        raw=body,
    )


def checkpoint(body: JsonObject) -> Checkpoint:
    return Checkpoint(
        number=decode.whole(body, "number"),
        size=decode.whole(body, "size"),
        note=decode.text(body, "note"),
        made_at=decode.instant(body, "made_at"),
        anchors=tuple(decode.text(one, "sink") for one in decode.objects(body, "anchors")),
        raw=body,
    )


def audit_log(body: JsonObject) -> AuditLog:
    newest = decode.mapping(body, "checkpoint")
    return AuditLog(
        origin=decode.text(body, "origin"),
        size=decode.whole(body, "size"),
        checkpoint=checkpoint(newest) if newest else None,
        anchored=decode.integer(body, "anchored"),
        pruned=decode.integer(body, "pruned") or 0,
        keys=decode.texts(body, "keys"),
        raw=body,
    )


def event_proof(body: JsonObject) -> EventProof:
    return EventProof(
        entry=decode.text(body, "entry"),
        index=decode.whole(body, "index"),
        hashes=decode.texts(body, "hashes"),
        checkpoint=checkpoint(decode.mapping(body, "checkpoint")),
        raw=body,
    )


def _proof_state(body: JsonObject) -> ProofState | None:
    """None from a server that knows no log."""
    if not body:
        return None
    return ProofState(
        decode.text(body, "state"),
        decode.integer(body, "index"),
        decode.integer(body, "checkpoint"),
    )
