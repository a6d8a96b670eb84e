"""A filter as one SQL condition. Every value and every path segment travels as a parameter."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from memory.retrieval.filters import METADATA, AllOf, AnyOf, Compare, Filter, Not

# From the name of a column of memory_memory to where the statement at hand finds it.
Column = Callable[[str], str]
COLUMNS = {"agent": "agent_id"}
TYPES = {
    "agent": "uuid",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
    "expires_at": "timestamptz",
    "confidence": "float8",
    "importance": "float8",
}
# Columns that cannot be null, where '' says that there is none.
BLANK = {"key", "run"}
SIGNS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True, slots=True)
class Condition:
    """`sql` with %s placeholders. It may come out NULL, which a WHERE takes for false."""

    sql: str
    params: tuple[Any, ...] = ()


def columns_of(part: Filter) -> Iterator[str]:
    """The columns of memory_memory that it reads."""
    match part:
        case Compare(field):
            yield COLUMNS.get(field, field)
        case AllOf(parts) | AnyOf(parts):
            for inner in parts:
                yield from columns_of(inner)
        case Not(inner):
            yield from columns_of(inner)


def condition_of(part: Filter, column: Column) -> Condition:
    match part:
        case AllOf(parts):
            return every([condition_of(inner, column) for inner in parts])
        case AnyOf(parts):
            return _joined([condition_of(inner, column) for inner in parts], " OR ")
        case Not(inner):
            negated = condition_of(inner, column)
            # Not `NOT`: what is unknown (no value) does not hold, so its negation does.
            return Condition(f"({negated.sql} IS NOT TRUE)", negated.params)
        case Compare(field=field) if field == METADATA:
            return _in_metadata(part, column(METADATA))
        case Compare():
            return _in_column(part, column(COLUMNS.get(part.field, part.field)))


def every(conditions: list[Condition]) -> Condition:
    return _joined(conditions, " AND ") if conditions else Condition("TRUE")


def _joined(conditions: list[Condition], word: str) -> Condition:
    sql = f"({word.join(condition.sql for condition in conditions)})"
    return Condition(sql, tuple(p for condition in conditions for p in condition.params))


def _in_column(compare: Compare, name: str) -> Condition:
    type_ = TYPES.get(compare.field, "text")
    value = compare.value
    if compare.field == "namespace":
        return _in_namespace(compare, f"{name}::text[]")
    present = f"NULLIF({name}, '')" if compare.field in BLANK else name
    if compare.operator == "exists":
        return Condition(f"({present} IS NOT NULL)")
    if compare.operator == "contains":
        return Condition(f"(strpos({name}, %s::text) > 0)", (value,))
    if compare.operator == "in":
        return Condition(f"({name} = ANY(%s::{type_}[]))", (list(value),))
    if compare.operator == "eq":
        return Condition(f"({name} = %s::{type_})", (value,))
    order = _by_code_point(present) if type_ == "text" else present
    return Condition(f"({order} {SIGNS[compare.operator]} %s::{type_})", (value,))


def _in_namespace(compare: Compare, name: str) -> Condition:
    if compare.operator == "exists":
        return Condition(f"(cardinality({name}) > 0)")
    if compare.operator == "contains":
        return Condition(f"(%s::text = ANY({name}))", (compare.value,))
    wanted = compare.value if compare.operator == "in" else [compare.value]
    equal = [Condition(f"({name} = %s::text[])", (list(segments),)) for segments in wanted]
    return _joined(equal, " OR ")


def _in_metadata(compare: Compare, name: str) -> Condition:
    if not compare.path:
        return Condition(f"({name} @> %s::jsonb)", (compare.value,))
    # `->` with a text reaches members of objects only, never items of lists.
    found = f"({name}{' -> %s::text' * len(compare.path)})"
    path, value = compare.path, compare.value
    match compare.operator:
        case "exists":
            return Condition(f"(jsonb_typeof({found}) <> 'null')", path)
        case "in":
            wanted = [json.dumps(item) for item in value]
            return Condition(f"({found} = ANY(%s::text[]::jsonb[]))", (*path, wanted))
        case "eq":
            return Condition(f"({found} = %s::jsonb)", (*path, json.dumps(value)))
        case "contains":
            return _contained(found, path, value)
        case _:
            return _ordered(found, path, SIGNS[compare.operator], value)


def _ordered(found: str, path: tuple[str, ...], sign: str, value: object) -> Condition:
    # The type is asked, because jsonb has an order across types too.
    if isinstance(value, str):
        order = _by_code_point(f"({found} #>> '{{}}')")
        sql = f"(jsonb_typeof({found}) = 'string' AND {order} {sign} %s::text)"
        return Condition(sql, (*path, *path, value))
    sql = f"(jsonb_typeof({found}) = 'number' AND {found} {sign} %s::jsonb)"
    return Condition(sql, (*path, *path, json.dumps(value)))


def _contained(found: str, path: tuple[str, ...], value: object) -> Condition:
    """An item of a list, or part of a string."""
    item = Condition(
        f"(jsonb_typeof({found}) = 'array' AND {found} @> %s::jsonb)",
        (*path, *path, json.dumps(value)),
    )
    if not isinstance(value, str):
        return item
    part = Condition(
        f"(jsonb_typeof({found}) = 'string' AND strpos({found} #>> '{{}}', %s::text) > 0)",
        (*path, *path, value),
    )
    return _joined([item, part], " OR ")


def _by_code_point(text: str) -> str:
    # The same order on every machine, whatever collation its database was made with.
    return f'{text} COLLATE "C"'
