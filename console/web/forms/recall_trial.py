from typing import Any, ClassVar
from uuid import UUID

from django import forms

from audit.provenance import MAX_PURPOSE
from console.platform.errors import InvalidInputError
from console.web.forms.filters import agent_choices
from console.web.forms.json_object import JsonObjectField
from console.web.forms.moments import MomentField
from memory.retrieval.filters import parse_filter
from memory.retrieval.query import MAX_TOP_K, RecallQuery

# As at the API.
MAX_QUERY = 4_000
MAX_TOKEN_BUDGET = 1_000_000
MAX_SEGMENTS, MAX_SEGMENT = 16, 200


class TrialForm(forms.Form):
    """A recall as an agent would send it."""

    MORE: ClassVar = ("namespace", "filters", "as_of", "valid_at", "purpose")

    agent = forms.ChoiceField(label="As the agent")
    query = forms.CharField(
        label="What it asks",
        max_length=MAX_QUERY,
        widget=forms.TextInput(attrs={"placeholder": "When may we call?"}),
    )
    subject = forms.CharField(label="About", max_length=MAX_SEGMENT, required=False)
    top_k = forms.IntegerField(label="At most", min_value=1, max_value=MAX_TOP_K, initial=10)
    token_budget = forms.IntegerField(
        label="Token budget", min_value=1, max_value=MAX_TOKEN_BUDGET, required=False
    )
    namespace = forms.CharField(
        label="Below the namespace",
        max_length=1_000,
        required=False,
        help_text="Segments with slashes between them: support/eu.",
    )
    filters = JsonObjectField(
        label="Filter",
        help_text='As at the API: {"kind": "fact", "metadata.channel": "mail"}.',
    )
    as_of = MomentField(
        label="As it was known at",
        required=False,
        help_text="UTC. What would have been recalled then; now when left out.",
    )
    valid_at = MomentField(
        label="True in the world at",
        required=False,
        help_text="UTC. The same moment when left out.",
    )
    purpose = forms.CharField(label="Purpose", max_length=MAX_PURPOSE, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _, *agents = agent_choices()
        self.fields["agent"].choices = agents  # type: ignore[attr-defined]

    def clean_namespace(self) -> tuple[str, ...]:
        parts = (part.strip() for part in self.cleaned_data["namespace"].split("/"))
        segments = tuple(part for part in parts if part)
        if len(segments) > MAX_SEGMENTS or any(len(one) > MAX_SEGMENT for one in segments):
            told = f"At most {MAX_SEGMENTS} segments of at most {MAX_SEGMENT} characters."
            raise forms.ValidationError(told)
        return segments

    def clean_filters(self) -> dict[str, Any]:
        filters: dict[str, Any] = self.cleaned_data["filters"]
        try:
            parse_filter(filters)
        except InvalidInputError as error:
            told = [f"{problem.field}: {problem.detail}" for problem in error.problems]
            raise forms.ValidationError(told) from error
        return filters

    @property
    def agent_id(self) -> UUID:
        return UUID(self.cleaned_data["agent"])

    @property
    def more_is_asked(self) -> bool:
        return any(self[name].value() or self[name].errors for name in self.MORE)

    def question(self) -> RecallQuery:
        asked = {name: value for name, value in self.cleaned_data.items() if name != "agent"}
        return RecallQuery(**{**asked, "filters": parse_filter(asked["filters"])})

    def body(self) -> dict[str, Any]:
        """What an agent would send to POST /api/v1/recall for the same answer."""
        asked = {name: value for name, value in self.cleaned_data.items() if name != "agent"}
        return {
            name: value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value
            for name, value in asked.items()
            if value
        }
