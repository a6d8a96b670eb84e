"""What a model call used and cost, from attributes of their own or from one object of them all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from audit.dialects.dialect import Concept
from audit.dialects.values import as_count, as_nanos, decoded_object
from audit.ingest.record import Value

# Keys inside a usage object: Langfuse, MLflow, LangSmith, Google's usage_metadata, Anthropic's.
NESTED = ("usage_metadata", "usageMetadata", "usage", "input_token_details")
INPUT = (
    "input_tokens",
    "prompt_tokens",
    "input",
    "inputTokens",
    "promptTokens",
    "prompt_token_count",
    "promptTokenCount",
)
OUTPUT = (
    "output_tokens",
    "completion_tokens",
    "output",
    "outputTokens",
    "completionTokens",
    "candidates_token_count",
    "candidatesTokenCount",
)
CACHE_READ = (
    "cache_read_input_tokens",
    "input_cached_tokens",
    "cache_read",
    "cached_tokens",
    "input_cache_read",
    "cachedInputTokens",
    "cached_content_token_count",
    "cachedContentTokenCount",
)
CACHE_WRITE = (
    "cache_creation_input_tokens",
    "cache_write_input_tokens",
    "cache_creation",
    "input_cache_creation",
)
TOTAL_COST = ("total_cost", "total", "cost")


class Usage(NamedTuple):
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cost_nanos: int | None


def usage_of(found: Mapping[Concept, Any]) -> Usage:
    sent, got = found.get(Concept.INPUT_TOKENS), found.get(Concept.OUTPUT_TOKENS)
    read, wrote = found.get(Concept.CACHE_READ_TOKENS), found.get(Concept.CACHE_WRITE_TOKENS)
    cost = _cost(found)
    if (sent is None or got is None) and (objects := _objects(found)):
        sent = _count(objects, INPUT) if sent is None else sent
        got = _count(objects, OUTPUT) if got is None else got
        read = _count(objects, CACHE_READ) if read is None else read
        wrote = _count(objects, CACHE_WRITE) if wrote is None else wrote
        cost = _dollars(objects) if cost is None else cost
    return Usage(sent, got, read, wrote, cost)


def _objects(found: Mapping[Concept, Any]) -> Sequence[Mapping[str, Value]]:
    """Where counts may lie: in a usage object, else in a result that tells its usage."""
    stated = found.get(Concept.USAGE)
    if stated is None:
        stated = found.get(Concept.RESULT)
        if stated is None or (isinstance(stated, str) and "usage" not in stated):
            return ()
    usage = decoded_object(stated)
    inner = (usage.get(key) for key in NESTED)
    return [usage, *(item for item in inner if isinstance(item, dict))]


def _count(objects: Iterable[Mapping[str, Value]], keys: tuple[str, ...]) -> int | None:
    for item in objects:
        for key in keys:
            count = as_count(item.get(key))
            if count is not None:
                return count
    return None


def _cost(found: Mapping[Concept, Any]) -> int | None:
    """The total where it is told, else the sum of what is: input and output apart."""
    total: int | None = found.get(Concept.COST)
    if total is None and (Concept.INPUT_COST in found or Concept.OUTPUT_COST in found):
        total = found.get(Concept.INPUT_COST, 0) + found.get(Concept.OUTPUT_COST, 0)
    if total is None and Concept.COSTS in found:
        return _dollars([decoded_object(found[Concept.COSTS])])
    return total


def _dollars(objects: Iterable[Mapping[str, Value]]) -> int | None:
    for item in objects:
        for key in TOTAL_COST:
            nanos = as_nanos(item.get(key))
            if nanos is not None:
                return nanos
    return None
