"""LangSmith's OpenTelemetry export. https://github.com/langchain-ai/langsmith-sdk (_internal/otel)

Its "session" is a tracing project where the SDK sets it, and a session where people do: it is
believed after the metadata that names a thread.
"""

from audit.dialects.dialect import Concept, Dialect, Op

METADATA = "langsmith.metadata."

LANGSMITH = Dialect(
    name="langsmith",
    kinds={
        "langsmith.span.kind": {
            "llm": Op.MODEL,
            "embedding": Op.EMBEDDING,
            "tool": Op.TOOL,
            "retriever": Op.RETRIEVAL,
            "chain": Op.WORKFLOW,
            "prompt": Op.WORKFLOW,
            "parser": Op.WORKFLOW,
        },
    },
    concepts={
        Concept.AGENT: (METADATA + "lc_agent_name", METADATA + "agent_name"),
        Concept.CONVERSATION: (METADATA + "conversation_id", METADATA + "thread_id"),
        Concept.SESSION: (METADATA + "session_id", "langsmith.trace.session_id"),
        Concept.SUBJECT: (METADATA + "user_id",),
        Concept.MODEL: (METADATA + "ls_model_name",),
        Concept.PROVIDER: (METADATA + "ls_provider",),
        Concept.CACHE_READ_TOKENS: ("gen_ai.usage.input_token_details.cache_read",),
        Concept.USAGE: ("langsmith.usage_metadata", METADATA + "usage_metadata"),
        Concept.ENTITY: ("langgraph.graph.id",),
    },
)
