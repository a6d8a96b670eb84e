"""What went into a step and what came out of it, under whichever convention's names.

Read when a page shows a step, never while spans arrive. Everything is bounded; nothing raises.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from audit.dialects.message_names import (
    ARGUMENTS,
    DETAILS,
    EVENT_ANSWERS,
    EVENT_ROLES,
    HISTORIES,
    INPUT,
    NUMBERED_RESULTS,
    OUTPUT,
    RESULTS,
    SYSTEM,
    TOOL_OUTPUT,
    WITH_SYSTEM,
    Side,
)
from audit.dialects.message_parts import Part, PartKind, part_of, parts_of
from audit.dialects.message_shapes import MAX_LOOKED_AT, Message, message_of, messages_in
from audit.dialects.numbered import numbered
from audit.dialects.values import decoded
from audit.ingest.record import Value

MAX_MESSAGES = 200
# All of a step's texts together: what a page can carry.
MAX_CHARACTERS = 500_000
MAX_JSON = 8_000_000

Attributes = Mapping[str, Value]
Event = tuple[str, Attributes]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A step's messages; of a call of a tool its arguments and result.

    `left_out`: how many messages, the earliest, are not here; past a thousand at least so many.
    """

    system: tuple[Part, ...] = ()
    input: tuple[Message, ...] = ()
    output: tuple[Message, ...] = ()
    arguments: Part | None = None
    result: Part | None = None
    left_out: int = 0

    def __bool__(self) -> bool:
        return bool(self.system or self.input or self.output or self.arguments or self.result)


def exchange_of(
    attributes: Attributes, events: Iterable[Event] = (), *, of_tool: bool = False
) -> Exchange:
    """`events`: each one's name and attributes. Raw values, as they were sent.

    `of_tool`: the step is a call (`Op.is_call`): an input under a general name is its arguments.
    """
    told = list(events)
    for name, details in told:
        if name == DETAILS:  # it carries what may also lie on the span
            attributes = {**details, **attributes}
        if name == TOOL_OUTPUT:
            answer = details.get("output", details.get("content"))
            attributes = {"tool_response": answer, **attributes}
    if of_tool:
        return Exchange(
            arguments=_first_part(attributes, ARGUMENTS + INPUT.names, PartKind.TOOL_CALL),
            result=_result(attributes, RESULTS + OUTPUT.names),
        )
    asked = _side(attributes, INPUT, _of_events(told, EVENT_ROLES))
    answered = _side(attributes, OUTPUT, _of_events(told, EVENT_ANSWERS)) or _of_vercel(attributes)
    history = _history(attributes)
    if history and not asked:
        last = len(history) - (history[-1].role == "assistant")
        asked, answered = history[:last], answered or history[last:]
    kept_in, kept_out = _bounded(asked, answered)
    return Exchange(
        system=_system(attributes),
        input=kept_in,
        output=kept_out,
        arguments=_first_part(attributes, ARGUMENTS, PartKind.TOOL_CALL),
        result=_result(attributes, RESULTS),
        left_out=len(asked) + len(answered) - len(kept_in) - len(kept_out),
    )


def _side(attributes: Attributes, side: Side, of_events: list[Message]) -> list[Message]:
    """Messages under their own name first, then numbered ones, then events, then anything."""
    first, *others = side.names
    if attributes.get(first):
        return messages_in(_opened(attributes[first]), side.within, side.role)
    for family in side.families:
        if spread := numbered(attributes, family):
            return [message_of(item, side.role) for item in spread[-MAX_LOOKED_AT:]]
    if of_events:
        return of_events
    for name in others:
        if attributes.get(name):
            return messages_in(_opened(attributes[name]), side.within, side.role)
    return []


def _of_events(events: Iterable[Event], roles: Mapping[str, str]) -> list[Message]:
    found = (
        _event_message(attributes, roles[name]) for name, attributes in events if name in roles
    )
    return [message for message in found if message.parts]


def _event_message(attributes: Attributes, role: str) -> Message:
    item = {key.removeprefix("gen_ai."): _opened(value) for key, value in attributes.items()}
    for key in ("prompt", "completion", "event.body", "message"):
        inner = item.get(key)
        if isinstance(inner, dict):
            return message_of({**item, **inner}, role)
        if inner:
            found = messages_in(inner, (), role)
            return found[0] if len(found) == 1 else Message(role, parts_of(inner))
    return message_of(item, role)


def _of_vercel(attributes: Attributes) -> list[Message]:
    item = {
        "role": "assistant",
        "content": attributes.get("ai.response.text"),
        "reasoning_content": attributes.get("ai.response.reasoning"),
        "tool_calls": _opened(attributes.get("ai.response.toolCalls")),
        "finish_reason": attributes.get("ai.response.finishReason"),
    }
    message = message_of(item, "assistant")
    return [message] if message.parts else []


def _history(attributes: Attributes) -> list[Message]:
    for name in HISTORIES:
        items = _opened(attributes.get(name))
        if isinstance(items, list):
            latest = items[-MAX_LOOKED_AT:]
            return [message_of(item, "assistant") for item in latest if isinstance(item, dict)]
    return []


def _system(attributes: Attributes) -> tuple[Part, ...]:
    """Instructions under their own name, or beside the messages: Vercel's, Google's."""
    for name in SYSTEM:
        if attributes.get(name):
            return parts_of(_opened(attributes[name]))
    for name in WITH_SYSTEM:
        found = _opened(attributes.get(name))
        if isinstance(found, dict):
            config = found.get("config")
            inner = config.get("system_instruction") if isinstance(config, dict) else None
            stated = found.get("system") or found.get("instructions") or inner
            if isinstance(stated, str | list | dict):
                return parts_of(stated)
    return ()


def _result(attributes: Attributes, names: Iterable[str]) -> Part | None:
    found = (numbered(attributes, family) for family in NUMBERED_RESULTS)
    spread = next((items for items in found if items), None)
    if spread is not None:
        return part_of(spread, PartKind.TOOL_RESULT)
    return _first_part(attributes, names, PartKind.TOOL_RESULT)


def _first_part(attributes: Attributes, names: Iterable[str], kind: PartKind) -> Part | None:
    for name in names:
        value = attributes.get(name)
        if value not in (None, ""):
            return part_of(_opened(value), kind)
    return None


def _opened(value: Value) -> Any:
    """What JSON in a string holds; any other string itself."""
    if not isinstance(value, str) or value[:1] not in {"{", "[", '"'}:
        return value
    held = decoded(value, MAX_JSON)
    return value if held is None or not _is_writable(held) else held


def _is_writable(value: Value) -> bool:
    """What is nested so deeply that no writer of JSON follows is shown as the text it came as."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return False
    return True


def _bounded(
    asked: Sequence[Message], answered: Sequence[Message]
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The latest messages, up to what a page can carry; of the answer as much as there is room."""
    room = MAX_CHARACTERS
    kept: list[tuple[Message, ...]] = []
    for side in (answered, asked):
        latest: list[Message] = []
        for message in reversed(side[-MAX_MESSAGES:]):
            room -= sum(len(part.text) for part in message.parts)
            if room < 0 and latest:
                break
            latest.append(message)
        kept.append(tuple(reversed(latest)))
    return kept[1], kept[0]
