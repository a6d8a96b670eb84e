"""Spans as an instrumentation sends them, decoded, and what they mean."""

import os
from collections.abc import Mapping
from typing import Any

from audit.dialects.normalise import BUILT_IN, Meaning, normalise
from audit.ingest.record import Source, SpanEvent, SpanRecord
from tests.ingest.messages import moment_ns


def a_record(
    attributes: Mapping[str, Any] | None = None,
    name: str = "step",
    *,
    resource: Mapping[str, Any] | None = None,
    scope: str = "tests",
    events: tuple[SpanEvent, ...] = (),
    **fields: Any,
) -> SpanRecord:
    start = moment_ns()
    given: dict[str, Any] = {
        "trace_id": os.urandom(16),
        "span_id": os.urandom(8),
        "parent_id": None,
        "kind": 1,
        "trace_state": "",
        "start_ns": start,
        "end_ns": start + 1,
        "status_code": 0,
        "status_message": "",
        "links": (),
    }
    return SpanRecord(
        name=name,
        attributes=attributes or {},
        events=events,
        source=Source(resource or {}, scope, "", {}, ""),
        **given | fields,
    )


def meaning(
    attributes: Mapping[str, Any] | None = None, name: str = "step", **fields: Any
) -> Meaning:
    index = fields.pop("index", BUILT_IN)
    return normalise(a_record(attributes, name, **fields), index)


def recalled(found: Meaning) -> list[str]:
    """The ids of the records that a memory span touched, best first."""
    assert found.memory is not None
    return [record.id for record in found.memory.records]
