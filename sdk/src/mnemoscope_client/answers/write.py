from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from mnemoscope_client import decode
from mnemoscope_client.answers.memory import Memory, memory
from mnemoscope_client.calls import JsonObject
from mnemoscope_client.errors import Problem


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a write waits or was refused; `code` is stable."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What became of a write.

    `active` is recalled from now on; `pending` and `quarantined` wait for a person; `rejected`
    (in a batch only: a single write raises) was refused, with its `problem`.
    """

    state: str
    id: str | None
    version: int | None
    reasons: tuple[Reason, ...] = ()
    review_id: str | None = None
    memory: Memory | None = None
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
    written = memory(body)
    return WriteResult(
        state=written.state,
        id=written.id,
        version=decode.integer(body, "version"),
        reasons=_reasons(body),
        review_id=decode.text_or_none(body, "review_id"),
        memory=written,
        raw=body,
    )


def batch_results(body: JsonObject) -> tuple[WriteResult, ...]:
    """In the order of the memories sent."""
    return tuple(_batch_result(item) for item in decode.objects(body, "results", required=True))


def _batch_result(body: JsonObject) -> WriteResult:
    status = decode.integer(body, "status") or HTTPStatus.CREATED
    if status < HTTPStatus.BAD_REQUEST:
        return write_result(body)
    return WriteResult(
        state="rejected",
        id=None,
        version=None,
        reasons=_reasons(body),
        problem=decode.problem_from(body, status=status),
        raw=body,
    )


def _reasons(body: JsonObject) -> tuple[Reason, ...]:
    return tuple(
        Reason(decode.text(item, "code"), decode.text_or_none(item, "detail") or "")
        for item in decode.objects(body, "reasons")
    )
