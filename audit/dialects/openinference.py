"""OpenInference, of Arize Phoenix. It has no memory kind.

https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
"""

from audit.dialects.dialect import Dialect, Op

OPENINFERENCE = Dialect(
    name="openinference",
    kind="openinference.span.kind",
    kinds={
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
    agent=("agent.name",),
    session=("session.id",),
    tool=("tool.name",),
    model=("llm.response.model_name", "llm.model_name", "embedding.model_name"),
    input_tokens=("llm.token_count.prompt",),
    output_tokens=("llm.token_count.completion",),
    provider=("llm.provider", "llm.system"),
    subject=("user.id",),
    cache_read_tokens=("llm.token_count.prompt_details.cache_read",),
    cache_write_tokens=("llm.token_count.prompt_details.cache_write",),
    cost=("llm.cost.total",),
)
