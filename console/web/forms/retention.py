from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django import forms

from audit.rules.retention import LEAST_EVENT_DAYS, YEARS, Retention
from console.platform.errors import InvalidInputError
from console.web.forms.numbers import NumbersForm
from memory.models import Kind, Tier
from memory.retention.rules import DataClass, MemoryRule, Rules

SPARE = 2


class TracesForm(NumbersForm[Retention]):
    words = {
        "content_days": (
            "What spans said, in days",
            "Messages, arguments, results and every attribute: the bulk, and the personal data.",
        ),
        "personal_content_days": (
            "The same where it is about a subject, in days",
            "At most as long as the rest of what spans said.",
        ),
        "span_days": (
            "Spans and runs, in days",
            "That a step was, of what kind, for how long, with which tokens and cost.",
        ),
        "access_days": (
            "Which memories were touched, in days",
            "Ids only. How far a bad memory reached is known as far back as this.",
        ),
        "count_days": ("Counts by minute, in days", "What alarms compare today with."),
    }


def _any_of(label: str, choices: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", "Any"), *choices])


def _days(label: str) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "policy"})
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=YEARS, widget=widget
    )


class MemoryRuleForm(forms.Form):
    """One without days is no rule: so one is taken away."""

    use_required_attribute = False

    data_class = _any_of("Data", [(one.value, one.value.capitalize()) for one in DataClass])
    kind = _any_of("Kind", Kind.choices)
    tier = _any_of("Tier", Tier.choices)
    age_days = _days("Ends at an age of")
    keep_days = _days("Words kept after its end")

    @property
    def rule(self) -> MemoryRule | None:
        said = self.cleaned_data
        if not (said.get("age_days") or said.get("keep_days")):
            return None
        return MemoryRule(**{name: value for name, value in said.items() if value})


class EventsForm(forms.Form):
    use_required_attribute = False

    event_days = forms.IntegerField(
        label="Audit events, in days",
        required=False,
        min_value=LEAST_EVENT_DAYS,
        max_value=YEARS,
        help_text=f"Empty: for good. At least {LEAST_EVENT_DAYS}. The oldest go, once somebody"
        " outside has a checkpoint over them, and none while any legal hold stands. The log says"
        " that they went, and goes on verifying.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "for good"}),
    )


class RetentionForm:
    """All of it: numbers, and a form for each rule with some spare."""

    def __init__(self, rules: Rules, data: Any = None) -> None:
        self.traces = TracesForm(rules.traces, data)
        self.events = EventsForm(data, initial={"event_days": rules.event_days})
        rows: Any = forms.formset_factory(MemoryRuleForm, extra=SPARE)
        initial = [asdict(rule) for rule in rules.memories]
        for row in initial:
            row.update({name: row[name] or None for name in ("age_days", "keep_days")})
        self.memories = rows(data, initial=initial, prefix="rules")

    @property
    def reason(self) -> str:
        return str(self.traces.cleaned_data["reason"])

    def rules(self) -> Rules | None:
        """None where something does not hold: it is said beside its field then."""
        if not (self.traces.is_valid() and self.events.is_valid() and self.memories.is_valid()):
            return None
        memories = [form.rule for form in self.memories]
        try:
            return Rules(
                memories=tuple(filter(None, memories)),
                traces=self.traces.numbers(),
                event_days=self.events.cleaned_data["event_days"],
            )
        except InvalidInputError as error:
            for problem in error.problems:
                named = problem.field if problem.field in self.traces.fields else None
                self.traces.add_error(named, problem.detail)
            return None
