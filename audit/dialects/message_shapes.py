"""Messages in values of any shape: a list of them, an object around them, or a text that is one.

LangChain's serialised messages and OpenInference's flattened ones among them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from audit.dialects.message_parts import (
    MAX_DEPTH,
    MAX_NAME,
    REASONS,
    Part,
    PartKind,
    bare,
    call_part,
    content_parts,
    is_call,
    is_result,
    limited,
    part_of,
    parts_of,
    short,
    told,
)
from audit.dialects.message_parts import one as one_part
from audit.dialects.numbered import undotted

ROLES = {
    "human": "user",
    "ai": "assistant",
    "model": "assistant",
    "function": "tool",
    "developer": "system",
    "humanmessage": "user",
    "aimessage": "assistant",
    "aimessagechunk": "assistant",
    "systemmessage": "system",
    "toolmessage": "tool",
}
# What may stand beside an input that is one text.
BESIDE = frozenset({"system", "instructions", "tools"})
# However many a hostile sender writes.
MAX_LOOKED_AT = 1000
# LangChain's messages name their role as a type.
TYPES = {"human", "ai", "system", "tool"}


@dataclass(frozen=True, slots=True)
class Message:
    """`role` in the common vocabulary where it has one: system, user, assistant, tool."""

    role: str
    parts: tuple[Part, ...]
    finish_reason: str = ""


def message_of(item: Mapping[str, Any], role: str) -> Message:
    """`role` where the message names none."""
    item = bare(item)
    reason = item.get("finish_reason") or item.get("finishReason") or item.get("stop_reason")
    return Message(_role(item, role), limited(_parts(item)), short(reason))


def messages_in(value: object, within: tuple[str, ...], role: str) -> list[Message]:
    """The latest, up to MAX_LOOKED_AT.

    `within`: the keys under which an object that is no message keeps its messages.
    """
    return [*islice(_latest_first(value, within, role, 0), MAX_LOOKED_AT)][::-1]


def _latest_first(
    value: object, within: tuple[str, ...], role: str, depth: int
) -> Iterator[Message]:
    if depth < MAX_DEPTH and isinstance(value, dict):
        yield from _in_object(value, within, role, depth)
        return
    if depth < MAX_DEPTH and isinstance(value, list) and value:
        if all(isinstance(item, dict) for item in value) and any(map(_is_message, value)):
            yield from (_one(item, role) for item in reversed(value))
            return
        if all(isinstance(item, list | dict) and not _is_part(item) for item in value):
            for item in islice(reversed(value), MAX_LOOKED_AT):
                yield from _latest_first(item, within, role, depth + 1)
            return
    parts = parts_of(value)
    if parts:
        yield Message(role, parts)


def _one(item: dict[str, Any], role: str) -> Message:
    return message_of(undotted(item), role) if _is_message(item) else Message(role, parts_of(item))


def _in_object(
    value: dict[str, Any], within: tuple[str, ...], role: str, depth: int
) -> Iterator[Message]:
    if _is_message(value):
        yield message_of(undotted(value), role)
        return
    for key in within:
        inner = value.get(key)
        if isinstance(inner, list | dict) and inner:
            yield from _latest_first(inner, within, role, depth + 1)
            return
        if isinstance(inner, str) and inner and BESIDE.issuperset(value.keys() - {key}):
            yield Message(role, parts_of(inner))
            return
    if value:
        yield Message(role, (part_of(value, PartKind.DATA),))


def _is_message(item: Mapping[str, Any]) -> bool:
    if "role" in item or "message.role" in item:
        return True
    if isinstance(item.get("message"), dict) or isinstance(item.get("kwargs"), dict):
        return True
    kind = item.get("type")
    return _is_bare_part(item) or (isinstance(kind, str) and kind in TYPES and "content" in item)


def _is_part(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("type"), str)


def _is_bare_part(item: Mapping[str, Any]) -> bool:
    """The items of OpenAI's responses are parts and messages at once."""
    kind = item.get("type")
    if not isinstance(kind, str) or "role" in item:
        return False
    return kind in REASONS or is_call(kind) or is_result(kind)


def _parts(item: Mapping[str, Any]) -> Iterator[Part]:
    if _is_bare_part(item):
        yield from one_part(item, 0)
        return
    yield from content_parts(item.get("parts"), 0)
    reasoning = item.get("reasoning_content") or item.get("reasoning")
    if isinstance(reasoning, str):
        yield part_of(reasoning, PartKind.REASONING)
    content = item.get("content", item.get("contents", item.get("text")))
    answered = item.get("tool_call_id")
    if (
        isinstance(answered, str)
        and answered
        and short(item.get("role")) not in {"assistant", "user"}
    ):
        name = short(item.get("name"))
        yield part_of(told(content), PartKind.TOOL_RESULT, name, short(answered))
    else:
        yield from content_parts(content, 0)
    for key in ("tool_calls", "toolCalls", "function_call"):
        calls = item.get(key)
        for made in calls if isinstance(calls, list) else [calls]:
            if isinstance(made, dict):
                yield call_part(bare(made))


def _role(item: Mapping[str, Any], otherwise: str) -> str:
    kind, stated = item.get("type"), item.get("role")
    if isinstance(stated, str) and stated:
        return ROLES.get(stated.lower(), stated[:MAX_NAME])
    if _is_bare_part(item):
        return "tool" if is_result(short(kind)) else "assistant"
    path = item.get("id")
    if isinstance(path, list) and path:  # LangChain: the path of the message's class
        kind = path[-1]
    if isinstance(kind, str):
        return ROLES.get(kind.lower(), kind if kind in TYPES else otherwise)
    return otherwise
