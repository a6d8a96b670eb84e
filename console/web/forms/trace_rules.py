"""One rule of each kind, as people write it. What holds is for `audit.rules` to say."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from typing_extensions import override

from audit.dialects.dialect import Concept, Op
from audit.dialects.index import Rule
from audit.rules.mapping import CONCEPTS, MAX_ATTRIBUTE
from audit.rules.patterns import MAX_PATTERN
from audit.rules.prices import MAX_PRICE, PLACES, Price
from audit.rules.redaction import MAX_NAME, Action, RedactionRule
from console.platform.errors import InvalidInputError

MAX_LINES = 12_000
MAX_REASON = 200
MAX_SAMPLE = 100_000
KINDS = {op.value: op for op in Op}
ACTIONS = (
    (Action.MASK, "Mask: “[masked]” stands in its place"),
    (Action.HASH, "Hash: equal values stay equal, and nobody can read them"),
    (Action.REMOVE, "Remove: nothing stands in its place"),
)
PART = re.compile(r"[,\n]")


class RowForm(forms.Form):
    """`seen` is the version that was in force when the page was drawn."""

    # Of a problem's last part the field it is shown beside, where they differ.
    beside: ClassVar[dict[str, str]] = {}

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(label="Why", max_length=MAX_REASON, required=False)

    def row(self) -> Any:
        raise NotImplementedError

    @classmethod
    def shown(cls, row: Any) -> dict[str, Any]:
        raise NotImplementedError

    def show(self, error: InvalidInputError) -> None:
        """Each problem beside its field: `rules.3.pattern` beside the pattern."""
        for problem in error.problems:
            name = problem.field.rpartition(".")[2]
            name = self.beside.get(name, name)
            self.add_error(name if name in self.fields else None, problem.detail)
        if not error.problems:
            self.add_error(None, error.detail)


class MappingForm(RowForm):
    beside: ClassVar[dict[str, str]] = {"kinds": "values"}

    attribute = forms.CharField(
        label="Attribute",
        max_length=MAX_ATTRIBUTE,
        help_text="Its whole name, as spans carry it: acme.agent.name.",
    )
    concept = forms.ChoiceField(
        label="Means",
        required=False,
        choices=[
            ("", "Only what kind of step it is"),
            *((one.value, word) for one, word in CONCEPTS.items()),
        ],
    )
    values = forms.CharField(
        label="Values that say what kind of step it is",
        required=False,
        max_length=MAX_LINES,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "llm-call = model\nlookup = tool"}),
        help_text="One a line: a value, =, and a kind. Kinds: " + ", ".join(KINDS) + ".",
    )
    field_order = ["attribute", "concept", "values", "reason", "seen"]

    def clean_values(self) -> dict[str, Op]:
        kinds: dict[str, Op] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["values"].splitlines())):
            value, _, kind = (part.strip() for part in line.rpartition("="))
            if not value or kind.lower() not in KINDS:
                raise forms.ValidationError(
                    f"“{line[:80]}”: write a value, =, and one of the kinds."
                )
            kinds[value] = KINDS[kind.lower()]
        return kinds

    @override
    def row(self) -> Rule:
        data = self.cleaned_data
        concept = Concept(data["concept"]) if data["concept"] else None
        return Rule(data["attribute"], concept, data["values"])

    @classmethod
    @override
    def shown(cls, row: Rule) -> dict[str, Any]:
        values = "\n".join(f"{value} = {op}" for value, op in row.kinds.items())
        return {"attribute": row.attribute, "concept": row.concept or "", "values": values}


class RedactionForm(RowForm):
    name = forms.CharField(label="Name", max_length=MAX_NAME, help_text="Such as “Card numbers”.")
    attributes = forms.CharField(
        label="Attributes",
        max_length=MAX_LINES,
        initial="*",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Names, one a line; * stands for anything. A span's name is span.name, its status"
        " message status.message, an event's name event.name; what lies inside a value has a dot"
        " and its key.",
    )
    pattern = forms.CharField(
        label="Only what matches",
        required=False,
        max_length=MAX_PATTERN,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=r"A regular expression (RE2), such as \b\d{4}-\d{4}-\d{4}-\d{4}\b. Without one"
        " the whole value goes.",
    )
    action = forms.ChoiceField(
        label="What happens", choices=ACTIONS, initial=Action.MASK, widget=forms.RadioSelect
    )
    field_order = ["name", "attributes", "pattern", "action", "reason", "seen"]

    @override
    def row(self) -> RedactionRule:
        data = self.cleaned_data
        names = [part.strip() for part in PART.split(data["attributes"]) if part.strip()]
        return RedactionRule(data["name"], tuple(names), data["pattern"], Action(data["action"]))

    @classmethod
    @override
    def shown(cls, row: RedactionRule) -> dict[str, Any]:
        return {
            "name": row.name,
            "attributes": "\n".join(row.attributes),
            "pattern": row.pattern,
            "action": row.action,
        }


def price(label: str, help_text: str = "", *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=Decimal(0),
        max_value=MAX_PRICE,
        decimal_places=PLACES,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


class PriceForm(RowForm):
    model = forms.CharField(
        label="Model",
        max_length=MAX_LINES,
        help_text="As spans name it; * is anything. Several with commas: gpt-4o, gpt-4o-20*",
    )
    provider = forms.CharField(
        label="Provider",
        max_length=MAX_LINES,
        initial="*",
        help_text="Only where it differs by provider: azure*, aws.bedrock.",
    )
    input = price("Input")
    output = price("Output")
    cache_read = price("Read from a cache", "Input's where empty.", required=False)
    cache_write = price("Written to a cache", "Input's where empty.", required=False)
    valid_from = forms.DateField(
        label="From",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The first day it holds, in UTC; always where empty.",
    )
    field_order = [
        *("model", "provider", "input", "output", "cache_read", "cache_write", "valid_from"),
        *("reason", "seen"),
    ]

    @override
    def row(self) -> Price:
        begins: date | None = self.cleaned_data["valid_from"]
        rates = ("input", "output", "cache_read", "cache_write")
        return Price(
            model=self.cleaned_data["model"],
            provider=self.cleaned_data["provider"],
            valid_from=begins,
            **{name: self.cleaned_data[name] for name in rates},
        )

    @classmethod
    @override
    def shown(cls, row: Price) -> dict[str, Any]:
        return row.as_json()


class SampleForm(forms.Form):
    """What redaction is tried on: a text that nobody keeps."""

    sample = forms.CharField(
        label="A span to try it on",
        required=False,
        max_length=MAX_SAMPLE,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="Attributes as a JSON object, an OTLP/JSON export, or any text. It is not kept."
        " Empty: the newest spans that are stored.",
    )
