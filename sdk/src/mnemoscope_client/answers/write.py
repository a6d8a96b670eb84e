from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from mnemoscope_client import decode
from mnemoscope_client.answers.reason import Reason, reasons
from mnemoscope_client.calls import JsonObject
from mnemoscope_client.errors import Problem


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What became of a write. It repeats no content.

    `active` is recalled from now on; `pending` and `quarantined` wait for a person; `rejected`
    (in a batch only: a single write raises) was refused, with its `problem`. `version` is the one
    proposed; while a revision waits, the version before it stays in force.
    """

    state: str
    id: str | None = None
    version: int | None = None
    reasons: tuple[Reason, ...] = ()
    review_id: str | None = None
    namespace: tuple[str, ...] = ()
    expires_at: datetime | None = None
    created_at: datetime | None = None
    problem: Problem | None = None
    raw: JsonObject = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_active(self) -> bool:
        return self.state == "active"

    @property
    def is_waiting(self) -> bool:
        return self.state in {"pending", "quarantined"}

    @property
    def is_rejected(self) -> bool:
        return self.problem is not None


def write_result(body: JsonObject) -> WriteResult:
    return WriteResult(
        state=decode.text(body, "state"),
        id=decode.text(body, "id"),
        version=decode.whole(body, "version"),
        reasons=reasons(body),
        review_id=decode.text_or_none(body, "review_id"),
        namespace=decode.texts(body, "namespace"),
        expires_at=decode.instant(body, "expires_at"),
        created_at=decode.instant(body, "created_at"),
        raw=body,
    )


def batch_results(body: JsonObject) -> tuple[WriteResult, ...]:
    """In the order of the memories sent."""
    return tuple(_batch_result(item) for item in decode.objects(body, "results", required=True))


def _batch_result(body: JsonObject) -> WriteResult:
    status = decode.whole(body, "status")
    if status < HTTPStatus.BAD_REQUEST:
        return write_result(body)
    return WriteResult("rejected", problem=decode.problem_from(body, status=status), raw=body)
