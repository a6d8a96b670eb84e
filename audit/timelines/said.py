"""What a step said, from all that is kept of it (`audit.ingest.content`). As it was sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.dialects.message_parts import Part, PartKind
from audit.dialects.messages import Exchange, exchange_of

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said: its words, its reasoning, and the tools it asked for by name."""

    text: str = ""
    reasoning: str = ""
    tools: tuple[str, ...] = ()


def exchange_in(document: Document, *, of_tool: bool = False) -> Exchange:
    """Empty where nothing is kept of it."""
    events = [(event["name"], event["attributes"]) for event in document.get("events", ())]
    return exchange_of(document.get("attributes", {}), events, of_tool=of_tool)


def answer_in(document: Document) -> Answer:
    parts = [part for message in exchange_in(document).output for part in message.parts]
    return Answer(
        text=_joined(parts, PartKind.TEXT),
        reasoning=_joined(parts, PartKind.REASONING),
        tools=tuple(part.name for part in parts if part.kind is PartKind.TOOL_CALL),
    )


def call_in(document: Document) -> tuple[str, str]:
    """What a tool was asked and what it answered."""
    exchange = exchange_in(document, of_tool=True)
    return _text(exchange.arguments), _text(exchange.result)


def _text(part: Part | None) -> str:
    return part.text if part else ""


def _joined(parts: Iterable[Part], kind: PartKind) -> str:
    return " ".join(part.text for part in parts if part.kind is kind)
