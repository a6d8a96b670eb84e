"""What the API is asked and answers about how far a memory's influence reaches."""

import re
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from audit.influence.after import DECISIONS, Decision
from audit.models import SpanStatus
from console.api.fields import IdentifierField, InstantField, QueryNumberField, TextField
from console.api.serializers import QuerySerializer, refuse
from console.api.v1.answers import Shape, as_json
from memory.influence.origins import OriginKind
from memory.influence.reached import Cut, Evidence, InfluencedRun
from memory.influence.told import Told, ToldMemory
from memory.models import State

WORDS = [str(Evidence.RECORDED), str(Evidence.CLAIMED)]
TRACE_ID, SPAN_ID = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{16}")
DEFAULT_ROWS, MOST_ROWS = 100, 1_000


class WindowQuery(QuerySerializer):
    since = InstantField(required=False, help_text="Recalls at or after.")
    until = InstantField(required=False, help_text="Recalls before.")
    limit = QueryNumberField(
        required=False,
        default=DEFAULT_ROWS,
        min_value=1,
        max_value=MOST_ROWS,
        help_text="How many runs, steps and memories each to list at most. Figures count all.",
    )


class InfluenceQuery(WindowQuery):
    version = QueryNumberField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="Of this version alone."
    )


class OriginQuery(WindowQuery):
    trace_id = TextField(required=False, max_length=32, help_text="Hexadecimal; with `span_id`.")
    span_id = TextField(required=False, max_length=16)
    agent = IdentifierField(
        required=False,
        help_text="What this agent wrote; `since` and `until` then say when it did.",
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_origin(attrs)


def check_origin(attrs: dict[str, Any]) -> dict[str, Any]:
    """Exactly one of the ways to say where influence starts. Raises ValidationError."""
    if sum(name in attrs for name in ("memory", "span_id", "agent")) != 1:
        told = "Send one of these: a memory, an agent, or a trace_id and a span_id."
        raise refuse("agent", "conflicting_fields", told)
    if "version" in attrs and "memory" not in attrs:
        raise refuse("version", "conflicting_fields", "Only a memory has versions.")
    for name, form in (("trace_id", TRACE_ID), ("span_id", SPAN_ID)):
        if "span_id" in attrs and not form.fullmatch(attrs.get(name, "")):
            raise refuse(name, "invalid", "Send it in lower-case hexadecimal.")
    return attrs


class OriginAnswer(Shape):
    kind = serializers.ChoiceField(choices=[str(kind) for kind in OriginKind])
    id = serializers.CharField(help_text="Of a version `memory/number`, of a span `trace/span`.")


class InfluenceFigures(Shape):
    recalls = serializers.IntegerField()
    runs = serializers.IntegerField()
    model_calls = serializers.IntegerField(
        help_text="Started after a recall, in its turn. That is no proof that they came of it."
    )
    tool_calls = serializers.IntegerField()
    derived_memories = serializers.IntegerField()
    subjects = serializers.IntegerField()
    agents = serializers.IntegerField()
    unseen_recalls = serializers.IntegerField(
        help_text="In no run whose spans have arrived: what came after is not known."
    )
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)


class DayAnswer(Shape):
    day = serializers.DateField()
    recalls = serializers.IntegerField()


class InfluencedRunAnswer(Shape):
    id = serializers.UUIDField()
    level = serializers.IntegerField(
        help_text="0: it recalled what was asked about; 1: what was derived from that; and so on."
    )
    evidence = serializers.ChoiceField(
        choices=WORDS,
        help_text="Our API recorded a recall, or only the agent's spans claim one.",
    )
    recalls = serializers.IntegerField()
    model_calls = serializers.IntegerField()
    tool_calls = serializers.IntegerField()
    agents = serializers.ListField(child=serializers.CharField())
    recalled = serializers.ListField(child=serializers.CharField(), help_text="Memory ids.")
    wrote = serializers.ListField(child=serializers.CharField(), help_text="Memory ids.")
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class InfluencedStepAnswer(Shape):
    run_id = serializers.UUIDField()
    trace_id = serializers.CharField()
    span_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=[str(op) for op in DECISIONS])
    name = serializers.CharField()
    agent = serializers.CharField(allow_null=True)
    tool = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=SpanStatus.choices)
    started_at = serializers.DateTimeField()


