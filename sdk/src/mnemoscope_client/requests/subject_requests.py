from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from mnemoscope_client import decode
from mnemoscope_client.answers.subject_request import (
    ErasureCertificate,
    SubjectRequest,
    erasure_certificate,
    subject_request,
)
from mnemoscope_client.calls import Call, Json, Page, keyed, one, params
from mnemoscope_client.requests.fields import rfc3339

Kind = Literal["erasure", "access", "rectification", "restriction"]
Status = Literal[
    "received",
    "awaiting_identity",
    "ready",
    "approved",
    "carrying_out",
    "completed",
    "refused",
    "withdrawn",
    "duplicate",
]
Law = Literal["gdpr", "ccpa"]


def receive(
    kind: Kind,
    subject: str,
    *,
    asked_by: str,
    also_named: Sequence[str] | None = None,
    contact: str | None = None,
    wish: str | None = None,
    identity_check: str | None = None,
    law: Law | None = None,
    received_at: datetime | None = None,
    due_at: datetime | None = None,
    lifts: bool = False,
    idempotency_key: str | None = None,
) -> Call[SubjectRequest]:
    """Take in what a person asks: to be erased, a copy, a correction, that nobody use it.

    Nothing is done by that: another person approves it. `subject` is the person by your own
    identifier, `asked_by` who asked and how, `identity_check` how you know that it is them.
    `lifts`, of a restriction, asks that it end.
    """
    asked: dict[str, Json] = {
        "kind": kind,
        "subject": subject,
        "asked_by": asked_by,
        "also_named": None if also_named is None else list(also_named),
        "contact": contact,
        "wish": wish,
        "identity_check": identity_check,
        "law": law,
        "received_at": None if received_at is None else rfc3339(received_at),
        "due_at": None if due_at is None else rfc3339(due_at),
        "lifts": lifts or None,
    }
    return Call(
        "POST",
        "subject-requests",
        subject_request,
        body={field: value for field, value in asked.items() if value is not None},
        headers=keyed(idempotency_key),
    )


def list_requests(
    *, kind: Kind | None = None, status: Status | None = None, page_size: int | None = None
) -> Call[Page[SubjectRequest]]:
    """Newest first."""
    return Call(
        "GET",
        "subject-requests",
        decode.page_of(subject_request),
        params=params(kind=kind, status=status, limit=page_size),
    )


def get(request_id: str) -> Call[SubjectRequest]:
    return Call("GET", one("subject-requests", request_id), subject_request)


def move(
    request_id: str, verb: str, *, idempotency_key: str | None = None, **said: Json
) -> Call[SubjectRequest]:
    """The next step, by a verb of docs/subject-requests.md: `move(id, "extend", reason="…")`.

    Raises PermissionDeniedError (`own_proposal`) for who approves what they took in themselves.
    """
    return Call(
        "POST",
        one("subject-requests", request_id, "transitions"),
        subject_request,
        body={"verb": verb, **said},
        headers=keyed(idempotency_key),
    )


def certificate(request_id: str) -> Call[ErasureCertificate]:
    """Of an erasure carried out. Raises NotFoundError before."""
    return Call("GET", one("subject-requests", request_id, "certificate"), erasure_certificate)
