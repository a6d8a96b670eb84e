"""One vocabulary out of all conventions: what a span is, and who, with what, at what cost.

A meaning carries its dialect and the mapping's version, and the raw attributes stay stored, so
that a better mapping can be replayed over old spans.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from audit.dialects import memory_words
from audit.dialects.conventions import DIALECTS
from audit.dialects.dialect import Concept, Op
from audit.dialects.genkit import GENKIT
from audit.dialects.index import Index, Kind, index_of, plain
from audit.dialects.memory_use import MemoryUse, memory_use_of
from audit.dialects.usage import Usage, usage_of
from audit.dialects.values import MAX_NAME, as_text
from audit.ingest.record import Attributes, SpanRecord, Value

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
MCP_ERROR = re.compile(r'"isError"\s*:\s*true')
EITHER_END = 4096

Found = Mapping[Concept, Value]


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
    entity = _text(found, Concept.ENTITY)
    tool = _text(found, Concept.TOOL)
    if tool is None and kind.op is Op.TOOL:
        tool = entity or span.name[:MAX_NAME] or None
    agent = _text(found, Concept.AGENT)
    if agent is None and op is Op.AGENT:
        agent = entity
    alone = op is Op.AGENT and span.source.scope_name in index.sums_alone
    model = _text(found, Concept.MODEL)
    if model is None and op.calls_a_model and kind.dialect == GENKIT.name:
        model = entity
    usage = usage_of(found) if op.calls_a_model or alone else NO_USAGE
    error_type = _text(found, Concept.ERROR_TYPE) or _exception(span)
    return Meaning(
        op,
        kind.dialect,
        agent,
        _text(found, Concept.CONVERSATION),
        _text(found, Concept.SESSION),
        tool,
        model,
        usage.input_tokens,
        usage.output_tokens,
        _text(found, Concept.PROVIDER),
        _text(found, Concept.SUBJECT),
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.cost_nanos,
        _is_error(span, op, found, error_type),
        error_type,
        memory_use_of(op, attributes, found) if op.is_memory else None,
    )


def _found(span: SpanRecord, index: Index) -> dict[Concept, Value]:
    """Per concept the value under its best name; the resource's where the span has none."""
    fields, attributes, resource = index.fields, span.attributes, span.source.resource
    found: dict[Concept, Value] = {}
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


def _text(found: Found, concept: Concept) -> str | None:
    value = found.get(concept)
    return value if isinstance(value, str) else None


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
        return memory_words.operation(_text(found, Concept.VERB) or span.name) or op
    if op is Op.TOOL:
        name = _text(found, Concept.TOOL) or _text(found, Concept.ENTITY) or span.name
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
    ends = result if len(result) <= EITHER_END else result[:EITHER_END] + result[-EITHER_END:]
    return MCP_ERROR.search(ends) is not None
