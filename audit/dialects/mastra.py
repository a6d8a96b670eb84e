"""Mastra, beside its GenAI names. https://mastra.ai/docs/observability

`model_step` and what lies below it are parts of a `model_generation`, whose tokens they repeat.
"""

from audit.dialects.dialect import Concept, Dialect, Op

MASTRA = Dialect(
    name="mastra",
    kinds={
        "mastra.span.type": {
            "agent_run": Op.AGENT,
            "model_generation": Op.MODEL,
            "model_step": Op.WORKFLOW,
            "model_inference": Op.OTHER,
            "model_chunk": Op.OTHER,
            "tool_call": Op.TOOL,
            "mcp_tool_call": Op.TOOL,
            "workflow_run": Op.WORKFLOW,
            "workflow_step": Op.WORKFLOW,
            "generic": Op.OTHER,
        },
    },
    concepts={
        Concept.CONVERSATION: ("mastra.metadata.threadId",),
        Concept.SUBJECT: ("mastra.metadata.userId",),
        Concept.ARGUMENTS: ("mastra.tool_call.input",),
        Concept.RESULT: ("mastra.tool_call.output",),
    },
)
