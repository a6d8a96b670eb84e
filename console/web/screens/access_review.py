"""A review of access as a reviewer works through it, and as an auditor takes it away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from console.access_review.grants import Grant, grants_of
from console.access_review.models import AccessReview, Answer, GrantKind, Line
from console.access_review.seen import digest_of
from console.accounts.actor import Actor

FACTS = ("role", "agent", "of", "scopes", "kinds", "begins", "since", "expires")
DAY = len("2026-01-31")


@dataclass(frozen=True, slots=True)
class LineRow:
    """`current` is None for a grant that is gone. `token` names what the screen shows of it."""

    line: Line
    answer: Answer | None
    current: dict[str, Any] | None
    is_own: bool

    @property
    def token(self) -> str:
        return f"{self.line.id}:{digest_of(self.current) if self.current is not None else ''}"

    @property
    def has_changed(self) -> bool:
        return self.current is not None and self.current != self.line.seen

    @property
    def facts(self) -> list[tuple[str, str]]:
        return _facts(self.line.seen if self.current is None else self.current)

    @property
    def seen_first(self) -> list[tuple[str, str]]:
        return _facts(self.line.seen)


@dataclass(frozen=True, slots=True)
class Progress:
    answered: int
    total: int
    by_kind: list[tuple[GrantKind, int, int]]  # answered, of how many


def line_rows(actor: Actor, lines: Iterable[Line], *, is_open: bool) -> list[LineRow]:
    """By one statement for the answers, and one for each kind of grant."""
    lines = list(lines)
    ids = [line.id for line in lines]
    answers = {answer.line_id: answer for answer in Answer.objects.filter(line_id__in=ids)}
    waiting = [line for line in lines if line.id not in answers] if is_open else []
    standing = _standing(waiting)
    return [
        LineRow(line, answer, _current(line, answer, standing), actor.id in line.holders)
        for line in lines
        for answer in [answers.get(line.id)]
    ]


def progress_of(review: AccessReview) -> Progress:
    lines = Line.objects.filter(review_id=review.id).order_by()
    counted = lines.values_list("kind").annotate(Count("id"), Count("answers__id"))
    found = {kind: (answered, total) for kind, total, answered in counted}
    by_kind = [(kind, *found[kind]) for kind in GrantKind if kind in found]
    return Progress(
        answered=sum(answered for _, answered, _ in by_kind),
        total=sum(total for _, _, total in by_kind),
        by_kind=by_kind,
    )


def evidence(review: AccessReview) -> Iterator[dict[str, Any]]:
    """Each line with its answer, for a file."""
    lines = Line.objects.filter(review_id=review.id).order_by("kind", "id")
    answers = {
        answer.line_id: answer for answer in Answer.objects.filter(line__review_id=review.id)
    }
    for line in lines.iterator():
        answer = answers.get(line.id)
        yield {
            "review_id": str(review.id),
            "line_id": str(line.id),
            "kind": line.kind,
            "grant_id": str(line.grant_id),
            "name": line.name,
            "seen_at_start": line.seen,
            "verdict": answer.verdict if answer else "",
            "seen_at_answer": answer.seen if answer else {},
            "answered_at": answer.answered_at.isoformat() if answer else "",
            "answered_by": answer.answered_by_label if answer else "",
            "answered_by_id": str(answer.answered_by_id) if answer else "",
            "comment": answer.comment if answer else "",
        }


def _standing(lines: Iterable[Line]) -> dict[tuple[str, UUID], Grant]:
    wanted: dict[str, list[UUID]] = {}
    for line in lines:
        wanted.setdefault(line.kind, []).append(line.grant_id)
    return {
        (kind, grant.id): grant
        for kind, ids in wanted.items()
        for grant in grants_of(GrantKind(kind), ids=ids)
    }


def _current(
    line: Line, answer: Answer | None, standing: dict[tuple[str, UUID], Grant]
) -> dict[str, Any] | None:
    if answer is not None:
        return answer.seen or None
    grant = standing.get((line.kind, line.grant_id))
    return grant.seen if grant else None


def _facts(seen: dict[str, Any]) -> list[tuple[str, str]]:
    """In one order, whatever the database made of it; days are exact enough for a reader."""
    said = [(name, _said(seen[name])) for name in FACTS if name in seen]
    return [(name, text[:DAY] if name in {"since", "expires"} else text) for name, text in said]


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
