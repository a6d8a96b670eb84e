from __future__ import annotations

from typing import Literal, TypeAlias

from mnemoscope_client import decode
from mnemoscope_client.answers.review import Review, review
from mnemoscope_client.calls import Call, Json, Page, keyed, one

Decision: TypeAlias = Literal["approve", "edit_and_approve", "reject", "expire", "delete"]


def list_reviews(*, state: str | None = None, page_size: int | None = None) -> Call[Page[Review]]:
    params = {"state": state, "limit": None if page_size is None else str(page_size)}
    return Call(
        "GET",
        "reviews",
        decode.page_of(review),
        params=tuple((name, value) for name, value in params.items() if value is not None),
    )


def decide(
    review_id: str,
    decision: Decision,
    *,
    reason: str,
    note: str | None = None,
    content: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Review]:
    """Decide one item; `content` is what edit_and_approve writes instead."""
    asked: dict[str, Json] = {
        "decision": decision,
        "reason": reason,
        "note": note,
        "content": content,
    }
    return Call(
        "POST",
        one("reviews", review_id, "decide"),
        review,
        body={name: value for name, value in asked.items() if value is not None},
        headers=keyed(idempotency_key),
    )
