from datetime import UTC, datetime, time, timedelta

from django import forms
from django.db.models import Q, QuerySet

from audit.kinds import KINDS
from audit.models import AuditEvent, Outcome
from console.web.forms.filters import ANY, FilterForm, choice, text


def date(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class AuditFilter(FilterForm):
    kind = choice("Event", [ANY, *((kind, kind) for kind in sorted(KINDS))])
    outcome = choice("Outcome", [ANY, *Outcome.choices])
    actor = text("Actor", placeholder="Name or id")
    object = forms.UUIDField(label="Object id", required=False)
    since = date("From")
    until = date("To")

    def apply(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        chosen = self.chosen
        exact = {name: chosen[name] for name in ("kind", "outcome") if name in chosen}
        events = events.filter(**exact)
        if "actor" in chosen:
            events = events.filter(_named(chosen["actor"]))
        if "object" in chosen:
            events = events.filter(object_id=chosen["object"])
        if "since" in chosen:
            events = events.filter(recorded_at__gte=_midnight(chosen["since"]))
        if "until" in chosen:
            after = _midnight(chosen["until"]) + timedelta(days=1)
            events = events.filter(recorded_at__lt=after)
        return events


def _named(actor: str) -> Q:
    """By label, or by id or key where the text is one."""
    named = Q(actor_label__iexact=actor)
    try:
        identifier = forms.UUIDField().clean(actor)
    except forms.ValidationError:
        return named
    return named | Q(actor_id=identifier) | Q(api_key_id=identifier)


def _midnight(day: datetime) -> datetime:
    return datetime.combine(day, time.min, UTC)
