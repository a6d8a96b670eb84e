from __future__ import annotations

from typing import Literal, TypeAlias

from mnemoscope_client import decode
from mnemoscope_client.answers.review import Review, review
from mnemoscope_client.calls import Call, Json, Page, keyed, one, params

Decision: TypeAlias = Literal["approve", "edit_and_approve", "reject", "expire", "delete"]
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
    "other",
]


def list_reviews(
    *,
    status: str | None = None,
    kind: str | None = None,
    agent: str | None = None,
    subject: str | None = None,
    page_size: int | None = None,
) -> Call[Page[Review]]:
    """Those that are open, unless `status` asks for others; the riskiest first."""
    return Call(
        "GET",
        "reviews",
        decode.page_of(review),
        params=params(status=status, kind=kind, agent=agent, subject=subject, limit=page_size),
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
    idempotency_key: str | None = None,
) -> Call[Review]:
    """Decide one item; `content` is what edit_and_approve writes instead.

    `content_digest` is the review's: should another text wait there by now, StaleVersionError.
    """
    asked: dict[str, Json] = {
        "decision": decision,
        "reason": reason,
        "note": note,
        "content": content,
        "content_digest": content_digest,
    }
    return Call(
        "POST",
        one("reviews", review_id, "decide"),
        review,
        body={name: value for name, value in asked.items() if value is not None},
        headers=keyed(idempotency_key),
    )
