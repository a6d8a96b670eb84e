"""A run as its decisions: what each had, what it chose, what came back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from audit.dialects.dialect import Op
from audit.models import Run, Span
from audit.timelines.decision_page import (
    CALLS_SHOWN,
    DecisionPage,
    deciding_steps,
    deciding_unit,
    decisions_around,
)
from audit.timelines.decisions import Decision
from audit.timelines.memory_mark import MemoryMark
from audit.timelines.said import Answer, answer_in, call_in
from audit.timelines.started import started_after
from audit.timelines.step import Step, step_of
from audit.timelines.tree import NO_ROW, SPAN_ID_BYTES
from console.accounts.actor import Actor
from console.web.addresses import asked
from console.web.masking import Mask
from console.web.screens.conversation import MARGIN
from console.web.screens.lanes import Lane, lane_of_op
from console.web.screens.touched import Touched, touched_by
from console.web.text import excerpt
from memory.agents import agents_named

PAGE_SIZE = 50
AFTER = "after"
SAID, PASSED = 400, 160
MEMORIES_SHOWN = 5
# A key of a step: trace id and span id, hexadecimal, after its start in nanoseconds.
POSITION = 3


@dataclass(frozen=True, slots=True)
class Did:
    """A step that a decision led to, or had before it. `arguments` and `result` are masked."""

    name: str
    lane: Lane
    href: str
    failed: bool
    error_type: str
    is_running: bool
    took_ns: int
    arguments: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """`asked_for` names the tools asked for of which no call was told."""

    step: Step
    href: str
    agent: str
    answer: Answer
    plans: list[Did]
    looked_up: list[Did]
    recalled: list[Touched]
    more_recalled: int
    calls: list[Did]
    more_calls: int
    writes: list[Did]
    wrote: list[Touched]
    more_wrote: int
    asked_for: list[str]


@dataclass(frozen=True, slots=True)
class DecisionsScreen:
    run: Run
    rows: list[DecisionRow]
    mask: Mask
    is_cut: bool
    is_first: bool
    next: str | None
    query: str
    by_turns: bool
    agents: dict[str, UUID]


def decisions_screen(
    actor: Actor, run: Run, query: QueryDict, *, revealed: bool = False
) -> DecisionsScreen:
    unit, mask = deciding_unit(run), Mask(lifted=revealed)
    position = _position(query.get(AFTER, ""))
    steps = deciding_steps(run, unit)
    if position:
        steps = steps.filter(started_after(*position))
    found = list(steps[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    page = decisions_around(run, shown, unit)
    remembered = _remembered(actor, page.decisions, mask)
    spans = {bytes(span.trace_id) + bytes(span.span_id): span for span in shown}
    draw = _Draw(run, page, spans, remembered, mask)
    return DecisionsScreen(
        run=run,
        rows=[draw.row(one) for one in page.decisions],
        mask=mask,
        is_cut=page.is_cut,
        is_first=position is None,
        next=asked(query, **{AFTER: _told(shown[-1])}) if len(found) > PAGE_SIZE else None,
        query=query.urlencode(),
        by_turns=unit is Op.AGENT,
        agents=agents_named(actor, [run.agent]),
    )


def _remembered(
    actor: Actor, decisions: Iterable[Decision], mask: Mask
) -> Mapping[MemoryMark, Touched]:
    marks = [
        mark
        for one in decisions
        for mark in (*one.recalled[:MEMORIES_SHOWN], *one.wrote[:MEMORIES_SHOWN])
    ]
    return {one.mark: one for one in touched_by(actor, marks, mask, most=len(marks))}


@dataclass(frozen=True, slots=True)
class _Draw:
    run: Run
    page: DecisionPage
    spans: Mapping[bytes, Span]
    remembered: Mapping[MemoryMark, Touched]
    mask: Mask

    def row(self, one: Decision) -> DecisionRow:
        fall = self.page.waterfall
        calls = [self.did(row, tells=True) for row in one.calls[:CALLS_SHOWN]]
        answer = answer_in(self.document(one.row))
        said = Answer(self.begun(answer.text, SAID), self.begun(answer.reasoning, SAID))
        called = {fall.tool[row] or fall.name[row] for row in one.calls}
        return DecisionRow(
            step=step_of(self.spans[fall.tree.key[one.row]]),
            href=self.href(one.row),
            agent=self.agent(one),
            answer=said,
            plans=[self.did(row, tells=True) for row in one.plans],
            looked_up=[self.did(row) for row in one.looked_up],
            recalled=self.memories(one.recalled),
            more_recalled=max(0, len(one.recalled) - MEMORIES_SHOWN),
            calls=calls,
            more_calls=len(one.calls) - len(calls),
            writes=[self.did(row) for row in one.writes],
            wrote=self.memories(one.wrote),
            more_wrote=max(0, len(one.wrote) - MEMORIES_SHOWN),
            asked_for=[name for name in dict.fromkeys(answer.tools) if name not in called],
        )

    def did(self, row: int, *, tells: bool = False) -> Did:
        fall = self.page.waterfall
        arguments, result = call_in(self.document(row)) if tells else ("", "")
        return Did(
            name=fall.tool[row] or fall.agent[row] or fall.name[row],
            lane=lane_of_op(fall.op[row]),
            href=self.href(row),
            failed=fall.failed[row],
            error_type=fall.error_type[row],
            is_running=fall.running[row],
            took_ns=fall.end[row] - fall.start[row],
            arguments=self.begun(arguments, PASSED),
            result=self.begun(result, PASSED),
        )

    def agent(self, one: Decision) -> str:
        """Its own, or that of the scopes it is in."""
        fall, row = self.page.waterfall, one.row
        while row != NO_ROW and not fall.agent[row]:
            row = fall.tree.parent[row]
        return fall.agent[row] if row != NO_ROW else self.run.agent

    def memories(self, marks: Sequence[MemoryMark]) -> list[Touched]:
        shown = dict.fromkeys(marks[:MEMORIES_SHOWN])
        return [self.remembered[mark] for mark in shown if mark in self.remembered]

    def begun(self, text: str, most: int) -> str:
        """Masked somewhat further than it is shown: what is cut in two is known for what it is."""
        return excerpt(self.mask.raw(excerpt(text, most + MARGIN)), most)

    def document(self, row: int) -> Mapping[str, Any]:
        return self.page.documents.get(self.page.waterfall.tree.key[row], {})

    def href(self, row: int) -> str:
        key = self.page.waterfall.tree.key[row]
        ids = key[:-SPAN_ID_BYTES].hex(), key[-SPAN_ID_BYTES:].hex()
        return reverse("run-span", args=[self.run.id, *ids])


def _told(span: Span) -> str:
    return f"{span.start_ns}.{bytes(span.trace_id).hex()}.{bytes(span.span_id).hex()}"


def _position(text: str) -> tuple[int, bytes, bytes] | None:
    """None, which is the first page, for what is no position of ours."""
    parts = text.split(".")
    if len(parts) != POSITION or not (parts[0].isascii() and parts[0].isdigit()):
        return None
    try:
        return int(parts[0][:19]), bytes.fromhex(parts[1]), bytes.fromhex(parts[2])
    except ValueError:
        return None
