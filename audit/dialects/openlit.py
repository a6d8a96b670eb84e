"""OpenLIT, and its spans over Mem0. https://github.com/openlit/openlit (sdk/python semcov)

Its memory spans all state `memory`; `gen_ai.endpoint` or the name (`memory add`) tells which.
"""

from audit.dialects.dialect import Concept, Dialect, Op
from audit.dialects.otel_genai import OPERATION

OPENLIT = Dialect(
    name="openlit",
    kinds={
        OPERATION: {
            "memory": Op.MEMORY_READ,
            "memory_add": Op.MEMORY_WRITE,
            "memory_search": Op.MEMORY_READ,
            "memory_get": Op.MEMORY_READ,
            "memory_update": Op.MEMORY_UPDATE,
            "memory_delete": Op.MEMORY_DELETE,
            "vectordb": Op.RETRIEVAL,
            "agent": Op.AGENT,
            "framework": Op.WORKFLOW,
            "graph_execution": Op.WORKFLOW,
        },
    },
    hints={
        "gen_ai.memory.operation": Op.MEMORY_READ,
        "gen_ai.memory.search.query": Op.MEMORY_READ,
    },
    verbs=True,
    concepts={
        Concept.SESSION: ("gen_ai.memory.session_id", "gen_ai.session.id", "gen_ai.run.id"),
        Concept.SUBJECT: ("gen_ai.user.id", "gen_ai.memory.user_id"),
        Concept.COST: ("gen_ai.usage.cost",),
        Concept.VERB: ("gen_ai.memory.operation", "gen_ai.endpoint"),
        Concept.ARGUMENTS: ("gen_ai.tool.input",),
        Concept.RESULT: ("gen_ai.tool.output",),
        Concept.MEMORY_RECORD: ("db.update.id", "db.delete.id", "db.operation.id"),
        Concept.MEMORY_COUNT: ("gen_ai.memory.operation.result_count", "gen_ai.memory.count"),
    },
)
