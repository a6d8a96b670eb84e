from collections.abc import Iterator
from dataclasses import dataclass

from audit.actions.replay_traces import Preview
from audit.models import Span
from audit.rules.rereading import Figures, Reread


@dataclass(frozen=True, slots=True)
class Change:
    """A stored span and, figure by figure, how it would be read: name, before, after."""

    span: Span
    figures: list[tuple[str, object, object]]


def changes_of(preview: Preview) -> list[Change]:
    return [Change(one.stored, list(_different(one))) for one in preview.some]


def _different(one: Reread) -> Iterator[tuple[str, object, object]]:
    before = Figures.stored(one.stored)
    for name, was, would_be in zip(Figures._fields, before, one.figures, strict=True):
        if was != would_be:
            yield name, _shown(name, was), _shown(name, would_be)


def _shown(name: str, value: object) -> object:
    if name == "cost_nanos" and isinstance(value, int):
        return f"${value / 10**9:,.6f}"
    return "nothing" if value in {None, ""} else value
