from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from mnemoscope_client import decode
from mnemoscope_client.answers.decided import DecidedReviews, decided_reviews
from mnemoscope_client.answers.review import Review, next_review, review
from mnemoscope_client.calls import Call, Json, Page, keyed, one, params

SkipReason: TypeAlias = Literal["not_my_field", "needs_context", "not_impartial", "later", "other"]
Decision: TypeAlias = Literal[
    "approve",
    "edit_and_approve",
    "reject",
    "expire",
    "delete",
    "quarantine",
    "merge",
    "restore",
]
DecisionOfMany: TypeAlias = Literal["approve", "reject", "expire", "delete", "quarantine"]
DecisionReason: TypeAlias = Literal[
    "accurate",
    "confirmed",
    "accepted_risk",
    "corrected",
    "made_precise",
    "removed_personal_data",
    "inaccurate",
    "unsupported",
    "poisoned",
    "personal_data",
    "secret",
    "duplicate",
    "outdated",
    "not_needed",
    "mistake",
    "suspicious",
    "completes",
    "earlier_holds",
    "slip",
    "reconsidered",
    "other",
]


def list_reviews(
    *,
    status: str | None = None,
    kind: str | None = None,
    agent: str | None = None,
    subject: str | None = None,
    queue: str | None = None,
    page_size: int | None = None,
) -> Call[Page[Review]]:
    """Those that are open, the first to decide first, unless `status` asks for others."""
    return Call(
        "GET",
        "reviews",
        decode.page_of(review),
        params=params(
            status=status, kind=kind, agent=agent, subject=subject, queue=queue, limit=page_size
        ),
    )


def get(review_id: str) -> Call[Review]:
    """With the text proposed, the one in force and the one it contradicts."""
    return Call("GET", one("reviews", review_id), review)


def decide(
    review_id: str,
    decision: Decision,
    *,
    reason: DecisionReason,
    note: str | None = None,
    content: str | None = None,
    content_digest: str | None = None,
    into: str | None = None,
    version: int | None = None,
    idempotency_key: str | None = None,
) -> Call[Review]:
    """Decide one item; `content` is what edit_and_approve writes instead.

    merge folds it into the memory `into`, which says `content` from then on, or what it said;
    restore lets the earlier `version` take effect instead. `content_digest` is the review's:
    should another text wait there by now, StaleVersionError.
    """
    return Call(
        "POST",
        one("reviews", review_id, "decide"),
        review,
        body=_given(
            decision=decision,
            reason=reason,
            note=note,
            content=content,
            content_digest=content_digest,
            into=into,
            version=version,
        ),
        headers=keyed(idempotency_key),
    )


def undo(
    review_id: str,
    *,
    reason: DecisionReason | None = None,
    note: str | None = None,
    decision_id: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Review]:
    """Take the last decision back, for ten minutes: the item waits again, all else is as before.

    Should `decision_id` not be the last any more, ConflictError; so where somebody built on it.
    """
    return Call(
        "POST",
        one("reviews", review_id, "undo"),
        review,
        body=_given(reason=reason, note=note, decision_id=decision_id),
        headers=keyed(idempotency_key),
    )


def decide_many(
    review_ids: Sequence[str],
    decision: DecisionOfMany,
    *,
    reason: DecisionReason,
    note: str | None = None,
    content_digests: Mapping[str, str] | None = None,
    dry_run: bool = False,
    idempotency_key: str | None = None,
) -> Call[DecidedReviews]:
    """Decide up to 100 alike. Each by itself: one that is refused does not stop the others.

    With `dry_run` nothing changes, and the answer tells what would become of each.
    """
    digests = content_digests or {}
    chosen: list[Json] = [
        _given(id=review_id, content_digest=digests.get(review_id)) for review_id in review_ids
    ]
    return Call(
        "POST",
        "reviews/decisions",
        decided_reviews,
        body={
            "reviews": chosen,
            "dry_run": dry_run,
            **_given(decision=decision, reason=reason, note=note),
        },
        headers=keyed(idempotency_key),
    )


def undo_many(
    batch_id: str,
    *,
    reason: DecisionReason | None = None,
    note: str | None = None,
    idempotency_key: str | None = None,
) -> Call[DecidedReviews]:
    """Take back all that was decided at once, each as by itself."""
    return Call(
        "POST",
        one("reviews/decisions", batch_id, "undo"),
        decided_reviews,
        body=_given(reason=reason, note=note),
        headers=keyed(idempotency_key),
    )


def take_next(
    *,
    kind: str | None = None,
    agent: str | None = None,
    subject: str | None = None,
    queue: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Review | None]:
    """The first that nobody is deciding and you may decide, yours for some minutes; None if none.

    Keep it with `heartbeat`, or give it back with `release`. No two people are given the same.
    """
    asked: dict[str, Json] = {"kind": kind, "agent": agent, "subject": subject, "queue": queue}
    return Call(
        "POST",
        "reviews/next",
        next_review,
        body={name: value for name, value in asked.items() if value is not None},
        headers=keyed(idempotency_key),
    )


def claim(review_id: str, *, idempotency_key: str | None = None) -> Call[Review]:
    """Take this one: for some minutes nobody else decides it."""
    return _verb(review_id, "claim", {}, idempotency_key)


def heartbeat(review_id: str, *, idempotency_key: str | None = None) -> Call[Review]:
    """You still work on it: the minutes run anew."""
    return _verb(review_id, "heartbeat", {}, idempotency_key)


def release(review_id: str, *, idempotency_key: str | None = None) -> Call[Review]:
    """Give it back, for whoever comes next."""
    return _verb(review_id, "release", {}, idempotency_key)


def skip(
    review_id: str,
    *,
    reason: SkipReason,
    note: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Review]:
    """Leave it to others: `take_next` gives it to you no more."""
    return _verb(review_id, "skip", {"reason": reason, "note": note}, idempotency_key)


def escalate(
    review_id: str,
    *,
    note: str,
    two_people: bool | None = None,
    idempotency_key: str | None = None,
) -> Call[Review]:
    """One priority up, and due sooner; with `two_people`, two must approve it."""
    return _verb(review_id, "escalate", {"note": note, "two_people": two_people}, idempotency_key)


def _verb(
    review_id: str, verb: str, asked: dict[str, Json], idempotency_key: str | None
) -> Call[Review]:
    return Call(
        "POST",
        one("reviews", review_id, verb),
        review,
        body={name: value for name, value in asked.items() if value is not None},
        headers=keyed(idempotency_key),
    )


def _given(**asked: Json) -> dict[str, Json]:
    return {name: value for name, value in asked.items() if value is not None}
