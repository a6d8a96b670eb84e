"""Which of what the policy let in by itself comes back for a person, and to which queue.

A queue's `sampled_share` is a share of all automatic approvals, its `double_blind_share` one of the
reviews decided in it. What is drawn is settled by a keyed hash of the row's id: whoever writes
cannot tell beforehand, and a sweep that runs twice draws the same.
"""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from console.platform.ids import first_id_of
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import ReviewQueue

# A sweep that did not run for longer leaves a gap, rather than a flood.
REACH = timedelta(days=1)
MOST_AT_ONCE = 200

# In force, by a program, and never before a person.
APPROVALS = """
SELECT m.id FROM memory_memoryversion v
JOIN memory_memory m ON m.tenant_id = v.tenant_id AND m.id = v.memory_id AND m.version = v.number
WHERE v.tenant_id = %(tenant)s AND v.id >= %(since)s AND v.author_kind = 'agent'
  AND m.state = 'active' AND (m.expires_at IS NULL OR m.expires_at > %(at)s)
  AND (uuid_hash_extended(v.id, %(seed)s)::numeric + 9223372036854775808) / 18446744073709551616
    < %(share)s
  AND NOT EXISTS (SELECT FROM memory_reviewitem r
    WHERE r.tenant_id = v.tenant_id AND r.memory_id = v.memory_id AND r.version = v.number)
ORDER BY v.id LIMIT %(most)s
"""
DECIDED = """
SELECT r.id FROM memory_reviewitem r
WHERE r.tenant_id = %(tenant)s AND r.closed_at >= %(after)s AND r.queue = %(queue)s
  AND r.status = ANY(%(statuses)s)
  AND (uuid_hash_extended(r.id, %(seed)s)::numeric + 9223372036854775808) / 18446744073709551616
    < %(share)s
  AND EXISTS (SELECT FROM memory_reviewdecision d
    WHERE d.tenant_id = r.tenant_id AND d.review_id = r.id)
  AND NOT EXISTS (SELECT FROM memory_secondopinion o
    WHERE o.tenant_id = r.tenant_id AND o.review_id = r.id AND o.purpose = 'double_blind')
ORDER BY r.closed_at LIMIT %(most)s
"""


def drawn_approvals(queue: ReviewQueue, at: datetime) -> list[UUID]:
    """Ids of memories whose version in force is to be looked at in this queue."""
    asked = _asked(queue, at, share=queue.sampled_share, purpose="sample")
    return [row[0] for row in fetch(APPROVALS, asked | {"since": first_id_of(at - REACH)})]


def drawn_reviews(queue: ReviewQueue, at: datetime, *, statuses: list[str]) -> list[UUID]:
    """Ids of reviews decided in this queue that a second person is to decide blind."""
    asked = _asked(queue, at, share=queue.double_blind_share, purpose="double blind")
    asked |= {"after": at - REACH, "queue": queue.name, "statuses": statuses}
    return [row[0] for row in fetch(DECIDED, asked)]


def _asked(queue: ReviewQueue, at: datetime, *, share: float, purpose: str) -> dict[str, object]:
    return {
        "tenant": current_tenant_id(),
        "at": at,
        "share": share,
        "seed": _seed(queue.name, purpose),
        "most": MOST_AT_ONCE,
    }


def _seed(queue: str, purpose: str) -> int:
    """A signed 64-bit integer that only this installation knows."""
    told = f"{current_tenant_id()}/{purpose}/{queue}".encode()
    digest = hmac.digest(settings.CONTEXT_KEY, told, "sha256")
    return int.from_bytes(digest[:8], "big", signed=True)
