"""What the trail can be narrowed by, and how much happened on which day."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict
from django.urls import reverse

from audit.event_counts import Counted, EventCounts, count_events
from audit.models import Outcome
from console.web.addresses import also, asked
from console.web.charts import Columns, Datum, Series, columns
from console.web.forms.audit import ACTOR_KINDS, AuditFilter
from console.web.screens.facets import Facet, FacetValue
from memory.facets import Count

FEWEST_DAYS, MOST_DAYS = timedelta(days=6), timedelta(days=59)
# Nouns that have a series of their own; the rest is one together.
NAMED = ("accent", "hold", "info")
REST = "neutral"
LABELS = {
    "kind": "Event",
    "actor": "Actor",
    "by": "Done by",
    "outcome": "Outcome",
    "reason": "Reason",
}
NAMES: Mapping[str, Mapping[str, str]] = {
    "by": {str(kind): label for kind, label in ACTOR_KINDS},
    "outcome": {value: str(label) for value, label in Outcome.choices},
}


@dataclass(frozen=True, slots=True)
class AuditFacets:
    facets: list[Facet]
    by_day: Columns
    is_cut: bool


def audit_facets_of(query: QueryDict) -> AuditFacets:
    filters = AuditFilter(query)
    counts = count_events(filters.found())
    facets = [
        Facet(label, [_value(query, name, one, is_cut=counts.is_cut) for one in values])
        for name, label in LABELS.items()
        if (values := _left(filters, counts, name))
    ]
    return AuditFacets(facets, _by_day(query, counts), counts.is_cut)


def _left(filters: AuditFilter, counts: EventCounts, name: str) -> list[Counted]:
    """Of kinds several can be chosen; of the rest one."""
    values = counts.facets.get(name, [])
    chosen = filters.chosen.get(name)
    if chosen is None:
        return values
    return [one for one in values if one.value not in chosen] if name == "kind" else []


def _value(query: QueryDict, name: str, one: Counted, *, is_cut: bool) -> FacetValue:
    label = one.label or NAMES.get(name, {}).get(one.value, one.value)
    address = also(query, name, one.value) if name == "kind" else asked(query, **{name: one.value})
    return FacetValue(label, Count(one.times, is_cut), reverse("audit-list") + address)


def _by_day(query: QueryDict, counts: EventCounts) -> Columns:
    totals = Counter[str]()
    for of_day in counts.days.values():
        totals.update(of_day)
    named = [noun for noun, _ in totals.most_common(len(NAMED))]
    days = _days(counts)
    series = [
        Series(
            f"{noun}.*", tone, [_datum(query, day, counts.days.get(day, {}), noun) for day in days]
        )
        for noun, tone in zip(named, NAMED, strict=False)
    ]
    if len(totals) > len(named):
        rest = [
            sum(n for noun, n in counts.days.get(day, {}).items() if noun not in named)
            for day in days
        ]
        series.append(Series("Others", REST, [Datum(number) for number in rest]))
    return columns(
        id="by-day-chart",
        title="Events by day",
        description=f"{totals.total():,} events over {len(days)} days, by what they are about.",
        first="Day (UTC)",
        labels=[f"{day:%-d %b}" for day in days],
        series=series,
    )


def _datum(query: QueryDict, day: date, of_day: Mapping[str, int], noun: str) -> Datum:
    address = asked(query, kind=noun, since=day.isoformat(), until=day.isoformat())
    return Datum(of_day.get(noun, 0), reverse("audit-list") + address)


def _days(counts: EventCounts) -> list[date]:
    """Every day from the first to the last, within these bounds."""
    if not counts.days:
        return []
    last = max(counts.days)
    first = max(min(*counts.days, last - FEWEST_DAYS), last - MOST_DAYS)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
