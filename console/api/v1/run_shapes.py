"""What the API is asked and answers about runs and their spans."""

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override

from audit.dialects.dialect import Op
from audit.models import AccessKind, AccessSource, Run, RunStatus, SpanState, StitchedBy
from audit.timelines.memory_mark import MemoryMark
from audit.timelines.runs import RunOrder
from audit.timelines.step import Step
from console.api.fields import InstantField, OneOfField, TextField
from console.api.v1.answers import Shape, as_json
from console.api.v1.queries import PageQuery
from console.platform.durations import duration_of

MAX_TEXT = 256
DOLLARS = re.compile(r"\d{1,6}(?:\.\d{1,9})?", re.ASCII)
STEP_KINDS = [(op.value, op.value) for op in Op]
STITCHED_BY = [member.name.lower() for member in StitchedBy]


@extend_schema_field({"type": "string", "example": "5min"})
class DurationField(serializers.Field[timedelta, str, str, Any]):
    """A number and its unit."""

    @override
    def to_internal_value(self, data: str) -> timedelta:
        try:
            return duration_of(data)
        except ValueError as error:
            raise serializers.ValidationError(str(error), code="invalid") from error


@extend_schema_field({"type": "string", "example": "0.25"})
class DollarsField(serializers.Field[int, str, str, Any]):
    """An amount to the ninth digit, as nanodollars."""

    @override
    def to_internal_value(self, data: str) -> int:
        if not DOLLARS.fullmatch(data):
            raise serializers.ValidationError("Send an amount of dollars: 0.25.", code="invalid")
        return int(Decimal(data) * 10**9)


class RunQuery(PageQuery):
    state = OneOfField(required=False, choices=RunStatus.choices)
    agent = TextField(required=False, max_length=MAX_TEXT, help_text="The name of one in it.")
    tool = TextField(required=False, max_length=MAX_TEXT, help_text="One that a step used.")
    model = TextField(required=False, max_length=MAX_TEXT, help_text="One that a step called.")
    error_type = TextField(required=False, max_length=MAX_TEXT, help_text="Of a step.")
    subject = TextField(required=False, max_length=MAX_TEXT, help_text="Whom a step names.")
    service = TextField(required=False, max_length=MAX_TEXT, help_text="`service.name`.")
    errors = OneOfField(required=False, choices=["some", "none"])  # type: ignore[assignment]
    memory = TextField(required=False, max_length=MAX_TEXT, help_text="The id of one it touched.")
    since = InstantField(required=False, help_text="Active at or after.")
    until = InstantField(required=False, help_text="Begun before.")
    longer = DurationField(required=False, help_text="Took at least: 500ms, 2h, 3d.")
    shorter = DurationField(required=False, help_text="Took less than.")
    min_cost = DollarsField(required=False, help_text="Cost at least so many US dollars: 0.25.")
    max_cost = DollarsField(required=False, help_text="Cost less than so many.")
    q = TextField(
        required=False,
        max_length=MAX_TEXT,
        help_text="Words, each a part of what it, its conversation, or one of its steps, tools,"
        " models or agents is called. What steps said is sealed, and not searched.",
    )
    order = OneOfField(
        required=False,
        default=RunOrder.NEWEST,
        choices=[str(order) for order in RunOrder],
        help_text="`newest` activity, `longest`, most `cost` or most `errors` first; but for"
        " `newest`, of the newest 50,000 runs.",
    )


class RunAnswer(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="Its root's, or what it is known by until that arrives.")
    state = serializers.ChoiceField(choices=RunStatus.choices)
    agent = serializers.CharField(allow_null=True)
    service = serializers.CharField(allow_null=True)
    stitched_by = serializers.ChoiceField(
        choices=STITCHED_BY, help_text="What makes its traces one run."
    )
    key = serializers.CharField(help_text="The conversation, session or trace id.")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null until it is over.")
    last_seen_at = serializers.DateTimeField()
    heartbeat_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was last told to be alive."
    )
    root_missing = serializers.BooleanField(help_text="The root of a trace has not arrived.")
    spans = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]
    input_tokens = serializers.IntegerField(help_text="Of model calls.")
    output_tokens = serializers.IntegerField(help_text="Of model calls.")
    cost_nanos = serializers.IntegerField(
        help_text="In 1e-9 US dollars, as spans report it or the price table says."
    )
    cache_read_tokens = serializers.IntegerField(help_text="Of model calls.")
    cache_write_tokens = serializers.IntegerField(help_text="Of model calls.")
    model_calls = serializers.IntegerField()
    tool_calls = serializers.IntegerField()
    approvals = serializers.IntegerField(help_text="For which it waited for a person.")
    memory_reads = serializers.IntegerField()
    memory_writes = serializers.IntegerField()


