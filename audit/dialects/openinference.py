"""OpenInference, of Arize Phoenix. It has no memory kind: tools and retrievers tell by name.

https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
"""

from audit.dialects.dialect import Concept, Dialect, Op

OPENINFERENCE = Dialect(
    name="openinference",
    kinds={
        "openinference.span.kind": {
            "LLM": Op.MODEL,
            "EMBEDDING": Op.EMBEDDING,
            "TOOL": Op.TOOL,
            "RETRIEVER": Op.RETRIEVAL,
            "RERANKER": Op.RETRIEVAL,
            "AGENT": Op.AGENT,
            "CHAIN": Op.WORKFLOW,
            "PROMPT": Op.WORKFLOW,
            "DECISION": Op.WORKFLOW,
            "GUARDRAIL": Op.OTHER,
            "EVALUATOR": Op.OTHER,
            "UNKNOWN": Op.OTHER,
        },
    },
    sums_alone=("openinference.instrumentation.claude_agent_sdk",),
    hints={"llm.model_name": Op.MODEL, "embedding.model_name": Op.EMBEDDING},
    concepts={
        Concept.AGENT: ("agent.name", "tool.agent_role"),
        Concept.SESSION: ("session.id",),
        Concept.SUBJECT: ("user.id",),
        Concept.TOOL: ("tool.name",),
        Concept.MODEL: ("llm.response.model_name", "llm.model_name", "embedding.model_name"),
        Concept.PROVIDER: ("llm.provider", "llm.system"),
        Concept.INPUT_TOKENS: ("llm.token_count.prompt",),
        Concept.OUTPUT_TOKENS: ("llm.token_count.completion",),
        Concept.CACHE_READ_TOKENS: ("llm.token_count.prompt_details.cache_read",),
        Concept.CACHE_WRITE_TOKENS: ("llm.token_count.prompt_details.cache_write",),
        Concept.COST: ("llm.cost.total",),
        Concept.INPUT_COST: ("llm.cost.prompt",),
        Concept.OUTPUT_COST: ("llm.cost.completion",),
        Concept.ENTITY: ("graph.node.name", "graph.node.id"),
        # `tool.parameters` is the tool's schema, whatever some instrumentations put there.
        Concept.ARGUMENTS: ("input.value", "tool.parameters"),
        Concept.RESULT: ("output.value",),
    },
)
