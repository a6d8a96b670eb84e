"""`memory-semconv` 0.1.0, a working draft that some memory stores emit beside OpenTelemetry's own.

There is no one text: names are those of its instrumentations of Mem0 (mem0ai/mem0#6712), MemOS
(MemTensor/MemOS#2207), Cognee (topoteretes/cognee#4323), memU, MemPalace and CommonTrace.
"""

from audit.dialects.dialect import Concept, Dialect, Op

OPERATIONS = {
    **dict.fromkeys(("add", "write", "store", "create", "ingest", "commit"), Op.MEMORY_WRITE),
    **dict.fromkeys(("cognify", "memify", "upsert", "save"), Op.MEMORY_WRITE),
    **dict.fromkeys(("search", "read", "get", "get_all", "list", "recall"), Op.MEMORY_READ),
    **dict.fromkeys(("retrieve", "query", "load", "prefetch", "history"), Op.MEMORY_READ),
    **dict.fromkeys(("update", "consolidate", "promote", "merge"), Op.MEMORY_UPDATE),
    **dict.fromkeys(("delete", "delete_all", "forget", "evict"), Op.MEMORY_DELETE),
    **dict.fromkeys(("invalidate", "prune", "expire", "reset"), Op.MEMORY_DELETE),
    "embed": Op.EMBEDDING,
}

MEMORY_SEMCONV = Dialect(
    name="memory_semconv",
    kinds={
        "memory.operation": OPERATIONS,
        "memory.operation.type": OPERATIONS,
        "memory.operation.name": OPERATIONS,
    },
    concepts={
        Concept.AGENT: ("memory.scope.agent_id", "memory.agent.id"),
        Concept.SESSION: ("memory.session.id", "memory.scope.run_id"),
        Concept.SUBJECT: ("memory.user.id", "memory.scope.user_id"),
        Concept.TOOL: ("memory.tool",),
        Concept.MODEL: ("memory.embedder.model", "memory.embedding.model"),
        Concept.INPUT_TOKENS: ("memory.embed.token_count",),
        Concept.MEMORY_STORE: (
            "memory.cube.id",
            "memory.store.id",
            "memory.store.name",
            "memory.dataset.name",
            "memory.dataset.id",
            "memory.tenant",
            "memory.sut.name",
        ),
        Concept.MEMORY_RECORD: ("memory.id", "memory.ids", "memory.data.id"),
        Concept.MEMORY_COUNT: (
            "memory.result.count",
            "memory.results.count",
            "memory.query.result_count",
            "memory.hit.count",
            "memory.item.count",
            "memory.extracted.facts_count",
        ),
    },
)
