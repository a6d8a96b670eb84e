"""What a list can be narrowed by, and what it is narrowed to, as links."""

from dataclasses import dataclass

from memory.facets import Count


@dataclass(frozen=True, slots=True)
class FacetValue:
    """`href` chooses it."""

    label: str
    count: Count
    href: str


@dataclass(frozen=True, slots=True)
class Facet:
    label: str
    values: list[FacetValue]


@dataclass(frozen=True, slots=True)
class Chip:
    """Something chosen; `href` takes it away."""

    label: str
    value: str
    href: str
