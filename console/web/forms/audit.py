from datetime import date, timedelta

from django import forms
from django.db.models import Q, QuerySet

from audit.kinds import KINDS
from audit.models import AuditEvent, Outcome
from console.platform.ids import first_id_of
from console.web.forms.filters import ANY, FilterForm, choice, day_field, midnight, text
from memory.stopped import blocked, quarantined

# An event's id and its time are taken one after the other: never this far apart.
APART = timedelta(hours=1)
# What became of writes, narrower than done or refused.
STOPPED = [("blocked", "Blocked write"), ("quarantined", "Quarantined write")]


class AuditFilter(FilterForm):
    kind = choice("Event", [ANY, *((kind, kind) for kind in sorted(KINDS))])
    outcome = choice("Outcome", [ANY, *Outcome.choices, *STOPPED])
    actor = text("Actor", placeholder="Name or id")
    object = forms.UUIDField(label="Object id", required=False)
    since = day_field("From")
    until = day_field("To")

    def apply(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        chosen = self.chosen
        if "kind" in chosen:
            events = events.filter(kind=chosen["kind"])
        if "outcome" in chosen:
            events = _ended(events, chosen["outcome"])
        if "actor" in chosen:
            events = events.filter(_named(chosen["actor"]))
        if "object" in chosen:
            events = events.filter(object_id=chosen["object"])
        return between(events, chosen.get("since"), chosen.get("until"))


def between(
    events: QuerySet[AuditEvent], since: date | None, until: date | None = None
) -> QuerySet[AuditEvent]:
    """Of these days and all between, in UTC. Found by their ids, which are in the order of time."""
    if since is not None:
        begin = midnight(since)
        events = events.filter(recorded_at__gte=begin, id__gte=first_id_of(begin - APART))
    if until is not None:
        end = midnight(until) + timedelta(days=1)
        events = events.filter(recorded_at__lt=end, id__lt=first_id_of(end + APART))
    return events


def _ended(events: QuerySet[AuditEvent], outcome: str) -> QuerySet[AuditEvent]:
    if outcome == "blocked":
        return blocked(events)
    if outcome == "quarantined":
        return quarantined(events)
    return events.filter(outcome=outcome)


def _named(actor: str) -> Q:
    """By label, or by id or key where the text is one."""
    named = Q(actor_label__iexact=actor)
    try:
        identifier = forms.UUIDField().clean(actor)
    except forms.ValidationError:
        return named
    return named | Q(actor_id=identifier) | Q(api_key_id=identifier)
