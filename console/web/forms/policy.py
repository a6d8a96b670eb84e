"""The policy as a page edits it: one small form per rule, added, moved and removed on the server.

The forms only carry text; `memory.policies.parse` says what holds, and its problems are put beside
their fields here.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from typing_extensions import override

from console.platform.errors import InvalidInputError
from memory.models import Kind, Tier
from memory.policies.bounds import MAX_LENGTH
from memory.policies.rule import Effect, Priority
from memory.policies.values import MAX_RULES, MAX_SENTENCE

MAX_COMMENT = 500
NUMBER = re.compile(r"[0-9]{1,3}")
# What usual rules leave alone, and the page folds away.
FINE = ("risk", "queue", "priority", "approvals", "redact", "ttl", "retention", "must_sign")
COMMON = {"risk", "priority"}
EFFECTS = [
    ("", "Leave it to the other rules"),
    (Effect.APPROVE, "Approve"),
    (Effect.REVIEW, "Hold for review"),
    (Effect.QUARANTINE, "Quarantine"),
    (Effect.REJECT, "Reject"),
]


def line(label: str, help_text: str = "", *, size: int = 300) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=size)


class TypedForm(forms.Form):
    """Holds what was typed. Whether it holds water is not asked here."""

    use_required_attribute = False

    @override
    def full_clean(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data = {}


class RuleForm(TypedForm):
    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="Small letters, digits and _: reviewers and agents are told it.",
    )
    when = forms.CharField(
        label="Condition",
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "spellcheck": "false"}),
    )
    effect = forms.ChoiceField(label="Then", choices=EFFECTS)
    because = line("What the reviewer is told", "As in: by {agent.name}.", size=MAX_SENTENCE)
    final = forms.BooleanField(label="Stop here: ask no rule below this one", required=False)
    risk = line("Risk", "0 to 1, or an expression: orders the queue.", size=MAX_LENGTH)
    queue = line("Queue", "A name, as: security.", size=60)
    priority = forms.ChoiceField(
        label="Priority",
        choices=[("", "Normal"), *((p, p.capitalize()) for p in Priority if p != Priority.NORMAL)],
    )
    approvals = forms.ChoiceField(
        label="Approved by", choices=[("1", "One person"), ("2", "Two people")]
    )
    redact = line("Take out", "Codes of findings, with commas between: secret.")
    ttl = line("Lives at most", "As 30m, 12h or 90d.", size=10)
    retention = line("Kept after expiry", "As 30d.", size=10)
    must_sign = forms.BooleanField(label="The agent must sign its writes", required=False)

    @property
    def fine_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FINE]

    @property
    def opens_fine(self) -> bool:
        """Whether something is set there, or wrong there."""
        if any(self[name].errors for name in FINE):
            return True
        telling = [str(self[name].value() or "") for name in FINE if name not in COMMON]
        return any(value not in {"", "1"} for value in telling)

    def as_rule(self) -> dict[str, Any]:
        """What was typed, as the API would send it."""
        sent = {name: str(self[name].value() or "").strip() for name in self.fields}
        rule: dict[str, Any] = {name: value for name, value in sent.items() if value}
        rule["redact"] = [code.strip() for code in sent["redact"].split(",") if code.strip()]
        rule["approvals"] = 2 if sent["approvals"] == "2" else 1
        for flag in ("final", "must_sign"):
            rule[flag] = bool(self[flag].value())
        return rule


class LifetimesForm(TypedForm):
    longest = line("Longest, whoever asks", "As 3650d.", size=10)
    retention = line("Kept after expiry", "How long the text stays readable as history.", size=10)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in Kind:
            self.fields[f"kinds.{kind}"] = line(str(kind.label), size=10)
        for tier in Tier:
            self.fields[f"tiers.{tier}"] = line(str(tier.label), size=10)

    @property
    def kind_fields(self) -> list[forms.BoundField]:
        return [self[f"kinds.{kind}"] for kind in Kind]

    @property
    def tier_fields(self) -> list[forms.BoundField]:
        return [self[f"tiers.{tier}"] for tier in Tier]

    def as_lifetimes(self) -> dict[str, Any]:
        typed = {name: str(self[name].value() or "").strip() for name in self.fields}
        return {
            "kinds": {str(kind): typed[f"kinds.{kind}"] for kind in Kind},
            "tiers": {str(tier): typed[f"tiers.{tier}"] for tier in Tier},
            "longest": typed["longest"],
            "retention": typed["retention"],
        }


class CommentForm(TypedForm):
    comment = line("What changes, and why", size=MAX_COMMENT)


class PolicyEditor:
    """All the forms of one policy, as they stand on the page."""

    def __init__(
        self, rules: Sequence[RuleForm], lifetimes: LifetimesForm, comment: CommentForm
    ) -> None:
        self.rules = list(rules)
        self.lifetimes = lifetimes
        self.comment = comment
        self.problems: list[str] = []

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "PolicyEditor":
        rules = [
            RuleForm(prefix=f"rule{number}", initial=_typed(rule))
            for number, rule in enumerate(body["rules"])
        ]
        spans = body["lifetimes"]
        initial = {"longest": spans["longest"], "retention": spans["retention"]}
        for group in ("kinds", "tiers"):
            initial |= {f"{group}.{name}": span for name, span in spans[group].items()}
        lifetimes = LifetimesForm(prefix="life", initial=initial)
        return cls(rules, lifetimes, CommentForm(prefix="about"))

    @classmethod
    def sent(cls, data: QueryDict) -> "PolicyEditor":
        """As it was typed, moved as the button that sent it says (`add`, `up-2`, `remove-0`)."""
        count = min(_number(data.get("rules", "")) or 0, MAX_RULES)
        rows = [RuleForm(data, prefix=f"rule{number}").as_rule() for number in range(count)]
        asked = moved(rows, data.get("do", ""))
        if asked is None:
            rules = [RuleForm(data, prefix=f"rule{number}") for number in range(count)]
        else:
            rules = [
                RuleForm(prefix=f"rule{number}", initial=_typed(rule))
                for number, rule in enumerate(asked)
            ]
        lifetimes = LifetimesForm(data, prefix="life")
        return cls(rules, lifetimes, CommentForm(data, prefix="about"))

    def body(self) -> dict[str, Any]:
        return {
            "rules": [rule.as_rule() for rule in self.rules],
            "lifetimes": self.lifetimes.as_lifetimes(),
        }

    @property
    def said(self) -> str:
        return str(self.comment["comment"].value() or "")[:MAX_COMMENT]

    @property
    def is_full(self) -> bool:
        return len(self.rules) >= MAX_RULES

    def show(self, error: InvalidInputError) -> None:
        """Each problem beside its field; what has none, above them all."""
        for problem in error.problems:
            group, _, rest = problem.field.partition(".")
            form: forms.Form | None = self.lifetimes if group == "lifetimes" else None
            if group == "rules":
                place, _, rest = rest.partition(".")
                number = _number(place)
                form = None if number is None else self.rules[number]
            if form is not None and rest in form.fields:
                form.add_error(rest, problem.detail)
            else:
                self.problems.append(problem.detail)
        if not error.problems:
            self.problems.append(error.detail)


def moved(rows: list[dict[str, Any]], button: str) -> list[dict[str, Any]] | None:
    """The rules after a button that moves them; None for any other button."""
    verb, _, place = button.partition("-")
    if verb == "add":
        return [*rows, {}][:MAX_RULES]
    at = _number(place)
    if verb not in {"up", "down", "remove"} or at is None or at >= len(rows):
        return None
    rest = [row for number, row in enumerate(rows) if number != at]
    if verb == "remove":
        return rest
    to = max(at - 1, 0) if verb == "up" else at + 1
    return [*rest[:to], rows[at], *rest[to:]]


def _number(text: str) -> int | None:
    return int(text) if NUMBER.fullmatch(text) else None


def _typed(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**rule, "redact": ", ".join(rule.get("redact", ()))}
