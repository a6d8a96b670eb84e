"""The filter language: JSON from outside becomes a frozen tree, or is refused by field and code.

A filter is an object whose members must all hold. A member is a field and what it must satisfy:
a value (`eq`), a list (`in`), or an object of operators; or `and`, `or` (lists of filters) and
`not` (a filter). `metadata.<path>` reaches into objects, `metadata` alone means containment.

Two-valued: a condition holds or it does not. What has no value (absent, null, and a blank key)
satisfies only `exists: false`, and `ne`, `nin` and `not`, which are plain negations.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from console.platform.errors import InvalidInputError
from memory.retrieval import filter_values as values
from memory.retrieval.filter_values import Scalar

MAX_DEPTH = 8
MAX_CONDITIONS = 64
MAX_LIST = 100
MAX_SEGMENTS = 8
MAX_SHOWN_NAME = 60

EQUALITY = frozenset({"eq", "ne", "in", "nin", "exists"})
ORDER = frozenset({"gt", "gte", "lt", "lte"})
CONTAINS = frozenset({"contains"})
OPERATORS = EQUALITY | ORDER | CONTAINS
NEGATIONS = {"ne": "eq", "nin": "in"}
METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Compare:
    """`operator` is eq, in, gt, gte, lt, lte, contains or exists; `path` leads into metadata."""

    field: str
    operator: str
    value: Any
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Filter"


Filter = Compare | AllOf | AnyOf | Not
EVERYTHING = AllOf(())


@dataclass(frozen=True, slots=True)
class FieldType:
    parse: Callable[[Any, str], Scalar | tuple[str, ...]]
    operators: frozenset[str]
    contained: Callable[[Any, str], Scalar] = values.text


FIELDS = {
    "kind": FieldType(values.kind, EQUALITY),
    "tier": FieldType(values.tier, EQUALITY),
    "key": FieldType(values.text, OPERATORS),
    "run": FieldType(values.text, OPERATORS),
    "namespace": FieldType(values.segments, EQUALITY | CONTAINS),
    "agent": FieldType(values.identifier, EQUALITY),
    "created_at": FieldType(values.instant, EQUALITY | ORDER),
    "updated_at": FieldType(values.instant, EQUALITY | ORDER),
    "expires_at": FieldType(values.instant, EQUALITY | ORDER),
    "confidence": FieldType(values.number, EQUALITY | ORDER),
    "importance": FieldType(values.number, EQUALITY | ORDER),
}
MEMBER = FieldType(values.scalar, OPERATORS, contained=values.scalar)


def parse_filter(data: object, *, at: str = "filters") -> Filter:
    """Raises InvalidInputError, naming the place below `at`: nothing unread is ever ignored."""
    budget = iter(range(MAX_CONDITIONS))
    return AllOf(tuple(_members(_object(data, at), at, 1, budget)))


def _members(data: dict[str, Any], at: str, depth: int, budget: Iterator[int]) -> Iterator[Filter]:
    if depth > MAX_DEPTH:
        raise InvalidInputError.on(at, "filter_too_deep", f"Nest at most {MAX_DEPTH} levels.")
    for name, wanted in data.items():
        here = _below(at, name)
        if name in {"and", "or"}:
            parts = tuple(
                _nested(part, _below(here, str(index)), depth, budget)
                for index, part in enumerate(_list(wanted, here))
            )
            yield AllOf(parts) if name == "and" else AnyOf(parts)
        elif name == "not":
            yield Not(_nested(wanted, here, depth, budget))
        elif name == METADATA:
            _spend(budget, here)
            yield Compare(METADATA, "contains", values.contained_object(wanted, here, OPERATORS))
        else:
            yield from _conditions(name, wanted, here, budget)


def _nested(data: object, at: str, depth: int, budget: Iterator[int]) -> Filter:
    inner = _object(data, at)
    if not inner:
        raise InvalidInputError.on(at, "too_short", "Name at least one condition.")
    return AllOf(tuple(_members(inner, at, depth + 1, budget)))


def _conditions(name: str, wanted: object, at: str, budget: Iterator[int]) -> Iterator[Filter]:
    field, path, type_ = _field(name, at)
    for operator, value, here in _operations(wanted, at, type_):
        _spend(budget, here)
        if operator not in OPERATORS:
            known = ", ".join(sorted(OPERATORS))
            raise InvalidInputError.on(here, "unknown_operator", f"The operators are {known}.")
        if operator not in type_.operators:
            known = ", ".join(sorted(type_.operators))
            raise InvalidInputError.on(here, "unsuitable_operator", f"It has {known}.")
        positive = NEGATIONS.get(operator, operator)
        compare = Compare(field, positive, _value(positive, value, here, type_), path)
        if operator == "exists":
            yield compare if compare.value else Not(Compare(field, "exists", True, path))
        else:
            yield compare if operator == positive else Not(compare)


def _operations(wanted: object, at: str, type_: FieldType) -> Iterator[tuple[str, object, str]]:
    if isinstance(wanted, dict):
        if not wanted:
            raise InvalidInputError.on(at, "too_short", "Name at least one operator.")
        for operator, value in wanted.items():
            yield operator, value, _below(at, operator)
    elif isinstance(wanted, list) and type_.parse is not values.segments:
        yield "in", wanted, at
    else:
        yield "eq", wanted, at


def _value(operator: str, value: object, at: str, type_: FieldType) -> object:
    if operator == "exists":
        return values.truth(value, at)
    if operator == "in":
        return tuple(
            type_.parse(item, _below(at, str(index))) for index, item in enumerate(_list(value, at))
        )
    if operator == "contains":
        return type_.contained(value, at)
    parsed = type_.parse(value, at)
    if operator in ORDER and isinstance(parsed, bool):
        raise InvalidInputError.on(at, "wrong_type", "True and false have no order.")
    return parsed


def _field(name: str, at: str) -> tuple[str, tuple[str, ...], FieldType]:
    if name in FIELDS:
        return name, (), FIELDS[name]
    field, *path = name.split(".")
    if field == METADATA and len(path) <= MAX_SEGMENTS and all(path):
        return METADATA, tuple(values.text(segment, at) for segment in path), MEMBER
    known = ", ".join(FIELDS)
    raise InvalidInputError.on(
        at,
        "unknown_field",
        f"Filter by {known}, metadata, metadata.<path> (up to {MAX_SEGMENTS}), and, or, not.",
    )


def _object(data: object, at: str) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(name, str) for name in data):
        raise InvalidInputError.on(at, "wrong_type", "Send an object: { … }.")
    return data


def _list(data: object, at: str) -> list[Any]:
    if not isinstance(data, list):
        raise InvalidInputError.on(at, "wrong_type", "Send a list: [ … ].")
    if not data:
        raise InvalidInputError.on(at, "too_short", "Send at least one.")
    if len(data) > MAX_LIST:
        raise InvalidInputError.on(at, "too_long", f"Send at most {MAX_LIST}.")
    return data


def _spend(budget: Iterator[int], at: str) -> None:
    if next(budget, None) is None:
        raise InvalidInputError.on(
            at, "too_many_conditions", f"Send at most {MAX_CONDITIONS} conditions."
        )


def _below(at: str, name: object) -> str:
    # The sender's own words: what an answer repeats of them is short and can be encoded.
    shown = str(name)[:MAX_SHOWN_NAME].encode("utf-8", "replace").decode()
    return f"{at}.{shown}" if at else shown
