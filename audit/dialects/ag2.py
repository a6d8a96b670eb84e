"""AG2, once AutoGen. https://docs.ag2.ai (autogen/opentelemetry, span types)

The one convention with a kind for waiting on a person.
"""

from audit.dialects.dialect import Concept, Dialect, Op
from audit.dialects.otel_genai import OPERATION

AG2 = Dialect(
    name="ag2",
    kinds={
        OPERATION: {
            "await_human_input": Op.APPROVAL,
            "conversation": Op.WORKFLOW,
            "initiate_chats": Op.WORKFLOW,
            "speaker_selection": Op.WORKFLOW,
            "execute_code": Op.TOOL,
        },
        "ag2.span.type": {
            "human_input": Op.APPROVAL,
            "agent": Op.AGENT,
            "llm": Op.MODEL,
            "tool": Op.TOOL,
            "code_execution": Op.TOOL,
            "conversation": Op.WORKFLOW,
            "multi_conversation": Op.WORKFLOW,
            "speaker_selection": Op.WORKFLOW,
            "handoff": Op.WORKFLOW,
        },
    },
    concepts={
        Concept.COST: ("gen_ai.usage.cost",),
        Concept.ARGUMENTS: ("ag2.human_input.prompt",),
        Concept.RESULT: ("ag2.human_input.response",),
    },
)
