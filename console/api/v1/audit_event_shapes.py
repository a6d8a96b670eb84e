import re
from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.fields import Field
from typing_extensions import override

from audit.event_filter import EventFilter, kinds_of
from audit.export.events import Form, event_json
from audit.kinds import KINDS
from audit.models import AuditEvent, Outcome
from audit.proof.states import ProofState, Stage, states_of
from console.accounts.actor import ActorKind
from console.api.fields import IdentifierField, InstantField, OneOfField, TextField
from console.api.serializers import QuerySerializer
from console.api.v1.answers import Shape, as_json
from console.api.v1.queries import PageQuery
from memory.about import about_memory, about_subject

TRACE_ID = re.compile("[0-9a-f]{32}", re.ASCII)
NOUNS = sorted({kind.split(".")[0] for kind in KINDS})
COLUMNS = {
    "outcome": "outcome",
    "actor_kind": "actor_kind",
    "key": "api_key",
    "object": "object",
    "run": "run",
    "request": "request",
    "reason": "reason",
    "q": "text",
    "from": "since",
    "to": "until",
}


class TraceField(TextField):
    default_error_messages = {"not_hexadecimal": "Send 32 hexadecimal digits in lower case."}

    @override
    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not TRACE_ID.fullmatch(text):
            self.fail("not_hexadecimal")
        return bytes.fromhex(text)


class EventFilterQuery(QuerySerializer):
    kind = serializers.ListField(
        child=OneOfField(choices=[*NOUNS, *sorted(KINDS)]),
        required=False,
        help_text="A kind of events, or the noun that kinds begin with; given again, any of them.",
    )
    outcome = OneOfField(required=False, choices=Outcome.choices)
    actor = IdentifierField(required=False, help_text="The id of who acted.")
    actor_kind = OneOfField(required=False, choices=[kind.value for kind in ActorKind])
    key = IdentifierField(required=False, help_text="The id of the API key it was done with.")
    object = IdentifierField(required=False, help_text="The id of what was acted on.")
    memory = IdentifierField(
        required=False,
        help_text="All about a memory: its own events, its reviews', its holds', recalls of it.",
    )
    subject = TextField(
        required=False,
        max_length=200,
        help_text="All about a person, by your identifier, or by Mnemoscope's id once erased.",
    )
    run = IdentifierField(required=False, help_text="The id of the run it was done in.")
    trace = TraceField(required=False, help_text="The W3C trace id it was done in.")
    request = IdentifierField(required=False, help_text="`request_id` of the answer to it.")
    reason = TextField(required=False, max_length=60, help_text="Its code.")
    q = TextField(required=False, max_length=200, help_text="Words of a note.")
    to = InstantField(required=False, help_text="Recorded before.")

    @override
    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        # `from` is a word of Python's, so it cannot stand above.
        start = InstantField(required=False, help_text="Recorded at or after.")
        return {**super().get_fields(), "from": start}


class EventQuery(EventFilterQuery, PageQuery):
    """A page of them."""


class EventExportQuery(EventFilterQuery):
    format = OneOfField(
        required=False,
        default=Form.JSONL,
        choices=[form.value for form in Form],
        help_text="`jsonl`: as this API answers them, one on each line. `csv`: for a spreadsheet."
        " `ocsf`: OCSF 1.6.0, one on each line.",
    )


class ProofStateAnswer(Shape):
    state = serializers.ChoiceField(
        choices=[stage.value for stage in Stage],
        help_text="`recorded`: committed with its change. `sequenced`: has its place in the log."
        " `anchored`: a checkpoint over that place is kept outside the database.",
    )
    index = serializers.IntegerField(allow_null=True, help_text="Its place in the log, from 0.")
    checkpoint = serializers.IntegerField(
        allow_null=True, help_text="The number of the first checkpoint that covers it."
    )


class EventAnswer(Shape):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    actor = serializers.UUIDField(help_text="Who acted.")
    actor_kind = serializers.CharField()
    actor_label = serializers.CharField(help_text="Empty where their name was erased.")
    api_key_id = serializers.UUIDField(allow_null=True)
    object = serializers.UUIDField(allow_null=True, help_text="What was acted on.")
    object_kind = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    payload = serializers.DictField(help_text="Ids, codes and digests; never a memory's text.")
    request_id = serializers.UUIDField()
    trace_id = serializers.CharField(allow_null=True)
    span_id = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    proof = ProofStateAnswer()


def wanted_events(asked: dict[str, Any]) -> EventFilter:
    wanted = {column: asked[name] for name, column in COLUMNS.items() if name in asked}
    if "kind" in asked:
        wanted["kinds"] = kinds_of(asked["kind"])
    if "actor" in asked:
        wanted["actors"] = [asked["actor"]]
    if "trace" in asked:
        wanted["trace"] = asked["trace"]
    about = []
    if "memory" in asked:
        about.append(about_memory(asked["memory"]))
    if "subject" in asked:
        about.append(about_subject(asked["subject"]))
    return EventFilter(**wanted, about=about or None)


def shown_events(events: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    states = states_of([event.id for event in events])
    return [_shown(event, states[event.id]) for event in events]


def _shown(event: AuditEvent, state: ProofState) -> dict[str, Any]:
    proof = {"state": state.name, "index": state.index, "checkpoint": state.checkpoint}
    return as_json(EventAnswer, {**event_json(event), "at": event.recorded_at, "proof": proof})
