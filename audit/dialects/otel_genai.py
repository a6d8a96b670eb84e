"""OpenTelemetry GenAI semantic conventions: ≤1.36 names, 1.37 to 1.41, and the split-out registry.

https://github.com/open-telemetry/semantic-conventions-genai
The `gen_ai.memory.*` attributes are of its span type `gen_ai.memory.client`.
"""

from audit.dialects.dialect import Dialect, Op

OPERATION = "gen_ai.operation.name"

MEMORY_OPERATIONS = {
    "search_memory": Op.MEMORY_READ,
    "create_memory": Op.MEMORY_WRITE,
    "upsert_memory": Op.MEMORY_WRITE,
    "update_memory": Op.MEMORY_UPDATE,
    "delete_memory": Op.MEMORY_DELETE,
    "create_memory_store": Op.MEMORY_STORE,
    "delete_memory_store": Op.MEMORY_STORE,
}
MEMORY_STORE_ID = "gen_ai.memory.store.id"
MEMORY_RECORD_ID = "gen_ai.memory.record.id"
MEMORY_RECORD_COUNT = "gen_ai.memory.record.count"
MEMORY_RECORDS = "gen_ai.memory.records"

OTEL_GENAI = Dialect(
    name="otel_genai",
    kind=OPERATION,
    kinds={
        **MEMORY_OPERATIONS,
        "chat": Op.MODEL,
        "generate_content": Op.MODEL,
        "text_completion": Op.MODEL,
        "call_llm": Op.MODEL,
        "embeddings": Op.EMBEDDING,
        "retrieval": Op.RETRIEVAL,
        "execute_tool": Op.TOOL,
        "create_agent": Op.AGENT,
        "invoke_agent": Op.AGENT,
        "handle_conversation_turn": Op.AGENT,
        "invoke_workflow": Op.WORKFLOW,
        "plan": Op.WORKFLOW,
        "await_human_input": Op.APPROVAL,
    },
    agent=("gen_ai.agent.name", "gen_ai.agent.id"),
    conversation=("gen_ai.conversation.id",),
    session=("session.id",),
    tool=("gen_ai.tool.name",),
    model=("gen_ai.response.model", "gen_ai.request.model"),
    input_tokens=("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    output_tokens=("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    provider=("gen_ai.provider.name", "gen_ai.system"),
    subject=("user.id", "enduser.id"),
    cache_read_tokens=("gen_ai.usage.cache_read.input_tokens",),
    cache_write_tokens=(
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
    ),
    cost=("gen_ai.usage.cost",),
    hints={"gen_ai.tool.call.id": Op.TOOL, "gen_ai.request.model": Op.MODEL},
)
