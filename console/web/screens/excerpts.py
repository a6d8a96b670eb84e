"""The beginnings of what steps said, for rows that tell of many steps. Masked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.dialects.message_parts import Part, PartKind
from audit.dialects.messages import Exchange, exchange_of
from console.web.masking import Mask
from console.web.text import excerpt

# Masked somewhat further than it is shown: what is cut in two is still known for what it is.
MARGIN = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said: its words, its reasoning, and the tools it asked for by name."""

    text: str = ""
    reasoning: str = ""
    tools: tuple[str, ...] = ()
    finish: str = ""


def exchange_in(document: Mapping[str, Any], *, of_tool: bool = False) -> Exchange:
    """`document` as of `audit.ingest.content`; empty where it is gone."""
    events = [(event["name"], event["attributes"]) for event in document.get("events", ())]
    return exchange_of(document.get("attributes", {}), events, of_tool=of_tool)


def answer_in(document: Mapping[str, Any], mask: Mask, most: int) -> Answer:
    messages = exchange_in(document).output
    parts = [part for message in messages for part in message.parts]
    return Answer(
        text=_joined(parts, PartKind.TEXT, mask, most),
        reasoning=_joined(parts, PartKind.REASONING, mask, most),
        tools=tuple(part.name for part in parts if part.kind is PartKind.TOOL_CALL),
        finish=next((one.finish_reason for one in messages if one.finish_reason), ""),
    )


def call_in(document: Mapping[str, Any], mask: Mask, most: int) -> tuple[str, str]:
    """What a tool was asked and what it answered."""
    exchange = exchange_in(document, of_tool=True)
    return _begun(exchange.arguments, mask, most), _begun(exchange.result, mask, most)


def begun(text: str, mask: Mask, most: int) -> str:
    return excerpt(mask.raw(excerpt(text, most + MARGIN)), most)


def _begun(part: Part | None, mask: Mask, most: int) -> str:
    return begun(part.text, mask, most) if part else ""


def _joined(parts: Iterable[Part], kind: PartKind, mask: Mask, most: int) -> str:
    return begun(" ".join(part.text for part in parts if part.kind is kind), mask, most)
