"""OpenLLMetry, of Traceloop.

https://github.com/traceloop/openllmetry: `SpanAttributes` of opentelemetry-semantic-conventions-ai.
"""

from audit.dialects.dialect import Dialect, Op

ASSOCIATION = "traceloop.association.properties."

OPENLLMETRY = Dialect(
    name="openllmetry",
    kind="traceloop.span.kind",
    kinds={
        "agent": Op.AGENT,
        "workflow": Op.WORKFLOW,
        "task": Op.WORKFLOW,
        "tool": Op.TOOL,
    },
    session=(ASSOCIATION + "session_id", ASSOCIATION + "thread_id", ASSOCIATION + "chat_id"),
    subject=(ASSOCIATION + "user_id",),
    cache_read_tokens=("gen_ai.usage.cache_read_input_tokens",),
    cache_write_tokens=("gen_ai.usage.cache_creation_input_tokens",),
    entity=("traceloop.entity.name",),
    hints={"llm.request.type": Op.MODEL},
)
