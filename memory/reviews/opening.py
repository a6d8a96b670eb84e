"""Opening review items: into which place of which queue, and those that no write opens."""

from collections import Counter
from collections.abc import Sequence

from audit.trail import Changes
from console.tenancy.rows import fetch, insert_rows
from console.tenancy.scope import current_tenant_id
from memory.announcing import announce_opened
from memory.models import Memory, ReviewItem, ReviewKind
from memory.reviews import journal
from memory.reviews.queues import queues_named

# Counted no further: what has a thousand before it is late whatever else is true of it.
MOST_AHEAD = 1000
AHEAD = """
SELECT agent, (
  SELECT count(*) FROM (
    SELECT FROM memory_reviewitem r
    WHERE r.tenant_id = %s AND r.agent_id = agent AND r.status = 'open' LIMIT %s) waiting)
FROM unnest(%s::uuid[]) AS agent
"""


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


def enqueue(items: Sequence[ReviewItem]) -> None:
    """Saves them, each with when it is due and how many of its agent wait before it."""
    if not items:
        return
    queues = queues_named({item.queue for item in items})
    agents = list({item.agent_id for item in items if item.agent_id is not None})
    ahead = Counter(dict(fetch(AHEAD, [current_tenant_id(), MOST_AHEAD, agents])))
    for item in items:
        item.due_at = item.opened_at + queues[item.queue].sla(item.priority)
        # People's own writes stand in no line: a flood is a program's.
        if item.agent_id is not None:
            item.ahead = min(ahead[item.agent_id], MOST_AHEAD)
            ahead[item.agent_id] += 1
    insert_rows(items)
    announce_opened(items)


def open_items(items: Sequence[ReviewItem]) -> Changes[ReviewItem]:
    """Saves them. The caller is an action whose event is `review.opened`."""
    enqueue(items)
    journal.opening([item.id for item in items])
    opened: Changes[ReviewItem] = Changes()
    for item in items:
        codes = [reason["code"] for reason in item.reasons]
        opened.add(
            item, {"memory_id": str(item.memory_id), "version": item.version, "reasons": codes}
        )
    return opened
