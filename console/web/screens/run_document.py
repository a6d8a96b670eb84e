"""A run as one page that needs nothing else: to be kept, sent on or printed. Masked.

Rendered piece by piece, each in a transaction of its own, while it is downloaded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string

from audit.dialects.dialect import Op
from audit.export.pages import Missing, Told, told_of
from audit.models import Run, Span
from audit.timelines.memory_mark import marks_of_steps
from audit.timelines.said import exchange_in
from audit.timelines.started import BY_START, spans_of
from audit.timelines.step import Step, step_of
from audit.timelines.tree import NOT_RECEIVED, in_tree_order
from console.accounts.actor import Actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.web.masking import Mask
from console.web.screens.conversation import Conversation, conversation_of
from console.web.screens.lanes import Lane, lane_of
from console.web.screens.touched import Touched, touched_by

MOST_STEPS = 2_000
MOST_TOLD = 500  # in full: masking what agents said takes its time
PIECE = 50
DEEPEST = 9
LATEST = 1  # of what went into a model, which repeats all that was said before
MESSAGE = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the tree. Without a step it stands for a parent that has not arrived."""

    number: int
    span: Span | None
    step: Step | None
    lane: Lane
    depth: int
    is_told: bool


@dataclass(frozen=True, slots=True)
class ToldStep:
    """`missing` is why it is not told what the step said."""

    line: Line
    talk: Conversation | None
    message: str
    memories: list[Touched]
    missing: Missing | None


def run_document(run: Run, actor: Actor) -> Iterator[str]:
    """To be read outside of any scope."""
    mask = Mask()
    with tenant_scope(actor.tenant_id):
        lines = _lines(run)
        head = _rendered("head", run=run, actor=actor, at=now(), lines=lines)
    yield head
    told = [line for line in lines if line.is_told]
    for at in range(0, len(told), PIECE):
        with tenant_scope(actor.tenant_id):
            piece = _rendered("steps", steps=_told(actor, told[at : at + PIECE], mask))
        yield piece
    listed = sum(line.step is not None for line in lines)
    left = {"unlisted": max(0, run.span_count - listed), "untold": listed - len(told)}
    yield _rendered("tail", run=run, masked=mask.found, **left)


def _rendered(name: str, **context: Any) -> str:
    return render_to_string(f"run/document/{name}.html", context)


def _lines(run: Run) -> list[Line]:
    spans = list(spans_of(run).order_by(*BY_START)[:MOST_STEPS])
    tree = in_tree_order(
        [bytes(span.trace_id) + bytes(span.span_id) for span in spans],
        [bytes(span.parent_id) if span.parent_id else None for span in spans],
        [span.start_ns for span in spans],
        [span.duration_ns for span in spans],
    )
    lines: list[Line] = []
    told = 0
    for row, place in enumerate(tree.step):
        span = None if place == NOT_RECEIVED else spans[place]
        step = step_of(span) if span else None
        is_told = span is not None and told < MOST_TOLD
        told += is_told
        depth = min(tree.depth[row], DEEPEST)
        lines.append(Line(row + 1, span, step, lane_of(step), depth, is_told))
    return lines


def _told(actor: Actor, lines: Sequence[Line], mask: Mask) -> list[ToldStep]:
    spans = [line.span for line in lines if line.span]
    steps = [line.step for line in lines if line.step]
    marks = marks_of_steps(steps)
    every = [mark for of_step in marks.values() for mark in of_step]
    touched = {one.mark: one for one in touched_by(actor, every, mask, most=len(every))}
    return [
        _one(line, told, [touched[mark] for mark in marks.get(step.key, ())], mask)
        for line, step, told in zip(lines, steps, told_of(spans), strict=True)
    ]


def _one(line: Line, told: Told, memories: list[Touched], mask: Mask) -> ToldStep:
    exchange = exchange_in(told.said, of_tool=told.span.op == Op.TOOL)
    exchange = replace(exchange, system=(), input=exchange.input[-LATEST:], left_out=0)
    status = told.said.get("status") or {}
    return ToldStep(
        line=line,
        talk=conversation_of(exchange, mask, whole=False) if exchange else None,
        message=mask.raw(str(status.get("message", ""))[:MESSAGE]),
        memories=memories,
        missing=told.missing,
    )
