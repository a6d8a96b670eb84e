"""The agent: plays the recorded case, with real memory calls and real spans."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from mnemoscope_client import MnemoscopeClient, Reason, ValidationError
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, Tracer
from recorded_case import Attempt, Case, Chat, Recall, Session, Step, Tool, Write
from story_time import StoryClock


@dataclass(frozen=True, slots=True)
class Written:
    label: str
    content: str
    state: str
    id: str | None
    review_id: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Recalled:
    query: str
    contents: tuple[str, ...]


@dataclass(slots=True)
class Outcome:
    conversation: str
    traces: list[str] = field(default_factory=list)
    writes: list[Written] = field(default_factory=list)
    recalls: list[Recalled] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


class ToolFailedError(Exception):
    """What a tool of the agent raises; the agent goes on without its result."""


class CasePlayer:
    def __init__(
        self,
        case: Case,
        *,
        client: MnemoscopeClient,
        tracer: Tracer,
        clock: StoryClock,
        conversation: str,
        pause: float,
    ) -> None:
        self._case = case
        self._client = client
        self._tracer = tracer
        self._clock = clock
        self._pause = pause
        self._tool_result: dict[str, str] = {}
        self.outcome = Outcome(conversation)

    def play(self, after_session: Callable[[], object]) -> None:
        previous: SpanContext | None = None
        for session in self._case.sessions:
            previous = self._play_session(session, previous)
            after_session()

    def _play_session(self, session: Session, previous: SpanContext | None) -> SpanContext:
        agent = self._case.agent
        self._clock.jump_to(session.hours_ago)
        with self._tracer.start_as_current_span(
            f"invoke_agent {agent['name']}",
            links=[Link(previous)] if previous else [],
            attributes={
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.provider.name": "recorded",
                "gen_ai.agent.id": agent["id"],
                "gen_ai.agent.version": agent["version"],
                "gen_ai.agent.description": session.title,
            },
        ) as root:
            context = root.get_span_context()
            self.outcome.traces.append(f"{context.trace_id:032x}")
            for step in session.steps:
                self._take(step)
                self._clock.advance(0.4)
                time.sleep(self._pause)
        return context

    def _take(self, step: Step) -> None:
        if isinstance(step, Recall):
            self._recall(step)
        elif isinstance(step, Chat):
            self._chat(step)
        elif isinstance(step, Tool):
            self._use_tool(step)
        else:
            self._write(step)

    def _recall(self, step: Recall) -> None:
        found = self._client.recall(
            step.query,
            subject=self._case.subject,
            namespace=self._case.namespace,
            top_k=5,
            purpose=step.purpose,
        )
        contents = tuple(hit.content for hit in found)
        self.outcome.recalls.append(Recalled(step.query, contents))

    def _write(self, step: Write) -> None:
        content = self._tool_result[step.content_from] if step.content_from else step.content
        ids = {item.label: item.id for item in self.outcome.writes if item.state == "active"}
        sources = [ids[label] for label in step.derived_from if label in ids]
        fields = {**step.fields, "derived_from": sources} if sources else step.fields
        try:
            result = self._client.memories.write(
                content,
                subject=self._case.subject,
                namespace=self._case.namespace,
                **fields,
            )
        except ValidationError as refusal:
            reasons = (Reason(refusal.code, str(refusal)),)
            written = Written(step.label, content or "", "rejected", None, None, reasons)
        else:
            written = Written(
                step.label, content or "", result.state, result.id, result.review_id, result.reasons
            )
        self.outcome.writes.append(written)

    def _chat(self, step: Chat) -> None:
        known = self.outcome.recalls[-1].contents
        answer = step.answer
        if step.needs and not any(step.needs in content for content in known):
            answer = step.answer_without or step.answer
        remembered = "\n".join(("What you remember:", *known)) if known else "You remember nothing."
        with self._tracer.start_as_current_span(
            f"chat {self._case.model}",
            kind=SpanKind.CLIENT,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "recorded",
                "gen_ai.request.model": self._case.model,
                "gen_ai.response.model": self._case.model,
                "gen_ai.response.id": f"answer-{uuid4().hex[:12]}",
                "gen_ai.response.finish_reasons": ["stop"],
                "gen_ai.usage.input_tokens": step.tokens[0],
                "gen_ai.usage.output_tokens": step.tokens[1],
                "gen_ai.system_instructions": _parts(self._case.system, remembered),
                "gen_ai.input.messages": _message("user", step.prompt),
                "gen_ai.output.messages": _message("assistant", answer, finish_reason="stop"),
            },
        ):
            self._clock.advance(step.seconds)
        self.outcome.answers.append(answer)

    def _use_tool(self, step: Tool) -> None:
        call_id = f"call-{uuid4().hex[:12]}"
        for attempt in step.attempts:
            try:
                self._tool_result = self._attempt(step, attempt, call_id)
            except ToolFailedError:
                self._tool_result = {}
                self._clock.advance(1.0)

    def _attempt(self, step: Tool, attempt: Attempt, call_id: str) -> dict[str, str]:
        with self._tracer.start_as_current_span(
            f"execute_tool {step.name}",
            attributes={
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": step.name,
                "gen_ai.tool.type": "function",
                "gen_ai.tool.call.id": call_id,
                "gen_ai.tool.call.arguments": json.dumps(step.arguments),
            },
            set_status_on_exception=False,
        ) as span:
            self._clock.advance(attempt.seconds)
            if attempt.error is not None:
                span.set_attribute("error.type", attempt.error)
                span.set_status(Status(StatusCode.ERROR, attempt.message))
                raise ToolFailedError(attempt.message)
            result = attempt.result or {}
            span.set_attribute("gen_ai.tool.call.result", json.dumps(result, ensure_ascii=False))
            return result


def _parts(*texts: str) -> str:
    parts = [{"type": "text", "content": text} for text in texts]
    return json.dumps(parts, ensure_ascii=False)


def _message(role: str, text: str, **more: str) -> str:
    parts = [{"type": "text", "content": text}]
    return json.dumps([{"role": role, "parts": parts, **more}], ensure_ascii=False)
