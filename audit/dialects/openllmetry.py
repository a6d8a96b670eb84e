"""OpenLLMetry, of Traceloop.

https://github.com/traceloop/openllmetry: `SpanAttributes` of opentelemetry-semantic-conventions-ai.
"""

from audit.dialects.dialect import Concept, Dialect, Op

ASSOCIATION = "traceloop.association.properties."

OPENLLMETRY = Dialect(
    name="openllmetry",
    kinds={
        "traceloop.span.kind": {
            "agent": Op.AGENT,
            "workflow": Op.WORKFLOW,
            "task": Op.WORKFLOW,
            "session": Op.WORKFLOW,
            "handoff": Op.WORKFLOW,
            "tool": Op.TOOL,
            "server": Op.OTHER,
        },
        "llm.request.type": {
            "chat": Op.MODEL,
            "completion": Op.MODEL,
            "embedding": Op.EMBEDDING,
            "rerank": Op.RETRIEVAL,
        },
    },
    concepts={
        Concept.CONVERSATION: (ASSOCIATION + "conversation_id",),
        Concept.SESSION: (
            ASSOCIATION + "session_id",
            ASSOCIATION + "thread_id",
            ASSOCIATION + "chat_id",
        ),
        Concept.SUBJECT: (ASSOCIATION + "user_id", "gen_ai.user", "llm.user"),
        Concept.MODEL: (ASSOCIATION + "ls_model_name",),
        Concept.PROVIDER: (ASSOCIATION + "ls_provider",),
        Concept.CACHE_READ_TOKENS: ("gen_ai.usage.cache_read_input_tokens",),
        Concept.CACHE_WRITE_TOKENS: ("gen_ai.usage.cache_creation_input_tokens",),
        Concept.ENTITY: ("traceloop.entity.name",),
        Concept.ARGUMENTS: ("traceloop.entity.input",),
        Concept.RESULT: ("traceloop.entity.output", "mcp.response.value"),
    },
)
