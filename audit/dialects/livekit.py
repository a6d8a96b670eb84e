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
        Concept.SESSION: ("lk.session_id", "lk.room_id", "lk.job_id"),
        Concept.SUBJECT: ("lk.participant_identity",),
        Concept.TOOL: ("lk.function_tool.name",),
        Concept.ARGUMENTS: ("lk.function_tool.arguments",),
        Concept.RESULT: ("lk.function_tool.output",),
        Concept.FAILED: ("lk.function_tool.is_error",),
    },
)
