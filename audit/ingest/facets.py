"""By what runs are found: one row per run and tool, model, agent..., inserted once."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from audit.dialects.otel_genai import OPERATION, OTEL_GENAI
from audit.ingest import columns
from audit.ingest.row import SpanRow
from audit.ingest.statements import send
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
