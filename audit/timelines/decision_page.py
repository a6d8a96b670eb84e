"""A page of a run's decisions, however long the run: what is read is what is around them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from django.db import connection
from django.db.models import Q, QuerySet

from audit.dialects.dialect import Op
from audit.ingest.content import contents_of
from audit.models import MemoryAccess, Run, Span
from audit.timelines.decisions import Decision, decisions_in
from audit.timelines.memory_mark import CLOCK_SKEW, MAX_MARKS, MemoryMark, mark_of
from audit.timelines.started import BY_START, instant_of, spans_of, started_after
from audit.timelines.tree import SPAN_ID_BYTES
from audit.timelines.waterfall import COLUMNS, Told, Waterfall, lay_out
from console.tenancy.scope import current_tenant_id

# Of other agents that decide meanwhile, so many decisions before and after the page's are read.
BESIDE = 20
MAX_STEPS = 8_000
MAX_ABOVE = 2_000
# What is shown of one decision; the rest is counted.
CALLS_SHOWN = 8
ABOVE: LiteralString = """
WITH RECURSIVE above AS (
  SELECT s.trace_id, s.span_id, s.parent_id, s.start_ns, s.duration_ns, s.op, s.name, s.agent,
         s.tool, s.model, s.error_type, s.status, s.state
  FROM unnest(%(traces)s::bytea[], %(spans)s::bytea[]) AS missing (trace_id, span_id)
  JOIN audit_span s ON s.tenant_id = %(tenant)s AND s.trace_id = missing.trace_id
    AND s.span_id = missing.span_id AND s.start_time BETWEEN %(since)s AND %(until)s
  UNION
  SELECT s.trace_id, s.span_id, s.parent_id, s.start_ns, s.duration_ns, s.op, s.name, s.agent,
         s.tool, s.model, s.error_type, s.status, s.state
  FROM above JOIN audit_span s ON s.tenant_id = %(tenant)s AND s.trace_id = above.trace_id
    AND s.span_id = above.parent_id AND s.start_time BETWEEN %(since)s AND %(until)s
)
SELECT * FROM above LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """`documents` say what the steps shown said (`audit.ingest.content`), by trace id and span id.

    `is_cut` where more happened than is read: the last decisions may lack what came after them.
    """

    waterfall: Waterfall
    decisions: list[Decision]
    documents: Mapping[bytes, Mapping[str, Any]]
    is_cut: bool


def deciding_unit(run: Run) -> Op:
    """Where no model call was told, an agent's turn is a decision."""
    return Op.MODEL if spans_of(run).filter(op=Op.MODEL).exists() else Op.AGENT


def deciding_steps(run: Run, unit: Op) -> QuerySet[Span]:
    return spans_of(run).filter(op=unit).order_by(*BY_START)


def decisions_around(run: Run, page: Sequence[Span], unit: Op) -> DecisionPage:
    """The decisions that the steps of this page are, in their order. Eight statements."""
    if not page:
        return DecisionPage(lay_out(run, []), [], {}, is_cut=False)
    told = _steps_around(run, page, unit)
    steps = told[:MAX_STEPS]
    steps = [*_steps_above(run, steps), *steps]
    waterfall = lay_out(run, steps)
    wanted = {bytes(span.trace_id) + bytes(span.span_id) for span in page}
    found = decisions_in(waterfall, _marks_of(run, steps), unit)
    decisions = [one for one in found if waterfall.tree.key[one.row] in wanted]
    documents = _documents(run, waterfall, decisions)
    return DecisionPage(waterfall, decisions, documents, is_cut=len(told) > MAX_STEPS)


def _steps_around(run: Run, page: Sequence[Span], unit: Op) -> list[Told]:
    first, last = page[0], page[-1]
    decided = deciding_steps(run, unit)
    before = decided.filter(start_time__lte=first.start_time, start_ns__lt=first.start_ns)
    starts = list(before.reverse().values_list("start_time", flat=True)[:BESIDE])
    after = decided.filter(_after(last))
    ends = list(after.values_list("start_ns", flat=True)[:BESIDE])
    steps = spans_of(run).order_by(*BY_START)
    if len(starts) == BESIDE:
        steps = steps.filter(start_time__gte=starts[-1])
    if len(ends) == BESIDE:
        steps = steps.filter(start_time__lte=instant_of(ends[-1]))
    return list(steps.values_list(*COLUMNS)[: MAX_STEPS + 1])


def _after(span: Span) -> Q:
    return started_after(span.start_ns, bytes(span.trace_id), bytes(span.span_id))


def _steps_above(run: Run, steps: Iterable[Told]) -> list[Told]:
    """The agents and tools in which these steps are, if they started long before."""
    known = {(bytes(step[0]), bytes(step[1])) for step in steps}
    parents = {(bytes(step[0]), bytes(step[2])) for step in steps if step[2]}
    missing = sorted(parents - known)
    if not missing:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            ABOVE,
            {
                "tenant": current_tenant_id(),
                "traces": [trace for trace, _ in missing],
                "spans": [span for _, span in missing],
                "since": run.first_seen,
                "until": run.last_seen,
                "most": MAX_ABOVE,
            },
        )
        return [row for row in cursor.fetchall() if (bytes(row[0]), bytes(row[1])) not in known]


def _marks_of(run: Run, steps: Sequence[Told]) -> dict[bytes, list[MemoryMark]]:
    marks: dict[bytes, list[MemoryMark]] = {}
    found = MemoryAccess.objects.filter(
        trace_id__in={bytes(step[0]) for step in steps},
        span_id__in={bytes(step[1]) for step in steps},
        at__gte=run.first_seen - CLOCK_SKEW,
    ).order_by("at", "rank")
    for access in found[:MAX_MARKS]:
        key = bytes(access.trace_id or b"") + bytes(access.span_id or b"")
        marks.setdefault(key, []).append(mark_of(access))
    return marks


def _documents(
    run: Run, waterfall: Waterfall, decisions: Iterable[Decision]
) -> dict[bytes, Mapping[str, Any]]:
    rows = [row for one in decisions for row in (one.row, *one.plans[:1], *one.calls[:CALLS_SHOWN])]
    keys = [waterfall.tree.key[row] for row in rows]
    starts = [instant_of(waterfall.start[row]) for row in rows]
    if not keys:
        return {}
    spans = Span.objects.filter(
        trace_id__in={key[:-SPAN_ID_BYTES] for key in keys},
        span_id__in={key[-SPAN_ID_BYTES:] for key in keys},
        start_time__gte=max(run.first_seen, min(starts)),
        start_time__lte=max(starts),
    )
    return {trace + span: document for (trace, span), document in contents_of(list(spans)).items()}
