from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from typing_extensions import override

from audit.event_filter import EventFilter, actors_called, find_events, kinds_of
from audit.export.events import Form
from audit.kinds import KINDS
from audit.models import AuditEvent, Outcome
from audit.sentences import noun_of
from console.accounts.actor import ActorKind
from console.accounts.models import ApiKey
from console.web.forms.filters import ANY, FilterForm, choice, day_field, midnight, text
from memory.about import about_memory, about_subject
from memory.stopped import blocked, quarantined

DAY = timedelta(days=1)
# What became of writes, narrower than done or refused.
STOPPED = [("blocked", "Blocked write"), ("quarantined", "Quarantined write")]
ACTOR_KINDS = [
    (ActorKind.USER, "People"),
    (ActorKind.AGENT, "Agents"),
    (ActorKind.SYSTEM, "Mnemoscope itself"),
]
CALLED = {
    "outcome": {value: str(label) for value, label in [*Outcome.choices, *STOPPED]},
    "by": {str(kind): label for kind, label in ACTOR_KINDS},
}
FORMS = [
    (Form.JSONL, "JSON lines: every field of each event, as the API answers it"),
    (Form.CSV, "CSV for a spreadsheet, which runs nothing that stands in it"),
    (Form.OCSF, "OCSF 1.6.0, a line each, as SIEMs take it"),
]
NOUNS = sorted({kind.split(".")[0] for kind in KINDS})


@dataclass(frozen=True, slots=True)
class KindsOfNoun:
    """`kinds` are each a kind, what it says, and whether it is chosen by itself."""

    noun: str
    label: str
    is_chosen: bool
    kinds: list[tuple[str, str, bool]]


class KindsField(forms.MultipleChoiceField):
    """Several at once, or all that begin with a noun. A form without scripts sends empty ones."""

    @override
    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one]


class AuditFilter(FilterForm):
    """`MORE` are folded away."""

    MORE: ClassVar = ("by", "subject", "memory", "object", "run", "request", "reason")

    q = text("Note", placeholder="Words of it", search=True)
    actor = text("Actor", placeholder="Part of a name, or an id")
    outcome = choice("Outcome", [ANY, *Outcome.choices, *STOPPED])
    since = day_field("From")
    until = day_field("To")
    kind = KindsField(
        label="Events", required=False, choices=[(kind, kind) for kind in [*NOUNS, *KINDS]]
    )
    by = choice("Done by", [ANY, *ACTOR_KINDS])
    subject = text("About a person", placeholder="customer-4711")
    memory = forms.UUIDField(label="About a memory", required=False)
    object = forms.UUIDField(label="On exactly this object", required=False)
    run = forms.UUIDField(label="In a run", required=False)
    request = forms.UUIDField(label="Of a request", required=False)
    reason = text("Reason")

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]

    @property
    def has_more(self) -> bool:
        """Whether what is folded away has to be seen: what is chosen stands beside the list."""
        return any(name in self.errors for name in self.MORE)

    @property
    def kinds(self) -> list[KindsOfNoun]:
        chosen = self.chosen.get("kind", [])
        return [
            KindsOfNoun(
                noun,
                str(capfirst(noun_of(noun))),
                noun in chosen,
                [(kind, KINDS[kind], kind in chosen) for kind in kinds],
            )
            for noun, kinds in groupby(sorted(KINDS), key=lambda kind: kind.split(".")[0])
        ]

    def found(self) -> QuerySet[AuditEvent]:
        """The newest first."""
        events = find_events(self.wanted())
        if self.chosen.get("outcome") == "blocked":
            return blocked(events)
        if self.chosen.get("outcome") == "quarantined":
            return quarantined(events)
        return events

    def wanted(self) -> EventFilter:
        """But for STOPPED, which only memory knows."""
        chosen = self.chosen
        outcome, about = chosen.get("outcome"), []
        if "memory" in chosen:
            about.append(about_memory(chosen["memory"]))
        if "subject" in chosen:
            about.append(about_subject(chosen["subject"]))
        return EventFilter(
            kinds=kinds_of(chosen["kind"]) if "kind" in chosen else None,
            outcome=outcome if outcome in Outcome.values else None,
            **_actor(chosen.get("actor")),
            actor_kind=chosen.get("by"),
            object=chosen.get("object"),
            about=about or None,
            run=chosen.get("run"),
            reason=chosen.get("reason"),
            request=chosen.get("request"),
            text=chosen.get("q"),
            since=midnight(chosen["since"]) if "since" in chosen else None,
            until=midnight(chosen["until"]) + DAY if "until" in chosen else None,
        )


class AuditExportForm(forms.Form):
    form = forms.ChoiceField(
        label="As", choices=FORMS, initial=Form.JSONL, widget=forms.RadioSelect, required=True
    )


def called(name: str, value: str) -> str:
    """A value that was chosen, as the form calls it."""
    return CALLED.get(name, {}).get(value, value)


def _actor(told: str | None) -> dict[str, Any]:
    """By the id of a person, an agent or a key, else by a part of the name."""
    if told is None:
        return {}
    try:
        identifier = UUID(told)
    except ValueError:
        return {"actors": actors_called(told)}
    if ApiKey.objects.filter(id=identifier).exists():
        return {"api_key": identifier}
    return {"actors": [identifier]}
