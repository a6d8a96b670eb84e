"""The parts of a message in any provider's shape, as a few kinds.

OpenTelemetry's `parts`, OpenAI's chat and responses, Anthropic's blocks, Google's contents and
Vercel's model messages. What is none of them is shown as the JSON it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

import orjson

# A page shows this much of a part; what is left out is counted.
MAX_TEXT = 20_000
MAX_PARTS = 100
MAX_NAME = 200
MAX_DEPTH = 6


class PartKind(StrEnum):
    TEXT = "text"
    REASONING = "reasoning"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    FILE = "file"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Part:
    """`name` and `id` are a tool's and its call's. `cut` characters are left out.

    Of a file `name` is its type, and `text` where it lies, if that is told.
    """

    kind: PartKind
    text: str
    name: str = ""
    id: str = ""
    cut: int = 0


TEXTS = {"text", "input_text", "output_text", "refusal", "summary_text"}
REASONS = {"reasoning", "thinking", "thought", "redacted_thinking"}
CALLS = {"tool_call", "tool_use", "tool-call", "function_call", "server_tool_call", "function"}
RESULTS = {
    "tool_call_response",
    "tool_result",
    "tool-result",
    "function_call_output",
    "server_tool_call_response",
    "tool_response",
}
FILES = {"blob", "file", "uri", "image", "image_url", "input_image", "input_file", "input_audio"}
WRAPPERS = ("message", "message_content", "tool_call", "kwargs", "prompt", "completion")


def parts_of(content: object) -> tuple[Part, ...]:
    """The parts of a content, without a message around it: system instructions, for example."""
    return limited(content_parts(content, 0))


def part_of(value: object, kind: PartKind, name: str = "", identifier: str = "") -> Part:
    """A text as it is; anything else as indented JSON."""
    text = value if isinstance(value, str) else _json(value)
    return Part(kind, text[:MAX_TEXT], name, identifier, max(0, len(text) - MAX_TEXT))


def content_parts(content: object, depth: int) -> Iterator[Part]:
    if content is None or content == "":
        return
    if depth > MAX_DEPTH:
        yield part_of(content, PartKind.DATA)
    elif isinstance(content, str):
        blocks = _readable(content) if content.startswith("[{") else None
        if isinstance(blocks, list) and all(isinstance(b, dict) and "type" in b for b in blocks):
            yield from content_parts(blocks, depth + 1)
        else:
            yield part_of(content, PartKind.TEXT)
    elif isinstance(content, list):
        for item in content:
            yield from content_parts(item, depth + 1)
    elif isinstance(content, dict):
        yield from one(bare(content), depth)
    else:
        yield part_of(content, PartKind.DATA)


def one(item: Mapping[str, Any], depth: int) -> Iterator[Part]:
    kind = str(item.get("type") or "")
    if kind in REASONS or item.get("thought") is True:
        said = [item[key] for key in ("thinking", "content", "text", "summary") if item.get(key)]
        yield part_of(told(said[0]) if said else "(withheld)", PartKind.REASONING)
        return
    if is_call(kind) or any(key in item for key in ("function_call", "functionCall")):
        inner = item.get("function_call") or item.get("functionCall")
        yield call_part(bare(inner) if isinstance(inner, dict) else item)
        return
    if is_result(kind) or any(key in item for key in ("function_response", "functionResponse")):
        inner = item.get("function_response") or item.get("functionResponse")
        yield _result(bare(inner) if isinstance(inner, dict) else item)
        return
    if kind in FILES or any(key in item for key in ("inline_data", "inlineData", "image", "blob")):
        yield _file(item)
        return
    if kind in TEXTS or isinstance(item.get("text"), str):
        yield from content_parts(
            item.get("text", item.get("content", item.get("refusal"))), depth + 1
        )
        return
    if "content" in item and depth < MAX_DEPTH:
        yield from content_parts(item["content"], depth + 1)
        return
    yield part_of(item, PartKind.DATA)


def is_call(kind: str) -> bool:
    """Also those of a provider's own tools: `web_search_call`, `server_tool_use`."""
    return kind in CALLS or kind.endswith(("_call", "_tool_use"))


def is_result(kind: str) -> bool:
    return kind in RESULTS or kind.endswith(("_call_output", "_tool_result"))


def call_part(item: Mapping[str, Any]) -> Part:
    function = item.get("function")
    inner = function if isinstance(function, dict) else item
    given: object = next(
        (inner[key] for key in ("arguments", "args", "input", "parameters") if key in inner), {}
    )
    name = inner.get("name") or item.get("toolName") or item.get("name") or item.get("type")
    return part_of(_readable(given), PartKind.TOOL_CALL, short(name), _call_id(item))


def _result(item: Mapping[str, Any]) -> Part:
    keys = ("response", "result", "output", "content")
    given = next((item[key] for key in keys if item.get(key) is not None), "")
    name = item.get("name") or item.get("toolName")
    return part_of(_readable(told(given)), PartKind.TOOL_RESULT, short(name), _call_id(item))


def _file(item: Mapping[str, Any]) -> Part:
    """Never the bytes: what kind of file it is, and its address where that is no data."""
    inner = next((v for v in item.values() if isinstance(v, dict)), {})
    both = {**inner, **item}
    kinds = ("mime_type", "mimeType", "media_type", "mediaType", "modality", "type")
    kind = next((both[key] for key in kinds if isinstance(both.get(key), str)), "file")
    places = ("uri", "url", "file_uri", "file_id", "filename", "image_url", "image")
    place = next((both[key] for key in places if isinstance(both.get(key), str)), "")
    return part_of("" if place.startswith("data:") else place, PartKind.FILE, short(kind))


def told(value: object) -> object:
    """The text within blocks of text, where there is nothing else."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        texts = [item.get("text") for item in value]
        if all(isinstance(text, str) for text in texts):
            return "\n".join(str(text) for text in texts)
    return value


def _readable(value: object) -> object:
    if isinstance(value, str) and value.startswith(("{", "[")) and len(value) <= MAX_TEXT:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def bare(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what serialisers wrap around: `{"message": {…}}`, LangChain's `kwargs`."""
    for wrapper in WRAPPERS:
        inner = item.get(wrapper)
        if isinstance(inner, dict):
            return {**{key: item[key] for key in item if key != wrapper}, **inner}
    return item


def _call_id(item: Mapping[str, Any]) -> str:
    keys = ("id", "tool_call_id", "call_id", "tool_use_id", "toolCallId")
    return next((short(item[key]) for key in keys if isinstance(item.get(key), str)), "")


def short(value: object) -> str:
    return value[:MAX_NAME] if isinstance(value, str) else ""


def limited(parts: Iterator[Part]) -> tuple[Part, ...]:
    return tuple(islice(parts, MAX_PARTS))


def _json(value: object) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONEncodeError:  # half a character, or a number past 64 bits
        return repr(value)
