"""Model Context Protocol, as OpenTelemetry traces it.

https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
`mcp.session.id` is a connection's, which many conversations share: it stitches no run.
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
        Concept.RESULT: ("mcp.response.value",),
        Concept.ARGUMENTS: ("mcp.request.argument",),
    },
)
