"""Claude Code's own traces. https://code.claude.com/docs/en/monitoring-usage (traces, beta)

The names are plain words (`model`, `input_tokens`), so every other convention is believed first.
`tool.execution` lies within `tool` and would count each call twice.
"""

from audit.dialects.dialect import Concept, Dialect, Op

KINDS = {
    "interaction": Op.AGENT,
    "llm_request": Op.MODEL,
    "tool": Op.TOOL,
    "tool.blocked_on_user": Op.APPROVAL,
    "tool.execution": Op.OTHER,
    "hook": Op.OTHER,
}

CLAUDE_CODE = Dialect(
    name="claude_code",
    kinds={"span.type": {**KINDS, **{f"claude_code.{kind}": op for kind, op in KINDS.items()}}},
    concepts={
        Concept.AGENT: ("agent_name", "subagent_type"),
        Concept.SESSION: ("session.id", "claude.cowork.session_id"),
        Concept.TOOL: ("tool_name",),
        Concept.MODEL: ("model",),
        Concept.INPUT_TOKENS: ("input_tokens",),
        Concept.OUTPUT_TOKENS: ("output_tokens",),
        Concept.CACHE_READ_TOKENS: ("cache_read_tokens",),
        Concept.CACHE_WRITE_TOKENS: ("cache_creation_tokens",),
        Concept.COST: ("cost_usd",),
        Concept.ENTITY: ("agent_id",),
        Concept.ARGUMENTS: ("tool_input",),
    },
)
