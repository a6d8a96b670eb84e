"""Real traces of many instrumentations: all accepted, and what they tell is found.

The floor is an oracle that knows no convention. It looks at the names of a span's attributes only:
what ends in `model`, `tool.name`, `input_tokens`, `session_id`, `agent.name` and their like, with
any separator or case, tells that concept, and the mapping must have filled one of those values.
Tokens are asked for at the innermost span that has any, since those around it repeat the sum. The
oracle is wrong now and then; what it found and the mapping did not is printed by name, to be
explained. The texts are data and no instructions.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

from audit.dialects.messages import exchange_of
from audit.dialects.normalise import Meaning, normalise
from audit.ingest.decode_json import decode_json
from audit.ingest.decode_protobuf import decode_protobuf
from audit.ingest.record import SpanRecord, Value
from benchmarks.shared_data import folder, records
from benchmarks.table import Table

# Over names in snake case: `ai.usage.promptTokens` is `ai_usage_prompt_tokens`.
ORACLE = {
    "model": re.compile(r"(^|_)model(_name|_id)?$"),
    "tool": re.compile(r"(^|_)tool(_call)?_name$"),
    "input tokens": re.compile(r"((^|_)(input|prompt)_tokens?|token_count_(prompt|input))$"),
    "output tokens": re.compile(
        r"((^|_)(output|completion)_tokens?|token_count_(completion|output))$"
    ),
    "session": re.compile(r"(^|_)(session|thread|conversation|chat)_id$"),
    "agent": re.compile(r"(^|(?<!user)_)agent(_name|_id)?$"),
}
# Parts of messages and lists of tools on offer, which no span is about: their names hold numbers.
PART_OF_A_LIST = re.compile(r"\.\d+(\.|$)")
# Of tokens these are a kind, told beside the whole.
A_KIND_OF_TOKENS = re.compile(r"cache|cached|reasoning|audio|image|accepted|rejected")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SHOWN = 40
ROUNDS = 7


@dataclass
class Tally:
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    filled: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def count(self, family: str, concept: str, names: list[str], *, is_filled: bool) -> None:
        for group in (family, "all"):
            self.found[group, concept] += 1
            self.filled[group, concept] += is_filled
        if not is_filled:
            self.missed[family, concept, ", ".join(sorted(names))] += 1


def measure(data: Path) -> Table:
    table = Table("Real traces: what they tell and what is found", "told, by an oracle of names")
    tally, sent, accepted, shown = Tally(), 0, 0, 0
    read: list[SpanRecord] = []
    present = [one for one in _index(data) if (data / "otlp" / one["file"]).is_file()]
    for entry in present:
        spans, rejected = _spans(data / "otlp" / entry["file"])
        sent, accepted = sent + entry["n_spans"], accepted + len(spans) - len(rejected)
        for reason in rejected:
            print(f"rejected: {entry['file']}: {reason}")
        read.extend(spans)
        meanings = [normalise(span) for span in spans]
        shown += sum(_is_shown(span) for span in spans)
        _compare(_family(entry["group"]), spans, meanings, tally)
    table.add(f"spans of {len(present)} files accepted", accepted, "spans", sent)
    table.add("one span read, of processor time", _microseconds(read), "µs")
    table.add("with messages, arguments or a result to show", shown, "spans")
    for group in ("all", *sorted({family for family, _ in tally.found} - {"all"})):
        for concept in ORACLE:
            if told := tally.found[group, concept]:
                name = f"{group}: {concept}"
                table.add(name, tally.filled[group, concept], "spans", told)
    for (family, concept, names), times in tally.missed.most_common(SHOWN):
        print(f"not filled: {concept} of {family}, {times} times: {names}")
    return table


def _index(data: Path) -> Iterator[dict[str, Any]]:
    return records(data / "otlp" / "index.jsonl")


def _spans(path: Path) -> tuple[tuple[SpanRecord, ...], tuple[str, ...]]:
    """All spans of a file, and why the receiver rejects some of them.

    OTLP forbids ids of zeros, which templates in two repositories have: those spans are rejected,
    and read with other ids.
    """
    body = path.read_bytes()
    decoded = decode_protobuf(body) if path.suffix == ".pb" else decode_json(body)
    if not decoded.rejected:
        return decoded.spans, ()
    mended = decode_json(re.sub(rb'"0{16}(0{16})?"', rb'"1234567812345678\1"', body))
    return mended.spans, decoded.rejected


def _family(group: str) -> str:
    """`oi-agno|test…` is of OpenInference, `langfuse__…` of Langfuse."""
    name = re.split(r"\||__", group)[0]
    return {"oi": "OpenInference", "ol": "OpenLLMetry"}.get(name.split("-")[0], name)


def _compare(
    family: str, spans: tuple[SpanRecord, ...], meanings: list[Meaning], tally: Tally
) -> None:
    told = [_told(span) for span in spans]
    counted = _innermost(spans, told)
    for span, meaning, names in zip(spans, meanings, told, strict=True):
        filled = {
            "model": meaning.model,
            "tool": meaning.tool,
            "input tokens": meaning.input_tokens,
            "output tokens": meaning.output_tokens,
            "session": meaning.session or meaning.conversation,
            "agent": meaning.agent,
        }
        for concept, attributes in names.items():
            if "tokens" in concept and span.span_id not in counted:
                continue
            is_filled = _agrees(filled[concept], [_value(span, name) for name in attributes])
            tally.count(family, concept, attributes, is_filled=is_filled)


def _agrees(filled: str | int | None, told: list[Value]) -> bool:
    """Filled, and with a value that one of the attributes has."""
    if isinstance(filled, int):
        return any(isinstance(one, str | int | float) and float(one) == filled for one in told)
    return filled is not None and any(str(one)[: len(filled)] == filled for one in told)


def _value(span: SpanRecord, name: str) -> Value:
    return span.attributes.get(name, span.source.resource.get(name))


def _told(span: SpanRecord) -> dict[str, list[str]]:
    """Per concept the attributes of the span, or of its resource, whose names say it."""
    told: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in [*span.attributes.items(), *span.source.resource.items()]:
        if PART_OF_A_LIST.search(name) or not _says_something(value):
            continue
        plain = re.sub(r"[^a-z0-9]+", "_", CAMEL.sub("_", name).lower())
        for concept, pattern in ORACLE.items():
            if pattern.search(plain) and not _is_beside(concept, plain):
                told[concept].append(name)
    return dict(told)


def _is_beside(concept: str, plain: str) -> bool:
    return "tokens" in concept and A_KIND_OF_TOKENS.search(plain) is not None


def _says_something(value: Value) -> bool:
    return value not in (None, "") and isinstance(value, str | int | float)


def _innermost(spans: tuple[SpanRecord, ...], told: list[dict[str, list[str]]]) -> set[bytes]:
    """The spans that tell tokens and have none below them that do."""
    having = {
        span.span_id
        for span, names in zip(spans, told, strict=True)
        if "input tokens" in names or "output tokens" in names
    }
    parents = {span.span_id: span.parent_id for span in spans}
    around: set[bytes] = set()
    for span_id in having:
        above = parents.get(span_id)
        while above is not None and above not in around:
            around.add(above)
            above = parents.get(above)
    return having - around


def _microseconds(spans: list[SpanRecord]) -> float:
    """The best of some rounds: what else runs on the machine only ever adds."""
    rounds = []
    for _ in range(ROUNDS):
        begun = process_time()
        for span in spans:
            normalise(span)
        rounds.append(process_time() - begun)
    return min(rounds) / len(spans) * 1e6


def _is_shown(span: SpanRecord) -> bool:
    events = [(event.name, event.attributes) for event in span.events]
    of_tool = normalise(span).tool is not None
    return bool(exchange_of(span.attributes, events, of_tool=of_tool))


def main() -> Table:
    return measure(folder())
