"""One vocabulary out of all conventions: what a span is, and who, with what, at what cost.

A meaning carries its dialect and the mapping's version, and the raw attributes stay stored, so
that a better mapping can be replayed over old spans.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.dialects.dialect import Dialect, Op
from audit.dialects.memory_use import MemoryUse, memory_use_of
from audit.dialects.openinference import OPENINFERENCE
from audit.dialects.openllmetry import OPENLLMETRY
from audit.dialects.otel_genai import MEMORY_OPERATIONS, OPERATION, OTEL_GENAI
from audit.ingest.record import Attributes, SpanRecord, Value

MAPPING_VERSION = 1
MAX_NAME = 256
MAX_TOKENS = 10**12  # beyond it a sum over a long run could overflow 64 bits
MAX_DIGITS = 16
MAX_DOLLARS = 1_000_000  # of one call: in nanos, thousands of such calls still fit 64 bits
NANOS = 1_000_000_000

# Whose word on the kind counts first; an explicit memory operation goes before all of them.
PRECEDENCE = (OPENINFERENCE, OTEL_GENAI, OPENLLMETRY)
PLAIN = "otel"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`subject` is who the step was about. `cost_nanos` is what the span reports: 1e-9 US dollars.

    Tokens and cost are None unless the step calls a model.
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


def normalise(span: SpanRecord) -> Meaning:
    attributes = span.attributes
    op, dialect = _kind(attributes)
    resource = span.source.resource
    error_type = _error_type(span)
    entity = first_text(attributes, dialect.entity) if dialect else None
    return Meaning(
        op=op,
        dialect=dialect.name if dialect else PLAIN,
        agent=first_text(attributes, AGENT) or (entity if op is Op.AGENT else None),
        conversation=first_text(attributes, CONVERSATION),
        session=first_text(attributes, SESSION) or first_text(resource, SESSION),
        tool=first_text(attributes, TOOL) or (_tool_name(span, entity) if op is Op.TOOL else None),
        model=first_text(attributes, MODEL),
        input_tokens=_tokens(attributes, INPUT_TOKENS) if op.calls_a_model else None,
        output_tokens=_tokens(attributes, OUTPUT_TOKENS) if op.calls_a_model else None,
        provider=first_text(attributes, PROVIDER),
        subject=first_text(attributes, SUBJECT),
        cache_read_tokens=_tokens(attributes, CACHE_READ_TOKENS) if op.calls_a_model else None,
        cache_write_tokens=_tokens(attributes, CACHE_WRITE_TOKENS) if op.calls_a_model else None,
        cost_nanos=_cost(attributes) if op.calls_a_model else None,
        is_error=_is_error(span, error_type),
        error_type=error_type,
        memory=memory_use_of(op, attributes) if op.is_memory else None,
    )


def first_text(attributes: Attributes, names: Iterable[str]) -> str | None:
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            return value[:MAX_NAME]
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def _names(concept: str) -> tuple[str, ...]:
    """Every dialect's names of one concept, OpenTelemetry's first, each once."""
    dialects = (OTEL_GENAI, OPENINFERENCE, OPENLLMETRY)
    return tuple(dict.fromkeys(name for d in dialects for name in getattr(d, concept)))


AGENT = _names("agent")
CONVERSATION = _names("conversation")
SESSION = _names("session")
TOOL = _names("tool")
MODEL = _names("model")
INPUT_TOKENS = _names("input_tokens")
OUTPUT_TOKENS = _names("output_tokens")
PROVIDER = _names("provider")
SUBJECT = _names("subject")
CACHE_READ_TOKENS = _names("cache_read_tokens")
CACHE_WRITE_TOKENS = _names("cache_write_tokens")
COST = _names("cost")


def _kind(attributes: Attributes) -> tuple[Op, Dialect | None]:
    operation = attributes.get(OPERATION)
    if isinstance(operation, str) and operation in MEMORY_OPERATIONS:
        return MEMORY_OPERATIONS[operation], OTEL_GENAI
    unknown: Dialect | None = None
    for dialect in PRECEDENCE:
        stated = attributes.get(dialect.kind)
        if isinstance(stated, str):
            op = dialect.kinds.get(stated)
            if op is not None:
                return op, dialect
            unknown = unknown or dialect
    for dialect in PRECEDENCE:
        for name, op in dialect.hints.items():
            if name in attributes:
                return op, dialect
    return Op.OTHER, unknown


def _tool_name(span: SpanRecord, entity: str | None) -> str:
    return entity or span.name[:MAX_NAME]


def _tokens(attributes: Attributes, names: Iterable[str]) -> int | None:
    for name in names:
        count = as_count(attributes.get(name))
        if count is not None:
            return count
    return None


def _cost(attributes: Attributes) -> int | None:
    for name in COST:
        cost = as_nanos(attributes.get(name))
        if cost is not None:
            return cost
    return None


def as_nanos(dollars: Value) -> int | None:
    """A plausible cost in dollars, as instrumentations report it, in 1e-9 dollars."""
    if isinstance(dollars, bool) or not isinstance(dollars, int | float):
        return None
    return round(dollars * NANOS) if 0 <= dollars <= MAX_DOLLARS else None


def as_count(value: Value) -> int | None:
    """A plausible count, from whichever scalar an instrumentation wrote it as."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MAX_TOKENS else None


def _error_type(span: SpanRecord) -> str | None:
    stated = first_text(span.attributes, ("error.type",))
    if stated:
        return stated
    for event in span.events:
        if event.name == "exception":
            return first_text(event.attributes, ("exception.type",)) or "exception"
    return None


def _is_error(span: SpanRecord, error_type: str | None) -> bool:
    """Tool failures often leave the status unset; a status of Ok outweighs a handled exception."""
    if span.status_code == 0:
        return error_type is not None
    return span.status_code == 2  # noqa: PLR2004 - STATUS_CODE_ERROR
