from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """What a person asked about what is held about them, and how far it has come.

    `subject` is None until somebody told whom it is about; `due_at` is when it has to be answered.
    """

    id: str
    reference: str
    kind: str
    status: str
    subject: str | None
    law: str
    received_at: datetime | None
    due_at: datetime | None
    carry_out_after: datetime | None
    waiting_for: str | None
    closed_at: datetime | None
    is_certified: bool
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ErasureCertificate:
    """`note` is the evidence, signed by the key of the log: mnemoscope-verify reads it in a pack.

    `limits` are codes of what could not be done, `found` how many places still name the person.
    """

    reference: str
    subjects: tuple[str, ...]
    issued_at: datetime | None
    found: int
    limits: tuple[str, ...]
    note: str
    raw: JsonObject = field(repr=False, compare=False)


def subject_request(body: JsonObject) -> SubjectRequest:
    return SubjectRequest(
        id=decode.text(body, "id"),
        reference=decode.text(body, "reference"),
        kind=decode.text(body, "kind"),
        status=decode.text(body, "status"),
        subject=decode.text_or_none(body, "subject"),
        law=decode.text(body, "law"),
        received_at=decode.instant(body, "received_at"),
        due_at=decode.instant(body, "due_at"),
        carry_out_after=decode.instant(body, "carry_out_after"),
        waiting_for=decode.text_or_none(body, "waiting_for"),
        closed_at=decode.instant(body, "closed_at"),
        is_certified=decode.text_or_none(body, "certificate") is not None,
        raw=body,
    )


def erasure_certificate(body: JsonObject) -> ErasureCertificate:
    return ErasureCertificate(
        reference=decode.text(body, "reference"),
        subjects=decode.texts(body, "subjects"),
        issued_at=decode.instant(body, "issued_at"),
        found=decode.whole(decode.mapping(body, "residue"), "found"),
        limits=decode.texts(body, "limits"),
        note=decode.text(body, "note"),
        raw=body,
    )
