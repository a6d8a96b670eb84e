"""By what runs are found: one row per run and tool, model, agent..., inserted once."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from audit.dialects.otel_genai import OPERATION, OTEL_GENAI
from audit.ingest import columns
from audit.ingest.row import SpanRow
from audit.ingest.statements import run, send
from audit.ingest.stitch import Claim
from audit.models import FacetKind
from console.tenancy.scope import current_tenant_id

Facet = tuple[FacetKind, str, UUID]

OPERATIONS = frozenset(OTEL_GENAI.kinds[OPERATION])
MAX_NAME = 120
MOST_NAMES = 20  # of a batch and run: whoever puts an id into every name is not to fill the table

INSERT = """
INSERT INTO audit_runfacet (tenant_id, kind, value, run_id)
SELECT %s::uuid, batch.* FROM unnest(%s::int2[], %s::text[], %s::uuid[]) AS batch
ON CONFLICT DO NOTHING
"""
# As `_names` has it, of a stored span.
_NAME = f"""
CASE WHEN s.name IN ({", ".join(f"'{operation}'" for operation in sorted(OPERATIONS))})
  OR (coalesce(nullif(s.tool, ''), nullif(s.model, ''), s.agent) <> '' AND position(
    coalesce(nullif(s.tool, ''), nullif(s.model, ''), s.agent) IN left(s.name, {MAX_NAME})) > 0)
THEN '' ELSE left(s.name, {MAX_NAME}) END
"""
# Of what is stored. The old runs' span of time prunes the partitions to look into.
_FACETS = f"""
SELECT DISTINCT s.run_id, f.kind::int4, f.value
FROM audit_span s CROSS JOIN LATERAL (VALUES
  (0, s.tool), (1, s.model), (2, s.agent),
  (3, CASE WHEN s.status = 'error' THEN s.error_type ELSE '' END),
  (5, s.op), (6, s.provider), (7, {_NAME})
) AS f (kind, value)
WHERE s.tenant_id = %s AND f.value <> '' AND s.{{0}} = ANY(%s)
  AND s.start_time BETWEEN
    (SELECT min(first_seen) FROM audit_run WHERE tenant_id = %s AND id = ANY(%s))
    AND (SELECT max(last_seen) FROM audit_run WHERE tenant_id = %s AND id = ANY(%s))
UNION
SELECT run_id, 4, subject_id::text FROM audit_trace t
WHERE tenant_id = %s AND has_spans AND subject_id IS NOT NULL AND {{0}} = ANY(%s)
  AND NOT EXISTS (SELECT FROM keys_datakey k WHERE k.tenant_id = t.tenant_id
    AND k.subject_id = t.subject_id AND k.destroyed_reason = 'erased')
"""  # noqa: S608 - constants of ours
OF_TRACES = _FACETS.format("trace_id")
DROP = f"""
WITH backed AS MATERIALIZED ({_FACETS.format("run_id")})
DELETE FROM audit_runfacet f
USING unnest(%s::int2[], %s::text[]) AS moved (kind, value)
WHERE f.tenant_id = %s AND f.kind = moved.kind AND f.value = moved.value AND f.run_id = ANY(%s)
  AND NOT EXISTS (SELECT FROM backed b
    WHERE b.run_id = f.run_id AND b.kind = f.kind AND b.value = f.value)
"""  # noqa: S608 - constants of ours


def facets_of(rows: Collection[SpanRow], claims: Mapping[bytes, Claim]) -> set[Facet]:
    facets: set[Facet] = set()
    for row in rows:
        meaning, claim = row.meaning, claims[row.span.trace_id]
        run_id = claim.run_id
        facets.add((FacetKind.OP, meaning.op, run_id))
        if meaning.tool:
            facets.add((FacetKind.TOOL, meaning.tool, run_id))
        if meaning.model:
            facets.add((FacetKind.MODEL, meaning.model, run_id))
        if meaning.agent:
            facets.add((FacetKind.AGENT, meaning.agent, run_id))
        if meaning.provider:
            facets.add((FacetKind.PROVIDER, meaning.provider, run_id))
        if meaning.is_error and meaning.error_type:
            facets.add((FacetKind.ERROR_TYPE, meaning.error_type, run_id))
        if claim.subject_id is not None:
            facets.add((FacetKind.SUBJECT, str(claim.subject_id), run_id))
    return facets | _names(rows, claims)


def _names(rows: Collection[SpanRow], claims: Mapping[bytes, Claim]) -> set[Facet]:
    """What steps are called, where that is not what else they are found by."""
    names: dict[UUID, set[str]] = {}
    for row in rows:
        name, meaning = row.span.name[:MAX_NAME], row.meaning
        known = meaning.tool or meaning.model or meaning.agent
        if not name or name in OPERATIONS or (known and known in name):
            continue
        of_run = names.setdefault(claims[row.span.trace_id].run_id, set())
        if len(of_run) < MOST_NAMES:
            of_run.add(name)
    return {(FacetKind.NAME, name, run_id) for run_id, of_run in names.items() for name in of_run}


def record_facets(facets: Iterable[Facet]) -> None:
    """In one order for every writer: two batches of one run insert the same rows."""
    ordered = sorted(facets)
    if not ordered:
        return
    send(
        INSERT,
        [
            current_tenant_id(),
            columns.smallints([kind for kind, _, _ in ordered]),
            columns.texts([value for _, value, _ in ordered]),
            columns.uuids([run_id for _, _, run_id in ordered]),
        ],
    )


def facets_of_traces(trace_ids: Collection[bytes], old_run_ids: Collection[UUID]) -> set[Facet]:
    """Of what is stored of traces that lie in new runs now."""
    tenant_id, traces = current_tenant_id(), columns.byteas(list(trace_ids))
    runs = columns.uuids(list(old_run_ids))
    found = run(OF_TRACES, [tenant_id, traces, *(tenant_id, runs) * 2, tenant_id, traces])
    return {(FacetKind(kind), value, run_id) for run_id, kind, value in found}


def drop_facets(facets: Collection[Facet], run_ids: Collection[UUID]) -> None:
    """Takes what moved away from the runs that it left, where no step of theirs has it too.

    Call it when the rows of the runs are held.
    """
    moved = sorted({(kind, value) for kind, value, _ in facets})
    tenant_id, runs = current_tenant_id(), columns.uuids(list(run_ids))
    send(
        DROP,
        [
            *(tenant_id, runs) * 4,
            columns.smallints([kind for kind, _ in moved]),
            columns.texts([value for _, value in moved]),
            *(tenant_id, runs),
        ],
    )
