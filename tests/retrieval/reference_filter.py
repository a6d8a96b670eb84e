"""What a filter means, said a second time and in the plainest way: over the JSON, in Python."""

from datetime import datetime
from operator import ge, gt, le, lt
from uuid import UUID

MISSING = object()
TIMES = {"created_at", "updated_at", "expires_at"}


def holds(filters, row):
    return all(_member(name, wanted, row) for name, wanted in filters.items())


def _member(name, wanted, row):
    if name in LOGIC:
        return LOGIC[name](wanted, row)
    found = _find(name, row)
    if isinstance(wanted, dict):
        return all(_satisfies(found, op, _read(name, value)) for op, value in wanted.items())
    if isinstance(wanted, list) and name != "namespace":
        return _satisfies(found, "in", _read(name, wanted))
    return _satisfies(found, "eq", _read(name, wanted))


LOGIC = {
    "and": lambda parts, row: all(holds(part, row) for part in parts),
    "or": lambda parts, row: any(holds(part, row) for part in parts),
    "not": lambda part, row: not holds(part, row),
    "metadata": lambda wanted, row: _within(wanted, row["metadata"]),
}


def _find(name, row):
    if not name.startswith("metadata."):
        found = row[name]
        return MISSING if found in (None, "", []) else found
    found = row["metadata"]
    for segment in name.split(".")[1:]:
        if not isinstance(found, dict) or segment not in found:
            return MISSING
        found = found[segment]
    return MISSING if found is None else found


def _read(name, value):
    if isinstance(value, list) and name != "namespace":
        return [_read(name, item) for item in value]
    if isinstance(value, str) and name in TIMES:
        return datetime.fromisoformat(value)
    return UUID(value) if name == "agent" and isinstance(value, str) else value


def _satisfies(found, operator, value):
    if operator == "exists":
        return (found is not MISSING) is value
    if operator in {"ne", "nin"}:
        return not _satisfies(found, "eq" if operator == "ne" else "in", value)
    return found is not MISSING and OPERATORS[operator](found, value)


def _contains(found, value):
    if isinstance(found, list):
        return any(_same(item, value) for item in found)
    return isinstance(found, str) and isinstance(value, str) and value in found


def _ordered(compare):
    def holds_in_order(found, value):
        orderly = _sort(found) == _sort(value) and _sort(found) in {"number", "string", datetime}
        return orderly and compare(found, value)

    return holds_in_order


def _sort(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else type(value)


def _same(one, other):
    return _sort(one) == _sort(other) and one == other


OPERATORS = {
    "eq": _same,
    "in": lambda found, value: any(_same(found, item) for item in value),
    "contains": _contains,
    "gt": _ordered(gt),
    "gte": _ordered(ge),
    "lt": _ordered(lt),
    "lte": _ordered(le),
}


def _within(wanted, found):
    """Containment as PostgreSQL defines it for jsonb."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and _within(value, found[name]) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and all(
            any(_within(item, there) for there in found) for item in wanted
        )
    return _same(wanted, found)
