"""The steps of a run in the order of a tree, whatever is missing from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.timelines.step import Key, Step


@dataclass(frozen=True, slots=True)
class Branch:
    """A step in its place. Without a step it stands for a parent that has not arrived."""

    step: Step | None
    key: Key
    depth: int
    children: int


def in_tree_order(steps: Iterable[Step]) -> list[Branch]:
    """Parents before their children, brothers and sisters by start.

    A child whose parent has not arrived stands under a placeholder for it; a circle of parents,
    which only a broken or hostile sender makes, is cut where it is first met.
    """
    by_key = {step.key: step for step in sorted(steps, key=_by_start)}
    children: dict[Key, list[Key]] = {}
    roots: dict[Key, int] = {}
    for key, step in by_key.items():
        parent = _parent_of(step)
        if parent is None:
            roots[key] = step.start_ns
            continue
        children.setdefault(parent, []).append(key)
        if parent not in by_key:
            roots[parent] = min(roots.get(parent, step.start_ns), step.start_ns)
    placed: dict[Key, Branch] = {}
    for root in sorted(roots, key=lambda key: (roots[key], key)):
        _place(root, by_key, children, placed)
    for key in by_key:
        _place(key, by_key, children, placed)
    return list(placed.values())


def _place(
    root: Key, by_key: dict[Key, Step], children: dict[Key, list[Key]], placed: dict[Key, Branch]
) -> None:
    """Depth first with a stack of our own: a trace may be deeper than Python's."""
    waiting = [(root, 0)]
    while waiting:
        key, depth = waiting.pop()
        if key in placed:
            continue
        below = children.get(key, [])
        placed[key] = Branch(by_key.get(key), key, depth, len(below))
        waiting.extend((child, depth + 1) for child in reversed(below))


def _parent_of(step: Step) -> Key | None:
    if step.parent_id is None or step.parent_id == step.span_id:
        return None
    return (step.trace_id, step.parent_id)


def _by_start(step: Step) -> tuple[int, int]:
    """Of two that start together the longer one goes first: it may enclose the other."""
    return (step.start_ns, -(step.duration_ns or 0))
