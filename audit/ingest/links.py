"""Traces that go where another goes, because their root links to it.

A rare path: taken when one of a batch's claims changed its run, or came with a link.

A trace without conversation or session follows its link, and that one its own, to the first that
has a key, or links no further. Traces that link in a circle go by the least of their ids. None of
it depends on the order of arrival: whoever changes where a trace goes takes along all that follow
it, and whoever links to a trace waits for those who hold it.
"""

from collections.abc import Iterable, Mapping, Sequence

from audit.ingest import columns
from audit.ingest.run_key import key_of_trace
from audit.ingest.statements import run, send
from audit.ingest.stitch import Claim
from audit.models import StitchedBy
from console.tenancy.scope import current_tenant_id

# A longer tail of traces than this stays where it is, so that one batch has an end.
MOST_FOLLOWERS = 5_000
# Others may link to a follower before it is held. Each look finds those of the look before.
MOST_LOOKS = 8

# Held in one order, as claims are.
FOLLOWERS = """
WITH RECURSIVE following (trace_id) AS (
  SELECT unnest(%s::bytea[])
  UNION
  SELECT t.trace_id FROM following f
  JOIN audit_trace t ON t.tenant_id = %s AND t.link = f.trace_id AND t.stitched_by = 0
), few AS (SELECT trace_id FROM following LIMIT %s)
SELECT trace_id, run_id, stitched_by, link, has_root, has_spans, subject_id, run_id, link,
  has_root, has_spans
FROM audit_trace WHERE tenant_id = %s AND trace_id IN (SELECT trace_id FROM few)
ORDER BY trace_id FOR UPDATE
"""
POINT = """
UPDATE audit_trace t SET run_id = batch.run_id
FROM unnest(%s::bytea[], %s::uuid[]) AS batch (trace_id, run_id)
WHERE t.tenant_id = %s AND t.trace_id = batch.trace_id AND t.run_id <> batch.run_id
"""


def follow_links(claims: dict[bytes, Claim]) -> list[Claim]:
    """Points the claims, and those that follow them, at their runs.

    Which traces have moved: also one that had no spans yet, whose heartbeats made a run.
    """
    changed = [c for c in claims.values() if c.has_moved or c.goes_by_new_link]
    if not changed:
        return []
    reached = {
        trace_id: claims.get(trace_id, follower)
        for trace_id, follower in _followers([claim.trace_id for claim in changed]).items()
    }
    for trace_id, claim in reached.items():
        if claim.stitched_by == StitchedBy.TRACE:
            _point(claim, _end_of(trace_id, reached, claims))
    _keep(reached.values())
    return [claim for claim in reached.values() if claim.has_moved]


def _followers(trace_ids: Sequence[bytes]) -> dict[bytes, Claim]:
    """Themselves and all that follow them, held."""
    tenant_id = current_tenant_id()
    seeds = columns.byteas(trace_ids)
    held = set(trace_ids)
    looked: dict[bytes, Claim] = {}
    for _ in range(MOST_LOOKS):
        found = run(FOLLOWERS, [seeds, tenant_id, MOST_FOLLOWERS, tenant_id])
        looked = {claim.trace_id: claim for claim in (Claim(*row) for row in found)}
        if looked.keys() <= held:
            break
        held |= looked.keys()
    return looked


def _end_of(
    trace_id: bytes, reached: Mapping[bytes, Claim], claims: Mapping[bytes, Claim]
) -> Claim | bytes:
    """Whose run a trace goes by; an id where it is that trace's own."""
    start, path = reached[trace_id], dict[bytes, int]()
    while trace_id not in path:
        claim = reached.get(trace_id)
        if claim is None:  # beyond what changed: it is where it was
            return claims.get(trace_id, start)
        if claim.stitched_by != StitchedBy.TRACE:
            return claim
        if claim.link is None:
            return trace_id
        path[trace_id] = len(path)
        trace_id = claim.link
    circle = list(path)[path[trace_id] :]
    return min(circle)


def _point(claim: Claim, end: Claim | bytes) -> None:
    if isinstance(end, bytes):
        claim.key = key_of_trace(end)
        claim.run_id = claim.key.run_id(current_tenant_id())
    else:
        claim.key, claim.run_id = end.key, end.run_id


def _keep(claims: Iterable[Claim]) -> None:
    pointed = [claim for claim in claims if claim.stitched_by == StitchedBy.TRACE]
    if pointed:
        traces = columns.byteas([claim.trace_id for claim in pointed])
        runs = columns.uuids([claim.run_id for claim in pointed])
        send(POINT, [traces, runs, current_tenant_id()])
