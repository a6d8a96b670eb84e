"""Genkit, of Firebase. https://genkit.dev/docs/observability (tracing/instrumentation.ts)

A model is named by its action (`googleai/gemini-2.5-flash`), its tokens lie within its output.
`genkit:threadName` is "main" in most sessions, so it tells no conversation from another.
"""

from audit.dialects.dialect import Concept, Dialect, Op

GENKIT = Dialect(
    name="genkit",
    kinds={
        "genkit:metadata:subtype": {
            "model": Op.MODEL,
            "background-model": Op.MODEL,
            "embedder": Op.EMBEDDING,
            "tool": Op.TOOL,
            "tool.v2": Op.TOOL,
            "retriever": Op.RETRIEVAL,
            "reranker": Op.RETRIEVAL,
            "flow": Op.WORKFLOW,
            "prompt": Op.WORKFLOW,
            "executable-prompt": Op.WORKFLOW,
            "agent": Op.AGENT,
            "indexer": Op.OTHER,
            "evaluator": Op.OTHER,
        },
        "genkit:type": {"flow": Op.WORKFLOW, "flowStep": Op.WORKFLOW, "util": Op.OTHER},
    },
    concepts={
        Concept.AGENT: ("genkit:metadata:agentName",),
        Concept.SESSION: ("genkit:sessionId", "genkit:metadata:sessionId"),
        Concept.ENTITY: ("genkit:name",),
        Concept.ARGUMENTS: ("genkit:input",),
        Concept.RESULT: ("genkit:output",),
    },
)
