"""One vocabulary out of all conventions: what a span is, and who, with what, at what cost.

A meaning carries its dialect and the mapping's version, and the raw attributes stay stored, so
that a better mapping can be replayed over old spans.
"""

import re
from typing import Any, NamedTuple

from audit.dialects import memory_words
from audit.dialects.conventions import DIALECTS
from audit.dialects.dialect import Concept, Op
from audit.dialects.genkit import GENKIT
from audit.dialects.index import Index, Kind, index_of, plain
from audit.dialects.memory_use import MemoryUse, memory_use_of
from audit.dialects.usage import Usage, usage_of
from audit.dialects.values import MAX_NAME, as_text
from audit.ingest.record import Attributes, SpanRecord

MAPPING_VERSION = 2
PLAIN = "otel"
BUILT_IN = index_of(DIALECTS)

# A resource speaks for a whole process: of what one step did it knows nothing.
OF_A_PROCESS = frozenset(
    {
        Concept.AGENT,
        Concept.CONVERSATION,
        Concept.SESSION,
        Concept.SUBJECT,
        Concept.PROVIDER,
        Concept.MEMORY_STORE,
    }
)
FROM_RESOURCE = 1_000_000
NOTHING = Kind(10_000_000, Op.OTHER, PLAIN, by_verb=False)
STATUS_UNSET, STATUS_ERROR = 0, 2
# An MCP tool that failed says so in its result, while the call itself went well.
IS_ERROR = '"isError"'
TRUE = re.compile(r"\s*:\s*true")
EITHER_END = 4096  # characters at the beginning and at the end of a result

# Values as their concept is read: texts, counts, nanodollars, or anything.
Found = dict[Concept, Any]


class Meaning(NamedTuple):
    """`subject` is who the step was about. `cost_nanos` is what the span reports: 1e-9 US dollars.

    Tokens and cost are None unless the step calls a model, or is an agent's whose calls nobody
    traces: around other calls they are sums. (A tuple, since a frozen dataclass of
    this size takes three microseconds to make, a third of what reading a span may take.)
    """

    op: Op
    dialect: str
    agent: str | None
    conversation: str | None
    session: str | None
    tool: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    provider: str | None
    subject: str | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cost_nanos: int | None
    is_error: bool
    error_type: str | None
    memory: MemoryUse | None


NO_USAGE = Usage(None, None, None, None, None)


def normalise(span: SpanRecord, index: Index = BUILT_IN) -> Meaning:
    """`index`: the tables, before them a tenant's rules: `BUILT_IN.with_rules(rules)`, kept.

    Never raises, whatever types the attributes have.
    """
    attributes = span.attributes
    found = _found(span, index)
    kind = _kind(attributes, index)
    op = _precise(kind, span, found)
    entity = found.get(Concept.ENTITY)
    tool = found.get(Concept.TOOL)
    if tool is None and kind.op is Op.TOOL:
        tool = entity or span.name[:MAX_NAME] or None
    agent = found.get(Concept.AGENT)
    if agent is None and op is Op.AGENT:
        agent = entity
    alone = op is Op.AGENT and span.source.scope_name in index.sums_alone
    model = found.get(Concept.MODEL)
    if model is None and op.calls_a_model and kind.dialect == GENKIT.name:
        model = entity
    usage = usage_of(found) if op.calls_a_model or alone else NO_USAGE
    error_type = found.get(Concept.ERROR_TYPE) or _exception(span)
    return Meaning(
        op,
        kind.dialect,
        agent,
        found.get(Concept.CONVERSATION),
        found.get(Concept.SESSION),
        tool,
        model,
        usage.input_tokens,
        usage.output_tokens,
        found.get(Concept.PROVIDER),
        found.get(Concept.SUBJECT),
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.cost_nanos,
        _is_error(span, kind.op, found, error_type),
        error_type,
        memory_use_of(op, attributes, found) if op.is_memory else None,
    )


def _found(span: SpanRecord, index: Index) -> Found:
    """Per concept the value under its best name; the resource's where the span has none."""
    fields, attributes, resource = index.fields, span.attributes, span.source.resource
    found: Found = {}
    ranks: dict[Concept, int] = {}
    for name in fields.keys() & attributes.keys():
        concept, rank, read = fields[name]
        if rank < ranks.get(concept, NOTHING.rank):
            value = read(attributes[name])
            if value is not None:
                found[concept], ranks[concept] = value, rank
    for name in fields.keys() & resource.keys():
        concept, rank, read = fields[name]
        rank += FROM_RESOURCE
        if concept in OF_A_PROCESS and rank < ranks.get(concept, NOTHING.rank):
            value = read(resource[name])
            if value is not None:
                found[concept], ranks[concept] = value, rank
    return found


def _kind(attributes: Attributes, index: Index) -> Kind:
    best = NOTHING
    for name in index.kinds.keys() & attributes.keys():
        values, kind = index.kinds[name]
        stated = attributes[name]
        if isinstance(stated, str) and values:
            kind = values.get(stated) or values.get(plain(stated), kind)
        if kind.rank < best.rank:
            best = kind
    return best


def _precise(kind: Kind, span: SpanRecord, found: Found) -> Op:
    """Memory operations and approvals hide in tools, retrievers and words."""
    op = kind.op
    if kind.by_verb and op.is_memory:
        return memory_words.operation(found.get(Concept.VERB) or span.name[:MAX_NAME]) or op
    if op is Op.TOOL:
        name = found.get(Concept.TOOL) or found.get(Concept.ENTITY) or span.name
        return memory_words.of_tool(name[:MAX_NAME], found) or op
    if op is Op.RETRIEVAL:
        return memory_words.of_retriever(span.name[:MAX_NAME], found) or op
    return op


def _exception(span: SpanRecord) -> str | None:
    for event in span.events:
        if event.name == "exception":
            return as_text(event.attributes.get("exception.type")) or "exception"
    return None


def _is_error(span: SpanRecord, op: Op, found: Found, error_type: str | None) -> bool:
    """Tool failures often leave the status unset; a status of Ok outweighs a handled exception."""
    if span.status_code != STATUS_UNSET:
        return span.status_code == STATUS_ERROR
    if error_type is not None or Concept.FAILED in found:
        return True
    result = found.get(Concept.RESULT) if op is Op.TOOL else None
    if not isinstance(result, str):
        return isinstance(result, dict) and result.get("isError") is True
    at = result.rfind(IS_ERROR, -EITHER_END)
    at = at if at >= 0 else result.find(IS_ERROR, 0, EITHER_END)
    return at >= 0 and TRUE.match(result, at + len(IS_ERROR)) is not None
