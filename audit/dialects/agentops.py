"""AgentOps, and its spans over Mem0. https://github.com/AgentOps-AI/agentops (agentops/semconv)

A Mem0 span has no kind: its attributes show what it is of, its name tells the operation.
"""

from audit.dialects.dialect import Concept, Dialect, Op

AGENTOPS = Dialect(
    name="agentops",
    kinds={
        "agentops.span.kind": {
            "agent": Op.AGENT,
            "team": Op.AGENT,
            "session": Op.WORKFLOW,
            "workflow": Op.WORKFLOW,
            "workflow.step": Op.WORKFLOW,
            "task": Op.WORKFLOW,
            "operation": Op.WORKFLOW,
            "agent.action": Op.WORKFLOW,
            "agent.thinking": Op.WORKFLOW,
            "agent.decision": Op.WORKFLOW,
            "tool": Op.TOOL,
            "llm": Op.MODEL,
            "llm.call": Op.MODEL,
            "unknown": Op.OTHER,
        },
        "mem0.operation": {},
    },
    hints={
        "mem0.operation": Op.MEMORY_READ,
        "mem0.memory_id": Op.MEMORY_READ,
        "mem0.user_id": Op.MEMORY_READ,
        "mem0.agent_id": Op.MEMORY_READ,
        "mem0.run_id": Op.MEMORY_READ,
        "mem0.results_count": Op.MEMORY_READ,
    },
    verbs=True,
    concepts={
        Concept.AGENT: ("agent.name", "agent.id", "mem0.agent_id"),
        Concept.SESSION: ("mem0.run_id",),
        Concept.SUBJECT: ("mem0.user_id",),
        Concept.TOOL: ("tool.name",),
        Concept.COST: ("gen_ai.usage.total_cost",),
        Concept.ENTITY: ("agentops.entity.name", "operation.name"),
        Concept.ARGUMENTS: ("tool.parameters", "agentops.entity.input"),
        Concept.RESULT: ("tool.result", "agentops.entity.output"),
        Concept.VERB: ("mem0.operation",),
        Concept.MEMORY_RECORD: ("mem0.memory_id",),
        Concept.MEMORY_COUNT: ("mem0.results_count",),
    },
)
