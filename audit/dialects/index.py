"""All tables as one look-up: an attribute's name leads to what it carries, whoever's name it is.

A span is read in one pass over its attributes, so that a further convention costs a span nothing.
A tenant's mapping rules compile into the same look-up, before every table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from audit.dialects.dialect import Concept, Dialect, Op
from audit.dialects.values import anything, as_count, as_failure, as_name, as_nanos
from audit.ingest.record import Value

Read = Callable[[Value], Value]

READERS: Mapping[Concept, Read] = {
    Concept.INPUT_TOKENS: as_count,
    Concept.OUTPUT_TOKENS: as_count,
    Concept.CACHE_READ_TOKENS: as_count,
    Concept.CACHE_WRITE_TOKENS: as_count,
    Concept.MEMORY_COUNT: as_count,
    Concept.COST: as_nanos,
    Concept.INPUT_COST: as_nanos,
    Concept.OUTPUT_COST: as_nanos,
    Concept.FAILED: as_failure,
    Concept.USAGE: anything,
    Concept.COSTS: anything,
    Concept.ARGUMENTS: anything,
    Concept.RESULT: anything,
    Concept.MEMORY_RECORD: anything,
    Concept.MEMORY_RECORDS: anything,
}

# Whose word on what a span is counts first: smaller ranks do. Within a band, the order of tables.
RULE = -2_000_000
MEMORY = -1_000_000
STATED = 0
HINTED = 1_000_000
# A kind that says "something else" leaves room for whoever knows better.
UNKNOWN = 2_000_000

TENANT = "tenant"


class Field(NamedTuple):
    """Of two attributes that carry a concept, the one of the smaller rank is believed."""

    concept: Concept
    rank: int
    read: Read


class Kind(NamedTuple):
    """What an attribute's value says a span is. `by_verb`: a word tells which memory operation."""

    rank: int
    op: Op
    dialect: str
    by_verb: bool


class Kinds(NamedTuple):
    """By value; `otherwise` where the value is none of them."""

    values: Mapping[str, Kind]
    otherwise: Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """A tenant's word on one attribute: which concept it carries, which values say what a step is.

    Both may be given. An earlier rule goes before a later one, and any before the tables: also
    before an explicit memory operation. The attribute may lie on the span or, for a concept that
    holds for a whole process (agent, session, subject and their like), on its resource.
    """

    attribute: str
    concept: Concept | None = None
    kinds: Mapping[str, Op] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Index:
    fields: Mapping[str, Field]
    kinds: Mapping[str, Kinds]
    sums_alone: frozenset[str]

    def with_rules(self, rules: Iterable[Rule]) -> "Index":
        """The same with a tenant's rules before it. Costs a copy: keep the result."""
        fields, kinds = dict(self.fields), dict(self.kinds)
        for place, rule in reversed(list(enumerate(rules))):
            rank = RULE + place
            if rule.concept is not None:
                fields[rule.attribute] = _field(rule.concept, rank)
            if rule.kinds:
                known = kinds.get(rule.attribute)
                stated = {plain(v): Kind(rank, op, TENANT, False) for v, op in rule.kinds.items()}
                kinds[rule.attribute] = Kinds(
                    {**(known.values if known else {}), **stated},
                    known.otherwise if known else Kind(UNKNOWN, Op.OTHER, TENANT, False),
                )
        return Index(fields, kinds, self.sums_alone)


def index_of(dialects: Sequence[Dialect]) -> Index:
    """Of two tables with the same attribute, or value, the earlier is believed."""
    fields: dict[str, Field] = {}
    values: dict[str, dict[str, Kind]] = {}
    otherwise: dict[str, Kind] = {}
    for place, dialect in enumerate(dialects):
        for concept, names in dialect.concepts.items():
            for order, name in enumerate(names):
                fields.setdefault(name, _field(concept, place * 1000 + order))
        for name, stated in dialect.kinds.items():
            known = values.setdefault(name, {})
            for value, op in stated.items():
                rank = _rank(op) + place
                known.setdefault(plain(value), Kind(rank, op, dialect.name, dialect.verbs))
            otherwise.setdefault(name, Kind(UNKNOWN + place, Op.OTHER, dialect.name, False))
        for order, (name, op) in enumerate(dialect.hints.items()):
            rank = HINTED + place * 1000 + order
            otherwise[name] = Kind(rank, op, dialect.name, dialect.verbs)
    return Index(
        fields,
        {name: Kinds(values.get(name, {}), otherwise[name]) for name in otherwise},
        frozenset(scope for dialect in dialects for scope in dialect.sums_alone),
    )


def plain(value: str) -> str:
    """Kinds are compared without case, and without the quotes that some exporters leave."""
    return value.strip('"').lower()


def _field(concept: Concept, rank: int) -> Field:
    return Field(concept, rank, READERS.get(concept, as_name))


def _rank(op: Op) -> int:
    if op.is_memory:
        return MEMORY
    return UNKNOWN if op is Op.OTHER else STATED
