"""Lists that a convention spreads over attributes: `gen_ai.prompt.0.role`, `gen_ai.prompt.1.…`."""

from collections.abc import Mapping
from typing import Any

from audit.ingest.record import Value

MAX_ITEMS = 1000
MAX_SEGMENTS = 12
MAX_DIGITS = 6


def numbered(attributes: Mapping[str, Value], prefix: str) -> list[dict[str, Any]]:
    """The objects under `prefix`, in order. Numbers within their names become lists as well."""
    tree: dict[str, Any] = {}
    for name, value in attributes.items():
        if name.startswith(prefix):
            segments = name[len(prefix) :].split(".")
            if _is_number(segments[0]) and len(segments) <= MAX_SEGMENTS:
                _put(tree, segments, value)
    items = _folded(tree)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def undotted(item: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """An object whose keys hold dots (`message.role`), nested as its sender means it."""
    if depth >= MAX_SEGMENTS:
        return dict(item)
    tree: dict[str, Any] = {}
    for key, value in item.items():
        inner = [_inner(one, depth) for one in value] if isinstance(value, list) else value
        _put(tree, key.split(".")[:MAX_SEGMENTS], inner)
    return tree


def _inner(value: object, depth: int) -> object:
    return undotted(value, depth + 1) if isinstance(value, dict) else value


def _put(tree: dict[str, Any], segments: list[str], value: object) -> None:
    """What would lie within a value that is no object is passed over."""
    for segment in segments[:-1]:
        inner = tree.get(segment, {})
        if not isinstance(inner, dict):
            return
        tree[segment] = tree = dict(inner)  # what a sender nested stays as it was sent
    tree.setdefault(segments[-1], value)


def _folded(tree: object) -> object:
    if not isinstance(tree, dict):
        return tree
    if tree and all(map(_is_number, tree)):
        return [_folded(tree[key]) for key in sorted(tree, key=int)[-MAX_ITEMS:]]
    return {key: _folded(value) for key, value in tree.items()}


def _is_number(segment: str) -> bool:
    return len(segment) <= MAX_DIGITS and segment.isascii() and segment.isdigit()
