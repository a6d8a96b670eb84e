"""LiveKit Agents. https://docs.livekit.io/agents (livekit.agents.telemetry.trace_types)"""

from audit.dialects.dialect import Concept, Dialect, Op

LIVEKIT = Dialect(
    name="livekit",
    hints={
        "lk.function_tool.name": Op.TOOL,
        "lk.function_tool.id": Op.TOOL,
        "lk.agent_name": Op.AGENT,
    },
    concepts={
        Concept.AGENT: ("lk.agent_name", "lk.agent_label"),
        Concept.SESSION: ("lk.job_id", "lk.room_name"),
        Concept.SUBJECT: ("lk.participant_identity",),
        Concept.TOOL: ("lk.function_tool.name",),
        Concept.ARGUMENTS: ("lk.function_tool.arguments",),
        Concept.RESULT: ("lk.function_tool.output",),
        Concept.FAILED: ("lk.function_tool.is_error",),
    },
)
