"""Steps that arrive about somebody who was erased: kept as figures, without a word of theirs.

An agent that was not told goes on sending. That a step was taken, when, and what it cost is the
agent's; its name, its conversation and what it said may name the person.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from audit.ingest.row import SpanRow
from audit.ingest.run_key import RunKey
from audit.ingest.stitch import Claim


def without_words_of_erased(
    rows: Sequence[SpanRow], claims: Mapping[bytes, Claim], living: Collection[UUID | None]
) -> list[SpanRow]:
    """`living` are the subjects, and nobody, whose content may be kept.

    The claims of the others' traces tell no more what they go by, nor whom they are about.
    """
    traces = {row.span.trace_id for row in rows}
    erased = {trace_id for trace_id in traces if claims[trace_id].subject_id not in living}
    if not erased:
        return list(rows)
    for trace_id in erased:
        claim = claims[trace_id]
        claim.key, claim.subject_id = RunKey(claim.stitched_by, str(claim.run_id)), None
    return [_wordless(row) if row.span.trace_id in erased else row for row in rows]


def _wordless(row: SpanRow) -> SpanRow:
    span = replace(row.span, name="", status_message="", attributes={}, events=(), links=())
    meaning = row.meaning._replace(
        conversation=None, session=None, subject=None, error_type=None, memory=None
    )
    return replace(row, span=span, meaning=meaning)
