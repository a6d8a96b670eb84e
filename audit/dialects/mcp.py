"""Model Context Protocol, as OpenTelemetry traces it.

https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
"""

from audit.dialects.dialect import Concept, Dialect, Op

MCP = Dialect(
    name="mcp",
    kinds={
        "mcp.method.name": {
            "tools/call": Op.TOOL,
            "resources/read": Op.RETRIEVAL,
            "elicitation/create": Op.APPROVAL,
        },
    },
    concepts={
        Concept.SESSION: ("mcp.session.id",),
        Concept.RESULT: ("mcp.response.value",),
        Concept.ARGUMENTS: ("mcp.request.argument",),
    },
)