class InfluencedMemoryAnswer(Shape):
    id = serializers.CharField(help_text="Of another store it need not be a UUID.")
    level = serializers.IntegerField(help_text="0: asked about; 1: derived from it; and so on.")
    link = serializers.ChoiceField(
        choices=[str(Evidence.DECLARED), str(Evidence.AFTER)],
        allow_null=True,
        help_text="`declared`: a version names its source. `after`: it was written after a recall"
        " in the same turn, which is no proof.",
    )
    evidence = serializers.ChoiceField(
        choices=WORDS,
        allow_null=True,
        help_text="Of the writing: our API recorded it, or only an agent's span claims it.",
    )
    parents = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(
        choices=State.choices, allow_null=True, help_text="Null for another store's."
    )
    version = serializers.IntegerField(allow_null=True, help_text="In force.")
    subject = serializers.CharField(allow_null=True)
    agent = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField(help_text="From when on its recalls count.")
    run_id = serializers.UUIDField(allow_null=True)
    trace_id = serializers.CharField(allow_null=True)
    span_id = serializers.CharField(allow_null=True)


class InfluenceAnswer(Shape):
    origin = OriginAnswer()
    figures = InfluenceFigures()
    recalls_by_day = DayAnswer(many=True)
    runs = InfluencedRunAnswer(many=True, help_text="The latest recall first.")
    steps = InfluencedStepAnswer(many=True, help_text="Model and tool calls, the latest first.")
    memories = InfluencedMemoryAnswer(many=True, help_text="By level.")
    subjects = serializers.ListField(child=serializers.CharField())
    agents = serializers.ListField(child=serializers.CharField())
    cut = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(cut) for cut in Cut]),
        help_text="Bounds that were met: there is more than was followed.",
    )


def shown_influence(told: Told, decisions: list[Decision], *, limit: int) -> dict[str, Any]:
    found = told.influence
    return as_json(
        InfluenceAnswer,
        {
            "origin": {"kind": found.origin.kind, "id": found.origin.id},
            "figures": _figures(told),
            "recalls_by_day": [
                {"day": day, "recalls": count} for day, count in sorted(found.by_day.items())
            ],
            "runs": [shown_influenced_run(run) for run in found.runs[:limit]],
            "steps": [shown_decision(one) for one in decisions],
            "memories": [shown_influenced_memory(one) for one in told.memories[:limit]],
            "subjects": [subject.external_id for subject in told.subjects],
            "agents": list(told.agents),
            "cut": sorted(found.cut),
        },
    )


def _figures(told: Told) -> dict[str, Any]:
    found = told.influence
    return {
        "recalls": found.recalls,
        "runs": len(found.runs),
        "model_calls": found.models,
        "tool_calls": found.tools,
        "derived_memories": len(told.derived),
        "subjects": len(told.subjects),
        "agents": len(told.agents),
        "unseen_recalls": found.unseen,
        "first_at": found.first_at,
        "last_at": found.last_at,
    }


def shown_influenced_run(run: InfluencedRun) -> dict[str, Any]:
    return {
        "id": run.run_id,
        "level": run.level,
        "evidence": run.evidence,
        "recalls": run.recalls,
        "model_calls": run.models,
        "tool_calls": run.tools,
        "agents": sorted(name for name in run.agents if name),
        "recalled": sorted(run.recalled),
        "wrote": sorted(run.wrote),
        "first_at": run.first_at,
        "last_at": run.last_at,
    }


def shown_decision(decision: Decision) -> dict[str, Any]:
    return {
        "run_id": decision.run_id,
        "trace_id": decision.trace_id,
        "span_id": decision.span_id,
        "kind": decision.op,
        "name": decision.name,
        "agent": decision.agent or None,
        "tool": decision.tool or None,
        "model": decision.model or None,
        "status": decision.status,
        "started_at": decision.started_at,
    }


def shown_influenced_memory(one: ToldMemory) -> dict[str, Any]:
    reached, memory = one.reached, one.memory
    subject = memory.subject if memory else None
    return {
        "id": reached.memory_id,
        "level": reached.level,
        "link": reached.link,
        "evidence": reached.written,
        "parents": sorted(reached.parents),
        "state": memory.state if memory else None,
        "version": memory.version if memory else None,
        "subject": subject.external_id if subject else None,
        "agent": reached.agent or (memory.agent.name if memory and memory.agent else None),
        "since": reached.since,
        "run_id": reached.run_id,
        "trace_id": reached.trace_id.hex() if reached.trace_id else None,
        "span_id": reached.span_id.hex() if reached.span_id else None,
    }
