"""OpenTelemetry GenAI semantic conventions: ≤1.36 names, 1.37 to 1.41, and the split-out registry.

https://github.com/open-telemetry/semantic-conventions-genai
The `gen_ai.memory.*` attributes are of its span type `gen_ai.memory.client`.
"""

from audit.dialects.dialect import Concept, Dialect, Op

OPERATION = "gen_ai.operation.name"

OTEL_GENAI = Dialect(
    name="otel_genai",
    kinds={
        OPERATION: {
            "search_memory": Op.MEMORY_READ,
            "create_memory": Op.MEMORY_WRITE,
            "upsert_memory": Op.MEMORY_WRITE,
            "update_memory": Op.MEMORY_UPDATE,
            "delete_memory": Op.MEMORY_DELETE,
            "create_memory_store": Op.MEMORY_STORE,
            "delete_memory_store": Op.MEMORY_STORE,
            "chat": Op.MODEL,
            "generate_content": Op.MODEL,
            "text_completion": Op.MODEL,
            "embeddings": Op.EMBEDDING,
            "retrieval": Op.RETRIEVAL,
            "execute_tool": Op.TOOL,
            "create_agent": Op.AGENT,
            "invoke_agent": Op.AGENT,
            "handle_conversation_turn": Op.AGENT,
            "invoke_workflow": Op.WORKFLOW,
            "plan": Op.WORKFLOW,
            # Not of the registry, which lets an emitter name its own. Seen in the wild:
            "completion": Op.MODEL,
            "generate": Op.MODEL,
            "realtime": Op.MODEL,
            "responses": Op.MODEL,
            "message": Op.MODEL,
            "embedding": Op.EMBEDDING,
            "rerank": Op.RETRIEVAL,
            "agent_step": Op.AGENT,
            "execute_task": Op.WORKFLOW,
            "handoff": Op.WORKFLOW,
        },
    },
    # No agent's name: processors put it, and the conversation, on every span of a process.
    hints={
        "gen_ai.tool.call.id": Op.TOOL,
        "gen_ai.tool.name": Op.TOOL,
        "gen_ai.retrieval.query.text": Op.RETRIEVAL,
        "gen_ai.request.model": Op.MODEL,
        "gen_ai.response.model": Op.MODEL,
    },
    concepts={
        Concept.AGENT: ("gen_ai.agent.name", "gen_ai.agent.id"),
        Concept.CONVERSATION: ("gen_ai.conversation.id",),
        Concept.SESSION: ("session.id",),
        Concept.SUBJECT: ("user.id", "enduser.id", "enduser.pseudo.id"),
        Concept.TOOL: ("gen_ai.tool.name",),
        Concept.MODEL: ("gen_ai.response.model", "gen_ai.request.model"),
        Concept.PROVIDER: ("gen_ai.provider.name", "gen_ai.system"),
        Concept.INPUT_TOKENS: ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        Concept.OUTPUT_TOKENS: ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
        Concept.CACHE_READ_TOKENS: ("gen_ai.usage.cache_read.input_tokens",),
        Concept.CACHE_WRITE_TOKENS: (
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
        ),
        Concept.ARGUMENTS: ("gen_ai.tool.call.arguments",),
        Concept.RESULT: ("gen_ai.tool.call.result",),
        Concept.ERROR_TYPE: ("error.type",),
        Concept.MEMORY_STORE: ("gen_ai.memory.store.id", "gen_ai.memory.store.name"),
        Concept.MEMORY_RECORD: ("gen_ai.memory.record.id",),
        Concept.MEMORY_RECORDS: ("gen_ai.memory.records",),
        Concept.MEMORY_COUNT: ("gen_ai.memory.record.count",),
    },
)
