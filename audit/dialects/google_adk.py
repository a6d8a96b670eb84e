"""Google's Agent Development Kit. https://github.com/google/adk-python (telemetry/tracing.py)

Its model spans tell their tokens only within the response, which is JSON.
"""

from audit.dialects.dialect import Concept, Dialect, Op

VERTEX = "gcp.vertex.agent."

GOOGLE_ADK = Dialect(
    name="google_adk",
    hints={
        VERTEX + "tool_call_args": Op.TOOL,
        VERTEX + "tool_response": Op.TOOL,
        VERTEX + "llm_request": Op.MODEL,
    },
    concepts={
        Concept.CONVERSATION: (VERTEX + "session_id",),
        Concept.USAGE: (VERTEX + "llm_response",),
        Concept.ARGUMENTS: (VERTEX + "tool_call_args",),
        Concept.RESULT: (VERTEX + "tool_response",),
    },
)
