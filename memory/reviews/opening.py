"""Review items that no write opens: a doubt about what stands, a memory worth renewing."""

from collections.abc import Sequence

from audit.trail import Changes
from console.tenancy.rows import insert_rows
from memory.models import Memory, ReviewItem, ReviewKind


def item_about(
    memory: Memory, kind: ReviewKind, *, code: str, detail: str, risk: float
) -> ReviewItem:
    """About the version in force, yet to be saved."""
    return ReviewItem(
        memory_id=memory.id,
        version=memory.version,
        kind=kind,
        reasons=[{"code": code, "detail": detail}],
        risk=risk,
        content_digest=bytes(memory.content_digest),
        agent_id=memory.agent_id,
        subject_id=memory.subject_id,
    )


def open_items(items: Sequence[ReviewItem]) -> Changes[ReviewItem]:
    """Saves them. The caller is an action whose event is `review.opened`."""
    insert_rows(items)
    opened: Changes[ReviewItem] = Changes()
    for item in items:
        codes = [reason["code"] for reason in item.reasons]
        opened.add(
            item, {"memory_id": str(item.memory_id), "version": item.version, "reasons": codes}
        )
    return opened
