"""Pydantic AI and Logfire. https://ai.pydantic.dev/logfire (InstrumentationSettings, versions 1-3)

Its older agent spans have no operation, only what an agent was called and what it said.
"""

from audit.dialects.dialect import Concept, Dialect, Op

PYDANTIC_AI = Dialect(
    name="pydantic_ai",
    hints={
        "pydantic_ai.all_messages": Op.AGENT,
        "all_messages_events": Op.AGENT,
        "agent_name": Op.AGENT,
        "tool_response": Op.TOOL,
    },
    concepts={
        Concept.AGENT: ("agent_name",),
        Concept.CONVERSATION: ("pydantic_ai.conversation_id",),
        Concept.MODEL: ("model_name",),
        Concept.COST: ("operation.cost",),
        Concept.ARGUMENTS: ("tool_arguments",),
        Concept.RESULT: ("tool_response",),
    },
)