class MemoryTouchAnswer(Shape):
    memory_id = serializers.CharField()
    access = serializers.ChoiceField(choices=AccessKind.choices)
    said_by = serializers.ChoiceField(
        choices=AccessSource.choices,
        help_text="`api`: our memory API did it. `span`: the agent's span claims it.",
    )
    version = serializers.IntegerField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    store = serializers.CharField(allow_null=True)
    purpose = serializers.CharField(allow_null=True)


class SpanAnswer(Shape):
    trace_id = serializers.CharField(help_text="Hexadecimal, as all ids here.")
    span_id = serializers.CharField()
    parent_span_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=STEP_KINDS)
    state = serializers.ChoiceField(choices=SpanState.choices)
    failed = serializers.BooleanField()
    error_type = serializers.CharField(allow_null=True)
    agent = serializers.CharField(allow_null=True)
    service = serializers.CharField(allow_null=True)
    tool = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    memory_store = serializers.CharField(allow_null=True)
    memory_count = serializers.IntegerField(allow_null=True)
    memories = MemoryTouchAnswer(many=True)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null while it runs.")
    duration_ns = serializers.IntegerField(allow_null=True)


def shown_run(run: Run) -> dict[str, Any]:
    return as_json(
        RunAnswer,
        {
            "id": run.id,
            "name": run.title,
            "state": run.status,
            "agent": run.agent or None,
            "service": run.service or None,
            "stitched_by": StitchedBy(run.stitched_by).name.lower(),
            "key": run.key,
            "started_at": run.first_seen,
            "ended_at": run.last_seen if run.is_over else None,
            "last_seen_at": run.last_seen,
            "heartbeat_at": run.last_heartbeat,
            "root_missing": run.open_traces > 0,
            "spans": run.span_count,
            "errors": run.error_count,
            "input_tokens": run.input_tokens,
            "output_tokens": run.output_tokens,
            "cache_read_tokens": run.cache_read_tokens,
            "cache_write_tokens": run.cache_write_tokens,
            "cost_nanos": run.cost_nanos,
            "model_calls": run.model_calls,
            "tool_calls": run.tool_calls,
            "approvals": run.approvals,
            "memory_reads": run.memory_reads,
            "memory_writes": run.memory_writes,
        },
    )


def shown_step(step: Step, memories: Sequence[MemoryMark]) -> dict[str, Any]:
    return as_json(
        SpanAnswer,
        {
            "trace_id": step.trace_id,
            "span_id": step.span_id,
            "parent_span_id": step.parent_id,
            "name": step.name,
            "kind": step.op,
            "state": SpanState.RUNNING if step.is_running else SpanState.DONE,
            "failed": step.is_error,
            "error_type": step.error_type or None,
            "agent": step.agent or None,
            "service": step.service or None,
            "tool": step.tool or None,
            "model": step.model or None,
            "input_tokens": step.input_tokens,
            "output_tokens": step.output_tokens,
            "memory_store": step.memory_store or None,
            "memory_count": step.memory_count,
            "memories": [shown_mark(mark) for mark in memories],
            "started_at": step.started_at,
            "ended_at": step.ended_at,
            "duration_ns": step.duration_ns,
        },
    )


def shown_mark(mark: MemoryMark) -> dict[str, Any]:
    return {
        "memory_id": mark.memory_id,
        "access": mark.access,
        "said_by": mark.source,
        "version": mark.version,
        "rank": mark.rank,
        "score": mark.score,
        "store": mark.store or None,
        "purpose": mark.purpose or None,
    }
