"""What a list of memories can be narrowed by, how many each leaves, and what is chosen."""

from uuid import UUID

from django.http import QueryDict

from console.accounts.models import Subject
from console.web.addresses import asked
from console.web.forms.memory import EXPIRY, SIGNED, MemoryFilter
from console.web.screens.facets import Chip, Facet, FacetValue
from memory.facets import Counted
from memory.models import Kind, State, Tier

LABELS = {
    "state": "State",
    "kind": "Kind",
    "tier": "Tier",
    "agent": "Agent",
    "subject": "About",
    "expiry": "Expires",
    "signed": "Signature",
}


def facets_of(query: QueryDict, filters: MemoryFilter, counted: Counted) -> list[Facet]:
    """Of those that nothing is chosen of, and that would tell memories apart."""
    names = _names(filters, counted)
    facets = []
    for facet, label in LABELS.items():
        counts = counted.values.get(facet, {})
        if facet in filters.chosen or not counts:
            continue
        values = [
            FacetValue(names[facet].get(value, value), count, _choose(query, facet, value, names))
            for value, count in counts.items()
        ]
        facets.append(Facet(label, values))
    return facets


def chips_of(query: QueryDict, filters: MemoryFilter) -> list[Chip]:
    names = _names(filters, None)
    return [
        Chip(
            label,
            names[facet].get(str(filters.chosen[facet]), str(filters.chosen[facet])),
            asked(query, **{facet: None}),
        )
        for facet, label in ({"q": "Search"} | LABELS).items()
        if facet in filters.chosen
    ]


def _choose(query: QueryDict, facet: str, value: str, names: dict[str, dict[str, str]]) -> str:
    # A subject is asked for by the tenant's own identifier, which is what its name is.
    return asked(query, **{facet: names[facet][value] if facet == "subject" else value})


def _names(filters: MemoryFilter, counted: Counted | None) -> dict[str, dict[str, str]]:
    """What each value is called, by facet; what is not named here is called as it is."""
    subjects = counted.values["subject"] if counted else {}
    known = Subject.objects.filter(id__in=[UUID(one) for one in subjects]) if subjects else ()
    return {
        "q": {},
        "state": {value: str(label) for value, label in State.choices},
        "kind": {value: str(label) for value, label in Kind.choices},
        "tier": {value: str(label) for value, label in Tier.choices},
        "agent": dict(filters.fields["agent"].choices),  # type: ignore[attr-defined]
        "subject": {str(subject.id): subject.external_id for subject in known},
        "expiry": {str(value): label for value, label in EXPIRY},
        "signed": dict(SIGNED),
    }
