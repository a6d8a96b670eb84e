from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject
from mnemoscope_client.errors import Problem


@dataclass(frozen=True, slots=True)
class DecidedReview:
    """What became of one of many: its status, or the problem that left it as it was."""

    id: str
    status: str | None
    problem: Problem | None = None

    @property
    def is_done(self) -> bool:
        return self.problem is None


@dataclass(frozen=True, slots=True)
class DecidedReviews:
    """In the order asked for. `batch_id` takes all of it back; a dry run has none."""

    batch_id: str | None
    done: int
    refused: int
    needs_second_person: int
    results: tuple[DecidedReview, ...]
    raw: JsonObject = field(repr=False, compare=False)


def decided_reviews(body: JsonObject) -> DecidedReviews:
    return DecidedReviews(
        batch_id=decode.text_or_none(body, "batch_id"),
        done=decode.whole(body, "done"),
        refused=decode.whole(body, "refused"),
        needs_second_person=decode.whole(body, "needs_second_person"),
        results=tuple(_decided(item) for item in decode.objects(body, "results", required=True)),
        raw=body,
    )


def _decided(body: JsonObject) -> DecidedReview:
    status = decode.whole(body, "status")
    refused = status >= HTTPStatus.BAD_REQUEST
    return DecidedReview(
        id=decode.text(body, "id"),
        status=decode.text_or_none(body, "review_status"),
        problem=decode.problem_from(body, status=status) if refused else None,
    )
